//! `sum()`: the sum of the numbers, a double.

use super::{Invocation, numbers};
use crate::eval::{Found, Stop};

pub(super) fn call<'m>(invocation: &Invocation<'_, 'm>) -> Result<Found<'m>, Stop> {
    numbers::double(numbers::of(invocation)?.iter().fold(0.0, |sum, n| sum + n))
}
