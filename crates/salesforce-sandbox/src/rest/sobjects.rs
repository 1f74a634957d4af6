//! `sobjects` and what lies below it.

use super::call::{Api, Call, Outcome, object_named};
use super::{describe, record, relationship, upsert};
use crate::api_error::ApiError;
use crate::http::Response;
use crate::json::Json;
use crate::schema::Object;
use crate::soql::{self, parser};

/// How many records the basic information of an object lists.
const RECENT: u64 = 5;

pub(super) fn answer(api: &Api<'_>, call: &Call, rest: &[String]) -> Outcome {
    let schema = api.store.schema();
    let Some((name, rest)) = rest.split_first() else {
        call.only(&["GET"])?;
        return Ok(Response::json(200, describe::global(&schema, &call.base())));
    };
    let object = object_named(&schema, name)?;
    match rest {
        [] if call.method == "POST" => record::create(api, call, object),
        [] => {
            call.only(&["GET", "POST"])?;
            basic_information(api, call, object)
        }
        [word] if word == "describe" => {
            call.only(&["GET"])?;
            Ok(Response::json(200, describe::object(&schema, object, &call.base())))
        }
        [word] if word.eq_ignore_ascii_case("Id") && call.method == "POST" => {
            record::create(api, call, object)
        }
        [id] => record::answer(api, call, object, id),
        [field, value] if upsert::is_external_id(object, field) => {
            upsert::answer(api, call, object, field, value)
        }
        [id, name] => relationship::answer(api, call, object, id, name),
        _ => Err(ApiError::not_found()),
    }
}

/// An object in short, with the records that were changed last.
fn basic_information(api: &Api<'_>, call: &Call, object: &Object) -> Outcome {
    let shown = object.name_field.as_deref().map(|name| format!(", {name}")).unwrap_or_default();
    let text = format!(
        "SELECT Id{shown} FROM {} ORDER BY LastModifiedDate DESC LIMIT {RECENT}",
        object.name
    );
    let query = parser::parse(&text).map_err(|error| error.into_api(&text))?;
    let base = call.base();
    let recent = soql::run_parsed(api.store, &query, api.asker(&base, false), &text)?;
    let answer = Json::object([
        ("objectDescribe", describe::summary(object, &base)),
        ("recentItems", Json::Array(recent.records)),
    ]);
    Ok(Response::json(200, answer))
}
