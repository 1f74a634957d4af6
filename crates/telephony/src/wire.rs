//! The first look at a datagram, before the library parses it.
//!
//! The library drops what it cannot parse without a word. Here a request that is malformed is told
//! apart from noise and gets the response that RFC 3261 wants, without any state; what the gate
//! refuses is refused in the same way. Nothing is allocated for a request that is well-formed.

pub mod frames;
mod headers;

use std::fmt::Write;
use std::net::SocketAddr;

use headers::{Field, Lines, Name};

use crate::address::{self, NameAddr};

/// The most header lines that are looked at; a message with more is malformed.
const MAX_LINES: usize = 256;

/// The highest number in `CSeq` (RFC 3261, section 8.1.1.5).
const MAX_CSEQ: u32 = 0x7fff_ffff;

/// The methods that the parser knows.
const METHODS: [&str; 14] = [
    "ACK",
    "BYE",
    "CANCEL",
    "INFO",
    "INVITE",
    "MESSAGE",
    "NOTIFY",
    "OPTIONS",
    "PRACK",
    "PUBLISH",
    "REFER",
    "REGISTER",
    "SUBSCRIBE",
    "UPDATE",
];

/// What a datagram is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading<'a> {
    /// A request that can be parsed.
    Request(Head<'a>),
    /// A response, well-formed as far as its first line goes.
    Response,
    /// White space that keeps a translation open.
    KeepAlive,
    /// A request that gets an error.
    Broken(Head<'a>, Fault),
    /// Nothing that can be answered.
    Noise,
}

/// Why a request is refused without being parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// 400, 416, 501 or 505.
    pub status: u16,
    /// What is wrong, for the reason phrase.
    pub reason: &'static str,
}

/// The parts of a request's head that tell one from another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head<'a> {
    /// The method as written.
    pub method: &'a str,
    /// `Call-ID`, empty when there is none.
    pub call_id: &'a str,
    /// The number of `CSeq`, 0 when there is none.
    pub cseq: u32,
    /// How many bytes stand before the request: empty lines (RFC 3261, section 7.5).
    pub leading: usize,
    from: &'a str,
    to: &'a str,
    head: &'a [u8],
}

impl<'a> Head<'a> {
    /// The tag of `From`.
    pub fn from_tag(&self) -> Option<&'a str> {
        NameAddr::parse(self.from)?.param("tag")
    }

    /// The tag of `To`.
    pub fn to_tag(&self) -> Option<&'a str> {
        NameAddr::parse(self.to)?.param("tag")
    }

    /// Whether it belongs to a dialog.
    pub fn has_to_tag(&self) -> bool {
        self.to_tag().is_some()
    }

    /// Whether it begins a call.
    pub fn is_new_call(&self) -> bool {
        self.method == "INVITE" && !self.has_to_tag()
    }

    /// The request with `Via`, `From` and `To` in their shortest forms, where one has space within
    /// its protocol or around the `=` of a parameter: the grammar allows that, and the library does
    /// not. None for all other requests.
    pub fn tidied(&self, datagram: &[u8]) -> Option<Vec<u8>> {
        let is_odd = |field: Field<'_>| field.has_odd_protocol() || field.has_odd_parameter();
        if !Lines::new(self.head).filter_map(Field::parse).any(is_odd) {
            return None;
        }
        let message = datagram.get(self.leading..)?;
        // The head is a part of the datagram, behind its first line.
        let start = message.windows(2).position(|pair| pair == b"\r\n")? + 2;
        let mut out = message.get(..start)?.to_vec();
        for line in Lines::new(self.head) {
            let tidy = Field::parse(line).and_then(|field| tidy(&field));
            out.extend_from_slice(tidy.as_deref().map_or(line, str::as_bytes));
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(message.get(start + self.head.len()..)?);
        Some(out)
    }

    /// The response with a status: what it has to copy from the request, and `more` header lines,
    /// each with its line end. None when it has no `Via`, or is an ACK, which is never answered.
    pub fn response(
        &self,
        source: SocketAddr,
        status: u16,
        reason: &str,
        to_tag: &str,
        more: &str,
    ) -> Option<Vec<u8>> {
        if self.method == "ACK" {
            return None;
        }
        let mut out = format!("SIP/2.0 {status} {reason}\r\n");
        let mut has_via = false;
        for field in Lines::new(self.head).take(MAX_LINES).filter_map(Field::parse) {
            let value = field.unfolded();
            let line = match field.name {
                Name::Via if !has_via => {
                    has_via = true;
                    format!("Via: {}", received(&value, source))
                }
                Name::Via => format!("Via: {value}"),
                Name::From => format!("From: {value}"),
                Name::To => match self.has_to_tag() {
                    true => format!("To: {value}"),
                    false => format!("To: {value};tag={to_tag}"),
                },
                Name::CallId => format!("Call-ID: {value}"),
                Name::CSeq => format!("CSeq: {value}"),
                Name::ContentLength | Name::MaxForwards | Name::Contact | Name::Other => continue,
            };
            out.push_str(&line);
            out.push_str("\r\n");
        }
        // Writing to a string never fails.
        let _ = write!(out, "{more}Content-Length: 0\r\n\r\n");
        has_via.then(|| out.into_bytes())
    }
}

