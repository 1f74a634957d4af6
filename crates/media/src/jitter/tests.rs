//! Streams over networks of many kinds, each tick compared with what was said.

use super::*;
use crate::measure;
use crate::rtp::Header;
use crate::tone::Sine;

/// A sender of a tone and a network, both in virtual time.
struct Network {
    seed: u64,
    sine: Sine,
    header: Header,
    /// Speed of the sender's clock in millionths.
    speed_ppm: i64,
    payload_samples: usize,
    jitter_ms: u32,
    loss_percent: u32,
    doubles: bool,
    extra_delay: Duration,
    /// When the next packet is sent, in ns.
    next_ns: i64,
    /// Packets on their way: arrival and bytes.
    flying: Vec<(Duration, Vec<u8>)>,
}

impl Network {
    fn new() -> Self {
        let header = Header { ssrc: 1, sequence: 65_500, timestamp: u32::MAX - 5_000, ..zero() };
        Self {
            seed: 7,
            sine: Sine::new(440.0, -10.0),
            header,
            speed_ppm: 0,
            payload_samples: 160,
            jitter_ms: 0,
            loss_percent: 0,
            doubles: false,
            extra_delay: Duration::from_millis(15),
            next_ns: 0,
            flying: Vec::new(),
        }
    }

    fn random(&mut self, below: u32) -> u32 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((self.seed >> 33) % u64::from(below.max(1))) as u32
    }

    fn step_ns(&self) -> i64 {
        let nominal = self.payload_samples as i64 * 125_000;
        nominal - nominal * self.speed_ppm / 1_000_000
    }

    /// The sender says nothing for a while; its timestamps go on or not.
    fn pause(&mut self, packets: u32, timestamps_go_on: bool) {
        self.next_ns += self.step_ns() * i64::from(packets);
        if timestamps_go_on {
            let step = self.payload_samples as u32 * packets;
            self.header.timestamp = self.header.timestamp.wrapping_add(step);
        }
    }

    fn send_until(&mut self, now: Duration) {
        while self.next_ns <= now.as_nanos() as i64 {
            let mut payload = Vec::new();
            Codec::Pcma.encode(&self.sine.take(self.payload_samples), &mut payload);
            let packet = Packet { header: self.header, payload: &payload, ..Packet::default() };
            let mut bytes = Vec::new();
            packet.write(&mut bytes);
            let sent = Duration::from_nanos(self.next_ns as u64);
            let jitter = Duration::from_micros(self.random(self.jitter_ms * 1_000).into());
            let arrival = sent + self.extra_delay + jitter;
            if self.random(100) >= self.loss_percent {
                if self.doubles {
                    self.flying.push((arrival, bytes.clone()));
                }
                self.flying.push((arrival, bytes));
            }
            self.header.sequence = self.header.sequence.wrapping_add(1);
            let step = self.payload_samples as u32;
            self.header.timestamp = self.header.timestamp.wrapping_add(step);
            self.next_ns += self.step_ns();
        }
    }

    /// Runs for so many ticks from tick `from` on; what was heard, and what it was made of.
    fn run(&mut self, buffer: &mut JitterBuffer, ticks: std::ops::Range<u32>) -> Heard {
        let mut heard = Heard { sound: Vec::new(), playouts: Vec::new() };
        for tick in ticks {
            let now = Duration::from_millis(20) * tick + Duration::from_millis(7);
            self.send_until(now);
            self.flying.sort_by_key(|(arrival, _)| *arrival);
            let due = self.flying.partition_point(|(arrival, _)| *arrival <= now);
            for (arrival, bytes) in self.flying.drain(..due) {
                buffer.push(arrival, &Packet::parse(&bytes).unwrap(), Codec::Pcma);
            }
            let mut frame = [0; FRAME_SAMPLES];
            heard.playouts.push(buffer.tick(now, &mut frame));
            heard.sound.extend(frame);
        }
        heard
    }
}

fn zero() -> Header {
    Header::default()
}

struct Heard {
    sound: Vec<i16>,
    playouts: Vec<Playout>,
}

