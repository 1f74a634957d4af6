//! `first()`: the first element of an array.

use super::{Invocation, sequence};
use crate::eval::{Found, Stop};

pub(super) fn call<'m>(invocation: &Invocation<'_, 'm>) -> Result<Found<'m>, Stop> {
    sequence::element(invocation, || Ok(0))
}
