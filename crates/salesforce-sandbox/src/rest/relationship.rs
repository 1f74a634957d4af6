//! `sobjects/X/{id}/{relationship}`: the children or the parent of a record.

use super::call::{Api, Call, Outcome};
use super::{query, record};
use crate::api_error::ApiError;
use crate::http::Response;
use crate::json::Json;
use crate::schema::Object;
use crate::soql;
use crate::soql::ast::{Path, Query};

pub(super) fn answer(api: &Api<'_>, call: &Call, object: &Object, id: &str, name: &str) -> Outcome {
    let is_child = object.child(name).is_some();
    if !is_child && object.relationship(name).is_none() {
        // What looks like no Id was meant as an external Id field.
        let is_id = crate::id::normalise(id).is_some();
        return Err(if is_id { ApiError::not_found() } else { ApiError::no_external_id(id) });
    }
    call.only(if is_child { &["GET"] } else { &["GET", "PATCH", "DELETE"] })?;
    let id = record::id_of(object, id)?;
    api.store.require(object, &id)?;
    if is_child {
        children(api, call, object, &id, name)
    } else {
        parent(api, call, object, &id, name)
    }
}

fn children(api: &Api<'_>, call: &Call, object: &Object, id: &str, name: &str) -> Outcome {
    let schema = api.store.schema();
    let child = object.child(name).ok_or_else(ApiError::not_found)?;
    let child_object = schema.object(&child.object).ok_or_else(ApiError::not_found)?;
    let fields = call.parameters.filled("fields");
    let select = record::wanted_fields(child_object, fields)?;
    let mut query = Query::new(select, Path::of(&child_object.name));
    query.condition = Some(record::equals(&child.field, id));
    let base = call.base();
    let text = fields.unwrap_or_default();
    let answer = soql::run_parsed(api.store, &query, api.asker(&base, false), text)?;
    Ok(query::paged(api, call, answer))
}

/// The parent is answered as if its own path had been called.
fn parent(api: &Api<'_>, call: &Call, object: &Object, id: &str, name: &str) -> Outcome {
    let schema = api.store.schema();
    let field = object.relationship(name).ok_or_else(ApiError::not_found)?;
    let mut query =
        Query::new(vec![soql::ast::SelectItem::field(&field.name)], Path::of(&object.name));
    query.condition = Some(record::equals("Id", id));
    let base = call.base();
    let answer = soql::run_parsed(api.store, &query, api.asker(&base, false), "")?;
    let parent = answer.records.first().and_then(|r| r.get(&field.name)).and_then(Json::as_text);
    let missing = || {
        let message = "The requested resource does not exist: the relationship is empty";
        ApiError::new(404, "NOT_FOUND", message)
    };
    let parent = parent.ok_or_else(missing)?;
    let object = schema.object_of_id(parent).ok_or_else(missing)?;
    if !call.is_read() {
        return record::answer(api, call, object, parent);
    }
    Ok(Response::json(200, record::read(api, call, object, parent)?))
}
