//! A set of small numbers, for quick intersections (teams of an audience, matching profiles).

/// A set of indexes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct BitSet {
    words: Vec<u64>,
}

impl BitSet {
    pub(crate) fn insert(&mut self, index: usize) {
        let word = index / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (index % 64);
    }

    /// Takes an index out; the words stay, so equality is only meaningful for sets that only grew.
    pub(crate) fn remove(&mut self, index: usize) {
        if let Some(word) = self.words.get_mut(index / 64) {
            *word &= !(1 << (index % 64));
        }
    }

    pub(crate) fn contains(&self, index: usize) -> bool {
        self.words.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    /// The indexes in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.and(self)
    }

    /// The indexes that are in both, in ascending order.
    pub(crate) fn and<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = usize> + 'a {
        let words = self.words.iter().zip(&other.words).map(|(mine, theirs)| mine & theirs);
        words.enumerate().flat_map(|(at, word)| ones(word).map(move |bit| at * 64 + bit))
    }
}

fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        if word == 0 {
            return None;
        }
        let bit = word.trailing_zeros();
        word &= word - 1;
        Some(bit as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_intersect_whatever_their_lengths() {
        let (mut small, mut large) = (BitSet::default(), BitSet::default());
        for index in [0, 5, 63] {
            small.insert(index);
        }
        for index in [5, 63, 64, 700] {
            large.insert(index);
        }
        assert_eq!(small.and(&large).collect::<Vec<_>>(), [5, 63]);
        large.remove(63);
        large.remove(9_999);
        assert!(!large.contains(63) && large.contains(700) && !large.contains(9_999));
        assert_eq!(large.iter().collect::<Vec<_>>(), [5, 64, 700]);
    }
}
