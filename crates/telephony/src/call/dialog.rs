//! The dialog (RFC 3261, section 12): who talks with whom, over which route, in which order.

use crate::address::NameAddr;
use crate::message::{ClientTx, Headers, Method, OutRequest, Request, Response};

/// The most hops of a route that are followed; what a longer one asks for is not sent.
const MAX_ROUTES: usize = 16;

/// One dialog, from this side's point of view.
#[derive(Clone, Debug)]
pub(super) struct Dialog {
    pub(super) call_id: String,
    /// This side's From or To with its tag.
    pub(super) local: String,
    /// The other side's From or To, with its tag once that is known.
    pub(super) remote: String,
    pub(super) remote_tag: Option<String>,
    /// Where requests go: the other side's `Contact`.
    pub(super) target: String,
    pub(super) routes: Vec<String>,
    pub(super) local_cseq: u32,
    pub(super) remote_cseq: Option<u32>,
    /// Whether this side began the call: it owns the Call-ID.
    pub(super) is_caller: bool,
}

impl Dialog {
    /// The dialog that an INVITE begins, seen by the one who is called.
    pub(super) fn of_invite(invite: &Request, tag: &str, first_cseq: u32) -> Self {
        let from = invite.headers.get("From").unwrap_or_default();
        let to = invite.headers.get("To").unwrap_or_default();
        Self {
            call_id: invite.call_id().to_owned(),
            local: format!("{to};tag={tag}"),
            remote: from.to_owned(),
            remote_tag: invite.from_tag().map(str::to_owned),
            target: target(invite.contact(), from),
            routes: routes(&invite.headers),
            local_cseq: first_cseq,
            remote_cseq: Some(invite.cseq),
            is_caller: false,
        }
    }

    /// Takes the other side's part from a response to the INVITE, seen by the caller.
    pub(super) fn learn(&mut self, response: &Response) {
        if let Some(to) = response.headers.get("To") {
            self.remote = to.to_owned();
        }
        self.remote_tag = response.to_tag().map(str::to_owned);
        if let Some(contact) = response.contact() {
            self.target = contact.to_owned();
        }
        self.routes = routes(&response.headers);
        self.routes.reverse();
    }

    /// Takes a new `Contact` (target refresh, RFC 3261, section 12.2).
    pub(super) fn refresh_target(&mut self, contact: Option<&str>) {
        if let Some(contact) = contact {
            contact.clone_into(&mut self.target);
        }
    }

    /// Makes the next request of this side.
    pub(super) fn request(&mut self, tx: ClientTx, method: Method, contact: &str) -> OutRequest {
        self.local_cseq += 1;
        let mut headers = Headers::default();
        headers.push("From", &self.local);
        headers.push("To", &self.remote);
        headers.push("Call-ID", &self.call_id);
        for route in &self.routes {
            headers.push("Route", route);
        }
        if method != Method::Bye {
            headers.push("Contact", format!("<{contact}>"));
        }
        let (uri, cseq) = (self.target.clone(), self.local_cseq);
        OutRequest { tx, method, uri, cseq, headers, body: Vec::new(), cancels: None }
    }
}

fn target(contact: Option<&str>, from: &str) -> String {
    let from = || NameAddr::parse(from).map(|address| address.uri);
    contact.or_else(from).unwrap_or_default().to_owned()
}

fn routes(headers: &Headers) -> Vec<String> {
    headers.list("Record-Route").take(MAX_ROUTES).map(str::to_owned).collect()
}
