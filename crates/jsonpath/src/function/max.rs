//! `max()`: the greatest of the numbers, a double.
//!
//! Jayway starts from the smallest positive double instead of the most negative one: of numbers
//! that are all negative or zero it gives `4.9E-324`, and so does this.

use super::{Invocation, numbers};
use crate::eval::{Found, Stop};

/// Java's `Double.MIN_VALUE`.
const SMALLEST_POSITIVE: f64 = f64::from_bits(1);

pub(super) fn call<'m>(invocation: &Invocation<'_, 'm>) -> Result<Found<'m>, Stop> {
    let greater = |max: f64, n: &f64| if max < *n { *n } else { max };
    numbers::double(numbers::of(invocation)?.iter().fold(SMALLEST_POSITIVE, greater))
}
