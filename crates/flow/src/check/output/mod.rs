//! Prints findings: for people, for programs, and for code review tools.

mod json;
mod sarif;
mod text;

pub use json::json;
pub use sarif::sarif;
pub use text::text;
