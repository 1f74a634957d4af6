//! `capitalize`: text with its first letter in upper case.
//!
//! Arguments: none.
//!
//! Example: `{{ 'ada lovelace' | capitalize }}` gives `Ada lovelace`.

use super::wants_text;
use super::{Call, Filter};
use crate::eval::Evaluated;
use crate::text::{is_java_whitespace, title_case};
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "capitalize",
    parameters: &[],
    examples: &[("{{ 'ada lovelace' | capitalize }}", "Ada lovelace")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let _ = call;
    match input {
        Value::Null => Ok(Value::Null),
        Value::Str(text) => {
            let mut out = String::with_capacity(text.len());
            let first = text.find(|c| !is_java_whitespace(c)).unwrap_or(text.len());
            let (space, rest) = text.split_at(first);
            out.push_str(space);
            let mut rest = rest.chars();
            out.extend(rest.next().map(title_case));
            out.push_str(rest.as_str());
            Ok(Value::from(out))
        }
        other => wants_text("capitalize", &other),
    }
}
