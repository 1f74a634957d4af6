//! What is done with messages on their way between the library and the sockets.
//!
//! An answer that leaves ends its call's waiting, which the gate watches.
//!
//! Phones behind a translation write a `Contact` that nobody else can reach. Requests of a call
//! with such a phone go to the address that it sends from. The library takes the destination of
//! its ACK from the `Contact` of the 2xx, so that this has to be rewritten before the library
//! reads it. Which responses are meant is told by the branch of the `Via` that this side made.

use std::sync::Arc;

use rsipstack::sip::headers::make_header;
use rsipstack::sip::prelude::{HasHeaders, HeadersExt, ToTypedHeader};
use rsipstack::sip::{Header, Method, Response, SipMessage};
use rsipstack::transaction::endpoint::MessageInspector;
use rsipstack::transport::SipAddr;

use super::shared::Shared;
use crate::address::{NameAddr, with_host};

/// With this status and any higher one a call's waiting is over; 100 only says that it came.
const RINGING: u16 = 180;

/// What the branch of a pinned call's requests begins with.
pub(super) const BRANCH: &str = "z9hG4bKpin-";

/// Rewrites contacts of pinned calls, and tells the gate of answers.
pub(super) struct Contacts(pub(super) Arc<Shared>);

impl MessageInspector for Contacts {
    fn before_send(&self, message: SipMessage, _: Option<&SipAddr>) -> SipMessage {
        if let SipMessage::Response(response) = &message
            && response.status_code.code() >= RINGING
        {
            self.tell_answer(response);
        }
        message
    }

    fn after_received(&self, mut message: SipMessage, from: Option<&SipAddr>) -> SipMessage {
        if let (SipMessage::Response(response), Some(from)) = (&mut message, from)
            && is_pinned(response)
        {
            rewrite(response, from);
        }
        message
    }
}

impl Contacts {
    fn tell_answer(&self, response: &Response) -> Option<()> {
        let cseq = response.cseq_header().ok()?;
        if cseq.method().ok()? != Method::Invite {
            return None;
        }
        let from = NameAddr::parse(response.from_header().ok()?.value())?;
        let call_id = response.call_id_header().ok()?.value();
        self.0.answered(from.param("tag").unwrap_or_default(), cseq.seq().ok()?, call_id);
        Some(())
    }
}

fn is_pinned(response: &Response) -> bool {
    let via = response.top_via_header().and_then(|via| via.typed());
    via.is_ok_and(|via| via.branch().is_some_and(|branch| branch.to_string().contains(BRANCH)))
}

fn rewrite(response: &mut Response, from: &SipAddr) {
    let headers = response.headers_mut();
    // With a route, requests go to a proxy that knows where the phone is.
    if headers.iter().any(|header| matches!(header, Header::RecordRoute(_))) {
        return;
    }
    for header in headers.iter_mut() {
        if let Header::Contact(contact) = header
            && let Some(address) = NameAddr::parse(contact.value())
            && let Some(uri) = with_host(address.uri, &from.addr.to_string())
        {
            *header = make_header("Contact", format!("<{uri}>"));
        }
    }
}
