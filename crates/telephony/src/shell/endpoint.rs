//! All addresses of a server, and what comes in there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::transaction::Transaction;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::driver::{CallHandle, Driver, Mail};
use super::registry::{NoPlace, Place, Registry};
use super::stack::{Bind, Stack};
use super::{AllowList, ShellError, convert, random_number, random_text};
use crate::address::{NameAddr, Uri};
use crate::call::{Call, Config, Target};
use crate::message::{ALLOW, Headers, Method, OutResponse, Request, ServerTx};
use crate::offer_answer::{Codec, Local};
use crate::sdp;

/// How long a caller is asked to wait when there are too many calls, in seconds.
const RETRY_AFTER_S: &str = "5";

/// What an endpoint needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The addresses to open.
    pub binds: Vec<Bind>,
    /// Who may speak to them.
    pub allow: AllowList,
    /// The most calls at once; more are refused with 503.
    pub max_calls: usize,
    /// The round-trip time that retransmissions begin with (T1), 500 ms by default.
    pub t1: Duration,
}

impl Settings {
    /// Settings for one address, with the RFC's timers and at most 10,000 calls.
    pub fn new(address: SocketAddr, allow: AllowList) -> Self {
        let binds = vec![Bind { address, advertised: None }];
        Self { binds, allow, max_calls: 10_000, t1: Duration::from_millis(500) }
    }
}

/// What has been counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams and connections of sources that are not allowed.
    pub dropped: u64,
    /// Requests that were malformed and got 400.
    pub malformed: u64,
    /// INVITEs that were refused because there were too many calls.
    pub overloaded: u64,
    /// Calls at this moment.
    pub calls: u64,
}

#[derive(Default)]
struct Counts {
    dropped: Arc<AtomicU64>,
    malformed: AtomicU64,
    overloaded: AtomicU64,
    next_tx: AtomicU64,
}

struct Shared {
    settings: Settings,
    registry: Registry,
    counts: Counts,
    /// The tag of responses outside of dialogs, the same for all so that no state is needed.
    tag: String,
}

/// The SIP side of a server. Dropping it closes the sockets.
pub struct Endpoint {
    stacks: Vec<Arc<Stack>>,
    shared: Arc<Shared>,
}

/// An INVITE that waits for an application. Dropping it refuses the call with 480.
pub struct IncomingCall {
    invite: Request,
    source: Option<SocketAddr>,
    /// Taken when the call is accepted.
    parts: Option<(Transaction, Place)>,
    stack: Arc<Stack>,
    shared: Arc<Shared>,
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
        let allow = Arc::new(settings.allow.clone());
        let (binds, t1) = (settings.binds.clone(), settings.t1);
        let (registry, counts, tag) = (Registry::default(), Counts::default(), random_text()?);
        let shared = Arc::new(Shared { settings, registry, counts, tag });
        let mut stacks = Vec::new();
        for bind in binds {
            let dropped = shared.counts.dropped.clone();
            let (stack, incoming) = Stack::open(bind, allow.clone(), dropped, t1).await?;
            let stack = Arc::new(stack);
            tokio::spawn(dispatch(stack.clone(), shared.clone(), incoming, sender.clone()));
            stacks.push(stack);
        }
        Ok((Self { stacks, shared }, calls))
    }

    /// Places a call. `target.call_id` may be empty: then it gets a fresh one.
    ///
    /// # Errors
    /// When there are too many calls.
    pub fn call(
        &self,
        mut target: Target,
        media: SocketAddr,
        adjust: impl FnOnce(&mut Config),
    ) -> Result<CallHandle, ShellError> {
        let max_calls = self.shared.settings.max_calls;
        let place = self.shared.registry.enter(None, max_calls);
        let mut place = place.map_err(|_| ShellError::TooManyCalls(max_calls))?;
        let stack = self.stack_for(&target.uri);
        let mut config = config(&stack, &self.shared, media, is_tcp(&target.uri))?;
        adjust(&mut config);
        if target.call_id.is_empty() {
            target.call_id = random_text()?;
        }
        let mailbox = unbounded_channel();
        place.name(&config.tag, &target.call_id, mailbox.0.clone());
        let call = Call::outgoing(0, &target, config);
        let (driver, handle) = Driver::new(call, stack, place, mailbox, None);
        tokio::spawn(driver.run());
        Ok(handle)
    }

    /// What has been counted.
    pub fn counters(&self) -> Counters {
        let counts = &self.shared.counts;
        Counters {
            dropped: counts.dropped.load(Ordering::Relaxed),
            malformed: counts.malformed.load(Ordering::Relaxed),
            overloaded: counts.overloaded.load(Ordering::Relaxed),
            calls: self.shared.registry.count() as u64,
        }
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
        self.stacks.iter().for_each(|stack| stack.close());
    }
}

