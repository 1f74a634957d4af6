//! Browsers that come by TCP: one listener for the engine, on a thread of its own. The first check
//! on a connection tells whose it is; then it goes to that leg.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token, Waker};
use trunkline_media::rtp::MAX_PACKET_BYTES;
use trunkline_webrtc::framing;

use crate::command::Command;
use crate::mailbox::{Mail, Mailbox, Shared};
use crate::settings::EngineError;
use crate::stream::Stream;

const LISTENER: Token = Token(usize::MAX - 1);
const WAKER: Token = Token(usize::MAX);

/// Connections that have not said whose they are: in all, and of one address.
const MAX_WAITING: usize = 256;
const MAX_WAITING_OF_ADDRESS: usize = 16;

/// How long they may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Legs that wait for browsers, by the name in their offers.
#[derive(Debug, Default)]
pub(crate) struct Guests {
    by_ufrag: Mutex<HashMap<String, Arc<Shared>>>,
}

impl Guests {
    /// A leg has offered something under a name.
    pub(crate) fn expect(&self, ufrag: &str, leg: &Arc<Shared>) {
        self.lock().insert(ufrag.to_owned(), leg.clone());
    }

    /// The offer is void.
    pub(crate) fn forget(&self, ufrag: &str) {
        self.lock().remove(ufrag);
    }

    fn find(&self, ufrag: &str) -> Option<Arc<Shared>> {
        self.lock().get(ufrag).cloned()
    }

    /// Nothing that is done under the lock can panic half-way.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Shared>>> {
        self.by_ufrag.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The handle of the listener's thread, which ends with it.
#[derive(Debug)]
pub(crate) struct Listener {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    is_over: Arc<AtomicBool>,
    waker: Waker,
}

impl Listener {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the address cannot be listened on, or the thread cannot be started.
    pub(crate) fn start(
        bind: SocketAddr,
        guests: Arc<Guests>,
        mailboxes: Arc<[Mailbox]>,
    ) -> Result<Self, EngineError> {
        let refused = |source| EngineError::Socket { what: "listen", address: bind, source };
        let failed = |source| EngineError::Thread { source };
        let mut socket = TcpListener::bind(bind).map_err(refused)?;
        let address = socket.local_addr().map_err(refused)?;
        let poll = Poll::new().map_err(failed)?;
        let waker = Waker::new(poll.registry(), WAKER).map_err(failed)?;
        poll.registry().register(&mut socket, LISTENER, Interest::READABLE).map_err(failed)?;
        let is_over = Arc::new(AtomicBool::new(false));
        let door = Door {
            socket,
            poll,
            guests,
            mailboxes,
            is_over: is_over.clone(),
            waiting: HashMap::new(),
            next: 0,
        };
        let thread = std::thread::Builder::new().name("media-tcp".to_owned());
        thread.spawn(move || door.run()).map_err(failed)?;
        Ok(Self { address, is_over, waker })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        if let Err(error) = self.waker.wake() {
            tracing::warn!(%error, "the listener for browsers ends late");
        }
    }
}

/// The thread's state.
struct Door {
    socket: TcpListener,
    poll: Poll,
    guests: Arc<Guests>,
    mailboxes: Arc<[Mailbox]>,
    is_over: Arc<AtomicBool>,
    /// Connections that have not said whose they are, and until when they may.
    waiting: HashMap<usize, (Stream, Instant)>,
    next: usize,
}

impl Door {
    fn run(mut self) {
        let mut events = Events::with_capacity(MAX_WAITING);
        let mut scratch = [0; MAX_PACKET_BYTES];
        while !self.is_over.load(Ordering::Acquire) {
            let timeout = (!self.waiting.is_empty()).then_some(Duration::from_secs(1));
            if let Err(error) = self.poll.poll(&mut events, timeout)
                && error.kind() != std::io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "the listener for browsers cannot wait");
                std::thread::sleep(Duration::from_millis(100));
            }
            for event in &events {
                match event.token() {
                    LISTENER => self.accept(),
                    WAKER => {}
                    Token(number) => self.read(number, &mut scratch),
                }
            }
            let now = Instant::now();
            self.waiting.retain(|_, (_, until)| *until > now);
        }
    }

    fn accept(&mut self) {
        loop {
            let (socket, from) = match self.socket.accept() {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return,
                Err(error) => {
                    // Such as too many files: what waits in the system's queue is asked for when
                    // the next one comes.
                    tracing::warn!(%error, "a browser's connection is not taken");
                    return;
                }
            };
            if !self.has_room(from.ip()) {
                continue;
            }
            let mut stream = Stream::new(socket, from);
            let token = Token(self.next % (usize::MAX / 2));
            let registry = self.poll.registry();
            // Small frames that are late are of no use.
            let is_ready = stream.socket.set_nodelay(true).is_ok()
                && registry.register(&mut stream.socket, token, Interest::READABLE).is_ok();
            if is_ready {
                self.next += 1;
                self.waiting.insert(token.0, (stream, Instant::now() + PATIENCE));
            }
        }
    }

    fn has_room(&self, from: IpAddr) -> bool {
        let from = from.to_canonical();
        let same = self.waiting.values().filter(|(stream, _)| stream.remote.ip() == from);
        self.waiting.len() < MAX_WAITING && same.count() < MAX_WAITING_OF_ADDRESS
    }

    /// Reads until a datagram is there. Whoever sends something else is let go.
    fn read(&mut self, number: usize, scratch: &mut [u8]) {
        let Some((mut stream, until)) = self.waiting.remove(&number) else { return };
        let ufrag = loop {
            match stream.first().map(|datagram| datagram.map(framing::ufrag)) {
                Ok(Some(Some(ufrag))) => break ufrag,
                Ok(Some(None)) | Err(_) => return,
                Ok(None) => {}
            }
            match stream.fill(scratch) {
                Ok(true) => {}
                Ok(false) => {
                    self.waiting.insert(number, (stream, until));
                    return;
                }
                Err(_) => return,
            }
        };
        let Some(leg) = self.guests.find(&ufrag) else { return };
        if self.poll.registry().deregister(&mut stream.socket).is_err() {
            return;
        }
        leg.queue(Command::Stream(Box::new(stream)));
        let thread = leg.thread.load(Ordering::Acquire);
        self.mailboxes[thread].post(Mail::Wake(leg));
    }
}
