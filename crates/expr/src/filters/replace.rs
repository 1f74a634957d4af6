//! `replace`: the text of a value with every occurrence of some texts replaced, pair by pair, in
//! the order of Java's HashMap.
//!
//! Arguments: `replace_pairs`: a map of what is looked for to what takes its place.
//!
//! Example: `{{ '+14085551234' | replace({'+1': ''}) }}` gives `4085551234`.

use super::{Call, Filter};
use std::borrow::Cow;

use memchr::memmem;

use crate::error::{Failure, RenderErrorKind, fail, failure, type_error};
use crate::eval::{Evaluated, Meter};
use crate::prepared::Prepared;
use crate::value::{Map, Value};

type Pairs = Box<[(Box<str>, Box<str>)]>;

pub(super) const FILTER: Filter = Filter {
    name: "replace",
    parameters: &["replace_pairs"],
    examples: &[
        ("{{ '+14085551234' | replace({'+1': ''}) }}", "4085551234"),
        ("{{ 'abc' | replace({'a': 'b', 'b': 'c'}) }}", "ccc"),
    ],
    tolerant: false,
    in_place: false,
    prepare: Some(prepare),
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    if input.is_null() {
        return Ok(Value::Null);
    }
    let given;
    let pairs = match (call.prepared, &call.arguments[0]) {
        (Prepared::Pairs(pairs), _) => pairs,
        (_, Value::Map(map)) => {
            given = texts(map).ok_or_else(null_replacement)?;
            &given
        }
        (_, Value::Null) => {
            return fail(RenderErrorKind::Argument, "`replace` wants a map: {'old': 'new'}");
        }
        (_, other) => {
            return type_error(format!("`replace` wants a map, not {}", other.type_name()));
        }
    };
    let (mut text, safe) = match input {
        Value::Str(text) => (text, false),
        Value::Safe(text) => (Cow::Owned(text.to_string()), true),
        other => (Cow::Owned(other.to_text()), false),
    };
    for (from, to) in pairs {
        text = replace(text, from, to, call.meter)?;
    }
    Ok(if safe { Value::safe(&*text) } else { Value::Str(text) })
}

/// A constant map is turned into pairs once.
fn prepare(arguments: &[Option<&Value<'static>>]) -> Option<Prepared> {
    match arguments.first().copied().flatten()? {
        Value::Map(map) => texts(map).map(Prepared::Pairs),
        _ => None,
    }
}

fn texts(map: &Map) -> Option<Pairs> {
    map.iter()
        .map(|(key, value)| {
            let to = (!value.is_null()).then(|| value.to_text())?;
            Some((key.to_java_text().into(), to.into()))
        })
        .collect()
}

#[cold]
fn null_replacement() -> Failure {
    failure(RenderErrorKind::Value, "`replace` cannot replace by null; use '' to remove")
}

/// One pair. Text in which nothing is found is given back as it is.
fn replace<'v>(
    text: Cow<'v, str>,
    from: &str,
    to: &str,
    meter: &mut Meter,
) -> Evaluated<Cow<'v, str>> {
    meter.charge(text.len())?;
    if from.is_empty() {
        meter.allow(text.len().saturating_mul(to.len() + 1))?;
        return Ok(Cow::Owned(text.replace("", to)));
    }
    let Some(first) = find(&text, from) else { return Ok(text) };
    let mut out = String::with_capacity(text.len() + to.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first + from.len()..];
    loop {
        out.push_str(to);
        let Some(at) = find(rest, from) else { break };
        meter.allow(out.len())?;
        out.push_str(&rest[..at]);
        rest = &rest[at + from.len()..];
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

/// Short texts are searched directly: setting up a faster search would take longer.
#[inline]
fn find(text: &str, wanted: &str) -> Option<usize> {
    const SHORT: usize = 64;
    if text.len() > SHORT {
        return memmem::find(text.as_bytes(), wanted.as_bytes());
    }
    let wanted = wanted.as_bytes();
    text.as_bytes().windows(wanted.len()).position(|window| window == wanted)
}
