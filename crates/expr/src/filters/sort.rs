//! `sort`: a list in ascending order. It changes the list itself, as in Pebble; what cannot be
//! compared is an error.
//!
//! Arguments: none.
//!
//! Example: `{{ [3, 1, 2] | sort }}` gives `[1, 2, 3]`.

use super::wants_list;
use super::{Call, Filter};
use crate::error::type_error;
use crate::eval::Evaluated;
use crate::value::{ListKind, Value};
use std::cmp::Ordering;

pub(super) const FILTER: Filter = Filter {
    name: "sort",
    parameters: &[],
    examples: &[("{{ [3, 1, 2] | sort }}", "[1, 2, 3]")],
    tolerant: false,
    in_place: true,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    sorted("sort", input, call, false)
}

/// Sorts by Java's natural order; both ways, for `sort` and `rsort`.
pub(super) fn sorted<'v>(
    name: &str,
    input: Value<'v>,
    call: &mut Call<'v, '_>,
    descending: bool,
) -> Evaluated<Value<'v>> {
    let list = match input {
        Value::Null => return Ok(Value::Null),
        Value::List(list) if list.kind() == ListKind::List => list,
        Value::List(list) if list.kind() == ListKind::Array && !descending => list,
        other => return wants_list(name, &other),
    };
    let mut items = list.items().to_vec();
    call.meter.charge(items.len() * 64)?;
    if items.len() > 1 {
        comparable(&items)?;
    }
    items.sort_by(|a, b| if descending { order(b, a) } else { order(a, b) });
    Ok(if list.kind() == ListKind::Array { Value::array(items) } else { Value::list(items) })
}

/// Whether all elements are of one type that has an order.
fn comparable(items: &[Value<'static>]) -> Evaluated<()> {
    let kind = std::mem::discriminant(&items[0]);
    for item in items {
        let ordered = matches!(
            item,
            Value::Bool(_)
                | Value::Int(_)
                | Value::Long(_)
                | Value::Double(_)
                | Value::Char(_)
                | Value::Str(_)
                | Value::Time(_)
        );
        if !ordered || std::mem::discriminant(item) != kind {
            let (first, item) = (items[0].type_name(), item.type_name());
            return type_error(format!("{item} cannot be ordered beside {first}"));
        }
    }
    Ok(())
}

fn order(a: &Value<'_>, b: &Value<'_>) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Long(a), Value::Long(b)) | (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Double(a), Value::Double(b)) => a.total_cmp(b),
        (Value::Char(a), Value::Char(b)) => a.cmp(b),
        (Value::Str(a), Value::Str(b)) => a.encode_utf16().cmp(b.encode_utf16()),
        _ => Ordering::Equal,
    }
}
