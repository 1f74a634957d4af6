//! `refresh_token`: the sandbox has one, which never ends.

use super::super::{OAuth, OAuthError, User, client};
use crate::http::{Form, Request};

pub(super) fn check(oauth: &OAuth<'_>, request: &Request, form: &Form) -> Result<User, OAuthError> {
    client::check(oauth.credentials, request, form)?;
    let token = form.get("refresh_token").unwrap_or_default();
    if !client::same(token, &oauth.credentials.refresh_token) {
        return Err(OAuthError::grant("expired access/refresh token"));
    }
    oauth.user(&oauth.credentials.username)
}
