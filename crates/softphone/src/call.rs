//! One call of a phone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use trunkline_media::dtmf::Key;
use trunkline_media::prompt::Item;
use trunkline_media::quality::Quality;
use trunkline_media_engine::Leg;
use trunkline_telephony::call::{Cause, Command, Event};
use trunkline_telephony::shell::{CallControl, CallHandle, CallNotices, Notice};

use crate::event::{CallEvent, Events, Happened, Log};
use crate::phone::Shared;
use crate::tape::Tape;
use crate::{PhoneError, Recording, sound};

/// How long a key is held down, in milliseconds.
const KEY_MS: u16 = 100;

/// The pause between two keys, in milliseconds.
const KEY_PAUSE_MS: u16 = 60;

/// How long after a call's end its last figures are there.
const LAST_FIGURES: Duration = Duration::from_millis(100);

/// A call's media, and what is told of it.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) leg: Arc<Leg>,
    pub(crate) log: Arc<Log>,
    pub(crate) tape: Arc<Tape>,
}

/// A call. Dropping it hangs up.
pub struct Call {
    control: CallControl,
    leg: Arc<Leg>,
    log: Arc<Log>,
    tape: Arc<Tape>,
    next_play: AtomicU32,
    shared: Arc<Shared>,
}

impl Call {
    /// Begins to carry a call on: from here on, what the leg and SIP tell is in its log.
    pub(crate) fn new(handle: CallHandle, line: Line, shared: Arc<Shared>) -> Self {
        let (control, notices) = handle.split();
        tokio::spawn(follow(notices, line.clone(), shared.clone()));
        let Line { leg, log, tape } = line;
        Self { control, leg, log, tape, next_play: AtomicU32::new(1), shared }
    }

    /// The call's events, from the first one on.
    pub fn events(&self) -> Events {
        self.log.events()
    }

    /// What has happened so far.
    pub fn history(&self) -> Vec<CallEvent> {
        self.log.all()
    }

    /// How long ago the call was dialled or came in.
    pub fn elapsed(&self) -> Duration {
        self.log.now()
    }

    /// Why the call ended, if it has.
    pub fn cause(&self) -> Option<Cause> {
        self.log.find(|event| match &event.what {
            Happened::Ended(cause) => Some(cause.clone()),
            _ => None,
        })
    }

    /// The keys that the other side has pressed so far.
    pub fn keys_heard(&self) -> String {
        let mut keys = String::new();
        for event in self.log.all() {
            if let Happened::KeyHeard { key } = event.what {
                keys.push(key);
            }
        }
        keys
    }

    /// Waits for an event, which may have happened already.
    ///
    /// # Errors
    /// When it does not happen in time, or the call ends without it; `what` names it there.
    pub async fn wait_for(
        &self,
        what: &str,
        within: Duration,
        is_it: impl FnMut(&Happened) -> bool,
    ) -> Result<CallEvent, PhoneError> {
        wait_for(&mut self.events(), what, within, is_it).await
    }

    /// Waits until the call is answered.
    ///
    /// # Errors
    /// When it is not answered in time, or ends before.
    pub async fn answered(&self, within: Duration) -> Result<CallEvent, PhoneError> {
        self.wait_for("an answer", within, |what| *what == Happened::Answered).await
    }

    /// Waits until the call is over, and says why it is.
    ///
    /// # Errors
    /// When it is not over in time.
    pub async fn ended(&self, within: Duration) -> Result<Cause, PhoneError> {
        let is_end = |what: &Happened| matches!(what, Happened::Ended(_));
        let event = self.wait_for("the end of the call", within, is_end).await?;
        match event.what {
            Happened::Ended(cause) => Ok(cause),
            _ => Err(PhoneError::TooLate { what: "the end of the call".into(), within }),
        }
    }

    /// Waits until the other side has pressed these keys, among others and in this order.
    ///
    /// # Errors
    /// When it does not in time, or the call ends before.
    pub async fn keys(&self, keys: &str, within: Duration) -> Result<(), PhoneError> {
        let what = format!("the keys {keys}");
        let mut heard = String::new();
        let is_last = |what: &Happened| {
            if let Happened::KeyHeard { key } = what {
                heard.push(*key);
            }
            heard.contains(keys)
        };
        self.wait_for(&what, within, is_last).await.map(|_| ())
    }

    /// Presses keys, one after the other; a comma is a pause. [`Happened::KeysSent`] tells when
    /// all are sent.
    ///
    /// # Errors
    /// When a character is no key.
    pub fn press(&self, keys: &str) -> Result<(), PhoneError> {
        let is_key = |c: char| c == ',' || Key::try_from(c.to_ascii_uppercase()).is_ok();
        if !keys.chars().all(is_key) {
            return Err(PhoneError::Keys(keys.to_owned()));
        }
        Ok(self.leg.send_keys(&keys.to_ascii_uppercase(), KEY_MS, KEY_PAUSE_MS)?)
    }

    /// Plays items one after the other, in place of what plays now. Gives the number that
    /// [`Happened::Played`] has when they are over.
    pub fn play(&self, items: Vec<Item>) -> u32 {
        let id = self.next_play.fetch_add(1, Ordering::Relaxed);
        self.leg.play(id, items);
        id
    }

    /// Plays a tone until something else is played or [`Self::stop_playing`].
    pub fn play_tone(&self, frequency_hz: f64, level_dbm0: f64) -> u32 {
        self.play(vec![sound::tone(frequency_hz, level_dbm0)])
    }

