//! All addresses of a server.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rsipstack::transport::SipConnection;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::dispatch::Dispatch;
use super::driver::{CallHandle, Driver, Mail, ask, send_failure};
use super::incoming::IncomingCall;
use super::phones::{self, Binding, Flow, KeptPhone};
use super::settings::{Counters, Settings};
use super::shared::{Shared, lock};
use super::stack::{Path, Stack};
use super::{ShellError, random_number, random_text};
use crate::address::Uri;
use crate::call::{Call, Config, Target};
use crate::identity::outbound::TrunkCall;
use crate::message::{Headers, OutRequest, Response};
use crate::offer_answer::{Codec, Local, OwnAddresses};
use crate::registrar::Registration;

/// The SIP side of a server. Dropping it closes the sockets.
pub struct Endpoint {
    stacks: Vec<Arc<Stack>>,
    shared: Arc<Shared>,
    stop: CancellationToken,
}

impl Endpoint {
    /// Opens the addresses. Calls come out of the receiver.
    ///
    /// # Errors
    /// When an address cannot be opened, or none is given.
    pub async fn start(
        settings: Settings,
    ) -> Result<(Self, UnboundedReceiver<IncomingCall>), ShellError> {
        if settings.binds.is_empty() {
            return Err(ShellError::NoAddress);
        }
        let (sender, calls) = unbounded_channel();
        let (binds, stop) = (settings.binds.clone(), CancellationToken::new());
        let shared = Arc::new(Shared::new(settings)?);
        let mut stacks = Vec::new();
        for (index, bind) in binds.into_iter().enumerate() {
            let (stack, incoming) = Stack::open(bind, &shared).await?;
            let stack = Arc::new(stack);
            let (shared, calls) = (shared.clone(), sender.clone());
            let dispatch = Dispatch { stack: stack.clone(), index, shared, calls };
            tokio::spawn(dispatch.run(incoming));
            stacks.push(stack);
        }
        tokio::spawn(phones::expire(shared.clone(), stop.clone()));
        Ok((Self { stacks, shared, stop }, calls))
    }

