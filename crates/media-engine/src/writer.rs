//! The thread that writes recordings into files, so that no disk keeps a media thread waiting.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use trunkline_media::SAMPLE_RATE_HZ;
use trunkline_media::g711;
use trunkline_media::wav::{self, Encoding};

use crate::event::{LegEvent, Sink};
use crate::record::RecordEnd;

/// Blocks of a fifth of a second that wait for the disk at most; then recordings have gaps, and
/// say so.
const MAX_BACKLOG: usize = 5_120;

enum Message {
    Begin { key: u64, path: PathBuf, encoding: Encoding, channels: u16 },
    Block { key: u64, samples: Vec<i16> },
    Dropped { key: u64 },
    End { key: u64, event: LegEvent },
}

/// The way to the thread. It ends when all of these are gone.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    sender: Sender<Message>,
    backlog: Arc<AtomicUsize>,
    next_key: Arc<AtomicU64>,
}

/// A file that is being written.
#[derive(Debug)]
pub(crate) struct Take {
    key: u64,
    writer: Writer,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(sink: Sink) -> io::Result<Self> {
        let (sender, receiver) = channel();
        let backlog = Arc::new(AtomicUsize::new(0));
        let waiting = backlog.clone();
        std::thread::Builder::new()
            .name("recordings".to_owned())
            .spawn(move || run(&receiver, &waiting, &sink))?;
        Ok(Self { sender, backlog, next_key: Arc::default() })
    }

    /// Begins a file.
    pub(crate) fn begin(self, path: PathBuf, encoding: Encoding, channels: u16) -> Take {
        let key = self.next_key.fetch_add(1, Ordering::Relaxed);
        self.send(Message::Begin { key, path, encoding, channels });
        Take { key, writer: self }
    }

    fn send(&self, message: Message) {
        if self.sender.send(message).is_err() {
            tracing::error!("the thread that writes recordings has ended; a recording is lost");
        }
    }
}

impl Take {
    /// Adds samples.
    pub(crate) fn write(&self, samples: Vec<i16>) {
        let Self { key, writer } = self;
        if writer.backlog.fetch_add(1, Ordering::Relaxed) < MAX_BACKLOG {
            writer.send(Message::Block { key: *key, samples });
        } else {
            writer.backlog.fetch_sub(1, Ordering::Relaxed);
            writer.send(Message::Dropped { key: *key });
        }
    }

    /// Completes the file and reports the event.
    pub(crate) fn end(self, event: LegEvent) {
        self.writer.send(Message::End { key: self.key, event });
    }
}

fn run(messages: &Receiver<Message>, backlog: &AtomicUsize, sink: &Sink) {
    let mut files: HashMap<u64, Output> = HashMap::new();
    while let Ok(message) = messages.recv() {
        match message {
            Message::Begin { key, path, encoding, channels } => {
                files.insert(key, Output::begin(path, encoding, channels));
            }
            Message::Block { key, samples } => {
                backlog.fetch_sub(1, Ordering::Relaxed);
                if let Some(output) = files.get_mut(&key) {
                    output.attempt(|file| file.append(&samples));
                }
            }
            Message::Dropped { key } => {
                if let Some(output) = files.get_mut(&key) {
                    output.attempt(|_| Err(io::Error::other("the disk is too slow")));
                }
            }
            Message::End { key, mut event } => {
                let output = files.remove(&key);
                if let (Some(output), LegEvent::Recorded { recording, .. }) = (output, &mut event) {
                    let (path, failure) = output.finish();
                    recording.file = Some(path);
                    if let Some(failure) = failure {
                        recording.end = RecordEnd::Failed(failure);
                    }
                }
                sink(event);
            }
        }
    }
}

/// A file and what went wrong with it first.
struct Output {
    path: PathBuf,
    file: io::Result<WavFile>,
}

impl Output {
    fn begin(path: PathBuf, encoding: Encoding, channels: u16) -> Self {
        let file = WavFile::create(&path, encoding, channels);
        Self { path, file }
    }

    fn attempt(&mut self, act: impl FnOnce(&mut WavFile) -> io::Result<()>) {
        if let Ok(file) = &mut self.file
            && let Err(error) = act(file)
        {
            self.file = Err(error);
        }
    }

    fn finish(mut self) -> (PathBuf, Option<String>) {
        self.attempt(WavFile::finish);
        let failure = self
            .file
            .err()
            .map(|error| format!("cannot write the recording {}: {error}", self.path.display()));
        (self.path, failure)
    }
}

/// A WAV file whose header says that it is open until it is finished.
struct WavFile {
    file: File,
    encoding: Encoding,
    channels: u16,
    length: u32,
    bytes: Vec<u8>,
}

impl WavFile {
    fn create(path: &Path, encoding: Encoding, channels: u16) -> io::Result<Self> {
        let mut file = File::create(path)?;
        file.write_all(&wav::header(encoding, channels, SAMPLE_RATE_HZ, u32::MAX))?;
        Ok(Self { file, encoding, channels, length: 0, bytes: Vec::new() })
    }

    fn append(&mut self, samples: &[i16]) -> io::Result<()> {
        self.bytes.clear();
        match self.encoding {
            Encoding::Pcm16 => {
                self.bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
            }
            Encoding::G711(law) => {
                self.bytes.resize(samples.len(), 0);
                g711::encode(law, samples, &mut self.bytes);
            }
        }
        self.file.write_all(&self.bytes)?;
        self.length = self.length.saturating_add(self.bytes.len() as u32);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.length % 2 == 1 {
            self.file.write_all(&[0])?;
        }
        let header = wav::header(self.encoding, self.channels, SAMPLE_RATE_HZ, self.length);
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header)
    }
}
