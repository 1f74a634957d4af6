//! Percentiles of what was measured.

use serde::{Deserialize, Serialize};

/// Values sorted into percentiles, in the unit of the values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many values there were.
    pub n: usize,
    /// The median.
    pub p50: f64,
    /// 90 % are not above this.
    pub p90: f64,
    /// 99 % are not above this.
    pub p99: f64,
    /// The highest.
    pub max: f64,
}

impl Spread {
    /// Sorts the values. None gives zeros.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = (values.len() as f64 * part) as usize;
            values.get(place.min(values.len().saturating_sub(1))).copied().unwrap_or_default()
        };
        let n = values.len();
        Self { n, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1.0) }.rounded()
    }

    fn rounded(self) -> Self {
        let to = |value: f64| (value * 1000.0).round() / 1000.0;
        let (p50, p90, p99, max) = (to(self.p50), to(self.p90), to(self.p99), to(self.max));
        Self { p50, p90, p99, max, ..self }
    }
}

/// The middle one of some figures; of an even number the upper of both. None gives zero.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_a_hundred_values() {
        let spread = Spread::of((1..=100).rev().map(f64::from).collect());
        let expected = Spread { n: 100, p50: 51.0, p90: 91.0, p99: 100.0, max: 100.0 };
        assert_eq!(spread, expected);
        assert_eq!(Spread::of(Vec::new()), Spread::default());
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
