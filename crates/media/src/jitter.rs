//! An adaptive jitter buffer: packets in whenever they come, a frame of 20 ms out at each tick.
//!
//! Packets are decoded when they come and lie in a ring of half a second, each sample at the place
//! that its timestamp gives it; so order, doubles and packets of any duration need no care. Where
//! the reader finds nothing, a [`Concealer`] goes on with the sound.
//!
//! How far the reader stays behind follows the jitter: the time of the slowest packets of the last
//! two and a half seconds, relative to the fastest, and a margin. If the reader is too near or too
//! far, because the jitter changes or the sender's clock runs at another speed, one period of the
//! sound is doubled or left out; in silence it simply moves.

use core::time::Duration;

use crate::codec::Codec;
use crate::conceal::Concealer;
use crate::rtp::{Packet, SourceVerdict, SourceWatch, TimestampUnwrapper};
use crate::{FRAME_SAMPLES, Samples};

/// Samples in the ring: 512 ms.
const RING: usize = 4_096;

const FRAME: i64 = FRAME_SAMPLES as i64;

/// The longest payload that is taken, in samples: 200 ms.
const MAX_PAYLOAD: usize = 1_600;

/// Arrivals that the jitter is taken from.
const ARRIVALS: usize = 128;

/// The delay is computed anew after so many packets.
const REVIEW: usize = 16;

/// Added to the jitter measured, in samples: 5 ms.
const MARGIN: i64 = 40;

/// The reader may be nearer than it should by so much, in samples; less than the margin.
const TOO_NEAR: i64 = 32;

/// The reader may be farther than it should by so much, in samples.
const TOO_FAR: i64 = 160;

/// Ticks between two corrections by a period.
const CORRECTION_TICKS: u32 = 5;

/// The sender's time base is found anew after so many packets that were all too late or too early.
const MISPLACED: u32 = 5;

/// Root mean square below which nobody hears the reader move.
const QUIET: i64 = 60;

/// Bounds of the delay between the arrival of the fastest packets and their sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// The delay that is kept on a perfect network.
    pub min_delay: Duration,
    /// The delay before anything is known of the network.
    pub initial_delay: Duration,
    /// The delay that is never exceeded; at most 250 ms.
    pub max_delay: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            min_delay: Duration::from_millis(10),
            initial_delay: Duration::from_millis(40),
            max_delay: Duration::from_millis(200),
        }
    }
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It will be heard, at least in part.
    Stored,
    /// All of it was there already.
    Duplicate,
    /// Its time has passed.
    Late,
    /// Its time is farther off than the ring reaches.
    Early,
    /// It comes from another source, which is not believed yet; it is kept for the moment.
    Candidate,
    /// It is empty or longer than 200 ms.
    Refused,
}

/// What a frame is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Playout {
    /// Received sound alone.
    Audio,
    /// Made up sound, wholly or in part.
    Concealed,
    /// Nothing: the sender is silent, or has not begun.
    Silence,
}

/// Counts since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Packets that were stored.
    pub stored: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets that came too late.
    pub late: u64,
    /// Packets too far ahead of their time.
    pub early: u64,
    /// Frames with sound that was made up.
    pub concealed_frames: u64,
    /// Times that a period was left out.
    pub shortened: u64,
    /// Times that a period was doubled, or a frame waited for.
    pub lengthened: u64,
    /// Times that source or time base changed.
    pub restarts: u64,
}

/// The jitter buffer of one incoming stream.
#[derive(Clone, Debug)]
pub struct JitterBuffer {
    config: Config,
    ring: Box<[i16; RING]>,
    is_there: Box<[u64; RING / 64]>,
    timestamps: TimestampUnwrapper,
    /// The next sample to be heard, once there was a packet.
    playhead: Option<i64>,
    /// Whether the playhead has its place relative to the clock.
    is_placed: bool,
    transits: Transits,
    grid: Grid,
    misplaced: u32,
    since_correction: u32,
    watch: SourceWatch,
    candidate: Option<(Duration, u32, Vec<i16>)>,
    concealer: Concealer,
    scratch: Vec<i16>,
    stats: Stats,
}

