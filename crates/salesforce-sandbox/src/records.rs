//! Records in memory that are asked in SOQL and nothing else: for fuzzers, which ask thousands of
//! times a second and need no socket, no sign-in and no answer in JSON.

use std::sync::Arc;

use crate::error::SandboxError;
use crate::fixture::Fixture;
use crate::options::Database;
use crate::soql::{self, Asker};
use crate::store::Store;
use crate::time::Clock;

/// Whom the queries run for, and who owns records that name no owner.
const USER: &str = "005000000000001AAA";

/// The records of a fixture.
#[doc(hidden)]
#[derive(Debug)]
pub struct Records {
    store: Store,
}

impl Records {
    /// Loads a fixture into a database in memory.
    ///
    /// # Errors
    /// As [`Sandbox::start`](crate::Sandbox::start), when the records do not fit the schema.
    pub fn open(mut fixture: Fixture) -> Result<Records, SandboxError> {
        let clock = Clock { fixed: fixture.now };
        let schema = Arc::new(std::mem::take(&mut fixture.schema));
        let store = Store::open(&Database::Memory, schema, clock, true)?;
        store.load(&fixture, |_| Ok(USER.to_owned()))?;
        Ok(Records { store })
    }

    /// How many records a query gives; `all_rows` is `queryAll`.
    ///
    /// # Errors
    /// The HTTP status with which the sandbox would answer, and the message: 400 when the query is
    /// at fault, anything else when the sandbox is.
    pub fn count(&self, query: &str, all_rows: bool) -> Result<usize, (u16, String)> {
        let asker = Asker { user: USER, base: "/services/data/v60.0", all_rows };
        let answer = soql::run(&self.store, query, asker);
        answer.map(|answer| answer.records.len()).map_err(|error| (error.status, error.message))
    }
}
