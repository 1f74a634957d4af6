//! A sorted list in chunks: first element, rank, insertion and removal stay cheap at 100,000
//! elements, and a list that fills and empties again and again allocates nothing.

/// Elements of a full chunk; it is split in two when it grows beyond twice this.
const CHUNK: usize = 64;

/// Distinct elements in ascending order.
#[derive(Clone, Debug)]
pub(crate) struct OrderedList<T> {
    /// No chunk is empty, except the only one.
    chunks: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for OrderedList<T> {
    fn default() -> Self {
        Self { chunks: Vec::new(), len: 0 }
    }
}

impl<T: Ord> OrderedList<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn first(&self) -> Option<&T> {
        self.chunks.first()?.first()
    }

    /// Adds an element; one that is there already stays as it is.
    pub(crate) fn insert(&mut self, element: T) {
        if self.chunks.is_empty() {
            self.chunks.push(Vec::new());
        }
        let at = self.chunk_of(&element).min(self.chunks.len() - 1);
        let chunk = &mut self.chunks[at];
        let Err(place) = chunk.binary_search(&element) else { return };
        chunk.insert(place, element);
        self.len += 1;
        if chunk.len() > 2 * CHUNK {
            let upper = chunk.split_off(CHUNK);
            self.chunks.insert(at + 1, upper);
        }
    }

    /// Takes an element out; false if it is not there.
    pub(crate) fn remove(&mut self, element: &T) -> bool {
        let at = self.chunk_of(element);
        let Some(chunk) = self.chunks.get_mut(at) else { return false };
        let Ok(place) = chunk.binary_search(element) else { return false };
        chunk.remove(place);
        self.len -= 1;
        self.shrink(at);
        true
    }

    /// How many elements come before this one, whether or not it is in the list.
    pub(crate) fn rank(&self, element: &T) -> usize {
        let at = self.chunk_of(element);
        let before: usize = self.chunks[..at].iter().map(Vec::len).sum();
        let inside = self.chunks.get(at).map_or(0, |chunk| {
            let (Ok(place) | Err(place)) = chunk.binary_search(element);
            place
        });
        before + inside
    }

    /// The first element after this one, whether or not it is in the list.
    pub(crate) fn after(&self, element: &T) -> Option<&T> {
        let ends = |chunk: &Vec<T>| chunk.last().is_some_and(|last| last <= element);
        let chunk = self.chunks.get(self.chunks.partition_point(ends))?;
        chunk.get(chunk.partition_point(|it| it <= element))
    }

    /// The elements in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    /// The first chunk whose last element is not before this one.
    fn chunk_of(&self, element: &T) -> usize {
        self.chunks.partition_point(|chunk| chunk.last().is_some_and(|last| last < element))
    }

    /// Keeps chunks few: drops an empty one, joins a small one with a neighbour that has room.
    fn shrink(&mut self, at: usize) {
        if self.chunks.len() == 1 || self.chunks[at].len() > CHUNK / 4 {
            return;
        }
        if self.chunks[at].is_empty() {
            self.chunks.remove(at);
            return;
        }
        let lefts = [Some(at), at.checked_sub(1)].into_iter().flatten();
        for left in lefts {
            let Some(right) = self.chunks.get(left + 1) else { continue };
            if self.chunks[left].len() + right.len() <= CHUNK {
                let right = self.chunks.remove(left + 1);
                return self.chunks[left].extend(right);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn it_agrees_with_a_plain_sorted_set() {
        let (mut list, mut set) = (OrderedList::default(), BTreeSet::new());
        let mut seed = 7_u64;
        for step in 0..20_000_u64 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let element = (seed >> 33) % 3_000;
            // Grow for a while, then shrink, so that chunks are split and joined.
            if (seed >> 20) % 10 < if step < 10_000 { 7 } else { 3 } {
                list.insert(element);
                set.insert(element);
            } else {
                assert_eq!(list.remove(&element), set.remove(&element));
            }
            assert_eq!(list.len(), set.len());
            assert_eq!(list.first(), set.first());
            if step % 97 == 0 {
                assert_eq!(list.rank(&element), set.range(..element).count());
                assert_eq!(list.after(&element), set.range(element + 1..).next());
                assert!(list.iter().eq(set.iter()));
            }
        }
    }

    /// A chunk may empty while both neighbours are too full to take it in.
    #[test]
    fn runs_of_neighbours_can_be_taken_out() {
        let runs = [(0, 300), (300, 340), (400, 520), (1_000, 1_001), (1_400, 2_000)];
        for reverse in [false, true] {
            let (mut list, mut set) = (OrderedList::default(), BTreeSet::new());
            // Even numbers first, then the odd ones between them: chunks are nearly full.
            for element in (0..2_000).step_by(2).chain((1..2_000).step_by(2)) {
                list.insert(element);
                set.insert(element);
            }
            for (from, to) in runs {
                for step in 0..to - from {
                    let element = if reverse { to - 1 - step } else { from + step };
                    assert!(list.remove(&element) && set.remove(&element));
                    assert_eq!(list.first(), set.first());
                    assert!(list.chunks.iter().all(|chunk| !chunk.is_empty()));
                    assert_eq!(list.rank(&1_200), set.range(..1_200).count());
                }
            }
            assert!(list.iter().eq(set.iter()));
        }
    }

    #[test]
    fn many_chunks_of_few_elements_are_joined() {
        let mut list = OrderedList::default();
        for element in 0..10_000 {
            list.insert(element);
        }
        for element in (0..10_000).filter(|element| element % 40 != 0) {
            list.remove(&element);
        }
        assert_eq!(list.len(), 250);
        assert!(list.chunks.len() <= 250 / (CHUNK / 4), "{} chunks", list.chunks.len());
    }

    #[test]
    fn an_empty_list_has_no_first_and_no_rank() {
        let mut list = OrderedList::default();
        assert_eq!((list.first(), list.rank(&1)), (None, 0));
        assert!(!list.remove(&1));
        list.insert(1);
        assert!(list.remove(&1) && list.is_empty());
        assert_eq!((list.first(), list.rank(&1)), (None, 0));
    }
}
