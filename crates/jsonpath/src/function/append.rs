//! `append(...)`: the array it is called on with the arguments behind its elements; anything else
//! as it is.
//!
//! Jayway changes the document itself; here the document stays as it was.

use std::borrow::Cow;

use super::Invocation;
use crate::eval::{Found, Stop, weight};
use crate::json::Json;

pub(super) fn call<'m>(invocation: &Invocation<'_, 'm>) -> Result<Found<'m>, Stop> {
    let model = invocation.model;
    let Json::Array(elements) = model else {
        return Ok(Found::value(Cow::Borrowed(model)));
    };
    let arguments = invocation.values()?;
    if arguments.is_empty() {
        return Ok(Found::value(Cow::Borrowed(model)));
    }
    let added: u64 = arguments.iter().map(|argument| weight(&argument.value)).sum();
    invocation.scope.budget.allocate(weight(model) + added)?;
    let mut elements = elements.clone();
    elements.extend(arguments.into_iter().map(|argument| argument.value.into_owned()));
    Ok(Found::value(Cow::Owned(Json::Array(elements))))
}
