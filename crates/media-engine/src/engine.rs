//! The engine: its threads, and the legs that it opens.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use mio::{Poll, Waker};

use crate::counters::Counters;
use crate::event::Sink;
use crate::leg::{Control, Leg};
use crate::line::Line;
use crate::mailbox::{Mail, Mailbox, Shared};
use crate::ports::Ports;
use crate::settings::{EngineError, MAX_THREADS, Settings};
use crate::worker::{WAKER, Worker, WorkerSettings};
use crate::writer::Writer;

/// Media threads and ports. Cheap to clone; the threads end when the last clone and the last leg
/// are gone.
#[derive(Clone, Debug)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// What all handles of an engine share.
pub(crate) struct Inner {
    settings: Settings,
    sink: Sink,
    ports: Arc<Ports>,
    /// One for each thread.
    pub(crate) mailboxes: Arc<[Mailbox]>,
    counters: Vec<Arc<Mutex<Counters>>>,
    writer: Mutex<Option<Writer>>,
    next_id: AtomicU64,
    next_thread: AtomicUsize,
    random: RandomState,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Engine {
    /// Starts the media threads. `sink` is called on them for everything that happens.
    ///
    /// # Errors
    /// If the settings do not make sense, or a thread cannot be started.
    pub fn start(settings: Settings, sink: Sink) -> Result<Self, EngineError> {
        let threads = settings.threads;
        if !(1..=MAX_THREADS).contains(&threads) {
            return Err(EngineError::BadThreads { threads });
        }
        let random = RandomState::new();
        let ports = Ports::new(settings.bind, settings.ports.clone(), random.hash_one("ports"))?;
        let ports = Arc::new(ports);
        let failed = |source| EngineError::Thread { source };
        let (mut polls, mut mailboxes) = (Vec::new(), Vec::new());
        for _ in 0..threads {
            let (eager, lazy) = (Poll::new().map_err(failed)?, Poll::new().map_err(failed)?);
            let waker = Waker::new(eager.registry(), WAKER).map_err(failed)?;
            mailboxes.push(Mailbox::new(waker));
            polls.push((eager, lazy));
        }
        let mailboxes: Arc<[Mailbox]> = mailboxes.into();
        let counters: Vec<Arc<Mutex<Counters>>> = (0..threads).map(|_| Arc::default()).collect();
        let inner = Arc::new(Inner {
            settings,
            sink: sink.clone(),
            ports: ports.clone(),
            mailboxes: mailboxes.clone(),
            counters: counters.clone(),
            writer: Mutex::default(),
            next_id: AtomicU64::new(0),
            next_thread: AtomicUsize::new(0),
            random,
        });
        let epoch = Instant::now();
        for (number, (polls, counters)) in polls.into_iter().zip(counters).enumerate() {
            let settings = WorkerSettings {
                sink: sink.clone(),
                ports: ports.clone(),
                counters,
                media_timeout: inner.settings.media_timeout,
            };
            let worker = Worker::new(number, polls, mailboxes.clone(), epoch, settings);
            std::thread::Builder::new()
                .name(format!("media-{number}"))
                .spawn(move || worker.run())
                .map_err(failed)?;
        }
        Ok(Self { inner })
    }

    /// Opens a leg: binds its sockets. `tag` comes with all of its events; it need not be unique.
    ///
    /// # Errors
    /// [`EngineError::NoPort`] if no port is free, [`EngineError::Socket`] if the system refuses.
    pub fn open(&self, tag: u64) -> Result<Leg, EngineError> {
        let inner = &self.inner;
        let sockets = inner.ports.open()?;
        let address = inner.settings.advertised.unwrap_or(inner.settings.bind);
        let local = SocketAddr::new(address, sockets.port);
        let id = inner.next_id.fetch_add(1, Ordering::Relaxed);
        let turn = inner.next_thread.fetch_add(1, Ordering::Relaxed);
        let thread = turn % inner.mailboxes.len();
        let shared = Arc::new(Shared::new(id, tag, thread));
        let bind = SocketAddr::new(inner.settings.bind, sockets.port);
        let line = Line::new(shared.clone(), sockets, bind, inner.random_number(id));
        inner.mailboxes[thread].hand_over(Box::new(line), thread);
        Ok(Leg::new(Control { shared, engine: inner.clone() }, local))
    }

    /// What was counted, at most a moment ago.
    pub fn counters(&self) -> Counters {
        let mut sum = Counters::default();
        for counters in &self.inner.counters {
            sum.add(&counters.lock().unwrap_or_else(PoisonError::into_inner));
        }
        sum.ports_free = self.inner.ports.free() as u64;
        sum
    }
}

impl Inner {
    /// The thread that writes recordings, started when it is first needed.
    pub(crate) fn writer(&self) -> Result<Writer, EngineError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = &*writer {
            return Ok(writer.clone());
        }
        let started =
            Writer::start(self.sink.clone()).map_err(|source| EngineError::Thread { source })?;
        Ok(writer.insert(started).clone())
    }

    /// A number that nobody outside can guess: the hash is keyed by the system's random source.
    fn random_number(&self, id: u64) -> u64 {
        let mut hasher = self.random.build_hasher();
        hasher.write_u64(id);
        hasher.finish()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.mailboxes.iter().for_each(|mailbox| mailbox.post(Mail::Shutdown));
    }
}
