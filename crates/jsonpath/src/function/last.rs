//! `last()`: the last element of an array that has at least two.

use super::{Invocation, sequence};
use crate::eval::{Found, Stop};

pub(super) fn call<'m>(invocation: &Invocation<'_, 'm>) -> Result<Found<'m>, Stop> {
    sequence::element(invocation, || Ok(-1))
}
