//! What must hold for every answer of a browser, and every stream of datagrams that comes to its
//! leg.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use trunkline_media::codec::Codec;
use trunkline_media::rtp::Header;
use trunkline_webrtc::double::{self, Double};
use trunkline_webrtc::{
    Audio, Error, Identity, MAX_DATAGRAM_BYTES, Output, Peer, Settings, Via, framing,
};

/// Longer inputs only take longer.
const MOST_BYTES: usize = 8_192;

/// Where both are, and somebody else.
const SERVER: &str = "192.0.2.1:20000";
const BROWSER: &str = "198.51.100.7:40000";
const STRANGER: &str = "203.0.113.66:6666";

/// An answer, a NUL, then datagrams. In the answer `MID` stands for what the offer has there. Each
/// datagram has two bytes before it, how it comes and its length:
///
/// - 1: from a stranger, else from the browser;
/// - 2: over TCP; what it would be there is also read as frames;
/// - 4: it is laid over the next datagram of a real browser, bit by bit;
/// - 8: ten seconds later, else two milliseconds.
pub(crate) fn check(data: &[u8]) {
    if data.len() > MOST_BYTES {
        return;
    }
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    check_answer(&String::from_utf8_lossy(&data[..end]));
    let datagrams = data.get(end + 1..).unwrap_or_default();
    if !datagrams.is_empty() {
        Call::new().run(datagrams);
    }
}

fn identity() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| Identity::generate().expect("the cryptography works"))
}

fn at(address: &str) -> SocketAddr {
    address.parse().expect("it is one")
}

fn offer() -> (Instant, Peer, String) {
    let now = Instant::now();
    let mut settings = Settings::new(identity().clone(), vec![at(SERVER)]);
    settings.tcp = vec![at("192.0.2.1:443")];
    settings.codecs = Audio::ALL.to_vec();
    let (peer, offer) = Peer::offer(now, &settings).expect("the addresses are good");
    (now, peer, offer.sdp)
}

/// It is refused, and another may come, or taken, and no other may.
fn check_answer(text: &str) {
    let (now, mut peer, sdp) = offer();
    let mid = sdp.lines().find_map(|line| line.strip_prefix("a=mid:")).expect("it has one");
    let text = text.replace("MID", mid);
    match peer.accept(now, &text) {
        Ok(agreed) => {
            assert_eq!(peer.agreed(), Some(agreed));
            let is_known = match agreed.audio {
                Audio::G711(Codec::Pcmu) => agreed.payload_type == 0,
                Audio::G711(Codec::Pcma) => agreed.payload_type == 8,
                Audio::Opus => agreed.payload_type == 111,
            };
            assert!(is_known, "{agreed:?}");
            let most = if agreed.audio == Audio::Opus { 48_000 } else { 8_000 };
            let is_known = match agreed.event_payload_type {
                Some(101) => agreed.event_clock_rate_hz == 8_000,
                Some(110) => agreed.event_clock_rate_hz == 48_000 && most == 48_000,
                Some(_) => false,
                None => agreed.event_clock_rate_hz == most,
            };
            assert!(is_known, "{agreed:?}");
            assert_eq!(peer.accept(now, &text), Err(Error::Answered));
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert_eq!(peer.agreed(), None);
        }
    }
    peer.handle_time(now + Duration::from_secs(60));
    for _ in 0..100 {
        if peer.poll(now + Duration::from_secs(60)).is_none() {
            return;
        }
    }
    panic!("it never has enough");
}

/// A peer and a real browser that have found each other.
struct Call {
    now: Instant,
    peer: Peer,
    browser: Double,
    /// What the browser has sent and the peer has not been given.
    waiting: Vec<Vec<u8>>,
    sequence: u16,
}

