//! Tones through Opus and back, loss, hostile packets.

use super::*;
use crate::measure;
use crate::tone::Sine;

const LAW: Law = Law::Mu;

/// An Opus packet that is sent somewhere.
#[derive(Clone)]
struct Sent {
    header: Header,
    payload: Vec<u8>,
}

impl Sent {
    fn packet(&self) -> Packet<'_> {
        let (header, payload) = (self.header, self.payload.as_slice());
        Packet { header, csrc: &[], extension: None, payload, padding: 0 }
    }
}

/// A tone at -10 dBm0 as Opus, in packets that carry so many samples of G.711.
fn encoded(frames: u16, samples: usize) -> Vec<Sent> {
    let (mut sine, mut out) = (Sine::new(440.0, -10.0), Vec::new());
    let mut encoder = OpusOut::new(LAW, PAYLOAD_TYPE).unwrap();
    for number in 0..frames {
        let mut bytes = vec![0; samples];
        g711::encode(LAW, &sine.take(samples), &mut bytes);
        let header = Header {
            marker: number == 0,
            payload_type: 0,
            sequence: 65_530_u16.wrapping_add(number),
            timestamp: u32::MAX - 400,
            ssrc: 9,
        };
        let timestamp = header.timestamp.wrapping_add(u32::from(number) * samples as u32);
        encoder.frame(Header { timestamp, ..header }, &bytes, &mut |header, payload| {
            out.push(Sent { header, payload: payload.to_vec() });
        });
    }
    out
}

/// What comes out of a decoder, put together by timestamps; gaps are silence.
fn decoded(packets: &[Sent]) -> Vec<i16> {
    let mut decoder = OpusIn::new(LAW).unwrap();
    let (mut out, mut origin) = (Vec::new(), None);
    for packet in packets {
        decoder.packet(&packet.packet(), &mut |header, payload| {
            let origin = *origin.get_or_insert(header.timestamp);
            let at = header.timestamp.wrapping_sub(origin) as usize;
            out.resize(out.len().max(at + payload.len()), 0);
            g711::decode(LAW, payload, &mut out[at..at + payload.len()]);
        });
    }
    out
}

#[test]
fn a_tone_comes_through() {
    for samples in [80, 160, 240, 320, 480] {
        let packets = encoded(100, samples);
        let heard = decoded(&packets);
        let tone = measure::estimate(&heard[1_600..]);
        assert!((tone.frequency_hz - 440.0).abs() < 2.0, "{samples}: {tone:?}");
        assert!((tone.level_dbm0 + 10.0).abs() < 1.0, "{samples}: {tone:?}");
        assert!(tone.snr_db > 25.0, "{samples}: {tone:?}");
        assert!(measure::longest_quiet_run(&heard[1_600..], 0) < 40);
    }
}

#[test]
fn packets_are_numbered_on_the_clock_of_48_khz() {
    let packets = encoded(20, 160);
    for pair in packets.windows(2) {
        assert_eq!(pair[1].header.sequence, pair[0].header.sequence.wrapping_add(1));
        assert_eq!(pair[1].header.timestamp.wrapping_sub(pair[0].header.timestamp), 960);
    }
    assert_eq!((packets[0].header.payload_type, packets[0].header.marker), (111, true));
    let bytes: usize = packets.iter().map(|packet| packet.payload.len()).sum();
    assert!(bytes < 20 * 120, "{bytes} bytes are more than three quarters of G.711");
    // Packets of 30 ms become two, of 20 and of 10.
    let packets = encoded(10, 240);
    assert_eq!(packets.len(), 20);
    assert_eq!(packets[1].header.timestamp.wrapping_sub(packets[0].header.timestamp), 960);
    assert_eq!(packets[2].header.timestamp.wrapping_sub(packets[0].header.timestamp), 1_440);
}

