//! A phone on loopback that talks and listens in real time, and an engine whose events are kept.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod browser;

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use trunkline_media::FRAME_SAMPLES;
use trunkline_media::codec::Codec;
use trunkline_media::dtmf::{self, Key};
use trunkline_media::measure;
use trunkline_media::plan::{Direction, MediaPlan};
use trunkline_media::prompt::{Item, Prompt};
use trunkline_media::rtp::{Header, Packet};
use trunkline_media::tone::Sine;
use trunkline_media_engine::{BrowserSettings, Engine, Leg, LegEvent, Settings};

/// The payload type of events.
pub(crate) const EVENT: u8 = 101;

/// The level of all tones.
pub(crate) const LEVEL_DBM0: f64 = -10.0;

const FRAME: Duration = Duration::from_millis(20);

pub(crate) const MS: Duration = Duration::from_millis(1);

/// An engine and what it has reported.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) settings: Settings,
    events: Mutex<Receiver<LegEvent>>,
    seen: Mutex<Vec<LegEvent>>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// Changes the settings first. The ports are some that this process alone uses.
    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::for_browsers(BrowserSettings::default(), change)
    }

    /// With other settings for browsers than the usual ones.
    pub(crate) fn for_browsers(
        browsers: BrowserSettings,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let mut settings = Settings { ports: ports(), ..Settings::default() };
        settings.bind = Ipv4Addr::LOCALHOST.into();
        change(&mut settings);
        let (sender, events) = channel();
        let sink = Arc::new(move |event| drop(sender.send(event)));
        let engine = Engine::start_for_browsers(settings.clone(), browsers, sink).unwrap();
        Self { engine, settings, events: Mutex::new(events), seen: Mutex::default() }
    }

    /// Waits for an event; those before it are kept for [`Bench::count`].
    pub(crate) fn wait(&self, what: &str, is_it: impl Fn(&LegEvent) -> bool) -> LegEvent {
        let end = Instant::now() + Duration::from_secs(8);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let event = self.events.lock().unwrap().recv_timeout(left);
            let event = event.unwrap_or_else(|_| panic!("no {what} came"));
            self.seen.lock().unwrap().push(event.clone());
            if is_it(&event) {
                return event;
            }
        }
    }

    /// The keys that a leg reported so far.
    pub(crate) fn keys(&self, wanted: u64) -> String {
        self.count(|_| false);
        let seen = self.seen.lock().unwrap();
        let keys = seen.iter().filter_map(|event| match event {
            LegEvent::Key { tag, key } if *tag == wanted => Some(key.to_char()),
            _ => None,
        });
        keys.collect()
    }

    /// How many such events there were so far.
    pub(crate) fn count(&self, is_it: impl Fn(&LegEvent) -> bool) -> usize {
        let mut seen = self.seen.lock().unwrap();
        seen.extend(self.events.lock().unwrap().try_iter());
        seen.iter().filter(|event| is_it(event)).count()
    }
}

/// A range that other processes of the test run are unlikely to use; ports in use are skipped.
fn ports() -> std::ops::RangeInclusive<u16> {
    let start = 10_000 + (std::process::id() % 700) as u16 * 30;
    start..=start + 199
}

/// A plan to talk with a phone.
pub(crate) fn plan(remote: SocketAddr, codec: Codec) -> MediaPlan {
    MediaPlan {
        local: remote,
        remote,
        remote_rtcp: SocketAddr::new(remote.ip(), remote.port() + 1),
        rtcp_mux: false,
        codec,
        payload_type: codec.static_payload_type().unwrap(),
        event_payload_type: Some(EVENT),
        ptime_ms: 20,
        direction: Direction::SendRecv,
    }
}

/// A tone as a prompt.
pub(crate) fn tone(hz: f64, duration: Duration) -> Prompt {
    Prompt::from_samples(&Sine::new(hz, LEVEL_DBM0).take(duration.as_millis() as usize * 8))
}

/// An endless tone. `hz` must be a multiple of 10, so that it has no seam.
pub(crate) fn endless(hz: f64) -> Item {
    Item::Loop(tone(hz, MS * 1_000))
}

/// What a phone does while it talks.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    pub(crate) codec: Codec,
    pub(crate) hz: f64,
    pub(crate) ssrc: u32,
    pub(crate) loss_percent: u64,
    pub(crate) jitter: Duration,
}

impl Talk {
    pub(crate) fn new(codec: Codec, hz: f64) -> Self {
        Self { codec, hz, ssrc: 0xABCD, loss_percent: 0, jitter: Duration::ZERO }
    }
}

/// Datagrams and when they came.
type Datagrams = Vec<(Instant, Vec<u8>)>;

