//! What all parts of an endpoint share, and the first look at what comes in.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use super::phones::{Flow, Keeper};
use super::registry::Registry;
use super::settings::{Counts, Settings, count};
use super::{ShellError, convert, random_number, random_text};
use crate::gate::{Gate, Load, Rate, Verdict};
use crate::identity::Directory;
use crate::identity::guard::Guard;
use crate::message::Request;
use crate::registrar::{Registrar, Registration};
use crate::wire::{self, Head, Reading};

/// How long a caller is asked to wait when no call is taken, in seconds.
pub(super) const RETRY_AFTER_S: &str = "5";

/// The part of the settings that can be changed while calls go on.
pub(super) struct Access {
    pub(super) directory: Directory,
    pub(super) max_calls: usize,
}

pub(super) struct Shared {
    pub(super) settings: Settings,
    access: RwLock<Arc<Access>>,
    pub(super) registry: Registry,
    pub(super) counts: Counts,
    pub(super) next_tx: AtomicU64,
    /// The tag of responses outside of dialogs, the same for all so that no state is needed.
    pub(super) tag: String,
    /// The same for responses that are given at the door: nothing is kept that its ACK belongs to.
    door_tag: String,
    started: Instant,
    guard: Mutex<Guard>,
    gate: Mutex<Gate>,
    load: Mutex<Load>,
    hasher: RandomState,
    registrar: Mutex<Registrar<Flow>>,
    pub(super) subscribers: Mutex<Vec<UnboundedSender<Registration>>>,
    /// Who keeps registrations.
    pub(super) keepers: Mutex<Vec<Keeper>>,
    /// Something has changed about when the next registration ends.
    pub(super) registered: Notify,
    /// The streams of phones whose end is waited for, by the phones' addresses.
    pub(super) watched: Mutex<HashSet<SocketAddr>>,
    pub(super) takes_no_calls: AtomicBool,
}

/// What becomes of a datagram.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// The library gets it, without so many bytes at its beginning.
    Pass(usize),
    /// The library gets this instead.
    PassTidied(Vec<u8>),
    /// It is answered with this and forgotten.
    Answer(Vec<u8>),
    /// It is forgotten.
    Drop,
}

impl Shared {
    pub(super) fn new(settings: Settings) -> Result<Self, ShellError> {
        let mut secret = [0; 32];
        for part in secret.chunks_mut(8) {
            part.copy_from_slice(&random_number()?.to_ne_bytes());
        }
        let (limits, lifetimes) = (settings.limits, settings.lifetimes);
        Ok(Self {
            access: RwLock::new(Arc::new(Access::new(&settings))),
            settings,
            registry: Registry::default(),
            counts: Counts::default(),
            next_tx: AtomicU64::new(0),
            tag: random_text()?,
            door_tag: random_text()?,
            started: Instant::now(),
            guard: Mutex::new(Guard::new(secret)),
            gate: Mutex::new(Gate::new(limits)),
            load: Mutex::new(Load::default()),
            hasher: RandomState::new(),
            registrar: Mutex::new(Registrar::new(lifetimes)),
            subscribers: Mutex::new(Vec::new()),
            keepers: Mutex::new(Vec::new()),
            registered: Notify::new(),
            watched: Mutex::new(HashSet::new()),
            takes_no_calls: AtomicBool::new(false),
        })
    }

    pub(super) fn now_ms(&self) -> u64 {
        // Not 0, so that a time in the past can be told.
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub(super) fn instant_of(&self, at_ms: u64) -> Instant {
        self.started + std::time::Duration::from_millis(at_ms)
    }

    pub(super) fn access(&self) -> Arc<Access> {
        self.access.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_access(&self, settings: &Settings) {
        let access = Arc::new(Access::new(settings));
        *self.access.write().unwrap_or_else(PoisonError::into_inner) = access;
        self.gate().set_limits(settings.limits);
        self.registrar().set_lifetimes(settings.lifetimes);
    }

    pub(super) fn gate(&self) -> MutexGuard<'_, Gate> {
        lock(&self.gate)
    }

    pub(super) fn guard(&self) -> MutexGuard<'_, Guard> {
        lock(&self.guard)
    }

