//! A leg as its media thread has it: what comes in, and what goes out at each frame.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use trunkline_media::bridge::{Intake, Relayed};
use trunkline_media::codec::{COMFORT_NOISE, Codec, PayloadKind, PayloadMap};
use trunkline_media::dtmf::{KeyEvent, Receiver};
use trunkline_media::plan::MediaPlan;
use trunkline_media::quality::Quality;
use trunkline_media::reception::Reception;
use trunkline_media::rtp::{
    DatagramKind, HEADER_BYTES, Header, Packet, SourceVerdict, SourceWatch, classify,
};
use trunkline_media::stream::OutStream;
use trunkline_media::{FRAME_MS, FRAME_SAMPLES};
use trunkline_webrtc::{Peer, Via};

use crate::browser::News;
use crate::counters::Counters;
use crate::event::{LegEvent, LegQuality, PeerView, Sink};
use crate::hearing::Hearing;
use crate::keys::{KeyFrame, KeySender};
use crate::mailbox::Shared;
use crate::opus_edge::Sound;
use crate::ports::Sockets;
use crate::record::{Order, RecordEnd, Recorder};
use crate::reports::{self, Tone};
use crate::seat::Seat;
use crate::transport::Transport;

/// A bridged leg to which nothing was relayed for so long is sent silence, so that its peer does
/// not take us for gone.
const RELAY_GAP: Duration = Duration::from_millis(500);

/// A browser that is there sends without a pause, silence too: after so long it is lost.
const BROWSER_SILENCE: Duration = Duration::from_secs(5);

/// The same, when its page is gone.
const SUSPECT_SILENCE: Duration = Duration::from_secs(1);

/// What a thread lends to the leg that it works on.
pub(crate) struct Cx {
    /// The engine's start.
    pub(crate) epoch: Instant,
    /// Since then.
    pub(crate) now: Duration,
    /// Where packets are put together.
    pub(crate) out: Vec<u8>,
    pub(crate) counters: Counters,
    pub(crate) sink: Sink,
    /// After so long without RTP, media are lost.
    pub(crate) media_timeout: Duration,
}

impl Cx {
    /// Now, for those who have no epoch.
    pub(crate) fn instant(&self) -> Instant {
        self.epoch + self.now
    }
}

/// What was agreed on, and what follows from it.
#[derive(Debug)]
struct Agreed {
    plan: MediaPlan,
    payloads: PayloadMap,
    intake: Intake,
    /// Frames of a packet of our own.
    frames: u32,
}

/// A leg.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) shared: Arc<Shared>,
    pub(crate) sockets: Sockets,
    /// Where the RTP socket is bound.
    pub(crate) bind: SocketAddr,
    /// Which of the clock's slots it sends in.
    pub(crate) slot: usize,
    /// The other side of the bridge: its place in the thread's list.
    pub(crate) partner: Option<usize>,
    /// Its place in a conference.
    pub(crate) seat: Option<Box<Seat>>,
    agreed: Option<Agreed>,
    random: u64,
    stream: OutStream,
    pub(crate) transport: Transport,
    watch: SourceWatch,
    reception: Option<Reception>,
    keys_in: Receiver,
    pub(crate) keys_out: KeySender,
    pub(crate) hearing: Hearing,
    /// Whether what the peer says is passed on to nobody.
    pub(crate) is_muted: bool,
    /// Whether there is reason to believe that the peer is gone.
    pub(crate) is_suspect: bool,
    recorder: Option<Box<Recorder>>,
    ticks: u32,
    last_rtp: Duration,
    is_lost: bool,
    last_relay: Duration,
    next_report: Duration,
    sent: u64,
    wrong_source: u64,
    peer: Option<PeerView>,
    round_trip: Option<Duration>,
}

impl Line {
    /// A leg that has not started. `random` must be unguessable.
    pub(crate) fn new(
        shared: Arc<Shared>,
        sockets: Sockets,
        bind: SocketAddr,
        random: u64,
        transport: Transport,
    ) -> Self {
        Self {
            shared,
            sockets,
            bind,
            slot: 0,
            partner: None,
            seat: None,
            agreed: None,
            random,
            stream: OutStream::new(0, 0, 0),
            transport,
            watch: SourceWatch::default(),
            reception: None,
            keys_in: Receiver::new(Codec::Pcmu.clock_rate_hz()),
            keys_out: KeySender::default(),
            hearing: Hearing::new(Codec::Pcmu),
            is_muted: false,
            is_suspect: false,
            recorder: None,
            ticks: 0,
            last_rtp: Duration::ZERO,
            is_lost: false,
            last_relay: Duration::ZERO,
            next_report: Duration::ZERO,
            sent: 0,
            wrong_source: 0,
            peer: None,
            round_trip: None,
        }
    }

