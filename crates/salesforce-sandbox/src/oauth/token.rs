//! `POST /services/oauth2/token`.

use super::OAuth;
use super::error::OAuthError;
use super::grants;
use super::sessions::signature;
use crate::http::{Form, Request, Response};
use crate::json::Json;

pub(super) fn answer(
    oauth: &OAuth<'_>,
    request: &Request,
    form: &Form,
) -> Result<Response, OAuthError> {
    let grant_type = form.get("grant_type").unwrap_or_default();
    let grant = grants::find(grant_type)
        .ok_or_else(|| OAuthError::new("unsupported_grant_type", "grant type not supported"))?;
    let user = (grant.check)(oauth, request, form)?;
    let refreshed = grant.name == grants::REFRESH_TOKEN;
    let (token, session) =
        oauth.with_sessions(|sessions| sessions.open(&user.id, &user.username, refreshed));
    let identity = oauth.identity_url(request, &user.id);
    let issued_at = session.issued.as_millisecond().to_string();
    let signature = signature(&oauth.credentials.client_secret, &identity, &issued_at);
    let body = Json::object([
        ("access_token", Json::Text(token)),
        ("signature", Json::Text(signature)),
        ("scope", Json::from("api id")),
        ("instance_url", Json::from(&request.base_url)),
        ("id", Json::Text(identity)),
        ("token_type", Json::from("Bearer")),
        ("issued_at", Json::Text(issued_at)),
    ]);
    Ok(Response::json(200, body))
}
