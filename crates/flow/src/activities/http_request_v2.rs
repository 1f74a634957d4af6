//! `http-request-v2` (HTTP Request): sends a request and takes parts of the answer into variables.
//!
//! Ports: `default` for every complete answer, 4xx and 5xx included; `error` for failures, where
//! a flow wires it. Outputs `httpStatusCode` (0 when there was no answer), `httpResponseBody`,
//! `httpResponseHeaders`. Values put into the URL are encoded as decision 7 says.

use trunkline_expr::Value;
use trunkline_model::http::{Body, Method, Outcome, Rendered, Request, Target};
use trunkline_model::tenant::compatibility::HttpTimeout;
use trunkline_model::trace::{Datum, Fields};
use trunkline_model::{Failure, FailureCode};

use crate::diagnostic::Severity;
use crate::json::Json;
use crate::read::{Properties, Templated};
use crate::run::convert::whole;
use crate::run::{Cx, Effect, Wait};

use super::mappings::Mappings;
use super::{Activity, Descriptor, Need, Resume, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "http-request-v2",
    title: "HTTP Request",
    summary: "Sends an HTTP request and takes parts of the answer into variables.",
    outputs: &[
        "httpStatusCode",
        "httpResponseBody",
        "httpResponseHeaders",
        "FailureCode",
        "FailureDescription",
    ],
    read,
    ..Descriptor::PLAIN
};

/// Webex publishes no maximum; this one keeps a mistyped value from holding a caller for hours.
const LONGEST_TIMEOUT_MS: u64 = 120_000;

#[derive(Debug)]
struct HttpRequest {
    method: Method,
    target: TargetTemplate,
    query: Vec<(String, Templated)>,
    headers: Vec<(String, Templated)>,
    content_type: Option<&'static str>,
    body: BodyTemplate,
    timeout_ms: u64,
    retries: u32,
    mappings: Mappings,
}

#[derive(Debug)]
enum TargetTemplate {
    /// `authenticated`: `connectorId` and `httpRequestPath`.
    Connector { id: String, name: Option<String>, path: Templated },
    /// `httpRequestUrl`
    Url(Templated),
}

#[derive(Debug)]
enum BodyTemplate {
    None,
    /// `httpRequestBody`
    Text(Templated),
    /// `httpRequestBodyFormData`
    Form(Vec<(String, Templated)>),
    /// `httpRequestBodyGQL`
    GraphQl {
        query: Templated,
        variables: Templated,
    },
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let method = read_method(properties);
    let kind = properties.text("httpContentType").unwrap_or_default().to_ascii_lowercase();
    Box::new(HttpRequest {
        method,
        target: read_target(properties),
        query: properties.templates("httpQueryParameters"),
        headers: properties.templates("httpRequestHeaders"),
        content_type: content_type(&kind),
        body: read_body(properties, method, &kind),
        timeout_ms: properties.number("httpResponseTimeout", 2_000, 1..=LONGEST_TIMEOUT_MS),
        retries: properties.number("retryAttempts", 1, 0..=10) as u32,
        mappings: Mappings::read(properties),
    })
}

fn read_method(properties: &mut Properties<'_>) -> Method {
    let Some(text) = properties.text("httpRequestMethod") else { return Method::Get };
    Method::parse(text).unwrap_or_else(|| {
        let message = format!("{text} is no HTTP method; GET is used");
        properties.report("http-method", Severity::Error, &["httpRequestMethod"], message, None);
        Method::Get
    })
}

fn read_target(properties: &mut Properties<'_>) -> TargetTemplate {
    // Older exports may lack the flag; then the filled-in one of the two counts.
    let has_path = properties.text("httpRequestPath").is_some();
    if properties.raw("authenticated").as_bool().unwrap_or(has_path) {
        return TargetTemplate::Connector {
            id: properties.text("connectorId").unwrap_or_default().to_owned(),
            name: properties.name_beside("connectorId").map(str::to_owned),
            path: properties.template("httpRequestPath"),
        };
    }
    TargetTemplate::Url(properties.template("httpRequestUrl"))
}

/// The media type of the editor's choice, which exports write as `Application/JSON` and the like.
fn content_type(kind: &str) -> Option<&'static str> {
    let has = |word: &str| kind.contains(word);
    match kind {
        _ if has("json") || has("graphql") => Some("application/json"),
        _ if has("urlencoded") || has("url encoded") || has("url-encoded") => {
            Some("application/x-www-form-urlencoded")
        }
        _ if has("xml") => Some("application/xml"),
        _ if has("yaml") => Some("application/yaml"),
        _ if has("toml") => Some("application/toml"),
        // Form data carries its own boundary; the rest is the author's own header, or none.
        _ => None,
    }
}

