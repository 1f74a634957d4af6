//! How long audio stays in the engine: from a packet's arrival on one leg to the same audio's
//! departure on the other.
//!
//! ```text
//! residence CALLS SECONDS [plain|browser|opus]
//! ```
//!
//! Each call is a telephone bridged to a browser (or to a telephone, or to a browser that speaks
//! Opus). One of the calls is measured:
//! its telephone puts a number into each packet, and its browser does, and each tells when the
//! other's arrived. Both stamp a packet just before the system takes it and just after the system
//! gives it, so that what is measured is the engine and twice the system's loopback.
//!
//! With Opus packets are not the same before and after. There a packet of a tone comes after half a
//! second of silence each time, and what counts is from its sending to its arrival plus the place
//! of its first sound in what arrived: so the codec's own delay is in it too.

#![allow(clippy::print_stdout, reason = "it is a program for the terminal")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use trunkline_media::codec::Codec;
use trunkline_media::g711::{self, Law};
use trunkline_media::opus::{self, OpusIn, OpusOut};
use trunkline_media::plan::{Direction, MediaPlan};
use trunkline_media::rtp::{Header, Packet};
use trunkline_media::tone::Sine;
use trunkline_media_engine::{BrowserSettings, Engine, Leg, LegEvent, Settings};
use trunkline_webrtc::double::{Double, Output};
use trunkline_webrtc::{Audio, Identity, Via};

const HOST: Ipv4Addr = Ipv4Addr::LOCALHOST;
const FRAME: Duration = Duration::from_millis(20);

/// The number in a measured packet's first bytes means its place in a list of these.
type Sent = Arc<Mutex<Vec<Instant>>>;

/// A browser's codec.
type Opus = (OpusOut, OpusIn);

/// Packets from one tone to the next, and what is louder than any silence.
const TONE_EVERY: u32 = 25;
const LOUD: i16 = 4_000;

