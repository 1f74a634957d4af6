//! The server's HTTP and WebSocket interface, and the pages that it serves.
//!
//! A request meets, in this order: the limits of its connection (`serve::accept`), its address's
//! rate, what the headers say of where it comes from (`client`), and whom the address is for
//! (`access`); then its handler (`routes`), which asks the [`centre::Centre`] or the accounts.

mod access;
mod app;
mod body;
pub mod centre;
mod client;
mod codes;
mod json;
mod pages;
mod problem;
mod rate;
mod routes;
mod serve;

pub use access::{Allowed, CSRF_HEADER, PREFIX, Route, Who};
pub use codes::Code;
pub use rate::Rate;
pub use serve::{ApiError, Running, ServeLimits, Settings, Transport, serve};

/// All addresses, each with whom it is for.
pub fn addresses() -> Vec<Route> {
    routes::table().build().1
}

/// The OpenAPI document, as it is served.
///
/// # Errors
/// What serde says, if the document cannot be written.
pub fn openapi() -> Result<String, serde_json::Error> {
    routes::table().build().2.to_pretty_json()
}
