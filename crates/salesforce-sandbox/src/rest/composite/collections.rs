//! `composite/sobjects`: the same operation on up to 200 records.

use serde_json::{Map, Value};

use super::all_or_none;
use crate::api_error::ApiError;
use crate::http::Response;
use crate::id;
use crate::json::Json;
use crate::rest::call::{Api, Call, Outcome, object_named, wrong_shape};
use crate::rest::{record, upsert};
use crate::schema::Object;
use crate::soql;
use crate::soql::ast::{Condition, Literal, Path, Query, Value as Operand};

/// How many records are written, and read, by one call.
const MAX_RECORDS: usize = 200;
const MAX_READ: usize = 2000;

pub(super) fn answer(api: &Api<'_>, call: &Call, rest: &[String]) -> Outcome {
    let schema = api.store.schema();
    match rest {
        [] => match call.method.as_str() {
            "POST" => write(api, call, create_one),
            "PATCH" => write(api, call, update_one),
            "DELETE" => delete(api, call),
            _ => Err(ApiError::method_not_allowed(&call.method)),
        },
        [object] => {
            call.only(&["GET", "POST"])?;
            read(api, call, object_named(&schema, object)?)
        }
        [object, field] => {
            call.only(&["PATCH"])?;
            let object = object_named(&schema, object)?;
            if !upsert::is_external_id(object, field) {
                return Err(ApiError::no_external_id(field));
            }
            write(api, call, |api, record| upsert_one(api, object, field, record))
        }
        _ => Err(ApiError::not_found()),
    }
}

/// What became of one record: its Id and, for an upsert, whether it is new.
type Done = Result<(String, Option<bool>), ApiError>;

