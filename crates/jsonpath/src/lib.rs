//! The JSONPath dialect of flows (Jayway 2.9 semantics) and its permissive JSON reading.

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