    /// Begins, or goes on with another plan, whose signalling came from that address.
    pub(crate) fn start_from(&mut self, plan: MediaPlan, signaller: Option<IpAddr>, now: Duration) {
        match &mut self.transport {
            Transport::Plain(source) => source.set_plan(&plan, signaller),
            Transport::Browser(_) => {
                tracing::error!(tag = self.shared.tag, "a browser's leg takes no plan; answer it");
                return;
            }
        }
        self.start(plan, now);
    }

    fn start(&mut self, plan: MediaPlan, now: Duration) {
        let Some(agreed) = Agreed::new(plan) else {
            tracing::error!(tag = self.shared.tag, ?plan, "a plan has no usable payload type");
            return;
        };
        let received = self.agreed.as_ref().is_some_and(|old| old.plan.direction.receives());
        if self.agreed.is_none() {
            self.begin(now);
        }
        if !received {
            self.last_rtp = now;
        }
        self.hearing.set_codec(plan.codec);
        self.stream.set_frames(agreed.frames);
        self.agreed = Some(agreed);
    }

    /// Numbers of a new stream.
    fn begin(&mut self, now: Duration) {
        // A step of a linear congruence: what it begins with is unguessable.
        let next = |random: u64| {
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)
        };
        let first = self.random;
        let second = next(first);
        self.random = next(second);
        self.stream =
            OutStream::new((first >> 32) as u32, (second >> 48) as u16, (second >> 8) as u32);
        self.is_lost = false;
        // Reports of legs that start together are spread over half a second.
        let spread = Duration::from_millis(first % 500);
        self.next_report = now + reports::INTERVAL - spread;
    }

    /// Says goodbye.
    pub(crate) fn stop(&mut self, cx: &mut Cx) {
        if self.agreed.is_some() {
            self.report(Tone::Goodbye, cx);
            self.agreed = None;
        }
        if let Transport::Browser(browser) = &mut self.transport {
            browser.close(&self.sockets, cx);
        }
    }

    /// A browser has answered.
    pub(crate) fn connect(&mut self, peer: Peer, cx: &mut Cx) {
        if let Transport::Browser(browser) = &mut self.transport {
            browser.connect(peer, &self.sockets, cx);
        }
    }

    /// Takes bytes of a browser's socket or connection; [`Line::heard`] then gives its packets.
    pub(crate) fn receive_secured(
        &mut self,
        from: SocketAddr,
        via: Via,
        datagram: &[u8],
        cx: &mut Cx,
    ) {
        let Transport::Browser(browser) = &mut self.transport else { return };
        if !browser.receive(from, via, datagram, &self.sockets, cx) {
            cx.counters.wrong_source += 1;
            self.wrong_source += 1;
        }
    }

    /// Looks at what a browser's transport has for the leg. Gives the next packet, if there is one.
    pub(crate) fn heard(&mut self, cx: &mut Cx) -> Option<Sound> {
        loop {
            match self.transport.browser()?.news()? {
                News::Rtp(sound) => return Some(sound),
                News::Connected(plan) => {
                    self.last_rtp = cx.now;
                    self.start(plan, cx.now);
                    (cx.sink)(LegEvent::Connected { tag: self.shared.tag });
                }
                News::Lost => self.lose(cx),
                News::Report(report) => {
                    self.round_trip = report.round_trip.or(self.round_trip);
                    self.peer = Some(PeerView {
                        loss_percent: report.loss_percent,
                        lost: report.lost,
                        jitter: report.jitter,
                    });
                }
            }
        }
    }

    /// Takes a packet that a browser's transport has given. Gives what may be relayed.
    pub(crate) fn take_heard<'a>(
        &mut self,
        sound: &'a Sound,
        cx: &mut Cx,
    ) -> Option<(Packet<'a>, PayloadKind)> {
        let agreed = self.agreed.as_ref()?;
        let heard = &sound.heard;
        let Some(kind) = agreed.payloads.get(heard.header.payload_type) else {
            cx.counters.unparsable += 1;
            return None;
        };
        let packet = Packet { header: heard.header, payload: &heard.payload, ..Packet::default() };
        if sound.is_made_up { self.pass(packet, kind, cx) } else { self.take(packet, kind, cx) }
    }

    /// The source of the stream that we send.
    fn ssrc(&self) -> u32 {
        self.stream.ssrc()
    }

    /// Takes a datagram from the RTP port. Gives what may be relayed.
    pub(crate) fn receive<'a>(
        &mut self,
        from: SocketAddr,
        datagram: &'a [u8],
        cx: &mut Cx,
    ) -> Option<(Packet<'a>, PayloadKind)> {
        let Transport::Plain(source) = &mut self.transport else { return None };
        let agreed = self.agreed.as_ref()?;
        let parsed = match classify(datagram) {
            DatagramKind::Rtp => Packet::parse(datagram).ok(),
            DatagramKind::Rtcp => {
                self.receive_rtcp(from, datagram, cx);
                return None;
            }
            DatagramKind::Stun | DatagramKind::Dtls | DatagramKind::Other => None,
        };
        let kind =
            |packet: Packet<'a>| Some((packet, agreed.payloads.get(packet.header.payload_type)?));
        let Some((packet, kind)) = parsed.and_then(kind) else {
            cx.counters.unparsable += 1;
            return None;
        };
        if !source.takes(from, &packet.header) {
            cx.counters.wrong_source += 1;
            self.wrong_source += 1;
            return None;
        }
        self.take(packet, kind, cx)
    }

    /// Takes a packet of the peer. Gives it back if it may be relayed.
    fn take<'a>(
        &mut self,
        packet: Packet<'a>,
        kind: PayloadKind,
        cx: &mut Cx,
    ) -> Option<(Packet<'a>, PayloadKind)> {
        if !self.count(&packet.header, cx) {
            return None;
        }
        self.pass(packet, kind, cx)
    }

    /// Gives a packet of the peer to all who listen, and back if it may be relayed.
    fn pass<'a>(
        &mut self,
        packet: Packet<'a>,
        kind: PayloadKind,
        cx: &mut Cx,
    ) -> Option<(Packet<'a>, PayloadKind)> {
        let receives = self.agreed.as_ref()?.plan.direction.receives();
        match kind {
            PayloadKind::TelephoneEvent => self.take_key(&packet, cx),
            PayloadKind::Audio(codec) => {
                if let Some(recorder) = &mut self.recorder {
                    recorder.push_received(cx.now, &packet, codec);
                }
                if let Some(seat) = self.seat.as_mut().filter(|_| receives) {
                    seat.push(cx.now, &packet, codec);
                }
            }
            PayloadKind::ComfortNoise => {}
        }
        receives.then_some((packet, kind))
    }

    /// Counts a packet of the peer. False if its source is not believed, or its number is far off.
    fn count(&mut self, header: &Header, cx: &mut Cx) -> bool {
        let verdict = self.watch.receive(cx.now, header);
        let is_taken = match (verdict, &mut self.reception) {
            (SourceVerdict::Candidate, _) => false,
            (SourceVerdict::Current, Some(reception)) => reception.receive(cx.now, header),
            (SourceVerdict::Changed, Some(reception)) => {
                reception.change_source(cx.now, header);
                self.keys_in.source_changed();
                true
            }
            (SourceVerdict::Current | SourceVerdict::Changed, None) => {
                let clock_rate_hz = Codec::Pcmu.clock_rate_hz();
                self.reception = Some(Reception::new(cx.now, header, clock_rate_hz));
                true
            }
        };
        if !is_taken {
            return false;
        }
        cx.counters.received += 1;
        self.last_rtp = cx.now;
        if std::mem::take(&mut self.is_lost) {
            (cx.sink)(LegEvent::MediaBack { tag: self.shared.tag });
        }
        true
    }

    fn take_key(&mut self, packet: &Packet<'_>, cx: &mut Cx) {
        if self.keys_in.push(cx.now, &packet.header, packet.payload).is_err() {
            cx.counters.unparsable += 1;
        }
        self.report_keys(cx);
    }

    fn report_keys(&mut self, cx: &Cx) {
        while let Some(event) = self.keys_in.poll(cx.now) {
            match event {
                KeyEvent::Pressed(key) => (cx.sink)(LegEvent::Key { tag: self.shared.tag, key }),
                KeyEvent::Released { .. } => {}
            }
        }
    }

    /// Takes a datagram from the RTCP port, or RTCP from that of RTP.
    pub(crate) fn receive_rtcp(&mut self, from: SocketAddr, datagram: &[u8], cx: &mut Cx) {
        let Transport::Plain(source) = &mut self.transport else { return };
        if self.agreed.is_none() {
            return;
        }
        if !source.takes_rtcp(from) {
            cx.counters.wrong_source += 1;
            self.wrong_source += 1;
            return;
        }
        let ssrc = self.ssrc();
        match reports::read(cx.now, datagram, ssrc, self.reception.as_mut()) {
            Ok(heard) => {
                cx.counters.rtcp_received += 1;
                self.peer = heard.view.or(self.peer);
                self.round_trip = heard.round_trip.or(self.round_trip);
            }
            Err(_) => cx.counters.unparsable += 1,
        }
    }

    /// Sends the packet of the other side of the bridge, unless something else is heard.
    pub(crate) fn relay(&mut self, packet: &Packet<'_>, kind: PayloadKind, cx: &mut Cx) {
        let Some(agreed) = &self.agreed else { return };
        if !self.hearing.hears_partner() || self.keys_out.is_busy() {
            return;
        }
        let Some(to) = agreed.remote(&self.transport) else { return };
        let codec = agreed.plan.codec;
        let relayed = agreed.intake.relay(cx.now, packet, kind, &mut self.stream, &mut cx.out);
        if relayed != Relayed::Sent {
            return;
        }
        self.last_relay = cx.now;
        cx.counters.relayed += 1;
        self.send(to, cx);
        if matches!(kind, PayloadKind::Audio(_)) {
            self.record_sent(codec, cx);
        }
    }

    /// The clock's tick: every 20 ms. `at` is when it should have been.
    pub(crate) fn tick(&mut self, at: Duration, cx: &mut Cx) {
        if let Transport::Browser(browser) = &mut self.transport {
            browser.tick(&self.sockets, cx);
            // Time brings no packets.
            while self.heard(cx).is_some() {}
        }
        let Some(agreed) = &self.agreed else { return };
        let (frames, receives) = (agreed.frames, agreed.plan.direction.receives());
        self.watch_media(receives, cx);
        self.report_keys(cx);
        if let Some(end) = self.recorder.as_mut().and_then(|recorder| recorder.tick(at)) {
            self.stop_recording(end, cx);
        }
        if cx.now >= self.next_report {
            self.next_report = cx.now + reports::INTERVAL;
            self.report(Tone::Regular, cx);
        }
        self.ticks = self.ticks.wrapping_add(1);
        if self.ticks.is_multiple_of(frames) {
            let mut out = std::mem::take(&mut cx.out);
            self.send_frame(at, &mut out, cx);
            cx.out = out;
        }
    }

    /// Whether frames of our own are due, so that the clock must be on time.
    pub(crate) fn needs_clock(&self, now: Duration) -> bool {
        self.partner.is_none()
            || !self.hearing.hears_partner()
            || self.keys_out.is_busy()
            || self.recorder.is_some()
            || now.saturating_sub(self.last_relay) >= RELAY_GAP
    }

    fn watch_media(&mut self, receives: bool, cx: &Cx) {
        if !receives {
            self.last_rtp = cx.now;
        }
        let silent = cx.now.saturating_sub(self.last_rtp);
        if silent >= self.patience(cx) {
            self.lose(cx);
        }
    }

    /// After so long without a packet the peer is lost.
    fn patience(&self, cx: &Cx) -> Duration {
        match &self.transport {
            Transport::Plain(_) => cx.media_timeout,
            Transport::Browser(_) if self.is_suspect => cx.media_timeout.min(SUSPECT_SILENCE),
            Transport::Browser(_) => cx.media_timeout.min(BROWSER_SILENCE),
        }
    }

    fn lose(&mut self, cx: &Cx) {
        if self.is_lost {
            return;
        }
        self.is_lost = true;
        self.transport.reopen();
        (cx.sink)(LegEvent::MediaLost { tag: self.shared.tag });
    }

    /// Puts the packet of a tick together in `out` and sends it.
    fn send_frame(&mut self, at: Duration, out: &mut Vec<u8>, cx: &mut Cx) {
        let Some(agreed) = &self.agreed else { return };
        let tag = self.shared.tag;
        while let Some(id) = self.hearing.take_over() {
            (cx.sink)(LegEvent::Played { tag, id });
        }
        let (codec, intake) = (agreed.plan.codec, agreed.intake);
        let to = agreed.remote(&self.transport);
        out.clear();
        out.resize(HEADER_BYTES + FRAME_SAMPLES * agreed.frames as usize, 0);
        let sound = &mut out[HEADER_BYTES..];
        let timestamp = self.stream.timestamp_at(at);
        let mut key = KeyFrame::Done;
        while key == KeyFrame::Done && self.keys_out.is_busy() {
            key = self.keys_out.tick(timestamp, intake.event_type().is_some(), codec, sound);
            if key == KeyFrame::Done {
                (cx.sink)(LegEvent::KeysSent { tag });
            }
        }
        let header = match key {
            KeyFrame::Event(packet) => {
                let event_type = intake.event_type().unwrap_or_default();
                out.truncate(HEADER_BYTES);
                out.extend_from_slice(&packet.payload);
                to.map(|_| self.stream.event(at, event_type, &packet))
            }
            KeyFrame::Sound => to.map(|_| self.stream.frame(at, intake.audio_type(), sound.len())),
            KeyFrame::Done | KeyFrame::Idle => {
                if !self.fill(codec, sound, cx) {
                    return;
                }
                to.map(|_| self.stream.frame(at, intake.audio_type(), sound.len()))
            }
        };
        let (Some(header), Some(to)) = (header, to) else { return };
        out[..HEADER_BYTES].copy_from_slice(&header.to_bytes());
        let is_audio = header.payload_type == intake.audio_type();
        std::mem::swap(out, &mut cx.out);
        self.send(to, cx);
        if is_audio {
            self.record_sent(codec, cx);
        }
        std::mem::swap(out, &mut cx.out);
    }

    /// Fills a frame. False if none is due: the other side of the bridge is heard.
    fn fill(&mut self, codec: Codec, sound: &mut [u8], cx: &Cx) -> bool {
        let is_bridged = self.partner.is_some();
        if self.hearing.fill(sound, is_bridged || self.seat.is_some()) {
            self.seat.iter_mut().for_each(|seat| seat.miss());
            return true;
        }
        if let Some(seat) = &mut self.seat {
            seat.fill(codec, sound);
            return true;
        }
        sound.fill(codec.silence());
        !is_bridged || cx.now.saturating_sub(self.last_relay) >= RELAY_GAP
    }

    fn send(&mut self, to: SocketAddr, cx: &mut Cx) {
        if self.transport.send(to, &self.sockets, cx) {
            self.sent += 1;
            cx.counters.sent += 1;
        } else {
            // A full buffer, or no way there: the next frame may do better.
            cx.counters.send_failures += 1;
        }
    }

    fn record_sent(&mut self, codec: Codec, cx: &Cx) {
        let Some(recorder) = &mut self.recorder else { return };
        if let Ok(packet) = Packet::parse(&cx.out) {
            recorder.push_sent(cx.now, &packet, codec);
        }
    }

    /// Begins a recording, in place of one that goes on.
    pub(crate) fn record(&mut self, order: Order, cx: &Cx) {
        self.stop_recording(RecordEnd::Stopped, cx);
        self.recorder = Some(Box::new(Recorder::new(self.shared.tag, order)));
    }

    /// Pauses a recording, if there is one, or goes on with it.
    pub(crate) fn pause_recording(&mut self, is_paused: bool) {
        if let Some(recorder) = &mut self.recorder {
            recorder.pause(is_paused);
        }
    }

    /// Ends a recording, if there is one.
    pub(crate) fn stop_recording(&mut self, end: RecordEnd, cx: &Cx) {
        let Some(recorder) = self.recorder.take() else { return };
        if let Some(event) = recorder.end(end) {
            (cx.sink)(event);
        }
    }

    /// Sends a report and publishes the figures.
    fn report(&mut self, tone: Tone, cx: &mut Cx) {
        let Some(agreed) = &self.agreed else { return };
        self.shared.set_quality(self.quality());
        // A browser's transport reports by itself.
        let Transport::Plain(source) = &self.transport else { return };
        let is_muxed = agreed.plan.rtcp_mux;
        let to = source.remote_rtcp(is_muxed);
        reports::write(cx.now, &self.stream, self.reception.as_mut(), tone, &mut cx.out);
        let own = if is_muxed { None } else { self.sockets.rtcp.as_ref() };
        let socket = own.unwrap_or(&self.sockets.rtp);
        match to.map(|to| socket.send_to(&cx.out, to)) {
            Some(Ok(_)) => cx.counters.rtcp_sent += 1,
            Some(Err(_)) => cx.counters.send_failures += 1,
            None => {}
        }
    }

    /// The figures so far.
    pub(crate) fn quality(&self) -> LegQuality {
        let reception = self.reception.as_ref();
        LegQuality {
            received: reception.map(|reception| Quality::of(reception, self.round_trip)),
            sent: self.sent,
            peer: self.peer,
            remote: self.transport.remote(),
            wrong_source: self.wrong_source,
        }
    }
}

