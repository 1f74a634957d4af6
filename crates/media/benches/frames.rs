//! What a frame of 20 ms costs: relaying, converting, encoding, decoding, playing, mixing, hearing.
//!
//! `cargo bench -p trunkline-media`.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion};
use trunkline_media::bridge::{Bridge, Leg, Party, Relayed};
use trunkline_media::codec::{Codec, PayloadKind, PayloadMap};
use trunkline_media::conceal::Concealer;
use trunkline_media::jitter::{Config, JitterBuffer};
use trunkline_media::mix::Mix;
use trunkline_media::opus::{OpusIn, OpusOut};
use trunkline_media::prompt::{Item, Player, Prompt};
use trunkline_media::rtp::{Header, Packet};
use trunkline_media::stream::OutStream;
use trunkline_media::tone::Sine;
use trunkline_media::{FRAME_SAMPLES, g711, music};

const TICK: Duration = Duration::from_millis(20);

fn main() {
    let mut criterion = Criterion::default()
        .configure_from_args()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    relaying(&mut criterion);
    coding(&mut criterion);
    playing(&mut criterion);
    mixing(&mut criterion);
    hearing(&mut criterion);
    criterion.final_summary();
}

fn leg(codec: Codec, ssrc: u32) -> Leg {
    let mut payloads = PayloadMap::default();
    let number = codec.static_payload_type().expect("G.711 has a number");
    payloads.insert(number, PayloadKind::Audio(codec));
    payloads.insert(101, PayloadKind::TelephoneEvent);
    Leg::new(codec, payloads, OutStream::new(ssrc, 1, 1)).expect("the codec was put in")
}

/// A datagram of a frame, numbered anew for each use.
fn datagram(number: u32, bytes: &mut [u8]) {
    let timestamp = number.wrapping_mul(160);
    let header = Header { sequence: number as u16, timestamp, ssrc: 9, ..Header::default() };
    bytes[..12].copy_from_slice(&header.to_bytes());
}

fn relaying(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("relay");
    for (name, target) in [("same law", Codec::Pcmu), ("other law", Codec::Pcma)] {
        let mut bridge = Bridge::new(leg(Codec::Pcmu, 1), leg(target, 2));
        let (mut bytes, mut out) = ([0x7E; 172], Vec::with_capacity(200));
        let mut number = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                number += 1;
                datagram(number, &mut bytes);
                let packet = Packet::parse(&bytes).expect("a good packet");
                let relayed = bridge.relay(TICK * number, Party::A, &packet, &mut out);
                assert_eq!(relayed, Relayed::Sent);
                black_box(&out);
            });
        });
    }
}

fn coding(criterion: &mut Criterion) {
    let samples = Sine::new(440.0, -10.0).take(FRAME_SAMPLES);
    let (mut bytes, mut back) = ([0; FRAME_SAMPLES], [0; FRAME_SAMPLES]);
    let mut group = criterion.benchmark_group("code");
    for law in [g711::Law::Mu, g711::Law::A] {
        let name = format!("{law:?}");
        group.bench_function(BenchmarkId::new("encode", &name), |bencher| {
            bencher.iter(|| g711::encode(law, black_box(&samples), black_box(&mut bytes)));
        });
        group.bench_function(BenchmarkId::new("decode", &name), |bencher| {
            bencher.iter(|| g711::decode(law, black_box(&bytes), black_box(&mut back)));
        });
    }
    group.bench_function("convert", |bencher| {
        bencher.iter(|| g711::transcode(g711::Law::Mu, g711::Law::A, black_box(&mut bytes)));
    });
    // Both ways at once, of a tone that goes on.
    let mut sine = Sine::new(440.0, -10.0);
    let (mut out, mut back) = (OpusOut::new(g711::Law::Mu, 111), OpusIn::new(g711::Law::Mu));
    let (out, back) = (out.as_mut().expect("it is set up"), back.as_mut().expect("it is set up"));
    let mut stream = OutStream::new(1, 1, 1);
    let mut now = Duration::ZERO;
    group.bench_function("opus there and back", |bencher| {
        bencher.iter(|| {
            now += TICK;
            g711::encode(g711::Law::Mu, &sine.take(FRAME_SAMPLES), &mut bytes);
            let header = stream.frame(now, 0, FRAME_SAMPLES);
            out.frame(header, &bytes, &mut |header, payload| {
                let packet = Packet { header, csrc: &[], extension: None, payload, padding: 0 };
                back.packet(&packet, &mut |_, payload| {
                    black_box(payload.len());
                });
            });
        });
    });
}

fn playing(criterion: &mut Criterion) {
    let prompt = Prompt::from_wav(music::DEFAULT_MUSIC).expect("our own file");
    let mut player = Player::new(Codec::Pcma);
    player.play(&Item::Loop(prompt)).expect("the list is empty");
    let (mut stream, mut packet) = (OutStream::new(1, 1, 1), [0; 172]);
    let mut now = Duration::ZERO;
    criterion.bench_function("play/music to packet", |bencher| {
        bencher.iter(|| {
            now += TICK;
            packet[..12].copy_from_slice(&stream.frame(now, 8, FRAME_SAMPLES).to_bytes());
            player.fill(black_box(&mut packet[12..]))
        });
    });
}

fn mixing(criterion: &mut Criterion) {
    let frames = [[100; FRAME_SAMPLES], [-7; FRAME_SAMPLES], [3_000; FRAME_SAMPLES]];
    let mut out = [0; FRAME_SAMPLES];
    criterion.bench_function("mix/three, each hears two", |bencher| {
        bencher.iter(|| {
            let mut mix = Mix::default();
            frames.iter().for_each(|frame| mix.add(black_box(frame)));
            frames.iter().for_each(|frame| mix.without(frame, black_box(&mut out)));
        });
    });
}

fn hearing(criterion: &mut Criterion) {
    let mut buffer = JitterBuffer::new(Config::default());
    let (mut bytes, mut out) = ([0x31; 172], [0; FRAME_SAMPLES]);
    let mut number = 0;
    criterion.bench_function("hear/jitter buffer in and out", |bencher| {
        bencher.iter(|| {
            number += 1;
            datagram(number, &mut bytes);
            let packet = Packet::parse(&bytes).expect("a good packet");
            buffer.push(TICK * number, &packet, Codec::Pcmu);
            buffer.tick(TICK * number, black_box(&mut out))
        });
    });
    let mut heard = Concealer::default();
    let mut sine = Sine::new(300.0, -10.0);
    (0..3).for_each(|_| heard.real(&mut sine.take(FRAME_SAMPLES)));
    criterion.bench_function("hear/conceal a lost frame", |bencher| {
        bencher.iter(|| {
            let mut concealer = heard.clone();
            concealer.conceal(black_box(&mut out));
        });
    });
}
