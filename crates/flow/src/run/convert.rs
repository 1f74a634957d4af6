//! Values into the types of variables.

use trunkline_expr::Value;
use trunkline_model::tenant::VariableType;

/// The longest text that a variable takes, in bytes. Webex documents 1,024 characters for globals
/// and 16 KB for JSON; answers put whole into a variable are larger and work there.
pub(crate) const MAX_TEXT_BYTES: usize = 1 << 20;

/// A text as a value of this type; the error completes a sentence about the text.
pub(crate) fn from_text(kind: VariableType, text: &str) -> Result<Value<'static>, String> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(format!("has {} bytes, more than {MAX_TEXT_BYTES}", text.len()));
    }
    let trimmed = text.trim();
    match kind {
        VariableType::String | VariableType::DateTime => Ok(Value::from(text.to_owned())),
        VariableType::Integer => integer(trimmed),
        VariableType::Decimal => match trimmed.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::from(number)),
            Ok(_) | Err(_) => Err(format!("is no decimal number: {}", shorten(trimmed))),
        },
        VariableType::Boolean if trimmed.eq_ignore_ascii_case("true") => Ok(Value::from(true)),
        VariableType::Boolean if trimmed.eq_ignore_ascii_case("false") => Ok(Value::from(false)),
        VariableType::Boolean => Err(format!("is neither true nor false: {}", shorten(trimmed))),
        VariableType::Json => {
            Value::from_json(trimmed).map_err(|error| format!("is no JSON ({error})"))
        }
    }
}

/// A value as a value of this type.
pub(crate) fn from_value(
    kind: VariableType,
    value: Value<'static>,
) -> Result<Value<'static>, String> {
    match (kind, &value) {
        (VariableType::Integer, Value::Int(_) | Value::Long(_))
        | (VariableType::Decimal, Value::Double(_))
        | (VariableType::Boolean, Value::Bool(_))
        | (VariableType::Json, Value::Map(_) | Value::List(_)) => Ok(value),
        (VariableType::Decimal, Value::Int(number)) => Ok(Value::from(f64::from(*number))),
        (VariableType::Decimal, Value::Long(number)) => Ok(Value::from(*number as f64)),
        // Types other than text have no empty text: no value stays no value.
        (VariableType::Integer | VariableType::Decimal, Value::Null)
        | (VariableType::Boolean | VariableType::Json, Value::Null) => Ok(value),
        (VariableType::String | VariableType::DateTime, Value::Str(text))
            if text.len() <= MAX_TEXT_BYTES =>
        {
            Ok(value)
        }
        // Not what `{{ }}` prints: a document handed over as a whole stays one that can be read.
        (_, Value::Map(_) | Value::List(_)) => from_text(kind, &value.to_json()),
        _ => from_text(kind, &text_of(&value)),
    }
}

fn integer(text: &str) -> Result<Value<'static>, String> {
    let fault = || format!("is no whole number: {}", shorten(text));
    if let Ok(number) = text.parse::<i64>() {
        return Ok(whole(number));
    }
    // Divisions give 3.0 where people mean 3.
    let number = text.parse::<f64>().map_err(|_| fault())?;
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Ok(whole(number as i64))
    } else {
        Err(fault())
    }
}

/// A whole number as Java would hold it in a context: an Integer where it fits.
pub(crate) fn whole(number: i64) -> Value<'static> {
    i32::try_from(number).map_or(Value::Long(number), Value::Int)
}

/// The text of a value as `{{ }}` prints it.
pub fn text_of(value: &Value<'_>) -> String {
    let mut out = String::new();
    value.write_to(&mut out);
    out
}

/// The text of a variable's value as people see it: documents as JSON.
pub fn display(value: &Value<'_>) -> String {
    match value {
        Value::Map(_) | Value::List(_) => value.to_json(),
        other => text_of(other),
    }
}

/// A text cut to a length that fits a message.
pub(crate) fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("\"{}…\"", &text[..end]),
        None => format!("\"{text}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_values_of_the_variables_type() {
        use VariableType::{Boolean, Decimal, Integer, Json, String};
        let cases = [
            (Integer, " 42 ", "42"),
            (Integer, "3.0", "3"),
            (Integer, "5000000000", "5000000000"),
            (Decimal, "1.5", "1.5"),
            (Boolean, "TRUE", "true"),
            (String, " kept ", " kept "),
            (Json, "[1, 2]", "[1, 2]"),
        ];
        for (kind, text, printed) in cases {
            assert_eq!(text_of(&from_text(kind, text).unwrap()), printed, "{text}");
        }
        for (kind, text) in [(Integer, "3.5"), (Boolean, "yes"), (Json, "{"), (Decimal, "inf")] {
            assert!(from_text(kind, text).is_err(), "{text}");
        }
    }
}
