//! `client_credentials`: key and secret alone; the token stands for the integration's user.

use super::super::{OAuth, OAuthError, User, client};
use crate::http::{Form, Request};

pub(super) fn check(oauth: &OAuth<'_>, request: &Request, form: &Form) -> Result<User, OAuthError> {
    client::check(oauth.credentials, request, form)?;
    oauth.user(&oauth.credentials.username)
}
