//! `date`: a moment in a format of Java's SimpleDateFormat. It takes `now()`, a number of
//! milliseconds, or text together with `existingFormat`. The result is escaped text, which is equal
//! to nothing.
//!
//! Arguments: `format`: the format wanted; `existingFormat`: the format that text is in (read as
//! UTC); `timeZone`: the zone to print in, UTC if none is given, GMT if it is unknown.
//!
//! Example: `{{ '2024-01-15' | date('MM/dd/yyyy', existingFormat='yyyy-MM-dd') }}` gives
//! `01/15/2024`.

use super::wants_text;
use super::{Call, Filter};
use crate::date::parsing::read;
use crate::date::pattern::DatePattern;
use crate::date::printing::print;
use crate::date::zone::Zone;
use crate::error::{RenderErrorKind, Suggestion, failure, type_error, value_error};
use crate::eval::Evaluated;
use crate::prepared::Prepared;
use crate::value::{Number, Value};

const DEFAULT_FORMAT: &str = "yyyy-MM-dd'T'HH:mm:ssZ";

pub(super) const FILTER: Filter = Filter {
    name: "date",
    parameters: &["format", "existingFormat", "timeZone"],
    examples: &[
        ("{{ '2024-01-15' | date('MM/dd/yyyy', existingFormat='yyyy-MM-dd') }}", "01/15/2024"),
        ("{{ now() | date('yyyy-MM-dd HH:mm', timeZone='America/Toronto') }}", "1969-12-31 19:00"),
    ],
    tolerant: false,
    in_place: false,
    prepare: Some(prepare),
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    if input.is_null() {
        return Ok(Value::Null);
    }
    let (output, existing) = match call.prepared {
        Prepared::Dates { output, input } => (output.as_ref(), input.as_ref()),
        _ => (None, None),
    };
    let zone = match &call.arguments[2] {
        Value::Null => Zone::utc(),
        Value::Str(name) => Zone::named(name),
        other => return wants_text("timeZone", other),
    };
    let parsed;
    let existing = match (existing, &call.arguments[1]) {
        (Some(known), _) => Some(known),
        (None, Value::Null) => None,
        (None, Value::Str(format)) => {
            parsed = DatePattern::parse(format)?;
            Some(&parsed)
        }
        (None, other) => return wants_text("existingFormat", other),
    };
    let ms = moment(&input, existing, call.env.now_ms)?;
    let written;
    let output = match (output, &call.arguments[0]) {
        (Some(known), _) => known,
        (None, format) => {
            written = match format {
                Value::Null => DatePattern::parse(DEFAULT_FORMAT)?,
                Value::Str(format) => DatePattern::parse(format)?,
                other => return wants_text("format", other),
            };
            &written
        }
    };
    let modern = matches!(input, Value::Time(_));
    if let (Some(letter), false) = (output.modern, modern) {
        let message = format!("`{letter}` in a date format works with `now()` alone");
        return value_error(message);
    }
    Ok(Value::safe(print(ms, output, &zone, modern)))
}

/// Constant formats are read once.
fn prepare(arguments: &[Option<&Value<'static>>]) -> Option<Prepared> {
    let pattern = |at: usize| {
        let text = arguments.get(at).copied().flatten()?.as_str()?;
        DatePattern::parse(text).ok()
    };
    Some(Prepared::Dates { output: pattern(0), input: pattern(1) })
}

fn moment(input: &Value<'_>, existing: Option<&DatePattern>, now_ms: i64) -> Evaluated<i64> {
    match (input, existing) {
        (Value::Time(ms), _) => Ok(*ms),
        (text, Some(existing)) => read(&text.to_text(), existing, now_ms),
        (Value::Str(text), None) => {
            let mut error = failure(
                RenderErrorKind::Type,
                format!("`date` cannot know the format of `{text}`"),
            );
            let message = "give its format: date(…, existingFormat=…)".into();
            error.suggestion = Some(Suggestion { message, edit: None });
            Err(error)
        }
        (other, None) => match Number::of(other) {
            Some(number) => Ok(number.to_i64()),
            None => type_error(format!("`date` wants a moment, not {}", other.type_name())),
        },
    }
}
