//! `outputVariableArray`: which parts of an answer go into which variables.

use trunkline_expr::Value;
use trunkline_jsonpath::{Document, Json as Found, Path, ReadError};
use trunkline_model::tenant::compatibility::EmptyJsonPath;
use trunkline_model::{Failure, FailureCode};
use trunkline_normalise::{ResponseType, normalise};

use crate::diagnostic::Severity;
use crate::read::Properties;
use crate::run::Cx;

/// What the editor shows where no variable has been chosen; exports keep it.
const PLACEHOLDER: &str = "Select";

/// The most parts that one activity takes from an answer.
const MAX_MAPPINGS: usize = 200;

/// The rows of `outputVariableArray` with the content type that they read.
#[derive(Debug)]
pub(super) struct Mappings {
    /// `contentType`; JSON when blank.
    content_type: ResponseType,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    /// `outputVariable`
    variable: String,
    /// `jsonPathExp`; one that cannot be compiled fails when it is reached.
    path: Result<Path, String>,
}

impl Mappings {
    pub(super) fn read(properties: &mut Properties<'_>) -> Self {
        let elements = properties.raw("outputVariableArray").elements();
        let mut rows = Vec::new();
        for (place, json) in elements.iter().take(MAX_MAPPINGS).enumerate() {
            let text = |key| json.get(key).as_text().unwrap_or_default().trim();
            let (variable, path) = (text("outputVariable"), text("jsonPathExp"));
            if path.is_empty() && (variable.is_empty() || variable == PLACEHOLDER) {
                continue;
            }
            if variable.is_empty() || path.is_empty() {
                report_half(properties, place, variable, path);
                continue;
            }
            let path = Path::compile(path).map_err(|error| {
                report_broken(properties, place, path, &error);
                format!("the path {path} for the variable {variable}: {error}")
            });
            rows.push(Row { variable: variable.to_owned(), path });
        }
        let content_type = properties.text("contentType").and_then(ResponseType::parse);
        Self { content_type: content_type.unwrap_or(ResponseType::Json), rows }
    }

    pub(super) fn assigns(&self) -> Vec<&str> {
        self.rows.iter().map(|row| row.variable.as_str()).collect()
    }

    /// Sets the variables from an answer's body. An empty body sets none: Salesforce answers a
    /// PATCH with 204 and nothing.
    pub(super) fn apply(&self, cx: &mut Cx<'_>, body: &str) -> Result<(), Failure> {
        if self.rows.is_empty() {
            return Ok(());
        }
        if body.trim().is_empty() {
            return self.rows.iter().try_for_each(|row| nothing_found(cx, &row.variable));
        }
        let parse = |reason: String| Failure::new(FailureCode::Parse, reason);
        let json = normalise(self.content_type, body).map_err(|error| parse(error.to_string()))?;
        let document = Document::parse(&json).map_err(|error| parse(error.to_string()))?;
        for row in &self.rows {
            let path = row.path.as_ref();
            let path = path.map_err(|problem| Failure::new(FailureCode::Expression, problem))?;
            assign(cx, &row.variable, path, &document)?;
        }
        Ok(())
    }
}

fn assign(
    cx: &mut Cx<'_>,
    variable: &str,
    path: &Path,
    document: &Document<'_>,
) -> Result<(), Failure> {
    let found = match path.read(document) {
        Ok(found) => found,
        Err(ReadError::NotFound { .. }) => return nothing_found(cx, variable),
        Err(error) => {
            let text = format!("the path {} for the variable {variable}: {error}", path.source());
            return Err(Failure::new(FailureCode::Expression, text));
        }
    };
    if !path.is_definite() && found.is_empty() {
        return nothing_found(cx, variable);
    }
    match found {
        Found::Null => cx.assign_empty(variable),
        Found::String(text) => cx.assign(variable, Value::from(text)),
        other => cx.assign(variable, Value::from(other.to_plain_text())),
    }
}

fn nothing_found(cx: &mut Cx<'_>, variable: &str) -> Result<(), Failure> {
    match cx.compatibility().empty_jsonpath_result {
        EmptyJsonPath::KeepValue => Ok(()),
        EmptyJsonPath::SetEmpty => cx.assign_empty(variable),
    }
}

fn report_half(properties: &mut Properties<'_>, place: usize, variable: &str, path: &str) {
    let text = if path.is_empty() {
        format!("nothing is taken from the answer for the variable {variable}: its path is blank")
    } else {
        format!("the path {path} has no variable")
    };
    let place = place.to_string();
    properties.report(
        "half-mapping",
        Severity::Warning,
        &["outputVariableArray", &place],
        text,
        Some("the row has no effect".to_owned()),
    );
}

fn report_broken(
    properties: &mut Properties<'_>,
    place: usize,
    path: &str,
    error: &trunkline_jsonpath::PathError,
) {
    let place = place.to_string();
    let inner = ["outputVariableArray", &place, "jsonPathExp"];
    properties.report_text(
        "jsonpath-syntax",
        &inner,
        format!("jsonPathExp: {}", error.message),
        (path, error.offset),
        error.suggestion.clone(),
    );
}
