//! Recording a leg: what it says, what it hears, or both.

use std::path::PathBuf;
use std::time::Duration;

use trunkline_media::codec::Codec;
use trunkline_media::jitter::{Config, JitterBuffer};
use trunkline_media::measure;
use trunkline_media::mix::Mix;
use trunkline_media::rtp::Packet;
use trunkline_media::wav::{self, Encoding};
use trunkline_media::{FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples};

use crate::event::LegEvent;
use crate::writer::{Take, Writer};

/// The longest recording in memory: 10 minutes are 19 MB in stereo.
const MAX_IN_MEMORY: Duration = Duration::from_secs(600);

/// The longest recording in a file.
const MAX_IN_FILE: Duration = Duration::from_secs(24 * 3_600);

/// Frames of a block: a fifth of a second, so that a file can be listened to while it grows.
const BLOCK_FRAMES: usize = 10;

/// Whom a recording hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecordSides {
    /// What the leg's peer says.
    #[default]
    Received,
    /// What the leg's peer hears.
    Sent,
    /// Both in one channel.
    Mixed,
    /// Two channels: left what the peer says, right what it hears.
    Stereo,
}

impl RecordSides {
    fn channels(self) -> u16 {
        match self {
            Self::Received | Self::Sent | Self::Mixed => 1,
            Self::Stereo => 2,
        }
    }
}

/// Where a recording goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RecordTo {
    /// Into the event, at most 10 minutes.
    #[default]
    Memory,
    /// Into a new WAV file at 8 kHz, at most 24 hours. A thread of its own writes it.
    File {
        /// Its path; what is there is overwritten.
        path: PathBuf,
        /// How its samples are stored.
        encoding: Encoding,
    },
}

/// What to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordSettings {
    /// Comes back in [`LegEvent::Recorded`].
    pub id: u32,
    /// Whom to record.
    pub sides: RecordSides,
    /// When to stop at the latest.
    pub limit: Duration,
    /// After so long without speech of the peer it ends. None: silence does not matter.
    pub silence: Option<Duration>,
    /// Where it goes.
    pub to: RecordTo,
}

impl Default for RecordSettings {
    /// What the peer says, into memory, for as long as that goes.
    fn default() -> Self {
        let (sides, to) = (RecordSides::default(), RecordTo::default());
        Self { id: 0, sides, limit: MAX_IN_MEMORY, silence: None, to }
    }
}

/// Why a recording ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordEnd {
    /// It was stopped, or another one took its place.
    Stopped,
    /// It reached its limit.
    Limit,
    /// The peer spoke, and then was silent for as long as the settings say.
    Silence,
    /// The peer was silent from the beginning for as long as the settings say.
    NothingHeard,
    /// The leg was closed.
    LegClosed,
    /// The file could not be written, as the text says; what there is of it may be broken.
    Failed(String),
}

/// A recording that has ended. It has a frame for each 20 ms, silent where nothing came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// One or two.
    pub channels: u16,
    /// How long it is.
    pub duration: Duration,
    /// Why it ended.
    pub end: RecordEnd,
    /// The file that it is in, if it is in one.
    pub file: Option<PathBuf>,
    /// The samples in memory, block by block.
    blocks: Vec<Vec<i16>>,
}

impl Recording {
    /// All samples of a recording in memory, those of two channels in turn.
    pub fn samples(&self) -> Vec<i16> {
        self.blocks.concat()
    }

    /// The samples of one channel, 0 or 1, of a recording in memory.
    pub fn channel(&self, number: u16) -> Vec<i16> {
        let step = usize::from(self.channels.max(1));
        let blocks = self.blocks.iter().flatten();
        blocks.skip(number.into()).step_by(step).copied().collect()
    }

    /// A recording in memory as a WAV file of 16 bits.
    pub fn to_wav(&self) -> Vec<u8> {
        let count: usize = self.blocks.iter().map(Vec::len).sum();
        let length = (count * 2) as u32;
        let mut out = wav::header(Encoding::Pcm16, self.channels, SAMPLE_RATE_HZ, length);
        out.extend(self.blocks.iter().flatten().flat_map(|sample| sample.to_le_bytes()));
        out
    }
}

