//! The engine: its threads, and the legs that it opens.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use mio::{Poll, Waker};
use trunkline_media::plan::OwnAddresses;
use trunkline_webrtc::Identity;

use crate::browser::Browser;
use crate::counters::Counters;
use crate::event::Sink;
use crate::leg::{Control, Guest, Leg};
use crate::line::Line;
use crate::listener::{Guests, Listener};
use crate::mailbox::{Mail, Mailbox, Shared};
use crate::ports::{Ports, Sockets};
use crate::settings::{BrowserSettings, EngineError, MAX_THREADS, Settings};
use crate::source::Source;
use crate::transport::Transport;
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
    browsers: BrowserSettings,
    /// Who we are for browsers; made for the first one.
    identity: Mutex<Option<Identity>>,
    /// Browsers that may come by TCP.
    pub(crate) guests: Arc<Guests>,
    listener: Option<Listener>,
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
    /// Starts the media threads. `sink` is called on them for everything that happens. Browsers
    /// reach the engine at the address of the settings, with UDP.
    ///
    /// # Errors
    /// If the settings do not make sense, or a thread cannot be started.
    pub fn start(settings: Settings, sink: Sink) -> Result<Self, EngineError> {
        Self::start_for_browsers(settings, BrowserSettings::default(), sink)
    }

    /// Starts the media threads, and the listener for browsers that come by TCP.
    ///
    /// # Errors
    /// Those of [`Engine::start`], and [`EngineError::Socket`] if nothing can be listened on.
    pub fn start_for_browsers(
        settings: Settings,
        browsers: BrowserSettings,
        sink: Sink,
    ) -> Result<Self, EngineError> {
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
        let guests: Arc<Guests> = Arc::default();
        let listen = |bind| Listener::start(bind, guests.clone(), mailboxes.clone());
        let listener = browsers.tcp.map(listen).transpose()?;
        let inner = Arc::new(Inner {
            settings,
            browsers,
            identity: Mutex::default(),
            guests,
            listener,
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
        let sockets = self.inner.ports.open()?;
        let plain = |bind: SocketAddr| Transport::Plain(Source::new(bind.ip()));
        Ok(self.open_with(tag, sockets, None, plain))
    }

    /// Opens a leg for a browser, and makes the first offer for it (SDP). [`Leg::answer`] starts
    /// it; a plan is neither needed nor taken. Everything else is as with other legs.
    ///
    /// # Errors
    /// Those of [`Engine::open`]; [`EngineError::Browser`] if no address can be offered.
    pub fn open_browser(&self, tag: u64) -> Result<(Leg, String), EngineError> {
        let identity = self.inner.identity()?;
        let mut sockets = self.inner.ports.open()?;
        sockets.rtcp = None;
        let guest = Guest::new(self.inner.offered(identity, sockets.port));
        let inner = self.inner.browsers.inner_codec();
        let browser = |bind| Transport::Browser(Box::new(Browser::new(tag, bind, inner)));
        // If it cannot offer, the leg is closed again.
        let leg = self.open_with(tag, sockets, Some(guest), browser);
        let offer = leg.offer()?;
        Ok((leg, offer))
    }

    fn open_with(
        &self,
        tag: u64,
        sockets: Sockets,
        guest: Option<Guest>,
        transport: impl FnOnce(SocketAddr) -> Transport,
    ) -> Leg {
        let inner = &self.inner;
        let id = inner.next_id.fetch_add(1, Ordering::Relaxed);
        let turn = inner.next_thread.fetch_add(1, Ordering::Relaxed);
        let thread = turn % inner.mailboxes.len();
        let shared = Arc::new(Shared::new(id, tag, thread));
        let port = sockets.port;
        let bind = SocketAddr::new(inner.settings.bind, port);
        let random = inner.random_number(id);
        let line = Line::new(shared.clone(), sockets, bind, random, transport(bind));
        inner.mailboxes[thread].hand_over(Box::new(line), thread);
        Leg::new(Control { shared, engine: inner.clone() }, port, guest)
    }

    /// Where browsers' TCP connections are taken, if they are.
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        self.inner.listener.as_ref().map(|listener| listener.address)
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

    fn identity(&self) -> Result<Identity, EngineError> {
        let mut identity = self.identity.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(identity) = &*identity {
            return Ok(identity.clone());
        }
        Ok(identity.insert(Identity::generate()?).clone())
    }

    /// The addresses that others send to; never none.
    fn told(&self) -> &[IpAddr] {
        match &self.settings.advertised[..] {
            [] => std::slice::from_ref(&self.settings.bind),
            advertised => advertised,
        }
    }

    /// Where others send what shall come to a port.
    pub(crate) fn addresses(&self, port: u16) -> OwnAddresses {
        let told = self.told();
        let usual = told[0];
        let other = told.iter().find(|it| it.is_ipv4() != usual.is_ipv4());
        let at = |ip: &IpAddr| SocketAddr::new(*ip, port);
        OwnAddresses { usual: at(&usual), other: other.map(at) }
    }

    /// What a browser is offered that shall send to a port.
    fn offered(&self, identity: Identity, port: u16) -> trunkline_webrtc::Settings {
        let addresses = match &self.browsers.addresses[..] {
            [] => self.told(),
            addresses => addresses,
        };
        let at = |port| addresses.iter().map(move |address| SocketAddr::new(*address, port));
        let tcp = self.listener.as_ref().map(|listener| listener.address.port());
        let tcp = tcp.map(|port| self.browsers.tcp_port.unwrap_or(port));
        let mut offered = trunkline_webrtc::Settings::new(identity, at(port).collect());
        offered.tcp = tcp.map(|port| at(port).collect()).unwrap_or_default();
        offered.codecs = self.browsers.codecs.clone();
        offered.patience = self.browsers.patience;
        offered
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
