//! `sobjects/X` and `sobjects/X/{id}`: creating, reading, changing and deleting one record.

use super::call::{Api, Call, Outcome};
use crate::api_error::ApiError;
use crate::http::Response;
use crate::id;
use crate::json::Json;
use crate::schema::Object;
use crate::soql::ast::{Condition, Literal, Operator, Path, Query, SelectItem, Value};
use crate::soql::{self, parser};

/// `POST sobjects/X`.
pub(super) fn create(api: &Api<'_>, call: &Call, object: &Object) -> Outcome {
    let id = api.store.create(object, &call.json_object()?, api.user)?;
    let location = format!("{}/sobjects/{}/{id}", call.base(), object.name);
    Ok(Response::json(201, created(&id)).with_header("location", location))
}

/// The body that tells of a created record.
pub(super) fn created(id: &str) -> Json {
    Json::object([
        ("id", Json::from(id)),
        ("success", Json::Bool(true)),
        ("errors", Json::Array(Vec::new())),
    ])
}

/// `sobjects/X/{id}`.
pub(super) fn answer(api: &Api<'_>, call: &Call, object: &Object, text: &str) -> Outcome {
    call.only(&["GET", "PATCH", "DELETE"])?;
    let id = id_of(object, text)?;
    match call.method.as_str() {
        "PATCH" => {
            api.store.update(object, &id, &call.json_object()?, api.user)?;
            Ok(Response::empty(204))
        }
        "DELETE" => {
            api.store.delete(object, &id, api.user)?;
            Ok(Response::empty(204))
        }
        _ => Ok(Response::json(200, read(api, call, object, &id)?)),
    }
}

/// The Id in a path; anything else is taken for the name of an external Id field.
pub(super) fn id_of(object: &Object, text: &str) -> Result<String, ApiError> {
    let id = id::normalise(text).ok_or_else(|| ApiError::no_external_id(text))?;
    if id.starts_with(&object.key_prefix) { Ok(id) } else { Err(ApiError::not_found()) }
}

/// The record with the fields that the call asks for, or all.
pub(super) fn read(
    api: &Api<'_>,
    call: &Call,
    object: &Object,
    id: &str,
) -> Result<Json, ApiError> {
    api.store.require(object, id)?;
    let fields = call.parameters.filled("fields");
    let mut query = Query::new(wanted_fields(object, fields)?, Path::of(&object.name));
    query.condition = Some(equals("Id", id));
    let base = call.base();
    let text = fields.unwrap_or_default();
    let answer = soql::run_parsed(api.store, &query, api.asker(&base, false), text)?;
    answer.records.into_iter().next().ok_or_else(ApiError::not_found)
}

/// The fields of a parameter `fields`, with the Id last unless it is among them; else all.
pub(super) fn wanted_fields(
    object: &Object,
    fields: Option<&str>,
) -> Result<Vec<SelectItem>, ApiError> {
    let Some(text) = fields else {
        return Ok(object.fields.iter().map(|field| SelectItem::field(&field.name)).collect());
    };
    let mut items = parser::parse_fields(text).map_err(|error| error.into_api(text))?;
    let is_id = |item: &SelectItem| match item {
        SelectItem::Value { value: Value::Field(path), .. } => {
            path.text().eq_ignore_ascii_case("Id")
        }
        _ => false,
    };
    if !items.iter().any(is_id) {
        items.push(SelectItem::field("Id"));
    }
    Ok(items)
}

/// The condition that a field has an Id as its value.
pub(super) fn equals(field: &str, id: &str) -> Condition {
    Condition::Compare {
        value: Value::Field(Path::of(field)),
        operator: Operator::Equal,
        literal: Literal::Text { raw: id.to_owned(), at: 0 },
    }
}
