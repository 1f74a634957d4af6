//! What a flow's request becomes on the wire: header fields and body.

use reqwest::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, HeaderMap, HeaderName,
    HeaderValue, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use serde::de::IgnoredAny;
use trunkline_model::http::{Body, Request};
use trunkline_model::{Failure, FailureCode};

use crate::transport::Payload;

/// The media type of a form whose fields are percent-encoded.
const FORM: &str = "application/x-www-form-urlencoded";

/// Fields that belong to the connection, the length or the host, which the client decides. Which
/// compressions can be read is its business, too.
const OURS: [HeaderName; 9] = [
    ACCEPT_ENCODING,
    CONNECTION,
    CONTENT_LENGTH,
    EXPECT,
    HOST,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The header fields and the body of a request, credentials apart.
pub(crate) fn parts(request: &Request) -> Result<(HeaderMap, Payload), Failure> {
    let mut headers = own_fields(&request.headers)?;
    let payload = payload(request)?;
    match (&payload, &request.body) {
        (Payload::Multipart(_), _) => {
            headers.remove(CONTENT_TYPE);
        }
        (_, Some(Body::GraphQl { .. })) => set_type(&mut headers, Some("application/json"))?,
        _ => set_type(&mut headers, request.content_type.as_deref())?,
    }
    if let Some(key) = request.idempotency_key.as_deref().filter(|_| request.method.writes()) {
        let name = HeaderName::from_static("x-idempotency-key");
        headers.insert(name, value("X-Idempotency-Key", key)?);
    }
    Ok((headers, payload))
}

fn own_fields(fields: &[(String, String)]) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    for (name, text) in fields.iter().filter(|(name, _)| !name.trim().is_empty()) {
        let parsed = HeaderName::from_bytes(name.trim().as_bytes());
        let parsed = parsed.map_err(|_| property(format!("{name:?} is no header field's name")))?;
        if !OURS.contains(&parsed) && !parsed.as_str().starts_with("proxy-") {
            headers.append(parsed, value(name, text)?);
        }
    }
    Ok(headers)
}

/// A header field that the flow wrote itself wins over the activity's setting.
fn set_type(headers: &mut HeaderMap, content_type: Option<&str>) -> Result<(), Failure> {
    if let Some(text) = content_type.filter(|text| !text.trim().is_empty())
        && !headers.contains_key(CONTENT_TYPE)
    {
        headers.insert(CONTENT_TYPE, value("Content-Type", text)?);
    }
    Ok(())
}

fn value(name: &str, text: &str) -> Result<HeaderValue, Failure> {
    let unfit =
        |_| property(format!("the header field {name} has a value with control characters"));
    HeaderValue::from_bytes(text.trim().as_bytes()).map_err(unfit)
}

fn payload(request: &Request) -> Result<Payload, Failure> {
    let Some(body) = &request.body else { return Ok(Payload::Empty) };
    Ok(match body {
        Body::Text(text) if text.is_empty() => Payload::Empty,
        Body::Text(text) => Payload::Bytes(text.clone().into_bytes()),
        Body::Form(fields) if is_url_encoded(request) => {
            let pairs = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            Payload::Bytes(form.extend_pairs(pairs).finish().into_bytes())
        }
        Body::Form(fields) => Payload::Multipart(fields.clone()),
        Body::GraphQl { query, variables } => Payload::Bytes(graphql(query, variables)?),
    })
}

fn is_url_encoded(request: &Request) -> bool {
    let content_type = request.content_type.as_deref().unwrap_or_default().trim();
    content_type.get(..FORM.len()).is_some_and(|start| start.eq_ignore_ascii_case(FORM))
}

/// The variables go verbatim, so that their numbers keep all digits.
fn graphql(query: &str, variables: &str) -> Result<Vec<u8>, Failure> {
    let query = serde_json::to_string(query).map_err(|error| property(error.to_string()))?;
    let variables = variables.trim();
    if variables.is_empty() {
        return Ok(format!("{{\"query\":{query}}}").into_bytes());
    }
    serde_json::from_str::<IgnoredAny>(variables)
        .map_err(|error| property(format!("the GraphQL variables are not JSON: {error}")))?;
    Ok(format!("{{\"query\":{query},\"variables\":{variables}}}").into_bytes())
}

