//! A list of steps that somebody on the phone goes through: for demonstrations and tests.

use std::time::Duration;

use trunkline_media::prompt::Item;

use crate::call::wait_for;
use crate::event::Events;
use crate::{Call, Happened, Measurement, PhoneError, Recording};

/// How often what is heard is looked at, while something in it is waited for. It is written a
/// second at a time.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// One step of a script.
#[derive(Clone, Debug)]
pub enum Step {
    /// Wait for the answer.
    WaitForAnswer {
        /// How long at most.
        within: Duration,
    },
    /// Wait until media is agreed.
    WaitForMedia {
        /// How long at most.
        within: Duration,
    },
    /// Wait until something is heard.
    WaitForSound {
        /// How long at most.
        within: Duration,
    },
    /// Wait until it has been quiet for a while since the step began. It is noticed up to a second
    /// later.
    WaitUntilQuiet {
        /// How long it has to be quiet.
        quiet: Duration,
        /// How long to wait at most.
        within: Duration,
    },
    /// Wait until the other side has pressed these keys.
    WaitForKeys {
        /// The keys.
        keys: String,
        /// How long to wait at most.
        within: Duration,
    },
    /// Press keys and wait until they are sent; a comma is a pause.
    Press(String),
    /// Say something: play it to its end.
    Say(Vec<Item>),
    /// Begin to play something, and go on with the next step at once.
    Play(Vec<Item>),
    /// End what plays.
    StopPlaying,
    /// Do nothing for a while.
    Sleep(Duration),
    /// Put the other side on hold and wait until it has agreed.
    Hold,
    /// End the hold.
    Resume,
    /// Listen for a tone until it has been heard for a while.
    ExpectTone(ToneExpected),
    /// Hang up and wait until the call is over.
    HangUp,
    /// Wait until the other side hangs up.
    WaitForEnd {
        /// How long at most.
        within: Duration,
    },
}

/// A tone as it should be heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ToneExpected {
    /// Its frequency.
    pub frequency_hz: f64,
    /// How far the frequency may be off.
    pub tolerance_hz: f64,
    /// How far it has to stand out, in dB.
    pub min_snr_db: f64,
    /// For how long it has to be heard.
    pub length: Duration,
    /// How long to wait for it at most.
    pub within: Duration,
}

impl ToneExpected {
    /// A tone within 2 Hz, 30 dB over all else, heard for half a second within 10 s.
    pub fn new(frequency_hz: f64) -> Self {
        let (length, within) = (Duration::from_millis(500), Duration::from_secs(10));
        Self { frequency_hz, tolerance_hz: 2.0, min_snr_db: 30.0, length, within }
    }

    /// Whether what was measured is this tone.
    pub fn is(&self, heard: &Measurement) -> bool {
        (heard.tone.frequency_hz - self.frequency_hz).abs() <= self.tolerance_hz
            && heard.tone.snr_db >= self.min_snr_db
    }
}

/// Goes through the steps, one after the other. The call has to be recorded ([`Call::record`])
/// where steps listen; otherwise they hear nothing.
///
/// # Errors
/// When a step does not succeed in time, or the call ends before it; later steps are left out.
pub async fn run(call: &Call, steps: &[Step]) -> Result<(), PhoneError> {
    let mut events = call.events();
    for step in steps {
        tracing::debug!(?step, "next step");
        run_step(call, &mut events, step).await?;
    }
    Ok(())
}

