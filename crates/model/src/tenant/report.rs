//! Collects the mistakes of one document.

use super::path::Path;
use super::tree::{Node, Place};
use super::{Mistake, TenantErrors};

/// At most this many mistakes are kept; the others are only counted.
const MAX_MISTAKES: usize = 100;

/// The mistakes found so far.
pub(super) struct Report<'a> {
    root: &'a Node,
    mistakes: Vec<Mistake>,
    left_out: usize,
}

impl<'a> Report<'a> {
    /// No mistakes in this document yet.
    pub(super) fn new(root: &'a Node) -> Self {
        Self { root, mistakes: Vec::new(), left_out: 0 }
    }

    /// A mistake in what is at this path. The message is only made when it is kept, so that a
    /// hostile document cannot make the guesses expensive.
    pub(super) fn at(&mut self, path: &Path, message: impl FnOnce() -> String) {
        let place = if self.is_full() { Place::default() } else { self.root.place_of(path) };
        self.put(place, path, message);
    }

    /// The same at a place that is already known.
    pub(super) fn put(&mut self, place: Place, path: &Path, message: impl FnOnce() -> String) {
        if self.is_full() {
            self.left_out += 1;
            return;
        }
        let Place { line, column } = place;
        let (path, message) = (path.to_string(), message());
        self.mistakes.push(Mistake { line, column, path, message });
    }

    fn is_full(&self) -> bool {
        self.mistakes.len() >= MAX_MISTAKES
    }

    /// The document is in order, or these are its mistakes.
    pub(super) fn finish(self) -> Result<(), TenantErrors> {
        if self.mistakes.is_empty() {
            return Ok(());
        }
        Err(TenantErrors::with_left_out(self.mistakes, self.left_out))
    }
}

/// A piece of the document as messages show it: on one line, not too long.
pub(super) fn shown(text: &str) -> String {
    const MAX_CHARS: usize = 60;
    let mut out: String = text.chars().take(MAX_CHARS).flat_map(char::escape_debug).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        out.push('…');
    }
    format!("`{out}`")
}
