//! Whether a request is sent again: on 5xx as often as the flow says, on 401 once with a new
//! token; never on 4xx otherwise, never after a timeout.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// More retries than this are not made, whatever the flow says.
pub(crate) const MAX_RETRIES: u32 = 10;

/// The longest pause between two retries, in milliseconds.
const MAX_PAUSE_MS: u64 = 1_000;

/// What follows an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The answer goes to the flow.
    Done,
    /// The same again after a pause.
    Retry {
        /// The pause, in milliseconds.
        pause_ms: u64,
    },
    /// The same again with a new token.
    Reauthorise,
}

/// Ends the retries of a request that is under way. A clone ends the same ones.
#[derive(Clone, Debug, Default)]
pub struct RetryStop(Arc<AtomicBool>);

impl RetryStop {
    /// No further attempt is begun.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The retries of one request.
#[derive(Debug)]
pub(crate) struct Retries {
    left: u32,
    pause_ms: u64,
    may_reauthorise: bool,
}

impl Retries {
    /// At most `retries` of them; `granted` tells whether a new token can be had.
    pub(crate) fn new(retries: u32, pause_ms: u64, granted: bool) -> Self {
        Self { left: retries.min(MAX_RETRIES), pause_ms, may_reauthorise: granted }
    }

    /// What follows an answer with this status. `home` tells whether it came from the origin that
    /// the credential is for; another one's 401 says nothing about the token.
    pub(crate) fn after(&mut self, status: u16, home: bool) -> Next {
        if status == 401 && home && self.may_reauthorise {
            self.may_reauthorise = false;
            return Next::Reauthorise;
        }
        if !(500..600).contains(&status) || self.left == 0 {
            return Next::Done;
        }
        self.left -= 1;
        let pause_ms = self.pause_ms.min(MAX_PAUSE_MS);
        self.pause_ms = pause_ms * 2;
        Next::Retry { pause_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_5xx_is_tried_again_and_so_often() {
        let mut retries = Retries::new(2, 100, true);
        assert_eq!(retries.after(503, true), Next::Retry { pause_ms: 100 });
        assert_eq!(retries.after(500, true), Next::Retry { pause_ms: 200 });
        assert_eq!(retries.after(500, true), Next::Done);
        for status in [200, 204, 302, 400, 404, 429, 600] {
            assert_eq!(Retries::new(2, 100, true).after(status, true), Next::Done, "{status}");
        }
    }

    #[test]
    fn a_401_asks_for_a_new_token_once() {
        let mut retries = Retries::new(0, 100, true);
        assert_eq!(retries.after(401, true), Next::Reauthorise);
        assert_eq!(retries.after(401, true), Next::Done);
        assert_eq!(Retries::new(3, 100, false).after(401, true), Next::Done);
        assert_eq!(Retries::new(3, 100, true).after(401, false), Next::Done);
    }

    #[test]
    fn the_number_and_the_pauses_are_bounded() {
        let mut retries = Retries::new(u32::MAX, 400, false);
        let pauses: Vec<u64> = std::iter::from_fn(|| match retries.after(500, true) {
            Next::Retry { pause_ms } => Some(pause_ms),
            Next::Done | Next::Reauthorise => None,
        })
        .collect();
        assert_eq!(pauses.len(), MAX_RETRIES as usize);
        assert_eq!(pauses[..3], [400, 800, 1_000]);
    }
}