fn property(what: String) -> Failure {
    Failure::new(FailureCode::Property, what)
}

#[cfg(test)]
mod tests {
    use trunkline_model::http::{Method, Target};

    use super::*;

    fn request(body: Option<Body>, content_type: Option<&str>) -> Request {
        Request {
            method: Method::Post,
            target: Target::Url("https://h/".into()),
            query: Vec::new(),
            headers: Vec::new(),
            content_type: content_type.map(str::to_owned),
            body,
            timeout_ms: 2_000,
            retries: 0,
            idempotency_key: None,
        }
    }

    fn sent(request: &Request) -> (String, String) {
        let (headers, payload) = parts(request).unwrap();
        let kind = headers.get(CONTENT_TYPE).map_or("", |value| value.to_str().unwrap());
        let body = match payload {
            Payload::Empty => String::new(),
            Payload::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
            Payload::Multipart(fields) => format!("{fields:?}"),
        };
        (kind.to_owned(), body)
    }

    #[test]
    fn bodies_are_made_as_their_type_says() {
        let form = || Some(Body::Form(vec![("a b".to_owned(), "1&2".to_owned())]));
        let graphql = |variables: &str| {
            let query = "{ me(\"x\") }".to_owned();
            Some(Body::GraphQl { query, variables: variables.to_owned() })
        };
        let text = |text: &str| Some(Body::Text(text.to_owned()));
        let json = "application/json";
        let cases = [
            (text("{}"), Some(json), json, "{}"),
            (text("x"), None, "", "x"),
            (text(""), Some(json), json, ""),
            (form(), Some(FORM), FORM, "a+b=1%262"),
            (form(), Some("multipart/form-data"), "", "[(\"a b\", \"1&2\")]"),
            (graphql(""), Some("application/graphql"), json, r#"{"query":"{ me(\"x\") }"}"#),
            (
                graphql(" {\"n\":1.10} "),
                None,
                json,
                r#"{"query":"{ me(\"x\") }","variables":{"n":1.10}}"#,
            ),
        ];
        for (body, content_type, kind, expected) in cases {
            let request = request(body, content_type);
            assert_eq!(sent(&request), (kind.to_owned(), expected.to_owned()));
        }
        let broken = request(graphql("{"), None);
        assert_eq!(parts(&broken).err().unwrap().code, FailureCode::Property);
    }

    #[test]
    fn header_fields_are_the_flow_s_except_those_of_the_connection() {
        let mut request = request(None, Some("application/json"));
        for (name, value) in [
            ("X-A", "1"),
            ("x-a", "2"),
            ("Host", "evil"),
            ("Content-Length", "5"),
            ("", "x"),
            ("Transfer-Encoding", "chunked"),
            ("Proxy-Authorization", "x"),
            ("X-U", "ü"),
            ("Content-Type", "text/csv"),
            ("accept-encoding", "br"),
        ] {
            request.headers.push((name.to_owned(), value.to_owned()));
        }
        let (headers, _) = parts(&request).unwrap();
        let names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["x-a", "x-u", "content-type"]);
        assert_eq!(headers.get_all("x-a").iter().count(), 2);
        assert_eq!(headers[CONTENT_TYPE], "text/csv");
    }

    #[test]
    fn header_fields_that_cannot_be_sent_are_a_property_s_failure() {
        for (name, value) in [("a b", "x"), ("X", "a\r\nInjected: canary"), ("X", "a\0")] {
            let mut request = request(None, None);
            request.headers = vec![(name.to_owned(), value.to_owned())];
            let failure = parts(&request).err().unwrap();
            assert_eq!(failure.code, FailureCode::Property);
            assert!(!failure.description.contains("canary"));
        }
    }

    #[test]
    fn the_idempotency_key_goes_with_writes() {
        let mut request = request(None, None);
        request.idempotency_key = Some("k1".to_owned());
        assert_eq!(parts(&request).unwrap().0["x-idempotency-key"], "k1");
        request.method = Method::Get;
        assert!(parts(&request).unwrap().0.is_empty());
    }
}