/// Reads the head of a datagram.
pub fn read(datagram: &[u8]) -> Reading<'_> {
    // RFC 3261, section 7.5: empty lines before the first one are passed over.
    let Some(start) = datagram.iter().position(|byte| !byte.is_ascii_whitespace()) else {
        return Reading::KeepAlive;
    };
    let message = &datagram[start..];
    if message.starts_with(b"SIP/") {
        return if is_status_line(message) { Reading::Response } else { Reading::Noise };
    }
    let end = memmem(message, b"\r\n\r\n");
    let (head, body) = match end {
        Some(at) => (&message[..at + 2], Some(&message[at + 4..])),
        None => (message, None),
    };
    let mut lines = Lines::new(head);
    let Some(first) = lines.next().and_then(|line| str::from_utf8(line).ok()) else {
        return Reading::Noise;
    };
    let Some(method) = first.split(' ').next().filter(|word| is_token(word)) else {
        return Reading::Noise;
    };
    if !first.trim_end().rsplit(' ').next().is_some_and(|word| word.starts_with("SIP/")) {
        return Reading::Noise;
    }
    let rest = lines.rest();
    let mut head = Head { method, leading: start, head: rest, ..Head::default() };
    // The method is looked at before the fields (RFC 3261, section 8.2).
    let of_fields = fields(&mut head, body).err();
    let fault = request_line(first).or_else(|| unknown_method(method)).or(of_fields);
    match fault {
        Some(fault) => Reading::Broken(head, fault),
        None => Reading::Request(head),
    }
}

fn fault_400(reason: &'static str) -> Fault {
    Fault { status: 400, reason }
}

fn unknown_method(method: &str) -> Option<Fault> {
    (!METHODS.contains(&method)).then_some(Fault { status: 501, reason: "Not Implemented" })
}

fn is_status_line(message: &[u8]) -> bool {
    // `SIP/2.0 200 ...`
    let code = message.get(8..11).unwrap_or_default();
    let is_code = code.len() == 3 && code.iter().all(u8::is_ascii_digit);
    let is_end = message.get(11).is_none_or(|byte| matches!(byte, b' ' | b'\r' | b'\n'));
    message.starts_with(b"SIP/2.0 ") && is_code && is_end && (b'1'..=b'6').contains(&code[0])
}

fn request_line(line: &str) -> Option<Fault> {
    let words: Vec<&str> = line.splitn(5, ' ').collect();
    let version = line.trim_end().rsplit(' ').next().unwrap_or_default();
    if version != "SIP/2.0" {
        return Some(Fault { status: 505, reason: "Version Not Supported" });
    }
    let [_, uri, _] = words[..] else { return Some(fault_400("Malformed Request-Line")) };
    let scheme = uri.split_once(':').map(|(scheme, _)| scheme);
    let is_scheme = |text: &&str| {
        let mut bytes = text.bytes();
        bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    match scheme.filter(is_scheme) {
        Some(s) if ["sip", "sips", "tel"].iter().any(|known| s.eq_ignore_ascii_case(known)) => {
            // Headers do not belong into a Request-URI (RFC 3261, section 19.1.1).
            // A user part may hold a `?` of its own.
            let host = uri.rsplit('@').next().unwrap_or(uri);
            host.contains('?').then_some(fault_400("Headers In The Request-URI"))
        }
        Some(_) => Some(Fault { status: 416, reason: "Unsupported URI Scheme" }),
        None => Some(fault_400("Malformed Request-URI")),
    }
}

/// Looks at the fields that the parser and the transactions depend on.
fn fields<'a>(head: &mut Head<'a>, body: Option<&[u8]>) -> Result<(), Fault> {
    let mut seen = [false; Name::COUNT];
    let mut length = None;
    let mut fault = None;
    for (at, line) in Lines::new(head.head).enumerate() {
        if at >= MAX_LINES {
            return Err(fault_400("Too Many Header Lines"));
        }
        let Some(field) = Field::parse(line) else {
            fault = fault.or(Some(fault_400("Malformed Header Line")));
            continue;
        };
        let is_second = std::mem::replace(&mut seen[field.name as usize], true);
        if is_second && field.name.is_single() {
            fault = fault.or(Some(fault_400("Header Field Given Twice")));
            continue;
        }
        fault = fault.or_else(|| field_fault(&field, head, &mut length));
    }
    if let Some(fault) = fault {
        return Err(fault);
    }
    let is_there = |name: Name| seen[name as usize];
    if ![Name::Via, Name::From, Name::To, Name::CallId, Name::CSeq].into_iter().all(is_there) {
        return Err(fault_400("Missing Header Field"));
    }
    if head.from_tag().is_none() {
        return Err(fault_400("No Tag In From"));
    }
    let Some(body) = body else { return Err(fault_400("No End Of The Header")) };
    match length {
        Some(length) if length > body.len() => Err(fault_400("Body Shorter Than Content-Length")),
        Some(_) | None => Ok(()),
    }
}

