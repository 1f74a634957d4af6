//! Cases: defaults, closing, the contact's account, and the comment that `Comments` becomes.

use rusqlite::OptionalExtension;
use rusqlite::types::Value as Sql;

use crate::api_error::ApiError;
use crate::store::draft::Draft;
use crate::time;

pub(super) fn fill(draft: &mut Draft<'_>) -> Result<(), ApiError> {
    if draft.is_new() {
        draft.set_default("Status", Sql::Text("New".to_owned()));
        draft.set_default("Priority", Sql::Text("Medium".to_owned()));
        take_account(draft)?;
    }
    take_comment(draft);
    close(draft);
    Ok(())
}

/// A new case without an account belongs to that of its contact.
fn take_account(draft: &mut Draft<'_>) -> Result<(), ApiError> {
    if draft.sets("AccountId") {
        return Ok(());
    }
    let Some(contact) = draft.text("ContactId").map(str::to_owned) else { return Ok(()) };
    let account: Option<Option<String>> = draft
        .store
        .db()
        .prepare_cached("SELECT AccountId FROM Contact WHERE Id = ?1")?
        .query_row([contact], |row| row.get(0))
        .optional()?;
    if let Some(account) = account.flatten() {
        draft.set_text("AccountId", account);
    }
    Ok(())
}

/// `Comments` is write-only: the text becomes a private comment and the field stays null.
fn take_comment(draft: &mut Draft<'_>) {
    if let Some(text) = draft.text("Comments").map(str::to_owned) {
        draft.comment = Some(text);
        draft.set("Comments", Sql::Null);
    }
}

fn close(draft: &mut Draft<'_>) {
    if !draft.sets("Status") || draft.sets("IsClosed") {
        return;
    }
    let was_closed = matches!(draft.get("IsClosed"), Sql::Integer(1));
    let closed = draft.text("Status") == Some("Closed");
    draft.set("IsClosed", Sql::Integer(closed.into()));
    if closed && !was_closed {
        let now = time::audit_text(draft.store.clock().now());
        draft.set_default("ClosedDate", Sql::Text(now));
    } else if !closed {
        draft.set_default("ClosedDate", Sql::Null);
    }
}
