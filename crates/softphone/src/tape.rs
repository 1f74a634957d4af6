//! What a call hears, in a file that grows and can be read meanwhile.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use trunkline_media::wav::Encoding;
use trunkline_media_engine::{RecordSettings, RecordSides, RecordTo};

use crate::Recording;

/// The longest recording: an hour, 58 MB.
const MAX_LENGTH: Duration = Duration::from_secs(3_600);

/// Bytes in front of the samples in a WAV file of 16-bit samples.
const HEADER_BYTES: u64 = 44;

/// How long a recording that was ended may take to be whole.
const WRITE_LIMIT: Duration = Duration::from_secs(2);

/// Where a tape stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing is recorded.
    Blank,
    /// Recorded since this time of the call; written in short blocks.
    Running(Duration),
    /// Nothing is added any more.
    Complete(Duration),
}

/// One call's tape. Dropping it deletes the file.
#[derive(Debug)]
pub(crate) struct Tape {
    path: PathBuf,
    state: watch::Sender<State>,
    /// Serialises the beginning, so that two do not write one file.
    begin: Mutex<()>,
}

impl Tape {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, state: watch::Sender::new(State::Blank), begin: Mutex::default() }
    }

    /// Notes that it is recorded now. None when it is already, or was: a tape is used once.
    pub(crate) fn begin(&self, now: Duration) -> Option<RecordSettings> {
        let _one = self.begin.lock().unwrap_or_else(PoisonError::into_inner);
        if *self.state.borrow() != State::Blank {
            return None;
        }
        self.state.send_replace(State::Running(now));
        let to = RecordTo::File { path: self.path.clone(), encoding: Encoding::Pcm16 };
        Some(RecordSettings {
            id: 0,
            sides: RecordSides::Received,
            limit: MAX_LENGTH,
            silence: None,
            to,
        })
    }

    /// Notes when its first sample really was heard.
    pub(crate) fn media_began(&self, now: Duration) {
        self.state.send_if_modified(|state| match state {
            State::Running(_) => {
                *state = State::Running(now);
                true
            }
            State::Blank | State::Complete(_) => false,
        });
    }

    /// Notes that the file is whole.
    pub(crate) fn complete(&self) {
        self.state.send_if_modified(|state| match *state {
            State::Running(began) => {
                *state = State::Complete(began);
                true
            }
            State::Blank | State::Complete(_) => false,
        });
    }

    /// Waits until the file is whole, but not for ever.
    pub(crate) async fn completed(&self) {
        let mut state = self.state.subscribe();
        let is_done = |state: &State| !matches!(state, State::Running(_));
        // What there is after that time is all that there will be.
        let _ = tokio::time::timeout(WRITE_LIMIT, state.wait_for(is_done)).await;
    }

    /// How many samples can be read.
    pub(crate) fn length(&self) -> usize {
        let bytes = std::fs::metadata(&self.path).map_or(0, |meta| meta.len());
        usize::try_from(bytes.saturating_sub(HEADER_BYTES) / 2).unwrap_or(usize::MAX)
    }

    /// The samples from one on; nothing when nothing is recorded.
    pub(crate) fn since(&self, from: usize) -> Recording {
        let began = match *self.state.borrow() {
            State::Blank => None,
            State::Running(began) | State::Complete(began) => Some(began),
        };
        let samples = began.and_then(|_| self.read(from).ok()).unwrap_or_default();
        Recording { samples, began }
    }

    fn read(&self, from: usize) -> io::Result<Vec<i16>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(HEADER_BYTES + from as u64 * 2))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let pairs = bytes.chunks_exact(2);
        Ok(pairs.map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect())
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        // A tape that was never recorded on has no file.
        let _ = std::fs::remove_file(&self.path);
    }
}
