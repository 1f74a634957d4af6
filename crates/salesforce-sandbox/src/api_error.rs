//! An error as the REST API answers it: a status and `[{"message","errorCode","fields"}]`.

use crate::json::Json;

/// One error of a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) fields: Option<Vec<String>>,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        ApiError { status, code, message: message.into(), fields: None }
    }

    /// The request is at fault: status 400.
    pub(crate) fn bad(code: &'static str, message: impl Into<String>) -> Self {
        ApiError::new(400, code, message)
    }

    /// A record's fields are at fault: status 400 with their names.
    pub(crate) fn fields<S: Into<String>>(
        code: &'static str,
        message: impl Into<String>,
        fields: impl IntoIterator<Item = S>,
    ) -> Self {
        let fields = Some(fields.into_iter().map(Into::into).collect());
        ApiError { fields, ..ApiError::bad(code, message) }
    }

    pub(crate) fn not_found() -> Self {
        ApiError::new(404, "NOT_FOUND", "The requested resource does not exist")
    }

    /// A path names a field by which records cannot be found.
    pub(crate) fn no_external_id(field: &str) -> Self {
        let message =
            format!("Provided external ID field does not exist or is not accessible: {field}");
        ApiError::new(404, "NOT_FOUND", message)
    }

    pub(crate) fn method_not_allowed(method: &str) -> Self {
        ApiError::new(
            405,
            "METHOD_NOT_ALLOWED",
            format!("HTTP Method '{method}' not allowed for this resource"),
        )
    }

    /// As in the body of a failed request.
    pub(crate) fn to_json(&self) -> Json {
        let mut members = vec![
            ("message".to_owned(), Json::from(&self.message)),
            ("errorCode".to_owned(), Json::from(self.code)),
        ];
        if let Some(fields) = &self.fields {
            members.push(("fields".to_owned(), Json::array(fields)));
        }
        Json::Object(members)
    }

    /// As in the result of one record of a collection, which names the code `statusCode`.
    pub(crate) fn to_record_json(&self) -> Json {
        Json::object([
            ("statusCode", Json::from(self.code)),
            ("message", Json::from(&self.message)),
            ("fields", Json::array(self.fields.iter().flatten())),
        ])
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        ApiError::new(500, "UNKNOWN_EXCEPTION", format!("the sandbox's database failed: {error}"))
    }
}