impl JitterBuffer {
    /// An empty buffer.
    pub fn new(config: Config) -> Self {
        let target = samples(config.initial_delay);
        Self {
            config,
            ring: Box::new([0; RING]),
            is_there: Box::new([0; RING / 64]),
            timestamps: TimestampUnwrapper::default(),
            playhead: None,
            is_placed: false,
            transits: Transits::new(target),
            grid: Grid { start: 0, length: FRAME },
            misplaced: 0,
            since_correction: 0,
            watch: SourceWatch::default(),
            candidate: None,
            concealer: Concealer::default(),
            scratch: Vec::new(),
            stats: Stats::default(),
        }
    }

    /// Takes an audio packet that came `now`.
    pub fn push(&mut self, now: Duration, packet: &Packet<'_>, codec: Codec) -> Arrival {
        let mut decoded = core::mem::take(&mut self.scratch);
        decoded.clear();
        if packet.payload.len() <= MAX_PAYLOAD {
            codec.decode(packet.payload, &mut decoded);
        }
        let arrival = self.push_samples(now, packet, &decoded);
        self.scratch = decoded;
        arrival
    }

    fn push_samples(&mut self, now: Duration, packet: &Packet<'_>, sound: &[i16]) -> Arrival {
        if sound.is_empty() {
            return Arrival::Refused;
        }
        let timestamp = packet.header.timestamp;
        match self.watch.receive(now, &packet.header) {
            SourceVerdict::Current => {}
            SourceVerdict::Candidate => {
                self.candidate = Some((now, timestamp, sound.to_vec()));
                return Arrival::Candidate;
            }
            SourceVerdict::Changed => {
                self.restart();
                let candidate = self.candidate.take();
                let near = |then: &u32| timestamp.wrapping_sub(*then) <= MAX_PAYLOAD as u32;
                if let Some((at, then, before)) = candidate.filter(|(_, then, _)| near(then)) {
                    self.store(at, then, &before);
                }
            }
        }
        let mut arrival = self.store(now, timestamp, sound);
        let is_misplaced = matches!(arrival, Arrival::Late | Arrival::Early);
        self.misplaced = if is_misplaced { self.misplaced + 1 } else { 0 };
        // With nothing to be heard, a sender that begins again is believed at once.
        let begins = is_misplaced && self.concealer.is_silent() && !self.has_sound();
        if self.misplaced >= MISPLACED || begins {
            self.restart();
            arrival = self.store(now, timestamp, sound);
        }
        arrival
    }

    /// Forgets the sender's time base, and what was not heard yet.
    fn restart(&mut self) {
        if self.playhead.is_some() {
            self.stats.restarts += 1;
        }
        self.is_there.fill(0);
        self.timestamps = TimestampUnwrapper::default();
        self.playhead = None;
        self.is_placed = false;
        self.transits = Transits::new(self.transits.target);
        self.misplaced = 0;
    }

    fn store(&mut self, now: Duration, timestamp: u32, sound: &[i16]) -> Arrival {
        let start = self.timestamps.unwrap(timestamp);
        let end = start + sound.len() as i64;
        self.transits.note(samples(now) - start, &self.config);
        self.grid = Grid { start, length: sound.len() as i64 };
        let playhead = *self.playhead.get_or_insert(start - samples(self.config.max_delay));
        if end <= playhead {
            self.stats.late += 1;
            return Arrival::Late;
        }
        if end > playhead + RING as i64 {
            self.stats.early += 1;
            return Arrival::Early;
        }
        let mut is_new = false;
        let skipped = (playhead - start).max(0) as usize;
        for (at, sample) in (start..).zip(sound).skip(skipped) {
            let (place, bit) = place(at);
            is_new |= self.is_there[place / 64] & bit == 0;
            self.is_there[place / 64] |= bit;
            self.ring[place] = *sample;
        }
        if !is_new {
            self.stats.duplicates += 1;
            return Arrival::Duplicate;
        }
        self.stats.stored += 1;
        Arrival::Stored
    }

    /// Gives the frame that is to be heard `now`. Call it every 20 ms.
    pub fn tick(&mut self, now: Duration, out: &mut Samples) -> Playout {
        let Some(playhead) = self.playhead else {
            self.concealer.conceal(out);
            return self.without_sound();
        };
        // What should have come by now, however slow it was.
        let arrived = samples(now) - self.transits.fastest - self.transits.target;
        let playhead = self.place_reader(playhead, arrived);
        let error = arrived - playhead - self.grid.wait(playhead);
        self.since_correction = self.since_correction.saturating_add(1);
        if self.since_correction >= CORRECTION_TICKS {
            if error > TOO_FAR && self.shorten(playhead, out) {
                return Playout::Audio;
            }
            if error < -TOO_NEAR {
                return self.lengthen(playhead, out);
            }
        }
        self.playhead = Some(playhead + FRAME);
        self.read(playhead, out)
    }

