//! When an access token is used, renewed and fetched: the policy, without a clock or a lock.

use secrecy::SecretString;

/// The lifetime of a token whose server names none, in milliseconds. Salesforce names none; its
/// shortest session is 15 minutes, and a 401 renews a token that ended earlier.
pub(crate) const DEFAULT_LIFETIME_MS: i64 = 15 * 60 * 1_000;

/// No token is trusted longer than this, whatever its server says, in milliseconds.
const MAX_LIFETIME_MS: i64 = 24 * 60 * 60 * 1_000;

/// A token is renewed this long before it ends, or a tenth of its lifetime if that is shorter.
const MARGIN_MS: i64 = 60_000;

/// After a failed renewal the next one waits so long while the old token still serves.
const HOLD_OFF_MS: i64 = 10_000;

/// A token as its endpoint gave it.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) token: SecretString,
    /// Its lifetime, if the endpoint named one.
    pub(crate) lifetime_ms: Option<i64>,
    /// What it may be used for, if the endpoint said so.
    pub(crate) scopes: Option<Vec<String>>,
}

/// A token in use.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) token: SecretString,
    /// Tells this token from those before and after it.
    pub(crate) serial: u64,
    pub(crate) scopes: Option<Vec<String>>,
    renew_ms: i64,
    end_ms: i64,
}

/// What a request that needs a token does.
pub(crate) enum Want {
    /// Uses this one; if `renew` is set, it also starts to fetch the next one.
    Use {
        /// The token.
        held: Held,
        /// Whether a fetch has to be started.
        renew: bool,
    },
    /// Waits for the fetch that is under way; if `fetch` is set, it starts that first.
    Wait {
        /// Whether a fetch has to be started.
        fetch: bool,
    },
}

/// The token of one connector.
#[derive(Default)]
pub(crate) struct TokenCache {
    held: Option<Held>,
    /// The one before, which answers that are still under way may mention.
    retired: Option<SecretString>,
    fetching: bool,
    hold_off_ms: i64,
    serials: u64,
}

impl TokenCache {
    /// What to do at `now_ms`. Counts the fetch that it asks for as begun.
    pub(crate) fn want(&mut self, now_ms: i64) -> Want {
        if let Some(held) = self.held.as_ref().filter(|held| now_ms < held.end_ms) {
            let due = now_ms >= held.renew_ms && now_ms >= self.hold_off_ms;
            let held = held.clone();
            return Want::Use { held, renew: due && self.begin() };
        }
        Want::Wait { fetch: self.begin() }
    }

    fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.fetching, true)
    }

    /// The fetch that was begun gave a token.
    pub(crate) fn fetched(&mut self, now_ms: i64, issued: Issued) -> Held {
        let lifetime = issued.lifetime_ms.unwrap_or(DEFAULT_LIFETIME_MS).clamp(0, MAX_LIFETIME_MS);
        let end_ms = now_ms.saturating_add(lifetime);
        self.serials += 1;
        let held = Held {
            token: issued.token,
            serial: self.serials,
            scopes: issued.scopes,
            renew_ms: end_ms - MARGIN_MS.min(lifetime / 10),
            end_ms,
        };
        self.retired = self.held.replace(held.clone()).map(|old| old.token).or(self.retired.take());
        self.fetching = false;
        self.hold_off_ms = i64::MIN;
        held
    }

    /// The fetch that was begun gave none.
    pub(crate) fn failed(&mut self, now_ms: i64) {
        self.fetching = false;
        self.hold_off_ms = now_ms.saturating_add(HOLD_OFF_MS);
    }

    /// The server refused the token with this serial. A newer one stays.
    pub(crate) fn rejected(&mut self, serial: u64) {
        if self.held.as_ref().is_some_and(|held| held.serial == serial) {
            self.retired = self.held.take().map(|held| held.token);
        }
    }

    /// The tokens that may still be seen somewhere.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = &SecretString> {
        self.held.iter().map(|held| &held.token).chain(&self.retired)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn issued(token: &str, lifetime_ms: Option<i64>) -> Issued {
        Issued { token: token.to_owned().into(), lifetime_ms, scopes: None }
    }

    fn tell(want: Want) -> String {
        match want {
            Want::Use { held, renew: false } => format!("use {}", held.token.expose_secret()),
            Want::Use { held, renew: true } => format!("renew {}", held.token.expose_secret()),
            Want::Wait { fetch: true } => "fetch".to_owned(),
            Want::Wait { fetch: false } => "wait".to_owned(),
        }
    }

    #[test]
    fn one_fetches_and_the_others_wait() {
        let mut cache = TokenCache::default();
        assert_eq!(tell(cache.want(0)), "fetch");
        assert_eq!(tell(cache.want(1)), "wait");
        cache.fetched(2, issued("a", Some(3_600_000)));
        assert_eq!(tell(cache.want(3)), "use a");
    }

    #[test]
    fn a_token_is_renewed_once_before_its_end_and_used_meanwhile() {
        let mut cache = TokenCache::default();
        cache.want(0);
        cache.fetched(0, issued("a", Some(3_600_000)));
        assert_eq!(tell(cache.want(3_539_999)), "use a");
        assert_eq!(tell(cache.want(3_540_000)), "renew a");
        assert_eq!(tell(cache.want(3_540_001)), "use a");
        cache.failed(3_540_500);
        assert_eq!(tell(cache.want(3_541_000)), "use a", "not again at once");
        assert_eq!(tell(cache.want(3_550_500)), "renew a");
        assert_eq!(tell(cache.want(3_600_000)), "wait", "its end has come");
        cache.fetched(3_600_100, issued("b", None));
        assert_eq!(tell(cache.want(3_600_200)), "use b");
        assert_eq!(tell(cache.want(3_600_100 + DEFAULT_LIFETIME_MS)), "fetch");
    }

    #[test]
    fn lifetimes_are_bounded() {
        let mut cache = TokenCache::default();
        for (lifetime, used) in [(i64::MAX, true), (0, false), (-5, false), (1, true)] {
            cache.want(0);
            cache.fetched(0, issued("a", Some(lifetime)));
            assert_eq!(tell(cache.want(0)) == "use a", used, "{lifetime}");
            cache.failed(0);
        }
        cache.fetched(0, issued("a", Some(i64::MAX)));
        assert_eq!(tell(cache.want(MAX_LIFETIME_MS)), "fetch");
    }

    #[test]
    fn only_the_refused_token_goes() {
        let mut cache = TokenCache::default();
        cache.want(0);
        let first = cache.fetched(0, issued("a", None));
        cache.rejected(first.serial);
        assert_eq!(tell(cache.want(1)), "fetch");
        cache.fetched(2, issued("b", None));
        cache.rejected(first.serial);
        assert_eq!(tell(cache.want(3)), "use b");
        let tokens: Vec<_> = cache.tokens().map(ExposeSecret::expose_secret).collect();
        assert_eq!(tokens, ["b", "a"]);
    }

    #[test]
    fn a_failed_first_fetch_can_be_tried_at_once() {
        let mut cache = TokenCache::default();
        cache.want(0);
        cache.failed(1);
        assert_eq!(tell(cache.want(1)), "fetch");
    }
}