impl IncomingCall {
    /// The INVITE.
    pub fn invite(&self) -> &Request {
        &self.invite
    }

    /// Where it came from.
    pub fn source(&self) -> Option<SocketAddr> {
        self.source
    }

    /// Takes the call, with media at the address; `adjust` may change what a call usually has.
    /// Nothing but 100 is sent before the first command, unless the call cannot be taken.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn accept(
        mut self,
        media: SocketAddr,
        adjust: impl FnOnce(&mut Config),
    ) -> Result<CallHandle, ShellError> {
        let mut config = config(&self.stack, &self.shared, media, false)?;
        // Taken at the end only, so that a failure refuses the call.
        let parts = self.parts.take();
        let (transaction, mut place) = parts.expect("a call is accepted or refused once");
        let connection = transaction.connection.clone().filter(|c| c.is_reliable());
        if connection.is_some() {
            config.contact.push_str(";transport=tcp");
        }
        adjust(&mut config);
        let mailbox = unbounded_channel();
        place.name(&config.tag, self.invite.call_id(), mailbox.0.clone());
        let call = Call::incoming(0, self.invite.clone(), config);
        let (mut driver, handle) =
            Driver::new(call, self.stack.clone(), place, mailbox, connection);
        driver.adopt(self.invite.tx, transaction, true);
        tokio::spawn(driver.run());
        Ok(handle)
    }

    /// Refuses the call.
    pub fn reject(mut self, status: u16, headers: Headers) {
        self.refuse(status, headers);
    }

    fn refuse(&mut self, status: u16, headers: Headers) {
        let Some((transaction, place)) = self.parts.take() else { return };
        let (stack, tag) = (self.stack.clone(), self.shared.tag.clone());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // Its place is free at once; the transaction goes on until its ACK.
                drop(place);
                refuse(&stack, tag, transaction, status, headers).await;
            });
        }
    }
}

impl Drop for IncomingCall {
    fn drop(&mut self) {
        self.refuse(480, Headers::default());
    }
}

fn is_tcp(uri: &str) -> bool {
    let transport = Uri::parse(uri).and_then(|uri| uri.param("transport"));
    transport.is_some_and(|transport| transport.eq_ignore_ascii_case("tcp"))
}

fn config(
    stack: &Stack,
    shared: &Shared,
    media: SocketAddr,
    is_tcp: bool,
) -> Result<Config, ShellError> {
    let codecs = vec![Codec::Pcmu, Codec::Pcma];
    // 62 bits: some peers read the number as a signed one.
    let local = Local { address: media, session_id: random_number()? >> 2, codecs };
    let transport = if is_tcp { ";transport=tcp" } else { "" };
    let contact = format!("sip:trunkline@{}{transport}", stack.advertised());
    let mut config = Config::new(local, contact, random_text()?, random_number()?);
    config.t1_ms = u64::try_from(shared.settings.t1.as_millis()).unwrap_or(500);
    Ok(config)
}

