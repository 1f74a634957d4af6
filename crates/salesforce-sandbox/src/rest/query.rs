//! `query` and `queryAll`, and the further pages of their answers.

use super::call::{Api, Call, Outcome};
use super::cursors::Page;
use crate::api_error::ApiError;
use crate::http::Response;
use crate::json::Json;
use crate::soql::{self, Answer};

/// Bounds of a page; without a wish it has the most.
const PAGE: std::ops::RangeInclusive<usize> = 200..=2000;

pub(super) fn answer(api: &Api<'_>, call: &Call, rest: &[String], all_rows: bool) -> Outcome {
    call.only(&["GET"])?;
    match rest {
        [] => {
            let text = call.parameters.get("q").unwrap_or_default();
            let base = call.base();
            let answer = soql::run(api.store, text, api.asker(&base, all_rows))?;
            Ok(paged(api, call, answer))
        }
        [locator] => {
            let page = api.with_cursors(|cursors| cursors.next(locator, page_size(call)));
            let page = page.ok_or_else(|| {
                ApiError::bad("INVALID_QUERY_LOCATOR", format!("invalid query locator: {locator}"))
            })?;
            Ok(Response::json(200, to_json(call, page)))
        }
        _ => Err(ApiError::not_found()),
    }
}

/// An answer's first page.
pub(super) fn paged(api: &Api<'_>, call: &Call, answer: Answer) -> Response {
    let page = api.with_cursors(|cursors| cursors.first(answer, page_size(call)));
    Response::json(200, to_json(call, page))
}

fn page_size(call: &Call) -> usize {
    call.batch_size.unwrap_or(*PAGE.end()).clamp(*PAGE.start(), *PAGE.end())
}

fn to_json(call: &Call, page: Page) -> Json {
    let mut members = vec![
        ("totalSize".to_owned(), Json::from(page.total)),
        ("done".to_owned(), Json::Bool(page.next.is_none())),
    ];
    if let Some(locator) = page.next {
        let url = format!("{}/query/{locator}", call.base());
        members.push(("nextRecordsUrl".to_owned(), Json::Text(url)));
    }
    members.push(("records".to_owned(), Json::Array(page.records)));
    Json::Object(members)
}
