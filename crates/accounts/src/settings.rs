//! Limits and times of accounts.

/// A minute in milliseconds.
pub(crate) const MINUTE_MS: i64 = 60_000;

/// An hour in milliseconds.
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;

/// A day in milliseconds.
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// Limits and times. The default is what a server uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What one password hash costs.
    pub cost: Cost,
    /// How many passwords are hashed at once: each takes a core, and [`Cost::memory_kib`].
    pub hashes_at_once: usize,
    /// How many callers may wait for that; the next ones get
    /// [`AccountsError::Busy`](crate::AccountsError::Busy).
    pub hashes_waiting: usize,
    /// A session that was not used for this long is over.
    pub session_idle_ms: i64,
    /// A session is over after this long, used or not.
    pub session_ms: i64,
    /// So many sessions a user may have; the oldest makes room for the next one.
    pub sessions_per_user: usize,
    /// So many failures of one name lock it.
    pub failures_per_name: u32,
    /// So many failures of one address lock it. An IPv6 address stands for its /64.
    pub failures_per_address: u32,
    /// Failures are counted within this time.
    pub failure_window_ms: i64,
    /// A lock lasts this long.
    pub lock_ms: i64,
    /// The first administrator's link is good for this long.
    pub setup_ms: i64,
    /// Audit records are kept this long…
    pub audit_keep_ms: i64,
    /// … but at most so many …
    pub audit_most: u64,
    /// … and at least so many of the newest, however old: a clock that is wrong for a moment must
    /// not empty the log.
    pub audit_least: u64,
}

impl Default for Settings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            cost: Cost::OWASP,
            hashes_at_once: cores.clamp(1, 4),
            hashes_waiting: 64,
            session_idle_ms: HOUR_MS,
            session_ms: 12 * HOUR_MS,
            sessions_per_user: 20,
            failures_per_name: 5,
            failures_per_address: 30,
            failure_window_ms: 15 * MINUTE_MS,
            lock_ms: 15 * MINUTE_MS,
            setup_ms: DAY_MS,
            audit_keep_ms: 400 * DAY_MS,
            audit_most: 1_000_000,
            audit_least: 10_000,
        }
    }
}

/// What one Argon2id hash costs. A hash of another cost is made anew when its user signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB, 8 or more.
    pub memory_kib: u32,
    /// Passes over the memory, 1 or more.
    pub passes: u32,
}

impl Cost {
    /// The least that the OWASP Password Storage Cheat Sheet recommends for Argon2id: 19 MiB, two
    /// passes, one lane.
    pub const OWASP: Self = Self { memory_kib: 19_456, passes: 2 };

    /// As cheap as can be: for tests alone.
    pub const TEST: Self = Self { memory_kib: 8, passes: 1 };
}
