//! `sobjects/X/{field}/{value}`: records by an external Id; PATCH creates or updates.

use serde_json::{Map, Value};

use super::call::{Api, Call, Outcome};
use super::record;
use crate::api_error::ApiError;
use crate::http::Response;
use crate::json::Json;
use crate::schema::Object;
use crate::store::to_sql;

/// Whether a path segment names a field that records can be found by.
pub(super) fn is_external_id(object: &Object, field: &str) -> bool {
    object.field(field).is_some_and(|field| field.external_id || field.name == "Id")
}

/// What an upsert did.
pub(super) enum Upserted {
    Created(String),
    Updated(String),
    /// More than one record has the value.
    Several(Vec<String>),
}

pub(super) fn answer(
    api: &Api<'_>,
    call: &Call,
    object: &Object,
    field: &str,
    value: &str,
) -> Outcome {
    call.only(&["GET", "PATCH", "POST", "DELETE"])?;
    if matches!(call.method.as_str(), "PATCH" | "POST") {
        let only_update =
            call.parameters.get("updateOnly").is_some_and(|v| v.eq_ignore_ascii_case("true"));
        let done = upsert(api, object, field, value, call.json_object()?, only_update)?;
        return Ok(upserted(call, object, done));
    }
    let ids = find(api, object, field, &Value::from(value))?;
    match ids.as_slice() {
        [] => Err(ApiError::not_found()),
        [id] if call.method == "DELETE" => {
            api.store.delete(object, id, api.user)?;
            Ok(Response::empty(204))
        }
        [id] => Ok(Response::json(200, record::read(api, call, object, id)?)),
        several => Ok(choices(call, object, several)),
    }
}

/// Creates the record with this external Id, or updates the one that has it.
pub(super) fn upsert(
    api: &Api<'_>,
    object: &Object,
    field: &str,
    value: &str,
    mut body: Map<String, Value>,
    only_update: bool,
) -> Result<Upserted, ApiError> {
    let mut ids = find(api, object, field, &Value::from(value))?;
    let name = object.field(field).map_or(field, |field| field.name.as_str());
    if body.keys().any(|key| key.eq_ignore_ascii_case(name)) {
        let message = format!("The {name} field should not be specified in the sobject data.");
        return Err(ApiError::bad("INVALID_FIELD", message));
    }
    match (ids.pop(), ids.is_empty()) {
        (None, _) if only_update || name == "Id" => Err(ApiError::not_found()),
        (None, _) => {
            body.insert(name.to_owned(), Value::from(value));
            Ok(Upserted::Created(api.store.create(object, &body, api.user)?))
        }
        (Some(id), true) => {
            api.store.update(object, &id, &body, api.user)?;
            Ok(Upserted::Updated(id))
        }
        (Some(id), false) => {
            ids.push(id);
            Ok(Upserted::Several(ids))
        }
    }
}

fn find(
    api: &Api<'_>,
    object: &Object,
    field: &str,
    value: &Value,
) -> Result<Vec<String>, ApiError> {
    let field = object.field(field).ok_or_else(ApiError::not_found)?;
    // Numbers come as text in a path; the column's type decides.
    let value = to_sql(field, value)?;
    Ok(api.store.ids_by_field(object, field, &value, 10)?)
}

/// Until version 46 an update by external Id had no body.
fn upserted(call: &Call, object: &Object, done: Upserted) -> Response {
    let with_flag = |id: &str, flag: bool| {
        let Json::Object(mut members) = record::created(id) else { return Json::Null };
        members.push(("created".to_owned(), Json::Bool(flag)));
        Json::Object(members)
    };
    match done {
        Upserted::Created(id) => {
            let location = format!("{}/sobjects/{}/{id}", call.base(), object.name);
            Response::json(201, with_flag(&id, true)).with_header("location", location)
        }
        Upserted::Updated(id) if call.version.at_least(46) => {
            Response::json(200, with_flag(&id, false))
        }
        Upserted::Updated(_) => Response::empty(204),
        Upserted::Several(ids) => choices(call, object, &ids),
    }
}

/// The records that a value may mean.
fn choices(call: &Call, object: &Object, ids: &[String]) -> Response {
    let urls = ids.iter().map(|id| format!("{}/sobjects/{}/{id}", call.base(), object.name));
    Response::json(300, Json::array(urls))
}
