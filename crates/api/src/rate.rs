//! How often one address and one user may ask: token buckets, bounded in number.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use trunkline_accounts::UserId;

use crate::codes::Code;
use crate::problem::Problem;

/// How quickly somebody may ask.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// So many requests a second for a long time.
    pub per_second: f64,
    /// So many at once after a pause.
    pub burst: f64,
}

/// Buckets are kept for so many at once. Those that are full again are forgotten; who comes when
/// all are in use shares one bucket with all others who do.
const MOST: usize = 20_000;

/// How often full buckets are looked for at the most.
const SWEEP_EVERY_MS: i64 = 1_000;

/// Token buckets by key.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    rate: Rate,
    buckets: HashMap<Option<K>, Bucket>,
    /// When those that are full again were forgotten last.
    swept_ms: i64,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at_ms: i64,
}

impl<K: Eq + Hash> Buckets<K> {
    pub(crate) fn new(rate: Rate) -> Self {
        Self { rate, buckets: HashMap::new(), swept_ms: i64::MIN }
    }

    /// Takes a token, or says after how many milliseconds there will be one.
    pub(crate) fn take(&mut self, key: K, now_ms: i64) -> Result<(), u64> {
        let key = self.room_for(key, now_ms);
        let Rate { per_second, burst } = self.rate;
        let new = Bucket { tokens: burst, at_ms: now_ms };
        let bucket = self.buckets.entry(key).or_insert(new);
        *bucket = bucket.filled(now_ms, self.rate);
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(((1.0 - bucket.tokens) / per_second * 1000.0).ceil() as u64)
    }

    fn room_for(&mut self, key: K, now_ms: i64) -> Option<K> {
        let key = Some(key);
        if self.buckets.len() < MOST || self.buckets.contains_key(&key) {
            return key;
        }
        // Looking through all of them at each request would be the attack.
        if now_ms.saturating_sub(self.swept_ms) >= SWEEP_EVERY_MS {
            let rate = self.rate;
            self.buckets.retain(|_, bucket| bucket.filled(now_ms, rate).tokens < rate.burst);
            self.swept_ms = now_ms;
        }
        key.filter(|_| self.buckets.len() < MOST)
    }
}

impl Bucket {
    /// A clock that goes back fills nothing.
    fn filled(self, now_ms: i64, rate: Rate) -> Self {
        let passed_ms = now_ms.saturating_sub(self.at_ms).max(0);
        let tokens = self.tokens + passed_ms as f64 / 1000.0 * rate.per_second;
        Self { tokens: tokens.min(rate.burst), at_ms: now_ms }
    }
}

/// The limits of the whole interface.
#[derive(Debug)]
pub(crate) struct Limits {
    addresses: Mutex<Buckets<IpAddr>>,
    users: Mutex<Buckets<UserId>>,
}

impl Limits {
    pub(crate) fn new(address: Rate, user: Rate) -> Self {
        Self { addresses: Mutex::new(Buckets::new(address)), users: Mutex::new(Buckets::new(user)) }
    }

    /// A request of an address. An IPv6 address stands for its /64, which one customer has.
    pub(crate) fn address(&self, address: IpAddr, now_ms: i64) -> Result<(), Problem> {
        take(&self.addresses, network(address), now_ms)
    }

    /// A request of a user.
    pub(crate) fn user(&self, user: UserId, now_ms: i64) -> Result<(), Problem> {
        take(&self.users, user, now_ms)
    }
}

fn take<K: Eq + Hash>(buckets: &Mutex<Buckets<K>>, key: K, now_ms: i64) -> Result<(), Problem> {
    let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
    buckets
        .take(key, now_ms)
        .map_err(|wait_ms| Problem::of(Code::TooManyRequests).retry_after(wait_ms.div_ceil(1000)))
}

/// What stands for an address in tables of addresses.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 2.0, burst: 3.0 };

    #[test]
    fn a_burst_then_the_rate() {
        let mut buckets = Buckets::new(RATE);
        for _ in 0..3 {
            assert_eq!(buckets.take("a", 0), Ok(()));
        }
        assert_eq!(buckets.take("a", 0), Err(500));
        assert_eq!(buckets.take("b", 0), Ok(()), "another one's bucket");
        assert_eq!(buckets.take("a", 400), Err(100));
        assert_eq!(buckets.take("a", 500), Ok(()));
        assert_eq!(buckets.take("a", 0), Err(500), "a clock that goes back gives nothing");
    }

    #[test]
    fn a_flood_of_addresses_takes_bounded_memory() {
        let mut buckets = Buckets::new(RATE);
        for key in 0..MOST * 2 {
            let _ = buckets.take(key, 0);
        }
        assert!(buckets.buckets.len() <= MOST + 1);
        assert_eq!(buckets.take(MOST * 3, 60_000), Ok(()), "all are full again and forgotten");
        assert!(buckets.buckets.len() < 10);
    }

    #[test]
    fn an_ipv6_network_is_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
