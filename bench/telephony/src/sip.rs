//! SIP text: as little as a load tool needs, and cheap.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddrV4};

/// A message that was received, not yet looked into.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The request line or the status line.
    pub first: &'a str,
    /// The header lines.
    pub head: &'a str,
    /// The body.
    pub body: &'a str,
}

impl<'a> Message<'a> {
    /// Finds the parts. Nothing for what is no text or has no header.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let (first, head) = head.split_once("\r\n")?;
        Some(Self { first, head, body })
    }

    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        self.first.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()
    }

    /// The method of a request.
    pub fn method(&self) -> &'a str {
        self.first.split(' ').next().unwrap_or_default()
    }

    /// The first header line of this name, or of its short form.
    pub fn header(&self, name: &str, short: &str) -> Option<&'a str> {
        self.head.split("\r\n").find_map(|line| {
            let (key, value) = line.split_once(':')?;
            let key = key.trim_end();
            let is_it = key.eq_ignore_ascii_case(name) || key.eq_ignore_ascii_case(short);
            is_it.then(|| value.trim())
        })
    }

    /// `Call-ID`.
    pub fn call_id(&self) -> Option<&'a str> {
        self.header("Call-ID", "i")
    }

    /// The number and the method of `CSeq`.
    pub fn cseq(&self) -> Option<(u32, &'a str)> {
        let (number, method) = self.header("CSeq", "CSeq")?.split_once(' ')?;
        Some((number.parse().ok()?, method.trim()))
    }

    /// The address in `Contact`, without brackets and parameters of the header.
    pub fn contact(&self) -> Option<&'a str> {
        let value = self.header("Contact", "m")?;
        match value.split_once('<') {
            Some((_, rest)) => rest.split_once('>').map(|(uri, _)| uri),
            None => value.split(';').next(),
        }
    }

    /// Where the session description wants audio.
    pub fn media(&self) -> Option<SocketAddrV4> {
        let mut address = None;
        for line in self.body.lines() {
            if let Some(ip) = line.strip_prefix("c=IN IP4 ") {
                address = ip.split('/').next().and_then(|ip| ip.trim().parse::<Ipv4Addr>().ok());
            } else if let Some(media) = line.strip_prefix("m=audio ") {
                let port = media.split(' ').next()?.parse().ok()?;
                // A c= line may follow for this stream alone; the tools' peers have one address.
                let later = || {
                    let line = self.body.lines().find_map(|l| l.strip_prefix("c=IN IP4 "))?;
                    line.trim().parse().ok()
                };
                return Some(SocketAddrV4::new(address.or_else(later)?, port));
            }
        }
        None
    }
}

/// A session description with mu-law and keys, offered or answered.
pub fn session(media: SocketAddrV4) -> String {
    let (ip, port) = (media.ip(), media.port());
    format!(
        "v=0\r\no=bench 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=rtcp-mux\r\n"
    )
}

/// What a request says, apart from its body.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// The request URI.
    pub uri: &'a str,
    /// Our address.
    pub local: SocketAddrV4,
    /// The branch, without the magic cookie.
    pub branch: &'a str,
    /// The whole value of `From`.
    pub from: &'a str,
    /// The whole value of `To`.
    pub to: &'a str,
    /// `Call-ID`.
    pub call_id: &'a str,
    /// The number in `CSeq`.
    pub cseq: u32,
    /// Header lines beyond these, each with its end of line.
    pub more: &'a str,
}

/// Writes a request into `out`, which is emptied first.
pub fn write_request(out: &mut String, request: &Request, body: &str) {
    let Request { method, uri, local, branch, from, to, call_id, cseq, more } = request;
    out.clear();
    let _ = write!(
        out,
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bK{branch};rport\r\n\
         From: {from}\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n\
         Max-Forwards: 70\r\n{more}"
    );
    end(out, body);
}

/// Writes a response to a request into `out`, which is emptied first. `to_tag` is added unless the
/// request has one.
pub fn write_response(
    out: &mut String,
    to: &Message,
    status: &str,
    to_tag: &str,
    contact: Option<SocketAddrV4>,
    body: &str,
) {
    out.clear();
    let _ = write!(out, "SIP/2.0 {status}\r\n");
    for line in to.head.split("\r\n") {
        let name = line.split(':').next().unwrap_or_default().trim_end();
        let is = |long: &str, short: &str| {
            name.eq_ignore_ascii_case(long) || name.eq_ignore_ascii_case(short)
        };
        if is("To", "t") && !line.contains(";tag=") && !to_tag.is_empty() {
            let _ = write!(out, "{line};tag={to_tag}\r\n");
        } else if is("Via", "v")
            || is("From", "f")
            || is("To", "t")
            || is("Call-ID", "i")
            || is("CSeq", "CSeq")
            || is("Record-Route", "Record-Route")
        {
            let _ = write!(out, "{line}\r\n");
        }
    }
    if let Some(contact) = contact {
        let _ = write!(out, "Contact: <sip:bench@{contact}>\r\n");
    }
    end(out, body);
}

fn end(out: &mut String, body: &str) {
    if !body.is_empty() {
        out.push_str("Content-Type: application/sdp\r\n");
    }
    let _ = write!(out, "Content-Length: {}\r\n\r\n{body}", body.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let media = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 10_000);
        let request = Request {
            method: "INVITE",
            uri: "sip:1@127.0.0.1",
            local: SocketAddrV4::new(Ipv4Addr::LOCALHOST, 5070),
            branch: "b1",
            from: "<sip:2@127.0.0.1>;tag=f",
            to: "<sip:1@127.0.0.1>",
            call_id: "7-x",
            cseq: 3,
            more: "Contact: <sip:bench@127.0.0.1:5070>;q=1\r\n",
        };
        let mut out = String::new();
        write_request(&mut out, &request, &session(media));
        let message = Message::parse(out.as_bytes()).unwrap();
        assert_eq!(message.method(), "INVITE");
        assert_eq!(message.call_id(), Some("7-x"));
        assert_eq!(message.cseq(), Some((3, "INVITE")));
        assert_eq!(message.contact(), Some("sip:bench@127.0.0.1:5070"));
        assert_eq!(message.media(), Some(media));
        let mut answer = String::new();
        write_response(&mut answer, &message, "200 OK", "t", None, "");
        let answer = Message::parse(answer.as_bytes()).unwrap();
        assert_eq!(answer.status(), Some(200));
        assert_eq!(answer.header("to", "t"), Some("<sip:1@127.0.0.1>;tag=t"));
        assert_eq!(answer.cseq(), Some((3, "INVITE")));
    }
}
