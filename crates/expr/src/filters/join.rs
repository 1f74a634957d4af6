//! `join`: the elements of a list as one text.
//!
//! Arguments: `separator`: what stands between them; nothing if it is left out.
//!
//! Example: `{{ [1, 2, 3] | join('-') }}` gives `1-2-3`.

use super::{Call, Filter};
use super::{wants_list, wants_text};
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "join",
    parameters: &["separator"],
    examples: &[("{{ [1, 2, 3] | join('-') }}", "1-2-3")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let separator = match &call.arguments[0] {
        Value::Null => "",
        Value::Str(separator) => separator,
        other => return wants_text("separator", other),
    };
    let list = match input {
        Value::Null => return Ok(Value::Null),
        Value::List(list) => list,
        other => return wants_list("join", &other),
    };
    let mut out = String::new();
    for (n, item) in list.items().iter().enumerate() {
        if n > 0 {
            out.push_str(separator);
        }
        item.write_java(&mut out);
        call.meter.tick()?;
        call.meter.allow(out.len())?;
    }
    Ok(Value::from(out))
}