    /// Moves the reader to where it should be, if nobody hears it.
    fn place_reader(&mut self, playhead: i64, arrived: i64) -> i64 {
        let error = arrived - playhead - self.grid.wait(playhead);
        let far = RING as i64 / 2;
        let is_off = !(-TOO_NEAR..=TOO_FAR).contains(&error);
        let is_unheard = !self.is_placed || error.abs() > far || is_off && self.is_quiet();
        if !is_unheard {
            return playhead;
        }
        self.is_placed = true;
        let aligned = arrived - (arrived - self.grid.start).rem_euclid(FRAME);
        let place = aligned - self.grid.wait(aligned);
        self.forget(playhead, place);
        place
    }

    fn is_quiet(&self) -> bool {
        let squares = self.concealer.history().iter().map(|sample| i64::from(*sample).pow(2));
        squares.sum::<i64>() < QUIET * QUIET * self.concealer.history().len() as i64
    }

    fn without_sound(&mut self) -> Playout {
        if self.concealer.is_silent() {
            return Playout::Silence;
        }
        self.stats.concealed_frames += 1;
        Playout::Concealed
    }

    /// Reads a frame, and makes up what is not there.
    fn read(&mut self, playhead: i64, out: &mut Samples) -> Playout {
        let (mut from, mut made_up, mut real) = (0, false, false);
        while from < FRAME_SAMPLES {
            let is_there = self.is_there(playhead + from as i64);
            let rest = from + 1..FRAME_SAMPLES;
            let to = rest
                .clone()
                .find(|at| self.is_there(playhead + *at as i64) != is_there)
                .unwrap_or(FRAME_SAMPLES);
            if is_there {
                self.copy(playhead + from as i64, &mut out[from..to]);
                self.concealer.real(&mut out[from..to]);
                real = true;
            } else {
                self.concealer.conceal(&mut out[from..to]);
                made_up = true;
            }
            from = to;
        }
        self.forget(playhead, playhead + FRAME);
        match (real, made_up) {
            (true, false) => Playout::Audio,
            (true, true) => {
                self.stats.concealed_frames += 1;
                Playout::Concealed
            }
            (false, _) => self.without_sound(),
        }
    }

    /// Leaves one period out, if all the sound for it is there.
    fn shorten(&mut self, playhead: i64, out: &mut Samples) -> bool {
        let period = self.concealer.period();
        let length = FRAME_SAMPLES + period;
        if !self.holds(playhead, length) {
            return false;
        }
        let mut sound = [0; 2 * FRAME_SAMPLES];
        self.copy(playhead, &mut sound[..length]);
        for (at, sample) in out.iter_mut().enumerate() {
            *sample = blend(sound[at], sound[at + period], at, period);
        }
        self.advance(playhead, length);
        self.concealer.real(out);
        self.stats.shortened += 1;
        true
    }

    /// Plays one period twice; if the frame is not there yet, waits for it.
    fn lengthen(&mut self, playhead: i64, out: &mut Samples) -> Playout {
        self.stats.lengthened += 1;
        if !self.holds(playhead, FRAME_SAMPLES) {
            self.since_correction = 0;
            self.concealer.conceal(out);
            return self.without_sound();
        }
        let period = self.concealer.period();
        let mut sound = [0; 2 * FRAME_SAMPLES];
        let history = self.concealer.history();
        sound[..period].copy_from_slice(&history[history.len() - period..]);
        self.copy(playhead, &mut sound[period..period + FRAME_SAMPLES]);
        for (at, sample) in out.iter_mut().enumerate() {
            *sample = blend(sound[at + period], sound[at], at, period);
        }
        self.advance(playhead, FRAME_SAMPLES - period);
        self.concealer.real(out);
        Playout::Audio
    }

    fn advance(&mut self, playhead: i64, length: usize) {
        let next = playhead + length as i64;
        self.forget(playhead, next);
        self.playhead = Some(next);
        self.since_correction = 0;
    }

