//! The Java methods and getters that templates may reach: the harmless ones of strings, numbers,
//! lists and maps. Names are found whatever their case, `x.empty` finds `isEmpty`, and a method
//! answers only to arguments of its types: a literal is a Long, so it is no `int`.

use std::borrow::Cow;

use super::Evaluated;
use crate::error::{RenderErrorKind, fail};
use crate::text::{java_trim, utf16_len, utf16_slice};
use crate::value::{List, ListKind, Map, Number, Shared, Value, java_hash};

/// Text that a method may produce, in bytes.
const MAX_TEXT: usize = 1 << 20;

type Found<'v> = Evaluated<Option<Value<'v>>>;

/// The result of a method or getter, `None` when there is none that fits.
pub(crate) fn member<'v>(object: &Value<'v>, name: &str, arguments: &[Value<'v>]) -> Found<'v> {
    let lower = name.to_ascii_lowercase();
    if let "class" | "getclass" | "notify" | "notifyall" | "wait" = &*lower {
        return fail(RenderErrorKind::Denied, format!("templates may not use `{name}`"));
    }
    for prefix in ["get", "is", "has", ""] {
        let found = one(object, &format!("{prefix}{lower}"), arguments)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn one<'v>(object: &Value<'v>, name: &str, arguments: &[Value<'v>]) -> Found<'v> {
    match (name, arguments) {
        ("tostring", []) => return Ok(Some(Value::string(object.to_java_text()))),
        ("hashcode", []) => return Ok(Some(Value::Int(java_hash(object)))),
        ("equals", [other]) => return Ok(Some(Value::Bool(object == other))),
        _ => {}
    }
    match object {
        Value::Str(text) => of_text(text, name, arguments),
        Value::List(list) if list.kind() != ListKind::Array => of_list(list, name, arguments),
        Value::Map(map) => of_map(map, name, arguments),
        Value::Int(_) | Value::Long(_) | Value::Double(_) | Value::Big(_) => {
            Ok(of_number(object, name, arguments))
        }
        Value::Entry(entry) => Ok(match (name, arguments) {
            ("getkey", []) => Some(entry.0.clone()),
            ("getvalue", []) => Some(entry.1.clone()),
            _ => None,
        }),
        Value::Bool(value) => {
            Ok((name == "booleanvalue" && arguments.is_empty()).then_some(Value::Bool(*value)))
        }
        Value::Time(ms) => Ok(crate::date::time_member(*ms, name, arguments)),
        Value::Object(object) => Ok(object.attribute(name)),
        Value::Null | Value::List(_) | Value::Char(_) | Value::Safe(_) => Ok(None),
    }
}

fn int<'v>(number: usize) -> Value<'v> {
    Value::Int(i32::try_from(number).unwrap_or(i32::MAX))
}

fn of_text<'v>(text: &Cow<'v, str>, name: &str, arguments: &[Value<'v>]) -> Found<'v> {
    Ok(Some(match (name, arguments) {
        ("length", []) => int(utf16_len(text)),
        ("isempty", []) => Value::Bool(text.is_empty()),
        ("isblank", []) => Value::Bool(text.chars().all(crate::text::is_java_whitespace)),
        ("touppercase", []) => Value::from(text.to_uppercase()),
        ("tolowercase", []) => Value::from(text.to_lowercase()),
        ("trim", []) => Value::from(java_trim(text).to_owned()),
        ("strip", []) => Value::from(text.trim_matches(crate::text::is_java_whitespace).to_owned()),
        ("concat", [Value::Str(more)]) => Value::from(format!("{text}{more}")),
        ("startswith", [Value::Str(part)]) => Value::Bool(text.starts_with(&**part)),
        ("endswith", [Value::Str(part)]) => Value::Bool(text.ends_with(&**part)),
        ("contains", [Value::Str(part)]) => Value::Bool(text.contains(&**part)),
        ("equalsignorecase", [Value::Str(other)]) => {
            Value::Bool(text.to_lowercase() == other.to_lowercase())
        }
        ("indexof", [Value::Str(part)]) => position(text, text.find(&**part)),
        ("lastindexof", [Value::Str(part)]) => position(text, text.rfind(&**part)),
        ("compareto", [Value::Str(other)]) => Value::Int(compare(text, other)),
        ("replace", [Value::Str(from), Value::Str(to)]) => replace(text, from, to)?,
        ("replaceall", [Value::Str(pattern), Value::Str(to)]) => {
            let regex = crate::patterns::compile(pattern)?;
            Value::from(crate::patterns::replace(&regex, text, to, true, MAX_TEXT)?)
        }
        ("replacefirst", [Value::Str(pattern), Value::Str(to)]) => {
            let regex = crate::patterns::compile(pattern)?;
            Value::from(crate::patterns::replace(&regex, text, to, false, MAX_TEXT)?)
        }
        ("matches", [Value::Str(pattern)]) => {
            Value::Bool(crate::patterns::matches_whole(pattern, text)?)
        }
        ("split", [Value::Str(pattern)]) => {
            let regex = crate::patterns::compile(pattern)?;
            crate::patterns::split(&regex, text, 0)
        }
        ("split", [Value::Str(pattern), Value::Int(limit)]) => {
            let regex = crate::patterns::compile(pattern)?;
            crate::patterns::split(&regex, text, i64::from(*limit))
        }
        ("substring", [Value::Int(from)]) => {
            return Ok(substring(text, *from, utf16_len(text)));
        }
        ("substring", [Value::Int(from), Value::Int(to)]) => {
            let Ok(to) = usize::try_from(*to) else { return Ok(None) };
            return Ok(substring(text, *from, to));
        }
        ("charat", [Value::Int(at)]) => {
            let found = substring(text, *at, usize::try_from(*at).map_or(0, |at| at + 1));
            return Ok(found.and_then(|unit| unit.as_str()?.chars().next()).map(Value::Char));
        }
        _ => return Ok(None),
    }))
}

fn position<'v>(text: &str, at: Option<usize>) -> Value<'v> {
    match at {
        Some(at) => int(utf16_len(&text[..at])),
        None => Value::Int(-1),
    }
}

fn substring<'v>(text: &Cow<'v, str>, from: i32, to: usize) -> Option<Value<'v>> {
    let from = usize::try_from(from).ok()?;
    (from <= to && to <= utf16_len(text)).then(|| Value::Str(utf16_slice(text, from, to)))
}

/// Java's `compareTo`: the difference of the first units that differ, or of the lengths.
fn compare(a: &str, b: &str) -> i32 {
    let differing = a.encode_utf16().zip(b.encode_utf16()).find(|(a, b)| a != b);
    match differing {
        Some((a, b)) => i32::from(a) - i32::from(b),
        None => {
            let length = |text: &str| i32::try_from(utf16_len(text)).unwrap_or(i32::MAX);
            length(a) - length(b)
        }
    }
}

fn replace<'v>(text: &str, from: &str, to: &str) -> Evaluated<Value<'v>> {
    let count = if from.is_empty() { text.chars().count() + 1 } else { text.matches(from).count() };
    if text.len() + count.saturating_mul(to.len()) > MAX_TEXT {
        return fail(RenderErrorKind::Limit, "`replace` would make more than 1 MiB of text");
    }
    Ok(Value::from(text.replace(from, to)))
}

fn of_list<'v>(list: &Shared<'v, List>, name: &str, arguments: &[Value<'v>]) -> Found<'v> {
    let items = list.items();
    let indexed = list.kind() == ListKind::List;
    Ok(Some(match (name, arguments) {
        ("size", []) => int(items.len()),
        ("isempty", []) => Value::Bool(items.is_empty()),
        ("contains", [item]) => Value::Bool(items.contains(&item.clone().into_owned())),
        ("iterator", []) => collection(items.to_vec()),
        ("get", [Value::Int(at)]) if indexed => {
            let at = usize::try_from(*at).ok();
            return Ok(at.and_then(|at| items.get(at)).cloned());
        }
        ("indexof", [wanted]) if indexed => match items.iter().position(|item| item == wanted) {
            Some(at) => int(at),
            None => Value::Int(-1),
        },
        ("remove", [wanted]) if !items.iter().any(|item| item == wanted) => Value::Bool(false),
        ("add" | "addall" | "remove" | "removeall" | "clear" | "set" | "sort", _) => {
            return unchangeable(name);
        }
        _ => return Ok(None),
    }))
}

fn of_map<'v>(map: &Map, name: &str, arguments: &[Value<'v>]) -> Found<'v> {
    Ok(Some(match (name, arguments) {
        ("size", []) => int(map.len()),
        ("isempty", []) => Value::Bool(map.is_empty()),
        ("keyset", []) => collection(map.iter().map(|(key, _)| key.clone()).collect()),
        ("values", []) => collection(map.iter().map(|(_, value)| value.clone()).collect()),
        ("entryset", []) => Value::List(Shared::new(entries(map))),
        ("containskey", [key]) => Value::Bool(map.get(key).is_some()),
        ("containsvalue", [wanted]) => Value::Bool(map.iter().any(|(_, value)| value == wanted)),
        ("get", [key]) => return Ok(map.get(key).cloned()),
        ("getordefault", [key, other]) => map.get(key).cloned().unwrap_or_else(|| other.clone()),
        ("put" | "putall" | "remove" | "clear" | "putifabsent", [_, ..] | []) => {
            return unchangeable(name);
        }
        _ => return Ok(None),
    }))
}

fn unchangeable<'v>(name: &str) -> Found<'v> {
    let message = format!("`{name}` would change a value of the flow; use `merge`, `+` or `set`");
    fail(RenderErrorKind::Denied, message)
}

fn collection<'v>(items: Vec<Value<'static>>) -> Value<'v> {
    Value::List(Shared::new(List::new(ListKind::Collection, items)))
}

/// The entries of a map, in order.
pub(crate) fn entries(map: &Map) -> List {
    let entries = map.iter().map(|pair| Value::Entry(pair.clone().into()));
    List::new(ListKind::Collection, entries.collect())
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // as in Java
fn of_number<'v>(value: &Value<'v>, name: &str, arguments: &[Value<'v>]) -> Option<Value<'v>> {
    let number = Number::of(value)?;
    let whole = number.to_i64();
    Some(match (name, arguments) {
        ("intvalue", []) => Value::Int(match number {
            Number::Double(number) => number as i32,
            _ => whole as i32,
        }),
        ("longvalue", []) => Value::Long(whole),
        ("doublevalue" | "floatvalue", []) => Value::Double(number.to_f64(value)),
        ("isnan", []) => Value::Bool(matches!(number, Number::Double(number) if number.is_nan())),
        _ => return None,
    })
}
