//! Reads the text of a `trunkline.toml`.
//!
//! Three steps, each only when the one before found nothing: the text is read into a tree with
//! the place of everything; the tree is compared with the schema; the configuration is read from
//! the text and its meaning is checked.

use toml::de::DeTable;

use super::mistake::{ConfigErrors, Problem};
use super::tree::{Lines, Node};
use super::{Config, check, shape};

pub use super::tree::Places;

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// How strictly a file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Secrets may stand in the file itself (`--allow-literal-secrets`, D31).
    pub allow_literal_secrets: bool,
}

/// Reads and checks a text. `file` is what messages call it.
///
/// # Errors
/// Every mistake found, each with its line, column and key.
pub fn parse(
    file: &str,
    text: &str,
    options: ReadOptions,
) -> Result<(Config, Places), ConfigErrors> {
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; {MAX_BYTES} are allowed", text.len());
        return Err(Problem::whole(file, message).into());
    }
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| syntax(file, &lines, &error))?;
    let root = Node::of_table(table.get_ref(), 0, &lines);
    let places = Places::of(file, &root);
    let found = shape::check(file, &root);
    if !found.is_empty() {
        return Err(ConfigErrors::new(found));
    }
    let config: Config = toml::from_str(text).map_err(|error| syntax(file, &lines, &error))?;
    let found = check::all(&config, &places, options);
    if !found.is_empty() {
        return Err(ConfigErrors::new(found));
    }
    Ok((config, places))
}

fn syntax(file: &str, lines: &Lines<'_>, error: &toml::de::Error) -> ConfigErrors {
    let mut problem = Problem::whole(file, error.message().replace('\n', "; "));
    if let Some(span) = error.span() {
        let place = lines.place(span.start);
        (problem.line, problem.column) = (place.line, place.column);
    }
    problem.into()
}
