//! `password`: key and secret, and a user's name and password.

use super::super::{OAuth, OAuthError, User, client};
use crate::http::{Form, Request};

pub(super) fn check(oauth: &OAuth<'_>, request: &Request, form: &Form) -> Result<User, OAuthError> {
    client::check(oauth.credentials, request, form)?;
    oauth
        .sign_in(form.get("username").unwrap_or_default(), form.get("password").unwrap_or_default())
}

impl OAuth<'_> {
    /// The user of this name, when the password is the sandbox's.
    pub(in crate::oauth) fn sign_in(
        &self,
        username: &str,
        password: &str,
    ) -> Result<User, OAuthError> {
        if !client::same(password, &self.credentials.password) {
            return Err(OAuthError::grant("authentication failure"));
        }
        self.user(username)
    }
}
