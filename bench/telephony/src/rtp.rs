//! RTP streams: sending on a 20 ms grid, and measuring what comes against its own grid.

use std::collections::VecDeque;
use std::net::{SocketAddrV4, UdpSocket};

use serde::{Deserialize, Serialize};

use crate::clock::{MS, now_ns};

/// Bytes of a packet with 20 ms of G.711.
pub const PACKET: usize = 172;

/// Samples in 20 ms.
const SAMPLES: u32 = 160;

/// Packets of a key's event: 100 ms, then the end three times (RFC 4733, section 2.5.1.4).
const KEY_PACKETS: u32 = 5;

/// How much earlier or later than its grid a packet may be before it begins another grid, in ms.
const NEW_GRID_MS: i64 = 1_000;

/// Marks packets that carry the time of their sending.
const STAMP: [u8; 4] = *b"TLbt";

/// What one stream, or several together, received and sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Packets sent.
    pub sent: u64,
    /// Packets received.
    pub received: u64,
    /// Numbers missing in the sequence.
    pub lost: u64,
    /// Packets more than 20 ms later than their stream's grid says.
    pub late_20ms: u64,
    /// Packets more than 40 ms later than their stream's grid says.
    pub late_40ms: u64,
    /// The most that a packet was late, in ms.
    pub worst_late_ms: f64,
    /// The longest time between two packets of a stream, in ms.
    pub worst_gap_ms: f64,
    /// Packets from other sources than the stream's.
    pub strange: u64,
}

impl Tally {
    /// Adds another stream's.
    pub fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.received += other.received;
        self.lost += other.lost;
        self.late_20ms += other.late_20ms;
        self.late_40ms += other.late_40ms;
        self.worst_late_ms = self.worst_late_ms.max(other.worst_late_ms);
        self.worst_gap_ms = self.worst_gap_ms.max(other.worst_gap_ms);
        self.strange += other.strange;
    }
}

/// Measures a stream that comes in.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    grid: Option<Grid>,
}

#[derive(Clone, Debug)]
struct Grid {
    ssrc: u32,
    next: u16,
    /// The time of the packet with timestamp `base`, if it had come as early as the earliest did.
    anchor_ns: i64,
    base: u32,
    last_ns: i64,
}

/// What a packet was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// It is audio that one can hear.
    pub audible: bool,
    /// How long it travelled, in ns, if its sender was one of these tools.
    pub travelled_ns: Option<u64>,
}

impl Meter {
    /// Takes a packet. `tally` is given while counting. Nothing for what is no audio.
    pub fn take(&mut self, packet: &[u8], at_ns: u64, tally: Option<&mut Tally>) -> Option<Heard> {
        let kind = packet.get(1)? & 0x7f;
        if packet.len() < 12 || packet[0] >> 6 != 2 || (72..=76).contains(&kind) {
            return None;
        }
        self.place(packet, i64::try_from(at_ns).ok()?, tally);
        if kind == 101 {
            return Some(Heard::default());
        }
        let payload = &packet[12..];
        let stamp = payload.strip_prefix(&STAMP).and_then(|rest| rest.first_chunk::<8>());
        let travelled_ns = stamp.map(|sent| at_ns.saturating_sub(u64::from_be_bytes(*sent)));
        let audible = travelled_ns.is_none() && payload.iter().any(|byte| is_loud(*byte));
        Some(Heard { audible, travelled_ns })
    }

