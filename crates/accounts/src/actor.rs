//! Who does something, for the audit log.

use std::net::IpAddr;

use crate::ids::UserId;

/// Who does something, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The user; none for the server itself and for who has not signed in.
    pub user: Option<UserId>,
    /// Their sign-in name, kept so that the log can be read when the user is gone. `system` for
    /// the server itself.
    pub name: String,
    /// The address of the request.
    pub address: Option<IpAddr>,
    /// The API token that was used, by its name.
    pub token: Option<String>,
}

impl Actor {
    /// The server itself, or its command line.
    #[must_use]
    pub fn system() -> Self {
        Self { user: None, name: "system".to_owned(), address: None, token: None }
    }

    /// Somebody who has not signed in.
    #[must_use]
    pub fn nobody(address: IpAddr) -> Self {
        Self { user: None, name: String::new(), address: Some(address), token: None }
    }
}
