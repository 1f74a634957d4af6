//! What `first`, `last` and `index` have in common.

use std::borrow::Cow;

use super::Invocation;
use crate::eval::{Found, Stop};
use crate::json::Json;

/// The element at an index of the array that the function is called on; negative ones count from
/// the end, but never reach the first element: `last()` of a single element is an error.
pub(super) fn element<'m>(
    invocation: &Invocation<'_, 'm>,
    index: impl FnOnce() -> Result<i32, Stop>,
) -> Result<Found<'m>, Stop> {
    let Json::Array(elements) = invocation.model else {
        return Err(Stop::failed("the function needs an array"));
    };
    let index = index()?;
    let length = elements.len();
    let place = match usize::try_from(index) {
        Ok(place) => place,
        Err(_) => match length.checked_sub(index.unsigned_abs() as usize) {
            Some(place) if place > 0 => place,
            _ => {
                let message = format!("index {index} goes beyond the {length} elements");
                return Err(Stop::Failed(message));
            }
        },
    };
    let beyond = || Stop::OutOfBounds(format!("index {place} is beyond the {length} elements"));
    elements.get(place).map(|value| Found::value(Cow::Borrowed(value))).ok_or_else(beyond)
}
