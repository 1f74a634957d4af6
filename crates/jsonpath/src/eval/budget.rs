//! What one read may still cost.

use std::cell::Cell;

use super::Stop;
use crate::json::Json;
use crate::limits::Limits;

/// What is left of the limits; shared by everything that one read evaluates.
pub(crate) struct Budget {
    work: Cell<u64>,
    output: Cell<u64>,
    pub(crate) results: usize,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Budget {
        Budget {
            work: Cell::new(limits.work),
            output: Cell::new(limits.output_bytes),
            results: limits.results,
        }
    }

    /// Takes some work off.
    pub(crate) fn spend(&self, work: u64) -> Result<(), Stop> {
        let left = self.work.get().checked_sub(work).ok_or(Stop::TooExpensive("work"))?;
        self.work.set(left);
        Ok(())
    }

    /// Takes the bytes of a new value off, and the work of making it.
    pub(crate) fn allocate(&self, bytes: u64) -> Result<(), Stop> {
        let left =
            self.output.get().checked_sub(bytes).ok_or(Stop::TooExpensive("output_bytes"))?;
        self.output.set(left);
        self.spend(bytes / 16)
    }
}

/// About how many bytes a value takes.
pub(crate) fn weight(value: &Json) -> u64 {
    const NODE: u64 = 32;
    NODE + match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
        Json::String(text) => text.len() as u64,
        Json::Array(elements) => elements.iter().map(weight).sum(),
        Json::Object(members) => {
            members.iter().map(|(name, value)| name.len() as u64 + weight(value)).sum()
        }
    }
}
