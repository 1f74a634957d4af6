//! One call's task: the state machine with its transactions and its clock.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use rsipstack::sip::{self, Header, SipMessage};
use rsipstack::transaction::transaction::{Transaction, TransactionEvent, TransactionEventSender};
use rsipstack::transport::SipConnection;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tracing::Instrument;

use super::convert;
use super::registry::Place;
use super::shared::Shared;
use super::stack::{Path, Stack};
use crate::call::{Call, Command, Effect, Event, Input};
use crate::message::ServerTx;
use crate::message::{ClientTx, Headers, Method, OutRequest, OutResponse, Request, Response};
use crate::offer_answer::MediaPlan;

/// What an application hears of a call, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Begin to send and receive media.
    StartMedia(MediaPlan),
    /// Go on with media as agreed now.
    ChangeMedia(MediaPlan),
    /// End all media.
    StopMedia,
    /// Something has happened. [`Event::Ended`] comes once, and nothing comes after it.
    Event(Event),
}

/// A call in the hands of an application. Dropping it hangs up.
#[derive(Debug)]
pub struct CallHandle {
    commands: UnboundedSender<Command>,
    notices: UnboundedReceiver<Notice>,
    is_over: bool,
    /// None for a call of this side.
    pub(super) admitted: Option<Admitted>,
}

/// A call that came in, as the gate knows it.
pub(super) struct Admitted {
    pub(super) shared: Arc<Shared>,
    pub(super) call: u64,
}

impl std::fmt::Debug for Admitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Admitted").field(&self.call).finish()
    }
}

impl CallHandle {
    /// Whether the call was over before it began: its INVITE could not be taken, such as for an
    /// offer without a common codec, and is refused without anybody's doing.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Asks for something; a call that is over does nothing.
    pub fn command(&self, command: Command) {
        // The task is gone when the call is over.
        let _ = self.commands.send(command);
    }

    /// The next notice; None when the call is over and everything has been told.
    pub async fn next(&mut self) -> Option<Notice> {
        self.notices.recv().await
    }
}

/// The half of a [`CallHandle`] that commands. Dropping it hangs up.
#[derive(Debug)]
pub struct CallControl {
    commands: UnboundedSender<Command>,
    admitted: Option<Admitted>,
}

/// The half of a [`CallHandle`] that hears.
#[derive(Debug)]
pub struct CallNotices(UnboundedReceiver<Notice>);

impl CallHandle {
    /// The handle in two halves, for an application that commands in one place and hears in
    /// another.
    pub fn split(self) -> (CallControl, CallNotices) {
        let Self { commands, notices, admitted, .. } = self;
        (CallControl { commands, admitted }, CallNotices(notices))
    }
}

impl CallControl {
    /// As [`CallHandle::command`].
    pub fn command(&self, command: Command) {
        let _ = self.commands.send(command);
    }

    /// The application has done what it can for a call that is not answered yet: it waits for
    /// another system or for a person. Otherwise the time until the answer counts as this
    /// machine's, and many that take long make it look overloaded.
    pub fn waits(&self) {
        if let Some(Admitted { shared, call }) = &self.admitted {
            shared.waits(*call);
        }
    }
}

impl CallNotices {
    /// As [`CallHandle::next`].
    pub async fn next(&mut self) -> Option<Notice> {
        self.0.recv().await
    }
}

/// What a call's task receives.
pub(super) enum Mail {
    /// A request inside the dialog with its transaction.
    Request(Box<Request>, Box<Transaction>),
    /// An ACK or a CANCEL, which belongs to the INVITE's transaction.
    OfInvite(Box<Request>),
    Response(Box<Response>),
}

/// How a request is answered.
enum Answer {
    /// The transaction itself, which ends with the answer.
    Now(Box<Transaction>),
    /// A task has the INVITE's transaction and takes responses for it.
    Later(TransactionEventSender, Box<sip::Request>),
}

