//! What a filter works out from constant arguments when the template is compiled.

use crate::date::pattern::DatePattern;
use crate::decimal::DecimalPattern;

/// Work done ahead of rendering.
#[derive(Debug, Default)]
pub(crate) enum Prepared {
    #[default]
    Nothing,
    /// Texts to look for and what replaces them, in the order in which it is done.
    Pairs(Box<[(Box<str>, Box<str>)]>),
    Regex(regex::Regex),
    /// An output pattern, and one for reading.
    Dates {
        output: Option<DatePattern>,
        input: Option<DatePattern>,
    },
    Decimal(DecimalPattern),
}