impl Heard {
    fn snr_db(&self) -> f64 {
        measure::windowed_snr_db(&self.sound, 440.0, 1_600)
    }

    fn count(&self, playout: Playout) -> usize {
        self.playouts.iter().filter(|other| **other == playout).count()
    }
}

fn buffer() -> JitterBuffer {
    JitterBuffer::new(Config::default())
}

#[test]
fn a_perfect_network_gives_perfect_sound() {
    let (mut network, mut buffer) = (Network::new(), buffer());
    network.run(&mut buffer, 0..200);
    let heard = network.run(&mut buffer, 200..400);
    assert_eq!(heard.count(Playout::Audio), 200);
    // A-law itself leaves 38 dB.
    assert!(heard.snr_db() > 36.0, "{}", heard.snr_db());
    assert!(measure::longest_quiet_run(&heard.sound, 0) < 5);
    assert!(buffer.target_delay() <= Duration::from_millis(10));
    assert_eq!((buffer.stats().late, buffer.stats().restarts), (0, 0));
}

/// The proof that the design asks for: 3 % loss, 30 ms of jitter, 15 dB.
#[test]
fn loss_and_jitter_leave_15_db() {
    let (mut network, mut buffer) = (Network::new(), buffer());
    (network.loss_percent, network.jitter_ms) = (3, 30);
    network.run(&mut buffer, 0..100);
    let heard = network.run(&mut buffer, 100..1_100);
    let estimate = measure::estimate(&heard.sound);
    assert!((estimate.frequency_hz - 440.0).abs() < 2.0, "{estimate:?}");
    assert!((estimate.level_dbm0 + 10.0).abs() < 1.0, "{estimate:?}");
    assert!(heard.snr_db() > 20.0, "{} {:?}", heard.snr_db(), buffer.stats());
    assert!(measure::longest_quiet_run(&heard.sound, 0) < 40, "5 ms");
    let concealed = heard.count(Playout::Concealed);
    assert!((20..60).contains(&concealed), "{concealed}");
    assert!(buffer.target_delay() < Duration::from_millis(45), "{:?}", buffer.target_delay());
}

#[test]
fn doubles_and_disorder_change_nothing() {
    let (mut network, mut buffer) = (Network::new(), buffer());
    (network.doubles, network.jitter_ms) = (true, 50);
    network.run(&mut buffer, 0..200);
    let heard = network.run(&mut buffer, 200..600);
    assert!(heard.count(Playout::Audio) >= 398, "{:?}", buffer.stats());
    assert!(heard.snr_db() > 30.0, "{}", heard.snr_db());
    let stats = buffer.stats();
    assert!(stats.duplicates + stats.late > 500, "{stats:?}");
}

#[test]
fn other_packet_times_are_read_in_frames() {
    for payload_samples in [80, 240, 320, 480] {
        let (mut network, mut buffer) = (Network::new(), buffer());
        network.payload_samples = payload_samples;
        network.run(&mut buffer, 0..200);
        let heard = network.run(&mut buffer, 200..400);
        assert_eq!(heard.count(Playout::Audio), 200, "{payload_samples}: {:?}", buffer.stats());
        assert!(heard.snr_db() > 36.0);
    }
}

#[test]
fn a_drifting_clock_is_followed() {
    for speed_ppm in [-500, 500] {
        let (mut network, mut buffer) = (Network::new(), buffer());
        network.speed_ppm = speed_ppm;
        network.run(&mut buffer, 0..200);
        // Two and a half minutes: 500 millionths are 75 ms, more than the delay kept here.
        let heard = network.run(&mut buffer, 200..7_700);
        assert!(heard.count(Playout::Audio) >= 7_490, "{speed_ppm}: {:?}", buffer.stats());
        assert!(heard.snr_db() > 25.0, "{}", heard.snr_db());
        let stats = buffer.stats();
        let corrections = if speed_ppm > 0 { stats.shortened } else { stats.lengthened } as usize;
        // 600 samples in periods of 91 or 109.
        assert!((4..=9).contains(&corrections), "{stats:?}");
        assert_eq!(stats.restarts, 0);
    }
}

