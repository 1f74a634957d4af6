//! `base64decode`: text that was encoded as Base64 (UTF-8). Padding may be left out.
//!
//! Arguments: none.
//!
//! Example: `{{ 'aGVsbG8=' | base64decode }}` gives `hello`.

use super::wants_text;
use super::{Call, Filter};
use crate::error::value_error;
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "base64decode",
    parameters: &[],
    examples: &[("{{ 'aGVsbG8=' | base64decode }}", "hello")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let _ = call;
    match input {
        Value::Null => Ok(Value::Null),
        Value::Str(text) => match decode(&text) {
            Some(bytes) => Ok(Value::from(String::from_utf8_lossy(&bytes).into_owned())),
            None => value_error("this text is not Base64"),
        },
        other => wants_text("base64decode", &other),
    }
}

/// Reads the standard alphabet; whatever else stands in the text makes it invalid.
fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    let padding = text.iter().rev().take_while(|&&byte| byte == b'=').count();
    let digits = &text[..text.len() - padding];
    let padded = padding == 0 || (padding < 3 && text.len().is_multiple_of(4));
    if !padded || digits.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        let mut bits = 0u32;
        for &digit in group {
            bits = (bits << 6) | value_of(digit)?;
        }
        bits <<= 6 * (4 - group.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    Some(bytes)
}

fn value_of(digit: u8) -> Option<u32> {
    Some(u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}
