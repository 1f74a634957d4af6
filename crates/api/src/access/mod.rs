//! Who may do what. A handler gets into the router by [`Table::route`] only, which wants to know
//! whom it is for; everything that follows from that is checked before the handler runs.

mod allowed;
mod caller;
mod check;
mod table;

pub use allowed::{Allowed, Who};
pub(crate) use caller::{Agent, By, Caller};
pub(crate) use check::{SESSION_COOKIE, SESSION_COOKIE_SECURE, session_cookie};
pub use table::Route;
pub(crate) use table::{Table, security_schemes};

/// Where all addresses of this interface begin.
pub const PREFIX: &str = "/api/v1";

/// The header with the session's CSRF token.
pub const CSRF_HEADER: &str = "x-trunkline-csrf";
