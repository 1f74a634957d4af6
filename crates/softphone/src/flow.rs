//! The way between a phone and its registrar.
//!
//! A registrar may reach a phone at the address that its REGISTER came from rather than at its
//! `Contact`, so that the phone can be behind a translation. The endpoint of [`crate::Phone`] sends
//! calls alone; hence a registration has a UDP socket of its own: REGISTERs leave by it, and what
//! else comes there (INVITEs, and requests for their calls) is handed to the endpoint and its
//! answers are handed back. The endpoint speaks to the registrar directly otherwise.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use trunkline_telephony::address::Uri;
use trunkline_telephony::message::{ClientTx, Headers, OutRequest, Response};

use crate::PhoneError;

/// The longest message by UDP.
const MAX_BYTES: usize = 65_535;

/// The longest wait between two retransmissions (T2, RFC 3261, section 17.1.2.1).
const T2: Duration = Duration::from_secs(4);

/// The rest after an error of a socket, so that one that stays costs nothing.
const AFTER_ERROR: Duration = Duration::from_millis(10);

/// A request with the place for its response.
type Question = (OutRequest, oneshot::Sender<Response>);

/// A way to a registrar. Dropping it closes it.
#[derive(Debug)]
pub(crate) struct Flow {
    questions: mpsc::UnboundedSender<Question>,
    task: AbortHandle,
}

impl Flow {
    /// Opens the way from the endpoint's address to the registrar's.
    pub(crate) async fn open(
        registrar: &str,
        endpoint: SocketAddr,
        t1: Duration,
    ) -> Result<Self, PhoneError> {
        let wrong = || PhoneError::Registrar(registrar.to_owned());
        let registrar = address(registrar).await.ok_or_else(wrong)?;
        let failed = |error: std::io::Error| PhoneError::Flow { registrar, reason: error };
        let outside = UdpSocket::bind((endpoint.ip(), 0)).await.map_err(failed)?;
        let inside = UdpSocket::bind((endpoint.ip(), 0)).await.map_err(failed)?;
        outside.connect(registrar).await.map_err(failed)?;
        inside.connect(endpoint).await.map_err(failed)?;
        let local = outside.local_addr().map_err(failed)?;
        let (questions, asked) = mpsc::unbounded_channel();
        let relay = Relay { outside, inside, local, t1, open: None };
        let task = tokio::spawn(relay.run(asked)).abort_handle();
        Ok(Self { questions, task })
    }

