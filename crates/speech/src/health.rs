//! Which providers are worth asking: one that keeps failing is passed over for a while, so that
//! not every caller waits for it in vain.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many failures in a row send a provider to rest.
const MAX_FAILURES: u32 = 3;

/// How long it rests; after that one more failure sends it back.
pub(crate) const REST: Duration = Duration::from_secs(15);

/// The record of a provider.
#[derive(Debug, Default)]
pub(crate) struct Health {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    rests_until: Option<Instant>,
}

impl Health {
    /// Whether it is passed over now.
    pub(crate) fn is_resting(&self, now: Instant) -> bool {
        self.state().rests_until.is_some_and(|until| now < until)
    }

    /// It spoke.
    pub(crate) fn succeeded(&self) {
        *self.state() = State::default();
    }

    /// It failed; tells whether it goes to rest now.
    pub(crate) fn failed(&self, now: Instant) -> bool {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        let was_resting = state.rests_until.is_some_and(|until| now < until);
        if state.failures < MAX_FAILURES || was_resting {
            return false;
        }
        state.rests_until = Some(now + REST);
        true
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_failures_in_a_row_and_then_each_one() {
        let health = Health::default();
        let now = Instant::now();
        assert!(!health.failed(now) && !health.failed(now));
        health.succeeded();
        assert!(!health.failed(now) && !health.failed(now) && health.failed(now));
        assert!(health.is_resting(now) && !health.failed(now));
        let later = now + REST;
        assert!(!health.is_resting(later));
        assert!(health.failed(later) && health.is_resting(later));
        health.succeeded();
        assert!(!health.is_resting(later));
    }
}
