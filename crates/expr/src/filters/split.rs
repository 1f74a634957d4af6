//! `split`: the parts of text between matches of a regular expression, as an array. Empty parts at
//! the end are dropped.
//!
//! Arguments: `delimiter`: the expression; `limit`: the greatest number of parts; below 0 keeps
//! empty parts at the end.
//!
//! Example: `{{ 'a,b' | split(',') | join('+') }}` gives `a+b`.

use super::wants_text;
use super::{Call, Filter};
use crate::error::{RenderErrorKind, fail, type_error};
use crate::eval::Evaluated;
use crate::patterns::{compile, split};
use crate::prepared::Prepared;
use crate::value::{Number, Value};

/// What compiling a pattern costs, counted as bytes.
const COMPILING: usize = 4096;

pub(super) const FILTER: Filter = Filter {
    name: "split",
    parameters: &["delimiter", "limit"],
    examples: &[
        ("{{ 'a,b' | split(',') | join('+') }}", "a+b"),
        (r#"{{ '1.2.3' | split('\.', 2) | last }}"#, "2.3"),
    ],
    tolerant: false,
    in_place: false,
    prepare: Some(prepare),
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let text = match input {
        Value::Null => return Ok(Value::Null),
        Value::Str(text) => text,
        other => return wants_text("split", &other),
    };
    let limit = match &call.arguments[1] {
        Value::Null => 0,
        other => match Number::of(other) {
            Some(number) => number.to_i64(),
            None => return type_error(format!("`limit` is a number, not {}", other.type_name())),
        },
    };
    call.meter.charge(text.len().saturating_mul(16))?;
    if let Prepared::Regex(regex) = call.prepared {
        return Ok(split(regex, &text, limit));
    }
    match &call.arguments[0] {
        Value::Str(pattern) => {
            call.meter.charge(COMPILING)?;
            Ok(split(&compile(pattern)?, &text, limit))
        }
        Value::Null => fail(RenderErrorKind::Argument, "`split` wants a delimiter"),
        other => wants_text("delimiter", other),
    }
}

/// A constant pattern is compiled once.
fn prepare(arguments: &[Option<&Value<'static>>]) -> Option<Prepared> {
    let pattern = arguments.first().copied().flatten()?.as_str()?;
    compile(pattern).ok().map(Prepared::Regex)
}
