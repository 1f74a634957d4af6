//! Prints a trace, as text or as JSON lines.

use trunkline_model::trace::{Head, Line, Step};

use super::{output, text};
use crate::problem::{Problem, Result};

/// Prints a trace line by line. When its reader goes away (`| head`) it falls silent, and the call
/// goes on to its end: what follows a call is not left undone because nobody looks.
pub(crate) struct Printer {
    is_json: bool,
    has_reader: bool,
}

impl Printer {
    pub(crate) fn new(is_json: bool) -> Self {
        Self { is_json, has_reader: true }
    }

    pub(crate) fn head(&mut self, head: &Head) -> Result<()> {
        let text = if self.is_json { json(&Line::Head(head.clone()))? } else { text::head(head) };
        self.print(&text)
    }

    pub(crate) fn step(&mut self, step: Step) -> Result<()> {
        let text = if self.is_json { json(&Line::Step(step))? } else { text::step(&step) };
        self.print(&text)
    }

    fn print(&mut self, text: &str) -> Result<()> {
        self.has_reader = self.has_reader && output::offer(text)?;
        Ok(())
    }
}

fn json(line: &Line) -> Result<String> {
    serde_json::to_string(line).map_err(Problem::misuse)
}
