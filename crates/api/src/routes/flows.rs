//! The place of flows: uploads, versions and labels.

use crate::access::Table;

/// Nothing yet.
pub(super) fn routes(table: Table) -> Table {
    table
}
