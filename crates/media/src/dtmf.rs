//! Keys pressed on a telephone, as telephone-event packets (RFC 4733).
//!
//! A key is one event: many packets with the same timestamp and a growing duration, the last three
//! with the end bit. A receiver must cope with any of them lost, doubled or out of order.

use core::time::Duration;
use std::collections::VecDeque;

use crate::Error;
use crate::rtp::Header;

/// Bytes of an event's payload.
pub const PAYLOAD_BYTES: usize = 4;

/// How long after its last packet an event without an end is over.
pub const LOST_END: Duration = Duration::from_millis(150);

/// The most keys that wait in a [`Sender`], and the most events in a [`Receiver`].
pub const MAX_WAITING: usize = 128;

/// An event's payload (RFC 4733 section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The event: 0 to 15 are keys.
    pub event: u8,
    /// Whether the event is over.
    pub is_end: bool,
    /// Power level below 0 dBm0, 0 to 63 dB.
    pub volume: u8,
    /// How long the event has lasted, in ticks of the timestamp.
    pub duration: u16,
}

impl Payload {
    /// Reads the first event of a payload; what follows it is not looked at.
    pub fn parse(payload: &[u8]) -> Result<Self, Error> {
        let Some(&[event, flags, d0, d1]) = payload.first_chunk::<PAYLOAD_BYTES>() else {
            let what = "it is shorter than 4 bytes";
            return Err(Error::Packet { protocol: "telephone-event", what, at: payload.len() });
        };
        let duration = u16::from_be_bytes([d0, d1]);
        Ok(Self { event, is_end: flags & 0x80 != 0, volume: flags & 0x3F, duration })
    }

    /// The payload as bytes.
    pub fn to_bytes(self) -> [u8; PAYLOAD_BYTES] {
        let [d0, d1] = self.duration.to_be_bytes();
        [self.event, u8::from(self.is_end) << 7 | self.volume.min(63), d0, d1]
    }
}

/// A key of a telephone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(u8);

/// The keys in the order of their events (RFC 4733 section 3.2, table 3).
const KEYS: [char; 16] =
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

impl Key {
    /// The key with this event, if the event is one of the sixteen keys.
    pub fn from_event(event: u8) -> Option<Self> {
        (event < 16).then_some(Self(event))
    }

    /// The event of the key.
    pub fn event(self) -> u8 {
        self.0
    }

    /// The character on the key.
    pub fn to_char(self) -> char {
        KEYS[usize::from(self.0)]
    }
}

impl TryFrom<char> for Key {
    type Error = Error;

    fn try_from(character: char) -> Result<Self, Error> {
        let key = character.to_ascii_uppercase();
        let event = KEYS.iter().position(|other| *other == key);
        event.map(|event| Self(event as u8)).ok_or(Error::NoSuchKey(character))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.to_char())
    }
}

/// What was heard of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyEvent {
    /// A key was pressed. Prompts stop here.
    Pressed(Key),
    /// The key was released.
    Released {
        /// The key.
        key: Key,
        /// How long it was held, as its sender says.
        held: Duration,
    },
}

/// The event that is going on.
#[derive(Clone, Copy, Debug)]
struct Ongoing {
    key: Key,
    /// Timestamp of its first segment, which names the event.
    timestamp: u32,
    /// Timestamp of its newest segment.
    segment: u32,
    /// Duration of the newest segment.
    duration: u16,
    last_at: Duration,
}

impl Ongoing {
    /// Duration over all segments, in ticks.
    fn total(&self) -> u64 {
        u64::from(self.segment.wrapping_sub(self.timestamp)) + u64::from(self.duration)
    }

    /// Whether a packet goes on with the event in a new segment: a duration has no room for more
    /// than 65,535 ticks (RFC 4733 section 2.5.1.3).
    fn goes_on(&self, header: &Header, key: Key) -> bool {
        let step = header.timestamp.wrapping_sub(self.segment);
        key == self.key && !header.marker && (0xF000..=0xFFFF).contains(&step)
    }
}

