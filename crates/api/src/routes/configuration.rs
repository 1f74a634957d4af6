//! The place of the tenant's configuration: its objects, their history, plan and apply.

use crate::access::Table;

/// Nothing yet.
pub(super) fn routes(table: Table) -> Table {
    table
}
