//! `POST composite`: up to 25 calls, later ones with values of earlier ones.

use serde_json::{Map, Value};

use super::all_or_none;
use super::reference::{resolve, resolve_in_text};
use crate::api_error::ApiError;
use crate::http::{Body, Form, Response};
use crate::json::Json;
use crate::rest::call::{Api, Call, CallBody, Outcome, wrong_shape};
use crate::rest::error_response;
use crate::rest::versions::Version;

/// How many calls one request may hold.
pub(super) const MAX_CALLS: usize = 25;

pub(super) fn answer(api: &Api<'_>, call: &Call) -> Outcome {
    call.only(&["GET", "POST"])?;
    let body = call.json_object()?;
    let together = body.get("allOrNone").and_then(Value::as_bool).unwrap_or(false);
    let requests = body.get("compositeRequest").and_then(Value::as_array);
    let requests = requests.ok_or_else(|| {
        ApiError::bad("JSON_PARSER_ERROR", "compositeRequest must be a list of requests")
    })?;
    if requests.is_empty() || requests.len() > MAX_CALLS {
        let message = format!("compositeRequest holds 1 to {MAX_CALLS} requests");
        return Err(ApiError::bad("INVALID_INPUT", message));
    }
    let names = names(requests)?;
    let mut responses = Vec::new();
    let done = all_or_none(api, || {
        run(api, requests, &names, together, &mut responses);
        Ok(!together || responses.iter().all(is_success))
    })?;
    if !done {
        halt(&mut responses, names.len());
    }
    let items = names.into_iter().zip(responses).map(|(name, response)| item(name, response));
    Ok(Response::json(200, Json::object([("compositeResponse", Json::array(items))])))
}

/// The reference ids, which must be there, well formed and different.
fn names(requests: &[Value]) -> Result<Vec<String>, ApiError> {
    let mut names: Vec<String> = Vec::new();
    for request in requests {
        let name = request.get("referenceId").and_then(Value::as_str).unwrap_or_default();
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(plain) || names.iter().any(|n| n == name) {
            let message =
                format!("referenceId '{name}' must be unique and of letters, digits and _");
            return Err(ApiError::bad("INVALID_INPUT", message));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

fn run(
    api: &Api<'_>,
    requests: &[Value],
    names: &[String],
    together: bool,
    responses: &mut Vec<Response>,
) {
    let mut answers: Vec<(String, Json)> = Vec::new();
    for (request, name) in requests.iter().zip(names) {
        let response = one(api, request, &answers).unwrap_or_else(|error| error_response(&error));
        let failed = !is_success(&response);
        if let Body::Json(json) = &response.body
            && !failed
        {
            answers.push((name.clone(), json.clone()));
        }
        responses.push(response);
        if failed && together {
            return;
        }
    }
}

fn one(api: &Api<'_>, request: &Value, answers: &[(String, Json)]) -> Outcome {
    let Value::Object(request) = request else { return Err(wrong_shape("an object", request)) };
    let unknown = |message: String| ApiError::bad("PROCESSING_HALTED", message);
    let url = text(request, "url")?;
    let url = resolve_in_text(url, answers).map_err(unknown)?;
    let body = match request.get("body") {
        Some(body) => resolve(body, answers).map_err(unknown)?,
        None => Value::Null,
    };
    let call = parse_call(text(request, "method")?, &url, body)?;
    Ok(crate::rest::answer(api, &call))
}

fn text<'a>(request: &'a Map<String, Value>, key: &str) -> Result<&'a str, ApiError> {
    request
        .get(key)
        .and_then(Value::as_str)
        .ok_or_else(|| ApiError::bad("JSON_PARSER_ERROR", format!("a request needs its {key}")))
}

/// The call that a URL inside a composite request means.
pub(super) fn parse_call(method: &str, url: &str, body: Value) -> Result<Call, ApiError> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let request = crate::http::Request { path: path.to_owned(), ..Default::default() };
    let odd = |_| ApiError::bad("INVALID_INPUT", format!("the URL is not well encoded: {url}"));
    let mut segments = request.segments().map_err(odd)?;
    if segments.first().is_some_and(|s| s == "services") {
        segments.drain(..segments.len().min(2));
    }
    let version = segments.first().and_then(|segment| Version::parse(segment));
    let Some(version) = version else {
        let message = format!("the URL must begin with a version: {url}");
        return Err(ApiError::bad("INVALID_INPUT", message));
    };
    segments.remove(0);
    let is_composite = segments.first().is_some_and(|s| s.eq_ignore_ascii_case("composite"));
    let nested = matches!(segments.get(1).map(String::as_str), Some("sobjects" | "tree"));
    if is_composite && !nested {
        let message = "composite requests cannot be nested";
        return Err(ApiError::bad("INVALID_INPUT", message));
    }
    // In these URLs spaces may stand as they are.
    let parameters = Form::parse(query).map_err(odd)?;
    Ok(Call {
        method: method.to_ascii_uppercase(),
        version,
        segments,
        parameters,
        batch_size: None,
        body: CallBody::Json(body),
    })
}

fn is_success(response: &Response) -> bool {
    response.status < 300
}

/// After a failure with allOrNone every other call counts as failed too.
fn halt(responses: &mut Vec<Response>, count: usize) {
    let halted = |message: &str| error_response(&ApiError::bad("PROCESSING_HALTED", message));
    for response in responses.iter_mut().filter(|response| is_success(response)) {
        *response = halted(
            "The transaction was rolled back since another operation in the same transaction \
             failed.",
        );
    }
    let rest = "The request was not run since an earlier operation in the same transaction failed.";
    responses.resize_with(count, || halted(rest));
}

fn item(name: String, response: Response) -> Json {
    let headers = response
        .headers
        .into_iter()
        .filter(|(name, _)| *name == "location")
        .map(|(_, value)| ("Location".to_owned(), Json::Text(value)));
    let body = match response.body {
        Body::Json(json) => json,
        Body::Empty | Body::Text { .. } => Json::Null,
    };
    Json::object([
        ("body", body),
        ("httpHeaders", Json::Object(headers.collect())),
        ("httpStatusCode", Json::from(response.status)),
        ("referenceId", Json::Text(name)),
    ])
}