/// An order to record, as it goes to the media thread.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) settings: RecordSettings,
    pub(crate) writer: Option<Writer>,
}

/// A recording that is going on.
#[derive(Debug)]
pub(crate) struct Recorder {
    tag: u64,
    settings: RecordSettings,
    received: Option<JitterBuffer>,
    sent: Option<JitterBuffer>,
    limit_frames: u64,
    frames: u64,
    quiet: Option<Quiet>,
    block: Vec<i16>,
    blocks: Vec<Vec<i16>>,
    take: Option<Take>,
    is_paused: bool,
}

impl Recorder {
    /// Begins.
    pub(crate) fn new(tag: u64, order: Order) -> Self {
        let Order { settings, writer } = order;
        let buffer = || Some(JitterBuffer::new(Config::default()));
        let (received, sent) = match settings.sides {
            RecordSides::Received => (buffer(), None),
            RecordSides::Sent => (None, buffer()),
            RecordSides::Mixed | RecordSides::Stereo => (buffer(), buffer()),
        };
        let channels = settings.sides.channels();
        let (longest, take) = match (&settings.to, writer) {
            (RecordTo::File { path, encoding }, Some(writer)) => {
                (MAX_IN_FILE, Some(writer.begin(path.clone(), *encoding, channels)))
            }
            (RecordTo::Memory | RecordTo::File { .. }, _) => (MAX_IN_MEMORY, None),
        };
        let limit_ms = settings.limit.min(longest).as_millis() as u64;
        Self {
            tag,
            received,
            sent,
            limit_frames: limit_ms.div_ceil(FRAME_MS.into()),
            frames: 0,
            quiet: settings.silence.map(Quiet::new),
            settings,
            block: Vec::new(),
            blocks: Vec::new(),
            take,
            is_paused: false,
        }
    }

    /// Silence in place of what is said and heard, or the opposite. While it pauses nothing is
    /// taken; what waits in the buffers is forgotten at either end.
    pub(crate) fn pause(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
        for buffer in [&mut self.received, &mut self.sent].into_iter().flatten() {
            *buffer = JitterBuffer::new(Config::default());
        }
    }

    /// Takes audio from the peer.
    pub(crate) fn push_received(&mut self, now: Duration, packet: &Packet<'_>, codec: Codec) {
        if let Some(buffer) = self.received.as_mut().filter(|_| !self.is_paused) {
            buffer.push(now, packet, codec);
        }
    }

    /// Takes audio that was sent to the peer.
    pub(crate) fn push_sent(&mut self, now: Duration, packet: &Packet<'_>, codec: Codec) {
        if let Some(buffer) = self.sent.as_mut().filter(|_| !self.is_paused) {
            buffer.push(now, packet, codec);
        }
    }

    /// Records a frame. Gives why it is over, if it is; nothing is recorded then.
    pub(crate) fn tick(&mut self, now: Duration) -> Option<RecordEnd> {
        if self.frames >= self.limit_frames {
            return Some(RecordEnd::Limit);
        }
        if let Some(end) = self.quiet.as_ref().and_then(Quiet::end) {
            return Some(end);
        }
        self.frames += 1;
        let (mut left, mut right) = ([0; FRAME_SAMPLES], [0; FRAME_SAMPLES]);
        read(&mut self.received, now, &mut left);
        read(&mut self.sent, now, &mut right);
        if let Some(quiet) = &mut self.quiet {
            quiet.hear(&left);
        }
        let length = FRAME_SAMPLES * usize::from(self.settings.sides.channels());
        if self.block.capacity() == 0 {
            self.block.reserve_exact(length * BLOCK_FRAMES);
        }
        match self.settings.sides {
            RecordSides::Received => self.block.extend_from_slice(&left),
            RecordSides::Sent => self.block.extend_from_slice(&right),
            RecordSides::Mixed => {
                let mut mix = Mix::default();
                mix.add(&left);
                mix.add(&right);
                mix.all(&mut left);
                self.block.extend_from_slice(&left);
            }
            RecordSides::Stereo => {
                let pairs = left.iter().zip(&right);
                self.block.extend(pairs.flat_map(|(left, right)| [*left, *right]));
            }
        }
        if self.block.len() >= length * BLOCK_FRAMES {
            self.flush();
        }
        None
    }