/// What the task of a call works with.
pub(super) struct Driver {
    pub(super) call: Call,
    pub(super) stack: Arc<Stack>,
    /// Given back when the task ends, however it ends.
    _place: Place,
    pub(super) path: Path,
    pub(super) started: Instant,
    pub(super) mail: UnboundedSender<Mail>,
    pub(super) inbox: UnboundedReceiver<Mail>,
    answers: HashMap<ServerTx, Answer>,
    /// INVITEs of this side, whose `Via` a CANCEL repeats.
    vias: HashMap<ClientTx, Header>,
    running: HashMap<ClientTx, AbortHandle>,
    commands: UnboundedReceiver<Command>,
    notices: UnboundedSender<Notice>,
}

/// The two ends of a call's mailbox.
pub(super) type Mailbox = (UnboundedSender<Mail>, UnboundedReceiver<Mail>);

impl Driver {
    pub(super) fn new(
        call: Call,
        stack: Arc<Stack>,
        place: Place,
        (mail, inbox): Mailbox,
        path: Path,
    ) -> (Self, CallHandle) {
        let (commands, taken) = tokio::sync::mpsc::unbounded_channel();
        let (notices, told) = tokio::sync::mpsc::unbounded_channel();
        let is_over = call.has_ended();
        let driver = Self {
            call,
            stack,
            _place: place,
            path,
            started: Instant::now(),
            mail,
            inbox,
            answers: HashMap::new(),
            vias: HashMap::new(),
            running: HashMap::new(),
            commands: taken,
            notices,
        };
        (driver, CallHandle { commands, notices: told, is_over, admitted: None })
    }

    /// Takes an INVITE's transaction over; one that has to wait for a person begins with 100.
    pub(super) fn adopt(&mut self, tx: ServerTx, transaction: Transaction, waits: bool) {
        let answer = self.serve_invite(tx, transaction, waits);
        self.answers.insert(tx, answer);
    }

    fn serve_invite(&self, tx: ServerTx, mut transaction: Transaction, waits: bool) -> Answer {
        let original = Box::new(transaction.original.clone());
        let answer = Answer::Later(transaction.tu_sender.clone(), original);
        let mail = self.mail.clone();
        let serving = async move {
            if waits && let Err(error) = transaction.send_trying().await {
                tracing::debug!(%error, "100 not sent");
            }
            // Runs until the transaction ends: it is what resends responses.
            while let Some(message) = transaction.receive().await {
                if let SipMessage::Request(request) = message
                    && let Some(request) = convert::request(&request, tx)
                {
                    // A call that is over needs no ACK.
                    let _ = mail.send(Mail::OfInvite(Box::new(request)));
                }
            }
        };
        tokio::spawn(serving.in_current_span());
        answer
    }