/// A phone. What it hears it keeps, with the time.
pub(crate) struct Phone {
    socket: Arc<UdpSocket>,
    pub(crate) codec: Codec,
    heard: Arc<Mutex<Datagrams>>,
    is_over: Arc<AtomicBool>,
    listener: Option<JoinHandle<()>>,
    talker: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Phone {
    pub(crate) fn new(codec: Codec) -> Self {
        let socket = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        socket.set_read_timeout(Some(MS * 20)).unwrap();
        let heard: Arc<Mutex<Datagrams>> = Arc::default();
        let is_over = Arc::new(AtomicBool::new(false));
        let listener = std::thread::spawn({
            let (socket, heard, is_over) = (socket.clone(), heard.clone(), is_over.clone());
            move || {
                let mut bytes = [0; 2_048];
                while !is_over.load(Ordering::Relaxed) {
                    if let Ok(length) = socket.recv(&mut bytes) {
                        heard.lock().unwrap().push((Instant::now(), bytes[..length].to_vec()));
                    }
                }
            }
        });
        Self { socket, codec, heard, is_over, listener: Some(listener), talker: None }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    /// Opens a leg of the engine that talks with this phone.
    pub(crate) fn leg(&self, bench: &Bench, tag: u64) -> Leg {
        let leg = bench.engine.open(tag).unwrap();
        leg.start(plan(self.address(), self.codec));
        leg
    }

    /// Sends a datagram.
    pub(crate) fn send(&self, bytes: &[u8], to: SocketAddr) {
        self.socket.send_to(bytes, to).unwrap();
    }

    /// Sends a key of 100 ms in real time.
    pub(crate) fn press(&self, key: char, timestamp: u32, to: SocketAddr) {
        let mut sender = dtmf::Sender::new(Duration::ZERO);
        sender.queue(Key::try_from(key).unwrap(), MS * 100).unwrap();
        let mut tick = 0;
        while let Some(event) = sender.tick(timestamp + tick * 160) {
            let header = Header {
                marker: event.marker,
                payload_type: EVENT,
                sequence: (timestamp / 160 + tick) as u16,
                timestamp: event.timestamp,
                ssrc: 0xABCD,
            };
            let packet = Packet { header, payload: &event.payload, ..Packet::default() };
            let mut bytes = Vec::new();
            packet.write(&mut bytes);
            self.send(&bytes, to);
            tick += 1;
            std::thread::sleep(FRAME);
        }
    }

    /// Talks until [`Phone::be_quiet`].
    pub(crate) fn talk(&mut self, talk: Talk, to: SocketAddr) {
        self.be_quiet();
        let quiet = Arc::new(AtomicBool::new(false));
        let (socket, is_over) = (self.socket.clone(), quiet.clone());
        let talker = std::thread::spawn(move || run_talk(&talk, &socket, to, &is_over));
        self.talker = Some((quiet, talker));
    }

    pub(crate) fn be_quiet(&mut self) {
        let Some((quiet, talker)) = self.talker.take() else { return };
        quiet.store(true, Ordering::Relaxed);
        talker.join().unwrap();
    }

    /// How many datagrams came so far: a mark for [`Phone::since`].
    pub(crate) fn mark(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    /// Headers and payloads that came after a mark, with their time.
    pub(crate) fn since(&self, mark: usize) -> Vec<(Instant, Header, Vec<u8>)> {
        let heard = self.heard.lock().unwrap();
        let parse = |(at, bytes): &(Instant, Vec<u8>)| {
            let packet = Packet::parse(bytes).unwrap();
            (*at, packet.header, packet.payload.to_vec())
        };
        heard[mark.min(heard.len())..].iter().map(parse).collect()
    }

    /// The sound that came after a mark, packet by packet.
    pub(crate) fn sound_since(&self, mark: usize) -> Vec<i16> {
        let audio_type = self.codec.static_payload_type().unwrap();
        let mut sound = Vec::new();
        for (_, header, payload) in self.since(mark) {
            if header.payload_type == audio_type {
                self.codec.decode(&payload, &mut sound);
            }
        }
        sound
    }

    /// Waits until so much sound has come after a mark, and gives it.
    pub(crate) fn listen(&self, mark: usize, duration: Duration) -> Vec<i16> {
        let wanted = duration.as_millis() as usize * 8;
        let end = Instant::now() + duration + Duration::from_secs(4);
        loop {
            let mut sound = self.sound_since(mark);
            if sound.len() >= wanted {
                sound.truncate(wanted);
                return sound;
            }
            assert!(Instant::now() < end, "only {} samples of {wanted} came", sound.len());
            std::thread::sleep(MS * 5);
        }
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.be_quiet();
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

fn run_talk(talk: &Talk, socket: &UdpSocket, to: SocketAddr, is_over: &AtomicBool) {
    let mut sine = Sine::new(talk.hz, LEVEL_DBM0);
    let mut seed = 7_u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below.max(1)
    };
    let mut flying: Vec<(Instant, Vec<u8>)> = Vec::new();
    let payload_type = talk.codec.static_payload_type().unwrap();
    let mut header =
        Header { payload_type, ssrc: talk.ssrc, sequence: 65_500, ..Header::default() };
    let mut next = Instant::now();
    while !is_over.load(Ordering::Relaxed) {
        let now = Instant::now();
        while next <= now {
            let mut bytes = header.to_bytes().to_vec();
            talk.codec.encode(&sine.take(FRAME_SAMPLES), &mut bytes);
            header.sequence = header.sequence.wrapping_add(1);
            header.timestamp = header.timestamp.wrapping_add(160);
            if random(100) >= talk.loss_percent {
                let delay = Duration::from_micros(random(talk.jitter.as_micros() as u64));
                flying.push((next + delay, bytes));
            }
            next += FRAME;
        }
        for (_, bytes) in flying.extract_if(.., |(at, _)| *at <= now) {
            let _ = socket.send_to(&bytes, to);
        }
        std::thread::sleep(MS);
    }
}

/// Asserts a tone: ±2 Hz, ±1 dB, 30 dB over all else, no gap of 5 ms.
#[track_caller]
pub(crate) fn assert_tone(sound: &[i16], hz: f64) {
    let heard = measure::estimate(sound);
    assert!((heard.frequency_hz - hz).abs() <= 2.0, "not {hz} Hz: {heard:?}");
    assert!((heard.level_dbm0 - LEVEL_DBM0).abs() <= 1.0, "not {LEVEL_DBM0} dBm0: {heard:?}");
    assert!(heard.snr_db >= 30.0, "not clear: {heard:?}");
    let gap = measure::longest_quiet_run(sound, 0);
    assert!(gap <= 40, "a gap of {gap} samples");
}

/// Whether nothing is heard.
pub(crate) fn is_silent(sound: &[i16]) -> bool {
    sound.iter().all(|sample| sample.abs() <= 8)
}
