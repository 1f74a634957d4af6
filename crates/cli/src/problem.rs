//! Why a command could not do what it was asked for.

use std::fmt;
use std::process::ExitCode;

/// Exit status for a result that is not as wished: findings, a failed check.
pub(crate) const FAILED: u8 = 1;

/// Exit status for misuse: a file that cannot be read, an option that makes no sense.
pub(crate) const MISUSE: u8 = 2;

/// A message for the person at the terminal, with the exit status.
#[derive(Debug)]
pub(crate) struct Problem {
    text: String,
    status: u8,
}

impl Problem {
    /// The command was asked for something that it cannot do.
    pub(crate) fn misuse(text: impl fmt::Display) -> Self {
        Self { text: text.to_string(), status: MISUSE }
    }

    /// The command did its work, and the result is bad.
    pub(crate) fn failed(text: impl fmt::Display) -> Self {
        Self { text: text.to_string(), status: FAILED }
    }

    /// Prints the message and gives the exit status.
    #[expect(clippy::print_stderr, reason = "this is where the program speaks to its user")]
    pub(crate) fn report(&self) -> ExitCode {
        for line in self.text.lines() {
            eprintln!("trunkline: {line}");
        }
        ExitCode::from(self.status)
    }
}

/// What commands give.
pub(crate) type Result<T> = std::result::Result<T, Problem>;
