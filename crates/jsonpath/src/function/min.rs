//! `min()`: the smallest of the numbers, a double.

use super::{Invocation, numbers};
use crate::eval::{Found, Stop};

pub(super) fn call<'m>(invocation: &Invocation<'_, 'm>) -> Result<Found<'m>, Stop> {
    let smaller = |min: f64, n: &f64| if min > *n { *n } else { min };
    numbers::double(numbers::of(invocation)?.iter().fold(f64::MAX, smaller))
}
