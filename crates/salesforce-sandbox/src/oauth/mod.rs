//! Signing in: tokens and who they stand for, one file for each endpoint and grant.

mod client;
mod error;
mod grants;
mod identity;
mod introspect;
mod keys;
mod revoke;
mod sessions;
mod soap;
mod token;
mod users;

pub(crate) use error::OAuthError;
pub(crate) use keys::JwtKeys;
pub(crate) use sessions::{Session, Sessions};
pub(crate) use users::User;

use std::sync::{Mutex, PoisonError};

use crate::api_error::ApiError;
use crate::http::{Form, Request, Response};
use crate::json::Json;
use crate::options::Credentials;
use crate::store::Store;

/// What the endpoints of this part work on.
pub(crate) struct OAuth<'a> {
    pub(crate) store: &'a Store,
    pub(crate) sessions: &'a Mutex<Sessions>,
    pub(crate) credentials: &'a Credentials,
    pub(crate) keys: &'a JwtKeys,
    pub(crate) organization_id: &'a str,
    /// The Id of the user whom the configured name stands for.
    pub(crate) run_as: &'a str,
}

impl OAuth<'_> {
    fn with_sessions<T>(&self, work: impl FnOnce(&mut Sessions) -> T) -> T {
        work(&mut self.sessions.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The URL that names a user.
    pub(crate) fn identity_url(&self, request: &Request, user: &str) -> String {
        format!("{}/id/{}/{user}", request.base_url, self.organization_id)
    }

    /// The session of a request's token.
    pub(crate) fn session(&self, request: &Request) -> Option<Session> {
        let header = request.header("authorization")?;
        let (scheme, token) = header.split_once(' ')?;
        let known = scheme.eq_ignore_ascii_case("Bearer") || scheme.eq_ignore_ascii_case("OAuth");
        let token = known.then(|| token.trim())?;
        self.with_sessions(|sessions| sessions.find(token))
    }
}

/// Answers `/services/oauth2/{endpoint}`.
pub(crate) fn answer(oauth: &OAuth<'_>, request: &Request, endpoint: &str) -> Response {
    let result = match endpoint {
        "token" => form(request, &["POST"]).and_then(|form| token::answer(oauth, request, &form)),
        "revoke" => form(request, &["POST", "GET"]).and_then(|form| revoke::answer(oauth, &form)),
        "introspect" => {
            form(request, &["POST"]).and_then(|form| introspect::answer(oauth, request, &form))
        }
        "userinfo" => return identity::userinfo(oauth, request),
        _ => return crate::rest::error_response(&ApiError::not_found()),
    };
    let response = result.unwrap_or_else(|error| error.response());
    response.with_header("cache-control", "no-store").with_header("pragma", "no-cache")
}

/// Answers `/id/{organisation}/{user}`.
pub(crate) fn identity(oauth: &OAuth<'_>, request: &Request, user: &str) -> Response {
    identity::identity(oauth, request, user)
}

/// Answers `/services/Soap/u/{version}`.
pub(crate) fn soap_login(oauth: &OAuth<'_>, request: &Request, version: &str) -> Response {
    soap::answer(oauth, request, version)
}

/// Answers `/.well-known/openid-configuration`.
pub(crate) fn discovery(request: &Request) -> Response {
    let base = &request.base_url;
    let url = |path: &str| Json::Text(format!("{base}/services/oauth2/{path}"));
    let body = Json::object([
        ("issuer", Json::from(base)),
        ("token_endpoint", url("token")),
        ("revocation_endpoint", url("revoke")),
        ("introspection_endpoint", url("introspect")),
        ("userinfo_endpoint", url("userinfo")),
        ("jwks_uri", Json::Text(format!("{base}/id/keys"))),
        ("subject_types_supported", Json::array(["public"])),
        ("id_token_signing_alg_values_supported", Json::array(["RS256"])),
        (
            "token_endpoint_auth_methods_supported",
            Json::array(["client_secret_post", "client_secret_basic", "private_key_jwt"]),
        ),
    ]);
    Response::json(200, body)
}

fn form(request: &Request, methods: &[&str]) -> Result<Form, OAuthError> {
    if !methods.contains(&request.method.as_str()) {
        let message = format!("must use HTTP {}", methods[0]);
        return Err(OAuthError::new("invalid_request", message));
    }
    request.form().map_err(|_| {
        let message = "the parameters are not well encoded (application/x-www-form-urlencoded)";
        OAuthError::new("invalid_request", message)
    })
}