    fn place(&mut self, packet: &[u8], at_ns: i64, tally: Option<&mut Tally>) {
        let number = u16::from_be_bytes([packet[2], packet[3]]);
        let stamp = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        let ssrc = u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]);
        let is_key = packet[1] & 0x7f == 101;
        let begins = packet[1] & 0x80 != 0 && !is_key;
        let fresh = || Grid {
            ssrc,
            next: number.wrapping_add(1),
            anchor_ns: at_ns,
            base: stamp,
            last_ns: at_ns,
        };
        let grid = match &mut self.grid {
            Some(grid) if grid.ssrc == ssrc && !begins => grid,
            _ => {
                self.grid = Some(fresh());
                if let Some(tally) = tally {
                    tally.received += 1;
                }
                return;
            }
        };
        // The packets of an event all have the time of its start.
        let ahead = if is_key { None } else { Some(stamp.wrapping_sub(grid.base) as i32) };
        let due_ns = ahead.map(|samples| grid.anchor_ns + i64::from(samples) * 125_000);
        let late_ns = due_ns.map_or(0, |due| at_ns - due);
        if late_ns.abs() > NEW_GRID_MS * MS as i64 {
            self.grid = Some(fresh());
            return;
        }
        if late_ns < 0 {
            grid.anchor_ns += late_ns;
        }
        let missing = number.wrapping_sub(grid.next);
        let gap_ns = at_ns - grid.last_ns;
        if missing < 0x8000 {
            grid.next = number.wrapping_add(1);
            grid.last_ns = at_ns;
        }
        let Some(tally) = tally else { return };
        tally.received += 1;
        tally.lost += if missing < 0x8000 { u64::from(missing) } else { 0 };
        tally.late_20ms += u64::from(late_ns > 20 * MS as i64);
        tally.late_40ms += u64::from(late_ns > 40 * MS as i64);
        tally.worst_late_ms = tally.worst_late_ms.max(late_ns as f64 / MS as f64);
        tally.worst_gap_ms = tally.worst_gap_ms.max(gap_ns as f64 / MS as f64);
    }
}

/// If a mu-law byte is louder than about -50 dB.
fn is_loud(byte: u8) -> bool {
    !byte & 0x7f >= 0x20
}

/// A stream both ways, with its socket.
pub struct Stream {
    /// Its socket.
    pub socket: UdpSocket,
    /// The address that the socket has.
    pub local: SocketAddrV4,
    /// Where it sends; packets from elsewhere are strange. Nothing while it is not in use.
    pub far: Option<SocketAddrV4>,
    /// What has been counted.
    pub tally: Tally,
    /// Measures what comes in.
    pub meter: Meter,
    /// When the first packet came, in ns since 1970.
    pub first_ns: Option<u64>,
    /// When the first packet came that one can hear, in ns since 1970.
    pub sound_ns: Option<u64>,
    keys: VecDeque<u8>,
    key_sent: u32,
    key_begin: u32,
    number: u16,
    stamp: u32,
    ssrc: u32,
}

impl Stream {
    /// A stream that is not in use yet.
    pub fn new(socket: UdpSocket, local: SocketAddrV4, ssrc: u32) -> Self {
        Self {
            socket,
            local,
            far: None,
            tally: Tally::default(),
            meter: Meter::default(),
            first_ns: None,
            sound_ns: None,
            keys: VecDeque::new(),
            key_sent: 0,
            key_begin: 0,
            number: 0,
            stamp: 0,
            ssrc,
        }
    }

    /// Makes it ready for another call.
    pub fn release(&mut self) {
        self.far = None;
        self.meter = Meter::default();
        (self.first_ns, self.sound_ns) = (None, None);
        self.keys.clear();
        self.key_sent = 0;
        self.ssrc = self.ssrc.wrapping_add(0x10_0000);
    }

    /// Presses keys, one after another, instead of sending audio.
    pub fn press(&mut self, keys: &str) {
        let events = keys.bytes().filter_map(|key| match key {
            b'0'..=b'9' => Some(key - b'0'),
            b'*' => Some(10),
            b'#' => Some(11),
            _ => None,
        });
        self.keys.extend(events);
    }

    /// Sends the packet of this 20 ms, if it knows where to. `packet` holds the sound.
    pub fn send(&mut self, packet: &mut [u8; PACKET], stamped: bool, counting: bool) {
        let Some(far) = self.far else { return };
        let length = self.write(packet, stamped);
        self.number = self.number.wrapping_add(1);
        self.stamp = self.stamp.wrapping_add(SAMPLES);
        // What cannot be sent is missed by the receiver, which counts it.
        let sent = self.socket.send_to(&packet[..length], far).is_ok();
        self.tally.sent += u64::from(sent && counting);
    }

