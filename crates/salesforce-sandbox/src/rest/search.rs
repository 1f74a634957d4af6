//! `search?q=FIND {…}`.

use super::call::{Api, Call, Outcome};
use crate::http::Response;
use crate::json::Json;
use crate::sosl::Search;

pub(super) fn answer(api: &Api<'_>, call: &Call) -> Outcome {
    call.only(&["GET"])?;
    let search = Search::parse(call.parameters.get("q").unwrap_or_default())?;
    results(api, call, &search)
}

/// The records of a search; before version 37 the list stood alone.
pub(super) fn results(api: &Api<'_>, call: &Call, search: &Search) -> Outcome {
    let base = call.base();
    let records = Json::Array(search.run(api.store, api.asker(&base, false))?);
    let body = if call.version.at_least(37) {
        Json::object([("searchRecords", records)])
    } else {
        records
    };
    Ok(Response::json(200, body))
}
