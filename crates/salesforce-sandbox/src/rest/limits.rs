//! `limits`: what an organisation may use, of which only the calls are counted.

use super::call::{Api, Call, Outcome};
use crate::http::Response;
use crate::json::Json;

const OTHERS: [(&str, i64); 5] = [
    ("DataStorageMB", 1024),
    ("FileStorageMB", 1024),
    ("DailyBulkApiBatches", 15_000),
    ("DailyAsyncApexExecutions", 250_000),
    ("HourlyTimeBasedWorkflow", 1000),
];

pub(super) fn answer(api: &Api<'_>, call: &Call) -> Outcome {
    call.only(&["GET"])?;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let (used, allowed) = api.usage;
    let calls = limit(number(allowed), number(allowed.saturating_sub(used)));
    let mut limits = vec![("DailyApiRequests".to_owned(), calls)];
    limits.extend(OTHERS.map(|(name, max)| (name.to_owned(), limit(max, max))));
    Ok(Response::json(200, Json::Object(limits)))
}

fn limit(max: i64, remaining: i64) -> Json {
    Json::object([("Max", Json::Int(max)), ("Remaining", Json::Int(remaining))])
}
