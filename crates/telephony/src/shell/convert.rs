//! Between the library's messages and the cores'.

use std::net::SocketAddr;

use rsipstack::sip::headers::make_header;
use rsipstack::sip::prelude::{HasHeaders, HeadersExt};
use rsipstack::sip::{self, Header, SipMessage, StatusCode};
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transport::SipConnection;

use crate::message::{
    ClientTx, Headers, Method, OutRequest, OutResponse, Request, Response, ServerTx,
};

/// What the product is called in `User-Agent`.
pub(super) const PRODUCT: &str = concat!("Trunkline/", env!("CARGO_PKG_VERSION"));

/// None when a header that every request has is missing, or the body is shorter than
/// `Content-Length` says: a datagram that was cut.
pub(super) fn request(request: &sip::Request, tx: ServerTx) -> Option<Request> {
    let headers = headers(request.headers());
    let cseq = request.cseq_header().ok()?.seq().ok()?;
    let length = headers.get("Content-Length").map_or(Some(0), |text| text.parse().ok())?;
    let is_whole = length == request.body().len();
    let has_all = ["From", "To", "Call-ID"].iter().all(|name| headers.get(name).is_some());
    (is_whole && has_all).then(|| Request {
        tx,
        method: method(*request.method()),
        uri: request.uri().to_string(),
        cseq,
        headers,
        body: request.body().clone(),
    })
}

/// Whether the library makes a request of a datagram. What it does not understand it drops in
/// silence.
pub(super) fn is_read(datagram: &[u8], source: SocketAddr) -> bool {
    let Ok(message) = SipMessage::try_from(datagram) else { return false };
    let message = SipConnection::update_msg_received(message, source, sip::Transport::Udp);
    let Ok(SipMessage::Request(request)) = message else { return false };
    TransactionKey::from_request(&request, TransactionRole::Server).is_ok()
}

pub(super) fn response(response: &sip::Response, tx: ClientTx) -> Response {
    Response {
        tx,
        status: response.status_code.code(),
        headers: headers(response.headers()),
        body: response.body.clone(),
    }
}

fn headers(headers: &sip::Headers) -> Headers {
    headers.0.iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect()
}

fn method(method: sip::Method) -> Method {
    match method {
        sip::Method::Ack => Method::Ack,
        sip::Method::Bye => Method::Bye,
        sip::Method::Cancel => Method::Cancel,
        sip::Method::Info => Method::Info,
        sip::Method::Invite => Method::Invite,
        sip::Method::Message => Method::Message,
        sip::Method::Notify => Method::Notify,
        sip::Method::Options => Method::Options,
        sip::Method::PRack => Method::Prack,
        sip::Method::Publish => Method::Publish,
        sip::Method::Refer => Method::Refer,
        sip::Method::Register => Method::Register,
        sip::Method::Subscribe => Method::Subscribe,
        sip::Method::Update => Method::Update,
    }
}

fn library_method(method: Method) -> sip::Method {
    match method {
        Method::Ack => sip::Method::Ack,
        Method::Bye => sip::Method::Bye,
        Method::Cancel => sip::Method::Cancel,
        Method::Info => sip::Method::Info,
        Method::Invite => sip::Method::Invite,
        Method::Message => sip::Method::Message,
        Method::Notify => sip::Method::Notify,
        Method::Options => sip::Method::Options,
        Method::Prack => sip::Method::PRack,
        Method::Publish => sip::Method::Publish,
        Method::Refer => sip::Method::Refer,
        Method::Register => sip::Method::Register,
        Method::Subscribe => sip::Method::Subscribe,
        Method::Update => sip::Method::Update,
    }
}

/// A response with what it copies from the request.
pub(super) fn library_response(
    stack: &EndpointInnerRef,
    request: &sip::Request,
    out: OutResponse,
) -> sip::Response {
    let mut response = stack.make_response(request, StatusCode::from(out.status), Some(out.body));
    if out.status > 100 {
        for header in response.headers_mut().iter_mut() {
            if let Header::To(to) = header
                && to.tag().ok().flatten().is_none()
            {
                *header = make_header("To", format!("{};tag={}", to.value(), out.to_tag));
            }
        }
    }
    for (name, value) in out.headers.iter() {
        response.headers_mut().push(make_header(name, one_line(value)));
    }
    response
}

/// A request without `Via`. None when its URI cannot be written.
pub(super) fn library_request(out: &OutRequest) -> Option<sip::Request> {
    let method = library_method(out.method);
    let mut headers = sip::Headers::default();
    headers.push(make_header("Max-Forwards", "70".into()));
    headers.push(make_header("CSeq", format!("{} {method}", out.cseq)));
    for (name, value) in out.headers.iter() {
        headers.push(make_header(name, one_line(value)));
    }
    headers.push(make_header("User-Agent", PRODUCT.into()));
    headers.push(make_header("Content-Length", out.body.len().to_string()));
    let uri = sip::Uri::try_from(out.uri.as_str()).ok()?;
    let (version, body) = (sip::Version::V2, out.body.clone());
    Some(sip::Request { method, uri, version, headers, body })
}

/// No value may begin another header.
fn one_line(value: &str) -> String {
    value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(head: &str, length: usize, body: &str) -> sip::Request {
        let text = format!(
            "INVITE sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP c;branch=z9hG4bK1\r\n{head}CSeq: 7 INVITE\r\n\
             l: {length}\r\n\r\n{body}"
        );
        sip::Request::try_from(text.as_str()).unwrap()
    }

    #[test]
    fn compact_names_become_full_ones() {
        let all = "f: <sip:x@y>;tag=1\r\nt: <sip:a@b>\r\ni: id\r\nm: <sip:x@z>\r\nX-Y: 1\r\n";
        let request = request(&parsed(all, 2, "ab"), ServerTx(3)).unwrap();
        assert_eq!((request.cseq, request.call_id()), (7, "id"));
        assert_eq!((request.from_tag(), request.to_tag()), (Some("1"), None));
        assert_eq!((request.contact(), request.body.as_slice()), (Some("sip:x@z"), &b"ab"[..]));
        assert_eq!(request.headers.get("x-y"), Some("1"));
    }

    #[test]
    fn requests_that_are_cut_or_lack_a_header_are_refused() {
        let all = "f: <sip:x@y>;tag=1\r\nt: <sip:a@b>\r\ni: id\r\n";
        assert!(request(&parsed(all, 3, "ab"), ServerTx(1)).is_none());
        assert!(request(&parsed("f: <sip:x@y>;tag=1\r\ni: id\r\n", 0, ""), ServerTx(1)).is_none());
    }

    #[test]
    fn a_value_cannot_begin_another_header() {
        let headers = Headers::default().with("X-A", "1\r\nX-B: 2");
        let out = OutRequest {
            tx: ClientTx(1),
            method: Method::Bye,
            uri: "sip:a@b".into(),
            cseq: 1,
            headers,
            body: Vec::new(),
            cancels: None,
        };
        let text = library_request(&out).unwrap().to_string();
        assert!(text.contains("X-A: 1  X-B: 2\r\n"), "{text}");
        assert!(
            library_request(&OutRequest { uri: "nonsense".into(), ..out })
                .is_none_or(|r| { !r.to_string().contains("\r\n\r\nsip") })
        );
    }
}