impl Agreed {
    /// None if the payload type is none.
    fn new(plan: MediaPlan) -> Option<Self> {
        let mut payloads = PayloadMap::default();
        payloads.insert(plan.payload_type, PayloadKind::Audio(plan.codec));
        if let Some(event_type) = plan.event_payload_type {
            payloads.insert(event_type, PayloadKind::TelephoneEvent);
        }
        let intake = Intake::new(plan.codec, &payloads)?;
        // It was not agreed on and is not sent. But who sends it means no other thing by it.
        if payloads.get(COMFORT_NOISE).is_none() {
            payloads.insert(COMFORT_NOISE, PayloadKind::ComfortNoise);
        }
        let frames = (u32::from(plan.ptime_ms) / FRAME_MS).clamp(1, 3);
        Some(Self { plan, payloads, intake, frames })
    }

    /// Where frames go, if they may.
    fn remote(&self, transport: &Transport) -> Option<SocketAddr> {
        if self.plan.direction.sends() { transport.remote() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::Ports;
    use crate::source::Source;
    use std::net::{IpAddr, Ipv4Addr, UdpSocket};
    use std::sync::Mutex;
    use trunkline_media::plan::Direction;
    use trunkline_media::rtcp::{self, Rtcp};

    const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const MS: Duration = Duration::from_millis(1);

    /// A leg with real sockets, and time that passes as the test likes.
    struct Stage {
        line: Line,
        cx: Cx,
        events: Arc<Mutex<Vec<LegEvent>>>,
        rtp: UdpSocket,
        rtcp: UdpSocket,
    }

    impl Stage {
        fn new() -> Self {
            let ports = Ports::new(HOST, 31_000..=31_999, std::process::id().into()).unwrap();
            let sockets = ports.open().unwrap();
            let bind = sockets.rtp.local_addr().unwrap();
            let plain = Transport::Plain(Source::new(bind.ip()));
            let line = Line::new(Arc::new(Shared::new(0, 5, 0)), sockets, bind, 77, plain);
            let events: Arc<Mutex<Vec<LegEvent>>> = Arc::default();
            let seen = events.clone();
            let socket = || {
                let socket = UdpSocket::bind((HOST, 0)).unwrap();
                socket.set_nonblocking(true).unwrap();
                socket
            };
            let cx = Cx {
                epoch: Instant::now(),
                now: MS,
                out: Vec::new(),
                counters: Counters::default(),
                sink: Arc::new(move |event| seen.lock().unwrap().push(event)),
                media_timeout: Duration::from_secs(10),
            };
            Self { line, cx, events, rtp: socket(), rtcp: socket() }
        }

        fn plan(&self) -> MediaPlan {
            MediaPlan {
                local: self.line.bind,
                remote: self.rtp.local_addr().unwrap(),
                remote_rtcp: self.rtcp.local_addr().unwrap(),
                rtcp_mux: false,
                codec: Codec::Pcmu,
                payload_type: 0,
                event_payload_type: Some(101),
                ptime_ms: 20,
                direction: Direction::SendRecv,
            }
        }

        /// Ticks for so many frames; gives the RTCP compounds that were sent, with their time.
        fn run(&mut self, frames: u32) -> Vec<(Duration, Vec<Rtcp>)> {
            let mut reports = Vec::new();
            let mut inbox = [0; 2_048];
            for _ in 0..frames {
                self.cx.now += MS * 20;
                self.line.tick(self.cx.now, &mut self.cx);
                while let Ok(length) = self.rtcp.recv(&mut inbox) {
                    reports.push((self.cx.now, rtcp::parse(&inbox[..length]).unwrap()));
                }
                while self.rtp.recv(&mut inbox).is_ok() {}
            }
            reports
        }
    }

    #[test]
    fn reports_are_sent_every_five_seconds() {
        let mut stage = Stage::new();
        let plan = stage.plan();
        stage.line.start_from(plan, None, stage.cx.now);
        let reports = stage.run(1_000);
        assert_eq!(reports.len(), 4, "{reports:?}");
        for pair in reports.windows(2) {
            assert_eq!(pair[1].0 - pair[0].0, reports::INTERVAL);
        }
        for (at, packets) in &reports {
            let Rtcp::SenderReport { info, reports, .. } = &packets[0] else { panic!() };
            // A tick's report comes before its frame.
            assert_eq!(u128::from(info.packets), at.as_millis() / 20 - 1);
            assert!(reports.is_empty(), "nothing was received");
            assert!(matches!(packets[1], Rtcp::SourceDescription(_)));
            assert_eq!(packets.len(), 2);
        }
        assert_eq!(stage.cx.counters.rtcp_sent, 4);
        // Ten of the twenty seconds without a packet were one loss.
        let events = stage.events.lock().unwrap();
        assert!(matches!(events[..], [LegEvent::MediaLost { tag: 5 }]), "{events:?}");
    }

    #[test]
    fn after_a_stop_another_stream_begins() {
        let mut stage = Stage::new();
        let plan = stage.plan();
        stage.line.start_from(plan, None, stage.cx.now);
        stage.run(2);
        let first = stage.line.ssrc();
        stage.line.stop(&mut stage.cx);
        let reports = stage.run(10);
        assert_eq!(reports.len(), 1);
        assert!(matches!(&reports[0].1[2], Rtcp::Bye { ssrcs, .. } if *ssrcs == [first]));
        assert_eq!(stage.cx.counters.sent, 2, "it is silent");
        stage.line.start_from(plan, None, stage.cx.now);
        stage.run(1);
        assert_eq!(stage.cx.counters.sent, 3);
        assert_ne!(stage.line.ssrc(), first);
    }

    #[test]
    fn strange_datagrams_are_counted_and_do_no_harm() {
        let mut stage = Stage::new();
        let from = stage.rtp.local_addr().unwrap();
        assert!(stage.line.receive(from, &[0x80; 172], &mut stage.cx).is_none(), "not started");
        let plan = stage.plan();
        stage.line.start_from(plan, None, stage.cx.now);
        let mut seed = 99_u64;
        for round in 0..20_000_usize {
            let mut datagram: Vec<u8> = (0..round % 200)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (seed >> 40) as u8
                })
                .collect();
            // Most of them look like RTP or RTCP of something known.
            if let [first, second, ..] = &mut datagram[..] {
                *first = 0x80 | *first & 0x31;
                *second = [0, 101, 13, 200, 203, 128][round % 6];
            }
            let (length, number) = (datagram.len() as u16 / 4, round as u16);
            if let [_, kind, number_or_length @ .., _, _, _, _] = &mut datagram[..] {
                let bytes = if *kind >= 200 { length.saturating_sub(1) } else { number };
                if let [high, low, ..] = number_or_length {
                    [*high, *low] = bytes.to_be_bytes();
                }
            }
            if let Some(ssrc) = datagram.get_mut(8..12) {
                ssrc.fill(3);
            }
            stage.line.receive(from, &datagram, &mut stage.cx);
            stage.line.receive_rtcp(from, &datagram, &mut stage.cx);
            if round % 50 == 0 {
                stage.run(1);
            }
        }
        let counters = stage.cx.counters;
        assert!(counters.unparsable > 1_000 && counters.received > 1_000, "{counters:?}");
        assert!(counters.rtcp_received > 100, "{counters:?}");
    }
}
