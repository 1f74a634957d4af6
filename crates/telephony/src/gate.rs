//! The gate: how much a source may begin, who is banned, when there is too much to do.
//!
//! Nothing here looks into a message; [`wire`](crate::wire) does that. Tables have limits: the
//! source that was seen longest ago is forgotten first. Only sources that may speak get into them,
//! so that strangers cannot push anybody out.

mod load;
mod sources;

use std::net::IpAddr;

pub use load::Load;
use sources::Sources;
pub(crate) use sources::customer;

/// What one source may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests outside of calls a second: new calls, registrations, OPTIONS. Those of a trunk's
    /// address do not count, nor do retransmissions of an INVITE. Ten times as many messages may
    /// come that begin nothing: requests within calls, retransmissions, responses.
    pub requests_per_s: u32,
    /// How many may come at once after a pause.
    pub burst: u32,
    /// So many wrong passwords ...
    pub failures: u32,
    /// ... within this time, in milliseconds, ...
    pub failure_window_ms: u64,
    /// ... ban a source for this time, in milliseconds.
    pub ban_ms: u64,
    /// While there is too much to do, so many new calls are refused with 503 that the others are
    /// answered within this time; in milliseconds.
    pub max_wait_ms: u64,
}

impl Default for Limits {
    /// 100 requests a second and 200 at once; ten wrong passwords in a minute ban for ten minutes;
    /// 300 ms of waiting, which is before the first retransmission.
    fn default() -> Self {
        Self {
            requests_per_s: 100,
            burst: 200,
            failures: 10,
            failure_window_ms: 60_000,
            ban_ms: 600_000,
            max_wait_ms: 300,
        }
    }
}

/// How fast something may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// So many a second on average.
    pub per_s: u32,
    /// So many at once after a pause.
    pub burst: u32,
}

/// What becomes of something that comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken.
    Take,
    /// It is refused, and told so.
    Refuse,
    /// It is passed over in silence: the source was told a moment ago.
    Drop,
}

/// A source is told once in this time that it sends too much, in milliseconds.
const REFUSAL_EVERY_MS: u64 = 1_000;

/// So many messages that begin nothing belong to one that begins something: ACK, BYE, keys,
/// responses, and what is sent again of them.
const REST: u32 = 10;

/// How many malformed requests of a source are answered.
const ANSWERS: Rate = Rate { per_s: 10, burst: 20 };

/// What is known of the sources.
#[derive(Debug)]
pub struct Gate {
    limits: Limits,
    sources: Sources,
}

