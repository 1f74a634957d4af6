//! How many pages are open, by user, and their common end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use trunkline_accounts::UserId;

use crate::codes::Code;
use crate::problem::Problem;

/// The most pages that a user may have open.
const PAGES_PER_USER: usize = 8;

/// The pages that are open.
#[derive(Debug)]
pub(crate) struct Pages {
    open: Mutex<HashMap<UserId, usize>>,
    /// How many there are.
    count: watch::Sender<usize>,
    /// Whether the server stops.
    stops: watch::Sender<bool>,
}

/// A page's place; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Place {
    pages: Arc<Pages>,
    user: UserId,
    /// Turns true when the server stops.
    pub stops: watch::Receiver<bool>,
}

impl Pages {
    pub(crate) fn new() -> Arc<Self> {
        let (count, stops) = (watch::Sender::new(0), watch::Sender::new(false));
        Arc::new(Self { open: Mutex::default(), count, stops })
    }

    /// A place for a user's page, unless there are too many, or the server stops.
    pub(crate) fn enter(self: &Arc<Self>, user: UserId) -> Result<Place, Problem> {
        let stops = self.stops.subscribe();
        if *stops.borrow() {
            return Err(Problem::new(Code::Unavailable, "The server stops."));
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user).or_default();
        if *count >= PAGES_PER_USER {
            return Err(Problem::of(Code::TooManyPages));
        }
        *count += 1;
        self.count.send_modify(|count| *count += 1);
        Ok(Place { pages: Arc::clone(self), user, stops })
    }

    /// Tells all pages that the server stops, and waits for them to go, `patience` at the most.
    pub(crate) async fn stop(&self, patience: Duration) {
        self.stops.send_replace(true);
        let mut count = self.count.subscribe();
        let _ = tokio::time::timeout(patience, count.wait_for(|count| *count == 0)).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.pages.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.user);
            }
        }
        self.pages.count.send_modify(|count| *count -= 1);
    }
}
