//! What is wrong in the configuration, and where.

use std::fmt;

use serde::Serialize;
use trunkline_model::tenant::Mistake;

/// One thing that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The file, as it was named.
    pub file: String,
    /// Line, 1 is the first; 0 when it has no place in the text.
    pub line: u64,
    /// Column in characters, 1 is the first; 0 when it has no place in the text.
    pub column: u64,
    /// The key, such as `trunk[0].networks[1]`; empty for the whole file.
    pub key: String,
    /// What is wrong, what is allowed, what to do. It never holds a secret.
    pub message: String,
}

impl Problem {
    /// Something about a file as a whole.
    pub fn whole(file: impl Into<String>, message: impl Into<String>) -> Self {
        let (file, message) = (file.into(), message.into());
        Self { file, line: 0, column: 0, key: String::new(), message }
    }

    /// A mistake in a tenant's file.
    pub fn of_tenant(file: &str, mistake: &Mistake) -> Self {
        let Mistake { line, column, path, message } = mistake.clone();
        Self { file: file.to_owned(), line, column, key: path, message }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        if self.line > 0 {
            write!(f, "{}:{}:", self.line, self.column)?;
        }
        if !self.key.is_empty() {
            write!(f, " {}:", self.key)?;
        }
        write!(f, " {}", self.message)
    }
}

/// Why a configuration cannot be used: everything that is wrong, in the order of files and lines.
/// Its `Display` has one line for each: `FILE:LINE:COLUMN: KEY: message`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors {
    problems: Vec<Problem>,
}

impl ConfigErrors {
    /// At most so many are kept.
    const MOST: usize = 200;

    /// These problems, sorted by their places.
    pub fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.truncate(Self::MOST);
        Self { problems }
    }

    /// The problems in the order of files and lines.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl From<Problem> for ConfigErrors {
    fn from(problem: Problem) -> Self {
        Self::new(vec![problem])
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let newline = if index > 0 { "\n" } else { "" };
            write!(f, "{newline}{problem}")?;
        }
        Ok(())
    }
}
