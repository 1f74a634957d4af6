//! `base64encode`: the text of a value, as UTF-8 in Base64.
//!
//! Arguments: none.
//!
//! Example: `Basic {{ 'user:pass' | base64encode }}` gives `Basic dXNlcjpwYXNz`.

use super::{Call, Filter};
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "base64encode",
    parameters: &[],
    examples: &[("Basic {{ 'user:pass' | base64encode }}", "Basic dXNlcjpwYXNz")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let _ = call;
    if input.is_null() {
        return Ok(Value::Null);
    }
    Ok(Value::from(encode(input.to_text().as_bytes())))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |bits, &byte| (bits << 8) | u32::from(byte));
        let bits = bits << (8 * (3 - group.len()));
        for n in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * n)) as usize & 63];
            out.push(if n <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}
