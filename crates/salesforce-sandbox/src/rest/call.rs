//! A call of the REST API, from HTTP or from inside a composite request.

use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};

use super::cursors::Cursors;
use super::versions::Version;
use crate::api_error::ApiError;
use crate::http::{Form, Response};
use crate::schema::Object;
use crate::soql::Asker;
use crate::store::Store;

/// What an endpoint gives.
pub(crate) type Outcome = Result<Response, ApiError>;

/// What calls work on.
pub(crate) struct Api<'a> {
    pub(crate) store: &'a Store,
    pub(crate) cursors: &'a Mutex<Cursors>,
    pub(crate) user: &'a str,
    /// Path of the user's identity, for the resource map.
    pub(crate) identity_url: &'a str,
    /// Calls so far today and how many are allowed.
    pub(crate) usage: (u64, u64),
}

/// One call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) version: Version,
    /// Decoded path segments after the version.
    pub(crate) segments: Vec<String>,
    pub(crate) parameters: Form,
    /// `batchSize` of the header `Sforce-Query-Options`.
    pub(crate) batch_size: Option<usize>,
    pub(crate) body: CallBody,
}

/// A call's body: unread bytes from HTTP, or JSON from inside a composite request.
#[derive(Debug, Clone)]
pub(crate) enum CallBody {
    Bytes(Vec<u8>),
    Json(Value),
}

impl Call {
    /// The path that URLs of this version begin with.
    pub(crate) fn base(&self) -> String {
        self.version.base()
    }

    /// Refuses every method but these.
    pub(crate) fn only(&self, methods: &[&str]) -> Result<(), ApiError> {
        let method = if self.method == "HEAD" { "GET" } else { self.method.as_str() };
        if methods.contains(&method) {
            return Ok(());
        }
        Err(ApiError::method_not_allowed(&self.method))
    }

    pub(crate) fn is_read(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, ApiError> {
        match &self.body {
            CallBody::Json(value) => Ok(value.clone()),
            CallBody::Bytes(bytes) => serde_json::from_slice(bytes).map_err(|error| {
                let (line, column) = (error.line(), error.column());
                let text = error.to_string();
                let reason = text.split(" at line ").next().unwrap_or_default();
                let message = format!("{reason} at [line:{line}, column:{column}]");
                ApiError::bad("JSON_PARSER_ERROR", message)
            }),
        }
    }

    /// The body as a JSON object.
    pub(crate) fn json_object(&self) -> Result<Map<String, Value>, ApiError> {
        match self.json()? {
            Value::Object(members) => Ok(members),
            other => Err(wrong_shape("an object", &other)),
        }
    }
}

/// The error for JSON that is not of the expected shape.
pub(crate) fn wrong_shape(expected: &str, found: &Value) -> ApiError {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    ApiError::bad("JSON_PARSER_ERROR", format!("Expected {expected}, found {found}"))
}

impl Api<'_> {
    /// For whom a query of this call runs.
    pub(crate) fn asker<'b>(&'b self, base: &'b str, all_rows: bool) -> Asker<'b> {
        Asker { user: self.user, base, all_rows }
    }

    /// Works on the open cursors.
    pub(crate) fn with_cursors<T>(&self, work: impl FnOnce(&mut Cursors) -> T) -> T {
        work(&mut self.cursors.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The object of a path or body, or the error that there is none.
pub(crate) fn object_named<'s>(
    schema: &'s crate::schema::Schema,
    name: &str,
) -> Result<&'s Object, ApiError> {
    schema.object(name).ok_or_else(ApiError::not_found)
}