    /// The addresses that were opened, with their real ports, in the order of the settings.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.stacks.iter().map(|stack| stack.address()).collect()
    }

    /// Places a call. `target.call_id` may be empty: then it gets a fresh one.
    ///
    /// # Errors
    /// When there are too many calls.
    pub fn call(
        &self,
        target: Target,
        media: impl Into<OwnAddresses>,
        adjust: impl FnOnce(&mut Config),
    ) -> Result<CallHandle, ShellError> {
        let stack = self.stack_for(&target.uri);
        let is_tcp = is_tcp(&target.uri);
        self.place(stack, Path::default(), is_tcp, (target, media.into()), adjust)
    }

    /// Calls a registered phone at the address that it registered from, over the same connection;
    /// `target.uri` does not matter.
    ///
    /// # Errors
    /// When there are too many calls.
    pub fn call_binding(
        &self,
        binding: &Binding,
        mut target: Target,
        media: impl Into<OwnAddresses>,
        adjust: impl FnOnce(&mut Config),
    ) -> Result<CallHandle, ShellError> {
        let flow = &binding.flow;
        let stack = self.stacks.get(flow.stack).unwrap_or(&self.stacks[0]).clone();
        let pinned = Some(flow.source).filter(|_| flow.connection.is_none());
        let path = Path { connection: flow.connection.clone(), pinned, is_only_way: true };
        target.uri = binding.contact.clone();
        let is_tcp = path.connection.as_ref().is_some_and(SipConnection::is_reliable);
        self.place(stack, path, is_tcp, (target, media.into()), adjust)
    }

    /// Calls a number over a trunk, at its first target that answers.
    ///
    /// # Errors
    /// When the trunk is unknown or takes no calls, or there are too many calls.
    pub fn call_trunk(
        &self,
        call: &TrunkCall,
        media: impl Into<OwnAddresses>,
        adjust: impl FnOnce(&mut Config),
    ) -> Result<CallHandle, ShellError> {
        let access = self.shared.access();
        let trunk = access.directory.trunk(&call.trunk);
        let no_trunk = || ShellError::NoTrunk(call.trunk.clone());
        let placed = trunk.and_then(|trunk| call.place(trunk)).ok_or_else(no_trunk)?;
        let target = placed.target.clone();
        self.call(target, media, |config| {
            placed.configure(config);
            adjust(config);
        })
    }

    /// Asks something outside of any call, such as REGISTER or OPTIONS, and gives the final
    /// response: 408 when none comes, 503 when it cannot be sent. `Via`, `Max-Forwards`, `CSeq` and
    /// `Content-Length` are added.
    pub async fn request(&self, request: &OutRequest) -> Response {
        let stack = self.stack_for(&request.uri);
        let transaction = stack.transaction(request, None, &Path::default());
        let (mail, mut answers) = unbounded_channel();
        match transaction {
            Some((transaction, _)) => {
                tokio::spawn(ask(transaction, request.tx, mail));
            }
            None => send_failure(&mail, request.tx),
        }
        while let Some(answer) = answers.recv().await {
            if let Mail::Response(response) = answer
                && response.status >= 200
            {
                return *response;
            }
        }
        let (tx, headers, body) = (request.tx, Headers::default(), Vec::new());
        Response { tx, status: 408, headers, body }
    }

    /// Where a user's phones are, the preferred one first. Empty when none is registered.
    pub fn bindings(&self, user: &str) -> Vec<Binding> {
        self.shared.registrar().bindings(self.shared.now_ms(), user)
    }

    /// Tells which users come to have a phone and which have none any more, from now on. First
    /// come those who have one already.
    pub fn registrations(&self) -> UnboundedReceiver<Registration> {
        let (sender, receiver) = unbounded_channel();
        let mut subscribers = lock(&self.shared.subscribers);
        for user in self.shared.registrar().users() {
            // The receiver is at hand: this cannot fail.
            let _ = sender.send(Registration::Registered { user: user.to_owned() });
        }
        subscribers.push(sender);
        receiver
    }

    /// Tells whenever a user has registered where their phones are now, so that it can be kept:
    /// all of the user's that [`Endpoint::restore_phone`] can take over.
    pub fn kept_phones(&self) -> UnboundedReceiver<(String, Vec<KeptPhone>)> {
        let (sender, receiver) = unbounded_channel();
        lock(&self.shared.keepers).push(sender);
        receiver
    }

    /// Takes over a phone that registered with an earlier process. Gives whether it was: users that
    /// the settings do not know have no phones, and an address of another family reaches none.
    pub fn restore_phone(&self, user: &str, phone: KeptPhone) -> bool {
        let KeptPhone { local, source, binding } = phone;
        if !self.shared.access().directory.phones.contains_key(user) {
            return false;
        }
        let is_same = |stack: &Arc<Stack>| stack.address() == local;
        let is_like = |stack: &Arc<Stack>| stack.address().is_ipv4() == source.is_ipv4();
        let same = self.stacks.iter().position(is_same);
        let Some(stack) = same.or_else(|| self.stacks.iter().position(is_like)) else {
            return false;
        };
        let local = self.stacks[stack].address();
        let flow = Flow { stack, local, source, connection: None };
        let now_ms = self.shared.now_ms();
        let is_restored = self.shared.registrar().restore(now_ms, user, binding, flow);
        self.shared.tell_registrations();
        self.shared.registered.notify_one();
        is_restored
    }

    /// Takes other settings while calls go on; `binds`, `t1`, `keepalive` and the receive buffer
    /// stay as they were. Phones that are not in the settings any more are signed off.
    pub fn reload(&self, settings: &Settings) {
        self.shared.set_access(settings);
        let access = self.shared.access();
        let phones = &access.directory.phones;
        self.shared.registrar().forget(|user, _| !phones.contains_key(user));
        self.shared.tell_registrations();
    }

    /// Takes no new calls: they get 503, and OPTIONS too. Calls that there are go on.
    pub fn drain(&self) {
        self.shared.takes_no_calls.store(true, Ordering::Relaxed);
    }

    /// Takes new calls again.
    pub fn resume(&self) {
        self.shared.takes_no_calls.store(false, Ordering::Relaxed);
    }

    /// Who is banned, and for how many milliseconds still.
    pub fn banned(&self) -> Vec<(IpAddr, u64)> {
        self.shared.gate().banned(self.shared.now_ms())
    }

    /// Lifts a ban. True when there was one.
    pub fn pardon(&self, ip: IpAddr) -> bool {
        self.shared.gate().pardon(self.shared.now_ms(), ip)
    }

    /// What has been counted.
    pub fn counters(&self) -> Counters {
        self.shared.counts.read(self.shared.registry.count())
    }

    fn place(
        &self,
        stack: Arc<Stack>,
        path: Path,
        is_tcp: bool,
        (mut target, media): (Target, OwnAddresses),
        adjust: impl FnOnce(&mut Config),
    ) -> Result<CallHandle, ShellError> {
        let max_calls = self.shared.access().max_calls;
        let place = self.shared.registry.enter(None, max_calls);
        let mut place = place.map_err(|_| ShellError::TooManyCalls(max_calls))?;
        let mut config = config(&stack, &self.shared, media, is_tcp)?;
        adjust(&mut config);
        if target.call_id.is_empty() {
            target.call_id = random_text()?;
        }
        if target.from.is_empty() {
            target.from = format!("<sip:trunkline@{}>", stack.advertised());
        }
        let mailbox = unbounded_channel();
        place.name(&config.tag, &target.call_id, mailbox.0.clone());
        let call = Call::outgoing(0, &target, config);
        let (driver, handle) = Driver::new(call, stack, place, mailbox, path);
        tokio::spawn(driver.run().in_current_span());
        Ok(handle)
    }

    /// The address whose IP family the target's has; the first for names.
    fn stack_for(&self, uri: &str) -> Arc<Stack> {
        let is_v6 = Uri::parse(uri).is_some_and(|uri| uri.host.starts_with('['));
        let mut stacks = self.stacks.iter();
        let found = stacks.find(|stack| stack.advertised().is_ipv6() == is_v6);
        // `start` refuses to begin without an address.
        found.unwrap_or(&self.stacks[0]).clone()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.stop.cancel();
        self.stacks.iter().for_each(|stack| stack.close());
    }
}

fn is_tcp(uri: &str) -> bool {
    let transport = Uri::parse(uri).and_then(|uri| uri.param("transport"));
    transport.is_some_and(|transport| transport.eq_ignore_ascii_case("tcp"))
}

pub(super) fn config(
    stack: &Stack,
    shared: &Shared,
    media: OwnAddresses,
    is_tcp: bool,
) -> Result<Config, ShellError> {
    let codecs = vec![Codec::Pcmu, Codec::Pcma];
    // 62 bits: some peers read the number as a signed one.
    let addresses = media.towards(stack.advertised().is_ipv4());
    let local = Local { addresses, session_id: random_number()? >> 2, codecs };
    let transport = if is_tcp { ";transport=tcp" } else { "" };
    let contact = format!("sip:trunkline@{}{transport}", stack.advertised());
    let mut config = Config::new(local, contact, random_text()?, random_number()?);
    let keepalive = shared.settings.keepalive;
    config.keepalive_ms = keepalive.map(|it| u64::try_from(it.as_millis()).unwrap_or(u64::MAX));
    config.t1_ms = u64::try_from(shared.settings.t1.as_millis()).unwrap_or(500);
    Ok(config)
}