/// Takes what comes in at one address.
async fn dispatch(
    stack: Arc<Stack>,
    shared: Arc<Shared>,
    mut incoming: TransactionReceiver,
    calls: UnboundedSender<IncomingCall>,
) {
    while let Some(transaction) = incoming.recv().await {
        let tx = ServerTx(shared.counts.next_tx.fetch_add(1, Ordering::Relaxed));
        let Some(request) = convert::request(&transaction.original, tx) else {
            shared.counts.malformed.fetch_add(1, Ordering::Relaxed);
            answer(&stack, &shared, transaction, 400, Headers::default());
            continue;
        };
        match (request.to_tag(), request.method) {
            (Some(_), _) => in_dialog(&stack, &shared, request, transaction),
            (None, Method::Invite) => {
                begin(&stack, &shared, request, transaction, &calls);
            }
            (None, Method::Options) => {
                let headers = Headers::default().with("Allow", ALLOW);
                let headers = headers.with("Accept", sdp::CONTENT_TYPE);
                answer(&stack, &shared, transaction, 200, headers);
            }
            (None, Method::Bye | Method::Prack | Method::Update | Method::Info) => {
                answer(&stack, &shared, transaction, 481, Headers::default());
            }
            // The library keeps ACK and CANCEL with their INVITE.
            (None, Method::Ack | Method::Cancel) => {}
            (
                None,
                Method::Message
                | Method::Notify
                | Method::Publish
                | Method::Refer
                | Method::Register
                | Method::Subscribe,
            ) => {
                let headers = Headers::default().with("Allow", ALLOW);
                answer(&stack, &shared, transaction, 405, headers);
            }
        }
    }
}

fn in_dialog(stack: &Arc<Stack>, shared: &Shared, request: Request, transaction: Transaction) {
    let Some(mail) = shared.registry.find(&request) else {
        return answer(stack, shared, transaction, 481, Headers::default());
    };
    let parcel = Mail::Request(Box::new(request), Box::new(transaction));
    if let Err(returned) = mail.send(parcel)
        && let Mail::Request(_, transaction) = returned.0
    {
        answer(stack, shared, *transaction, 481, Headers::default());
    }
}

fn begin(
    stack: &Arc<Stack>,
    shared: &Arc<Shared>,
    invite: Request,
    transaction: Transaction,
    calls: &UnboundedSender<IncomingCall>,
) {
    let place = match shared.registry.enter(Some(&invite), shared.settings.max_calls) {
        Ok(place) => place,
        Err(NoPlace::Merged) => {
            return answer(stack, shared, transaction, 482, Headers::default());
        }
        Err(NoPlace::Full) => {
            shared.counts.overloaded.fetch_add(1, Ordering::Relaxed);
            let headers = Headers::default().with("Retry-After", RETRY_AFTER_S);
            return answer(stack, shared, transaction, 503, headers);
        }
    };
    let source = transaction.connection.as_ref().and_then(|connection| {
        connection.get_remote_addr().and_then(|address| address.get_socketaddr().ok())
    });
    let (stack, shared) = (stack.clone(), shared.clone());
    let parts = Some((transaction, place));
    // An application that takes no calls: dropping the call refuses it.
    let _ = calls.send(IncomingCall { invite, source, parts, stack, shared });
}

/// Answers a request outside of any call, on the side.
fn answer(
    stack: &Arc<Stack>,
    shared: &Shared,
    transaction: Transaction,
    status: u16,
    headers: Headers,
) {
    let (stack, tag) = (stack.clone(), shared.tag.clone());
    tokio::spawn(async move { refuse(&stack, tag, transaction, status, headers).await });
}

async fn refuse(
    stack: &Stack,
    to_tag: String,
    mut transaction: Transaction,
    status: u16,
    headers: Headers,
) {
    let out = OutResponse { tx: ServerTx(0), status, to_tag, headers, body: Vec::new() };
    let response = convert::library_response(&stack.inner, &transaction.original, out);
    if let Err(error) = transaction.respond(response).await {
        tracing::debug!(%error, status, "response not sent");
        return;
    }
    // An INVITE's transaction goes on until its ACK.
    while transaction.receive().await.is_some() {}
}

impl std::fmt::Debug for IncomingCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let from = self.invite.headers.get("From").and_then(NameAddr::parse);
        let from = from.map(|address| address.uri);
        f.debug_struct("IncomingCall").field("from", &from).field("source", &self.source).finish()
    }
}
