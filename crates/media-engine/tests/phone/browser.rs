//! A browser on loopback that talks and listens in real time.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use trunkline_media::FRAME_SAMPLES;
use trunkline_media::codec::Codec;
use trunkline_media::dtmf::{self, Key};
use trunkline_media::opus::{self, OpusIn, OpusOut};
use trunkline_media::rtp::{Header, Packet};
use trunkline_media::tone::Sine;
use trunkline_media_engine::Leg;
use trunkline_webrtc::double::{Double, Output};
use trunkline_webrtc::framing::{self, Frame};
use trunkline_webrtc::{Identity, Via};

use super::{EVENT, LEVEL_DBM0, MS};

const EVENT_BESIDE_OPUS: u8 = 110;

/// Packets that came.
type Heard = Arc<Mutex<Vec<(Header, Vec<u8>)>>>;

/// What a page does.
enum Order {
    Talk(Option<f64>),
    Press(char),
    Close,
    Vanish,
}

/// A page with a microphone. What it hears it keeps.
pub(crate) struct Page {
    /// What it hears is kept as this, Opus too.
    codec: Codec,
    orders: Sender<Order>,
    heard: Heard,
    thread: Option<JoinHandle<()>>,
}

impl Page {
    /// Answers what a leg was opened with.
    pub(crate) fn answer(leg: &Leg, offer: &str, via: Via) -> Self {
        Self::answer_with(leg, offer, via, Network::default())
    }

    /// Answers with Opus, which must have been offered first, on a network that loses packets.
    pub(crate) fn answer_opus(leg: &Leg, offer: &str, loses_every: u32) -> Self {
        Self::answer_with(leg, offer, Via::Udp, Network { is_opus: true, loses_every })
    }

    fn answer_with(leg: &Leg, offer: &str, via: Via, network: Network) -> Self {
        let link = Link::open(offer, via);
        let identity = Identity::generate().unwrap();
        let own = (via, link.address);
        let now = Instant::now();
        let (double, answer) = Double::answer(now, &identity, offer, own, network.is_opus).unwrap();
        leg.answer(&answer).unwrap();
        let is_mu = answer.contains("SAVPF 0");
        let codec = if is_mu || network.is_opus { Codec::Pcmu } else { Codec::Pcma };
        let (orders, inbox) = channel();
        let heard: Heard = Arc::default();
        let run = Run::new(double, link, own, codec, network, heard.clone());
        let thread = std::thread::spawn(move || run.run(&inbox));
        Self { codec, orders, heard, thread: Some(thread) }
    }

    pub(crate) fn talk(&self, hz: f64) {
        self.orders.send(Order::Talk(Some(hz))).unwrap();
    }

    pub(crate) fn be_quiet(&self) {
        self.orders.send(Order::Talk(None)).unwrap();
    }

    pub(crate) fn press(&self, key: char) {
        self.orders.send(Order::Press(key)).unwrap();
    }

    /// Says goodbye and ends, as a page does that is closed.
    pub(crate) fn close(mut self) {
        self.end(Order::Close);
    }

