//! The service behind the socket: which part answers which path.

use crate::api_error::ApiError;
use crate::error::SandboxError;
use crate::http::{Request, Response};
use crate::json::Json;
use crate::options::{Credentials, Options};

/// Everything that a request can reach.
#[derive(Debug)]
pub(crate) struct Service {
    credentials: Credentials,
}

impl Service {
    pub(crate) fn open(options: Options) -> Result<Service, SandboxError> {
        Ok(Service { credentials: options.credentials })
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(crate) fn handle(&self, _request: &Request) -> Response {
        Response::json(404, Json::Array(vec![ApiError::not_found().to_json()]))
    }
}
