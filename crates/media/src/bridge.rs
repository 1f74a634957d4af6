//! Two legs joined: what one sends reaches the other under that leg's own numbers.
//!
//! Payloads are passed on as they are; only where the legs speak different laws of G.711 each byte
//! is converted. Keys pass through as events. A party on hold hears its own playlist, and its
//! stream's numbers go on without a jump.

use core::time::Duration;

use crate::codec::{Codec, PayloadKind, PayloadMap};
use crate::g711;
use crate::prompt::Player;
use crate::rtcp::SenderInfo;
use crate::rtp::{HEADER_BYTES, Packet, SourceVerdict, SourceWatch};
use crate::stream::OutStream;
use crate::{FRAME_SAMPLES, Samples};

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The first leg, by custom the caller.
    A,
    /// The second leg, by custom the agent.
    B,
}

impl Party {
    /// The one at the other end.
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relayed {
    /// Send the bytes to the other party.
    Sent,
    /// The other party hears music.
    OnHold,
    /// The leg has not agreed on the payload type.
    UnknownPayload,
    /// The other leg takes no such payload, as events or comfort noise.
    NotTaken,
    /// The packet may come from a new source, which is not believed yet.
    Candidate,
    /// The packet belongs to the time before the legs were joined.
    Old,
}

/// Which payloads a leg takes, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intake {
    codec: Codec,
    audio_type: u8,
    event_type: Option<u8>,
    noise_type: Option<u8>,
}

impl Intake {
    /// What a leg takes that has agreed on these payload types and speaks `codec`.
    /// None if the codec is not among them.
    pub fn new(codec: Codec, payloads: &PayloadMap) -> Option<Self> {
        Some(Self {
            codec,
            audio_type: payloads.number_of(PayloadKind::Audio(codec))?,
            event_type: payloads.number_of(PayloadKind::TelephoneEvent),
            noise_type: payloads.number_of(PayloadKind::ComfortNoise),
        })
    }

    /// The payload type of audio.
    pub fn audio_type(&self) -> u8 {
        self.audio_type
    }

    /// The payload type of keys, if the leg takes them as events.
    pub fn event_type(&self) -> Option<u8> {
        self.event_type
    }

    /// Writes into `out`, in place of what is there, another leg's packet as the next one of
    /// `stream`. `out` is only touched if the answer is [`Relayed::Sent`].
    pub fn relay(
        &self,
        now: Duration,
        packet: &Packet<'_>,
        kind: PayloadKind,
        stream: &mut OutStream,
        out: &mut Vec<u8>,
    ) -> Relayed {
        let taken = match kind {
            PayloadKind::Audio(_) => Some(self.audio_type),
            PayloadKind::TelephoneEvent => self.event_type,
            PayloadKind::ComfortNoise => self.noise_type,
        };
        let Some(payload_type) = taken else { return Relayed::NotTaken };
        let octets = packet.payload.len();
        let Some(header) = stream.relay(now, &packet.header, payload_type, octets) else {
            return Relayed::Old;
        };
        out.clear();
        out.extend_from_slice(&header.to_bytes());
        out.extend_from_slice(packet.payload);
        if let PayloadKind::Audio(codec) = kind {
            g711::transcode(codec.law(), self.codec.law(), &mut out[HEADER_BYTES..]);
        }
        Relayed::Sent
    }
}

/// A leg and the stream that we send to it.
#[derive(Clone, Debug)]
pub struct Leg {
    intake: Intake,
    payloads: PayloadMap,
    stream: OutStream,
    watch: SourceWatch,
    hold: Option<Player>,
}

impl Leg {
    /// A leg that has agreed on these payload types, in both directions, and speaks `codec`.
    /// None if the codec is not among them.
    pub fn new(codec: Codec, payloads: PayloadMap, stream: OutStream) -> Option<Self> {
        let intake = Intake::new(codec, &payloads)?;
        Some(Self { intake, payloads, stream, watch: SourceWatch::default(), hold: None })
    }

    /// The stream that we send to the leg.
    pub fn stream_mut(&mut self) -> &mut OutStream {
        &mut self.stream
    }

    /// Ends the leg's part in a bridge; its numbers go on in whatever follows.
    pub fn into_stream(self) -> OutStream {
        self.stream
    }

