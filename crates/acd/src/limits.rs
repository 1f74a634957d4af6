//! Named limits of a routing domain.

/// Contacts that may wait, be offered or be in a conversation at one time.
pub const MAX_CONTACTS: usize = 200_000;
/// Agents that a domain takes from its tenant.
pub const MAX_AGENTS: usize = 50_000;
/// Queues that a domain takes from its tenant.
pub const MAX_QUEUES: usize = 10_000;
/// Teams that a domain takes from its tenant.
pub const MAX_TEAMS: usize = 10_000;
/// Distribution groups of a queue.
pub const MAX_GROUPS: usize = 100;
/// Problems of a tenant that are kept; the rest are dropped.
pub const MAX_PROBLEMS: usize = 1_000;
/// Skill requirements of one contact.
pub const MAX_REQUIREMENTS: usize = 50;
/// Relaxations of one contact's skill requirements.
pub const MAX_RELAXATIONS: usize = 50;
/// Different combinations of skills that agents may have, those of earlier times included.
pub const MAX_PROFILES: usize = 100_000;
/// How much longer wrap-up lasts each time that an agent asks for it, in milliseconds.
pub const WRAP_UP_EXTENSION_MS: i64 = 60_000;
/// How often an agent may ask for it in one wrap-up.
pub const MAX_WRAP_UP_EXTENSIONS: u8 = 10;
/// The length of an interval of a queue's statistics, in milliseconds.
pub const INTERVAL_MS: i64 = 15 * 60 * 1_000;
/// Intervals that a queue remembers: a day.
pub const MAX_INTERVALS: usize = 96;
/// Different sets of skill requirements in use at one time: a newly Available agent is compared
/// with each set that waits for the agent's team.
pub const MAX_SKILL_SETS: usize = 1_024;
/// Bytes of an id, a session, a code or a skill's value in an input.
pub const MAX_TEXT: usize = 512;
/// Seconds that a contact may wait in a queue (Webex's system maximum).
pub const MAX_TIME_IN_QUEUE_S: u32 = 86_400;
/// Seconds that an agent's device may ring.
pub const MAX_RING_S: u32 = 600;
/// How often a contact goes back to its queue because the agent of its conversation was lost (D26).
pub const MAX_RETURNS: u8 = 2;
/// Waits of a queue that are remembered for the estimated wait.
pub const MAX_SAMPLES: usize = 128;
/// Waits that an estimate needs at least.
pub const MIN_SAMPLES: usize = 5;
/// How far back the estimate looks when not told otherwise, in milliseconds.
pub const LOOKBACK_MS: i64 = 30 * 60 * 1_000;
