//! The grants: each says for whom a token is given, or why not.

mod client_credentials;
mod jwt_bearer;
mod password;
mod refresh_token;

use super::OAuth;
use super::error::OAuthError;
use super::users::User;
use crate::http::{Form, Request};

/// The name of the grant that keeps a session going.
pub(super) const REFRESH_TOKEN: &str = "refresh_token";

/// One grant.
pub(super) struct Grant {
    /// The value of `grant_type`.
    pub(super) name: &'static str,
    pub(super) check: fn(&OAuth<'_>, &Request, &Form) -> Result<User, OAuthError>,
}

const GRANTS: [Grant; 4] = [
    Grant { name: "client_credentials", check: client_credentials::check },
    Grant { name: "urn:ietf:params:oauth:grant-type:jwt-bearer", check: jwt_bearer::check },
    Grant { name: "password", check: password::check },
    Grant { name: REFRESH_TOKEN, check: refresh_token::check },
];

/// The grant of this name.
pub(super) fn find(name: &str) -> Option<&'static Grant> {
    GRANTS.iter().find(|grant| grant.name == name)
}
