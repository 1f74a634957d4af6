//! Query answers of which the client has read the first part only.

use std::collections::VecDeque;

use crate::id;
use crate::json::Json;
use crate::soql::Answer;

/// How many are kept; the oldest goes first.
const MAX_CURSORS: usize = 20;

/// The open cursors.
#[derive(Debug, Default)]
pub(crate) struct Cursors {
    open: VecDeque<(String, Answer)>,
    made: u64,
}

/// A part of an answer.
pub(super) struct Page {
    pub(super) total: usize,
    pub(super) records: Vec<Json>,
    /// The locator of the next page.
    pub(super) next: Option<String>,
}

impl Cursors {
    /// The first page of an answer; the rest is kept when there is any.
    pub(super) fn first(&mut self, answer: Answer, size: usize) -> Page {
        if answer.records.len() <= size {
            return Page { total: answer.total, records: answer.records, next: None };
        }
        self.made += 1;
        let id = id::generate("01g", self.made);
        if self.open.len() >= MAX_CURSORS {
            self.open.pop_front();
        }
        let page = page(&id, &answer, 0, size);
        self.open.push_back((id, answer));
        page
    }

    /// The page that a locator means.
    pub(super) fn next(&self, locator: &str, size: usize) -> Option<Page> {
        let (id, offset) = locator.rsplit_once('-')?;
        let id = id::normalise(id)?;
        let offset: usize = offset.parse().ok()?;
        let (_, answer) = self.open.iter().find(|(open, _)| *open == id)?;
        (offset < answer.records.len()).then(|| page(&id, answer, offset, size))
    }
}

fn page(id: &str, answer: &Answer, offset: usize, size: usize) -> Page {
    let end = offset.saturating_add(size).min(answer.records.len());
    Page {
        total: answer.total,
        records: answer.records[offset..end].to_vec(),
        next: (end < answer.records.len()).then(|| format!("{id}-{end}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(count: i64) -> Answer {
        let records: Vec<Json> = (0..count).map(Json::Int).collect();
        Answer { total: records.len(), records }
    }

    #[test]
    fn pages_follow_each_other() {
        let mut cursors = Cursors::default();
        let first = cursors.first(answer(5), 2);
        assert_eq!(first.records, [Json::Int(0), Json::Int(1)]);
        let second = cursors.next(&first.next.unwrap(), 2).unwrap();
        let third = cursors.next(&second.next.unwrap(), 2).unwrap();
        assert_eq!((third.records, third.total, third.next), (vec![Json::Int(4)], 5, None));
    }

    #[test]
    fn odd_locators_are_refused_and_old_cursors_go() {
        let mut cursors = Cursors::default();
        let first = cursors.first(answer(5), 2).next.unwrap();
        for odd in ["", "x", "-2", "01gXX0000000000AAA-2000", "01g5g0000000001AAA-99"] {
            assert!(cursors.next(odd, 2).is_none(), "{odd}");
        }
        for _ in 0..MAX_CURSORS {
            cursors.first(answer(5), 2);
        }
        assert!(cursors.next(&first, 2).is_none());
    }
}
