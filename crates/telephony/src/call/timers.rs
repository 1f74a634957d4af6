//! The timers of a call.

/// What a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// It has rung too long.
    RingLimit,
    /// The provisional response has to be repeated (RFC 3261, section 13.3.1.1).
    Provisional,
    /// The ACK has not come in 64 T1.
    Ack,
    /// The call has lasted too long.
    Duration,
    /// The wait after both sides asked at once is over (RFC 3261, section 14.1).
    Glare,
    /// The INVITE that was cancelled has no final response in 64 T1.
    Cancel,
    /// A target has said nothing at all.
    Target,
    /// A reliable provisional response has no PRACK.
    Reliable,
    /// The session has to be refreshed (RFC 4028).
    Refresh,
    /// The session has not been refreshed.
    SessionEnd,
    /// Whether the other side is still there has to be asked.
    KeepAlive,
    /// An INVITE that was left behind has not come to its end.
    Stray,
}

const ALL: [Timer; 12] = [
    Timer::RingLimit,
    Timer::Provisional,
    Timer::Ack,
    Timer::Duration,
    Timer::Glare,
    Timer::Cancel,
    Timer::Target,
    Timer::Reliable,
    Timer::Refresh,
    Timer::SessionEnd,
    Timer::KeepAlive,
    Timer::Stray,
];

/// When each timer is due.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Timers(pub(super) [Option<u64>; ALL.len()]);

impl Timers {
    pub(super) fn set(&mut self, timer: Timer, at_ms: u64) {
        self.0[timer as usize] = Some(at_ms);
    }

    pub(super) fn clear(&mut self, timer: Timer) {
        self.0[timer as usize] = None;
    }

    pub(super) fn is_set(&self, timer: Timer) -> bool {
        self.0[timer as usize].is_some()
    }

    pub(super) fn next_ms(&self) -> Option<u64> {
        self.0.iter().flatten().min().copied()
    }

    /// Takes the timer that is due first, if any is due.
    pub(super) fn take_due(&mut self, now_ms: u64) -> Option<Timer> {
        let due = ALL.into_iter().filter_map(|timer| Some((self.0[timer as usize]?, timer)));
        let (at_ms, timer) = due.min_by_key(|(at_ms, _)| *at_ms)?;
        (at_ms <= now_ms).then(|| {
            self.clear(timer);
            timer
        })
    }
}
