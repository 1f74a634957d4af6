//! `composite` and its variants: several calls in one.

mod batch;
mod collections;
mod reference;
mod sequence;
mod tree;

use super::call::{Api, Call, Outcome, object_named};
use crate::api_error::ApiError;
use crate::http::Response;
use crate::json::Json;

pub(super) fn answer(api: &Api<'_>, call: &Call, rest: &[String]) -> Outcome {
    let schema = api.store.schema();
    match rest {
        [] if call.is_read() => Ok(Response::json(200, overview(call))),
        [] => sequence::answer(api, call),
        [word] if word == "batch" => batch::answer(api, call),
        [word, object] if word == "tree" => tree::answer(api, call, object_named(&schema, object)?),
        [word, rest @ ..] if word == "sobjects" => collections::answer(api, call, rest),
        _ => Err(ApiError::not_found()),
    }
}

fn overview(call: &Call) -> Json {
    let base = call.base();
    let url = |name: &str| Json::Text(format!("{base}/composite/{name}"));
    Json::object([("batch", url("batch")), ("sobjects", url("sobjects")), ("tree", url("tree"))])
}

/// Why work inside a savepoint is undone.
enum Undo {
    Database(rusqlite::Error),
    /// The requests themselves failed; their answers tell how.
    Requests,
}

impl From<rusqlite::Error> for Undo {
    fn from(error: rusqlite::Error) -> Self {
        Undo::Database(error)
    }
}

/// Runs work that is undone as a whole when it says so.
fn all_or_none(
    api: &Api<'_>,
    work: impl FnOnce() -> Result<bool, rusqlite::Error>,
) -> Result<bool, ApiError> {
    let done = api.store.atomically(|| match work() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Undo::Requests),
        Err(error) => Err(Undo::Database(error)),
    });
    match done {
        Ok(()) => Ok(true),
        Err(Undo::Requests) => Ok(false),
        Err(Undo::Database(error)) => Err(error.into()),
    }
}
