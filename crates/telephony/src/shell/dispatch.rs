//! What comes in at an address, request by request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::transaction::Transaction;
use tokio::sync::mpsc::UnboundedSender;

use super::convert;
use super::driver::Mail;
use super::incoming::IncomingCall;
use super::phones::Flow;
use super::registry::NoPlace;
use super::settings::count;
use super::shared::{RETRY_AFTER_S, Shared};
use super::stack::Stack;
use crate::call::unsupported;
use crate::identity::Source;
use crate::identity::guard::Screening;
use crate::message::{ALLOW, Headers, Method, OutResponse, Request, ServerTx};
use crate::sdp;

/// One of an endpoint's addresses with what serves it.
pub(super) struct Dispatch {
    pub(super) stack: Arc<Stack>,
    /// Which of the endpoint's addresses it is.
    pub(super) index: usize,
    pub(super) shared: Arc<Shared>,
    pub(super) calls: UnboundedSender<IncomingCall>,
}

impl Dispatch {
    /// Takes what comes in until the address is closed.
    pub(super) async fn run(self, mut incoming: TransactionReceiver) {
        while let Some(transaction) = incoming.recv().await {
            let tx = ServerTx(self.shared.next_tx.fetch_add(1, Ordering::Relaxed));
            match convert::request(&transaction.original, tx) {
                Some(request) => self.take(request, transaction),
                None => {
                    count(&self.shared.counts.malformed);
                    self.answer(transaction, 400, Headers::default());
                }
            }
        }
    }

    fn take(&self, request: Request, transaction: Transaction) {
        match (request.to_tag(), request.method) {
            // A registration has no dialog, whatever its tags.
            (_, Method::Register) => self.register(&request, transaction),
            (Some(_), _) => self.in_dialog(request, transaction),
            (None, Method::Invite) => self.begin(request, transaction),
            (None, Method::Options) => self.tell_options(&request, transaction),
            (None, Method::Bye | Method::Prack | Method::Update | Method::Info) => {
                self.answer(transaction, 481, Headers::default());
            }
            // The library keeps ACK and CANCEL with their INVITE.
            (None, Method::Ack | Method::Cancel) => {}
            (
                None,
                Method::Message
                | Method::Notify
                | Method::Publish
                | Method::Refer
                | Method::Subscribe,
            ) => {
                self.answer(transaction, 405, Headers::default().with("Allow", ALLOW));
            }
        }
    }

    /// Trunks ask with OPTIONS whether calls are taken here.
    fn tell_options(&self, request: &Request, transaction: Transaction) {
        if let Some((status, headers)) = unsupported(request, &[]) {
            return self.answer(transaction, status, headers);
        }
        if self.shared.takes_no_calls.load(Ordering::Relaxed) {
            let headers = Headers::default().with("Retry-After", RETRY_AFTER_S);
            return self.answer(transaction, 503, headers);
        }
        let headers = Headers::default().with("Allow", ALLOW);
        self.answer(transaction, 200, headers.with("Accept", sdp::CONTENT_TYPE));
    }

    fn in_dialog(&self, request: Request, transaction: Transaction) {
        let Some(mail) = self.shared.registry.find(&request) else {
            return self.answer(transaction, 481, Headers::default());
        };
        let parcel = Mail::Request(Box::new(request), Box::new(transaction));
        if let Err(returned) = mail.send(parcel)
            && let Mail::Request(_, transaction) = returned.0
        {
            self.answer(*transaction, 481, Headers::default());
        }
    }

    /// Who a request is from, after it has proven that where it has to. None when it has been
    /// answered.
    fn screen(&self, request: &Request, transaction: Transaction) -> Option<(Source, Transaction)> {
        let shared = &self.shared;
        let Some(source) = source(&transaction) else {
            self.answer(transaction, 403, Headers::default());
            return None;
        };
        let (access, now_ms) = (shared.access(), shared.now_ms());
        let screening = shared.guard().screen(now_ms, &access.directory, source.ip(), request);
        match screening {
            Screening::Granted(identity) => return Some((identity, transaction)),
            Screening::Challenged(headers) => {
                count(&shared.counts.challenged);
                self.answer(transaction, 401, headers);
            }
            Screening::Denied => {
                shared.failed(source.ip());
                self.answer(transaction, 403, Headers::default());
            }
            Screening::Forbidden => self.answer(transaction, 403, Headers::default()),
            // Dropped with its transaction: no answer.
            Screening::Unknown => count(&shared.counts.dropped),
        }
        None
    }

    fn register(&self, request: &Request, transaction: Transaction) {
        if self.shared.access().directory.phones.is_empty() {
            let headers = Headers::default().with("Allow", ALLOW);
            return self.answer(transaction, 405, headers);
        }
        if let Some((status, headers)) = unsupported(request, &[]) {
            return self.answer(transaction, status, headers);
        }
        let Some((identity, transaction)) = self.screen(request, transaction) else { return };
        let (Source::Phone(user), Some(source)) = (identity, source(&transaction)) else {
            return self.answer(transaction, 403, Headers::default());
        };
        let connection = transaction.connection.clone().filter(|c| c.is_reliable());
        let (stack, local) = (self.index, self.stack.address());
        let flow = Flow { stack, local, source, connection };
        let reply = self.shared.register(&user, request, &flow);
        self.answer(transaction, reply.status, reply.headers);
    }

    fn begin(&self, invite: Request, transaction: Transaction) {
        let shared = &self.shared;
        if shared.takes_no_calls.load(Ordering::Relaxed) {
            count(&shared.counts.drained);
            return self.answer_busy(transaction);
        }
        let source = source(&transaction);
        let Some((identity, transaction)) = self.screen(&invite, transaction) else { return };
        let place = match shared.registry.enter(Some(&invite), shared.access().max_calls) {
            Ok(place) => place,
            Err(NoPlace::Merged) => return self.answer(transaction, 482, Headers::default()),
            Err(NoPlace::Full) => {
                count(&shared.counts.overloaded);
                return self.answer_busy(transaction);
            }
        };
        let (stack, shared) = (self.stack.clone(), shared.clone());
        let parts = Some((transaction, place));
        let call = IncomingCall { invite, source, identity, parts, stack, shared };
        // An application that takes no calls: dropping the call refuses it.
        let _ = self.calls.send(call);
    }

    fn answer_busy(&self, transaction: Transaction) {
        let headers = Headers::default().with("Retry-After", RETRY_AFTER_S);
        self.answer(transaction, 503, headers);
    }

    /// Answers a request outside of any call, on the side.
    fn answer(&self, transaction: Transaction, status: u16, headers: Headers) {
        let (stack, tag) = (self.stack.clone(), self.shared.tag.clone());
        tokio::spawn(async move { refuse(&stack, tag, transaction, status, headers).await });
    }
}

fn source(transaction: &Transaction) -> Option<SocketAddr> {
    let connection = transaction.connection.as_ref()?;
    connection.get_remote_addr().and_then(|address| address.get_socketaddr().ok())
}

/// Gives a request its final response and keeps its transaction until that is confirmed.
pub(super) async fn refuse(
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
