//! Reading a text from a file or from standard input, within a limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::problem::{Problem, Result};

/// The largest text that is read, in bytes.
const MAX_BYTES: u64 = 32 << 20;

/// The text of a file, or of standard input for none and `-`, and what messages call it.
///
/// # Errors
/// When it cannot be read, is too long, or is not UTF-8.
pub(super) fn read(file: Option<&Path>) -> Result<(String, String)> {
    let path = file.filter(|path| *path != Path::new("-"));
    let name = path.map_or_else(|| "standard input".to_owned(), |path| path.display().to_string());
    let bytes = match path {
        None => limited(io::stdin()),
        Some(path) => File::open(path).and_then(limited),
    };
    let bytes = bytes.map_err(|error| Problem::misuse(format!("{name}: {error}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        let text = format!("{name}: this is longer than {MAX_BYTES} bytes, which is the limit");
        return Err(Problem::misuse(text));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to() + 1;
        Problem::misuse(format!("{name}: this is not UTF-8: byte {byte} fits nowhere"))
    })?;
    // Some editors put a mark in front of UTF-8.
    let text = text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text);
    Ok((text, name))
}

fn limited(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
