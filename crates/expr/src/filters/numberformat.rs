//! `numberformat`: a number in a pattern of Java's DecimalFormat, for the United States. Halves are
//! rounded to even.
//!
//! Arguments: `format`: the pattern; `#,##0.###` if it is left out.
//!
//! Example: `{{ 1234.5 | numberformat('#,##0.00') }}` gives `1,234.50`.

use super::wants_text;
use super::{Call, Filter};
use crate::decimal::DecimalPattern;
use crate::error::type_error;
use crate::eval::Evaluated;
use crate::prepared::Prepared;
use crate::value::Value;

const DEFAULT_FORMAT: &str = "#,##0.###";

pub(super) const FILTER: Filter = Filter {
    name: "numberformat",
    parameters: &["format"],
    examples: &[("{{ 1234.5 | numberformat('#,##0.00') }}", "1,234.50")],
    tolerant: false,
    in_place: false,
    prepare: Some(prepare),
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let given;
    let pattern = match (call.prepared, &call.arguments[0]) {
        (Prepared::Decimal(pattern), _) => pattern,
        (_, Value::Null) => {
            given = DecimalPattern::parse(DEFAULT_FORMAT)?;
            &given
        }
        (_, Value::Str(pattern)) => {
            given = DecimalPattern::parse(pattern)?;
            &given
        }
        (_, other) => return wants_text("format", other),
    };
    match &input {
        Value::Null => Ok(Value::Null),
        Value::Int(_) | Value::Long(_) | Value::Double(_) | Value::Big(_) => {
            Ok(Value::from(pattern.print(&input)))
        }
        other => type_error(format!("`numberformat` wants a number, not {}", other.type_name())),
    }
}

/// A constant pattern is read once.
fn prepare(arguments: &[Option<&Value<'static>>]) -> Option<Prepared> {
    let text = arguments.first().copied().flatten()?.as_str()?;
    DecimalPattern::parse(text).ok().map(Prepared::Decimal)
}