fn read_body(properties: &mut Properties<'_>, method: Method, kind: &str) -> BodyTemplate {
    if matches!(method, Method::Get | Method::Head) {
        return BodyTemplate::None;
    }
    let form = properties.raw("httpRequestBodyFormData").elements();
    if kind.contains("form-data") || kind.contains("form data") {
        let mut fields = Vec::new();
        for (place, field) in form.iter().enumerate() {
            let place = place.to_string();
            let path = ["httpRequestBodyFormData", &place, "value"];
            let value = properties.template_of(field.get("value"), path[0], &path);
            fields.push((field.get("key").as_text().unwrap_or_default().to_owned(), value));
        }
        return BodyTemplate::Form(fields);
    }
    if kind.contains("graphql") {
        let body = properties.raw("httpRequestBodyGQL");
        let mut part = |key: &str| {
            properties.template_of(
                body.get(key),
                "httpRequestBodyGQL",
                &["httpRequestBodyGQL", key],
            )
        };
        return BodyTemplate::GraphQl { query: part("query"), variables: part("variables") };
    }
    let body = properties.template("httpRequestBody");
    if body.source().is_empty() { BodyTemplate::None } else { BodyTemplate::Text(body) }
}

impl Activity for HttpRequest {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.send(cx).into()
    }

    fn resume(&self, cx: &mut Cx<'_>, event: Resume<'_>) -> Step {
        match event {
            Resume::Http(outcome) => self.answered(cx, outcome).into(),
            Resume::Played
            | Resume::Digit(_)
            | Resume::Timer
            | Resume::Transfer(_)
            | Resume::DigitsSent
            | Resume::Recorded(_)
            | Resume::Figures(_)
            | Resume::Routed(_)
            | Resume::Allocated(_)
            | Resume::Returned { .. } => Step::exit("default"),
        }
    }

    fn templates(&self) -> Vec<&Templated> {
        let target = match &self.target {
            TargetTemplate::Connector { path, .. } => path,
            TargetTemplate::Url(url) => url,
        };
        let body: Vec<_> = match &self.body {
            BodyTemplate::None => Vec::new(),
            BodyTemplate::Text(body) => vec![body],
            BodyTemplate::Form(fields) => fields.iter().map(|(_, value)| value).collect(),
            BodyTemplate::GraphQl { query, variables } => vec![query, variables],
        };
        let named = self.query.iter().chain(&self.headers).map(|(_, value)| value);
        std::iter::once(target).chain(named).chain(body).collect()
    }

    fn assigns(&self) -> Vec<&str> {
        self.mappings.assigns()
    }

    fn needs(&self) -> Vec<Need<'_>> {
        match &self.target {
            TargetTemplate::Connector { id, name, .. } => {
                vec![Need::Connector { id, name: name.as_deref() }]
            }
            TargetTemplate::Url(_) => Vec::new(),
        }
    }
}

impl HttpRequest {
    fn send(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        let request = Request {
            method: self.method,
            target: self.render_target(cx)?,
            query: self.render_query(cx)?,
            headers: render_all(cx, &self.headers)?,
            content_type: self.content_type.map(str::to_owned),
            body: self.render_body(cx)?,
            timeout_ms: self.timeout_ms,
            retries: self.retries,
            idempotency_key: None,
        };
        show(cx, &request);
        let id = cx.new_id();
        let after_call = cx.is_after_call();
        cx.emit(Effect::Http { id, request: Box::new(request), after_call });
        Ok(Step::Wait(Wait::Http(id)))
    }

    fn render_target(&self, cx: &Cx<'_>) -> Result<Target, Failure> {
        Ok(match &self.target {
            TargetTemplate::Connector { id, name, path } => {
                Target::Connector { id: id.clone(), name: name.clone(), path: cx.url(path)? }
            }
            TargetTemplate::Url(url) => Target::Url(cx.url(url)?),
        })
    }

    fn render_query(&self, cx: &Cx<'_>) -> Result<Vec<(String, Rendered)>, Failure> {
        let render = |(name, value): &(String, Templated)| Ok((name.clone(), cx.parts(value)?));
        self.query.iter().map(render).collect()
    }

    fn render_body(&self, cx: &Cx<'_>) -> Result<Option<Body>, Failure> {
        Ok(match &self.body {
            BodyTemplate::None => None,
            BodyTemplate::Text(text) => Some(Body::Text(cx.text(text)?)),
            BodyTemplate::Form(fields) => Some(Body::Form(render_all(cx, fields)?)),
            BodyTemplate::GraphQl { query, variables } => {
                Some(Body::GraphQl { query: cx.text(query)?, variables: cx.text(variables)? })
            }
        })
    }

