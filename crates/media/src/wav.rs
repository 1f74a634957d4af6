//! RIFF WAV files: G.711 and 16-bit PCM, as Webex takes them and as editors write them.

use std::borrow::Cow;

use crate::g711::{self, Law};
use crate::resample::resample;
use crate::{Error, SAMPLE_RATE_HZ};

/// The largest file that is read or written: 5 MB, the limit of Webex.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;

/// The most channels of a file.
pub const MAX_CHANNELS: u16 = 8;

/// The most chunks that are looked at for the audio.
const MAX_CHUNKS: usize = 1_000;

const PCM: u16 = 1;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xFFFE;

/// How the samples of a file are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One byte by a law of G.711.
    G711(Law),
    /// Two bytes, little end first.
    Pcm16,
}

impl Encoding {
    fn tag(self) -> u16 {
        match self {
            Self::G711(Law::Mu) => MU_LAW,
            Self::G711(Law::A) => A_LAW,
            Self::Pcm16 => PCM,
        }
    }

    fn bytes(self) -> u16 {
        match self {
            Self::G711(_) => 1,
            Self::Pcm16 => 2,
        }
    }
}

/// The audio of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wav<'a> {
    /// How samples are stored.
    pub encoding: Encoding,
    /// Channels, 1 to 8; their samples take turns.
    pub channels: u16,
    /// Samples per second of each channel, 8,000 to 96,000.
    pub rate_hz: u32,
    /// The samples as stored, a whole number for each channel.
    pub data: Cow<'a, [u8]>,
}

impl<'a> Wav<'a> {
    /// Reads a file of at most 5 MB.
    pub fn parse(file: &'a [u8]) -> Result<Self, Error> {
        if file.len() > MAX_BYTES {
            let hint = "shorten it, or save it as 8 kHz mono mu-law";
            return Err(wrong("it is larger than 5 MB", MAX_BYTES, hint));
        }
        let is_wave = file.get(..4) == Some(b"RIFF") && file.get(8..12) == Some(b"WAVE");
        if !is_wave {
            return Err(wrong("it is no RIFF WAVE file", 0, "save it as WAV"));
        }
        let mut format = None;
        let mut at = 12;
        for _ in 0..MAX_CHUNKS {
            let Some((id, length)) = chunk(file, at) else {
                return Err(wrong("it has no audio data", at, SAVE_AGAIN));
            };
            let start = at + 8;
            let left = file.len() - start;
            // Programs that write to a pipe do not know the length.
            let is_open = id == *b"data" && length == u32::MAX;
            let length = if is_open { left } else { length as usize };
            let Some(body) = file.get(start..start.saturating_add(length)) else {
                return Err(wrong("it ends too early", file.len(), "upload it again, whole"));
            };
            match &id {
                b"fmt " => format = Some(Format::parse(body, start)?),
                b"data" => {
                    let format =
                        format.ok_or_else(|| wrong("its format comes too late", at, SAVE_AGAIN))?;
                    return format.with_data(body, start);
                }
                _ => {}
            }
            at = start + length + length % 2;
        }
        Err(wrong("it has more than 1,000 chunks", at, SAVE_AGAIN))
    }

    /// A mono file at 8 kHz by a law of G.711.
    pub fn telephone(law: Law, data: impl Into<Cow<'a, [u8]>>) -> Self {
        let (encoding, channels) = (Encoding::G711(law), 1);
        Self { encoding, channels, rate_hz: SAMPLE_RATE_HZ, data: data.into() }
    }

    /// A mono file of 16-bit samples.
    pub fn linear(rate_hz: u32, samples: &[i16]) -> Self {
        let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        Self { encoding: Encoding::Pcm16, channels: 1, rate_hz, data: data.into() }
    }

