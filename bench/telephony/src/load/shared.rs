//! What a load and who runs it tell each other while it runs.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A call that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The caller's number after `+1480`.
    pub caller: u64,
    /// When, in ns since 1970.
    pub at_ns: u64,
}

/// A call that was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The caller's number after `+1480`.
    pub caller: u64,
    /// When its first INVITE was sent, in ns since 1970.
    pub at_ns: u64,
}

/// Signals and counts.
#[derive(Debug, Default)]
pub struct Shared {
    ready: AtomicBool,
    measuring: AtomicBool,
    hang_up: AtomicBool,
    aborted: AtomicBool,
    active: AtomicU64,
    answered: AtomicU64,
    ended: AtomicU64,
    talking: AtomicU64,
    answers: Mutex<Vec<Answered>>,
    placed: Mutex<Vec<Placed>>,
}

impl Shared {
    /// If the phones are registered and calls begin.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    /// Packets of audio count from now on, or no more.
    pub fn measure(&self, on: bool) {
        self.measuring.store(on, Ordering::Relaxed);
    }

    /// Everybody hangs up; no more calls are placed.
    pub fn hang_up(&self) {
        self.hang_up.store(true, Ordering::Relaxed);
    }

    /// The load ends at once, without a word to the server.
    pub fn abort(&self) {
        self.aborted.store(true, Ordering::Relaxed);
    }

    /// Calls that were placed and have not ended.
    pub fn active(&self) -> u64 {
        self.active.load(Ordering::Relaxed)
    }

    /// Calls that were answered.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Calls that have ended, one way or another.
    pub fn ended(&self) -> u64 {
        self.ended.load(Ordering::Relaxed)
    }

    /// Phones of agents that talk.
    pub fn talking(&self) -> u64 {
        self.talking.load(Ordering::Relaxed)
    }

    /// Takes the calls that were answered since the last time.
    pub fn take_answers(&self) -> Vec<Answered> {
        let mut answers = self.answers.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        std::mem::take(&mut *answers)
    }

    /// Takes the calls that were placed since the last time.
    pub fn take_placed(&self) -> Vec<Placed> {
        let mut placed = self.placed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        std::mem::take(&mut *placed)
    }

    pub(super) fn set_ready(&self) {
        self.ready.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_measuring(&self) -> bool {
        self.measuring.load(Ordering::Relaxed)
    }

    pub(super) fn is_told_to_hang_up(&self) -> bool {
        self.hang_up.load(Ordering::Relaxed)
    }

    pub(super) fn is_aborted(&self) -> bool {
        self.aborted.load(Ordering::Relaxed)
    }

    pub(super) fn note_placed(&self, call: Placed) {
        self.placed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(call);
        self.active.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn note_answered(&self, answered: Answered) {
        self.answered.fetch_add(1, Ordering::Relaxed);
        let mut answers = self.answers.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        answers.push(answered);
    }

    pub(super) fn note_ended(&self) {
        self.active.fetch_sub(1, Ordering::Relaxed);
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn set_talking(&self, talking: usize) {
        self.talking.store(talking as u64, Ordering::Relaxed);
    }
}
