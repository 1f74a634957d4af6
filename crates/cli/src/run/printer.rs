//! Prints a trace, as text or as JSON lines.

use trunkline_model::trace::{Head, Line, Step};

use super::{output, text};
use crate::problem::{Problem, Result};

/// Prints a trace line by line.
pub(crate) struct Printer {
    is_json: bool,
}

impl Printer {
    pub(crate) fn new(is_json: bool) -> Self {
        Self { is_json }
    }

    pub(crate) fn head(&mut self, head: &Head) -> Result<()> {
        if self.is_json {
            return json(&Line::Head(head.clone()));
        }
        output::write(&text::head(head))
    }

    pub(crate) fn step(&mut self, step: Step) -> Result<()> {
        if self.is_json {
            return json(&Line::Step(step));
        }
        output::write(&text::step(&step))
    }
}

fn json(line: &Line) -> Result<()> {
    let text = serde_json::to_string(line).map_err(Problem::misuse)?;
    output::write(&text)
}
