//! Prompts and music: decoded once, encoded once for each codec, shared by all calls.
//!
//! A [`Prompt`] holds encoded audio that calls share. A [`Player`] is one call's playlist; it
//! copies frames of 20 ms out of the prompts, one after the other without a gap. Stopping it works
//! within the next frame, which is what barge-in needs.

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::codec::Codec;
use crate::g711::{self, Law};
use crate::wav::Wav;
use crate::{Error, SAMPLE_RATE_HZ};

/// The most items that a playlist holds: speech that is being made comes in many small ones.
pub const MAX_ITEMS: usize = 4_096;

/// Music loops at most so often, whatever its duration says (Webex).
pub const MUSIC_ROUNDS: u64 = 5;

/// Audio, encoded for each codec; cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    encoded: [Arc<[u8]>; Codec::ALL.len()],
}

impl Prompt {
    /// Encodes samples at 8 kHz.
    pub fn from_samples(samples: &[i16]) -> Self {
        let encode = |codec: Codec| {
            let mut bytes = Vec::new();
            codec.encode(samples, &mut bytes);
            bytes.into()
        };
        Self { encoded: Codec::ALL.map(encode) }
    }

    /// Takes bytes of G.711 at 8 kHz as they are; the other law follows by G.711's own tables.
    pub fn from_g711(law: Law, bytes: &[u8]) -> Self {
        let convert = |codec: Codec| {
            let mut bytes = bytes.to_vec();
            g711::transcode(law, codec.law(), &mut bytes);
            bytes.into()
        };
        Self { encoded: Codec::ALL.map(convert) }
    }

    /// Reads a WAV file; other formats than G.711 at 8 kHz are converted.
    pub fn from_wav(file: &[u8]) -> Result<Self, Error> {
        let wav = Wav::parse(file)?;
        match wav.telephone_law() {
            Some(law) => Ok(Self::from_g711(law, &wav.data)),
            None => Ok(Self::from_samples(&wav.to_telephone()?)),
        }
    }

    /// The encoded audio, a byte for each sample.
    pub fn encoded(&self, codec: Codec) -> &Arc<[u8]> {
        match codec {
            Codec::Pcmu => &self.encoded[0],
            Codec::Pcma => &self.encoded[1],
        }
    }

    /// Its length in samples, which is its length in bytes with every codec there is.
    fn samples(&self) -> u64 {
        self.encoded[0].len() as u64
    }

    /// How long it plays.
    pub fn duration(&self) -> Duration {
        Duration::from_micros(self.encoded[0].len() as u64 * 125)
    }
}

/// Something to play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A prompt from beginning to end.
    Prompt(Prompt),
    /// A prompt again and again until it is stopped.
    Loop(Prompt),
    /// Nothing, for a while.
    Silence(Duration),
    /// Music as the activity `play-music` plays it.
    Music {
        /// The file.
        file: Prompt,
        /// Where to begin; wraps with the file's length.
        offset: Duration,
        /// How long to play: beyond the file's end it begins again, for at most five times its
        /// length. None plays to the end once.
        duration: Option<Duration>,
    },
}

/// A stretch of audio that is being played or waits.
#[derive(Clone, Debug)]
struct Stretch {
    /// None for silence.
    prompt: Option<Prompt>,
    at: usize,
    /// Samples to play; none without end.
    left: Option<u64>,
}

impl Stretch {
    fn new(item: &Item) -> Self {
        let of = |prompt: &Prompt, at: usize, left: Option<u64>| {
            let left = if prompt.samples() == 0 { Some(0) } else { left };
            Self { prompt: Some(prompt.clone()), at, left }
        };
        match item {
            Item::Prompt(prompt) => of(prompt, 0, Some(prompt.samples())),
            Item::Loop(prompt) => of(prompt, 0, None),
            Item::Silence(duration) => Self { prompt: None, at: 0, left: Some(samples(*duration)) },
            Item::Music { file, offset, duration } => {
                let length = file.samples();
                let at = samples(*offset).checked_rem(length).unwrap_or(0);
                let left = match duration {
                    Some(duration) => samples(*duration).min(length * MUSIC_ROUNDS),
                    None => length - at,
                };
                of(file, at as usize, Some(left))
            }
        }
    }

