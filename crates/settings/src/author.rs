//! Who changes something, when, and why.

/// Who changes something, when, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// When, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// Who: a user's sign-in name, or `system`.
    pub who: String,
    /// Why, in their words; at most 1,000 characters are kept.
    pub note: String,
}

impl Author {
    /// Somebody, at this moment, without a reason.
    pub fn new(now_ms: i64, who: impl Into<String>) -> Self {
        Self { now_ms, who: who.into(), note: String::new() }
    }

    /// With a reason.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// The note as it is kept.
    pub(crate) fn kept_note(&self) -> String {
        self.note.chars().take(1_000).collect()
    }
}