    /// Ends what plays.
    pub fn stop_playing(&self) {
        let last = self.next_play.load(Ordering::Relaxed).saturating_sub(1);
        self.leg.stop_playing(last);
    }

    /// Begins to record what is heard, for up to an hour. A call is recorded once.
    ///
    /// # Errors
    /// When there can be no file for it.
    pub fn record(&self) -> Result<(), PhoneError> {
        match self.tape.begin(self.log.now()) {
            Some(settings) => Ok(self.leg.record(settings)?),
            None => Ok(()),
        }
    }

    /// What has been recorded. While the call goes on its last second may be missing.
    pub async fn recording(&self) -> Recording {
        if self.cause().is_some() {
            self.tape.completed().await;
        }
        self.tape.since(0)
    }

    /// How many samples have been recorded so far.
    pub fn heard_so_far(&self) -> usize {
        self.tape.length()
    }

    /// What has been recorded after so many samples. It grows five times a second.
    pub fn heard_since(&self, samples: usize) -> Recording {
        self.tape.since(samples)
    }

    /// How good the media were: taken every five seconds, and when the call ends. None before the
    /// first packet.
    pub async fn quality(&self) -> Option<Quality> {
        let is_end = |event: &CallEvent| matches!(event.what, Happened::Ended(_));
        if let Some(ended) = self.log.find(|event| is_end(event).then_some(event.at)) {
            tokio::time::sleep((ended + LAST_FIGURES).saturating_sub(self.log.now())).await;
        }
        self.leg.quality().received
    }

    /// Sends and takes no packets any more, as if the network were gone, until media are agreed
    /// anew; the call stays up.
    pub fn lose_media(&self) {
        self.leg.stop();
    }

    /// Puts the other side on hold: it is not heard any more.
    pub fn hold(&self) {
        self.command(Command::Hold);
    }

    /// Ends the hold.
    pub fn resume(&self) {
        self.command(Command::Resume);
    }

    /// Hangs up; before the answer it gives the call up. [`Self::ended`] tells when it is over.
    pub fn hang_up(&self) {
        self.command(Command::HangUp);
    }

    /// The phone's settings, for what belongs to its owner.
    pub fn user(&self) -> &str {
        &self.shared.settings.user
    }

    pub(crate) fn command(&self, command: Command) {
        self.control.command(command);
    }
}

/// Waits for one of the events that a reader has not read yet.
pub(crate) async fn wait_for(
    events: &mut Events,
    what: &str,
    within: Duration,
    mut is_it: impl FnMut(&Happened) -> bool,
) -> Result<CallEvent, PhoneError> {
    let search = async {
        let mut cause = None;
        while let Some(event) = events.next().await {
            if is_it(&event.what) {
                return Ok(event);
            }
            if let Happened::Ended(why) = event.what {
                cause = Some(why);
            }
        }
        Err(cause)
    };
    match tokio::time::timeout(within, search).await {
        Ok(Ok(event)) => Ok(event),
        Ok(Err(Some(cause))) => Err(PhoneError::Over { what: what.to_owned(), cause }),
        Ok(Err(None)) | Err(_) => Err(PhoneError::TooLate { what: what.to_owned(), within }),
    }
}

/// Carries a call on until nothing is open any more: the sockets stay open as long.
async fn follow(mut notices: CallNotices, line: Line, _shared: Arc<Shared>) {
    let Line { leg, log, tape } = line;
    while let Some(notice) = notices.next().await {
        match notice {
            Notice::StartMedia(plan) => {
                leg.start(plan);
                tape.media_began(log.now());
                log.push(Happened::MediaAgreed);
            }
            Notice::ChangeMedia(plan) => leg.start(plan),
            Notice::StopMedia => {
                leg.stop_recording();
                leg.stop();
            }
            Notice::Event(event) => log.push(told(event)),
        }
    }
}

fn told(event: Event) -> Happened {
    match event {
        Event::Progressed { status } => Happened::Progressed { status },
        Event::Answered => Happened::Answered,
        Event::Held => Happened::Held,
        Event::Resumed => Happened::Resumed,
        Event::KeyPressed { key, .. } => Happened::KeyHeard { key },
        Event::ChangeRefused { status } => Happened::ChangeRefused { status },
        Event::Ended(cause) => Happened::Ended(cause),
    }
}

/// Why a call ended, in words.
pub fn cause_text(cause: &Cause) -> String {
    match cause {
        Cause::Cancelled => "the caller gave up".into(),
        Cause::HungUpThere => "the other side hung up".into(),
        Cause::HungUpHere => "hung up".into(),
        Cause::RejectedHere { status } => format!("declined with {status}"),
        Cause::Refused { status } => format!("refused with {status}{}", meaning(*status)),
        Cause::NotAnswered => "nobody answered".into(),
        Cause::AckMissing => "the answer was never confirmed".into(),
        Cause::NoMedia { reason } => format!("no media could be agreed: {reason}"),
        Cause::Lost { status } => format!("the other side no longer knows the call ({status})"),
        Cause::TooLong => "the call lasted too long".into(),
    }
}

/// What a status means to a person.
fn meaning(status: u16) -> &'static str {
    match status {
        401 | 407 => " (name or password wrong, or none given)",
        403 => " (forbidden)",
        404 => " (no such number)",
        408 => " (no answer from there)",
        480 => " (nobody is there)",
        486 | 600 => " (busy)",
        487 => " (ended before the answer)",
        488 => " (no common codec, or no audio of this IP family)",
        503 => " (overloaded or not reachable)",
        603 => " (declined)",
        _ => "",
    }
}
