//! `/services/oauth2/revoke`.

use super::OAuth;
use super::client::same;
use super::error::OAuthError;
use crate::http::{Form, Response};

/// Ends a token's session; the refresh token ends those that it opened and stays good itself.
pub(super) fn answer(oauth: &OAuth<'_>, form: &Form) -> Result<Response, OAuthError> {
    let token = form.get("token").unwrap_or_default();
    if same(token, &oauth.credentials.refresh_token) {
        oauth.with_sessions(super::Sessions::close_refreshed);
        return Ok(Response::empty(200));
    }
    if oauth.with_sessions(|sessions| sessions.close(token)) {
        return Ok(Response::empty(200));
    }
    Err(OAuthError::new("invalid_token", "the token is unknown or has been revoked"))
}
