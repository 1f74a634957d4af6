//! The place of the steps after the first sign-in: the test of a connector, the import of a flow,
//! the choice of its queue.

use crate::access::Table;

/// Nothing yet.
pub(super) fn routes(table: Table) -> Table {
    table
}