#[test]
fn a_gap_in_what_comes_in_stays_one() {
    let (mut encoder, mut sent) = (OpusOut::new(LAW, 111).unwrap(), Vec::new());
    for number in [1_u16, 2, 5] {
        let timestamp = u32::from(number) * 160;
        let header =
            Header { marker: false, payload_type: 0, sequence: number, timestamp, ssrc: 1 };
        encoder.frame(header, &[0xFF; 160], &mut |header, _| sent.push(header));
    }
    let numbers: Vec<_> = sent.iter().map(|header| (header.sequence, header.timestamp)).collect();
    assert_eq!(numbers, [(1, 960), (2, 1_920), (5, 4_800)]);
}

/// What is heard of a tone of 4 s if packets at some places are lost.
fn heard_without(is_lost: impl Fn(usize) -> bool) -> Vec<i16> {
    let packets = encoded(200, 160);
    let arrived = packets.into_iter().enumerate().filter(|(place, _)| !is_lost(*place));
    decoded(&arrived.map(|(_, packet)| packet).collect::<Vec<_>>())
}

#[test]
fn lost_packets_are_made_up_for() {
    for heard in [
        heard_without(|place| place % 33 == 20),
        heard_without(|place| (120..123).contains(&place)),
    ] {
        assert_eq!(heard.len(), 200 * 160);
        let snr = measure::windowed_snr_db(&heard[1_600..], 440.0, 800);
        assert!(snr > 15.0, "{snr}");
        assert!(measure::longest_quiet_run(&heard[1_600..], 4) < 40);
    }
}

#[test]
fn longer_gaps_stay_gaps() {
    let heard = heard_without(|place| (100..104).contains(&place));
    assert_eq!(heard.len(), 200 * 160);
    assert!(heard[100 * 160..104 * 160].iter().all(|sample| *sample == 0));
}

#[test]
fn what_is_late_or_twice_is_left_out() {
    let packets = encoded(4, 160);
    let mut decoder = OpusIn::new(LAW).unwrap();
    let mut give = |place: usize| decoder.packet(&packets[place].packet(), &mut |_, _| ());
    assert!(give(0));
    assert!(!give(0));
    assert!(give(2));
    assert!(!give(1), "it has been made up for");
    assert!(give(3));
}

#[test]
fn a_new_source_begins_anew() {
    let packets = encoded(6, 160);
    let mut decoder = OpusIn::new(LAW).unwrap();
    let mut times = Vec::new();
    for (place, packet) in packets.iter().enumerate() {
        let mut packet = packet.clone();
        if place >= 3 {
            packet.header.ssrc = 77;
            packet.header.sequence = 10 + place as u16;
            packet.header.timestamp = 4_800 + 960 * place as u32;
        }
        assert!(decoder.packet(&packet.packet(), &mut |header, _| times.push(header.timestamp)));
    }
    assert_eq!(times.len(), 6);
    assert_eq!(times[3], 800 + 480);
}

#[test]
fn hostile_packets_do_no_harm() {
    let packets = encoded(50, 160);
    let mut decoder = OpusIn::new(LAW).unwrap();
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    for round in 0..20_000_u32 {
        let mut packet = packets[next() as usize % packets.len()].clone();
        packet.header.sequence = round as u16;
        packet.header.timestamp = round.wrapping_mul(960).wrapping_add((next() % 3) as u32);
        match next() % 4 {
            0 => packet.payload.truncate(next() as usize % 8),
            1 => packet.payload = (0..next() % 200).map(|_| next() as u8).collect(),
            2 => {
                let at = next() as usize % packet.payload.len();
                packet.payload[at] ^= 1 << (next() % 8);
            }
            _ => {}
        }
        decoder.packet(&packet.packet(), &mut |_, payload| {
            assert!(payload.len() <= MAX_PACKET_SAMPLES);
        });
    }
    // It still works.
    let mut decoded = 0;
    for packet in &packets {
        let mut packet = packet.clone();
        packet.header.ssrc = 3;
        decoder.packet(&packet.packet(), &mut |_, payload| decoded += payload.len());
    }
    assert_eq!(decoded, 50 * 160);
}
