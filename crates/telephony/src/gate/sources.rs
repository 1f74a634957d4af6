//! What is remembered of each source, within a limit.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use super::Rate;

/// The most sources that are remembered.
const MAX_SOURCES: usize = 8_192;

/// One source.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Source {
    pub(super) requests: Bucket,
    /// What begins nothing.
    pub(super) rest: Bucket,
    pub(super) answers: Bucket,
    /// When it may be told again that it sends too much.
    pub(super) told_at_ms: u64,
    pub(super) failures: u32,
    pub(super) window_ends_ms: u64,
    pub(super) banned_until_ms: u64,
}

/// A token bucket. Tokens are kept in thousandths, so that nothing is lost to rounding.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    /// Tokens and the time that they are for; None before the first.
    state: Option<(u64, u64)>,
}

impl Bucket {
    /// Takes a token when there is one.
    pub(super) fn take(&mut self, now_ms: u64, rate: Rate) -> bool {
        let full = u64::from(rate.burst) * 1_000;
        let (tokens, at_ms) = self.state.unwrap_or((full, now_ms));
        let grown = now_ms.saturating_sub(at_ms).saturating_mul(u64::from(rate.per_s));
        let tokens = tokens.saturating_add(grown).min(full);
        let is_taken = tokens >= 1_000;
        self.state = Some((if is_taken { tokens - 1_000 } else { tokens }, now_ms));
        is_taken
    }
}

/// The sources that were seen last.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// With the turn at which each was seen last.
    by_ip: HashMap<IpAddr, (Source, u64)>,
    by_turn: BTreeMap<u64, IpAddr>,
    turn: u64,
}

impl Sources {
    pub(super) fn get(&self, ip: IpAddr) -> Option<&Source> {
        self.by_ip.get(&customer(ip)).map(|(source, _)| source)
    }

    /// The source, as the one that was seen last.
    pub(super) fn touch(&mut self, ip: IpAddr) -> &mut Source {
        let ip = customer(ip);
        self.turn += 1;
        if self.by_ip.len() >= MAX_SOURCES
            && !self.by_ip.contains_key(&ip)
            && let Some((_, oldest)) = self.by_turn.pop_first()
        {
            self.by_ip.remove(&oldest);
        }
        let (source, turn) = self.by_ip.entry(ip).or_default();
        self.by_turn.remove(turn);
        *turn = self.turn;
        self.by_turn.insert(self.turn, ip);
        source
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (IpAddr, &Source)> {
        self.by_ip.iter().map(|(ip, (source, _))| (*ip, source))
    }
}

/// One customer has a /64 of IPv6 addresses at the least: they count as one source.
pub(crate) fn customer(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_that_was_seen_longest_ago_is_forgotten() {
        let mut sources = Sources::default();
        let ip = |at: u32| IpAddr::from(at.to_be_bytes());
        let count = u32::try_from(MAX_SOURCES).unwrap();
        (0..count).for_each(|at| sources.touch(ip(at)).failures = at);
        sources.touch(ip(0));
        sources.touch(ip(count));
        assert!(sources.get(ip(0)).is_some() && sources.get(ip(1)).is_none());
        assert_eq!((sources.by_ip.len(), sources.by_turn.len()), (MAX_SOURCES, MAX_SOURCES));
    }

    #[test]
    fn a_network_of_ipv6_is_one_source() {
        let mut sources = Sources::default();
        sources.touch("2001:db8::1".parse().unwrap()).failures = 7;
        assert_eq!(sources.get("2001:db8::2".parse().unwrap()).unwrap().failures, 7);
        assert!(sources.get("2001:db8:0:1::1".parse().unwrap()).is_none());
        sources.touch("::ffff:192.0.2.1".parse().unwrap()).failures = 3;
        assert_eq!(sources.get("192.0.2.1".parse().unwrap()).unwrap().failures, 3);
    }
}
