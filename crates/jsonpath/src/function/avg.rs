//! `avg()`: the mean of the numbers, a double.

use super::{Invocation, numbers};
use crate::eval::{Found, Stop};

pub(super) fn call<'m>(invocation: &Invocation<'_, 'm>) -> Result<Found<'m>, Stop> {
    let numbers = numbers::of(invocation)?;
    numbers::double(numbers.iter().fold(0.0, |sum, n| sum + n) / numbers.len() as f64)
}
