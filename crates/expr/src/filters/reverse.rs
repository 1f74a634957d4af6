//! `reverse`: a list from back to front. It changes the list itself, as in Pebble.
//!
//! Arguments: none.
//!
//! Example: `{{ [1, 2, 3] | reverse }}` gives `[3, 2, 1]`.

use super::wants_list;
use super::{Call, Filter};
use crate::eval::Evaluated;
use crate::value::{ListKind, Value};

pub(super) const FILTER: Filter = Filter {
    name: "reverse",
    parameters: &[],
    examples: &[("{{ [1, 2, 3] | reverse }}", "[3, 2, 1]")],
    tolerant: false,
    in_place: true,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    match input {
        Value::Null => Ok(Value::Null),
        Value::List(list) if list.kind() == ListKind::List => {
            call.meter.charge(list.items().len() * 16)?;
            Ok(Value::list(list.items().iter().rev().cloned().collect()))
        }
        other => wants_list("reverse", &other),
    }
}
