//! The JSONPath dialect of flows (Jayway 2.9 semantics) and its permissive JSON reading.
//!
//! A flow reads fields out of HTTP answers with JSONPath as Jayway JsonPath 2.9.0 understands it,
//! over JSON as json-smart 2.5.0 reads it. Both are followed to the letter, oddities included,
//! because flows have come to rely on them; `tests/conformance` holds recorded answers.
//!
//! ```
//! use trunkline_jsonpath::{Document, Path};
//!
//! let path = Path::compile("$.records.[0].Id")?;
//! let document = Document::parse(r#"{"totalSize":1,"records":[{"Id":"001A"}]}"#)?;
//! assert_eq!(path.read(&document)?.to_plain_text(), "001A");
//!
//! let none = Document::parse(r#"{"totalSize":0,"records":[]}"#)?;
//! let error = path.read(&none).unwrap_err();
//! assert_eq!(error.to_string(), "nothing at $['records'][0]: the array is empty");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a path gives
//! - A **definite** path (single names and indexes, functions) gives one value. A missing leaf or
//!   parent is an error; a leaf that is null gives null.
//! - An **indefinite** path (`*`, `..`, slices, `[0,1]`, conditions) gives an array, empty if it
//!   finds nothing; but a missing name before the first indefinite step is an error. `[0]` behind a
//!   condition looks into each match; it does not take the first one.
//! - `['a','b']` at the end gives one object with those that are there; it is definite.
//!
//! # How a path is written
//! - `$.` may be left out; a path that begins with `.a` is a deep scan, `@.a` is `$.a`.
//! - `.[0]` is `[0]`. `[name]` without quotes, `[:]`, `[::2]` and blanks in a slice are errors; the
//!   step of a slice is not looked at (`[0:3:2]` is `[0:3]`).
//! - One character left behind a complete step is not read: `$.a[` is `$.a`, `$.**` is `$.*`.
//! - A name behind a dot ends at `.`, `[`, `(` or a blank, and a blank is an error; anything else
//!   belongs to the name, `]` and quotes too.
//!
//! # Conditions
//! - `[?(@.Phone)]` asks whether the property is there: null and false match.
//! - `&&`, `||`, `!`, parentheses; no `and`, `or`, `=`, `<>`.
//! - Numbers compare in decimal; `@.id == '1'` holds for the number 1, `@.open == 'true'` does not
//!   hold for true. `===` and `!==` ask for the same type too.
//! - `null` is equal to a null, not to a missing property; `!= null` holds for a missing one.
//! - `in`, `nin`, `contains`, `size`, `empty`, `subsetof`, `anyof`, `noneof`, `=~ /pattern/flags`
//!   (the whole text must match). A list holding lists or objects fails the read, as does `empty`
//!   of an object. `all`, `type` and `matches` never match.
//! - What makes no sense for an item makes the item not match, whatever `!` stands before it.
//!
//! # Functions
//! - `length()`, `size()` of a string is null; `keys()` of anything but an object is null.
//! - `min`, `max`, `sum`, `avg`, `stddev` give doubles (`50.0`) and fail without any number, so
//!   `[*].x.sum()` fails while `$.sum($..x)` works; `max` of negative numbers is `4.9E-324`.
//! - `first`, `last`, `index(n)`, `append(...)`, `concat(...)`; `last()` of a single element fails.
//! - Arguments are JSON or paths from the root; an argument in single quotes is left out.
//! - `$.a.first().b` looks for a property `)` behind the function; `$.a.index(0).b` works.
//! - `$..a.sum()` is `$.sum($..a)`, and the function's own arguments are lost; `$..length()` fails.
//! - An unknown function is an error only when it is reached.
//!
//! # How JSON is read
//! - Single quotes, no quotes, too many commas, leading zeros: all pass. `<html>` is a string, and
//!   so is any text that is not something else. What follows the first value is not looked at.
//! - Unclosed arrays, objects and strings, an empty text and `null` are errors, as is nesting
//!   beyond 400.
//! - Of a repeated name the last value counts, at the place of the first.
//! - Numbers print as the source wrote them, and compare as the Java class they would have.
//!
//! # Known differences
//! - `append` gives a longer copy; Jayway changes the document under the rest of the same read.
//! - An unpaired surrogate becomes U+FFFD: Rust's strings cannot hold it.
//! - A control character behind a number is an error; json-smart computes with it.
//! - Only ASCII digits count as digits in a path.
//! - Paths, documents and reads have limits: [`Limits`].
//!
//! # How it is fast
//! Strict JSON is checked and indexed in one pass without making values; single names and indexes
//! are followed over the index, and only what the path selects is made. Anything else goes through
//! the permissive reader, with the same answers (`tests/differential.rs`).

mod decimal;
mod document;
mod error;
mod eval;
mod filter;
mod function;
mod json;
mod limits;
mod number;
mod path;
mod permissive;
mod strict;
mod unescape;
mod write;

pub use document::Document;
pub use error::{ParseError, PathError, ReadError};
pub use json::Json;
pub use limits::Limits;
pub use number::Number;
pub use path::Path;
