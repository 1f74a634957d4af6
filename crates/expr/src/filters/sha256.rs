//! `sha256`: the SHA-256 of text, in hexadecimal digits.
//!
//! Arguments: none.
//!
//! Example: `{{ 'abc' | sha256 }}` gives
//! `ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad`.

use super::{Call, Filter};
use sha2::{Digest, Sha256};

use super::wants_text;
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "sha256",
    parameters: &[],
    examples: &[(
        "{{ 'abc' | sha256 }}",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    )],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    match input {
        Value::Null => Ok(Value::Null),
        Value::Str(text) => {
            call.meter.charge(text.len().saturating_mul(8))?;
            let digest = Sha256::digest(text.as_bytes());
            let mut out = String::with_capacity(64);
            for byte in digest {
                out.extend(char::from_digit(u32::from(byte >> 4), 16));
                out.extend(char::from_digit(u32::from(byte & 15), 16));
            }
            Ok(Value::from(out))
        }
        other => wants_text("sha256", &other),
    }
}