    fn write(&mut self, packet: &mut [u8; PACKET], stamped: bool) -> usize {
        packet[0] = 0x80;
        packet[2..4].copy_from_slice(&self.number.to_be_bytes());
        packet[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        if let Some(&event) = self.keys.front() {
            return self.write_key(packet, event);
        }
        packet[1] = 0;
        packet[4..8].copy_from_slice(&self.stamp.to_be_bytes());
        if stamped {
            packet[12..16].copy_from_slice(&STAMP);
            packet[16..24].copy_from_slice(&now_ns().to_be_bytes());
        }
        PACKET
    }

    fn write_key(&mut self, packet: &mut [u8; PACKET], event: u8) -> usize {
        if self.key_sent == 0 {
            self.key_begin = self.stamp;
        }
        let is_first = self.key_sent == 0;
        self.key_sent += 1;
        let is_end = self.key_sent > KEY_PACKETS;
        let duration = self.key_sent.min(KEY_PACKETS) * SAMPLES;
        packet[1] = if is_first { 0x80 | 101 } else { 101 };
        packet[4..8].copy_from_slice(&self.key_begin.to_be_bytes());
        packet[12] = event;
        packet[13] = if is_end { 0x80 | 10 } else { 10 };
        packet[14..16].copy_from_slice(&(duration as u16).to_be_bytes());
        if self.key_sent == KEY_PACKETS + 3 {
            self.keys.pop_front();
            self.key_sent = 0;
        }
        16
    }

    /// Takes a packet that its socket received. Nothing for what is no audio of the far side.
    pub fn take(
        &mut self,
        packet: &[u8],
        from: SocketAddrV4,
        at_ns: u64,
        counting: bool,
    ) -> Option<Heard> {
        if self.far != Some(from) {
            // A leg that ended a moment ago still sends: only a stream in use has strangers.
            self.tally.strange += u64::from(counting && self.far.is_some());
            return None;
        }
        let tally = counting.then_some(&mut self.tally);
        let heard = self.meter.take(packet, at_ns, tally)?;
        self.first_ns.get_or_insert(at_ns);
        if heard.audible {
            self.sound_ns.get_or_insert(at_ns);
        }
        Some(heard)
    }
}

/// A packet's worth of sound: a 500 Hz tone in mu-law, or silence.
pub fn sound(is_tone: bool) -> [u8; PACKET] {
    // One period of 16 samples, at about -20 dB, as mu-law bytes.
    const PERIOD: [u8; 16] = [
        0xff, 0xb9, 0xab, 0xa4, 0xa2, 0xa4, 0xab, 0xb9, 0xff, 0x39, 0x2b, 0x24, 0x22, 0x24, 0x2b,
        0x39,
    ];
    let mut packet = [0xff; PACKET];
    if is_tone {
        for (place, byte) in packet[12..].iter_mut().enumerate() {
            *byte = PERIOD[place % PERIOD.len()];
        }
    }
    packet
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u16, mark: bool) -> [u8; PACKET] {
        let mut packet = sound(true);
        packet[0] = 0x80;
        packet[1] = if mark { 0x80 } else { 0 };
        packet[2..4].copy_from_slice(&number.to_be_bytes());
        packet[4..8].copy_from_slice(&(u32::from(number) * SAMPLES).to_be_bytes());
        packet[8..12].copy_from_slice(&7_u32.to_be_bytes());
        packet
    }

    #[test]
    fn lateness_is_counted_against_the_streams_own_grid() {
        let (mut meter, mut tally) = (Meter::default(), Tally::default());
        // The second is early and moves the grid; the fourth is 25 ms late, the fifth in time.
        for (number, at_ms) in [(0, 105), (1, 120), (2, 140), (3, 185), (4, 181), (6, 220)] {
            let heard = meter.take(&packet(number, false), at_ms * MS, Some(&mut tally));
            assert!(heard.is_some_and(|heard| heard.audible));
        }
        assert_eq!((tally.received, tally.lost), (6, 1));
        assert_eq!((tally.late_20ms, tally.late_40ms), (1, 0));
        assert!((tally.worst_late_ms - 25.0).abs() < 0.01, "{}", tally.worst_late_ms);
    }

    #[test]
    fn a_marked_packet_begins_a_new_grid() {
        let (mut meter, mut tally) = (Meter::default(), Tally::default());
        meter.take(&packet(0, false), 100 * MS, Some(&mut tally));
        meter.take(&packet(1, true), 400 * MS, Some(&mut tally));
        meter.take(&packet(2, false), 420 * MS, Some(&mut tally));
        assert_eq!((tally.received, tally.late_20ms), (3, 0));
    }

    #[test]
    fn silence_is_not_heard() {
        let mut quiet = sound(false);
        quiet[0] = 0x80;
        quiet[1] = 0;
        let heard = Meter::default().take(&quiet, MS, None);
        assert_eq!(heard, Some(Heard::default()));
    }
}