    fn flush(&mut self) {
        let block = std::mem::take(&mut self.block);
        match &self.take {
            Some(take) => take.write(block),
            None => self.blocks.push(block),
        }
    }

    /// Ends it; gives the event, unless the writer reports it when the file is complete.
    pub(crate) fn end(mut self, end: RecordEnd) -> Option<LegEvent> {
        if !self.block.is_empty() {
            self.flush();
        }
        let recording = Recording {
            channels: self.settings.sides.channels(),
            duration: Duration::from_millis(self.frames * u64::from(FRAME_MS)),
            end,
            file: None,
            blocks: self.blocks,
        };
        let event = LegEvent::Recorded { tag: self.tag, id: self.settings.id, recording };
        match self.take {
            Some(take) => {
                take.end(event);
                None
            }
            None => Some(event),
        }
    }
}

/// What is louder is speech: -40 dBm0. Lines with comfort noise lie below -50 dBm0.
const SPEECH_RMS: f64 = 160.0;

/// So many loud frames in a row are speech, and no click.
const SPEECH_FRAMES: u64 = 3;

/// How long the peer has been silent.
#[derive(Debug)]
struct Quiet {
    limit_frames: u64,
    silent_frames: u64,
    loud_frames: u64,
    has_spoken: bool,
}

impl Quiet {
    fn new(limit: Duration) -> Self {
        let limit_frames = (limit.as_millis() as u64).div_ceil(FRAME_MS.into()).max(1);
        Self { limit_frames, silent_frames: 0, loud_frames: 0, has_spoken: false }
    }

    fn hear(&mut self, frame: &Samples) {
        if measure::rms(frame) < SPEECH_RMS {
            self.loud_frames = 0;
            self.silent_frames += 1;
            return;
        }
        self.loud_frames += 1;
        if self.loud_frames >= SPEECH_FRAMES {
            self.has_spoken = true;
            self.silent_frames = 0;
        }
    }

    fn end(&self) -> Option<RecordEnd> {
        let is_over = self.silent_frames >= self.limit_frames;
        let end = if self.has_spoken { RecordEnd::Silence } else { RecordEnd::NothingHeard };
        is_over.then_some(end)
    }
}

fn read(buffer: &mut Option<JitterBuffer>, now: Duration, out: &mut Samples) {
    if let Some(buffer) = buffer {
        // Where there was nothing, the buffer makes up or leaves silence.
        buffer.tick(now, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trunkline_media::tone::Sine;

    /// What a second of silence ends, after these frames of 20 ms: `_` is silent, `#` is loud.
    fn ended(frames: &str) -> Option<RecordEnd> {
        let mut quiet = Quiet::new(Duration::from_secs(1));
        let mut sine = Sine::new(440.0, -20.0);
        for frame in frames.chars() {
            let mut samples = [0; FRAME_SAMPLES];
            if frame == '#' {
                sine.fill(&mut samples);
            }
            quiet.hear(&samples);
        }
        quiet.end()
    }

    #[test]
    fn silence_ends_a_recording_and_clicks_do_not_begin_one() {
        let silence = "_".repeat(50);
        assert_eq!(ended(&silence), Some(RecordEnd::NothingHeard));
        assert_eq!(ended(&silence[1..]), None);
        assert_eq!(
            ended(&format!("{}##_#{}", &silence[..20], &silence[..30])),
            Some(RecordEnd::NothingHeard)
        );
        assert_eq!(ended(&format!("{}###{}", &silence[..40], &silence[1..])), None);
        assert_eq!(ended(&format!("###{silence}")), Some(RecordEnd::Silence));
    }
}
