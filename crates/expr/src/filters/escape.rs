//! `escape`: text made harmless for the place where it goes. The result is escaped text, and is not
//! escaped again.
//!
//! Arguments: `strategy`: `html` (the default), `js`, `css`, `url_param` or `json`.
//!
//! Example: `{{ '<b>' | escape }}` gives `&lt;b&gt;`.

use super::wants_text;
use super::{Call, Filter};
use crate::error::value_error;
use crate::escaping::{Strategy, escape};
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "escape",
    parameters: &["strategy"],
    examples: &[
        ("{{ '<b>' | escape }}", "&lt;b&gt;"),
        (r#"{{ 'a "b"' | escape('json') }}"#, r#"a \"b\""#),
    ],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let strategy = match &call.arguments[0] {
        Value::Null => Strategy::Html,
        Value::Str(name) => match Strategy::named(name) {
            Some(strategy) => strategy,
            None => return value_error(Strategy::unknown(name)),
        },
        other => return wants_text("strategy", other),
    };
    match input {
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Long(_)
        | Value::Double(_)
        | Value::Big(_)
        | Value::Safe(_) => Ok(input),
        other => {
            let text = other.to_text();
            call.meter.charge(text.len().saturating_mul(6))?;
            Ok(Value::safe(escape(&text, strategy)))
        }
    }
}
