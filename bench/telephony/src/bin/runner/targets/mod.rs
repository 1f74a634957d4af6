//! The targets: one file each, one line each.

mod answer;
mod bridge;
mod flood;
mod latency;
mod memory;
mod music;
mod overload;
mod whole;

use std::fmt;
use std::io;

use serde::Serialize;
use serde_json::Value;

use crate::Bench;

/// A target that can be measured.
pub(crate) struct Target {
    pub(crate) letter: &'static str,
    pub(crate) title: &'static str,
    pub(crate) measure: fn(&Bench) -> io::Result<Vec<Finding>>,
}

/// All of them.
pub(crate) const TARGETS: [Target; 8] = [
    Target { letter: "a", title: "answer, three dips, hang-up", measure: answer::measure },
    Target {
        letter: "b",
        title: "2,000 such calls a second; overload",
        measure: overload::measure,
    },
    Target { letter: "c", title: "music calls, RTP both ways", measure: music::measure },
    Target { letter: "d", title: "bridged calls", measure: bridge::measure },
    Target { letter: "e", title: "the whole scenario", measure: whole::measure },
    Target { letter: "f", title: "memory of queued calls", measure: memory::measure },
    Target { letter: "g", title: "latency", measure: latency::measure },
    Target {
        letter: "h",
        title: "20,000 datagrams a second of strangers",
        measure: flood::measure,
    },
];

/// A figure beside its limit.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    target: &'static str,
    what: String,
    value: f64,
    limit: f64,
    pub(crate) met: bool,
    /// Absolute figures, for people.
    beside: String,
    /// All that was measured.
    details: Value,
}

impl Finding {
    /// Met if the value is not above its limit.
    pub(crate) fn at_most(
        target: &'static str,
        what: impl Into<String>,
        value: f64,
        limit: f64,
        beside: impl Into<String>,
    ) -> Self {
        let (what, beside) = (what.into(), beside.into());
        Self { target, what, value, limit, met: value <= limit, beside, details: Value::Null }
    }

    pub(crate) fn with(mut self, details: impl Serialize) -> Self {
        self.details = serde_json::to_value(details).unwrap_or_default();
        self
    }

    /// What could not be measured is not met.
    pub(crate) fn broken(target: &'static str, why: &str) -> Self {
        let (what, beside) = ("could not be measured".to_owned(), why.to_owned());
        let details = Value::Null;
        Self { target, what, value: 0.0, limit: 0.0, met: false, beside, details }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, what, value, limit, met, beside, .. } = self;
        let word = if *met { "met" } else { "MISSED" };
        write!(f, "({target}) {word:<6} {what}: {value:.3} (limit {limit}); {beside}")
    }
}
