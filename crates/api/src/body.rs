//! Reads what clients send: JSON bodies and queries, within limits, with no unknown fields.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::codes::Code;
use crate::problem::Problem;

/// The largest body.
const LIMIT: usize = 64 * 1024;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// The largest body with whole files in it, which only those with a role get to send.
const LARGE_LIMIT: usize = 32 << 20;

/// How long such a body may take.
const LARGE_PATIENCE: Duration = Duration::from_secs(60);

/// A JSON body.
#[derive(Debug)]
pub(crate) struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request, LIMIT, PATIENCE).await.map(Self)
    }
}

/// A JSON body with whole files in it.
#[derive(Debug)]
pub(crate) struct LargeBody<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for LargeBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request, LARGE_LIMIT, LARGE_PATIENCE).await.map(Self)
    }
}

/// A body that is a file, whatever it is declared as.
#[derive(Debug)]
pub(crate) struct FileBody(pub Vec<u8>);

impl<S: Sync> FromRequest<S> for FileBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        bytes(request, LARGE_LIMIT, LARGE_PATIENCE).await.map(|it| Self(it.to_vec()))
    }
}

async fn read<T: DeserializeOwned>(
    request: Request,
    limit: usize,
    patience: Duration,
) -> Result<T, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::of(Code::NotJson));
    }
    parse(&bytes(request, limit, patience).await?)
}

async fn bytes(request: Request, limit: usize, patience: Duration) -> Result<Bytes, Problem> {
    let body = Limited::new(request.into_body(), limit).collect();
    let Ok(read) = tokio::time::timeout(patience, body).await else {
        return Err(Problem::of(Code::Slow));
    };
    let bytes = read.map_err(|error| {
        if error.is::<LengthLimitError>() {
            return Problem::of(Code::TooLarge);
        }
        Problem::new(Code::Unreadable, "The body broke off.")
    })?;
    Ok(bytes.to_bytes())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Reads JSON; what does not fit names its field.
pub(crate) fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => {
                Problem::invalid(field(&path, &inner.to_string()), inner.to_string())
            }
            _ => Problem::new(Code::Unreadable, inner.to_string()),
        }
    })?;
    reader.end().map_err(|error| Problem::new(Code::Unreadable, error.to_string()))?;
    Ok(value)
}

/// The path of the field at fault. Of a field that is missing or unknown, serde's path names what
/// it is missing in; the message has its name.
fn field(path: &str, message: &str) -> String {
    let parent = if path == "." { "" } else { path };
    let name = ["missing field `", "unknown field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .and_then(|rest| rest.split('`').next());
    match name {
        Some(name) if parent.is_empty() => name.to_owned(),
        Some(name) if parent.rsplit('.').next() == Some(name) => parent.to_owned(),
        Some(name) => format!("{parent}.{name}"),
        None => parent.to_owned(),
    }
}

/// The parameters within the path.
#[derive(Debug)]
pub(crate) struct At<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(error) => Err(Problem::new(Code::NotFound, error.body_text())),
        }
    }
}

/// What stands behind the `?`.
#[derive(Debug)]
pub(crate) struct Ask<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Ask<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        query(&parts.uri).map(Self)
    }
}

fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    match axum::extract::Query::try_from_uri(uri) {
        Ok(axum::extract::Query(value)) => Ok(value),
        Err(error) => {
            let cause = std::error::Error::source(&error)
                .map_or_else(|| error.to_string(), ToString::to_string);
            let (path, message) = cause.split_once(": ").unwrap_or(("", &cause));
            let (path, message) = if message.is_empty() || path.contains(' ') {
                ("", &*cause)
            } else {
                (path, message)
            };
            Err(Problem::invalid(field(path, message), message))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(rename = "inner")]
        _inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[serde(rename = "count")]
        _count: u8,
    }

    fn fails(text: &str) -> serde_json::Value {
        parse::<Outer>(text.as_bytes()).unwrap_err().json()
    }

    #[test]
    fn names_the_field_at_fault() {
        assert_eq!(fails(r#"{"inner":[{"count":"x"}]}"#)["field"], "inner[0].count");
        assert_eq!(fails(r#"{"inner":[{"count":1},{}]}"#)["field"], "inner[1].count");
        assert_eq!(fails(r#"{"inner":[],"more":1}"#)["field"], "more");
        assert_eq!(fails(r#"{"inner":[{"count":1,"x":2}]}"#)["field"], "inner[0].x");
        assert_eq!(fails("{}")["field"], "inner");
    }

    #[test]
    fn what_is_no_json_is_unreadable() {
        assert_eq!(fails("{")["code"], "unreadable");
        assert_eq!(fails(r#"{"inner":[]} x"#)["code"], "unreadable");
        assert_eq!(fails(&"[".repeat(10_000))["status"], 422, "no list where an object belongs");
        let deep = format!(r#"{{"inner":{}"#, "[".repeat(10_000));
        assert!(fails(&deep)["status"].as_u64().unwrap() >= 400);
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        #[serde(rename = "limit")]
        _limit: Option<u8>,
    }

    #[test]
    fn a_query_names_its_field_too() {
        let ask = |uri: &str| {
            let problem = query::<Page>(&uri.parse().unwrap()).unwrap_err();
            problem.json()["field"].clone()
        };
        assert!(query::<Page>(&"/a?limit=3".parse().unwrap()).is_ok());
        assert_eq!(ask("/a?limit=x"), "limit");
        assert_eq!(ask("/a?more=1"), "more");
    }
}
