//! The handle of a leg.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use trunkline_media::plan::{MediaPlan, OwnAddresses};
use trunkline_media::prompt::Item;
use trunkline_webrtc::Peer;

use crate::command::Command;
use crate::engine::Inner;
use crate::event::LegQuality;
use crate::keys::Script;
use crate::mailbox::{Mail, Shared};
use crate::record::{Order, RecordSettings, RecordTo};
use crate::settings::EngineError;

/// One party's media: a pair of sockets, and what is sent and received on them.
///
/// Methods queue a command and return at once; it takes effect within the leg's next frame.
/// Commands of a leg take effect in their order, and with one media thread so do those of several
/// legs; legs on different threads do not wait for each other.
///
/// Dropping the leg closes it: a bridge is parted, a recording ended, RTCP says goodbye, the ports
/// are given back, and [`crate::LegEvent::Closed`] is reported.
#[derive(Debug)]
pub struct Leg {
    control: Control,
    port: u16,
    /// What a browser was offered, if it is one's. Boxed: telephones' legs carry thousands of
    /// bytes less.
    guest: Option<Box<Mutex<Guest>>>,
}

/// Offers to a browser.
#[derive(Debug)]
pub(crate) struct Guest {
    settings: trunkline_webrtc::Settings,
    /// The offer that has no answer yet, with its name.
    pending: Option<(Peer, String)>,
    /// The name of the offer that was answered last.
    active: Option<String>,
}

impl Guest {
    pub(crate) fn new(settings: trunkline_webrtc::Settings) -> Self {
        Self { settings, pending: None, active: None }
    }
}

/// The way to a leg's thread.
#[derive(Clone, Debug)]
pub(crate) struct Control {
    pub(crate) shared: Arc<Shared>,
    pub(crate) engine: Arc<Inner>,
}

impl Control {
    fn send(&self, command: Command) {
        self.shared.queue(command);
        let thread = self.shared.thread.load(Ordering::Acquire);
        self.engine.mailboxes[thread].post(Mail::Wake(self.shared.clone()));
    }
}

impl Leg {
    pub(crate) fn new(control: Control, port: u16, guest: Option<Guest>) -> Self {
        Self { control, port, guest: guest.map(|guest| Box::new(Mutex::new(guest))) }
    }

    /// What the leg was opened with.
    pub fn tag(&self) -> u64 {
        self.control.shared.tag
    }

    /// Where RTP is received, as others see it: what goes into a description.
    pub fn addresses(&self) -> OwnAddresses {
        self.control.engine.addresses(self.port)
    }

    /// The usual one of [`Leg::addresses`].
    pub fn local(&self) -> SocketAddr {
        self.addresses().usual
    }

    /// Begins to send and receive, or goes on with another plan after a new negotiation. What
    /// plays goes on; if the plan names another remote address, its source is learned anew. The
    /// plan's `local` is not looked at. A browser's leg starts by [`Leg::answer`] instead.
    pub fn start(&self, plan: MediaPlan) {
        self.control.send(Command::Start(plan, None));
    }

    /// Like [`Leg::start`], when it is known where the signalling comes from: packets from that
    /// host are taken at once. A phone behind NAT names an address of its own network, and sends
    /// from the one that its calls come from. Packets of any other host must prove themselves.
    pub fn start_from(&self, plan: MediaPlan, signaller: IpAddr) {
        self.control.send(Command::Start(plan, Some(signaller)));
    }

    /// Makes another offer (SDP) to a browser, in place of one that has no answer: its page was
    /// loaded anew. What plays, a bridge and a recording go on; until the answer comes the former
    /// connection, if it is still there, does too.
    ///
    /// # Errors
    /// [`EngineError::NoBrowser`] if the leg is no browser's, [`EngineError::Browser`] if no
    /// address can be offered.
    pub fn offer(&self) -> Result<String, EngineError> {
        let mut guest = self.guest()?;
        let (peer, offer) = Peer::offer(Instant::now(), &guest.settings)?;
        let guests = &self.control.engine.guests;
        guests.expect(&offer.ufrag, &self.control.shared);
        if let Some((_, ufrag)) = guest.pending.replace((peer, offer.ufrag)) {
            guests.forget(&ufrag);
        }
        Ok(offer.sdp)
    }