fn field_fault<'a>(
    field: &Field<'a>,
    head: &mut Head<'a>,
    length: &mut Option<usize>,
) -> Option<Fault> {
    let value = field.value;
    let is_fine = match field.name {
        Name::Via => is_via(value),
        Name::From => {
            head.from = value;
            is_address(value)
        }
        Name::To => {
            head.to = value;
            is_address(value)
        }
        Name::Contact => value == "*" || is_contact(value),
        Name::CallId => {
            head.call_id = value;
            !value.is_empty() && !value.contains(char::is_whitespace)
        }
        Name::CSeq => {
            let cseq = value.split_once(|c: char| c.is_ascii_whitespace());
            let number = cseq.and_then(|(n, _)| n.parse().ok()).filter(|n| *n <= MAX_CSEQ);
            head.cseq = number.unwrap_or_default();
            number.is_some() && cseq.is_some_and(|(_, method)| method.trim() == head.method)
        }
        Name::ContentLength => {
            *length = value.parse().ok();
            length.is_some() && value.bytes().all(|byte| byte.is_ascii_digit())
        }
        Name::MaxForwards => value.parse::<u8>().is_ok(),
        Name::Other => true,
    };
    (!is_fine).then_some(fault_400(field.name.fault()))
}

/// `SIP/2.0/UDP host;branch=...`, with whatever space the grammar allows.
fn is_via(value: &str) -> bool {
    let mut parts = value.splitn(3, '/').map(str::trim);
    let is_sip = parts.next() == Some("SIP") && parts.next() == Some("2.0");
    is_sip && parts.next().is_some_and(|rest| rest.contains(char::is_whitespace)) && is_list(value)
}

fn is_address(value: &str) -> bool {
    is_list(value) && NameAddr::parse(value).is_some_and(|address| address.uri.contains(':'))
}

fn is_contact(value: &str) -> bool {
    // Without brackets a `?` or a comma would belong to the header (RFC 3261, section 20.10).
    let has_open_uri = |element: &str| !element.contains('<') && element.contains('?');
    is_list(value) && !address::split_list(value).any(has_open_uri)
}

/// Quotes and brackets are closed, and no separator stands where something should be.
fn is_list(value: &str) -> bool {
    let (mut quoted, mut escaped, mut bracketed) = (false, false, false);
    let mut last = ' ';
    for c in value.chars() {
        let is_escape = quoted && !escaped && c == '\\';
        match c {
            '"' if !escaped => quoted = !quoted,
            '<' if !quoted && bracketed => return false,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            ';' | ',' if !quoted && !bracketed && matches!(last, ';' | ',') => return false,
            _ => {}
        }
        escaped = is_escape;
        if !c.is_whitespace() {
            last = c;
        }
    }
    !quoted && !bracketed
}

fn tidy(field: &Field<'_>) -> Option<String> {
    let value = field.unfolded();
    match field.name {
        Name::Via => {
            let vias: Vec<String> = address::split_list(&value).map(tidy_via).collect();
            Some(format!("Via: {}", vias.join(", ")))
        }
        Name::From => Some(format!("From: {}", tidy_address(&value))),
        Name::To => Some(format!("To: {}", tidy_address(&value))),
        Name::CallId
        | Name::CSeq
        | Name::ContentLength
        | Name::MaxForwards
        | Name::Contact
        | Name::Other => None,
    }
}

fn tidy_address(value: &str) -> String {
    let (address, params) = headers::split_params(value);
    format!("{}{}", address.trim(), tidy_params(params))
}

fn tidy_params(params: &str) -> String {
    let tight = |part: &str| part.splitn(2, '=').map(str::trim).collect::<Vec<_>>().join("=");
    let parts = params.split(';').filter(|part| !part.trim().is_empty());
    parts.map(|part| format!(";{}", tight(part))).collect()
}

fn tidy_via(via: &str) -> String {
    let (sent, params) = via.split_once(';').unwrap_or((via, ""));
    let mut parts = sent.splitn(3, '/').map(str::trim);
    let (name, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let rest = parts.next().unwrap_or_default();
    let (transport, by) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    format!("{name}/{version}/{transport} {}{}", by.trim(), tidy_params(params))
}

/// The `Via` with the address that the request came from (RFC 3581).
fn received(value: &str, source: SocketAddr) -> String {
    let (first, others) = match address::split_list(value).next() {
        Some(first) => (first, value.get(first.len()..).unwrap_or_default()),
        None => (value, ""),
    };
    let is_kept = |part: &&str| {
        let name = part.split('=').next().unwrap_or_default().trim();
        !name.eq_ignore_ascii_case("rport") && !name.eq_ignore_ascii_case("received")
    };
    let kept: Vec<&str> = first.split(';').filter(is_kept).collect();
    let (ip, port) = (source.ip(), source.port());
    format!("{};received={ip};rport={port}{others}", kept.join(";"))
}

fn is_token(word: &str) -> bool {
    let is_mark = |byte: u8| b"-.!%*_+`'~".contains(&byte);
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte))
}

fn memmem(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests;
