//! How long audio stays in the engine: from a packet's arrival on one leg to the same audio's
//! departure on the other.
//!
//! ```text
//! residence CALLS SECONDS [plain|browser]
//! ```
//!
//! Each call is a telephone bridged to a browser (or to a telephone). One of the calls is measured:
//! its telephone puts a number into each packet, and its browser does, and each tells when the
//! other's arrived. Both stamp a packet just before the system takes it and just after the system
//! gives it, so that what is measured is the engine and twice the system's loopback.

#![allow(clippy::print_stdout, reason = "it is a program for the terminal")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use trunkline_media::codec::Codec;
use trunkline_media::plan::{Direction, MediaPlan};
use trunkline_media::rtp::{Header, Packet};
use trunkline_media_engine::{Engine, Leg, LegEvent, Settings};
use trunkline_webrtc::double::{Double, Output};
use trunkline_webrtc::{Identity, Via};

const HOST: Ipv4Addr = Ipv4Addr::LOCALHOST;
const FRAME: Duration = Duration::from_millis(20);

/// The number in a measured packet's first bytes means its place in a list of these.
type Sent = Arc<Mutex<Vec<Instant>>>;

/// Something that talks with the engine.
enum Far {
    Phone { socket: UdpSocket, to: SocketAddr },
    Browser { socket: UdpSocket, double: Box<Double>, own: SocketAddr },
}

