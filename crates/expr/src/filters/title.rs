//! `title`: text with the first letter of every word in upper case.
//!
//! Arguments: none.
//!
//! Example: `{{ 'ada lovelace' | title }}` gives `Ada Lovelace`.

use super::wants_text;
use super::{Call, Filter};
use crate::eval::Evaluated;
use crate::text::{is_java_whitespace, title_case};
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "title",
    parameters: &[],
    examples: &[("{{ 'ada lovelace' | title }}", "Ada Lovelace")],
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
            let mut begins = true;
            let raise = |c: char| {
                let raised = if begins { title_case(c) } else { c };
                begins = is_java_whitespace(c);
                raised
            };
            Ok(Value::from(text.chars().map(raise).collect::<String>()))
        }
        other => wants_text("title", &other),
    }
}
