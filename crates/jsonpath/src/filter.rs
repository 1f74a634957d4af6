//! Conditions in `[?(...)]`.

mod compare;
mod compile;
mod operand;
mod pattern;

pub(crate) use compare::holds;

use crate::decimal::Decimal;
use crate::json::Json;
use crate::path::{Compiled, Cursor, Steps};
use pattern::Pattern;

/// A condition.
#[derive(Debug, Clone)]
pub(crate) enum Filter {
    /// One of them holds.
    Or(Vec<Filter>),
    /// All of them hold.
    And(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// The path is there, or is not.
    Exists { path: Steps, expected: bool },
    /// A comparison.
    Compare { left: Operand, operator: Operator, right: Operand },
}

/// One side of a comparison.
#[derive(Debug, Clone)]
pub(crate) enum Operand {
    Path(Steps),
    Text(String),
    Number(Decimal),
    Bool(bool),
    Null,
    Json(JsonLiteral),
    Pattern(Pattern),
}

/// An array or object written in a condition; what is wrong with it shows when it is used.
#[derive(Debug, Clone)]
pub(crate) struct JsonLiteral {
    text: String,
    value: Result<Json, String>,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Operator {
    GreaterOrEqual,
    LessOrEqual,
    Equal,
    SameTypeAndEqual,
    NotEqual,
    NotSameTypeOrEqual,
    Less,
    Greater,
    Matches,
    NotIn,
    In,
    Contains,
    All,
    Size,
    Exists,
    Type,
    Predicate,
    Empty,
    SubsetOf,
    AnyOf,
    NoneOf,
}

/// Compiles the text `[?(...)]`.
pub(crate) fn compile(text: Cursor, nesting: usize) -> Compiled<Filter> {
    compile::compile(text, nesting)
}