    fn is_there(&self, at: i64) -> bool {
        let (place, bit) = place(at);
        self.is_there[place / 64] & bit != 0
    }

    fn holds(&self, from: i64, length: usize) -> bool {
        (from..from + length as i64).all(|at| self.is_there(at))
    }

    fn has_sound(&self) -> bool {
        self.is_there.iter().any(|word| *word != 0)
    }

    fn copy(&self, from: i64, out: &mut [i16]) {
        for (at, sample) in (from..).zip(out) {
            *sample = self.ring[place(at).0];
        }
    }

    /// Empties the ring from one place to another, which may lie behind it.
    fn forget(&mut self, from: i64, to: i64) {
        if to - from >= RING as i64 || from - to >= RING as i64 {
            self.is_there.fill(0);
            return;
        }
        for at in from..to {
            let (place, bit) = place(at);
            self.is_there[place / 64] &= !bit;
        }
        // Moving back, the ring must not hold more than its size ahead of the reader.
        for at in to..from {
            let (place, bit) = place(at);
            self.is_there[place / 64] &= !bit;
        }
    }

    /// Counts since the beginning.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// The delay that the buffer aims at.
    pub fn target_delay(&self) -> Duration {
        Duration::from_micros(self.transits.target as u64 * 125)
    }

    /// The source that is heard.
    pub fn source(&self) -> Option<u32> {
        self.watch.current()
    }
}

/// Samples of 8 kHz in a time.
fn samples(time: Duration) -> i64 {
    (time.as_micros() / 125) as i64
}

/// Where in the ring a sample lies: its index, and its bit in the word of 64.
fn place(at: i64) -> (usize, u64) {
    let place = at.rem_euclid(RING as i64) as usize;
    (place, 1 << (place % 64))
}

/// From one sample to another over a period.
fn blend(from: i16, to: i16, at: usize, period: usize) -> i16 {
    if at >= period {
        return to;
    }
    let share = (at as i32 + 1) * 256 / (period as i32 + 1);
    ((i32::from(from) * (256 - share) + i32::from(to) * share) / 256) as i16
}

/// Where packets begin: a frame that does not begin with one must wait for the next.
#[derive(Clone, Copy, Debug)]
struct Grid {
    start: i64,
    length: i64,
}

impl Grid {
    /// How long after the packet that holds its first sample would be due, a frame that begins here
    /// or whole frames later may have to wait for the packet that holds its last.
    fn wait(self, playhead: i64) -> i64 {
        let waits = (0..3).map(|frame| {
            let last = playhead + frame * FRAME + FRAME - 1;
            FRAME - 1 - (last - self.start).rem_euclid(self.length)
        });
        waits.max().unwrap_or(0).max(0)
    }
}

/// How long packets took, each relative to its timestamp, and the delay that follows from it.
#[derive(Clone, Debug)]
struct Transits {
    recent: [i64; ARRIVALS],
    count: usize,
    /// The shortest of the recent ones.
    fastest: i64,
    /// The delay to keep, in samples.
    target: i64,
}

impl Transits {
    fn new(target: i64) -> Self {
        Self { recent: [0; ARRIVALS], count: 0, fastest: 0, target }
    }

    fn note(&mut self, transit: i64, config: &Config) {
        self.fastest = if self.count == 0 { transit } else { self.fastest.min(transit) };
        self.recent[self.count % ARRIVALS] = transit;
        self.count += 1;
        if self.count.is_multiple_of(REVIEW) {
            self.review(config);
        }
    }

    fn review(&mut self, config: &Config) {
        let mut sorted = self.recent;
        let known = &mut sorted[..self.count.min(ARRIVALS)];
        known.sort_unstable();
        self.fastest = known[0];
        // One of 128 may be an outlier.
        let slowest = known[known.len() - 1 - known.len() / ARRIVALS];
        let (least, most) = (samples(config.min_delay), samples(config.max_delay).min(2_000));
        let wanted = (slowest - self.fastest + MARGIN).clamp(least.min(most), most);
        // Quickly up, slowly down.
        let step = wanted - self.target;
        self.target += if step > 0 { step } else { (step - 3) / 4 };
    }
}

#[cfg(test)]
mod tests;