    pub(super) fn registrar(&self) -> MutexGuard<'_, Registrar<Flow>> {
        lock(&self.registrar)
    }

    /// Whether anything from the address is read.
    pub(super) fn admits(&self, ip: IpAddr) -> bool {
        let access = self.access.read().unwrap_or_else(PoisonError::into_inner);
        if !access.directory.admits(ip) {
            count(&self.counts.dropped);
            return false;
        }
        drop(access);
        !self.is_banned(ip)
    }

    fn is_banned(&self, ip: IpAddr) -> bool {
        let is_banned = self.gate().is_banned(self.now_ms(), ip);
        if is_banned {
            count(&self.counts.banned);
        }
        is_banned
    }

    /// Looks at a datagram before the library does. `is_cut` when it may have been longer.
    pub(super) fn look(&self, datagram: &[u8], source: SocketAddr, is_cut: bool) -> Look {
        if !self.admits(source.ip()) {
            return Look::Drop;
        }
        count(&self.counts.received);
        match wire::read(datagram) {
            Reading::Request(head) if is_cut => self.fault(&head, source, 513, "Message Too Large"),
            Reading::Request(head) => self.look_tidied(&head, datagram, source),
            Reading::Response | Reading::KeepAlive => self.look_at_rest(0, source),
            Reading::Broken(head, fault) => self.fault(&head, source, fault.status, fault.reason),
            Reading::Noise => {
                count(&self.counts.noise);
                Look::Drop
            }
        }
    }

    /// Looks at a request as the library is to read it.
    fn look_tidied(&self, head: &Head<'_>, message: &[u8], source: SocketAddr) -> Look {
        let tidied = head.tidied(message);
        let read = tidied.as_deref().unwrap_or(&message[head.leading.min(message.len())..]);
        match (self.look_at_request(head, read, source), tidied) {
            (Look::Pass(_), Some(tidied)) => Look::PassTidied(tidied),
            (look, _) => look,
        }
    }

    /// `read` is what the library is to read.
    fn look_at_request(&self, head: &Head<'_>, read: &[u8], source: SocketAddr) -> Look {
        if head.is_new_call() {
            return self.look_at_call(head, read, source);
        }
        // They belong to a transaction, or nothing comes of them.
        let is_of_transaction = matches!(head.method, "ACK" | "CANCEL");
        // What it confirms was said at the door.
        if head.method == "ACK" && head.to_tag() == Some(self.door_tag.as_str()) {
            return Look::Drop;
        }
        if is_of_transaction || self.is_of_call(head) {
            return self.look_at_rest(head.leading, source);
        }
        self.look_at_rate(head, source)
    }

    /// Looks at what begins nothing.
    fn look_at_rest(&self, leading: usize, source: SocketAddr) -> Look {
        match self.rate_of_rest(source.ip()) {
            Verdict::Take => Look::Pass(leading),
            // It is sent again if it matters.
            Verdict::Refuse | Verdict::Drop => Look::Drop,
        }
    }

    /// Looks at a message of a stream. None when the stream is not to go on.
    pub(super) fn look_at_stream(&self, message: &[u8], source: SocketAddr) -> Option<Look> {
        if self.is_banned(source.ip()) {
            return None;
        }
        let look = match wire::read(message) {
            Reading::Request(head) => self.look_tidied(&head, message, source),
            Reading::Response | Reading::KeepAlive => self.look_at_rest(0, source),
            Reading::Broken(head, fault) => self.fault(&head, source, fault.status, fault.reason),
            Reading::Noise => {
                count(&self.counts.noise);
                // Another protocol goes on like this; a response that is no good does not.
                return message.trim_ascii_start().starts_with(b"SIP/").then_some(Look::Drop);
            }
        };
        Some(look)
    }

    /// What is said to a message after which its stream cannot go on.
    pub(super) fn refuse_stream(
        &self,
        message: &[u8],
        source: SocketAddr,
        status: u16,
        reason: &str,
    ) -> Look {
        match wire::read(message) {
            Reading::Request(head) | Reading::Broken(head, _) => {
                self.fault(&head, source, status, reason)
            }
            Reading::Response | Reading::KeepAlive | Reading::Noise => {
                count(&self.counts.noise);
                Look::Drop
            }
        }
    }

    fn look_at_call(&self, head: &Head<'_>, read: &[u8], source: SocketAddr) -> Look {
        let tag = head.from_tag().unwrap_or_default();
        // A retransmission, or the same call on another path, is no new one.
        if self.registry.knows(tag, head.cseq, head.call_id) {
            return self.look_at_rest(head.leading, source);
        }
        if self.takes_no_calls.load(Ordering::Relaxed) {
            count(&self.counts.drained);
            return self.refusal(head, source);
        }
        if self.registry.count() >= self.access().max_calls {
            count(&self.counts.overloaded);
            return self.refusal(head, source);
        }
        let look = self.look_at_rate(head, source);
        if matches!(look, Look::Pass(_)) {
            let call = self.call_number(tag, head.cseq, head.call_id);
            let (now_us, max_wait_us) = (self.now_us(), self.max_wait_us());
            let is_crowded = {
                let mut load = lock(&self.load);
                if !load.admits(now_us, call, max_wait_us) {
                    drop(load);
                    count(&self.counts.overloaded);
                    return self.refusal(head, source);
                }
                load.is_crowded()
            };
            // What the library drops must not take a call's place. Only who may come in is looked
            // at so closely: a refusal has to stay cheap.
            if is_crowded && !convert::is_read(read, source) {
                lock(&self.load).withdraw(call);
                count(&self.counts.malformed);
                return Look::Drop;
            }
        }
        look
    }

    fn is_of_call(&self, head: &Head<'_>) -> bool {
        head.to_tag().is_some_and(|tag| self.registry.has_tag(tag))
    }

    fn look_at_rate(&self, head: &Head<'_>, source: SocketAddr) -> Look {
        match self.rate(source.ip()) {
            Verdict::Take => Look::Pass(head.leading),
            Verdict::Refuse => self.refusal(head, source),
            Verdict::Drop => Look::Drop,
        }
    }

    /// Whether the source may begin something more.
    fn rate(&self, ip: IpAddr) -> Verdict {
        self.verdict(ip, Gate::begin)
    }

    /// Whether the source may say something more that begins nothing.
    fn rate_of_rest(&self, ip: IpAddr) -> Verdict {
        self.verdict(ip, Gate::go_on)
    }

    fn verdict(
        &self,
        ip: IpAddr,
        ask: impl FnOnce(&mut Gate, u64, IpAddr, Option<Rate>) -> Verdict,
    ) -> Verdict {
        let access = self.access();
        let rate = match access.directory.trunk_at(ip).map(|trunk| trunk.calls_per_s) {
            // A trunk without a rate of its own may fill the house.
            Some(None) => return Verdict::Take,
            Some(Some(per_s)) => Some(Rate { per_s, burst: per_s }),
            None => None,
        };
        let verdict = ask(&mut self.gate(), self.now_ms(), ip, rate);
        if verdict != Verdict::Take {
            count(&self.counts.limited);
        }
        verdict
    }

    fn refusal(&self, head: &Head<'_>, source: SocketAddr) -> Look {
        let more = format!("Retry-After: {RETRY_AFTER_S}\r\n");
        let response = head.response(source, 503, "Service Unavailable", &self.door_tag, &more);
        response.map_or(Look::Drop, Look::Answer)
    }

    fn fault(&self, head: &Head<'_>, source: SocketAddr, status: u16, reason: &str) -> Look {
        count(&self.counts.malformed);
        if !self.gate().answers(self.now_ms(), source.ip()) {
            return Look::Drop;
        }
        let response = head.response(source, status, reason, &self.door_tag, "");
        response.map_or(Look::Drop, Look::Answer)
    }

    /// What a call's INVITE is called among those that are inside.
    pub(super) fn number_of(&self, invite: &Request) -> u64 {
        let tag = invite.from_tag().unwrap_or_default();
        self.call_number(tag, invite.cseq, invite.call_id())
    }

    /// A call waits for others than this machine.
    pub(super) fn waits(&self, call: u64) {
        lock(&self.load).withdraw(call);
    }

    /// A response to an INVITE leaves that ends its waiting.
    pub(super) fn answered(&self, tag: &str, cseq: u32, call_id: &str) {
        let call = self.call_number(tag, cseq, call_id);
        let (now_us, max_wait_us) = (self.now_us(), self.max_wait_us());
        lock(&self.load).answered(now_us, call, max_wait_us);
    }

    fn max_wait_us(&self) -> u64 {
        self.gate().limits().max_wait_ms.saturating_mul(1_000)
    }

    fn call_number(&self, tag: &str, cseq: u32, call_id: &str) -> u64 {
        self.hasher.hash_one((tag, cseq, call_id))
    }

    /// A source has given a wrong password.
    pub(super) fn failed(&self, ip: IpAddr) {
        count(&self.counts.denied);
        // Datagrams with a trunk's address are easily made; nobody may ban it with them.
        let is_trunks = self.access().directory.has_trunk_at(ip);
        if !is_trunks && self.gate().failed(self.now_ms(), ip) {
            count(&self.counts.bans);
            tracing::warn!(%ip, "source banned after wrong passwords");
        }
    }
}

impl Access {
    fn new(settings: &Settings) -> Self {
        Self { directory: settings.directory(), max_calls: settings.max_calls }
    }
}

/// A panic elsewhere leaves these tables usable: each change is made in one step.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
