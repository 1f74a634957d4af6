//! What follows from a record's fields when it is written, object by object.

mod case;
mod event;
mod person;
mod task;

use super::draft::Draft;
use crate::api_error::ApiError;

/// Fills the fields that follow from others.
type Rule = fn(&mut Draft<'_>) -> Result<(), ApiError>;

const RULES: [(&str, Rule); 6] = [
    ("Case", case::fill),
    ("Contact", person::fill),
    ("Event", event::fill),
    ("Lead", person::fill),
    ("Task", task::fill),
    ("User", person::fill),
];

/// Runs the rules of the draft's object.
pub(super) fn apply(draft: &mut Draft<'_>) -> Result<(), ApiError> {
    match RULES.iter().find(|(object, _)| *object == draft.object.name) {
        Some((_, rule)) => rule(draft),
        None => Ok(()),
    }
}
