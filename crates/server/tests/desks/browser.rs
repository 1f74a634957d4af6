//! A browser's audio without a browser: it answers offers, says a tone, and keeps what it hears.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use trunkline_media::g711::{Law, decode};
use trunkline_media::rtp::Header;
use trunkline_media::tone::Sine;
use trunkline_softphone::Recording;
use trunkline_webrtc::double::{Double, Output};
use trunkline_webrtc::{Identity, Via};

use crate::ear::LIMIT;

/// A frame of 20 ms.
const FRAME: Duration = Duration::from_millis(20);
const SAMPLES: usize = 160;

/// What is measured of a tone that goes on.
const WINDOW: usize = 240 * 8;

/// One connection. Dropping it is as if the page were closed, without a goodbye.
pub(crate) struct Browser {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    heard: Mutex<Vec<i16>>,
    is_connected: AtomicBool,
    /// Nothing comes through, either way.
    is_cut: AtomicBool,
    is_over: AtomicBool,
}

impl Browser {
    /// Answers an offer; gives the answer.
    pub(crate) fn answer(offer: &str, says_hz: f64) -> (Self, String) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
        let own = socket.local_addr().unwrap();
        let identity = Identity::generate().unwrap();
        let now = Instant::now();
        let (double, answer) =
            Double::answer(now, &identity, offer, (Via::Udp, own), false).unwrap();
        let shared = Arc::new(Shared::default());
        let given = shared.clone();
        std::thread::spawn(move || run(double, &socket, own, &given, says_hz));
        (Self { shared }, answer)
    }

    /// Whether nothing comes through from now on.
    pub(crate) fn cut(&self, is_cut: bool) {
        self.shared.is_cut.store(is_cut, Ordering::Relaxed);
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.shared.is_connected.load(Ordering::Relaxed)
    }

    /// How many samples it has heard.
    pub(crate) fn heard_so_far(&self) -> usize {
        self.shared.heard.lock().unwrap().len()
    }

    /// Waits until it hears this tone, in what comes from now on.
    pub(crate) async fn hears(&self, frequency_hz: f64) {
        let (from, until) = (self.heard_so_far(), Instant::now() + LIMIT);
        loop {
            let heard = Recording::new(self.shared.heard.lock().unwrap()[from..].to_vec());
            let is_it = |window: &[i16]| {
                let measured = Recording::new(window.to_vec()).measure();
                (measured.tone.frequency_hz - frequency_hz).abs() <= 2.0
                    && measured.tone.level_dbm0 > -30.0
            };
            if heard.samples.windows(WINDOW).step_by(480).any(is_it) {
                return;
            }
            assert!(Instant::now() < until, "no {frequency_hz} Hz: {:?}", heard.measure());
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }
}

impl Browser {
    /// Waits until it hears both tones at once.
    pub(crate) async fn hears_both(&self, tones: [f64; 2]) {
        let until = Instant::now() + LIMIT;
        loop {
            let from = self.heard_so_far();
            tokio::time::sleep(Duration::from_millis(400)).await;
            let heard = self.shared.heard.lock().unwrap()[from..].to_vec();
            if tones.iter().all(|hz| power_of(&heard, *hz)) {
                return;
            }
            assert!(Instant::now() < until, "not both of {tones:?}");
        }
    }
}

/// Whether a tone is clearly there, whatever else is.
pub(crate) fn power_of(heard: &[i16], frequency_hz: f64) -> bool {
    heard.len() > 800 && trunkline_media::measure::power_at(heard, frequency_hz).sqrt() > 1_500.0
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
    }
}

fn run(mut double: Double, socket: &UdpSocket, own: SocketAddr, shared: &Shared, says_hz: f64) {
    let mut tone = Sine::new(says_hz, -10.0);
    let (mut next, mut number) = (Instant::now(), 0_u16);
    let mut buffer = [0; 2_048];
    while !shared.is_over.load(Ordering::Relaxed) {
        let is_cut = shared.is_cut.load(Ordering::Relaxed);
        if let Ok((length, from)) = socket.recv_from(&mut buffer)
            && !is_cut
        {
            double.receive(Instant::now(), from, (Via::Udp, own), &buffer[..length]);
        }
        let now = Instant::now();
        if now >= double.wake_at() {
            double.handle_time(now);
        }
        if shared.is_connected.load(Ordering::Relaxed) && now >= next {
            next += FRAME;
            number = number.wrapping_add(1);
            say(&mut double, now, number, &tone.take(SAMPLES));
        } else if !shared.is_connected.load(Ordering::Relaxed) {
            next = now;
        }
        poll(&mut double, socket, shared, is_cut);
    }
}

fn say(double: &mut Double, now: Instant, number: u16, samples: &[i16]) {
    let payload: Vec<u8> = samples.iter().map(|sample| Law::Mu.encode(*sample)).collect();
    let header = Header {
        marker: number == 1,
        payload_type: 0,
        sequence: number,
        timestamp: u32::from(number) * 160,
        ssrc: 0,
    };
    double.send(now, &header, &payload);
}

fn poll(double: &mut Double, socket: &UdpSocket, shared: &Shared, is_cut: bool) {
    while let Some(output) = double.poll() {
        match output {
            Output::Transmit { to, bytes, .. } if !is_cut => drop(socket.send_to(&bytes, to)),
            Output::Transmit { .. } => {}
            Output::Rtp(heard) if heard.header.payload_type == 0 => {
                let mut samples = vec![0; heard.payload.len()];
                decode(Law::Mu, &heard.payload, &mut samples);
                shared.heard.lock().unwrap().extend(samples);
            }
            Output::Rtp(_) => {}
            Output::Connected => shared.is_connected.store(true, Ordering::Relaxed),
            Output::Ended(_) => shared.is_over.store(true, Ordering::Relaxed),
        }
    }
}
