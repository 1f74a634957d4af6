//! From source to tree: the lexer, the parser, and the tree they build.

pub(crate) mod lexer;
pub(crate) mod parser;
pub(crate) mod tags;
pub(crate) mod token;
pub(crate) mod tree;

/// Templates longer than this are refused, in bytes.
pub(crate) const MAX_SOURCE: usize = 1 << 20;
/// Expressions and tags nested deeper than this are refused.
pub(crate) const MAX_DEPTH: u16 = 64;
