//! Reads WAV as speech programs and services write it.
//!
//! Programs that write to a pipe cannot know the length beforehand and put a placeholder there;
//! the libraries for WAV files call that broken. So the chunk of samples is cut at the end of the
//! data here.

use crate::audio::{MAX_RATE_HZ, MIN_RATE_HZ, Pcm};

/// The format tag of linear PCM.
const PCM: u16 = 1;

/// The format tag that puts the real one into an extension.
const EXTENSIBLE: u16 = 0xfffe;

/// No more chunks than this are passed over before the samples.
const MAX_CHUNKS: usize = 64;

/// Why bytes are no usable WAV.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// It does not begin with RIFF and WAVE.
    #[error("it is not a WAV file")]
    NotWav,
    /// It ends before the samples, or holds none.
    #[error("the WAV file holds no samples")]
    Empty,
    /// It is not 16-bit linear PCM with one or two channels.
    #[error(
        "the WAV file is not 16-bit PCM, mono or stereo (format {format}, {bits} bits, \
         {channels} channels)"
    )]
    Format {
        /// The format tag.
        format: u16,
        /// Bits of a sample.
        bits: u16,
        /// The number of channels.
        channels: u16,
    },
    /// Its rate is beyond all reason.
    #[error("the WAV file has an unusable rate of {0} Hz; 4,000 to 192,000 are taken")]
    Rate(u32),
}

struct Format {
    rate_hz: u32,
    channels: u16,
}

/// Reads a WAV file; of two channels it gives the mean.
pub fn read_wav(bytes: &[u8]) -> Result<Pcm, WavError> {
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(WavError::NotWav);
    }
    let mut rest = &bytes[12..];
    let mut format = None;
    for _ in 0..MAX_CHUNKS {
        let (Some(id), Some(size)) = (rest.get(..4), u32_at(rest, 4)) else {
            return Err(WavError::Empty);
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let body = &rest[8..];
        let chunk = &body[..size.min(body.len())];
        match id {
            b"fmt " => format = Some(read_format(chunk)?),
            b"data" => {
                let format = format.ok_or(WavError::NotWav)?;
                return samples(chunk, &format);
            }
            _ => {}
        }
        let next = size.saturating_add(size % 2);
        rest = body.get(next..).ok_or(WavError::Empty)?;
    }
    Err(WavError::Empty)
}

/// Samples without a header, little-endian, mono.
pub(crate) fn read_raw(bytes: &[u8], rate_hz: u32) -> Result<Pcm, WavError> {
    if !(MIN_RATE_HZ..=MAX_RATE_HZ).contains(&rate_hz) {
        return Err(WavError::Rate(rate_hz));
    }
    samples(bytes, &Format { rate_hz, channels: 1 })
}

fn read_format(chunk: &[u8]) -> Result<Format, WavError> {
    let (Some(tag), Some(channels), Some(rate_hz), Some(bits)) =
        (u16_at(chunk, 0), u16_at(chunk, 2), u32_at(chunk, 4), u16_at(chunk, 14))
    else {
        return Err(WavError::NotWav);
    };
    let format = if tag == EXTENSIBLE { u16_at(chunk, 24).unwrap_or(tag) } else { tag };
    if format != PCM || bits != 16 || !(1..=2).contains(&channels) {
        return Err(WavError::Format { format, bits, channels });
    }
    if !(MIN_RATE_HZ..=MAX_RATE_HZ).contains(&rate_hz) {
        return Err(WavError::Rate(rate_hz));
    }
    Ok(Format { rate_hz, channels })
}

fn samples(chunk: &[u8], format: &Format) -> Result<Pcm, WavError> {
    let all = chunk.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
    let samples: Vec<i16> = if format.channels == 1 {
        all.collect()
    } else {
        let all: Vec<i16> = all.collect();
        let mean = |pair: &[i16]| i16::midpoint(pair[0], pair[1]);
        all.chunks_exact(2).map(mean).collect()
    };
    match samples.is_empty() {
        true => Err(WavError::Empty),
        false => Ok(Pcm { rate_hz: format.rate_hz, samples: samples.into() }),
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes([bytes[0], bytes[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

/// A WAV file with these samples, for stand-ins.
#[cfg(test)]
pub(crate) fn write_wav(rate_hz: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let size = u32::try_from(data.len()).unwrap();
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + size).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    wav.extend(channels.to_le_bytes());
    wav.extend(rate_hz.to_le_bytes());
    wav.extend((rate_hz * 2 * u32::from(channels)).to_le_bytes());
    wav.extend((2 * channels).to_le_bytes());
    wav.extend(16u16.to_le_bytes());
    wav.extend(b"data");
    wav.extend(size.to_le_bytes());
    wav.extend(data);
    wav
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_mono_and_the_mean_of_stereo() {
        let mono = read_wav(&write_wav(16_000, 1, &[1, -2, 3])).unwrap();
        assert_eq!((mono.rate_hz, &mono.samples[..]), (16_000, &[1, -2, 3][..]));
        let stereo = read_wav(&write_wav(8_000, 2, &[100, 200, -100, -300])).unwrap();
        assert_eq!(&stereo.samples[..], [150, -200]);
    }

    #[test]
    fn placeholder_lengths_end_with_the_data() {
        let mut wav = write_wav(22_050, 1, &[5, 6]);
        for size in [0x7fff_f000u32, u32::MAX, 5] {
            wav[40..44].copy_from_slice(&size.to_le_bytes());
            assert_eq!(&read_wav(&wav).unwrap().samples[..], [5, 6]);
        }
    }

    #[test]
    fn other_chunks_are_passed_over() {
        let wav = write_wav(8_000, 1, &[7]);
        let mut listed = wav[..36].to_vec();
        listed.extend(b"LIST\x03\0\0\0abc\0");
        listed.extend(&wav[36..]);
        assert_eq!(&read_wav(&listed).unwrap().samples[..], [7]);
    }

    #[test]
    fn broken_files_are_named() {
        let wav = write_wav(8_000, 1, &[1, 2, 3]);
        for end in 0..46 {
            assert!(read_wav(&wav[..end]).is_err(), "{end}");
        }
        let mut law = wav.clone();
        law[20] = 7;
        let format = WavError::Format { format: 7, bits: 16, channels: 1 };
        assert_eq!(read_wav(&law), Err(format));
        let mut rate = wav.clone();
        rate[24..28].copy_from_slice(&0u32.to_le_bytes());
        assert_eq!(read_wav(&rate), Err(WavError::Rate(0)));
        assert_eq!(read_wav(b"<html>404</html>"), Err(WavError::NotWav));
        for at in 0..wav.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut broken = wav.clone();
                broken[at] = value;
                let _ = read_wav(&broken);
            }
        }
    }
}