/// Makes keys of packets. Give it all packets of the payload type, in the order of arrival.
#[derive(Clone, Debug)]
pub struct Receiver {
    clock_rate_hz: u32,
    ongoing: Option<Ongoing>,
    /// Timestamp of the newest segment ever seen, of the ongoing event or of one that is over.
    newest: Option<u32>,
    events: VecDeque<KeyEvent>,
}

impl Receiver {
    /// A receiver for events on a clock of this rate, which is that of the audio beside them.
    pub fn new(clock_rate_hz: u32) -> Self {
        let clock_rate_hz = clock_rate_hz.max(1);
        Self { clock_rate_hz, ongoing: None, newest: None, events: VecDeque::new() }
    }

    /// Takes a packet. Events that are no keys are passed over.
    pub fn push(&mut self, now: Duration, header: &Header, payload: &[u8]) -> Result<(), Error> {
        let payload = Payload::parse(payload)?;
        self.expire(now);
        let Some(key) = Key::from_event(payload.event) else { return Ok(()) };
        if let Some(ongoing) = &mut self.ongoing {
            let is_same = header.timestamp == ongoing.segment;
            if !is_same && ongoing.goes_on(header, key) {
                ongoing.segment = header.timestamp;
                ongoing.duration = payload.duration;
                self.newest = Some(header.timestamp);
            } else if is_same {
                ongoing.duration = ongoing.duration.max(payload.duration);
            }
            if header.timestamp == ongoing.segment {
                ongoing.last_at = now;
                if payload.is_end {
                    self.release();
                }
                return Ok(());
            }
        }
        if self.is_old(header.timestamp) {
            return Ok(());
        }
        self.release();
        self.newest = Some(header.timestamp);
        self.ongoing = Some(Ongoing {
            key,
            timestamp: header.timestamp,
            segment: header.timestamp,
            duration: payload.duration,
            last_at: now,
        });
        self.report(KeyEvent::Pressed(key));
        if payload.is_end {
            self.release();
        }
        Ok(())
    }

    /// Whether a timestamp is that of an event that is over, or of one before it.
    fn is_old(&self, timestamp: u32) -> bool {
        // Half a minute back; what is farther off is a new time base, not an old packet.
        let reach = self.clock_rate_hz.saturating_mul(30);
        self.newest.is_some_and(|newest| newest.wrapping_sub(timestamp) <= reach)
    }

    /// Ends an event whose end was lost.
    fn expire(&mut self, now: Duration) {
        let is_over = |ongoing: Ongoing| now.saturating_sub(ongoing.last_at) >= LOST_END;
        if self.ongoing.is_some_and(is_over) {
            self.release();
        }
    }

    fn release(&mut self) {
        let Some(ongoing) = self.ongoing.take() else { return };
        let nanos = u128::from(ongoing.total()) * 1_000_000_000 / u128::from(self.clock_rate_hz);
        let held = Duration::from_nanos(nanos as u64);
        self.report(KeyEvent::Released { key: ongoing.key, held });
    }

    fn report(&mut self, event: KeyEvent) {
        if self.events.len() < MAX_WAITING {
            self.events.push_back(event);
        }
    }

    /// The next thing that happened. Call it after each packet and at each tick.
    pub fn poll(&mut self, now: Duration) -> Option<KeyEvent> {
        self.expire(now);
        self.events.pop_front()
    }

    /// The stream has another source: its timestamps begin anew, and a key held is released.
    pub fn source_changed(&mut self) {
        self.release();
        self.newest = None;
    }
}

/// A packet of a key to be sent, in place of the tick's audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPacket {
    /// Whether the packet begins an event.
    pub marker: bool,
    /// The packet's timestamp: that of the beginning of the event.
    pub timestamp: u32,
    /// The payload.
    pub payload: [u8; PAYLOAD_BYTES],
}

