//! The decision of an append, in one place for the stores of this crate.

use crate::{Batch, Expected, Head, Position, StoreError, StreamId};

/// What to do with an append.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The batch is the stream's last already.
    Repeat(Position),
    /// Refuse it.
    Conflict,
    /// Write it; its first entry gets this number.
    Write { first: u64 },
}

/// Decides on a batch for a stream with this head. Purged streams are the store's to know.
pub(crate) fn decide(
    stream: &StreamId,
    head: Option<&Head>,
    expected: &Expected,
    batch: &Batch,
) -> Result<Decision, StoreError> {
    batch.check()?;
    let Some(head) = head else {
        let begins = expected.holds(None);
        return Ok(if begins { Decision::Write { first: 1 } } else { Decision::Conflict });
    };
    if head.batch == batch.id && head.epoch == batch.epoch {
        if head.batch_checksum == batch.checksum() {
            return Ok(Decision::Repeat(head.position));
        }
        return Err(StoreError::BatchIdReused { stream: stream.clone(), batch: batch.id });
    }
    if !expected.holds(Some(head)) || batch.epoch < head.epoch {
        return Ok(Decision::Conflict);
    }
    if head.closed {
        return Err(StoreError::Closed { stream: stream.clone() });
    }
    Ok(Decision::Write { first: head.number + 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BatchId, NewEntry, Origin};

    const ORIGIN: Origin = Origin { flow_hash: None, semantics: 1 };

    fn batch(id: u128, epoch: u64) -> Batch {
        Batch::new(BatchId(id), epoch, vec![NewEntry::input(b"x".to_vec())])
    }

    fn head(closed: bool) -> Head {
        let last = batch(7, 3);
        Head {
            position: Position(40),
            number: 5,
            epoch: 3,
            batch: last.id,
            batch_checksum: last.checksum(),
            closed,
            origin: ORIGIN,
        }
    }

    fn run(head: Option<&Head>, expected: Expected, batch: &Batch) -> Result<Decision, StoreError> {
        decide(&StreamId::new("s").unwrap(), head, &expected, batch)
    }

    #[test]
    fn writes_where_expected() {
        let at = Expected::At(Position(40));
        let new = Expected::New(ORIGIN);
        assert_eq!(run(None, new, &batch(1, 0)).unwrap(), Decision::Write { first: 1 });
        assert_eq!(
            run(Some(&head(false)), at, &batch(8, 3)).unwrap(),
            Decision::Write { first: 6 }
        );
        assert_eq!(
            run(Some(&head(false)), at, &batch(8, 4)).unwrap(),
            Decision::Write { first: 6 }
        );
    }

    #[test]
    fn refuses_elsewhere_and_earlier_epochs() {
        for at in [Expected::At(Position(39)), Expected::At(Position(41)), Expected::New(ORIGIN)] {
            assert_eq!(run(Some(&head(false)), at, &batch(8, 3)).unwrap(), Decision::Conflict);
        }
        let at = Expected::At(Position(40));
        assert_eq!(run(None, at, &batch(8, 3)).unwrap(), Decision::Conflict);
        assert_eq!(run(Some(&head(false)), at, &batch(8, 2)).unwrap(), Decision::Conflict);
    }

    #[test]
    fn repeats_only_the_identical_last_batch() {
        let stale = Expected::At(Position(20));
        let again = Decision::Repeat(Position(40));
        assert_eq!(run(Some(&head(false)), stale, &batch(7, 3)).unwrap(), again);
        assert_eq!(run(Some(&head(true)), stale, &batch(7, 3)).unwrap(), again);
        assert_eq!(run(Some(&head(false)), stale, &batch(7, 4)).unwrap(), Decision::Conflict);
        let mut other = batch(7, 3);
        other.entries[0].payload.push(b'!');
        let refused = run(Some(&head(false)), stale, &other);
        assert!(matches!(refused, Err(StoreError::BatchIdReused { .. })));
    }

    #[test]
    fn nothing_follows_the_close() {
        let at = Expected::At(Position(40));
        let refused = run(Some(&head(true)), at, &batch(8, 3));
        assert!(matches!(refused, Err(StoreError::Closed { .. })));
    }
}
