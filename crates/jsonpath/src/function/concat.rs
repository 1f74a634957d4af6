//! `concat(...)`: the strings of the array it is called on, then the arguments as text, joined.
//!
//! Arguments in single quotes are left out (they are neither JSON nor path); numbers and values
//! appear as Java prints them.

use std::borrow::Cow;

use super::{Invocation, numbers};
use crate::eval::{Found, Stop};
use crate::json::Json;
use crate::write;

pub(super) fn call<'m>(invocation: &Invocation<'_, 'm>) -> Result<Found<'m>, Stop> {
    let mut text = String::new();
    for part in invocation.model.elements().iter().filter_map(Json::as_str) {
        invocation.scope.budget.allocate(part.len() as u64)?;
        text.push_str(part);
    }
    for argument in invocation.values()? {
        if argument.is_key_set {
            text.push_str(&write::java_names(argument.value.elements()));
            continue;
        }
        for value in numbers::all(&argument).iter().filter(|value| !value.is_null()) {
            invocation.scope.budget.allocate(crate::eval::weight(value))?;
            text.push_str(&write::java(value));
        }
    }
    Ok(Found::value(Cow::Owned(Json::String(text))))
}
