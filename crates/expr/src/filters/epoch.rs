//! `epoch`: a moment as seconds since 1970, an addition of Webex. It takes `now()`, its text or
//! other ISO 8601 text, text in a given format, or a number of milliseconds.
//!
//! Arguments: `inMillis`: milliseconds instead of seconds; `format`: the format of the text, as for
//! `date`.
//!
//! Example: `{{ now() | epoch(inMillis=true) - 604800000 }}` gives `-604800000`.

use super::wants_text;
use super::{Call, Filter};
use crate::date::parsing::read;
use crate::date::pattern::DatePattern;
use crate::error::{type_error, value_error};
use crate::eval::Evaluated;
use crate::value::{Number, Value};

pub(super) const FILTER: Filter = Filter {
    name: "epoch",
    parameters: &["inMillis", "format"],
    examples: &[
        ("{{ now() | epoch(inMillis=true) - 604800000 }}", "-604800000"),
        ("{{ '1970-01-02T00:00:00Z' | epoch }}", "86400"),
        ("{{ '02.01.1970' | epoch(format='dd.MM.yyyy', inMillis=true) }}", "86400000"),
    ],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let format = match &call.arguments[1] {
        Value::Null => None,
        Value::Str(format) => Some(DatePattern::parse(format)?),
        other => return wants_text("format", other),
    };
    let ms = match (&input, format) {
        (Value::Null, _) => return Ok(Value::Null),
        (Value::Time(ms), _) => *ms,
        (Value::Str(text), Some(format)) => read(text, &format, call.env.now_ms)?,
        (Value::Str(text), None) => match crate::date::iso(text) {
            Some(ms) => ms,
            None => {
                let message = format!("`{text}` is not a moment; give its format: epoch(format=…)");
                return value_error(message);
            }
        },
        (other, _) => match Number::of(other) {
            Some(number) => number.to_i64(),
            None => {
                return type_error(format!("`epoch` wants a moment, not {}", other.type_name()));
            }
        },
    };
    let in_millis = call.arguments[0] == Value::Bool(true);
    Ok(Value::Long(if in_millis { ms } else { ms.div_euclid(1000) }))
}
