//! `keys()`: the names of an object's members; null for anything else.

use std::borrow::Cow;

use super::Invocation;
use crate::eval::{Found, Stop};
use crate::json::Json;

pub(super) fn call<'m>(invocation: &Invocation<'_, 'm>) -> Result<Found<'m>, Stop> {
    let Json::Object(members) = invocation.model else {
        return Ok(Found::value(Cow::Owned(Json::Null)));
    };
    let bytes: u64 = members.iter().map(|(name, _)| 32 + name.len() as u64).sum();
    invocation.scope.budget.allocate(bytes)?;
    let names = members.iter().map(|(name, _)| Json::from(name.as_str())).collect();
    Ok(Found { value: Cow::Owned(Json::Array(names)), is_key_set: true })
}
