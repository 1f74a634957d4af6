//! `urlencode`: text encoded for the query of a URL: a space becomes `+`.
//!
//! Arguments: none.
//!
//! Example: `{{ '+1 408' | urlencode }}` gives `%2B1+408`.

use super::wants_text;
use super::{Call, Filter};
use crate::escaping::percent;
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "urlencode",
    parameters: &[],
    examples: &[("{{ '+1 408' | urlencode }}", "%2B1+408")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    match input {
        Value::Null => Ok(Value::Null),
        Value::Str(text) => {
            call.meter.charge(text.len().saturating_mul(3))?;
            let mut out = String::with_capacity(text.len() + 16);
            percent(&text, &mut out, b"-_.* ");
            Ok(Value::from(out.replace(' ', "+")))
        }
        other => wants_text("urlencode", &other),
    }
}
