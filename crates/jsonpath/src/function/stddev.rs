//! `stddev()`: the standard deviation of the numbers as a whole population, a double.

use super::{Invocation, numbers};
use crate::eval::{Found, Stop};

pub(super) fn call<'m>(invocation: &Invocation<'_, 'm>) -> Result<Found<'m>, Stop> {
    let numbers = numbers::of(invocation)?;
    let count = numbers.len() as f64;
    let sum = numbers.iter().fold(0.0, |sum, n| sum + n);
    let squares = numbers.iter().fold(0.0, |sum, n| sum + n * n);
    numbers::double((squares / count - sum * sum / count / count).sqrt())
}
