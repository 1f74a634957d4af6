//! `POST /services/oauth2/introspect` (RFC 7662).

use super::error::OAuthError;
use super::{OAuth, client};
use crate::http::{Form, Request, Response};
use crate::json::Json;

pub(super) fn answer(
    oauth: &OAuth<'_>,
    request: &Request,
    form: &Form,
) -> Result<Response, OAuthError> {
    client::check(oauth.credentials, request, form)?;
    let token = form.get("token").unwrap_or_default();
    let Some(session) = oauth.with_sessions(|sessions| sessions.find(token)) else {
        return Ok(Response::json(200, Json::object([("active", Json::Bool(false))])));
    };
    let issued = Json::Int(session.issued.as_second());
    let body = Json::object([
        ("active", Json::Bool(true)),
        ("scope", Json::from("api id")),
        ("client_id", Json::from(&oauth.credentials.client_id)),
        ("username", Json::from(&session.username)),
        ("sub", Json::Text(oauth.identity_url(request, &session.user))),
        ("token_type", Json::from("access_token")),
        ("exp", Json::Int(session.expires.as_second())),
        ("iat", issued.clone()),
        ("nbf", issued),
    ]);
    Ok(Response::json(200, body))
}