    /// Writes a frame of our own for the leg: 160 bytes that `fill` makes.
    fn write_frame(&mut self, now: Duration, out: &mut Vec<u8>) -> bool {
        let Some(player) = &mut self.hold else { return false };
        let mut frame = [0; FRAME_SAMPLES];
        player.fill(&mut frame);
        let header = self.stream.frame(now, self.intake.audio_type, frame.len());
        out.clear();
        out.extend_from_slice(&header.to_bytes());
        out.extend_from_slice(&frame);
        true
    }
}

/// Two legs joined.
#[derive(Clone, Debug)]
pub struct Bridge {
    a: Leg,
    b: Leg,
}

impl Bridge {
    /// Joins two legs.
    pub fn new(a: Leg, b: Leg) -> Self {
        Self { a, b }
    }

    /// A leg.
    pub fn leg(&self, party: Party) -> &Leg {
        match party {
            Party::A => &self.a,
            Party::B => &self.b,
        }
    }

    /// A leg, to be changed.
    pub fn leg_mut(&mut self, party: Party) -> &mut Leg {
        match party {
            Party::A => &mut self.a,
            Party::B => &mut self.b,
        }
    }

    /// Parts the legs.
    pub fn into_legs(self) -> (Leg, Leg) {
        (self.a, self.b)
    }

    /// Takes a packet that `from` sent, and writes into `out`, in place of what is there, what to
    /// send to the other party. `out` is only touched if the answer is [`Relayed::Sent`].
    pub fn relay(
        &mut self,
        now: Duration,
        from: Party,
        packet: &Packet<'_>,
        out: &mut Vec<u8>,
    ) -> Relayed {
        let (source, target) = match from {
            Party::A => (&mut self.a, &mut self.b),
            Party::B => (&mut self.b, &mut self.a),
        };
        let Some(kind) = source.payloads.get(packet.header.payload_type) else {
            return Relayed::UnknownPayload;
        };
        if source.watch.receive(now, &packet.header) == SourceVerdict::Candidate {
            return Relayed::Candidate;
        }
        if target.hold.is_some() {
            return Relayed::OnHold;
        }
        target.intake.relay(now, packet, kind, &mut target.stream, out)
    }

    /// From now on the party hears the playlist, which must be in its codec, and not the other.
    /// False, and nothing changes, if it is in another codec.
    pub fn hold(&mut self, party: Party, player: Player) -> bool {
        let leg = self.leg_mut(party);
        if player.codec() != leg.intake.codec {
            return false;
        }
        leg.hold = Some(player);
        true
    }

    /// The party hears the other again; gives back its playlist, if it was on hold.
    pub fn resume(&mut self, party: Party) -> Option<Player> {
        self.leg_mut(party).hold.take()
    }

    /// Whether the party is on hold.
    pub fn is_on_hold(&self, party: Party) -> bool {
        self.leg(party).hold.is_some()
    }

    /// At each tick: writes into `out` the packet of the party's playlist. False if it is not on
    /// hold. A playlist at its end goes on in silence.
    pub fn tick(&mut self, now: Duration, party: Party, out: &mut Vec<u8>) -> bool {
        self.leg_mut(party).write_frame(now, out)
    }

    /// What a sender report to the party says.
    pub fn sender_info(&self, now: Duration, party: Party) -> Option<SenderInfo> {
        self.leg(party).stream.sender_info(now)
    }
}

