//! What the functions over numbers have in common: which numbers they see.

use std::borrow::Cow;

use super::Invocation;
use crate::eval::{Found, Stop};
use crate::json::Json;

/// The numbers of the array that the function is called on, then those among the arguments; what is
/// no number is left out.
///
/// # Errors
/// No number at all is an error; a value that is no array has none (`[*].x.sum()` fails).
pub(super) fn of(invocation: &Invocation<'_, '_>) -> Result<Vec<f64>, Stop> {
    let mut numbers: Vec<f64> =
        invocation.model.elements().iter().filter_map(Json::as_f64).collect();
    for argument in invocation.values()? {
        numbers.extend(all(&argument).iter().filter_map(Json::as_f64));
    }
    invocation.scope.spend(numbers.len() as u64)?;
    if numbers.is_empty() {
        return Err(Stop::failed("the function found no number to compute with"));
    }
    Ok(numbers)
}

/// The elements of an argument that is an array, else the argument itself.
pub(super) fn all<'a>(argument: &'a Found<'_>) -> &'a [Json] {
    match argument.value.as_ref() {
        Json::Array(elements) if !argument.is_key_set => elements,
        value => std::slice::from_ref(value),
    }
}

/// A result; always a double.
pub(super) fn double<'m>(value: f64) -> Result<Found<'m>, Stop> {
    Ok(Found::value(Cow::Owned(Json::from(value))))
}