/// Packets with the end bit for each event (RFC 4733 section 2.5.1.4).
const END_PACKETS: u8 = 3;

/// Power level of our events: -10 dBm0.
const VOLUME: u8 = 10;

/// The shortest and the longest key that is sent.
const HELD_MS: std::ops::RangeInclusive<u64> = 40..=30_000;

#[derive(Clone, Copy, Debug)]
struct Sending {
    key: Key,
    begin: u32,
    /// Length in ticks of the timestamp.
    length: u32,
    ends_sent: u8,
    has_begun: bool,
}

/// Sends keys, one after the other, with a pause between them.
#[derive(Clone, Debug)]
pub struct Sender {
    waiting: VecDeque<(Key, u32)>,
    sending: Option<Sending>,
    /// No event begins before this timestamp.
    pause_until: Option<u32>,
    pause: u32,
}

impl Sender {
    /// A sender for an 8 kHz clock that leaves so much silence after each key; 40 ms are the least.
    pub fn new(pause: Duration) -> Self {
        let pause = ticks(pause).max(320);
        Self { waiting: VecDeque::new(), sending: None, pause_until: None, pause }
    }

    /// Puts a key at the end of the queue, held for 40 ms to 30 s.
    pub fn queue(&mut self, key: Key, held: Duration) -> Result<(), Error> {
        if self.waiting.len() == MAX_WAITING {
            return Err(Error::TooManyKeys { limit: MAX_WAITING });
        }
        let held_ms = (held.as_millis() as u64).clamp(*HELD_MS.start(), *HELD_MS.end());
        self.waiting.push_back((key, held_ms as u32 * 8));
        Ok(())
    }

    /// Whether a key is being sent or waits.
    pub fn is_busy(&self) -> bool {
        self.sending.is_some() || !self.waiting.is_empty()
    }

    /// Forgets the keys that wait; the one being sent is ended properly.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    /// The packet to send at this tick; `timestamp` is what audio would have. `None`: send audio.
    pub fn tick(&mut self, timestamp: u32) -> Option<EventPacket> {
        if self.sending.is_none() {
            let is_early = |until: u32| until.wrapping_sub(timestamp).cast_signed() > 0;
            if self.pause_until.is_some_and(is_early) {
                return None;
            }
            let (key, length) = self.waiting.pop_front()?;
            let begin = timestamp;
            self.sending = Some(Sending { key, begin, length, ends_sent: 0, has_begun: false });
        }
        let sending = self.sending.as_mut()?;
        let lasted = timestamp.wrapping_sub(sending.begin).saturating_add(160);
        let is_end = lasted >= sending.length;
        let packet = sending.packet(lasted.min(sending.length), is_end);
        if is_end {
            sending.ends_sent += 1;
        }
        if sending.ends_sent == END_PACKETS {
            let end = sending.begin.wrapping_add(sending.length);
            self.pause_until = Some(end.wrapping_add(self.pause));
            self.sending = None;
        }
        Some(packet)
    }
}

impl Sending {
    /// The packet for an event that has lasted so long. Every 65,535 ticks a new segment begins.
    fn packet(&mut self, lasted: u32, is_end: bool) -> EventPacket {
        const SEGMENT: u32 = 0xFFFF;
        let full = (lasted - 1) / SEGMENT * SEGMENT;
        let duration = (lasted - full) as u16;
        let event = self.key.event();
        let marker = !std::mem::replace(&mut self.has_begun, true);
        let payload = Payload { event, is_end, volume: VOLUME, duration }.to_bytes();
        EventPacket { marker, timestamp: self.begin.wrapping_add(full), payload }
    }
}

