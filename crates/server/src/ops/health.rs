//! Whether the server is alive and whether it is ready for calls.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};

/// Something that has to be in order before a call can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The sockets for SIP and RTP are open.
    Sockets,
    /// The journal can be written.
    Journal,
    /// Calls of an earlier run are recovered.
    Recovery,
    /// The server is not about to stop.
    Accepting,
}

impl Check {
    const ALL: [Self; 4] = [Self::Sockets, Self::Journal, Self::Recovery, Self::Accepting];

    /// Its name in answers and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sockets => "sockets",
            Self::Journal => "journal",
            Self::Recovery => "recovery",
            Self::Accepting => "accepting",
        }
    }
}

/// The state of all checks, shared by whoever sets and whoever reads it. Nothing is in order until
/// it is said to be.
#[derive(Clone, Debug)]
pub struct Health {
    /// What is wrong with each; None where it is in order.
    checks: Arc<Mutex<[Option<String>; Check::ALL.len()]>>,
}

impl Default for Health {
    fn default() -> Self {
        let starting = || Some("the server is starting".to_owned());
        Self { checks: Arc::new(Mutex::new(std::array::from_fn(|_| starting()))) }
    }
}

impl Health {
    /// The check is in order. Says whether it was not before.
    pub fn good(&self, check: Check) -> bool {
        self.set(check, None)
    }

    /// The check is not in order. Says whether it was before.
    pub fn bad(&self, check: Check, why: impl Into<String>) -> bool {
        self.set(check, Some(why.into()))
    }

    fn set(&self, check: Check, why: Option<String>) -> bool {
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        let place = &mut checks[check as usize];
        let changed = place.is_some() != why.is_some();
        *place = why;
        changed
    }

    /// Each check with what is wrong.
    pub fn checks(&self) -> Vec<(Check, Option<String>)> {
        let checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        Check::ALL.into_iter().zip(checks.iter().cloned()).collect()
    }

    /// Whether calls are taken.
    pub fn is_ready(&self) -> bool {
        self.checks().iter().all(|(_, why)| why.is_none())
    }

    /// The answer of `/readyz`; `switchboard` is what is wrong with that.
    pub fn readiness(&self, switchboard: Option<String>) -> Readiness {
        let mut details = Map::new();
        let checks = self.checks().into_iter().map(|(check, why)| (check.as_str(), why));
        let mut ready = true;
        for (name, why) in checks.chain([("switchboard", switchboard)]) {
            ready &= why.is_none();
            let detail = match why {
                None => json!({"ok": true}),
                Some(why) => json!({"ok": false, "why": why}),
            };
            details.insert(name.to_owned(), detail);
        }
        Readiness { ready, body: json!({"ready": ready, "checks": Value::Object(details)}) }
    }
}

/// The answer of `/readyz`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Whether calls are taken.
    pub ready: bool,
    /// The same with its reasons.
    pub body: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_ready_when_everything_is_in_order() {
        let health = Health::default();
        assert!(!health.is_ready());
        for check in Check::ALL {
            assert!(health.good(check), "{check:?} was in order already");
            assert!(!health.good(check));
        }
        assert!(health.is_ready() && health.readiness(None).ready);
        assert!(health.bad(Check::Journal, "the disk is full"));
        let readiness = health.readiness(None);
        assert!(!readiness.ready);
        assert_eq!(readiness.body["checks"]["journal"]["why"], "the disk is full");
        assert_eq!(readiness.body["checks"]["sockets"]["ok"], true);
        health.good(Check::Journal);
        health.bad(Check::Accepting, "draining");
        assert!(!health.clone().is_ready(), "clones share their state");
        health.good(Check::Accepting);
        assert!(!health.readiness(Some("gone".into())).ready);
    }
}
