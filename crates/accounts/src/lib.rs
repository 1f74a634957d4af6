//! Who may sign in: users, roles, sessions, tokens, lock-out, and the audit log.
//!
//! All of it is in one SQLite file, `accounts.sqlite` in the server's folder. [`Accounts`] is
//! shared by reference between threads. Its functions wait for the disk, and those that take a
//! [`Password`] compute for some 30 ms besides: asynchronous callers call them on a thread that
//! may block (`tokio::task::spawn_blocking`). [`Accounts::session`] and [`Accounts::token`] are
//! asked for every request and only read (a few ten microseconds).
//!
//! The time is an argument everywhere, in milliseconds since the Unix epoch. Passwords, tokens and
//! links are kept as hashes, shown once, and print as `•••`.

mod accounts;
mod actor;
mod audit;
mod database;
mod demo;
mod error;
mod hashing;
mod ids;
mod link;
mod lockout;
mod name;
mod password;
mod preferences;
mod role;
mod scope;
mod secret;
mod session;
mod settings;
mod setup;
mod sign_in;
mod sweep;
mod token;
mod user;
mod users;

pub use accounts::Accounts;
pub use actor::Actor;
pub use audit::{AuditEvent, AuditObject, AuditOutcome, AuditPage, AuditRecord, AuditSearch};
pub use demo::{Demo, DemoUser};
pub use error::{AccountsError, Weakness};
pub use ids::{SessionId, TokenId, UserId};
pub use preferences::{Density, Preferences, Theme};
pub use role::{Role, Roles};
pub use scope::{Scope, Scopes};
pub use secret::{Password, Shown};
pub use session::{EndedSession, Session, SessionSummary, SignedIn, WhyEnded};
pub use settings::{Cost, Settings};
pub use setup::FirstAdministrator;
pub use sweep::Swept;
pub use token::{ApiToken, NewToken, TokenUse};
pub use user::{Language, NewUser, User, UserChange, UserPage, UserSearch};