    /// The file's bytes. Fails if they would be more than 5 MB.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let length = self.data.len() as u32;
        let mut out = header(self.encoding, self.channels, self.rate_hz, length);
        let total = out.len() + self.data.len() + self.data.len() % 2;
        if total > MAX_BYTES {
            return Err(wrong("it would be larger than 5 MB", MAX_BYTES, "record less"));
        }
        out.extend_from_slice(&self.data);
        out.resize(total, 0);
        Ok(out)
    }

    /// Whether it is what Webex asks for: mono, 8 kHz, mu-law.
    pub fn is_webex(&self) -> bool {
        self.telephone_law() == Some(Law::Mu)
    }

    /// The law of a file that can be played as it is: mono, 8 kHz, G.711.
    pub fn telephone_law(&self) -> Option<Law> {
        match self.encoding {
            Encoding::G711(law) if self.channels == 1 && self.rate_hz == SAMPLE_RATE_HZ => {
                Some(law)
            }
            Encoding::G711(_) | Encoding::Pcm16 => None,
        }
    }

    /// The sound of all channels together, at the file's rate.
    pub fn to_mono(&self) -> Vec<i16> {
        let samples: Vec<i16> = match self.encoding {
            Encoding::G711(law) => {
                let mut samples = vec![0; self.data.len()];
                g711::decode(law, &self.data, &mut samples);
                samples
            }
            Encoding::Pcm16 => {
                let pairs = self.data.chunks_exact(2);
                pairs.map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
            }
        };
        if self.channels <= 1 {
            return samples;
        }
        let mean = |frame: &[i16]| {
            let sum: i32 = frame.iter().map(|sample| i32::from(*sample)).sum();
            (sum / i32::from(self.channels)) as i16
        };
        samples.chunks_exact(self.channels.into()).map(mean).collect()
    }

    /// The sound as a telephone plays it: mono at 8 kHz.
    pub fn to_telephone(&self) -> Result<Vec<i16>, Error> {
        resample(&self.to_mono(), self.rate_hz, SAMPLE_RATE_HZ)
    }
}

/// All of a file before its samples, which have `length` bytes in the end; a file that is being
/// written has `u32::MAX`. After an odd length comes a byte of padding.
pub fn header(encoding: Encoding, channels: u16, rate_hz: u32, length: u32) -> Vec<u8> {
    let width = encoding.bytes();
    let is_pcm = encoding == Encoding::Pcm16;
    // Other formats than PCM say how much extra there is, and how many samples.
    let head: u32 = if is_pcm { 44 } else { 58 };
    let frame = width.saturating_mul(channels.max(1));
    let total = length.saturating_add(length % 2).saturating_add(head - 8);
    let mut out = Vec::with_capacity(head as usize);
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&total.to_le_bytes());
    out.extend_from_slice(b"WAVEfmt ");
    out.extend_from_slice(&(if is_pcm { 16_u32 } else { 18 }).to_le_bytes());
    out.extend_from_slice(&encoding.tag().to_le_bytes());
    out.extend_from_slice(&channels.to_le_bytes());
    out.extend_from_slice(&rate_hz.to_le_bytes());
    out.extend_from_slice(&rate_hz.saturating_mul(frame.into()).to_le_bytes());
    out.extend_from_slice(&frame.to_le_bytes());
    out.extend_from_slice(&(width * 8).to_le_bytes());
    if !is_pcm {
        out.extend_from_slice(&0_u16.to_le_bytes());
        out.extend_from_slice(b"fact");
        out.extend_from_slice(&4_u32.to_le_bytes());
        out.extend_from_slice(&(length / u32::from(frame)).to_le_bytes());
    }
    out.extend_from_slice(b"data");
    out.extend_from_slice(&length.to_le_bytes());
    out
}

const SAVE_AGAIN: &str = "open it in an audio editor and save it as WAV again";

fn wrong(what: impl Into<String>, at: usize, hint: &'static str) -> Error {
    Error::Wav { what: what.into(), at, hint }
}

fn chunk(file: &[u8], at: usize) -> Option<([u8; 4], u32)> {
    let (id, rest) = file.get(at..)?.split_first_chunk::<4>()?;
    Some((*id, u32::from_le_bytes(*rest.first_chunk()?)))
}

/// What a format chunk says.
struct Format {
    encoding: Encoding,
    channels: u16,
    rate_hz: u32,
}