/// One end of a call.
struct End {
    far: Far,
    header: Header,
    next: Instant,
    /// Where it notes when it sent, and where the other end does.
    sent: Sent,
    others: Sent,
    delays: Vec<Duration>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [calls, seconds, rest @ ..] = &arguments[..] else {
        return Err("usage: residence CALLS SECONDS [plain|browser]".into());
    };
    let (calls, seconds): (u32, u64) = (calls.parse()?, seconds.parse()?);
    let is_plain = rest.first().is_some_and(|kind| kind == "plain");
    let settings = Settings { bind: HOST.into(), ports: 22_000..=29_999, ..Settings::default() };
    let engine = Engine::start(settings, Arc::new(|_: LegEvent| ()))?;
    let identity = Identity::generate().map_err(|error| error.to_string())?;
    let (mut legs, mut ends) = (Vec::new(), Vec::new());
    for call in 0..calls {
        let lists: [Sent; 2] = Default::default();
        let (one, far) = phone(&engine, u64::from(call) * 2)?;
        ends.push(End::new(far, call, lists[0].clone(), lists[1].clone()));
        let tag = u64::from(call) * 2 + 1;
        let (other, far) =
            if is_plain { phone(&engine, tag)? } else { browser(&engine, tag, &identity)? };
        ends.push(End::new(far, call, lists[1].clone(), lists[0].clone()));
        one.bridge(&other);
        legs.push((one, other));
    }
    // The measured ends have a thread each; all others share one.
    let others = ends.split_off(2);
    let end = Instant::now() + Duration::from_secs(seconds);
    let background = std::thread::spawn(move || {
        let mut others = others;
        while Instant::now() < end {
            others.iter_mut().for_each(|far| far.turn(false));
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let measured: Vec<_> = ends
        .into_iter()
        .map(|mut far| {
            std::thread::spawn(move || {
                while Instant::now() < end {
                    far.turn(true);
                }
                far.delays
            })
        })
        .collect();
    let names = ["far end to telephone", "telephone to far end"];
    for (name, thread) in names.into_iter().zip(measured) {
        print(name, thread.join().map_err(|_| "a thread has failed")?);
    }
    background.join().map_err(|_| "a thread has failed")?;
    let counters = engine.counters();
    println!("relayed={} send_failures={}", counters.relayed, counters.send_failures);
    Ok(())
}

fn print(name: &str, mut delays: Vec<Duration>) {
    // Before the connection stands nothing passes, and the first packets find cold caches.
    let warm = delays.len().min(50);
    delays.drain(..warm);
    delays.sort();
    let at = |part: f64| {
        let place = (delays.len() as f64 * part) as usize;
        delays.get(place.min(delays.len().saturating_sub(1))).map_or(0.0, |d| d.as_secs_f64() * 1e3)
    };
    println!(
        "{name}: packets={} median_ms={:.3} p99_ms={:.3} worst_ms={:.3}",
        delays.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

fn phone(engine: &Engine, tag: u64) -> Result<(Leg, Far), Box<dyn Error>> {
    let socket = socket()?;
    let leg = engine.open(tag)?;
    let remote = socket.local_addr()?;
    leg.start(MediaPlan {
        local: remote,
        remote,
        remote_rtcp: remote,
        rtcp_mux: true,
        codec: Codec::Pcmu,
        payload_type: 0,
        event_payload_type: Some(101),
        ptime_ms: 20,
        direction: Direction::SendRecv,
    });
    let to = leg.local();
    Ok((leg, Far::Phone { socket, to }))
}

fn browser(engine: &Engine, tag: u64, identity: &Identity) -> Result<(Leg, Far), Box<dyn Error>> {
    let socket = socket()?;
    let own = socket.local_addr()?;
    let (leg, offer) = engine.open_browser(tag)?;
    let now = Instant::now();
    let (double, answer) = Double::answer(now, identity, &offer, (Via::Udp, own), false)?;
    leg.answer(&answer)?;
    Ok((leg, Far::Browser { socket, double: Box::new(double), own }))
}

/// Reading it waits for a moment, so that nobody spins.
fn socket() -> Result<UdpSocket, Box<dyn Error>> {
    let socket = UdpSocket::bind((HOST, 0))?;
    socket.set_read_timeout(Some(Duration::from_millis(1)))?;
    Ok(socket)
}

impl End {
    fn new(far: Far, call: u32, sent: Sent, others: Sent) -> Self {
        // Calls do not send at the same moment.
        let next = Instant::now() + FRAME * (call % 20) / 20;
        let header = Header { ssrc: call + 1, ..Header::default() };
        Self { far, header, next, sent, others, delays: Vec::new() }
    }

    /// Sends if it is time, and takes what has come; waits for a moment if it may.
    fn turn(&mut self, may_wait: bool) {
        if self.next <= Instant::now() {
            self.next += FRAME;
            self.send();
        }
        let mut bytes = [0; 2_048];
        let socket = match &self.far {
            Far::Phone { socket, .. } | Far::Browser { socket, .. } => socket,
        };
        // Both kinds of waiting are alike to a socket that does not wait.
        let _ = socket.set_nonblocking(!may_wait);
        while let Ok((length, from)) = match &self.far {
            Far::Phone { socket, .. } | Far::Browser { socket, .. } => socket.recv_from(&mut bytes),
        } {
            self.take(from, &bytes[..length]);
            if self.next <= Instant::now() {
                break;
            }
        }
        if let Far::Browser { double, .. } = &mut self.far
            && double.wake_at() <= Instant::now()
        {
            double.handle_time(Instant::now());
            self.drain();
        }
    }

    fn send(&mut self) {
        let mut payload = [0xFF; 160];
        let number = {
            let mut sent = self.sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            sent.push(Instant::now());
            sent.len() as u32
        };
        payload[..4].copy_from_slice(&number.to_be_bytes());
        let header = self.header;
        self.header.sequence = header.sequence.wrapping_add(1);
        self.header.timestamp = header.timestamp.wrapping_add(160);
        match &mut self.far {
            Far::Phone { socket, to } => {
                let mut bytes = header.to_bytes().to_vec();
                bytes.extend_from_slice(&payload);
                let _ = socket.send_to(&bytes, *to);
            }
            Far::Browser { double, .. } => {
                double.send(Instant::now(), &header, &payload);
                self.drain();
            }
        }
    }

    fn take(&mut self, from: SocketAddr, bytes: &[u8]) {
        let now = Instant::now();
        match &mut self.far {
            Far::Phone { .. } => {
                if let Ok(packet) = Packet::parse(bytes) {
                    self.note(now, packet.payload);
                }
            }
            Far::Browser { double, own, .. } => {
                double.receive(now, from, (Via::Udp, *own), bytes);
                self.drain();
            }
        }
    }

    fn drain(&mut self) {
        loop {
            let Far::Browser { double, socket, .. } = &mut self.far else { return };
            match double.poll() {
                None => return,
                Some(Output::Transmit { to, bytes, .. }) => drop(socket.send_to(&bytes, to)),
                Some(Output::Rtp(heard)) => self.note(Instant::now(), &heard.payload),
                Some(Output::Connected | Output::Ended(_)) => {}
            }
        }
    }

    fn note(&mut self, now: Instant, payload: &[u8]) {
        let Some(number) = payload.first_chunk() else { return };
        let place = (u32::from_be_bytes(*number) as usize).wrapping_sub(1);
        let others = self.others.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(sent) = others.get(place) {
            self.delays.push(now.saturating_duration_since(*sent));
        }
    }
}