/// Something that talks with the engine.
enum Far {
    Phone { socket: UdpSocket, to: SocketAddr },
    Browser { socket: UdpSocket, double: Box<Double>, own: SocketAddr, opus: Option<Box<Opus>> },
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
    /// Tones are measured, and not numbers.
    is_opus: bool,
    /// Packets without a tone that have been heard.
    quiet: u32,
    tones: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [calls, seconds, rest @ ..] = &arguments[..] else {
        return Err("usage: residence CALLS SECONDS [plain|browser|opus]".into());
    };
    let (calls, seconds): (u32, u64) = (calls.parse()?, seconds.parse()?);
    let is_plain = rest.first().is_some_and(|kind| kind == "plain");
    let is_opus = rest.first().is_some_and(|kind| kind == "opus");
    let mut codecs = Audio::ALL.to_vec();
    codecs.rotate_right(usize::from(is_opus));
    let browsers = BrowserSettings { codecs, ..BrowserSettings::default() };
    let settings = Settings { bind: HOST.into(), ports: 22_000..=29_999, ..Settings::default() };
    let engine = Engine::start_for_browsers(settings, browsers, Arc::new(|_: LegEvent| ()))?;
    let identity = Identity::generate().map_err(|error| error.to_string())?;
    let (mut legs, mut ends) = (Vec::new(), Vec::new());
    for call in 0..calls {
        let lists: [Sent; 2] = Default::default();
        let (one, far) = phone(&engine, u64::from(call) * 2)?;
        ends.push(End::new(far, call, lists[0].clone(), lists[1].clone(), is_opus));
        let tag = u64::from(call) * 2 + 1;
        let (other, far) = if is_plain {
            phone(&engine, tag)?
        } else {
            browser(&engine, tag, &identity, is_opus)?
        };
        ends.push(End::new(far, call, lists[1].clone(), lists[0].clone(), is_opus));
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
    let warm = if delays.len() < 500 { delays.len().min(2) } else { 50 };
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

fn browser(
    engine: &Engine,
    tag: u64,
    identity: &Identity,
    is_opus: bool,
) -> Result<(Leg, Far), Box<dyn Error>> {
    let socket = socket()?;
    let own = socket.local_addr()?;
    let (leg, offer) = engine.open_browser(tag)?;
    let now = Instant::now();
    let (double, answer) = Double::answer(now, identity, &offer, (Via::Udp, own), is_opus)?;
    leg.answer(&answer)?;
    let codec = || -> Result<Box<Opus>, trunkline_media::Error> {
        Ok(Box::new((OpusOut::new(Law::Mu, opus::PAYLOAD_TYPE)?, OpusIn::new(Law::Mu)?)))
    };
    let opus = if is_opus { Some(codec()?) } else { None };
    Ok((leg, Far::Browser { socket, double: Box::new(double), own, opus }))
}

/// Reading it waits for a moment, so that nobody spins.
fn socket() -> Result<UdpSocket, Box<dyn Error>> {
    let socket = UdpSocket::bind((HOST, 0))?;
    socket.set_read_timeout(Some(Duration::from_millis(1)))?;
    Ok(socket)
}

impl End {
    fn new(far: Far, call: u32, sent: Sent, others: Sent, is_opus: bool) -> Self {
        // Calls do not send at the same moment.
        let next = Instant::now() + FRAME * (call % 20) / 20;
        let header = Header { ssrc: call + 1, ..Header::default() };
        let delays = Vec::new();
        Self { far, header, next, sent, others, delays, is_opus, quiet: 0, tones: 0 }
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
        let header = self.header;
        let payload = if self.is_opus { self.tone() } else { self.numbered() };
        self.header.sequence = header.sequence.wrapping_add(1);
        self.header.timestamp = header.timestamp.wrapping_add(160);
        match &mut self.far {
            Far::Phone { socket, to } => {
                let mut bytes = header.to_bytes().to_vec();
                bytes.extend_from_slice(&payload);
                let _ = socket.send_to(&bytes, *to);
            }
            Far::Browser { double, opus: None, .. } => {
                double.send(Instant::now(), &header, &payload);
                self.drain();
            }
            Far::Browser { double, opus: Some(opus), .. } => {
                opus.0.frame(header, &payload, &mut |header, payload| {
                    double.send(Instant::now(), &header, payload);
                });
                self.drain();
            }
        }
    }

    fn stamp(&self) -> u32 {
        let mut sent = self.sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        sent.push(Instant::now());
        sent.len() as u32
    }

    /// Silence that carries a number.
    fn numbered(&self) -> [u8; 160] {
        let mut payload = [0xFF; 160];
        payload[..4].copy_from_slice(&self.stamp().to_be_bytes());
        payload
    }

    /// Silence, and now and then a loud tone.
    fn tone(&self) -> [u8; 160] {
        let mut payload = [0xFF; 160];
        if u32::from(self.header.sequence) % TONE_EVERY == TONE_EVERY - 1 {
            self.stamp();
            let sound = Sine::new(800.0, 0.0).take(160);
            g711::encode(Law::Mu, &sound, &mut payload);
        }
        payload
    }

    /// Takes a packet that came at some time; notes when the next tone began.
    fn listen(&mut self, now: Instant, payload: &[u8]) {
        let mut sound = vec![0; payload.len()];
        g711::decode(Law::Mu, payload, &mut sound);
        let Some(at) = sound.iter().position(|sample| sample.unsigned_abs() > LOUD as u16) else {
            self.quiet += 1;
            return;
        };
        // A tone's end may lie in the next packet.
        if std::mem::take(&mut self.quiet) < TONE_EVERY / 2 {
            return;
        }
        let others = self.others.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // What was said before the connection stood is not heard: it is the newest that comes.
        let newest = others.iter().rev().find(|sent| **sent <= now);
        if let Some(sent) = newest.filter(|_| self.tones > 0) {
            let place = Duration::from_micros(at as u64 * 125);
            self.delays.push(now.saturating_duration_since(*sent) + place);
        }
        self.tones += 1;
    }

    fn take(&mut self, from: SocketAddr, bytes: &[u8]) {
        let now = Instant::now();
        match &mut self.far {
            Far::Phone { .. } => {
                // Reports come by the same socket.
                let parsed = Packet::parse(bytes).ok();
                if let Some(packet) = parsed.filter(|packet| packet.header.payload_type == 0) {
                    if self.is_opus {
                        self.listen(now, packet.payload);
                    } else {
                        self.note(now, packet.payload);
                    }
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
            let Far::Browser { double, socket, opus, .. } = &mut self.far else { return };
            match double.poll() {
                None => return,
                Some(Output::Transmit { to, bytes, .. }) => drop(socket.send_to(&bytes, to)),
                Some(Output::Rtp(heard)) => {
                    let (now, header) = (Instant::now(), heard.header);
                    let Some(opus) = opus else {
                        self.note(now, &heard.payload);
                        continue;
                    };
                    let packet = Packet { header, payload: &heard.payload, ..Packet::default() };
                    let mut frames = Vec::new();
                    opus.1.packet(&packet, &mut |_, frame| frames.push(frame.to_vec()));
                    frames.iter().for_each(|frame| self.listen(now, frame));
                }
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