    /// Sends a request and gives its final response: 408 when none comes, 503 when the way is gone.
    pub(crate) async fn ask(&self, request: OutRequest) -> Response {
        let (tx, (place, response)) = (request.tx, oneshot::channel());
        // The task ends with the flow only.
        let _ = self.questions.send((request, place));
        response.await.unwrap_or_else(|_| own_response(tx, 503))
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request that waits for its final response.
struct Open {
    tx: ClientTx,
    text: String,
    branch: String,
    place: oneshot::Sender<Response>,
    wait: Duration,
    resend_at: Instant,
    give_up_at: Instant,
}

/// The two sockets.
struct Relay {
    /// Towards the registrar.
    outside: UdpSocket,
    /// Towards the endpoint.
    inside: UdpSocket,
    local: SocketAddr,
    t1: Duration,
    open: Option<Open>,
}

impl Relay {
    async fn run(mut self, mut asked: mpsc::UnboundedReceiver<Question>) {
        let (mut from_outside, mut from_inside) = (vec![0; MAX_BYTES], vec![0; MAX_BYTES]);
        loop {
            let wake = self.open.as_ref().map(|open| open.resend_at.min(open.give_up_at));
            let sleep = tokio::time::sleep_until(wake.unwrap_or_else(Instant::now));
            tokio::select! {
                taken = self.outside.recv(&mut from_outside) => match taken {
                    Ok(length) => self.take(&from_outside[..length]).await,
                    // Nobody listened there a moment ago: that may change.
                    Err(_) => tokio::time::sleep(AFTER_ERROR).await,
                },
                taken = self.inside.recv(&mut from_inside) => match taken {
                    Ok(length) => drop(self.outside.send(&from_inside[..length]).await),
                    Err(_) => tokio::time::sleep(AFTER_ERROR).await,
                },
                question = asked.recv() => match question {
                    Some(question) => self.begin(question).await,
                    None => return,
                },
                () = sleep, if wake.is_some() => self.on_time().await,
            }
        }
    }

    async fn begin(&mut self, (request, place): Question) {
        let branch = format!(
            "z9hG4bK{}{}",
            request.headers.get("Call-ID").unwrap_or_default(),
            request.cseq
        );
        let text = written(&request, self.local, &branch);
        let now = Instant::now();
        let (wait, tx) = (self.t1, request.tx);
        let (resend_at, give_up_at) = (now + wait, now + self.t1 * 64);
        let _ = self.outside.send(text.as_bytes()).await;
        self.open = Some(Open { tx, text, branch, place, wait, resend_at, give_up_at });
    }

    async fn on_time(&mut self) {
        let now = Instant::now();
        if let Some(open) = self.open.take_if(|open| open.give_up_at <= now) {
            // Who asked may have gone away.
            let _ = open.place.send(own_response(open.tx, 408));
        }
        if let Some(open) = &mut self.open {
            open.wait = (open.wait * 2).min(T2);
            open.resend_at = now + open.wait;
            let _ = self.outside.send(open.text.as_bytes()).await;
        }
    }

    /// A response to the open request is kept; all else is the endpoint's.
    async fn take(&mut self, bytes: &[u8]) {
        let Some(response) = read(bytes) else {
            if !bytes.iter().all(u8::is_ascii_whitespace) {
                let _ = self.inside.send(bytes).await;
            }
            return;
        };
        let is_ours = |open: &Open| {
            response.headers.get("Via").is_some_and(|via| via.contains(open.branch.as_str()))
        };
        match &self.open {
            Some(open) if is_ours(open) && response.status < 200 => {}
            Some(open) if is_ours(open) => {
                if let Some(Open { tx, place, .. }) = self.open.take() {
                    let _ = place.send(Response { tx, ..response });
                }
            }
            // Resent, or of a request that the endpoint sent this way.
            Some(_) | None => {
                let _ = self.inside.send(bytes).await;
            }
        }
    }
}

/// The address of a `sip:` URI with UDP, its IPv4 address first.
async fn address(uri: &str) -> Option<SocketAddr> {
    let parts = Uri::parse(uri).filter(|parts| parts.scheme.eq_ignore_ascii_case("sip"))?;
    let is_udp = parts.param("transport").is_none_or(|name| name.eq_ignore_ascii_case("udp"));
    let host = Some(parts.host).filter(|host| is_udp && !host.is_empty())?;
    let after_bracket = host.rsplit(']').next().unwrap_or(host);
    let place = if after_bracket.contains(':') { host.to_owned() } else { format!("{host}:5060") };
    let found: Vec<SocketAddr> = tokio::net::lookup_host(place).await.ok()?.collect();
    found.iter().find(|it| it.is_ipv4()).or(found.first()).copied()
}

fn own_response(tx: ClientTx, status: u16) -> Response {
    Response { tx, status, headers: Headers::default(), body: Vec::new() }
}

/// A request without a body as text.
fn written(request: &OutRequest, local: SocketAddr, branch: &str) -> String {
    let OutRequest { method, uri, cseq, .. } = request;
    let method = method.as_str();
    let mut text = format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch={branch};rport\r\n\
         Max-Forwards: 70\r\nCSeq: {cseq} {method}\r\n"
    );
    for (name, value) in request.headers.iter() {
        // No value may begin another header.
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        text += &format!("{name}: {value}\r\n");
    }
    text + "User-Agent: Trunkline\r\nContent-Length: 0\r\n\r\n"
}

/// A response's status and headers; None for anything else. Bodies are not looked at.
fn read(bytes: &[u8]) -> Option<Response> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let mut lines = text.split("\r\n");
    let status = lines.next()?.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()?;
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines {
        match (line.starts_with([' ', '\t']), headers.last_mut()) {
            // A header that goes on (RFC 3261, section 7.3.1).
            (true, Some((_, value))) => *value += &format!(" {}", line.trim()),
            _ => {
                let (name, value) = line.split_once(':')?;
                headers.push((full(name.trim()).to_owned(), value.trim().to_owned()));
            }
        }
    }
    let headers = headers.into_iter().collect();
    Some(Response { tx: ClientTx(0), status, headers, body: Vec::new() })
}

