//! Audio files of any usual kind, as telephones play them.
//!
//! What is G.711 at 8 kHz and mono already is taken byte for byte. The rest is decoded (by the
//! library symphonia where it is no plain WAV), mixed to one channel and resampled.

use std::io::{Cursor, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Refusal;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use trunkline_media::SAMPLE_RATE_HZ;
use trunkline_media::codec::Codec;
use trunkline_media::g711::Law;
use trunkline_media::prompt::Prompt;
use trunkline_media::resample::resample;
use trunkline_media::wav::Wav;

/// The longest sound: what a file of 5 MB holds, the limit of Webex; nearly eleven minutes.
pub const MAX_DURATION: Duration = Duration::from_secs(655);

/// The share of packets that may be damaged, one of so many: a click here and there is better
/// than no prompt, but noise that happens to look like a packet is no file.
const DAMAGED_ONE_OF: usize = 20;

/// Why a file cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AudioError {
    /// It is none of the kinds of files that are read.
    #[error("it is no WAV, MP3, FLAC or OGG Vorbis file; save it as one of these")]
    Unknown,
    /// It is such a file, of a kind that is not read.
    #[error("it cannot be decoded ({0}); save it as 16-bit WAV, MP3, FLAC or OGG Vorbis")]
    Unsupported(String),
    /// It is damaged.
    #[error("it is damaged: {0}; upload it again, whole")]
    Damaged(String),
    /// It holds no sound.
    #[error("it holds no sound; record it again")]
    Empty,
    /// It plays for too long.
    #[error("it is longer than {limit_s} s; shorten it or split it")]
    TooLong {
        /// The limit in seconds.
        limit_s: u64,
    },
    /// Its sampling rate is not converted, or it is not a WAV file that can be played.
    #[error(transparent)]
    Media(#[from] trunkline_media::Error),
}

/// Converts a file (WAV, MP3, FLAC, OGG Vorbis; any usual rate, mono or more channels) into a WAV
/// file as Webex takes them: mono, 8 kHz, 8-bit mu-law, at most [`MAX_DURATION`]. A file that is
/// like that already is given back as it is.
pub fn convert(file: &[u8]) -> Result<Vec<u8>, AudioError> {
    let prompt = decode(file, MAX_DURATION)?;
    if Wav::parse(file).is_ok_and(|wav| wav.is_webex()) {
        return Ok(file.to_vec());
    }
    let sound = prompt.encoded(Codec::Pcmu).to_vec();
    Ok(Wav::telephone(Law::Mu, sound).to_bytes()?)
}

/// Decodes a file that plays for at most `longest`.
pub(crate) fn decode(file: &[u8], longest: Duration) -> Result<Prompt, AudioError> {
    let longest = longest.min(MAX_DURATION);
    if file.is_empty() {
        return Err(AudioError::Empty);
    }
    let plain = match Wav::parse(file) {
        Ok(wav) => wav,
        // Other kinds of WAV, and whatever is no WAV.
        Err(error) => return decode_other(file, longest).map_err(|other| better(error, other)),
    };
    let frames = plain.data.len() / sample_bytes(&plain);
    check_length(frames, plain.rate_hz, longest)?;
    match plain.telephone_law() {
        Some(law) => Ok(Prompt::from_g711(law, &plain.data)),
        None => Ok(Prompt::from_samples(&plain.to_telephone()?)),
    }
}

/// Bytes of a sample of all channels.
fn sample_bytes(wav: &Wav<'_>) -> usize {
    let width = match wav.encoding {
        trunkline_media::wav::Encoding::G711(_) => 1,
        trunkline_media::wav::Encoding::Pcm16 => 2,
    };
    width * usize::from(wav.channels.max(1))
}

/// Of two messages about one file: ours knows WAV better, the other everything else.
fn better(ours: trunkline_media::Error, other: AudioError) -> AudioError {
    match (&ours, &other) {
        (trunkline_media::Error::Wav { at, .. }, AudioError::Damaged(_)) if *at > 0 => {
            AudioError::Media(ours)
        }
        _ => other,
    }
}

fn check_length(samples: usize, rate_hz: u32, longest: Duration) -> Result<(), AudioError> {
    let micros = samples as u64 * 1_000_000 / u64::from(rate_hz.max(1));
    match Duration::from_micros(micros) > longest {
        true => Err(AudioError::TooLong { limit_s: longest.as_secs() }),
        false => Ok(()),
    }
}

/// A file's sound in one channel.
struct Mono {
    samples: Vec<i16>,
    rate_hz: u32,
}

fn decode_other(file: &[u8], longest: Duration) -> Result<Prompt, AudioError> {
    // A fault in the library must not end the server for one file.
    let decoded = catch_unwind(AssertUnwindSafe(|| read(file, longest)));
    let mono = decoded.map_err(|_| AudioError::Damaged("the decoder failed".to_owned()))??;
    if mono.samples.is_empty() {
        return Err(AudioError::Empty);
    }
    Ok(Prompt::from_samples(&resample(&mono.samples, mono.rate_hz, SAMPLE_RATE_HZ)?))
}

fn read(file: &[u8], longest: Duration) -> Result<Mono, AudioError> {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(file)), Default::default());
    let (format, meta) = (FormatOptions::default(), MetadataOptions::default());
    let mut reader = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, format, meta)
        .map_err(unknown)?;
    let track = reader.default_track(TrackType::Audio).ok_or(AudioError::Empty)?;
    let id = track.id;
    let params = track.codec_params.as_ref().and_then(|params| params.audio());
    let params = params.ok_or_else(|| AudioError::Unsupported("its codec is unknown".into()))?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(params, &AudioDecoderOptions::default())
        .map_err(unsupported)?;
    read_track(&mut *reader, id, &mut *decoder, longest)
}

