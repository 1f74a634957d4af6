//! Events: start, end and duration follow from each other.

use jiff::SignedDuration;
use rusqlite::types::Value as Sql;

use crate::api_error::ApiError;
use crate::store::draft::Draft;
use crate::time;

pub(super) fn fill(draft: &mut Draft<'_>) -> Result<(), ApiError> {
    let Some(start) = draft.text("StartDateTime").and_then(time::parse_datetime) else {
        return Ok(());
    };
    draft.set_default("ActivityDateTime", Sql::Text(time::datetime_text(start)));
    let day = time::datetime_text(start)[..10].to_owned();
    draft.set_default("ActivityDate", Sql::Text(day));
    let end = draft.text("EndDateTime").and_then(time::parse_datetime);
    let minutes = match draft.get("DurationInMinutes") {
        Sql::Integer(minutes) => Some(*minutes),
        _ => None,
    };
    let sets_duration = draft.sets("DurationInMinutes");
    match (end, minutes) {
        (Some(end), _) if !sets_duration => {
            let minutes = end.duration_since(start).as_mins();
            draft.set("DurationInMinutes", Sql::Integer(minutes));
        }
        (_, Some(minutes)) if !draft.sets("EndDateTime") => {
            if let Ok(end) = start.checked_add(SignedDuration::from_mins(minutes)) {
                draft.set_text("EndDateTime", time::datetime_text(end));
            }
        }
        _ => {}
    }
    Ok(())
}
