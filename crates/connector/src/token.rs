//! The access token of a connector: one fetch at a time, however many requests wait for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::grants::{Grant, TokenError, TokenHttp};
use crate::options::Clock;
use crate::secret::KnownSecrets;
use crate::token_cache::{Held, Issued, TokenCache, Want};

/// How long a fetch may take; it goes on when the request that began it has given up.
const FETCH_LIMIT: Duration = Duration::from_secs(15);

/// What the last fetch gave.
type Fetched = Option<Result<Held, Arc<TokenError>>>;

/// Gets and keeps the token of one connector.
pub(crate) struct TokenSource {
    grant: Box<dyn Grant>,
    http: TokenHttp,
    now: Clock,
    cache: Mutex<TokenCache>,
    /// Written only under the lock of `cache`, so that no waiter misses a fetch.
    last: watch::Sender<Fetched>,
}

impl TokenSource {
    pub(crate) fn new(grant: Box<dyn Grant>, http: TokenHttp, now: Clock) -> Arc<Self> {
        let cache = Mutex::new(TokenCache::default());
        Arc::new(Self { grant, http, now, cache, last: watch::Sender::new(None) })
    }

    /// A token that should be valid, after at most `limit`.
    pub(crate) async fn get(self: &Arc<Self>, limit: Duration) -> Result<Held, Arc<TokenError>> {
        let (held, fetch, mut last) = {
            let mut cache = self.lock();
            let last = self.last.subscribe();
            match cache.want((self.now)()) {
                Want::Use { held, renew } => (Some(held), renew, last),
                Want::Wait { fetch } => (None, fetch, last),
            }
        };
        // Not under the lock: a runtime that is ending drops the fetch at once, which takes it.
        if fetch {
            self.spawn();
        }
        if let Some(held) = held {
            return Ok(held);
        }
        let waited = tokio::time::timeout(limit, last.changed()).await;
        let fetched = last.borrow_and_update().clone();
        match (waited, fetched) {
            (Ok(Ok(())), Some(result)) => result,
            (Ok(_), _) => Err(Arc::new(self.grant.endpoint().unfinished())),
            (Err(_), _) => Err(Arc::new(self.grant.endpoint().late(limit))),
        }
    }

    /// Forgets the token with this serial, because the server refused it.
    pub(crate) fn reject(&self, serial: u64) {
        self.lock().rejected(serial);
    }

    /// Adds what must not be seen.
    pub(crate) fn secrets(&self, known: &mut KnownSecrets) {
        self.grant.secrets(known);
        self.lock().tokens().for_each(|token| known.add(token));
    }

    fn spawn(self: &Arc<Self>) {
        let pending = Pending { source: Arc::clone(self), done: false };
        tokio::spawn(pending.fetch());
    }

    fn finish(&self, result: Result<Issued, TokenError>) {
        let now_ms = (self.now)();
        let mut cache = self.lock();
        let fetched = match result {
            Ok(issued) => Ok(cache.fetched(now_ms, issued)),
            Err(error) => {
                cache.failed(now_ms);
                Err(Arc::new(error))
            }
        };
        self.last.send_replace(Some(fetched));
    }

    /// The cache is whole after every method, so a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, TokenCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A fetch under way. Dropped before its end (a panic, the runtime's end), it counts as failed.
struct Pending {
    source: Arc<TokenSource>,
    done: bool,
}

impl Pending {
    async fn fetch(mut self) {
        let source = Arc::clone(&self.source);
        let request = source.grant.request(&source.http);
        let result = match tokio::time::timeout(FETCH_LIMIT, request).await {
            Ok(result) => result,
            Err(_) => Err(source.grant.endpoint().late(FETCH_LIMIT)),
        };
        self.done = true;
        source.finish(result);
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.done {
            self.source.finish(Err(self.source.grant.endpoint().unfinished()));
        }
    }
}
