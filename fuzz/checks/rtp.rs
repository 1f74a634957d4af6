//! What must hold for every stream of datagrams that comes to a call's media port.

use core::time::Duration;

use trunkline_media::bridge::{Bridge, Leg, Party, Relayed};
use trunkline_media::codec::{Codec, PayloadKind, PayloadMap};
use trunkline_media::dtmf::{KeyEvent, Receiver};
use trunkline_media::jitter::{Config, JitterBuffer};
use trunkline_media::quality::Quality;
use trunkline_media::reception::Reception;
use trunkline_media::rtp::{DatagramKind, Packet, SourceVerdict, SourceWatch, classify};
use trunkline_media::stream::OutStream;
use trunkline_media::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// Longer streams only take longer.
const MOST_BYTES: usize = 4096;

/// A tick of the media clock.
const TICK: Duration = Duration::from_millis(20);

/// The numbers of the streams that we send.
const SSRC: [u32; 2] = [0xA000_0001, 0xB000_0002];

/// The payload types of the two legs: audio, keys.
const TYPES: [(Codec, u8, u8); 2] = [(Codec::Pcma, 8, 101), (Codec::Pcmu, 0, 96)];

/// Each datagram has three bytes before it: ticks until it comes (the low five bits), who sends it
/// (the low bit), and its length. All of it is also read as one datagram.
pub(crate) fn check(data: &[u8]) {
    if data.len() > MOST_BYTES {
        return;
    }
    check_packet(data);
    let mut call = Call::new();
    let mut rest = data;
    while let Some((&[ticks, from, length], after)) = rest.split_first_chunk::<3>() {
        let (datagram, after) = after.split_at(after.len().min(length.into()));
        rest = after;
        for _ in 0..ticks & 31 {
            call.tick();
        }
        call.receive(usize::from(from & 1), datagram);
    }
    for _ in 0..20 {
        call.tick();
    }
    call.end();
}

/// What is written is read as the same.
fn check_packet(datagram: &[u8]) -> Option<Packet<'_>> {
    let kind = classify(datagram);
    let packet = Packet::parse(datagram).ok()?;
    assert!(matches!(kind, DatagramKind::Rtp | DatagramKind::Rtcp), "{kind:?}");
    let mut written = Vec::new();
    packet.write(&mut written);
    assert_eq!(Packet::parse(&written), Ok(packet));
    assert!(packet.contributing_sources().count() <= 15);
    Some(packet)
}

/// What we know of one side.
struct Ear {
    codec: Codec,
    payloads: PayloadMap,
    watch: SourceWatch,
    reception: Option<Reception>,
    jitter: JitterBuffer,
    keys: Receiver,
    held: bool,
}

/// Two legs, joined.
struct Call {
    now: Duration,
    ears: [Ear; 2],
    bridge: Bridge,
}

impl Call {
    fn new() -> Self {
        let payloads = TYPES.map(|(codec, audio, keys)| {
            let mut payloads = PayloadMap::default();
            payloads.insert(audio, PayloadKind::Audio(codec));
            payloads.insert(keys, PayloadKind::TelephoneEvent);
            payloads.insert(13, PayloadKind::ComfortNoise);
            payloads
        });
        let leg = |at: usize| {
            let stream = OutStream::new(SSRC[at], 65_530, u32::MAX - 500);
            Leg::new(TYPES[at].0, payloads[at], stream).expect("the codec is among them")
        };
        let bridge = Bridge::new(leg(0), leg(1));
        let ears = [0, 1].map(|at| Ear {
            codec: TYPES[at].0,
            payloads: payloads[at],
            watch: SourceWatch::default(),
            reception: None,
            jitter: JitterBuffer::new(Config::default()),
            keys: Receiver::new(SAMPLE_RATE_HZ),
            held: false,
        });
        Self { now: Duration::from_secs(1), ears, bridge }
    }

    fn receive(&mut self, from: usize, datagram: &[u8]) {
        let Some(packet) = check_packet(datagram) else { return };
        self.ears[from].hear(self.now, &packet);
        let party = [Party::A, Party::B][from];
        let mut out = Vec::new();
        if self.bridge.relay(self.now, party, &packet, &mut out) == Relayed::Sent {
            let sent = Packet::parse(&out).expect("what we send is RTP");
            let (_, audio, keys) = TYPES[1 - from];
            assert_eq!(sent.header.ssrc, SSRC[1 - from], "ours, not the sender's");
            assert!([audio, keys, 13].contains(&sent.header.payload_type), "{:?}", sent.header);
            assert_eq!(sent.payload.len(), packet.payload.len());
        } else {
            assert!(out.is_empty(), "untouched unless sent");
        }
    }

    fn tick(&mut self) {
        self.now += TICK;
        for ear in &mut self.ears {
            ear.jitter.tick(self.now, &mut [0; FRAME_SAMPLES]);
            ear.check_keys(self.now);
        }
    }

    fn end(mut self) {
        self.now += Duration::from_secs(1);
        for ear in &mut self.ears {
            ear.check_keys(self.now);
            assert!(!ear.held, "a key is released at last");
            ear.check_reception(self.now);
        }
    }
}

impl Ear {
    fn hear(&mut self, now: Duration, packet: &Packet<'_>) {
        let header = &packet.header;
        match (self.watch.receive(now, header), &mut self.reception) {
            (SourceVerdict::Candidate, _) => {}
            (_, None) => self.reception = Some(Reception::new(now, header, SAMPLE_RATE_HZ)),
            (SourceVerdict::Changed, Some(reception)) => {
                reception.change_source(now, header);
                self.keys.source_changed();
            }
            (SourceVerdict::Current, Some(reception)) => drop(reception.receive(now, header)),
        }
        match self.payloads.get(header.payload_type) {
            Some(PayloadKind::Audio(codec)) => {
                assert_eq!(codec, self.codec);
                self.jitter.push(now, packet, codec);
                let (delay, config) = (self.jitter.target_delay(), Config::default());
                assert!((config.min_delay..=config.max_delay).contains(&delay), "{delay:?}");
            }
            Some(PayloadKind::TelephoneEvent) => drop(self.keys.push(now, header, packet.payload)),
            Some(PayloadKind::ComfortNoise) | None => {}
        }
        self.check_keys(now);
        self.check_reception(now);
    }

    /// Each key is pressed, then released, then the next.
    fn check_keys(&mut self, now: Duration) {
        while let Some(event) = self.keys.poll(now) {
            match event {
                KeyEvent::Pressed(_) => assert!(!self.held, "pressed twice"),
                KeyEvent::Released { .. } => assert!(self.held, "released, and not pressed"),
            }
            self.held = !self.held;
        }
    }

    fn check_reception(&mut self, now: Duration) {
        let Some(reception) = &mut self.reception else { return };
        let report = reception.report(now);
        assert_eq!(report.ssrc, reception.ssrc());
        for round_trip in [None, Some(Duration::ZERO), report.round_trip(now), Some(now)] {
            let quality = Quality::of(reception, round_trip);
            assert!((0.0..=100.0).contains(&quality.loss_percent), "{quality:?}");
            assert!((1.0..=4.5).contains(&quality.mos), "{quality:?}");
        }
    }
}
