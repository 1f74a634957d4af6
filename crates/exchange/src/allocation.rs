//! Weighted round robin: the counters of percent allocations.

use std::collections::HashMap;

/// The counters of all percent allocations, by what they belong to.
#[derive(Debug, Default)]
pub struct Allocations {
    credits: HashMap<String, Vec<i64>>,
}

impl Allocations {
    /// The next way: each way gains its weight, the one with the most wins and pays the sum. Over
    /// any 100 contacts every way gets exactly its percentage, spread evenly.
    pub fn next(&mut self, counter: &str, weights: &[u32]) -> usize {
        let credits = self.credits.entry(counter.to_owned()).or_default();
        credits.resize(weights.len(), 0);
        let mut total = 0;
        for (credit, weight) in credits.iter_mut().zip(weights) {
            *credit += i64::from(*weight);
            total += i64::from(*weight);
        }
        // The first of equals wins, so that the order does not depend on chance.
        let best = credits
            .iter()
            .enumerate()
            .max_by_key(|(place, credit)| (**credit, std::cmp::Reverse(*place)));
        let best = best.map_or(0, |(place, _)| place);
        if let Some(credit) = credits.get_mut(best) {
            *credit -= total;
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_contacts_are_spread_exactly_and_evenly() {
        let mut allocations = Allocations::default();
        let ways: Vec<_> = (0..100).map(|_| allocations.next("f", &[90, 0, 10])).collect();
        let count = |way| ways.iter().filter(|it| **it == way).count();
        assert_eq!((count(0), count(1), count(2)), (90, 0, 10));
        // One in ten, not ten in a row.
        for ten in ways.chunks(10) {
            assert_eq!(ten.iter().filter(|it| **it == 2).count(), 1);
        }
    }
}