async fn run_step(call: &Call, events: &mut Events, step: &Step) -> Result<(), PhoneError> {
    match step {
        Step::WaitForAnswer { within } => call.answered(*within).await.map(drop),
        Step::WaitForMedia { within } => {
            call.wait_for("media", *within, |what| *what == Happened::MediaAgreed).await.map(drop)
        }
        Step::WaitForSound { within } => {
            listen(call, "a sound", *within, |heard| heard.first_sound().is_some()).await
        }
        Step::WaitUntilQuiet { quiet, within } => {
            listen(call, "silence", *within, |heard| heard.longest_quiet() >= *quiet).await
        }
        Step::WaitForKeys { keys, within } => call.keys(keys, *within).await,
        Step::Press(keys) => press(call, events, keys).await,
        Step::Say(items) => say(call, events, items.clone()).await,
        Step::Play(items) => {
            call.play(items.clone());
            Ok(())
        }
        Step::StopPlaying => {
            call.stop_playing();
            Ok(())
        }
        Step::Sleep(time) => sleep(call, *time).await,
        Step::Hold => {
            call.hold();
            Ok(())
        }
        Step::Resume => {
            call.resume();
            Ok(())
        }
        Step::ExpectTone(expected) => expect_tone(call, expected).await,
        Step::HangUp => {
            call.hang_up();
            call.ended(Duration::from_secs(40)).await.map(drop)
        }
        Step::WaitForEnd { within } => call.ended(*within).await.map(drop),
    }
}

async fn press(call: &Call, events: &mut Events, keys: &str) -> Result<(), PhoneError> {
    while events.try_next().is_some() {}
    call.press(keys)?;
    // A pause takes two seconds, a key far less.
    let within = Duration::from_secs(2 + 3 * keys.len() as u64);
    wait_for(events, "the end of the keys", within, |what| *what == Happened::KeysSent)
        .await
        .map(drop)
}

async fn say(call: &Call, events: &mut Events, items: Vec<Item>) -> Result<(), PhoneError> {
    let within = items.iter().fold(Duration::from_secs(5), |sum, item| sum + length(item));
    let id = call.play(items);
    let is_over = |what: &Happened| *what == Happened::Played { id };
    wait_for(events, "the end of what is said", within, is_over).await.map(drop)
}

/// How long an item plays; a loop plays until something else is played, and is not waited for.
fn length(item: &Item) -> Duration {
    match item {
        Item::Prompt(prompt) => prompt.duration(),
        Item::Loop(_) => Duration::ZERO,
        Item::Silence(length) => *length,
        Item::Music { file, duration, .. } => duration.unwrap_or(file.duration()),
    }
}

async fn sleep(call: &Call, time: Duration) -> Result<(), PhoneError> {
    match call.ended(time).await {
        // It is over before: what comes next would find nobody.
        Ok(cause) => Err(PhoneError::Over { what: "the next step".into(), cause }),
        Err(_) => Ok(()),
    }
}

/// Looks at what has been heard since now until it is as wished.
async fn listen(
    call: &Call,
    what: &str,
    within: Duration,
    is_it: impl Fn(&Recording) -> bool,
) -> Result<(), PhoneError> {
    let from = call.heard_so_far();
    let begin = tokio::time::Instant::now();
    loop {
        if is_it(&call.heard_since(from)) {
            return Ok(());
        }
        if let Some(cause) = call.cause() {
            return Err(PhoneError::Over { what: what.to_owned(), cause });
        }
        if begin.elapsed() >= within {
            return Err(PhoneError::TooLate { what: what.to_owned(), within });
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn expect_tone(call: &Call, expected: &ToneExpected) -> Result<(), PhoneError> {
    let last = |heard: &Recording| {
        let from = heard.length().saturating_sub(expected.length);
        heard.part(from, expected.length)
    };
    let is_it = |heard: &Recording| {
        let last = last(heard);
        last.length() >= expected.length && expected.is(&last.measure())
    };
    let from = call.heard_so_far();
    match listen(call, "a tone", expected.within, is_it).await {
        Err(PhoneError::TooLate { .. }) => {
            let heard = last(&call.heard_since(from)).measure().tone;
            let text = format!(
                "{:.1} Hz at {:.1} dBm0, {:.1} dB over the rest, and not {:.1} Hz",
                heard.frequency_hz, heard.level_dbm0, heard.snr_db, expected.frequency_hz
            );
            Err(PhoneError::Tone(text))
        }
        other => other,
    }
}