impl Call {
    fn new() -> Self {
        let (now, mut peer, sdp) = offer();
        let own = (Via::Udp, at(BROWSER));
        let (browser, answer) =
            Double::answer(now, identity(), &sdp, own, false).expect("the offer is good");
        peer.accept(now, &answer).expect("the answer is good");
        let mut call = Self { now, peer, browser, waiting: Vec::new(), sequence: 0 };
        for _ in 0..400 {
            call.pass(Duration::from_millis(5));
            for bytes in std::mem::take(&mut call.waiting) {
                call.peer.receive(call.now, at(BROWSER), Via::Udp, &bytes);
                call.exchange();
            }
            if call.peer.is_connected() {
                break;
            }
        }
        assert!(call.peer.is_connected(), "nothing is in its way");
        call
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.browser.handle_time(self.now);
        if self.peer.wake_at() <= self.now {
            self.peer.handle_time(self.now);
        }
        self.exchange();
    }

    /// What each wants to be sent. The peer never sends without end.
    fn exchange(&mut self) {
        let mut left = 1_000;
        while let Some(output) = self.peer.poll(self.now) {
            left -= 1;
            assert!(left > 0, "it never has enough");
            match output {
                Output::Transmit { via: Via::Udp, bytes, .. } => {
                    let own = (Via::Udp, at(BROWSER));
                    self.browser.receive(self.now, at(SERVER), own, &bytes);
                }
                Output::Rtp(heard) => {
                    assert!([0, 8, 101, 111].contains(&heard.header.payload_type), "{heard:?}");
                    assert!(heard.payload.len() <= MAX_DATAGRAM_BYTES);
                }
                Output::Transmit { .. }
                | Output::Connected
                | Output::Lost
                | Output::Report(_)
                | Output::Failed(_) => {}
            }
        }
        while let Some(output) = self.browser.poll() {
            if let double::Output::Transmit { bytes, .. } = output {
                self.waiting.push(bytes);
            }
        }
    }

    fn run(mut self, mut rest: &[u8]) {
        while let Some((&[how, length], after)) = rest.split_first_chunk::<2>() {
            let (bytes, after) = after.split_at(after.len().min(length.into()));
            rest = after;
            let bytes = if how & 4 == 0 { bytes.to_vec() } else { self.laid_over(bytes) };
            let from = if how & 1 == 0 { at(BROWSER) } else { at(STRANGER) };
            let via = if how & 2 == 0 { Via::Udp } else { Via::Tcp };
            if via == Via::Tcp {
                check_frames(&bytes);
            }
            self.peer.receive(self.now, from, via, &bytes);
            self.exchange();
            let later = if how & 8 == 0 { 2 } else { 10_000 };
            self.pass(Duration::from_millis(later));
        }
        self.peer.close();
        self.exchange();
    }

    /// The next real datagram with some bits turned: a packet of audio, if nothing else waits.
    fn laid_over(&mut self, bits: &[u8]) -> Vec<u8> {
        if self.waiting.is_empty() {
            self.sequence = self.sequence.wrapping_add(1);
            let timestamp = u32::from(self.sequence) * 160;
            let header = Header { sequence: self.sequence, timestamp, ..Header::default() };
            self.browser.send(self.now, &header, &[0xFF; 160]);
            self.exchange();
        }
        let mut bytes = self.waiting.pop().unwrap_or_default();
        bytes.iter_mut().zip(bits).for_each(|(byte, bit)| *byte ^= bit);
        bytes
    }
}

/// Frames are read whole, and what is written is read as the same.
fn check_frames(bytes: &[u8]) {
    let mut rest = bytes;
    while let framing::Frame::Datagram(datagram, length) = framing::read(rest) {
        assert_eq!(length, datagram.len() + 2);
        let mut written = Vec::new();
        assert!(framing::write(datagram, &mut written));
        assert_eq!(written, &rest[..length]);
        assert!(framing::ufrag(datagram).is_none_or(|name| name.len() <= datagram.len()));
        rest = &rest[length..];
    }
}
