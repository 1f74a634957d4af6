//! `length()` and `size()`: how many elements or members there are; null for anything else, also
//! for a string.

use std::borrow::Cow;

use super::Invocation;
use crate::eval::{Found, Stop};
use crate::json::Json;

pub(super) fn call<'m>(invocation: &Invocation<'_, 'm>) -> Result<Found<'m>, Stop> {
    let argument = invocation.first_argument_in_model()?;
    let counted = match &argument {
        Some(found) if !found.is_key_set && matches!(*found.value, Json::Array(_)) => &found.value,
        _ => invocation.model,
    };
    let length = match counted {
        Json::Array(elements) => Json::from(elements.len() as i64),
        Json::Object(members) => Json::from(members.len() as i64),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Json::Null,
    };
    Ok(Found::value(Cow::Owned(length)))
}
