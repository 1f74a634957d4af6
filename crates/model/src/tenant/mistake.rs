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
    /// What is wrong, what is allowed and, where it can be guessed, what was meant. It never
    /// holds a secret.
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
    /// These mistakes, sorted by their places.
    pub fn new(mistakes: Vec<Mistake>) -> Self {
        Self::with_left_out(mistakes, 0)
    }

    /// The same when so many more were found and not kept.
    pub(super) fn with_left_out(mut mistakes: Vec<Mistake>, left_out: usize) -> Self {
        mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        Self { file: "tenant.yaml".to_owned(), mistakes, left_out }
    }

    /// The same mistakes with the file's own name in front instead of `tenant.yaml`.
    #[must_use]
    pub fn named(&self, file: &str) -> Self {
        Self { file: file.to_owned(), ..self.clone() }
    }

    /// The mistakes in the order of the text; at most 100 of them.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }
}

impl fmt::Display for TenantErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            let newline = if index > 0 { "\n" } else { "" };
            // `file:3:1: …` for a mistake with a place, `file: …` for one without.
            let space = if mistake.line > 0 { "" } else { " " };
            write!(f, "{newline}{}:{space}{mistake}", self.file)?;
        }
        if self.left_out > 0 {
            write!(f, "\n{}: and {} more", self.file, self.left_out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mistake_is_a_line_in_the_order_of_the_text() {
        let at = |line, path: &str| Mistake {
            line,
            column: 3,
            path: path.to_owned(),
            message: "wrong".to_owned(),
        };
        let errors = TenantErrors::with_left_out(vec![at(7, "b"), at(2, ""), at(0, "")], 4);
        assert_eq!(
            errors.named("acme.yaml").to_string(),
            "acme.yaml: wrong\nacme.yaml:2:3: wrong\nacme.yaml:7:3: b: wrong\nacme.yaml: and 4 more"
        );
    }
}