fn ticks(time: Duration) -> u32 {
    (time.as_millis() * 8).min(u128::from(u32::MAX / 4)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn key(character: char) -> Key {
        Key::try_from(character).unwrap()
    }

    /// The packets of keys, each with the tick that it is sent at.
    fn send(keys: &str, held_ms: u32, begin: u32) -> Vec<(u32, EventPacket)> {
        let mut sender = Sender::new(MS * 60);
        keys.chars().for_each(|character| sender.queue(key(character), MS * held_ms).unwrap());
        let mut packets = Vec::new();
        let mut tick = 0;
        while sender.is_busy() {
            let packet = sender.tick(begin.wrapping_add(tick * 160));
            packets.extend(packet.map(|packet| (tick, packet)));
            tick += 1;
        }
        packets
    }

    fn receive<'a>(packets: impl IntoIterator<Item = &'a (u32, EventPacket)>) -> Vec<KeyEvent> {
        let mut receiver = Receiver::new(8_000);
        let mut events = Vec::new();
        let mut now = Duration::ZERO;
        for (tick, packet) in packets {
            now = MS * 20 * *tick;
            let EventPacket { marker, timestamp, payload } = *packet;
            let header = Header { marker, timestamp, ..Header::default() };
            receiver.push(now, &header, &payload).unwrap();
            events.extend(std::iter::from_fn(|| receiver.poll(now)));
        }
        events.extend(std::iter::from_fn(|| receiver.poll(now + LOST_END)));
        events
    }

    fn pressed(keys: &str, held_ms: u32) -> Vec<KeyEvent> {
        let events = |character| {
            let key = key(character);
            [KeyEvent::Pressed(key), KeyEvent::Released { key, held: MS * held_ms }]
        };
        keys.chars().flat_map(events).collect()
    }

    /// RFC 4733 section 5, the layout of table 6's events: event, E R volume, duration.
    #[test]
    fn payloads_are_laid_out_as_in_the_rfc() {
        let bytes = [9, 0x87, 0x06, 0x40];
        let payload = Payload { event: 9, is_end: true, volume: 7, duration: 1_600 };
        assert_eq!(Payload::parse(&bytes).unwrap(), payload);
        assert_eq!(payload.to_bytes(), bytes);
        assert_eq!(Payload::parse(&[9, 0x47, 0, 0, 1]).unwrap().volume, 7, "R does not matter");
        assert!(Payload::parse(&bytes[..3]).is_err());
    }

    #[test]
    fn keys_are_those_of_the_rfc() {
        let cases = [('0', 0), ('9', 9), ('*', 10), ('#', 11), ('A', 12), ('d', 15)];
        for (character, event) in cases {
            assert_eq!(key(character).event(), event);
            assert_eq!(Key::from_event(event).unwrap().to_char(), character.to_ascii_uppercase());
        }
        assert_eq!(Key::from_event(16), None);
        assert_eq!(Key::try_from('x'), Err(Error::NoSuchKey('x')));
    }

    #[test]
    fn a_key_ends_with_three_packets() {
        let packets = send("5", 100, 1_000);
        let seen: Vec<_> = packets
            .iter()
            .map(|(tick, packet)| {
                let Payload { is_end, duration, .. } = Payload::parse(&packet.payload).unwrap();
                (*tick, packet.marker, packet.timestamp, duration, is_end)
            })
            .collect();
        let wanted = [
            (0, true, 1_000, 160, false),
            (1, false, 1_000, 320, false),
            (2, false, 1_000, 480, false),
            (3, false, 1_000, 640, false),
            (4, false, 1_000, 800, true),
            (5, false, 1_000, 800, true),
            (6, false, 1_000, 800, true),
        ];
        assert_eq!(seen, wanted);
    }

    #[test]
    fn what_is_sent_is_received() {
        let packets = send("0123456789*#ABCD", 100, u32::MAX - 3_000);
        assert_eq!(receive(&packets), pressed("0123456789*#ABCD", 100));
        // 100 ms and a pause of 60 ms are 8 ticks.
        assert_eq!(packets.last().unwrap().0, 15 * 8 + 6);
    }

    #[test]
    fn the_same_key_twice_is_two_keys() {
        assert_eq!(receive(&send("77", 40, 0)), pressed("77", 40));
    }

    #[test]
    fn doubles_and_disorder_change_nothing() {
        let packets = send("12", 100, 0);
        let doubled = packets.iter().flat_map(|packet| [packet, packet]);
        assert_eq!(receive(doubled), pressed("12", 100));
        let mut swapped = packets.clone();
        swapped.chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1));
        assert_eq!(receive(&swapped), pressed("12", 100));
        // An end of the first key that comes after the second has begun.
        let mut late = packets.clone();
        let end = late.remove(6);
        late.insert(8, end);
        assert_eq!(receive(&late), pressed("12", 100));
    }

    #[test]
    fn any_one_packet_left_is_enough() {
        let packets = send("3", 100, 0);
        for (number, packet) in packets.iter().enumerate() {
            let events = receive([packet]);
            let held_ms = (20 * (number as u32 + 1)).min(100);
            assert_eq!(events, pressed("3", held_ms), "packet {number}");
        }
    }

    #[test]
    fn lost_ends_are_made_up_for() {
        let packets = send("45", 100, 0);
        let lost = |tick: u32| !(4..=6).contains(&tick) && !(12..=14).contains(&tick);
        let events = receive(packets.iter().filter(|(tick, _)| lost(*tick)));
        assert_eq!(events, pressed("45", 80));
    }

    #[test]
    fn the_longest_duration_counts() {
        let mut packets = send("4", 100, 0);
        packets.truncate(4);
        packets.swap(2, 3);
        assert_eq!(receive(&packets), pressed("4", 80));
    }

    #[test]
    fn a_long_key_is_one_key() {
        // 20 s are 160,000 ticks: three segments.
        let packets = send("8", 20_000, 77);
        let mut timestamps: Vec<_> = packets.iter().map(|(_, packet)| packet.timestamp).collect();
        timestamps.dedup();
        assert_eq!(timestamps, [77, 77 + 65_535, 77 + 2 * 65_535]);
        assert_eq!(packets.iter().filter(|(_, packet)| packet.marker).count(), 1);
        assert_eq!(receive(&packets), pressed("8", 20_000));
    }

    #[test]
    fn other_events_and_new_sources() {
        let mut receiver = Receiver::new(8_000);
        let header = Header { timestamp: 5_000, ..Header::default() };
        let fax = Payload { event: 36, is_end: false, volume: 0, duration: 1 };
        receiver.push(MS, &header, &fax.to_bytes()).unwrap();
        assert_eq!(receiver.poll(MS), None);
        let one = Payload { event: 1, is_end: true, ..fax };
        receiver.push(MS, &header, &one.to_bytes()).unwrap();
        assert_eq!(receiver.poll(MS), Some(KeyEvent::Pressed(key('1'))));
        receiver.source_changed();
        receiver.push(MS, &Header::default(), &one.to_bytes()).unwrap();
        assert_eq!(std::iter::from_fn(|| receiver.poll(MS)).count(), 3);
    }

    #[test]
    fn queues_are_bounded() {
        let mut sender = Sender::new(Duration::ZERO);
        (0..MAX_WAITING).for_each(|_| sender.queue(key('1'), MS).unwrap());
        let full = Error::TooManyKeys { limit: MAX_WAITING };
        assert_eq!(sender.queue(key('1'), MS), Err(full));
        sender.clear();
        assert!(!sender.is_busy());
        let mut receiver = Receiver::new(8_000);
        for timestamp in 0..1_000 {
            let payload = Payload { event: 1, is_end: true, volume: 0, duration: 1 };
            let header = Header { timestamp: timestamp * 100, ..Header::default() };
            receiver.push(MS, &header, &payload.to_bytes()).unwrap();
        }
        assert_eq!(std::iter::from_fn(|| receiver.poll(MS)).count(), MAX_WAITING);
    }
}
