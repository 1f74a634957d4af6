//! Contacts, leads and users: the full name follows from its parts.

use crate::api_error::ApiError;
use crate::store::draft::Draft;

pub(super) fn fill(draft: &mut Draft<'_>) -> Result<(), ApiError> {
    let named = draft.sets("FirstName") || draft.sets("LastName");
    if draft.sets("Name") || !named {
        return Ok(());
    }
    let parts: Vec<&str> =
        ["FirstName", "LastName"].into_iter().filter_map(|part| draft.text(part)).collect();
    let name = parts.join(" ");
    draft.set_text("Name", name);
    Ok(())
}
