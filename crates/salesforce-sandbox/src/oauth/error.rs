//! Errors of the OAuth endpoints: status 400 and `{"error","error_description"}`.

use crate::http::Response;
use crate::json::Json;

/// Why a token was not given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OAuthError {
    pub(crate) error: &'static str,
    pub(crate) description: String,
}

impl OAuthError {
    pub(crate) fn new(error: &'static str, description: impl Into<String>) -> Self {
        OAuthError { error, description: description.into() }
    }

    /// The grant itself is refused.
    pub(crate) fn grant(description: impl Into<String>) -> Self {
        OAuthError::new("invalid_grant", description)
    }

    pub(crate) fn response(&self) -> Response {
        let body = Json::object([
            ("error", Json::from(self.error)),
            ("error_description", Json::from(&self.description)),
        ]);
        Response::json(400, body)
    }
}

impl From<rusqlite::Error> for OAuthError {
    fn from(error: rusqlite::Error) -> Self {
        OAuthError::new("server_error", format!("the sandbox's database failed: {error}"))
    }
}
