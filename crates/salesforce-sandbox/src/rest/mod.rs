//! The REST API below `/services/data/vXX.0`: one file for each resource.

mod call;
mod composite;
mod cursors;
mod describe;
mod limits;
mod parameterized_search;
mod query;
mod record;
mod relationship;
mod resources;
mod search;
mod sobjects;
mod upsert;
pub(crate) mod versions;

pub(crate) use call::{Api, Call, CallBody, Outcome};
pub(crate) use cursors::Cursors;
pub(crate) use versions::NEWEST_VERSION;

use crate::api_error::ApiError;
use crate::http::Response;
use crate::json::Json;

/// Answers a call; errors have become the body that Salesforce gives them.
pub(crate) fn answer(api: &Api<'_>, call: &Call) -> Response {
    dispatch(api, call).unwrap_or_else(|error| error_response(&error))
}

/// An error as the whole answer of a request.
pub(crate) fn error_response(error: &ApiError) -> Response {
    Response::json(error.status, Json::Array(vec![error.to_json()]))
}

fn dispatch(api: &Api<'_>, call: &Call) -> Outcome {
    let Some((resource, rest)) = call.segments.split_first() else {
        return resources::answer(api, call);
    };
    match resource.to_ascii_lowercase().as_str() {
        "query" | "queryall" => {
            query::answer(api, call, rest, !resource.eq_ignore_ascii_case("query"))
        }
        "sobjects" => sobjects::answer(api, call, rest),
        "search" if rest.is_empty() => search::answer(api, call),
        "parameterizedsearch" if rest.is_empty() => parameterized_search::answer(api, call),
        "composite" => composite::answer(api, call, rest),
        "limits" if rest.is_empty() => limits::answer(api, call),
        _ => Err(ApiError::not_found()),
    }
}
