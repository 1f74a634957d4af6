//! `POST composite/batch`: up to 25 calls that know nothing of each other.

use serde_json::Value;

use super::sequence::{MAX_CALLS, parse_call};
use crate::api_error::ApiError;
use crate::http::{Body, Response};
use crate::json::Json;
use crate::rest::call::{Api, Call, Outcome};
use crate::rest::error_response;

pub(super) fn answer(api: &Api<'_>, call: &Call) -> Outcome {
    call.only(&["POST"])?;
    let body = call.json_object()?;
    let halt = body.get("haltOnError").and_then(Value::as_bool).unwrap_or(false);
    let requests = body.get("batchRequests").and_then(Value::as_array);
    let requests = requests.ok_or_else(|| {
        ApiError::bad("JSON_PARSER_ERROR", "batchRequests must be a list of requests")
    })?;
    if requests.is_empty() || requests.len() > MAX_CALLS {
        let message = format!("batchRequests holds 1 to {MAX_CALLS} requests");
        return Err(ApiError::bad("INVALID_INPUT", message));
    }
    let mut failed = false;
    let mut results = Vec::new();
    for request in requests {
        let response = if failed && halt {
            let message = "Batch processing is halted due to the failure of an earlier request";
            error_response(&ApiError::new(412, "BATCH_PROCESSING_HALTED", message))
        } else {
            one(api, request).unwrap_or_else(|error| error_response(&error))
        };
        failed |= response.status >= 300;
        results.push(item(response));
    }
    let answer =
        Json::object([("hasErrors", Json::Bool(failed)), ("results", Json::Array(results))]);
    Ok(Response::json(200, answer))
}

fn one(api: &Api<'_>, request: &Value) -> Outcome {
    let text = |key: &str| request.get(key).and_then(Value::as_str);
    let (Some(method), Some(url)) = (text("method"), text("url")) else {
        let message = "a request needs its method and url";
        return Err(ApiError::bad("JSON_PARSER_ERROR", message));
    };
    let body = request.get("richInput").cloned().unwrap_or_default();
    let call = parse_call(method, url, body)?;
    Ok(crate::rest::answer(api, &call))
}

fn item(response: Response) -> Json {
    let result = match response.body {
        Body::Json(json) => json,
        Body::Empty | Body::Text { .. } => Json::Null,
    };
    Json::object([("statusCode", Json::from(response.status)), ("result", result)])
}