/// The full name of a header that may be compact, of those that matter here.
fn full(name: &str) -> &str {
    match name {
        "v" | "V" => "Via",
        "m" | "M" => "Contact",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trunkline_telephony::message::Method;

    fn register() -> OutRequest {
        let headers = Headers::default().with("Call-ID", "id").with("X", "1\r\nY: 2");
        let (method, uri) = (Method::Register, "sip:pbx".to_owned());
        OutRequest { tx: ClientTx(1), method, uri, cseq: 7, headers, body: vec![], cancels: None }
    }

    #[test]
    fn responses_are_read_and_nothing_else() {
        let text = "SIP/2.0 200 OK\r\nv: SIP/2.0/UDP a;branch=b\r\nContact: <sip:a@b>;\r\n \
                    expires=60\r\n\r\n";
        let response = read(text.as_bytes()).unwrap();
        assert_eq!(response.status, 200);
        assert_eq!(response.headers.get("Via"), Some("SIP/2.0/UDP a;branch=b"));
        assert_eq!(response.headers.get("Contact"), Some("<sip:a@b>; expires=60"));
        for other in ["INVITE sip:a SIP/2.0\r\n\r\n", "SIP/2.0 20\r\n\r\n", "\r\n\r\n", "x", ""] {
            assert!(read(other.as_bytes()).is_none(), "{other}");
        }
        let text = written(&register(), "127.0.0.1:5".parse().unwrap(), "z9");
        assert!(text.contains("X: 1Y: 2\r\n") && text.contains("CSeq: 7 REGISTER\r\n"), "{text}");
    }

    #[tokio::test]
    async fn a_request_is_resent_and_given_up() {
        let (registrar, endpoint) = (udp().await, udp().await);
        let uri = format!("sip:{}", registrar.local_addr().unwrap());
        let t1 = Duration::from_millis(5);
        let flow = Flow::open(&uri, endpoint.local_addr().unwrap(), t1).await.unwrap();
        let response = flow.ask(register()).await;
        assert_eq!(response.status, 408);
        let mut bytes = [0; 2_000];
        let mut copies = 0;
        while registrar.try_recv(&mut bytes).is_ok() {
            copies += 1;
        }
        assert!((5..=8).contains(&copies), "{copies}");
        assert!(Flow::open("tel:1", endpoint.local_addr().unwrap(), t1).await.is_err());
    }

    #[tokio::test]
    async fn what_is_no_answer_goes_to_the_endpoint_and_back() {
        let (registrar, endpoint) = (udp().await, udp().await);
        let uri = format!("sip:{}", registrar.local_addr().unwrap());
        let t1 = Duration::from_millis(500);
        let flow = Flow::open(&uri, endpoint.local_addr().unwrap(), t1).await.unwrap();
        let mut bytes = [0; 2_000];
        let there = async {
            let (_, from) = registrar.recv_from(&mut bytes).await.unwrap();
            for text in [
                "\r\n\r\n",
                "SIP/2.0 100 T\r\nVia: z9hG4bKid7\r\n\r\n",
                "INVITE",
                "SIP/2.0 200 OK\r\nVia: z9hG4bKid7\r\n\r\n",
            ] {
                registrar.send_to(text.as_bytes(), from).await.unwrap();
            }
        };
        let (response, ()) = tokio::join!(flow.ask(register()), there);
        assert_eq!(response.status, 200);
        let mut bytes = [0; 2_000];
        let (length, from) = endpoint.recv_from(&mut bytes).await.unwrap();
        assert_eq!(&bytes[..length], b"INVITE");
        endpoint.send_to(b"SIP/2.0 180", from).await.unwrap();
        let length = registrar.recv(&mut bytes).await.unwrap();
        assert_eq!(&bytes[..length], b"SIP/2.0 180");
    }

    async fn udp() -> UdpSocket {
        UdpSocket::bind("127.0.0.1:0").await.unwrap()
    }
}
