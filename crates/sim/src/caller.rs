//! The caller by script.

use crate::moments::{Happening, Slot};
use crate::recorder::Recorder;
use crate::world::World;

/// How far apart keys are pressed, in milliseconds.
const BETWEEN_KEYS_MS: i64 = 500;

pub(crate) fn ms(seconds: f64) -> i64 {
    (seconds * 1_000.0) as i64
}

impl<R: Recorder> World<R> {
    pub(crate) fn plan_caller(&mut self, slot: Slot) {
        if self.options.is_interactive {
            return;
        }
        let caller = &self.options.script.caller;
        let patience_ms = self.now_ms + ms(caller.patience_s);
        let hang_up_ms = caller.hang_up_at_s.map(|seconds| self.now_ms + ms(seconds));
        if let Some(at_ms) = hang_up_ms {
            self.agenda.add(at_ms, Happening::HangUp { slot });
        }
        self.agenda.add(patience_ms, Happening::LosePatience { slot });
    }

    /// If the flow has begun to ask for keys, plans those that the script has for this visit of
    /// the activity.
    pub(crate) fn plan_keys(&mut self, slot: Slot) {
        if self.options.is_interactive || self.options.script.caller.keys.is_empty() {
            return;
        }
        let Some(life) = self.lives[slot].as_mut() else { return };
        let Some(label) = life.contact.run().asks_for_keys() else { return };
        let ask = life.contact.run().ask_number();
        if std::mem::replace(&mut life.last_ask, ask) == ask {
            return;
        }
        let visit = life.asked.entry(label.to_owned()).or_default();
        let keys = &self.options.script.caller.keys;
        let entry = keys.iter().filter(|keys| keys.activity == label).nth(*visit);
        *visit += 1;
        let Some(keys) = entry else { return };
        // A prompt that keys do not interrupt swallows them: people wait for its end.
        let hears_now = life.contact.run().hears_keys_now();
        let heard_ms = if hears_now { self.now_ms } else { life.prompt_ends_ms };
        let mut at_ms = heard_ms + i64::try_from(keys.after_ms).unwrap_or(0);
        for key in keys.press.chars() {
            self.agenda.add(at_ms, Happening::Press { slot, ask, key });
            at_ms += BETWEEN_KEYS_MS;
        }
    }
}
