//! A whole call in virtual time: prompt, bridge and hearing, judged by measurement.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

use std::time::Duration;

use trunkline_media::bridge::{Bridge, Leg, Party, Relayed};
use trunkline_media::codec::{Codec, PayloadKind, PayloadMap};
use trunkline_media::dtmf::{self, Key, KeyEvent};
use trunkline_media::jitter::{Config, JitterBuffer};
use trunkline_media::prompt::{Item, Player, Prompt};
use trunkline_media::rtp::{Header, Packet};
use trunkline_media::stream::OutStream;
use trunkline_media::tone::Sine;
use trunkline_media::{FRAME_SAMPLES, measure};

const TICK: Duration = Duration::from_millis(20);
const EVENT: u8 = 101;

fn leg(codec: Codec, ssrc: u32) -> Leg {
    let mut payloads = PayloadMap::default();
    payloads.insert(codec.static_payload_type().unwrap(), PayloadKind::Audio(codec));
    payloads.insert(EVENT, PayloadKind::TelephoneEvent);
    Leg::new(codec, payloads, OutStream::new(ssrc, 7, 7)).unwrap()
}

/// A network that loses and delays by a fixed sequence of pseudo-random numbers.
struct Network {
    seed: u64,
    loss_percent: u64,
    jitter_us: u64,
}

impl Network {
    fn random(&mut self, below: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.seed >> 33) % below.max(1)
    }

    /// When a packet sent at `tick` arrives, if it does.
    fn carry(&mut self, tick: u32) -> Option<Duration> {
        let arrival = TICK * tick + Duration::from_micros(3_000 + self.random(self.jitter_us));
        (self.random(100) >= self.loss_percent).then_some(arrival)
    }
}

/// 20 s of 440 Hz out of a prompt, over a network to us, through a bridge from mu-law to A-law, over
/// the network again, to an ear. The first 2 s are the buffer's to learn in.
fn through_everything(loss_percent: u64, jitter_us: u64) -> Vec<i16> {
    let prompt = Prompt::from_samples(&Sine::new(440.0, -10.0).take(8_000));
    let mut player = Player::new(Codec::Pcmu);
    player.play(&Item::Loop(prompt)).unwrap();
    let mut phone = OutStream::new(1, 65_000, 0);
    let mut bridge = Bridge::new(leg(Codec::Pcmu, 2), leg(Codec::Pcma, 3));
    let mut ear = JitterBuffer::new(Config::default());
    let mut network = Network { seed: 3, loss_percent, jitter_us };
    let mut flying: Vec<(Duration, Vec<u8>)> = Vec::new();
    let (mut sound, mut out, mut frame) = (Vec::new(), Vec::new(), [0; FRAME_SAMPLES]);
    for tick in 0..1_000 {
        let mut payload = [0; FRAME_SAMPLES];
        assert!(player.fill(&mut payload));
        let header = phone.frame(TICK * tick, 0, FRAME_SAMPLES);
        let packet = Packet { header, payload: &payload, ..Packet::default() };
        if let Some(arrival) = network.carry(tick) {
            let relayed = bridge.relay(TICK * tick, Party::A, &packet, &mut out);
            assert_eq!(relayed, Relayed::Sent);
            flying.push((arrival, out.clone()));
        }
        flying.sort_by_key(|(arrival, _)| *arrival);
        let due = flying.partition_point(|(arrival, _)| *arrival <= TICK * tick);
        for (arrival, bytes) in flying.drain(..due) {
            ear.push(arrival, &Packet::parse(&bytes).unwrap(), Codec::Pcma);
        }
        ear.tick(TICK * tick, &mut frame);
        if tick >= 100 {
            sound.extend(frame);
        }
    }
    sound
}

#[test]
fn a_tone_survives_prompt_bridge_and_buffer() {
    let sound = through_everything(0, 1_000);
    let heard = measure::estimate(&sound);
    assert!((heard.frequency_hz - 440.0).abs() < 2.0, "{heard:?}");
    assert!((heard.level_dbm0 + 10.0).abs() < 1.0, "{heard:?}");
    assert!(heard.snr_db > 30.0, "{heard:?}");
    assert!(measure::longest_quiet_run(&sound, 0) < 40, "5 ms");
}

#[test]
fn loss_and_jitter_leave_15_db() {
    let sound = through_everything(3, 30_000);
    let heard = measure::estimate(&sound);
    assert!((heard.frequency_hz - 440.0).abs() < 2.0, "{heard:?}");
    let snr_db = measure::windowed_snr_db(&sound, 440.0, 8_000);
    assert!(snr_db > 15.0, "{snr_db}");
    assert!(measure::longest_quiet_run(&sound, 0) < 40, "5 ms");
}

/// The prompt is silent within 60 ms of the key; here in the very next frame.
#[test]
fn a_key_stops_the_prompt() {
    let prompt = Prompt::from_samples(&Sine::new(440.0, -10.0).take(80_000));
    let mut player = Player::new(Codec::Pcmu);
    player.play(&Item::Prompt(prompt)).unwrap();
    let mut caller = OutStream::new(1, 1, 1);
    let mut keys = dtmf::Sender::new(Duration::from_millis(60));
    let mut receiver = dtmf::Receiver::new(8_000);
    let mut frame = [0; FRAME_SAMPLES];
    for tick in 0..20 {
        let now = TICK * tick;
        if tick == 10 {
            keys.queue(Key::try_from('5').unwrap(), Duration::from_millis(100)).unwrap();
        }
        let header = match keys.tick(caller.timestamp_at(now)) {
            Some(event) => {
                let header = caller.event(now, EVENT, &event);
                receiver.push(now, &header, &event.payload).unwrap();
                header
            }
            None => caller.frame(now, 0, FRAME_SAMPLES),
        };
        assert_eq!(Header { marker: false, ..header }.sequence, 1 + tick as u16);
        if let Some(KeyEvent::Pressed(key)) = receiver.poll(now) {
            assert_eq!((key.to_char(), tick), ('5', 10));
            player.stop();
        }
        assert_eq!(player.fill(&mut frame), tick < 10);
    }
}
