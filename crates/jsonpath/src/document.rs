//! A document to read paths from.

use std::sync::OnceLock;

use crate::error::ParseError;
use crate::json::Json;
use crate::limits::Limits;
use crate::permissive;
use crate::strict::Tape;

/// A JSON document.
///
/// Strict JSON is only checked and indexed; a value is made when a path asks for it. Everything
/// else goes through the permissive reader. Which of the two it was cannot be seen in the answers.
pub struct Document<'a> {
    text: &'a str,
    /// The index of a strict document; without it `root` is filled from the start.
    tape: Option<Tape>,
    root: OnceLock<Json>,
    limits: Limits,
}

impl<'a> Document<'a> {
    /// Reads a document under the default [`Limits`].
    ///
    /// # Errors
    /// As [`Document::parse_with`].
    pub fn parse(text: &'a str) -> Result<Document<'a>, ParseError> {
        Document::parse_with(text, &Limits::default())
    }

    /// Reads a document.
    ///
    /// # Errors
    /// An empty text, `null`, what even the permissive reader refuses (an array, object or string
    /// that is not closed, a bracket out of place), and a document over the limits.
    pub fn parse_with(text: &'a str, limits: &Limits) -> Result<Document<'a>, ParseError> {
        if text.len() <= limits.input_bytes() && starts_like_a_container(text) {
            let tape = Tape::build(text, limits.depth()).ok().filter(|tape| !tape.odd_number);
            if let Some(tape) = tape {
                let root = OnceLock::new();
                return Ok(Document { text, tape: Some(tape), root, limits: *limits });
            }
        }
        Document::parse_permissive(text, limits)
    }

    /// Reads a document through the permissive reader, whatever it is.
    fn parse_permissive(text: &'a str, limits: &Limits) -> Result<Document<'a>, ParseError> {
        if text.is_empty() {
            return Err(ParseError::new("the document is empty", 0));
        }
        let root = permissive::parse(text, limits)?;
        if root.is_null() {
            return Err(ParseError::new("the document is null", 0));
        }
        Ok(Document { text, tape: None, root: OnceLock::from(root), limits: *limits })
    }

    /// The same document read through the permissive reader without an index: what the index's
    /// answers are measured against in tests.
    ///
    /// # Errors
    /// As [`Document::parse_with`].
    #[doc(hidden)]
    pub fn parse_eagerly(text: &'a str, limits: &Limits) -> Result<Document<'a>, ParseError> {
        Document::parse_permissive(text, limits)
    }

    /// The whole document as a value.
    pub fn to_json(&self) -> Json {
        self.root().clone()
    }

    /// The text that the document was read from.
    pub fn text(&self) -> &'a str {
        self.text
    }

    pub(crate) fn root(&self) -> &Json {
        self.root.get_or_init(|| match &self.tape {
            Some(tape) => tape.json(self.text, Tape::ROOT, false),
            None => Json::Null,
        })
    }

    pub(crate) fn tape(&self) -> Option<&Tape> {
        self.tape.as_ref()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl std::fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let indexed = self.tape.is_some();
        f.debug_struct("Document").field("text", &self.text).field("indexed", &indexed).finish()
    }
}

fn starts_like_a_container(text: &str) -> bool {
    let first = text.bytes().find(|b| !matches!(b, b' ' | b'\n' | b'\r' | b'\t'));
    matches!(first, Some(b'{' | b'['))
}
