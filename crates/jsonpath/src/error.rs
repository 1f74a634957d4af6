//! What can go wrong: in the document, in the path, and where the two meet.

use thiserror::Error;

/// The text is not JSON, not even for the permissive reader.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message} at byte {offset} of the document")]
pub struct ParseError {
    /// What is wrong, in words.
    pub message: String,
    /// Where, in bytes from the start of the text.
    pub offset: usize,
}

impl ParseError {
    pub(crate) fn new(message: impl Into<String>, offset: usize) -> Self {
        ParseError { message: message.into(), offset }
    }
}

/// The path cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// What is wrong, in words.
    pub message: String,
    /// Where, in bytes from the start of the path's text.
    pub offset: usize,
    /// What to write instead, where that can be told.
    pub suggestion: Option<String>,
}

impl std::fmt::Display for PathError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at byte {} of the path", self.message, self.offset)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; {suggestion}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PathError {}

/// The path is well-formed, but reading it from this document gives no value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadError {
    /// A step found nothing: the property or index is missing, or the value before it has none.
    #[error("nothing at {at}: {message}")]
    NotFound {
        /// The path up to and including the step that found nothing.
        at: String,
        /// Why, in words.
        message: String,
    },
    /// A step does not apply: an unknown function, or a filter on a plain value.
    #[error("{at} cannot be used: {message}")]
    NotApplicable {
        /// The path up to and including the step.
        at: String,
        /// Why, in words.
        message: String,
    },
    /// A function or comparison failed, for example `sum()` of no numbers.
    #[error("the path cannot be evaluated: {message}")]
    Failed {
        /// Why, in words.
        message: String,
    },
    /// The read went over one of the document's [`Limits`](crate::Limits).
    #[error("the path is too expensive for this document: over the limit `{limit}`")]
    TooExpensive {
        /// The name of the limit's field.
        limit: &'static str,
    },
}

impl ReadError {
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        ReadError::Failed { message: message.into() }
    }
}
