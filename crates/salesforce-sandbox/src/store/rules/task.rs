//! Tasks: an open or completed one.

use rusqlite::types::Value as Sql;

use crate::api_error::ApiError;
use crate::store::draft::Draft;

pub(super) fn fill(draft: &mut Draft<'_>) -> Result<(), ApiError> {
    if draft.is_new() {
        draft.set_default("Status", Sql::Text("Not Started".to_owned()));
        draft.set_default("Priority", Sql::Text("Normal".to_owned()));
        draft.set_default("TaskSubtype", Sql::Text("Task".to_owned()));
    }
    let closed = draft.text("Status") == Some("Completed");
    draft.set_default("IsClosed", Sql::Integer(closed.into()));
    Ok(())
}