    fn answered(&self, cx: &mut Cx<'_>, outcome: &Outcome) -> Result<Step, Failure> {
        let answer = match &outcome.result {
            Ok(answer) => answer,
            Err(failure) => return failed(cx, failure),
        };
        set_status(cx, answer.status);
        cx.show_out("duration_ms", |_| outcome.duration_ms.into());
        if outcome.attempts > 1 {
            cx.show_out("attempts", |_| outcome.attempts.into());
        }
        if let Some(reason) = &outcome.stand_in {
            cx.warn(|| reason.clone());
        }
        if !cx.is_secret() {
            cx.show_out("body", |_| shorten_body(&answer.body));
        }
        if cx.flow().reads_output("httpResponseBody") {
            cx.set_output_quietly("httpResponseBody", answer.body.clone());
        }
        if cx.flow().reads_output("httpResponseHeaders") {
            cx.set_output_quietly("httpResponseHeaders", header_map(&answer.headers));
        }
        match self.mappings.apply(cx, &answer.body) {
            // An error page in another format is still a complete answer; it holds no data.
            Err(failure) if answer.status >= 400 && failure.code == FailureCode::Parse => {
                cx.warn(|| format!("nothing is taken from the answer: {}", failure.description));
                self.mappings.apply(cx, "")?;
            }
            result => result?,
        }
        Ok(Step::exit("default"))
    }
}

/// The status is never secret, even where the rest of the answer is.
fn set_status(cx: &mut Cx<'_>, status: u16) {
    cx.show_out("httpStatusCode", |_| status.into());
    cx.set_output_quietly("httpStatusCode", whole(i64::from(status)));
}

fn failed(cx: &mut Cx<'_>, failure: &Failure) -> Result<Step, Failure> {
    if failure.code == FailureCode::Timeout
        && cx.compatibility().http_timeout == HttpTimeout::Default408
    {
        set_status(cx, 408);
        return Ok(Step::exit("default"));
    }
    set_status(cx, 0);
    Err(failure.clone())
}

fn render_all(
    cx: &Cx<'_>,
    templates: &[(String, Templated)],
) -> Result<Vec<(String, String)>, Failure> {
    let render = |(name, value): &(String, Templated)| Ok((name.clone(), cx.text(value)?));
    templates.iter().map(render).collect()
}

fn header_map(headers: &[(String, String)]) -> Value<'static> {
    let members = headers.iter().map(|(name, value)| (name.clone(), Json::String(value.clone())));
    let text = Json::Object(members.collect()).to_text();
    Value::from_json(&text).unwrap_or(Value::Null)
}

/// Header fields that carry credentials; traces show that they are there, not what they hold.
const CREDENTIAL_HEADERS: [&str; 6] =
    ["authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"];

fn show(cx: &mut Cx<'_>, request: &Request) {
    cx.show_in("method", |_| request.method.as_str().into());
    let rendered = |rendered: &Rendered| Datum::from(rendered.text.as_str());
    match &request.target {
        Target::Connector { id, name, path } => {
            cx.show_in("connector", |_| name.as_deref().unwrap_or(id).into());
            cx.show_in("path", |_| rendered(path));
        }
        Target::Url(url) => cx.show_in("url", |_| rendered(url)),
    }
    if !request.query.is_empty() {
        let query = request.query.iter();
        let query: Vec<_> = query.map(|(name, value)| (name.clone(), value.text.clone())).collect();
        cx.show_in("query", |_| named(&query));
    }
    if !request.headers.is_empty() {
        cx.show_in("headers", |_| named(&request.headers));
    }
    match &request.body {
        Some(Body::Text(text)) => cx.show_in("body", |_| shorten_body(text)),
        Some(Body::Form(fields)) => cx.show_in("form", |_| named(fields)),
        Some(Body::GraphQl { query, .. }) => cx.show_in("graphql", |_| shorten_body(query)),
        None => {}
    }
}

fn named(fields: &[(String, String)]) -> Datum {
    let mut shown = Fields::new();
    for (name, value) in fields {
        let is_credential = CREDENTIAL_HEADERS.contains(&name.to_ascii_lowercase().as_str());
        let value = if is_credential { trunkline_model::trace::MASK } else { value };
        shown.put(name.clone(), value);
    }
    Datum::from(shown)
}

/// The longest body that a trace shows whole, in characters.
const SHOWN_BODY: usize = 2_000;

fn shorten_body(body: &str) -> Datum {
    match body.char_indices().nth(SHOWN_BODY) {
        Some((end, _)) => Datum::from(format!("{}… ({} bytes)", &body[..end], body.len())),
        None => Datum::from(body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_editors_content_types_are_media_types() {
        let cases = [
            ("application/json", Some("application/json")),
            ("graphql", Some("application/json")),
            ("form url encoded", Some("application/x-www-form-urlencoded")),
            ("form-data", None),
            ("none", None),
            ("", None),
        ];
        for (kind, expected) in cases {
            assert_eq!(content_type(kind), expected, "{kind}");
        }
    }
}