    /// Runs the call until nothing is open any more.
    pub(super) async fn run(mut self) {
        let mut is_held = true;
        loop {
            while let Some(effect) = self.call.poll() {
                if self.apply(effect).await {
                    return;
                }
            }
            let wake = self.call.wake_at_ms().map(|ms| self.started + Duration::from_millis(ms));
            let sleep = tokio::time::sleep_until(wake.unwrap_or(self.started));
            let input = tokio::select! {
                mail = self.inbox.recv() => mail.and_then(|mail| self.open(mail)),
                command = self.commands.recv(), if is_held => {
                    is_held = command.is_some();
                    Some(Input::Command(command.unwrap_or(Command::HangUp)))
                }
                () = sleep, if wake.is_some() => Some(Input::TimePassed),
            };
            if let Some(input) = input {
                let now_ms = self.now_ms();
                self.call.handle(now_ms, input);
            }
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn open(&mut self, mail: Mail) -> Option<Input> {
        match mail {
            Mail::Request(request, transaction) if request.method == Method::Invite => {
                self.adopt(request.tx, *transaction, false);
                Some(Input::Request(request))
            }
            Mail::Request(request, transaction) => {
                self.answers.insert(request.tx, Answer::Now(transaction));
                Some(Input::Request(request))
            }
            Mail::OfInvite(request) => Some(Input::Request(request)),
            Mail::Response(response) => {
                if response.status >= 200 {
                    self.running.remove(&response.tx);
                }
                Some(Input::Response(response))
            }
        }
    }

    /// True when the call may be forgotten.
    async fn apply(&mut self, effect: Effect) -> bool {
        match effect {
            Effect::Respond(response) => self.respond(response).await,
            Effect::Request(request) => self.send(&request),
            Effect::Abandon(tx) => {
                if let Some(task) = self.running.remove(&tx) {
                    task.abort();
                }
            }
            Effect::StartMedia(plan) => self.tell(Notice::StartMedia(plan)),
            Effect::ChangeMedia(plan) => self.tell(Notice::ChangeMedia(plan)),
            Effect::StopMedia => self.tell(Notice::StopMedia),
            Effect::Event(event) => self.tell(Notice::Event(event)),
            Effect::Release => return true,
        }
        false
    }

    fn tell(&self, notice: Notice) {
        // An application that has dropped the handle wants to know nothing.
        let _ = self.notices.send(notice);
    }

    async fn respond(&mut self, out: OutResponse) {
        let is_final = out.status >= 200;
        match self.answers.get_mut(&out.tx) {
            Some(Answer::Now(transaction)) => {
                let response = convert::library_response(
                    &self.stack.inner,
                    &transaction.original,
                    out.clone(),
                );
                if let Err(error) = transaction.respond(response).await {
                    tracing::debug!(%error, status = out.status, "response not sent");
                }
            }
            Some(Answer::Later(sender, original)) => {
                let response = convert::library_response(&self.stack.inner, original, out.clone());
                // The transaction is gone when it has timed out.
                let _ = sender.send(TransactionEvent::Respond(response));
            }
            None => tracing::debug!(status = out.status, "response without a transaction"),
        }
        if is_final {
            self.answers.remove(&out.tx);
        }
    }

    fn send(&mut self, out: &OutRequest) {
        let tx = out.tx;
        let via = out.cancels.and_then(|invite| self.vias.get(&invite).cloned());
        let Some((transaction, via)) = self.stack.transaction(out, via, &self.path) else {
            return send_failure(&self.mail, tx);
        };
        if out.method == Method::Invite {
            self.vias.insert(tx, via);
        }
        let task = tokio::spawn(ask(transaction, tx, self.mail.clone()).in_current_span());
        self.running.insert(tx, task.abort_handle());
    }
}

/// A call that ends in a panic leaves nobody waiting: what is unanswered gets 500.
impl Drop for Driver {
    fn drop(&mut self) {
        for (tx, answer) in self.answers.drain() {
            if let Answer::Later(sender, original) = answer {
                let (headers, body) = (Headers::default(), Vec::new());
                let to_tag = "lost".to_owned();
                let out = OutResponse { tx, status: 500, to_tag, headers, body };
                let response = convert::library_response(&self.stack.inner, &original, out);
                let _ = sender.send(TransactionEvent::Respond(response));
            }
        }
    }
}

pub(super) fn is_open(connection: &SipConnection) -> bool {
    let token = connection.cancel_token();
    connection.is_reliable() && token.is_none_or(|token| !token.is_cancelled())
}

/// Sends a request and hands over its responses. It goes on after an INVITE's 2xx, because the
/// transaction confirms those that are resent.
pub(super) async fn ask(mut transaction: Transaction, tx: ClientTx, mail: UnboundedSender<Mail>) {
    if let Err(error) = transaction.send().await {
        tracing::debug!(%error, "request not sent");
        return send_failure(&mail, tx);
    }
    while let Some(message) = transaction.receive().await {
        if let SipMessage::Response(response) = message {
            let response = convert::response(&response, tx);
            // A call that is over waits for nothing.
            let _ = mail.send(Mail::Response(Box::new(response)));
        }
    }
}

/// A request that cannot be sent counts as answered with 503 (RFC 3261, section 8.1.3.1).
pub(super) fn send_failure(mail: &UnboundedSender<Mail>, tx: ClientTx) {
    let response = Response { tx, status: 503, headers: Headers::default(), body: Vec::new() };
    let _ = mail.send(Mail::Response(Box::new(response)));
}
