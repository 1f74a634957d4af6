//! What can go wrong when a template is compiled or rendered, and what to do about it.

use std::fmt;

/// A replacement of one stretch of the template's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// First byte that is replaced.
    pub start: usize,
    /// First byte after the replaced stretch.
    pub end: usize,
    /// The text that takes its place; empty when the stretch is removed.
    pub replacement: String,
}

/// A way out of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What to do, in a few words: ``did you mean `upper`?``
    pub message: String,
    /// The same as an edit of the source, where that is certain enough to offer.
    pub edit: Option<Edit>,
}

/// A template that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CompileError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes from the start of the source.
    pub offset: usize,
    /// The line of `offset`, from 1.
    pub line: usize,
    /// The column of `offset` in characters, from 1.
    pub column: usize,
    /// What to do about it.
    pub suggestion: Option<Suggestion>,
}

impl CompileError {
    pub(crate) fn new(source: &str, offset: usize, message: impl Into<String>) -> Self {
        let (line, column) = position(source, offset);
        Self { message: message.into(), offset, line, column, suggestion: None }
    }

    pub(crate) fn suggest(mut self, message: impl Into<String>, edit: Option<Edit>) -> Self {
        self.suggestion = Some(Suggestion { message: message.into(), edit });
        self
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_line(f, &self.message, (self.line, self.column), self.suggestion.as_ref())
    }
}

/// The class of a [`RenderError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RenderErrorKind {
    /// The work limit (`Env::fuel`) is used up.
    OutOfFuel,
    /// A size or depth limit other than fuel was reached.
    Limit,
    /// In strict mode, a name or attribute that is not there.
    MissingName,
    /// A value has a type that the operation does not take.
    Type,
    /// A value has the right type but cannot be used: out of range, unparsable, zero divisor.
    Value,
    /// A filter, function or test that does not exist.
    Unknown,
    /// Wrong, missing or surplus arguments.
    Argument,
    /// A member that templates may not reach, such as `class`.
    Denied,
}

/// A template that cannot be rendered with the values it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RenderError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes from the start of the source.
    pub offset: usize,
    /// The line of `offset`, from 1.
    pub line: usize,
    /// The column of `offset` in characters, from 1.
    pub column: usize,
    /// What to do about it.
    pub suggestion: Option<Suggestion>,
    /// The class of the error.
    pub kind: RenderErrorKind,
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_line(f, &self.message, (self.line, self.column), self.suggestion.as_ref())
    }
}

fn write_line(
    f: &mut fmt::Formatter<'_>,
    message: &str,
    (line, column): (usize, usize),
    suggestion: Option<&Suggestion>,
) -> fmt::Result {
    write!(f, "line {line}, column {column}: {message}")?;
    match suggestion {
        Some(suggestion) => write!(f, " ({})", suggestion.message),
        None => Ok(()),
    }
}

/// Line and column (in characters), both from 1, of a byte offset.
pub(crate) fn position(source: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(source.len());
    while !source.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &source[..offset];
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[start..].chars().count() + 1)
}

/// An error on its way up through the evaluator; the place is filled in where it is known.
#[derive(Debug)]
pub(crate) struct FailureData {
    pub(crate) kind: RenderErrorKind,
    pub(crate) message: String,
    pub(crate) suggestion: Option<Suggestion>,
    pub(crate) offset: Option<usize>,
    /// A missing name that `default` and `is defined` still tolerate in strict mode.
    pub(crate) tolerable: bool,
}

/// Boxed, so that a `Result` stays as small as the value in it.
pub(crate) type Failure = Box<FailureData>;

pub(crate) fn fail<T>(kind: RenderErrorKind, message: impl Into<String>) -> Result<T, Failure> {
    Err(failure(kind, message))
}

#[cold]
pub(crate) fn failure(kind: RenderErrorKind, message: impl Into<String>) -> Failure {
    Box::new(FailureData {
        kind,
        message: message.into(),
        suggestion: None,
        offset: None,
        tolerable: kind == RenderErrorKind::MissingName,
    })
}

pub(crate) fn type_error<T>(message: impl Into<String>) -> Result<T, Failure> {
    fail(RenderErrorKind::Type, message)
}

pub(crate) fn value_error<T>(message: impl Into<String>) -> Result<T, Failure> {
    fail(RenderErrorKind::Value, message)
}

impl FailureData {
    pub(crate) fn into_render_error(self, source: &str) -> RenderError {
        let offset = self.offset.unwrap_or(0);
        let (line, column) = position(source, offset);
        RenderError {
            message: self.message,
            offset,
            line,
            column,
            suggestion: self.suggestion,
            kind: self.kind,
        }
    }
}

/// The candidate that `name` is most likely a misspelling of.
pub(crate) fn closest<'c>(
    name: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edit distance, letters compared without case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().flat_map(char::to_lowercase).take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().flat_map(char::to_lowercase).take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        assert_eq!(position("é\nüx", 5), (2, 2));
        assert_eq!(position("", 9), (1, 1));
    }

    #[test]
    fn the_closest_name_is_found() {
        let names = ["upper", "lower", "length"];
        assert_eq!(closest("uppper", names.into_iter()), Some("upper"));
        assert_eq!(closest("lenght", names.into_iter()), Some("length"));
        assert_eq!(closest("banana", names.into_iter()), None);
    }
}
