//! What can go wrong while the sandbox is set up; requests never produce these.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the sandbox could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The address is taken, not ours, or needs privileges.
    #[error("the sandbox cannot listen on {address}: {source}; choose another address or port")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file that was named in the options cannot be read.
    #[error("cannot read {what} {}: {source}", path.display())]
    Read {
        /// What the file is for, e.g. `fixture`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A fixture is not JSON, or not of the fixture's shape.
    #[error("{name}:{line}:{column}: {message}")]
    FixtureJson {
        /// The fixture's name, usually its path.
        name: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// A fixture is well formed but what it says does not fit together.
    #[error("{name}: {place}: {message}")]
    Fixture {
        /// The fixture's name, usually its path.
        name: String,
        /// Where in the fixture, e.g. `records.Account[3].ParentId`.
        place: String,
        /// What is wrong.
        message: String,
    },
    /// The database cannot be opened or written, or belongs to another schema.
    #[error("the sandbox's database {database}: {message}")]
    Database {
        /// The file, or `:memory:`.
        database: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// A key for the JWT bearer grant is not an RSA key or certificate in PEM.
    #[error("the JWT key {}: {message}", path.display())]
    JwtKey {
        /// The key's file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A thread of the sandbox ended unexpectedly.
    #[error("the sandbox could not start its worker: {0}")]
    Worker(String),
}
