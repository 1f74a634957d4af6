//! Writing to standard output, where the reader may be gone.

use std::io::{ErrorKind, Write};

use crate::problem::{Problem, Result};

/// Writes a line. A reader that has gone away (`| head`) ends the program quietly.
pub(crate) fn write(line: &str) -> Result<()> {
    if !offer(line)? {
        std::process::exit(0);
    }
    Ok(())
}

/// Writes a line and says whether there is still a reader.
pub(crate) fn offer(line: &str) -> Result<bool> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Problem::misuse(format!("standard output: {error}"))),
    }
}
