//! What is wrong in a `tenant.yaml`, and where.

use std::fmt;

/// One mistake in a `tenant.yaml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line, 1 is the first; 0 when the mistake has no place in the text.
    pub line: u64,
    /// Column in characters, 1 is the first; 0 when the mistake has no place in the text.
    pub column: u64,
    /// Where it is in the document, such as `queues[2].groups[0].teams[1]`; empty for the whole.
    pub path: String,
    /// What is wrong, what is allowed and, where it can be guessed, what was meant.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{}: ", self.line, self.column)?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

/// The mistakes of one `tenant.yaml`, in the order of the text. Its `Display` has one line for
/// each: `tenant.yaml:LINE:COLUMN: PATH: message`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct TenantErrors {
    file: String,
    mistakes: Vec<Mistake>,
    left_out: usize,
}

impl TenantErrors {
    /// These mistakes, sorted by their places, at most `limit` of them kept.
    pub(super) fn new(mut mistakes: Vec<Mistake>, limit: usize) -> Self {
        mistakes.sort_by(|a, b| (a.line, a.column).cmp(&(b.line, b.column)));
        mistakes.dedup();
        let left_out = mistakes.len().saturating_sub(limit);
        mistakes.truncate(limit);
        Self { file: "tenant.yaml".to_owned(), mistakes, left_out }
    }

    /// The same mistakes with the file's own name in front instead of `tenant.yaml`.
    #[must_use]
    pub fn named(&self, file: &str) -> Self {
        Self { file: file.to_owned(), ..self.clone() }
    }

    /// The mistakes in the order of the text; never empty.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }
}

impl fmt::Display for TenantErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            let newline = if index > 0 { "\n" } else { "" };
            write!(f, "{newline}{}:{}{mistake}", self.file, space(mistake))?;
        }
        if self.left_out > 0 {
            write!(f, "\n{}: and {} more mistakes", self.file, self.left_out)?;
        }
        Ok(())
    }
}

/// `file:3:1: …` for a mistake with a place, `file: …` for one without.
fn space(mistake: &Mistake) -> &'static str {
    if mistake.line > 0 { "" } else { " " }
}
