//! `merge`: a new list or map with the elements of both. A map takes the elements of a list as keys
//! and values.
//!
//! Arguments: `items`: the list or map that is added.
//!
//! Example: `{{ [1] | merge([2, 3]) }}` gives `[1, 2, 3]`.

use super::wants_list;
use super::{Call, Filter};
use crate::error::value_error;
use crate::eval::members::entries;
use crate::eval::{Evaluated, bounded};
use crate::value::{List, ListKind, Map, Value};

pub(super) const FILTER: Filter = Filter {
    name: "merge",
    parameters: &["items"],
    examples: &[
        ("{{ [1] | merge([2, 3]) }}", "[1, 2, 3]"),
        ("{{ {'a': 1} | merge({'b': 2}) }}", "{a=1, b=2}"),
    ],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let items = std::mem::take(&mut call.arguments[0]);
    match (input, items) {
        (Value::Null, Value::Null) => value_error("there is nothing to merge: both are null"),
        (Value::Null, one) | (one, Value::Null) => Ok(one),
        (Value::Map(map), more) => into_map(&map, &more, call),
        (Value::List(list), more) => into_list(&list, &more, call),
        (other, _) => wants_list("merge", &other),
    }
}

/// Room that a merged `HashMap` has beyond its entries.
const SPARE: usize = 16;

fn into_map<'v>(map: &Map, more: &Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let mut pairs: Vec<_> = map.iter().cloned().collect();
    match more {
        Value::Map(more) => pairs.extend(more.iter().cloned()),
        Value::List(more) if more.kind() == ListKind::List => {
            pairs.extend(more.items().iter().map(|item| (item.clone(), item.clone())));
        }
        other => return wants_list("merge", other),
    }
    call.meter.charge(pairs.len() * 16)?;
    let capacity = pairs.len() + SPARE;
    bounded(Map::in_bucket_order(pairs, capacity).into())
}

fn into_list<'v>(list: &List, more: &Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let mut items = list.items().to_vec();
    match more {
        Value::Map(more) if list.kind() == ListKind::List => {
            items.extend_from_slice(entries(more).items());
        }
        Value::List(more) if more.kind() == list.kind() => items.extend_from_slice(more.items()),
        other => return wants_list("merge", other),
    }
    call.meter.charge(items.len() * 16)?;
    let array = list.kind() == ListKind::Array;
    bounded(if array { Value::array(items) } else { Value::list(items) })
}
