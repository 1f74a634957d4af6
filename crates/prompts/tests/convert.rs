//! Files of every kind come out as Webex takes them, and sound the same.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

use std::path::PathBuf;

use trunkline_media::SAMPLE_RATE_HZ;
use trunkline_media::g711::Law;
use trunkline_media::measure;
use trunkline_media::tone::{Sine, level_dbm0};
use trunkline_media::wav::{Encoding, Wav};
use trunkline_prompts::{AudioError, MAX_DURATION, convert};

/// File, length in milliseconds, how far noise must be below the tone in dB. G.711 leaves 37 dB,
/// the compression of MP3, Vorbis and ADPCM less.
const FILES: [(&str, u64, f64); 7] = [
    ("tone-44100-stereo.mp3", 600, 25.0),
    ("tone-16000-mono.mp3", 600, 25.0),
    ("tone-48000-stereo.ogg", 600, 25.0),
    ("tone-22050-mono.flac", 400, 35.0),
    ("tone-48000-float.wav", 100, 35.0),
    ("tone-44100-24bit-stereo.wav", 100, 35.0),
    ("tone-8000-ima.wav", 600, 20.0),
];

fn file(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/audio");
    std::fs::read(folder.join(name)).unwrap()
}

/// A file that says it is WAV.
fn wav(tag: u16, channels: u16, rate_hz: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    let frame = channels * bits / 8;
    let mut out = b"RIFF".to_vec();
    out.extend((36 + data.len() as u32).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0");
    out.extend(tag.to_le_bytes());
    out.extend(channels.to_le_bytes());
    out.extend(rate_hz.to_le_bytes());
    out.extend((rate_hz * u32::from(frame)).to_le_bytes());
    out.extend(frame.to_le_bytes());
    out.extend(bits.to_le_bytes());
    out.extend(b"data");
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    out
}

#[test]
fn every_kind_sounds_the_same_afterwards() {
    for (name, length_ms, snr_db) in FILES {
        let converted = convert(&file(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let wav = Wav::parse(&converted).unwrap();
        assert!(wav.is_webex(), "{name}");
        let played_ms = wav.data.len() as u64 / 8;
        // Codecs with frames add up to two of them.
        assert!((length_ms..=length_ms + 80).contains(&played_ms), "{name}: {played_ms} ms");
        let samples = wav.to_mono();
        let whole = &samples[samples.len() / 4..samples.len() * 3 / 4];
        let heard = measure::estimate(whole);
        assert!((heard.frequency_hz - 440.0).abs() < 0.5, "{name}: {heard:?}");
        assert!((heard.level_dbm0 - level_dbm0(0.4 * 32_768.0)).abs() < 0.3, "{name}: {heard:?}");
        assert!(heard.snr_db > snr_db, "{name}: {heard:?}");
    }
}

#[test]
fn what_webex_takes_is_left_as_it_is() {
    let mut bytes: Vec<u8> = (0..=255).collect();
    bytes.extend([0x7F, 0xFF, 0x80]);
    let webex = Wav::telephone(Law::Mu, bytes).to_bytes().unwrap();
    assert_eq!(convert(&webex).unwrap(), webex);
}

#[test]
fn a_law_and_sixteen_bits_become_mu_law() {
    let tone = Sine::new(440.0, -10.0).take(8_000);
    let linear = Wav::linear(SAMPLE_RATE_HZ, &tone).to_bytes().unwrap();
    let mut a_law = vec![0; tone.len()];
    trunkline_media::g711::encode(Law::A, &tone, &mut a_law);
    let a_law = Wav::telephone(Law::A, a_law).to_bytes().unwrap();
    for source in [linear, a_law] {
        let converted = convert(&source).unwrap();
        let wav = Wav::parse(&converted).unwrap();
        assert_eq!((wav.encoding, wav.rate_hz), (Encoding::G711(Law::Mu), SAMPLE_RATE_HZ));
        let heard = measure::estimate(&wav.to_mono());
        // The tables of G.711 take intervals as equal whose values differ by the bias of mu-law,
        // 132: 0.16 dB of a peak of 7,300.
        assert!((heard.level_dbm0 + 10.0).abs() < 0.2 && heard.snr_db > 33.0, "{heard:?}");
    }
}

#[test]
fn eight_bits_and_many_channels_are_read() {
    // Made for 8 kHz: an octave higher at 16 kHz.
    let tone = Sine::new(220.0, -10.0).take(16_000);
    let unsigned: Vec<u8> = tone.iter().map(|it| ((it >> 8) + 128) as u8).collect();
    let wide: Vec<u8> =
        tone.iter().flat_map(|it| std::iter::repeat_n(it.to_le_bytes(), 6).flatten()).collect();
    for source in [wav(1, 1, 16_000, 8, &unsigned), wav(1, 6, 16_000, 16, &wide)] {
        let converted = convert(&source).unwrap();
        let heard = measure::estimate(&Wav::parse(&converted).unwrap().to_mono());
        assert!((heard.frequency_hz - 440.0).abs() < 0.5, "{heard:?}");
        assert!((heard.level_dbm0 + 10.0).abs() < 0.3, "{heard:?}");
    }
}

#[test]
fn what_cannot_be_used_is_said_clearly() {
    let text = |bytes: &[u8]| convert(bytes).unwrap_err().to_string();
    assert_eq!(convert(b""), Err(AudioError::Empty));
    assert_eq!(convert(b"<html>404 Not Found</html>"), Err(AudioError::Unknown));
    assert_eq!(convert(&[0; 5_000]), Err(AudioError::Unknown));
    assert!(text(&file("tone-8000-opus.ogg")).contains("cannot be decoded"));
    assert!(text(&wav(1, 1, 192_000, 16, &[1; 4_000])).contains("192000"));
    assert!(text(&wav(0x1234, 1, 8_000, 16, &[1; 4_000])).contains("save it as"));
    // A few seconds more than 5 MB hold, in a form that is not limited to them.
    let long = wav(1, 1, 8_000, 8, &vec![128; (MAX_DURATION.as_secs() as usize + 2) * 8_000]);
    assert_eq!(convert(&long), Err(AudioError::TooLong { limit_s: 655 }));
}

#[test]
fn files_that_were_cut_off_are_refused_or_nearly_whole() {
    let whole = wav(1, 1, 8_000, 16, &[1; 4_000]);
    let error = convert(&whole[..2_000]).unwrap_err().to_string();
    assert!(error.contains("ends too early"), "{error}");
    for (name, ..) in FILES.iter().filter(|(name, ..)| name.ends_with(".wav")) {
        let bytes = file(name);
        let cut = convert(&bytes[..bytes.len() / 2]);
        assert!(cut.is_err(), "{name} cut in two gives {} bytes", cut.unwrap().len());
    }
}

/// No damage makes the decoders panic, hang or take much memory: it gives a sound or an error.
#[test]
fn damaged_files_do_no_harm() {
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    for (name, ..) in FILES {
        let bytes = file(name);
        for _ in 0..40 {
            let mut damaged = bytes.clone();
            // Most of what a decoder believes stands at the beginning.
            for _ in 0..1 + next(4) {
                let range = if next(2) == 0 { 100 } else { bytes.len() };
                damaged[next(range)] = [0, 0x7F, 0x80, 0xFF, next(256) as u8][next(5)];
            }
            damaged.truncate(bytes.len() - next(2) * next(bytes.len()));
            if let Err(error) = convert(&damaged) {
                assert!(!error.to_string().contains("the decoder failed"), "{name}: {error}");
            }
        }
    }
}