    /// Plays into `out`, and says how much.
    fn fill(&mut self, out: &mut [u8], codec: Codec) -> usize {
        let wanted = match self.left {
            Some(left) => left.min(out.len() as u64) as usize,
            None => out.len(),
        };
        let mut done = 0;
        while done < wanted {
            let Some(prompt) = &self.prompt else {
                out[..wanted].fill(codec.silence());
                break;
            };
            let bytes = prompt.encoded(codec);
            let count = (bytes.len() - self.at).min(wanted - done);
            out[done..done + count].copy_from_slice(&bytes[self.at..self.at + count]);
            done += count;
            self.at = (self.at + count) % bytes.len();
        }
        self.left = self.left.map(|left| left - wanted as u64);
        wanted
    }
}

fn samples(time: Duration) -> u64 {
    let samples = time.as_micros() * u128::from(SAMPLE_RATE_HZ) / 1_000_000;
    samples.min(u64::MAX.into()) as u64
}

/// One call's playlist.
#[derive(Clone, Debug)]
pub struct Player {
    codec: Codec,
    stretches: VecDeque<Stretch>,
    finished: u64,
}

impl Player {
    /// An empty playlist for a leg with this codec.
    pub fn new(codec: Codec) -> Self {
        Self { codec, stretches: VecDeque::new(), finished: 0 }
    }

    /// Puts an item at the end of the playlist.
    pub fn play(&mut self, item: &Item) -> Result<(), Error> {
        if self.stretches.len() == MAX_ITEMS {
            return Err(Error::PlaylistFull { limit: MAX_ITEMS });
        }
        self.stretches.push_back(Stretch::new(item));
        Ok(())
    }

    /// Forgets everything: the next frame is silence.
    pub fn stop(&mut self) {
        self.stretches.clear();
    }

    /// Whether there is anything left to play.
    pub fn is_playing(&self) -> bool {
        !self.stretches.is_empty()
    }

    /// How many items were played to their end so far; stopped ones do not count.
    pub fn finished(&self) -> u64 {
        self.finished
    }

    /// The codec of the frames.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Goes on at the same place in another codec.
    pub fn set_codec(&mut self, codec: Codec) {
        self.codec = codec;
    }