#[test]
fn silence_suppression_is_no_loss() {
    for timestamps_go_on in [true, false] {
        let (mut network, mut buffer) = (Network::new(), buffer());
        network.run(&mut buffer, 0..100);
        network.pause(100, timestamps_go_on);
        let silence = network.run(&mut buffer, 100..200);
        assert!(silence.count(Playout::Silence) >= 93, "{:?}", silence.playouts);
        let heard = network.run(&mut buffer, 200..300);
        assert!(heard.count(Playout::Audio) >= 96, "{:?}", heard.playouts);
        assert_eq!(buffer.stats().restarts, u64::from(!timestamps_go_on));
    }
}

#[test]
fn a_new_source_is_followed_within_60_ms() {
    let (mut network, mut buffer) = (Network::new(), buffer());
    network.run(&mut buffer, 0..100);
    network.header = Header { ssrc: 2, sequence: 9, timestamp: 1_234_567, ..zero() };
    let heard = network.run(&mut buffer, 100..150);
    assert_eq!(buffer.source(), Some(2));
    assert!(heard.count(Playout::Audio) >= 46, "{:?}", heard.playouts);
    assert_eq!(buffer.stats().restarts, 1);
}

#[test]
fn a_jump_of_delay_or_time_base_is_survived() {
    let jumps: [fn(&mut Network); 4] = [
        |network| network.extra_delay += Duration::from_millis(400),
        |network| network.extra_delay -= Duration::from_millis(15),
        |network| network.header.timestamp = network.header.timestamp.wrapping_add(1 << 30),
        |network| network.header.timestamp = network.header.timestamp.wrapping_sub(50_000),
    ];
    for (number, jump) in jumps.into_iter().enumerate() {
        let (mut network, mut buffer) = (Network::new(), buffer());
        network.run(&mut buffer, 0..200);
        jump(&mut network);
        network.run(&mut buffer, 200..240);
        let heard = network.run(&mut buffer, 240..400);
        assert!(heard.count(Playout::Audio) >= 158, "{number}: {:?}", buffer.stats());
    }
}

#[test]
fn more_jitter_means_more_delay_and_less_means_less_again() {
    let (mut network, mut buffer) = (Network::new(), buffer());
    network.run(&mut buffer, 0..200);
    network.jitter_ms = 120;
    network.run(&mut buffer, 200..500);
    let high = buffer.target_delay();
    assert!(high > Duration::from_millis(100) && high <= Duration::from_millis(200), "{high:?}");
    network.jitter_ms = 0;
    let heard = network.run(&mut buffer, 500..1_200);
    assert!(buffer.target_delay() < Duration::from_millis(20), "{:?}", buffer.target_delay());
    assert!(heard.count(Playout::Audio) >= 690, "{:?}", buffer.stats());
}

#[test]
fn strange_packets_do_no_harm() {
    let mut buffer = buffer();
    let mut seed = 1_u32;
    let mut random = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed >> 8
    };
    let payload = [0x55; 1_700];
    for n in 0..6_000_u32 {
        let header = Header {
            ssrc: random() % 3,
            sequence: random() as u16,
            timestamp: if n % 7 == 0 { random() << 8 } else { n * 40 },
            ..zero()
        };
        let length = (random() % 1_700) as usize;
        let packet = Packet { header, payload: &payload[..length], ..Packet::default() };
        let now = Duration::from_millis((n * 5).into());
        let arrival = buffer.push(now, &packet, Codec::Pcmu);
        assert!(length > 0 && length <= 1_600 || arrival == Arrival::Refused);
        if n % 4 == 0 {
            buffer.tick(now, &mut [0; FRAME_SAMPLES]);
        }
    }
    assert!(buffer.target_delay() <= Duration::from_millis(200));
}

#[test]
fn nothing_received_is_silence() {
    let mut frame = [9; FRAME_SAMPLES];
    assert_eq!(buffer().tick(Duration::ZERO, &mut frame), Playout::Silence);
    assert_eq!(frame, [0; FRAME_SAMPLES]);
}