/// Runs the operation on each record of the body.
fn write(
    api: &Api<'_>,
    call: &Call,
    operation: impl Fn(&Api<'_>, &Map<String, Value>) -> Done,
) -> Outcome {
    let body = call.json_object()?;
    let together = body.get("allOrNone").and_then(Value::as_bool).unwrap_or(false);
    let records = body.get("records").and_then(Value::as_array);
    let records = records
        .ok_or_else(|| ApiError::bad("JSON_PARSER_ERROR", "records must be a list of records"))?;
    each(api, together, records, |record| match record {
        Value::Object(record) => operation(api, record),
        other => Err(wrong_shape("an object", other)),
    })
}

/// One result for each item; with `together` a failure undoes them all.
fn each<T>(api: &Api<'_>, together: bool, items: &[T], operation: impl Fn(&T) -> Done) -> Outcome {
    if items.len() > MAX_RECORDS {
        let message =
            format!("record limit reached. cannot submit more than {MAX_RECORDS} records");
        return Err(ApiError::bad("EXCEEDED_ID_LIMIT", message));
    }
    let mut results: Vec<Done> = Vec::new();
    let done = all_or_none(api, || {
        results.extend(items.iter().map(operation));
        Ok(!together || results.iter().all(Result::is_ok))
    })?;
    let results = results.into_iter().map(|result| match result {
        Ok(_) if !done => failure(&ApiError::bad(
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "Record rolled back because not all records were valid and the request was using \
             AllOrNone header",
        )),
        Ok((id, created)) => success(&id, created),
        Err(error) => failure(&error),
    });
    Ok(Response::json(200, Json::array(results)))
}

fn success(id: &str, created: Option<bool>) -> Json {
    let Json::Object(mut members) = record::created(id) else { return Json::Null };
    if let Some(created) = created {
        members.push(("created".to_owned(), Json::Bool(created)));
    }
    Json::Object(members)
}

fn failure(error: &ApiError) -> Json {
    Json::object([
        ("success", Json::Bool(false)),
        ("errors", Json::Array(vec![error.to_record_json()])),
    ])
}

fn create_one(api: &Api<'_>, record: &Map<String, Value>) -> Done {
    let schema = api.store.schema();
    let kind = type_of(record).unwrap_or_default();
    let object = schema.object(kind).ok_or_else(|| {
        ApiError::bad("INVALID_TYPE", format!("sObject type '{kind}' is not supported."))
    })?;
    Ok((api.store.create(object, record, api.user)?, None))
}

fn update_one(api: &Api<'_>, record: &Map<String, Value>) -> Done {
    let (keys, fields): (Vec<_>, Vec<_>) =
        record.iter().partition(|(key, _)| key.eq_ignore_ascii_case("id"));
    let text = keys.first().and_then(|(_, value)| value.as_str()).unwrap_or_default();
    if text.is_empty() {
        return Err(ApiError::bad("MISSING_ARGUMENT", "Id not specified in an update call"));
    }
    let (object_name, id) = by_id(api, text)?;
    let schema = api.store.schema();
    let object = object_named(&schema, &object_name)?;
    let fields = fields.into_iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    api.store.update(object, &id, &fields, api.user)?;
    Ok((id, None))
}

fn upsert_one(api: &Api<'_>, object: &Object, field: &str, record: &Map<String, Value>) -> Done {
    let (keys, fields): (Vec<_>, Vec<_>) =
        record.iter().partition(|(key, _)| key.eq_ignore_ascii_case(field));
    let value = match keys.first() {
        Some((_, Value::String(text))) if !text.is_empty() => text.clone(),
        Some((_, Value::Number(number))) => number.to_string(),
        _ => {
            let message = format!("{field} not specified");
            return Err(ApiError::bad("MISSING_ARGUMENT", message));
        }
    };
    let fields = fields.into_iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    match upsert::upsert(api, object, field, &value, fields, false)? {
        upsert::Upserted::Created(id) => Ok((id, Some(true))),
        upsert::Upserted::Updated(id) => Ok((id, Some(false))),
        upsert::Upserted::Several(_) => {
            let message = format!("{field}: more than one record found for external id field");
            Err(ApiError::bad("DUPLICATE_VALUE", message))
        }
    }
}

fn delete(api: &Api<'_>, call: &Call) -> Outcome {
    let ids = call.parameters.get("ids").unwrap_or_default();
    let ids: Vec<&str> = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    let together = call.parameters.get("allOrNone").is_some_and(|v| v.eq_ignore_ascii_case("true"));
    each(api, together, &ids, |text| {
        let (object_name, id) = by_id(api, text)?;
        let schema = api.store.schema();
        api.store.delete(object_named(&schema, &object_name)?, &id, api.user)?;
        Ok((id, None))
    })
}

/// The object's name and the whole Id that a text means.
fn by_id(api: &Api<'_>, text: &str) -> Result<(String, String), ApiError> {
    let odd = || ApiError::fields("MALFORMED_ID", format!("malformed id {text}"), ["Id"]);
    let id = id::normalise(text).ok_or_else(odd)?;
    let schema = api.store.schema();
    let object = schema.object_of_id(&id).ok_or_else(odd)?;
    Ok((object.name.clone(), id))
}

fn type_of(record: &Map<String, Value>) -> Option<&str> {
    record.get("attributes")?.get("type")?.as_str()
}

/// Records by Id, in the order of the Ids, null where there is none.
fn read(api: &Api<'_>, call: &Call, object: &Object) -> Outcome {
    let (ids, fields) = if call.is_read() {
        let list = |name: &str| split(call.parameters.get(name).unwrap_or_default());
        (list("ids"), list("fields"))
    } else {
        let body = call.json_object()?;
        (strings(body.get("ids")), strings(body.get("fields")))
    };
    if ids.len() > MAX_READ {
        let message = format!("cannot read more than {MAX_READ} records");
        return Err(ApiError::bad("EXCEEDED_ID_LIMIT", message));
    }
    if ids.is_empty() || fields.is_empty() {
        return Err(ApiError::bad("MISSING_ARGUMENT", "ids and fields are needed"));
    }
    let fields = fields.join(",");
    let select = record::wanted_fields(object, Some(&fields))?;
    let ids: Vec<Option<String>> = ids.iter().map(|id| id::normalise(id)).collect();
    let list: Vec<Literal> =
        ids.iter().flatten().map(|id| Literal::Text { raw: id.clone(), at: 0 }).collect();
    if list.is_empty() {
        return Ok(Response::json(200, Json::array(ids.iter().map(|_| Json::Null))));
    }
    let mut query = Query::new(select, Path::of(&object.name));
    let value = Operand::Field(Path::of("Id"));
    query.condition = Some(Condition::In { value, negated: false, list });
    let base = call.base();
    let answer = soql::run_parsed(api.store, &query, api.asker(&base, false), &fields)?;
    let by_id = |id: &Option<String>| {
        answer
            .records
            .iter()
            .find(|r| r.get("Id").and_then(Json::as_text) == id.as_deref())
            .cloned()
            .unwrap_or(Json::Null)
    };
    Ok(Response::json(200, Json::array(ids.iter().map(by_id))))
}

fn split(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect()
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).cloned().unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