/// Decodes an audio packet of one frame, for those who listen to a bridge: recording, monitoring.
/// None if it is no frame of 20 ms.
pub fn decode_frame(packet: &Packet<'_>, codec: Codec) -> Option<Samples> {
    let mut frame = [0; FRAME_SAMPLES];
    if packet.payload.len() != FRAME_SAMPLES {
        return None;
    }
    g711::decode(codec.law(), packet.payload, &mut frame);
    Some(frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtmf;
    use crate::measure;
    use crate::prompt::{Item, Prompt};
    use crate::rtp::Header;
    use crate::tone::Sine;

    fn at(tick: u32) -> Duration {
        Duration::from_millis(20) * tick
    }

    fn leg(codec: Codec, audio_type: u8, event_type: Option<u8>, ssrc: u32) -> Leg {
        let mut payloads = PayloadMap::default();
        payloads.insert(audio_type, PayloadKind::Audio(codec));
        if let Some(event_type) = event_type {
            payloads.insert(event_type, PayloadKind::TelephoneEvent);
        }
        Leg::new(codec, payloads, OutStream::new(ssrc, 65_530, 1_000)).unwrap()
    }

    /// A talks A-law, B mu-law.
    fn bridge() -> Bridge {
        Bridge::new(leg(Codec::Pcma, 8, Some(101), 1), leg(Codec::Pcmu, 0, Some(96), 2))
    }

    /// A phone that sends a tone.
    struct Phone {
        header: Header,
        codec: Codec,
        sine: Sine,
    }

    impl Phone {
        fn new(codec: Codec, payload_type: u8, ssrc: u32, hz: f64) -> Self {
            let header = Header { payload_type, ssrc, sequence: 40, ..Header::default() };
            Self { header, codec, sine: Sine::new(hz, -10.0) }
        }

        fn send(&mut self, bridge: &mut Bridge, tick: u32, from: Party) -> Option<Vec<u8>> {
            let mut payload = Vec::new();
            self.codec.encode(&self.sine.take(160), &mut payload);
            let packet = Packet { header: self.header, payload: &payload, ..Packet::default() };
            let mut out = Vec::new();
            let relayed = bridge.relay(at(tick), from, &packet, &mut out);
            self.header.sequence = self.header.sequence.wrapping_add(1);
            self.header.timestamp = self.header.timestamp.wrapping_add(160);
            (relayed == Relayed::Sent).then_some(out)
        }
    }

    /// What a party receives: its sound, with the numbers checked to go on one by one.
    struct Ear {
        codec: Codec,
        last: Option<Header>,
        sound: Vec<i16>,
    }

    impl Ear {
        fn new(codec: Codec) -> Self {
            Self { codec, last: None, sound: Vec::new() }
        }

        fn hear(&mut self, bytes: &[u8]) {
            let packet = Packet::parse(bytes).unwrap();
            if let Some(last) = self.last {
                assert_eq!(packet.header.sequence, last.sequence.wrapping_add(1));
                assert_eq!(packet.header.timestamp, last.timestamp.wrapping_add(160));
                assert_eq!(packet.header.ssrc, last.ssrc);
            }
            self.last = Some(packet.header);
            self.codec.decode(packet.payload, &mut self.sound);
        }
    }

    #[test]
    fn both_hear_each_other_in_their_own_law() {
        let mut bridge = bridge();
        let mut caller = Phone::new(Codec::Pcma, 8, 100, 440.0);
        let mut agent = Phone::new(Codec::Pcmu, 0, 200, 1_000.0);
        let (mut agent_ear, mut caller_ear) = (Ear::new(Codec::Pcmu), Ear::new(Codec::Pcma));
        for tick in 0..100 {
            agent_ear.hear(&caller.send(&mut bridge, tick, Party::A).unwrap());
            caller_ear.hear(&agent.send(&mut bridge, tick, Party::B).unwrap());
        }
        for (ear, hz) in [(agent_ear, 440.0), (caller_ear, 1_000.0)] {
            let heard = measure::estimate(&ear.sound);
            assert!((heard.frequency_hz - hz).abs() < 2.0, "{heard:?}");
            assert!((heard.level_dbm0 + 10.0).abs() < 1.0 && heard.snr_db > 30.0, "{heard:?}");
            assert!(measure::longest_quiet_run(&ear.sound, 0) < 40);
        }
    }

    #[test]
    fn equal_codecs_are_passed_on_untouched() {
        let mut bridge = Bridge::new(leg(Codec::Pcmu, 0, None, 1), leg(Codec::Pcmu, 118, None, 2));
        let payload: Vec<u8> = (0..=255).collect();
        let header = Header { ssrc: 9, marker: true, ..Header::default() };
        let packet = Packet { header, payload: &payload, padding: 4, ..Packet::default() };
        let mut out = Vec::new();
        assert_eq!(bridge.relay(at(0), Party::A, &packet, &mut out), Relayed::Sent);
        let sent = Packet::parse(&out).unwrap();
        assert_eq!((sent.payload, sent.padding), (&payload[..], 0));
        assert_eq!((sent.header.payload_type, sent.header.ssrc), (118, 2));
    }

    #[test]
    fn hold_gives_music_and_back_without_a_jump() {
        let mut bridge = bridge();
        let mut agent = Phone::new(Codec::Pcmu, 0, 200, 1_000.0);
        let mut ear = Ear::new(Codec::Pcma);
        let music = Prompt::from_samples(&Sine::new(440.0, -10.0).take(8_000));
        for tick in 0..50 {
            ear.hear(&agent.send(&mut bridge, tick, Party::B).unwrap());
        }
        let mut player = Player::new(Codec::Pcma);
        player.play(&Item::Loop(music)).unwrap();
        assert!(!bridge.hold(Party::B, player.clone()), "another codec");
        assert!(bridge.hold(Party::A, player) && bridge.is_on_hold(Party::A));
        let mut out = Vec::new();
        for tick in 50..100 {
            assert_eq!(agent.send(&mut bridge, tick, Party::B), None);
            assert!(bridge.tick(at(tick), Party::A, &mut out));
            ear.hear(&out);
        }
        assert!(bridge.resume(Party::A).is_some());
        assert!(!bridge.tick(at(100), Party::A, &mut out));
        for tick in 100..150 {
            ear.hear(&agent.send(&mut bridge, tick, Party::B).unwrap());
        }
        let second = |n: usize| measure::estimate(&ear.sound[n * 8_000..(n + 1) * 8_000]);
        for (n, hz) in [(0, 1_000.0), (1, 440.0), (2, 1_000.0)] {
            assert!((second(n).frequency_hz - hz).abs() < 1.0, "{n}: {:?}", second(n));
        }
        assert_eq!(bridge.sender_info(at(150), Party::A).unwrap().packets, 150);
    }

    #[test]
    fn keys_pass_through_with_the_other_payload_type() {
        let mut bridge = bridge();
        let mut caller = Phone::new(Codec::Pcma, 8, 100, 440.0);
        caller.send(&mut bridge, 0, Party::A);
        let mut sender = dtmf::Sender::new(Duration::ZERO);
        sender.queue(dtmf::Key::try_from('#').unwrap(), at(4)).unwrap();
        let mut receiver = dtmf::Receiver::new(8_000);
        let mut out = Vec::new();
        for tick in 1..10 {
            let Some(event) = sender.tick(caller.header.timestamp + (tick - 1) * 160) else {
                break;
            };
            let header = Header {
                payload_type: 101,
                marker: event.marker,
                timestamp: event.timestamp,
                sequence: 40 + tick as u16,
                ..caller.header
            };
            let packet = Packet { header, payload: &event.payload, ..Packet::default() };
            assert_eq!(bridge.relay(at(tick), Party::A, &packet, &mut out), Relayed::Sent);
            let sent = Packet::parse(&out).unwrap();
            assert_eq!(sent.header.payload_type, 96);
            receiver.push(at(tick), &sent.header, sent.payload).unwrap();
        }
        let events: Vec<_> = std::iter::from_fn(|| receiver.poll(at(9))).collect();
        let key = dtmf::Key::try_from('#').unwrap();
        let released = dtmf::KeyEvent::Released { key, held: at(4) };
        assert_eq!(events, [dtmf::KeyEvent::Pressed(key), released]);
    }

    #[test]
    fn what_was_not_agreed_on_is_not_passed_on() {
        let mut bridge =
            Bridge::new(leg(Codec::Pcma, 8, Some(101), 1), leg(Codec::Pcmu, 0, None, 2));
        let mut out = vec![1];
        let mut relay = |tick, payload_type, ssrc| {
            let header = Header { payload_type, ssrc, ..Header::default() };
            let packet = Packet { header, payload: &[0; 4], ..Packet::default() };
            bridge.relay(at(tick), Party::A, &packet, &mut out)
        };
        assert_eq!(relay(0, 18, 5), Relayed::UnknownPayload);
        assert_eq!(relay(0, 8, 5), Relayed::Sent);
        assert_eq!(relay(1, 101, 5), Relayed::NotTaken);
        assert_eq!(relay(1, 8, 6), Relayed::Candidate);
    }

    #[test]
    fn listeners_get_frames() {
        let packet = Packet { payload: &[0xFF; 160], ..Packet::default() };
        assert_eq!(decode_frame(&packet, Codec::Pcmu), Some([0; 160]));
        let short = Packet { payload: &[0xFF; 80], ..Packet::default() };
        assert_eq!(decode_frame(&short, Codec::Pcmu), None);
    }
}