    fn end(&mut self, order: Order) {
        let _ = self.orders.send(order);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    pub(crate) fn mark(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    /// Keys that it has heard as events, by their first packets.
    pub(crate) fn keys(&self) -> Vec<u8> {
        let heard = self.heard.lock().unwrap();
        let events = heard.iter().filter(|(header, _)| is_event(header));
        events.filter(|(header, _)| header.marker).map(|(_, payload)| payload[0]).collect()
    }

    /// Waits until so much sound has come after a mark, and gives it.
    pub(crate) fn listen(&self, mark: usize, duration: Duration) -> Vec<i16> {
        let wanted = duration.as_millis() as usize * 8;
        let end = Instant::now() + duration + Duration::from_secs(6);
        loop {
            let mut sound = Vec::new();
            for (header, payload) in &self.heard.lock().unwrap()[mark..] {
                if !is_event(header) {
                    self.codec.decode(payload, &mut sound);
                }
            }
            if sound.len() >= wanted {
                sound.truncate(wanted);
                return sound;
            }
            assert!(Instant::now() < end, "only {} samples of {wanted} came", sound.len());
            std::thread::sleep(MS * 5);
        }
    }
}

/// On either clock.
fn is_event(header: &Header) -> bool {
    matches!(header.payload_type, EVENT | EVENT_BESIDE_OPUS)
}

impl Drop for Page {
    fn drop(&mut self) {
        self.end(Order::Vanish);
    }
}

/// How a page talks.
#[derive(Clone, Copy, Default)]
struct Network {
    is_opus: bool,
    /// So many packets pass both ways for one that is lost; 0 loses none.
    loses_every: u32,
}

/// A page's way to the server.
struct Link {
    address: SocketAddr,
    udp: Option<UdpSocket>,
    tcp: Option<TcpStream>,
    inbound: Vec<u8>,
}

impl Link {
    fn open(offer: &str, via: Via) -> Self {
        let (udp, tcp) = match via {
            Via::Udp => (Some(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()), None),
            Via::Tcp => {
                let candidate = offer.lines().find(|line| line.contains("tcptype passive"));
                let mut words = candidate.unwrap().split(' ').skip(4);
                let host = words.next().unwrap();
                let to = format!("{host}:{}", words.next().unwrap());
                (None, Some(TcpStream::connect(to).unwrap()))
            }
        };
        if let Some(udp) = &udp {
            udp.set_read_timeout(Some(MS)).unwrap();
        }
        if let Some(tcp) = &tcp {
            tcp.set_read_timeout(Some(MS)).unwrap();
            tcp.set_nodelay(true).unwrap();
        }
        let address = udp.as_ref().map(|udp| udp.local_addr().unwrap());
        let address = address.unwrap_or_else(|| tcp.as_ref().unwrap().local_addr().unwrap());
        Self { address, udp, tcp, inbound: Vec::new() }
    }

    fn send(&mut self, to: SocketAddr, bytes: &[u8]) {
        if let Some(udp) = &self.udp {
            let _ = udp.send_to(bytes, to);
        }
        if let Some(tcp) = &mut self.tcp {
            let mut frame = Vec::new();
            assert!(framing::write(bytes, &mut frame));
            let _ = tcp.write_all(&frame);
        }
    }

    /// Waits a millisecond for what comes.
    fn receive(&mut self) -> Option<(SocketAddr, Vec<u8>)> {
        let mut bytes = [0; 4_096];
        if let Some(udp) = &self.udp {
            let (length, from) = udp.recv_from(&mut bytes).ok()?;
            return Some((from, bytes[..length].to_vec()));
        }
        let tcp = self.tcp.as_mut()?;
        let from = tcp.peer_addr().ok()?;
        loop {
            if let Frame::Datagram(datagram, length) = framing::read(&self.inbound) {
                let datagram = datagram.to_vec();
                self.inbound.drain(..length);
                return Some((from, datagram));
            }
            match tcp.read(&mut bytes) {
                Ok(0) => return None,
                Ok(length) => self.inbound.extend_from_slice(&bytes[..length]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }
}

/// A page's thread.
struct Run {
    double: Double,
    link: Link,
    own: (Via, SocketAddr),
    codec: Codec,
    heard: Heard,
    is_connected: bool,
    sine: Option<Sine>,
    keys: VecDeque<char>,
    sender: dtmf::Sender,
    header: Header,
    opus: Option<(OpusOut, OpusIn)>,
    network: Network,
    packets: u32,
}

impl Run {
    fn new(
        double: Double,
        link: Link,
        own: (Via, SocketAddr),
        codec: Codec,
        network: Network,
        heard: Heard,
    ) -> Self {
        let payload_type = codec.static_payload_type().unwrap();
        let opus = network.is_opus.then(|| {
            let out = OpusOut::new(codec.law(), opus::PAYLOAD_TYPE).unwrap();
            (out, OpusIn::new(codec.law()).unwrap())
        });
        Self {
            double,
            link,
            own,
            codec,
            heard,
            is_connected: false,
            sine: None,
            keys: VecDeque::new(),
            sender: dtmf::Sender::new(MS * 60),
            header: Header { payload_type, ..Header::default() },
            opus,
            network,
            packets: 0,
        }
    }

    /// Whether the network loses this packet.
    fn loses(&mut self) -> bool {
        self.packets += 1;
        self.packets.checked_rem(self.network.loses_every) == Some(0)
    }

    fn run(mut self, orders: &Receiver<Order>) {
        let mut next = Instant::now();
        loop {
            match orders.try_recv() {
                Ok(Order::Talk(hz)) => self.sine = hz.map(|hz| Sine::new(hz, LEVEL_DBM0)),
                Ok(Order::Press(key)) => self.keys.push_back(key),
                Ok(Order::Close) => {
                    self.double.close();
                    return self.drain();
                }
                Ok(Order::Vanish) | Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {}
            }
            while let Some((from, bytes)) = self.link.receive() {
                self.double.receive(Instant::now(), from, self.own, &bytes);
                self.drain();
            }
            let now = Instant::now();
            if self.double.wake_at() <= now {
                self.double.handle_time(now);
                self.drain();
            }
            if !self.is_connected {
                next = now;
            } else if next <= now {
                next += MS * 20;
                self.frame();
            }
        }
    }

    /// Sends what a microphone or the keypad gives in 20 ms.
    fn frame(&mut self) {
        if let Some(key) = self.keys.pop_front() {
            self.sender.queue(Key::try_from(key).unwrap(), MS * 100).unwrap();
        }
        let mut header = self.header;
        self.header.sequence = header.sequence.wrapping_add(1);
        self.header.timestamp = header.timestamp.wrapping_add(160);
        let mut payload = Vec::new();
        if let Some(event) = self.sender.tick(header.timestamp) {
            header.payload_type = EVENT;
            (header.timestamp, header.marker) = (event.timestamp, event.marker);
            payload.extend_from_slice(&event.payload);
        } else if let Some(sine) = &mut self.sine {
            self.codec.encode(&sine.take(FRAME_SAMPLES), &mut payload);
        } else {
            payload.resize(FRAME_SAMPLES, self.codec.silence());
        }
        let mut packets = Vec::new();
        match &mut self.opus {
            None => packets.push((header, payload)),
            Some((out, _)) if header.payload_type == EVENT => {
                let mut event = dtmf::Payload::parse(&payload).unwrap();
                let mut header = header;
                // Odd keys on the clock of Opus, even ones as Chromium has them.
                if event.event % 2 == 1 {
                    event.duration *= 6;
                    header.payload_type = EVENT_BESIDE_OPUS;
                }
                packets.extend(out.event(header).map(|header| (header, event.to_bytes().into())));
            }
            Some((out, _)) => out.frame(header, &payload, &mut |header, payload| {
                packets.push((header, payload.to_vec()));
            }),
        }
        for (header, payload) in packets {
            if !self.loses() {
                self.double.send(Instant::now(), &header, &payload);
            }
        }
        self.drain();
    }

    fn hear(&mut self, heard: trunkline_webrtc::Heard) {
        if self.loses() {
            return;
        }
        let mut list = self.heard.lock().unwrap();
        match &mut self.opus {
            Some((_, opus)) if heard.header.payload_type == opus::PAYLOAD_TYPE => {
                let (header, payload) = (heard.header, &heard.payload);
                let packet = Packet { header, payload, ..Packet::default() };
                opus.packet(&packet, &mut |header, payload| list.push((header, payload.to_vec())));
            }
            Some((_, opus)) => list.push((opus.event(heard.header), heard.payload.to_vec())),
            None => list.push((heard.header, heard.payload.to_vec())),
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.double.poll() {
            match output {
                Output::Transmit { to, bytes, .. } => self.link.send(to, &bytes),
                Output::Rtp(heard) => self.hear(heard),
                Output::Connected => self.is_connected = true,
                Output::Ended(_) => {}
            }
        }
    }
}
