//! Keys on their way out: a script of keys and pauses, as events or as tones.

use std::collections::VecDeque;
use std::time::Duration;

use trunkline_media::Error;
use trunkline_media::codec::Codec;
use trunkline_media::dtmf::{EventPacket, Key, MAX_WAITING, Sender};
use trunkline_media::prompt::{Item, Player, Prompt};
use trunkline_media::tone;

/// Frames of a `,`: two seconds, as modems have it.
const COMMA_FRAMES: u32 = 100;

/// How long a key may be held.
const TONE_MS: std::ops::RangeInclusive<u16> = 40..=5_000;

/// The shortest pause after a key.
const LEAST_PAUSE_MS: u16 = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Key(Key),
    Pause,
}

/// Keys of one call of [`crate::Leg::send_keys`].
#[derive(Debug)]
pub(crate) struct Script {
    steps: VecDeque<Step>,
    tone_ms: u16,
    pause: Duration,
    sender: Sender,
}

impl Script {
    /// Reads keys and `,`.
    pub(crate) fn parse(keys: &str, tone_ms: u16, pause_ms: u16) -> Result<Self, Error> {
        let mut steps = VecDeque::new();
        for character in keys.chars() {
            if steps.len() == MAX_WAITING {
                return Err(Error::TooManyKeys { limit: MAX_WAITING });
            }
            steps.push_back(match character {
                ',' => Step::Pause,
                key => Step::Key(Key::try_from(key)?),
            });
        }
        let pause = Duration::from_millis(pause_ms.max(LEAST_PAUSE_MS).into());
        let tone_ms = tone_ms.clamp(*TONE_MS.start(), *TONE_MS.end());
        Ok(Self { steps, tone_ms, pause, sender: Sender::new(pause) })
    }
}

/// What takes the place of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyFrame {
    /// Send this event.
    Event(EventPacket),
    /// The frame holds a tone or a pause: send it.
    Sound,
    /// A script is over; ask again.
    Done,
    /// Nothing is to be sent.
    Idle,
}

/// The scripts of a leg.
#[derive(Debug, Default)]
pub(crate) struct KeySender {
    scripts: VecDeque<Script>,
    /// Frames of a `,` that are left.
    pause_frames: u32,
    tone: Option<Player>,
}

impl KeySender {
    /// Puts a script at the end.
    pub(crate) fn queue(&mut self, script: Script) {
        self.scripts.push_back(script);
    }

    /// Whether anything is to be sent.
    pub(crate) fn is_busy(&self) -> bool {
        !self.scripts.is_empty()
    }

    /// What to send in place of the next frame, whose audio would have this timestamp. `as_events`:
    /// the peer takes them. Where there is nothing to send for a frame, `sound` is silence.
    pub(crate) fn tick(
        &mut self,
        timestamp: u32,
        as_events: bool,
        codec: Codec,
        sound: &mut [u8],
    ) -> KeyFrame {
        let Some(script) = self.scripts.front_mut() else { return KeyFrame::Idle };
        sound.fill(codec.silence());
        loop {
            if let Some(player) = &mut self.tone {
                player.set_codec(codec);
                if player.fill(sound) {
                    return KeyFrame::Sound;
                }
                self.tone = None;
            }
            if script.sender.is_busy() {
                let packet = script.sender.tick(timestamp);
                return packet.map_or(KeyFrame::Sound, KeyFrame::Event);
            }
            if self.pause_frames > 0 {
                self.pause_frames -= 1;
                return KeyFrame::Sound;
            }
            match script.steps.pop_front() {
                None => {
                    self.scripts.pop_front();
                    return KeyFrame::Done;
                }
                Some(Step::Pause) => self.pause_frames = COMMA_FRAMES,
                Some(Step::Key(key)) if as_events => script.press(key),
                Some(Step::Key(key)) => self.tone = Some(script.tone(key, codec)),
            }
        }
    }
}

impl Script {
    fn press(&mut self, key: Key) {
        // One key waits at a time, so the queue is never full.
        let _ = self.sender.queue(key, Duration::from_millis(self.tone_ms.into()));
    }

    fn tone(&self, key: Key, codec: Codec) -> Player {
        let prompt = Prompt::from_samples(&tone::key_tone(key, self.tone_ms.into()));
        let mut player = Player::new(codec);
        for item in [Item::Prompt(prompt), Item::Silence(self.pause)] {
            // Two items are never too many.
            let _ = player.play(&item);
        }
        player
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trunkline_media::dtmf::Payload;

    fn run(keys: &str, as_events: bool) -> Vec<KeyFrame> {
        let mut sender = KeySender::default();
        sender.queue(Script::parse(keys, 100, 60).unwrap());
        let mut sound = [0; 160];
        let mut frames = Vec::new();
        while sender.is_busy() {
            let timestamp = frames.len() as u32 * 160;
            frames.push(sender.tick(timestamp, as_events, Codec::Pcmu, &mut sound));
            assert!(frames.len() < 1_000);
        }
        frames
    }

    #[test]
    fn other_characters_and_too_many_keys_are_refused() {
        assert!(Script::parse("12x", 100, 60).is_err());
        assert!(Script::parse(&"1".repeat(129), 100, 60).is_err());
        assert!(Script::parse(&",".repeat(128), 100, 60).is_ok());
    }

    #[test]
    fn keys_are_events_with_their_pauses() {
        let frames = run("1,2", true);
        let begins: Vec<_> = frames
            .iter()
            .enumerate()
            .filter_map(|(at, frame)| match frame {
                KeyFrame::Event(packet) if packet.marker => {
                    Some((at, Payload::parse(&packet.payload).unwrap().event))
                }
                KeyFrame::Event(_) | KeyFrame::Sound | KeyFrame::Done | KeyFrame::Idle => None,
            })
            .collect();
        // Seven packets of a key, then two seconds.
        assert_eq!(begins, [(0, 1), (107, 2)]);
        assert_eq!(frames.last(), Some(&KeyFrame::Done));
    }

    #[test]
    fn without_events_keys_are_heard() {
        let frames = run("12", false);
        // 100 ms and 60 ms of pause are 8 frames each.
        assert_eq!(frames.len(), 17);
        assert!(frames[..16].iter().all(|frame| *frame == KeyFrame::Sound));
    }
}
