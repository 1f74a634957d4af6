//! Registrations on the wire: how phones are reached, when they are gone.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};

use rsipstack::transport::SipConnection;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::driver::is_open;
use super::shared::{Shared, lock};
use crate::identity::Transport;
use crate::message::Request;
use crate::registrar::{self, Kept, Reply};

/// A place where a user is reached.
pub type Binding = registrar::Binding<Flow>;

/// How a phone is reached: the address that its REGISTER came from, over the same connection.
#[derive(Clone)]
pub struct Flow {
    /// Which of the endpoint's addresses it came to.
    pub(super) stack: usize,
    /// That address.
    pub(super) local: SocketAddr,
    pub(super) source: SocketAddr,
    /// The stream, when it came on one.
    pub(super) connection: Option<SipConnection>,
}

impl Flow {
    /// The address that the REGISTER came from.
    pub fn address(&self) -> SocketAddr {
        self.source
    }

    /// How it came.
    pub fn transport(&self) -> Transport {
        if self.connection.is_some() { Transport::Tcp } else { Transport::Udp }
    }

    /// Whether the phone cannot be reached any more.
    fn is_closed(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| !is_open(connection))
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.transport(), self.source)
    }
}

/// A phone that can be reached after the process has ended as before: by datagrams. A stream ends
/// with the process, and the phone registers by another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPhone {
    /// The endpoint's address that the REGISTER came to.
    pub local: SocketAddr,
    /// The address that it came from.
    pub source: SocketAddr,
    /// The binding.
    pub binding: Kept,
}

/// Whoever keeps registrations: told the user, and all of their phones that can be kept.
pub(super) type Keeper = UnboundedSender<(String, Vec<KeptPhone>)>;

impl Shared {
    /// Takes a REGISTER of a user who has proven who it is.
    pub(super) fn register(self: &Arc<Self>, user: &str, request: &Request, flow: &Flow) -> Reply {
        let reply = self.registrar().register(self.now_ms(), user, request, flow);
        self.tell_registrations();
        self.registered.notify_one();
        if reply.status == 200 {
            self.tell_keepers(user);
        }
        if let Some(token) = flow.connection.as_ref().and_then(SipConnection::cancel_token)
            && reply.status == 200
            && lock(&self.watched).insert(flow.source)
        {
            tokio::spawn(watch(Arc::downgrade(self), flow.source, token));
        }
        reply
    }

    /// Tells those who keep registrations what a user's are now.
    fn tell_keepers(&self, user: &str) {
        let mut keepers = lock(&self.keepers);
        if keepers.is_empty() {
            return;
        }
        let now_ms = self.now_ms();
        let bindings = self.registrar().bindings(now_ms, user);
        let by_datagrams = bindings.iter().filter(|it| it.flow.connection.is_none());
        let phones = by_datagrams.map(|it| KeptPhone {
            local: it.flow.local,
            source: it.flow.source,
            binding: it.kept(now_ms),
        });
        let phones: Vec<_> = phones.collect();
        keepers.retain(|keeper| keeper.send((user.to_owned(), phones.clone())).is_ok());
    }

    /// Tells subscribers what has changed, and forgets those who are gone.
    pub(super) fn tell_registrations(&self) {
        let changes = self.registrar().changes();
        if changes.is_empty() {
            return;
        }
        lock(&self.subscribers).retain(|subscriber| {
            changes.iter().all(|change| subscriber.send(change.clone()).is_ok())
        });
    }
}

/// Waits for a phone's stream to end: the phone is gone with it (RFC 5626, section 4.2).
async fn watch(shared: Weak<Shared>, source: SocketAddr, token: CancellationToken) {
    token.cancelled().await;
    let Some(shared) = shared.upgrade() else { return };
    lock(&shared.watched).remove(&source);
    shared.registrar().forget(|_, flow| flow.is_closed());
    shared.tell_registrations();
}

/// Ends registrations when their time has come.
pub(super) async fn expire(shared: Arc<Shared>, stop: CancellationToken) {
    loop {
        let wake = shared.registrar().wake_at_ms().map(|at_ms| shared.instant_of(at_ms));
        let sleep = tokio::time::sleep_until(wake.unwrap_or_else(tokio::time::Instant::now));
        tokio::select! {
            () = stop.cancelled() => return,
            () = shared.registered.notified() => {}
            () = sleep, if wake.is_some() => {
                let now_ms = shared.now_ms();
                shared.registrar().expire(now_ms);
                shared.tell_registrations();
            }
        }
    }
}