impl Format {
    fn parse(body: &[u8], at: usize) -> Result<Self, Error> {
        let Some(&[t0, t1, c0, c1, r0, r1, r2, r3, .., b0, b1]) = body.first_chunk::<16>() else {
            return Err(wrong("its format is too short", at, SAVE_AGAIN));
        };
        let mut tag = u16::from_le_bytes([t0, t1]);
        if tag == EXTENSIBLE {
            // The first two bytes of the sub-format are the tag.
            let Some(&[s0, s1]) = body.get(24..26) else {
                return Err(wrong("its format is too short", at, SAVE_AGAIN));
            };
            tag = u16::from_le_bytes([s0, s1]);
        }
        let bits = u16::from_le_bytes([b0, b1]);
        let encoding = match (tag, bits) {
            (PCM, 16) => Encoding::Pcm16,
            (A_LAW, 8) => Encoding::G711(Law::A),
            (MU_LAW, 8) => Encoding::G711(Law::Mu),
            (tag, bits) => {
                let what = format!("format {tag} with {bits} bits is not supported");
                return Err(wrong(what, at, "save it as mu-law, A-law or 16-bit PCM"));
            }
        };
        let channels = u16::from_le_bytes([c0, c1]);
        if channels == 0 || channels > MAX_CHANNELS {
            let what = format!("it has {channels} channels");
            return Err(wrong(what, at + 2, "save it with one channel"));
        }
        let rate_hz = u32::from_le_bytes([r0, r1, r2, r3]);
        if !(8_000..=96_000).contains(&rate_hz) {
            let what = format!("it has {rate_hz} samples a second");
            return Err(wrong(what, at + 4, "save it at 8,000 Hz"));
        }
        Ok(Self { encoding, channels, rate_hz })
    }