    /// Takes a browser's answer (SDP) to the last offer. [`crate::LegEvent::Connected`] follows, or
    /// [`crate::LegEvent::MediaLost`] if the browser does not get through.
    ///
    /// # Errors
    /// [`EngineError::NoBrowser`] if the leg is no browser's, [`EngineError::Browser`] if the
    /// answer is none, or there was one before. Then offer again.
    pub fn answer(&self, sdp: &str) -> Result<(), EngineError> {
        let mut guest = self.guest()?;
        let (peer, _) = guest.pending.as_mut().ok_or(trunkline_webrtc::Error::Answered)?;
        peer.accept(Instant::now(), sdp)?;
        let Some((peer, ufrag)) = guest.pending.take() else { return Ok(()) };
        if let Some(former) = guest.active.replace(ufrag) {
            self.control.engine.guests.forget(&former);
        }
        self.control.send(Command::Connect(Box::new(peer)));
        Ok(())
    }

    fn guest(&self) -> Result<std::sync::MutexGuard<'_, Guest>, EngineError> {
        let guest = self.guest.as_ref().ok_or(EngineError::NoBrowser { tag: self.tag() })?;
        Ok(guest.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Says goodbye and sends and receives no more. [`Leg::start`] begins again.
    pub fn stop(&self) {
        self.control.send(Command::Stop);
    }

    /// Plays items one after the other, in place of what plays now; the background pauses.
    /// [`crate::LegEvent::Played`] follows when they came to their end, unless they were stopped
    /// or replaced. A bridged leg hears them instead of the other side. Before [`Leg::start`] they
    /// wait; while the plan lets nothing be sent they play unheard.
    pub fn play(&self, id: u32, items: Vec<Item>) {
        self.control.send(Command::Play { id, items, is_open: false });
    }

    /// Like [`Leg::play`], with items that come one by one: speech that is still being made. While
    /// it waits for the next there is silence.
    pub fn play_stream(&self, id: u32) -> PlayStream {
        self.control.send(Command::Play { id, items: Vec::new(), is_open: true });
        PlayStream { control: self.control.clone(), id }
    }

    /// Sets what is heard when nothing else plays, as music in a queue, or nothing. It pauses while
    /// something else is heard. [`Leg::bridge`] ends it.
    pub fn background(&self, id: u32, item: Option<Item>) {
        self.control.send(Command::Background { id, item });
    }

    /// Stops what plays under this number, in the foreground or in the background, with the next
    /// frame. Without effect if it came to its end or was replaced.
    pub fn stop_playing(&self, id: u32) {
        self.control.send(Command::StopPlaying { id });
    }

    /// Sends keys `0`-`9`, `*`, `#`, `A`-`D`, each held for `tone_ms` (40 to 5,000) with `pause_ms`
    /// (at least 40) after it; `,` is a pause of two seconds. They are events (RFC 4733), or tones
    /// where the peer takes none. Meanwhile nothing else is heard. [`crate::LegEvent::KeysSent`]
    /// follows. Keys sent while others are still being sent come after them.
    ///
    /// # Errors
    /// [`EngineError::Keys`] if there is another character, or more than 128 of them.
    pub fn send_keys(&self, keys: &str, tone_ms: u16, pause_ms: u16) -> Result<(), EngineError> {
        let script = Script::parse(keys, tone_ms, pause_ms)?;
        self.control.send(Command::SendKeys(script));
        Ok(())
    }

    /// Keys that the party has pressed where no packet tells of them, such as on a page: they go to
    /// the other side of the bridge, as events of the party's own would. Where there is no other
    /// side, it hears something else, or the party is on hold, they go nowhere. They are not
    /// reported as [`crate::LegEvent::Key`]: whoever passes them knows them.
    ///
    /// # Errors
    /// As [`Leg::send_keys`].
    pub fn pass_keys(&self, keys: &str, tone_ms: u16, pause_ms: u16) -> Result<(), EngineError> {
        let script = Script::parse(keys, tone_ms, pause_ms)?;
        self.control.send(Command::PassKeys(script));
        Ok(())
    }

    /// Joins two legs of one engine: packets that one receives are sent to the other at once, keys
    /// as events; only where they speak different laws of G.711 bytes are converted. Ends what both
    /// play, background included. A leg that was bridged to somebody else leaves them.
    pub fn bridge(&self, other: &Leg) {
        let other = other.control.shared.clone();
        self.control.send(Command::Bridge { other, hops: 0 });
    }

    /// Joins the conference of another leg of one engine, or begins one with it: all legs of a
    /// conference hear each other, none hears itself. Each goes through a jitter buffer and is
    /// mixed anew, so that it costs more than a bridge. Ends what this leg plays; a leg that was
    /// bridged leaves the other side, and [`Leg::bridge`] or [`Leg::unbridge`] leaves the
    /// conference. On hold a leg neither hears nor is heard. Keys are only reported.
    pub fn confer(&self, other: &Leg) {
        let other = other.control.shared.clone();
        self.control.send(Command::Confer { other, hops: 0 });
    }

    /// Parts the leg and the one that it is bridged to, or leaves the conference.
    pub fn unbridge(&self) {
        self.control.send(Command::Unbridge);
    }

    /// Puts the party on hold: it hears the item, or silence, and neither it nor the other side
    /// hears the other. Its keys are still reported. Works the same on a leg that is not bridged,
    /// where it takes the place of the background.
    pub fn hold(&self, item: Option<Item>) {
        self.control.send(Command::Hold(item));
    }

    /// Ends [`Leg::hold`].
    pub fn resume(&self) {
        self.control.send(Command::Resume);
    }

    /// Passes nothing on of what the party says, or does so again; its keys are. The others hear
    /// silence, and the party hears them all the same. A recording of the leg is not changed.
    pub fn mute(&self, is_muted: bool) {
        self.control.send(Command::Mute(is_muted));
    }

    /// There is reason to believe that the browser behind the leg is gone: it is lost already when
    /// nothing has come for a second, and not only after five. Other legs have no use for it.
    pub fn suspect(&self, is_suspect: bool) {
        self.control.send(Command::Suspect(is_suspect));
    }

    /// Records, in place of a recording that is going on. [`crate::LegEvent::Recorded`] follows
    /// when it ends: by [`Leg::stop_recording`], at its limit, or with the leg.
    ///
    /// # Errors
    /// [`EngineError::Thread`] if the thread that writes files cannot be started.
    pub fn record(&self, settings: RecordSettings) -> Result<(), EngineError> {
        let writer = match settings.to {
            RecordTo::Memory => None,
            RecordTo::File { .. } => Some(self.control.engine.writer()?),
        };
        self.control.send(Command::Record(Box::new(Order { settings, writer })));
        Ok(())
    }

    /// Records silence in place of what is said and heard, or records it again; times in the
    /// recording stay true. What came during a pause is in no recording, not in part either.
    /// A new recording does not pause.
    pub fn pause_recording(&self, is_paused: bool) {
        self.control.send(Command::PauseRecording(is_paused));
    }

    /// Ends a recording.
    pub fn stop_recording(&self) {
        self.control.send(Command::StopRecording);
    }

    /// The figures of the last report: they are taken every five seconds and at [`Leg::stop`].
    pub fn quality(&self) -> LegQuality {
        self.control.shared.quality()
    }
}

impl Drop for Leg {
    fn drop(&mut self) {
        if let Ok(guest) = self.guest() {
            let names = guest.pending.iter().map(|(_, ufrag)| ufrag).chain(&guest.active);
            names.for_each(|ufrag| self.control.engine.guests.forget(ufrag));
        }
        self.control.send(Command::Close);
    }
}

/// A playlist that is still being made; dropping it completes it. See [`Leg::play_stream`].
#[derive(Debug)]
pub struct PlayStream {
    control: Control,
    id: u32,
}

impl PlayStream {
    /// Adds an item. Without effect if the playlist was stopped or replaced. More than 4,096 items
    /// that wait are not kept.
    pub fn push(&self, item: Item) {
        self.control.send(Command::Push { id: self.id, item });
    }

    /// Completes the playlist: when all of it was heard, it is reported as played.
    pub fn finish(self) {}
}

impl Drop for PlayStream {
    fn drop(&mut self) {
        self.control.send(Command::Finish { id: self.id });
    }
}
