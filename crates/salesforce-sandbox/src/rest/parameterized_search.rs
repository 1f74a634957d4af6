//! `parameterizedSearch`: a search without SOSL, by GET or POST.

use serde_json::{Map, Value};

use super::call::{Api, Call, Outcome, wrong_shape};
use super::search;
use crate::api_error::ApiError;
use crate::soql::ast::{Path, Query, SelectItem};
use crate::soql::parser;
use crate::sosl::{Group, MAX_RESULTS, Search, Words};

pub(super) fn answer(api: &Api<'_>, call: &Call) -> Outcome {
    call.only(&["GET", "POST"])?;
    let search = if call.is_read() { from_parameters(call)? } else { from_body(call)? };
    search::results(api, call, &search)
}

fn from_parameters(call: &Call) -> Result<Search, ApiError> {
    let get = |name: &str| call.parameters.filled(name);
    let mut search = start(get("q"), get("in"), number(get("overallLimit"))?)?;
    let fields = get("fields");
    let default_limit = number(get("defaultLimit"))?;
    for object in call.parameters.iter().filter(|(name, _)| *name == "sobject").map(|(_, o)| o) {
        let own = |what: &str| get(&format!("{object}.{what}"));
        let mut query = returning(object, own("fields").or(fields), own("where"))?;
        query.limit = number(own("limit"))?.or(default_limit);
        search.returning.push(query);
    }
    Ok(search)
}

fn from_body(call: &Call) -> Result<Search, ApiError> {
    let body = call.json_object()?;
    let text = |object: &Map<String, Value>, key: &str| {
        object.get(key).and_then(Value::as_str).map(str::to_owned)
    };
    let count = |object: &Map<String, Value>, key: &str| object.get(key).and_then(Value::as_u64);
    let group = text(&body, "in");
    let mut search =
        start(text(&body, "q").as_deref(), group.as_deref(), count(&body, "overallLimit"))?;
    let fields = list(body.get("fields"));
    let objects = body.get("sobjects").and_then(Value::as_array).cloned().unwrap_or_default();
    for object in &objects {
        let Value::Object(object) = object else { return Err(wrong_shape("an object", object)) };
        let name = text(object, "name").unwrap_or_default();
        let own = list(object.get("fields"));
        let filter = text(object, "where");
        let mut query = returning(&name, own.or(fields.clone()).as_deref(), filter.as_deref())?;
        query.limit = count(object, "limit").or(count(&body, "defaultLimit"));
        search.returning.push(query);
    }
    Ok(search)
}

fn start(q: Option<&str>, group: Option<&str>, limit: Option<u64>) -> Result<Search, ApiError> {
    let words = Words::parse(q.unwrap_or_default())?;
    let group = match group {
        None => Group::All,
        Some(name) => Group::named(name).ok_or_else(|| {
            ApiError::bad("MALFORMED_SEARCH", format!("unknown group of fields: {name}"))
        })?,
    };
    let limit = limit.and_then(|l| usize::try_from(l).ok()).unwrap_or(MAX_RESULTS);
    Ok(Search { words, group, returning: Vec::new(), limit: limit.min(MAX_RESULTS) })
}

/// What to give of one object.
fn returning(object: &str, fields: Option<&str>, filter: Option<&str>) -> Result<Query, ApiError> {
    if let Some(filter) = filter {
        let text = format!("{} WHERE {filter}", fields.unwrap_or("Id"));
        return parser::parse_returning(object, &text).map_err(|error| error.into_api(&text));
    }
    let select = match fields {
        Some(text) => parser::parse_fields(text).map_err(|error| error.into_api(text))?,
        None => vec![SelectItem::field("Id")],
    };
    Ok(Query::new(select, Path::of(object)))
}

fn list(fields: Option<&Value>) -> Option<String> {
    match fields? {
        Value::Array(items) => {
            let names: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            (!names.is_empty()).then(|| names.join(","))
        }
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn number(text: Option<&str>) -> Result<Option<u64>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let number = text.parse::<u64>().ok().filter(|n| *n <= 2000);
    number.map(Some).ok_or_else(|| {
        ApiError::bad("INVALID_SEARCH", format!("a limit is a number up to 2000, not '{text}'"))
    })
}