fn read_track(
    reader: &mut dyn FormatReader,
    id: u32,
    decoder: &mut dyn AudioDecoder,
    longest: Duration,
) -> Result<Mono, AudioError> {
    let mut mono = Mono { samples: Vec::new(), rate_hz: 0 };
    let mut frames: Vec<f32> = Vec::new();
    let (mut packets, mut damaged) = (0_usize, None);
    let mut damages = 0_usize;
    while let Some(packet) = reader.next_packet().map_err(broken)? {
        if packet.track_id != id {
            continue;
        }
        packets += 1;
        let sound = match decoder.decode(&packet) {
            Ok(sound) => sound,
            Err(Refusal::DecodeError(what)) => {
                damages += 1;
                damaged = Some(what);
                continue;
            }
            Err(other) => return Err(broken(other)),
        };
        let rate_hz = sound.spec().rate();
        if mono.rate_hz != 0 && mono.rate_hz != rate_hz {
            let what = "its sampling rate changes on the way";
            return Err(AudioError::Unsupported(what.to_owned()));
        }
        mono.rate_hz = rate_hz;
        sound.copy_to_vec_interleaved(&mut frames);
        mix(&frames, sound.num_planes(), &mut mono.samples);
        check_length(mono.samples.len(), rate_hz, longest)?;
    }
    match damaged {
        Some(what) if damages * DAMAGED_ONE_OF > packets => {
            Err(AudioError::Damaged(what.to_owned()))
        }
        Some(_) | None => Ok(mono),
    }
}

/// The mean of all channels, in 16 bits.
fn mix(frames: &[f32], channels: usize, out: &mut Vec<i16>) {
    let channels = channels.max(1);
    let mean = |frame: &[f32]| {
        let value = frame.iter().sum::<f32>() / channels as f32 * 32_768.0;
        // In range after the clamp; what is no number becomes 0.
        value.round().clamp(-32_768.0, 32_767.0) as i16
    };
    out.extend(frames.chunks_exact(channels).map(mean));
}

fn unknown(error: Refusal) -> AudioError {
    match error {
        // The search for a kind went on to the end of the file.
        Refusal::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => AudioError::Unknown,
        Refusal::Unsupported(_) => AudioError::Unknown,
        other => broken(other),
    }
}

fn unsupported(error: Refusal) -> AudioError {
    AudioError::Unsupported(error.to_string())
}

fn broken(error: Refusal) -> AudioError {
    match error {
        Refusal::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            AudioError::Damaged("it ends too early".to_owned())
        }
        Refusal::ResetRequired => {
            AudioError::Unsupported("it is several recordings one after the other".to_owned())
        }
        Refusal::Unsupported(_) => unsupported(error),
        Refusal::IoError(_)
        | Refusal::DecodeError(_)
        | Refusal::SeekError(_)
        | Refusal::LimitError(_) => AudioError::Damaged(error.to_string()),
        // The library may get more.
        _ => AudioError::Damaged(error.to_string()),
    }
}

/// A number of bytes for people.
pub(crate) fn size_text(bytes: u64) -> String {
    match bytes {
        0..1_048_576 => format!("{} KB", bytes >> 10),
        _ => format!("{} MB", bytes >> 20),
    }
}