    /// Fills a frame, usually 160 bytes. False if there was nothing to play; then it is silence.
    pub fn fill(&mut self, out: &mut [u8]) -> bool {
        let mut done = 0;
        while let Some(stretch) = self.stretches.front_mut() {
            done += stretch.fill(&mut out[done..], self.codec);
            if stretch.left != Some(0) {
                return true;
            }
            self.stretches.pop_front();
            self.finished += 1;
            if done == out.len() {
                return true;
            }
        }
        out[done..].fill(self.codec.silence());
        done > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure;
    use crate::tone::Sine;

    const MS: Duration = Duration::from_millis(1);

    /// A second, each byte telling its millisecond (mod 250).
    fn second() -> Prompt {
        let bytes: Vec<u8> = (0..8_000).map(|n| (n / 8 % 250) as u8).collect();
        Prompt::from_g711(Law::Mu, &bytes)
    }

    /// Plays to the end; the milliseconds (mod 250) at frame beginnings, and the length in ms.
    fn played(items: &[Item]) -> (Vec<u8>, usize) {
        let mut player = Player::new(Codec::Pcmu);
        items.iter().for_each(|item| player.play(item).unwrap());
        let mut bytes = Vec::new();
        let mut frame = [0; 8];
        while player.fill(&mut frame) {
            bytes.extend(frame);
            assert!(bytes.len() < 1_000_000, "without end");
        }
        assert_eq!(player.finished(), items.len() as u64);
        (bytes.iter().copied().step_by(8).collect(), bytes.len() / 8)
    }

    fn music(offset_ms: u32, duration_ms: Option<u32>) -> Item {
        let duration = duration_ms.map(|duration_ms| MS * duration_ms);
        Item::Music { file: second(), offset: MS * offset_ms, duration }
    }

    /// The rules of Webex: no longer than five times the file, the offset wraps.
    #[test]
    fn music_keeps_offset_duration_and_the_five_times_rule() {
        assert_eq!(played(&[music(0, None)]).1, 1_000);
        assert_eq!(played(&[music(300, None)]).1, 700);
        assert_eq!(played(&[music(1_300, None)]).1, 700);
        assert_eq!(played(&[music(0, Some(400))]).1, 400);
        assert_eq!(played(&[music(0, Some(3_000))]).1, 3_000);
        assert_eq!(played(&[music(0, Some(90_000))]).1, 5_000);
        assert_eq!(played(&[music(900, Some(90_000))]).1, 5_000);
        let (bytes, length) = played(&[music(900, Some(300))]);
        assert_eq!((length, bytes[0], bytes[99], bytes[100]), (300, 150, 249, 0));
    }

    #[test]
    fn items_follow_without_a_gap() {
        let short = Prompt::from_g711(Law::Mu, &[7; 100]);
        let items = [Item::Prompt(short.clone()), Item::Silence(MS * 5), Item::Prompt(short)];
        let mut player = Player::new(Codec::Pcmu);
        items.iter().for_each(|item| player.play(item).unwrap());
        let mut frame = [0; 160];
        assert!(player.fill(&mut frame));
        assert!(frame[..100] == [7; 100] && frame[100..140] == [0xFF; 40]);
        assert_eq!(frame[140..], [7; 20]);
        assert!(player.fill(&mut frame));
        assert!(frame[..80] == [7; 80] && frame[80..] == [0xFF; 80]);
        assert!(!player.fill(&mut frame) && !player.is_playing());
    }

    #[test]
    fn loops_go_on_until_stopped_within_the_next_frame() {
        let mut player = Player::new(Codec::Pcma);
        player.play(&Item::Loop(second())).unwrap();
        let mut frame = [0; 160];
        assert!((0..1_000).all(|_| player.fill(&mut frame)));
        player.stop();
        assert!(!player.fill(&mut frame));
        assert_eq!(frame, [0xD5; 160], "silence in A-law");
    }

    #[test]
    fn audio_is_shared_and_unchanged() {
        let prompt = second();
        let copy = prompt.clone();
        assert!(Arc::ptr_eq(prompt.encoded(Codec::Pcmu), copy.encoded(Codec::Pcmu)));
        let file = Wav::telephone(Law::Mu, prompt.encoded(Codec::Pcmu).to_vec());
        let read = Prompt::from_wav(&file.to_bytes().unwrap()).unwrap();
        assert_eq!(read, prompt, "mu-law is not encoded again");
        assert_eq!(read.duration(), MS * 1_000);
    }

    #[test]
    fn every_codec_gives_the_tone() {
        let sine = Sine::new(440.0, -10.0).take(8_000);
        let file = Wav::linear(8_000, &sine).to_bytes().unwrap();
        let prompt = Prompt::from_wav(&file).unwrap();
        for codec in Codec::ALL {
            let mut player = Player::new(codec);
            player.play(&Item::Prompt(prompt.clone())).unwrap();
            let (mut sound, mut frame) = (Vec::new(), [0; 160]);
            while player.fill(&mut frame) {
                codec.decode(&frame, &mut sound);
            }
            let heard = measure::estimate(&sound);
            assert!((heard.frequency_hz - 440.0).abs() < 0.1, "{heard:?}");
            assert!((heard.level_dbm0 + 10.0).abs() < 0.1 && heard.snr_db > 35.0, "{heard:?}");
            assert!(measure::longest_quiet_run(&sound, 0) < 5);
        }
    }

    #[test]
    fn empty_items_and_full_lists_do_no_harm() {
        let empty = Prompt::from_samples(&[]);
        let items = [
            Item::Loop(empty.clone()),
            Item::Music { file: empty.clone(), offset: MS, duration: Some(MS) },
            Item::Music { file: empty.clone(), offset: MS, duration: None },
            Item::Silence(Duration::ZERO),
            Item::Prompt(empty),
        ];
        let mut player = Player::new(Codec::Pcmu);
        items.iter().for_each(|item| player.play(item).unwrap());
        assert!(!player.fill(&mut [0; 160]));
        assert_eq!(player.finished(), 5);
        let item = Item::Silence(Duration::MAX);
        (0..MAX_ITEMS).for_each(|_| player.play(&item).unwrap());
        assert_eq!(player.play(&item), Err(Error::PlaylistFull { limit: MAX_ITEMS }));
        assert!(player.fill(&mut [0; 160]));
    }
}