    fn with_data(self, body: &[u8], at: usize) -> Result<Wav<'_>, Error> {
        let Self { encoding, channels, rate_hz } = self;
        let frame = usize::from(encoding.bytes() * channels);
        let whole = body.len() / frame * frame;
        if whole == 0 {
            return Err(wrong("it holds no sound", at, "record it again"));
        }
        Ok(Wav { encoding, channels, rate_hz, data: body[..whole].into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure;
    use crate::tone::{MAX_LEVEL_DBM0, Sine};

    fn parse(file: &[u8]) -> Result<Wav<'_>, String> {
        Wav::parse(file).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_written_is_read() {
        let stereo = Wav { channels: 2, ..Wav::linear(44_100, &[1, 2, -3, 4]) };
        let odd = Wav::telephone(Law::A, vec![0xD5; 161]);
        for wav in [Wav::telephone(Law::Mu, vec![0xFF; 160]), odd, stereo] {
            let file = wav.to_bytes().unwrap();
            assert_eq!(parse(&file).unwrap(), wav);
            let riff = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
            assert_eq!((riff + 8, file.len() % 2), (file.len(), 0));
        }
    }

    /// The canonical header of 44 bytes, byte by byte.
    #[test]
    fn headers_are_the_usual_ones() {
        let file = Wav::linear(8_000, &[0x1234]).to_bytes().unwrap();
        let wanted = b"RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\
                       \x10\0data\x02\0\0\0\x34\x12";
        assert_eq!(file, wanted);
        let file = Wav::telephone(Law::Mu, vec![0xFF; 2]).to_bytes().unwrap();
        assert_eq!(file[20..38], *b"\x07\0\x01\0\x40\x1F\0\0\x40\x1F\0\0\x01\0\x08\0\0\0");
    }

    #[test]
    fn knows_what_webex_wants() {
        assert!(Wav::telephone(Law::Mu, vec![1]).is_webex());
        assert_eq!(Wav::telephone(Law::A, vec![1]).telephone_law(), Some(Law::A));
        let stereo = Wav { channels: 2, ..Wav::telephone(Law::Mu, vec![1, 2]) };
        assert_eq!(stereo.telephone_law(), None);
        assert!(!Wav::linear(8_000, &[1]).is_webex());
    }

    #[test]
    fn stereo_at_44_kilohertz_becomes_telephone_sound() {
        let turn = std::f64::consts::TAU * 440.0 / 44_100.0;
        let tone = (0..44_100).map(|n| ((turn * f64::from(n)).sin() * 8_000.0) as i16);
        let samples: Vec<i16> = tone.flat_map(|sample| [sample * 2, 0]).collect();
        let wav = Wav { channels: 2, ..Wav::linear(44_100, &samples) };
        let sound = wav.to_telephone().unwrap();
        assert_eq!(sound.len(), 8_000);
        let heard = measure::estimate(&sound[200..7_800]);
        assert!((heard.frequency_hz - 440.0).abs() < 0.1, "{heard:?}");
        let wanted = MAX_LEVEL_DBM0 + 20.0 * (8_000_f64 / 32_768.0).log10();
        assert!((heard.level_dbm0 - wanted).abs() < 0.05 && heard.snr_db > 60.0, "{heard:?}");
    }

    #[test]
    fn laws_are_decoded() {
        let samples = Sine::new(440.0, -10.0).take(1_600);
        let mut data = vec![0; 1_600];
        g711::encode(Law::Mu, &samples, &mut data);
        let heard = measure::estimate(&Wav::telephone(Law::Mu, data).to_telephone().unwrap());
        assert!((heard.frequency_hz - 440.0).abs() < 0.5 && heard.snr_db > 35.0, "{heard:?}");
    }

    #[test]
    fn other_chunks_and_extensible_formats_are_read() {
        let mut file = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x28\0\0\0".to_vec();
        file.extend(b"\xFE\xFF\x01\0\x80\x3E\0\0\0\x7D\0\0\x02\0\x10\0\x16\0\x10\0\x04\0\0\0");
        file.extend(b"\x01\0\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71");
        file.extend(b"data\xFF\xFF\xFF\xFF\x01\x02\x03");
        let wav = parse(&file).unwrap();
        assert_eq!((wav.encoding, wav.rate_hz), (Encoding::Pcm16, 16_000));
        assert_eq!(wav.data[..], [1, 2], "to the end, whole samples");
    }

    #[test]
    fn hostile_files_are_refused() {
        let good = Wav::linear(8_000, &[1, 2, 3]).to_bytes().unwrap();
        let with = |at: usize, bytes: &[u8]| {
            let mut file = good.clone();
            file[at..at + bytes.len()].copy_from_slice(bytes);
            file
        };
        let cases: [(Vec<u8>, &str); 13] = [
            (Vec::new(), "no RIFF"),
            (b"RIFX".to_vec(), "no RIFF"),
            (good[..12].to_vec(), "no audio data"),
            (good[..43].to_vec(), "no audio data"),
            (good[..46].to_vec(), "too early"),
            (with(40, &[0xF0, 0xFF, 0xFF, 0xFF]), "too early"),
            (with(40, &[0, 0, 0, 0]), "no sound"),
            (with(16, &[4, 0, 0, 0]), "too short"),
            (with(20, &[3, 0]), "format 3 with 16 bits"),
            (with(22, &[0, 0]), "0 channels"),
            (with(22, &[9, 0]), "9 channels"),
            (with(24, &[1, 0, 0, 0]), "1 samples"),
            (with(12, b"junk"), "too late"),
        ];
        for (file, wanted) in cases {
            let error = parse(&file).unwrap_err();
            assert!(error.contains(wanted), "{error}: {wanted}");
        }
        assert!(parse(&vec![0; MAX_BYTES + 1]).unwrap_err().contains("5 MB"));
        let mut many = good[..12].to_vec();
        many.extend(b"junk\0\0\0\0".repeat(MAX_CHUNKS + 1));
        assert!(parse(&many).unwrap_err().contains("1,000 chunks"));
        assert!(Wav::telephone(Law::Mu, vec![0; MAX_BYTES]).to_bytes().is_err());
    }

    #[test]
    fn any_change_of_a_file_is_read_or_refused() {
        let good = Wav::linear(16_000, &[1, 2, 3]).to_bytes().unwrap();
        for at in 0..good.len() {
            for value in [0, 6, 0x7F, 0xFF] {
                let mut file = good.clone();
                file[at] = value;
                let sound = Wav::parse(&file).and_then(|wav| wav.to_telephone());
                assert!(sound.is_err() || sound.unwrap().len() <= 8);
            }
        }
    }
}
