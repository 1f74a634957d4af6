//! Why an answer could not be turned into JSON.

/// Why a body could not be turned into JSON. No message repeats the body: it holds callers' data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NormaliseError {
    /// The body is not what the activity's parse setting says.
    #[error(
        "the answer cannot be read as {kind} (line {line}, column {column}): {reason}; check the \
         activity's content type against what the server sends"
    )]
    Syntax {
        /// What it was read as.
        kind: &'static str,
        /// The line, from 1; 0 when not known.
        line: usize,
        /// The column, from 1; 0 when not known.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// The body is nested too deeply, has too many values, or grows too much.
    #[error("the answer read as {kind} {limit}; ask the server for less")]
    Limit {
        /// What it was read as.
        kind: &'static str,
        /// Which limit was passed.
        limit: &'static str,
    },
}

/// The longest reason that is repeated, in characters.
const MAX_REASON_CHARS: usize = 160;

impl NormaliseError {
    /// A syntax error at a byte offset of `body`.
    pub(crate) fn at(
        kind: &'static str,
        body: &str,
        offset: usize,
        reason: impl Into<String>,
    ) -> Self {
        let before = body.get(..offset.min(body.len())).unwrap_or(body);
        let line = before.matches('\n').count() + 1;
        let last = before.rsplit('\n').next().unwrap_or_default();
        Self::on(kind, line, last.chars().count() + 1, reason)
    }

    /// A syntax error at a line and column.
    pub(crate) fn on(
        kind: &'static str,
        line: usize,
        column: usize,
        reason: impl Into<String>,
    ) -> Self {
        let reason: String = reason.into();
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        let reason = reason.chars().take(MAX_REASON_CHARS).map(printable).collect();
        Self::Syntax { kind, line, column, reason }
    }
}