impl Gate {
    /// A gate that knows nobody yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, sources: Sources::default() }
    }

    /// Changes the limits; what is known of sources stays.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// The limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Whether the source is banned at this time.
    pub fn is_banned(&self, now_ms: u64, ip: IpAddr) -> bool {
        self.sources.get(ip).is_some_and(|source| source.banned_until_ms > now_ms)
    }

    /// A source begins something. `rate` is a trunk's own; None: the usual limits.
    pub fn begin(&mut self, now_ms: u64, ip: IpAddr, rate: Option<Rate>) -> Verdict {
        let usual = Rate { per_s: self.limits.requests_per_s, burst: self.limits.burst };
        let source = self.sources.touch(ip);
        if source.requests.take(now_ms, rate.unwrap_or(usual)) {
            return Verdict::Take;
        }
        if now_ms < source.told_at_ms {
            return Verdict::Drop;
        }
        source.told_at_ms = now_ms.saturating_add(REFUSAL_EVERY_MS);
        Verdict::Refuse
    }

    /// A source goes on with what it has begun. `rate` is what it may begin, as for
    /// [`Self::begin`].
    pub fn go_on(&mut self, now_ms: u64, ip: IpAddr, rate: Option<Rate>) -> Verdict {
        let usual = Rate { per_s: self.limits.requests_per_s, burst: self.limits.burst };
        let Rate { per_s, burst } = rate.unwrap_or(usual);
        let rate = Rate { per_s: per_s.saturating_mul(REST), burst: burst.saturating_mul(REST) };
        let is_taken = self.sources.touch(ip).rest.take(now_ms, rate);
        if is_taken { Verdict::Take } else { Verdict::Drop }
    }

    /// Whether something malformed from the source is answered.
    pub fn answers(&mut self, now_ms: u64, ip: IpAddr) -> bool {
        self.sources.touch(ip).answers.take(now_ms, ANSWERS)
    }

    /// A source has given a wrong password. True when that bans it.
    pub fn failed(&mut self, now_ms: u64, ip: IpAddr) -> bool {
        let Limits { failures, failure_window_ms, ban_ms, .. } = self.limits;
        let source = self.sources.touch(ip);
        if now_ms >= source.window_ends_ms {
            source.window_ends_ms = now_ms.saturating_add(failure_window_ms);
            source.failures = 0;
        }
        source.failures += 1;
        let is_too_much = source.failures >= failures;
        if is_too_much {
            source.banned_until_ms = now_ms.saturating_add(ban_ms);
            source.window_ends_ms = 0;
        }
        is_too_much
    }

    /// Lifts the ban of a source. True when there was one.
    pub fn pardon(&mut self, now_ms: u64, ip: IpAddr) -> bool {
        let was_banned = self.is_banned(now_ms, ip);
        self.sources.touch(ip).banned_until_ms = 0;
        was_banned
    }

    /// Who is banned at this time, with the time that is left in milliseconds.
    pub fn banned(&self, now_ms: u64) -> Vec<(IpAddr, u64)> {
        let banned = self.sources.iter().filter(|(_, source)| source.banned_until_ms > now_ms);
        banned.map(|(ip, source)| (ip, source.banned_until_ms - now_ms)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    fn gate() -> Gate {
        Gate::new(Limits { requests_per_s: 10, burst: 20, ..Limits::default() })
    }

    #[test]
    fn a_source_that_begins_too_much_is_told_once_and_then_passed_over() {
        let mut gate = gate();
        let verdicts: Vec<_> = (0..40).map(|_| gate.begin(1_000, ip(1), None)).collect();
        assert!(verdicts[..20].iter().all(|v| *v == Verdict::Take));
        assert_eq!(verdicts[20], Verdict::Refuse);
        assert!(verdicts[21..].iter().all(|v| *v == Verdict::Drop));
        assert_eq!(gate.begin(1_000, ip(2), None), Verdict::Take, "another source");
        assert_eq!(gate.begin(1_099, ip(1), None), Verdict::Drop);
        assert_eq!(gate.begin(1_100, ip(1), None), Verdict::Take, "one in 100 ms");
        assert_eq!(gate.begin(1_100, ip(1), None), Verdict::Drop);
        assert_eq!(gate.begin(2_000, ip(1), None), Verdict::Take);
    }

    #[test]
    fn a_steady_source_below_the_rate_is_always_taken() {
        let mut gate = gate();
        assert!((0..1_000).all(|at| gate.begin(at * 100, ip(1), None) == Verdict::Take));
        let fast = Some(Rate { per_s: 1_000, burst: 1_000 });
        assert!((0..1_000).all(|at| gate.begin(200_000 + at, ip(2), fast) == Verdict::Take));
        let none = Some(Rate { per_s: 0, burst: 0 });
        assert_eq!(gate.begin(0, ip(3), none), Verdict::Refuse);
    }

    #[test]
    fn what_goes_on_has_a_rate_of_its_own() {
        let mut gate = gate();
        assert!((0..100).any(|_| gate.begin(0, ip(1), None) == Verdict::Drop));
        let taken = (0..1_000).filter(|_| gate.go_on(0, ip(1), None) == Verdict::Take).count();
        assert_eq!(taken, 200);
        assert_eq!(gate.go_on(10, ip(1), None), Verdict::Take, "100 a second");
        assert_eq!(gate.go_on(10, ip(1), None), Verdict::Drop);
        let trunk = Some(Rate { per_s: 100, burst: 100 });
        let taken = (0..2_000).filter(|_| gate.go_on(0, ip(2), trunk) == Verdict::Take).count();
        assert_eq!(taken, 1_000);
    }

    #[test]
    fn a_network_of_ipv6_addresses_is_one_source() {
        let ip = |text: &str| -> IpAddr { text.parse().unwrap() };
        let mut gate = gate();
        let of_one = |host: u32| ip(&format!("2001:db8:0:1::{host:x}"));
        let taken = (0..1_000).filter(|at| gate.begin(0, of_one(*at), None) == Verdict::Take);
        assert_eq!(taken.count(), 20);
        assert_eq!(gate.begin(0, ip("2001:db8:0:2::1"), None), Verdict::Take, "another network");
        // Changing the address does not help against a ban either.
        assert!((0..10).any(|host| gate.failed(0, of_one(host))));
        assert!(gate.is_banned(0, of_one(77)) && !gate.is_banned(0, ip("2001:db8:0:3::1")));
        // Of IPv4 written as IPv6 each address counts.
        let mut gate = self::gate();
        let mapped = |last: u32| ip(&format!("::ffff:192.0.2.{last}"));
        assert!((0..100).all(|last| gate.begin(0, mapped(last), None) == Verdict::Take));
    }

    #[test]
    fn wrong_passwords_ban_and_the_ban_ends() {
        let mut gate = gate();
        assert!((0..9).all(|at| !gate.failed(at * 1_000, ip(1))));
        assert!(!gate.is_banned(9_000, ip(1)));
        assert!(gate.failed(9_000, ip(1)));
        assert!(gate.is_banned(608_999, ip(1)) && !gate.is_banned(609_000, ip(1)));
        assert_eq!(gate.banned(9_000), [(ip(1), 600_000)]);
        assert!(gate.pardon(10_000, ip(1)) && !gate.is_banned(10_000, ip(1)));
        // Slow ones stay below.
        assert!((0..100).all(|at| !gate.failed(at * 7_000, ip(2))));
    }

    #[test]
    fn malformed_requests_are_answered_within_a_rate() {
        let mut gate = gate();
        let answered = (0..100).filter(|_| gate.answers(0, ip(1))).count();
        assert_eq!(answered, 20);
    }
}
