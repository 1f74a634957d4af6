//! How a caller gets a plain answer out of a store.

use crate::{Append, Batch, Entry, Expected, Head, Outcome, Position, Store, StoreError, StreamId};

/// How often a call is repeated before it counts as failed.
pub const MAX_ATTEMPTS: u32 = 64;

/// The plain answer to an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// The batch is stored: its effects may leave.
    Stored(Position),
    /// The stream has another owner, whose head this is (none: the stream is not there). Drop
    /// the state, send nothing more.
    Fenced(Option<Head>),
}

/// Appends a batch and repeats the identical call until the outcome is plain: after
/// [`Outcome::Unknown`], because the batch may be stored now or later, and after a conflict in
/// which the stream still ends as expected, because some engines refuse now and then without a
/// reason. `pause` is called before each repetition with its number (1, 2, …) and may sleep.
///
/// # Errors
/// [`StoreError::Unresolved`] after [`MAX_ATTEMPTS`]; else those of [`Store::append`].
pub fn append_resolved(
    store: &dyn Store,
    stream: &StreamId,
    expected: &Expected,
    batch: &Batch,
    now_ms: i64,
    pause: &mut dyn FnMut(u32),
) -> Result<Resolved, StoreError> {
    let append = Append { stream, expected: *expected, batch };
    for attempt in 1..=MAX_ATTEMPTS {
        let outcome = store.append(stream, expected, batch, now_ms);
        if let Some(resolved) = resolve(store, &append, outcome)? {
            return Ok(resolved);
        }
        pause(attempt);
    }
    Err(unresolved(stream))
}

/// [`Store::append_all`], repeated as [`append_resolved`] does for those whose outcome is not
/// plain. The answers are in the order of the appends.
pub fn append_all_resolved(
    store: &dyn Store,
    appends: &[Append<'_>],
    now_ms: i64,
    pause: &mut dyn FnMut(u32),
) -> Vec<Result<Resolved, StoreError>> {
    let mut answers: Vec<_> = appends.iter().map(|it| Err(unresolved(it.stream))).collect();
    let mut open: Vec<usize> = (0..appends.len()).collect();
    for attempt in 1..=MAX_ATTEMPTS {
        let wanted: Vec<_> = open.iter().map(|place| appends[*place]).collect();
        let outcomes = store.append_all(&wanted, now_ms);
        let asked = std::mem::take(&mut open);
        for (place, outcome) in asked.into_iter().zip(outcomes) {
            match resolve(store, &appends[place], outcome) {
                Ok(Some(resolved)) => answers[place] = Ok(resolved),
                Ok(None) => open.push(place),
                Err(error) => answers[place] = Err(error),
            }
        }
        if open.is_empty() {
            break;
        }
        pause(attempt);
    }
    answers
}

fn unresolved(stream: &StreamId) -> StoreError {
    StoreError::Unresolved { stream: stream.clone(), attempts: MAX_ATTEMPTS }
}

/// The plain answer, or none if the call is to be repeated.
fn resolve(
    store: &dyn Store,
    append: &Append<'_>,
    outcome: Result<Outcome, StoreError>,
) -> Result<Option<Resolved>, StoreError> {
    match outcome? {
        Outcome::Stored(position) => Ok(Some(Resolved::Stored(position))),
        Outcome::Unknown => Ok(None),
        Outcome::Conflict(_) => {
            let head = store.head(append.stream)?;
            let is_open = is_worth_repeating(head.as_ref(), &append.expected, append.batch);
            Ok(if is_open { None } else { Some(Resolved::Fenced(head)) })
        }
    }
}

/// A refusal is spurious if the stream ends where it should, or with this very batch.
fn is_worth_repeating(head: Option<&Head>, expected: &Expected, batch: &Batch) -> bool {
    let is_ours = |head: &Head| head.batch == batch.id && head.epoch == batch.epoch;
    let is_later = |head: &Head| head.epoch > batch.epoch;
    head.is_some_and(is_ours) || (expected.holds(head) && !head.is_some_and(is_later))
}

/// Reads a stream from entry `from` to the batch at `until`, or to the end that is seen, page by
/// page, and hands on each entry. A store that is behind is asked again.
///
/// # Errors
/// Those of [`Store::read`], and the first that `each` gives.
pub fn read_all(
    store: &dyn Store,
    stream: &StreamId,
    from: u64,
    until: Option<Position>,
    each: &mut dyn FnMut(Entry) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    read_pages(store, stream, from, until, each)
}

pub(crate) fn read_pages<S: Store + ?Sized>(
    store: &S,
    stream: &StreamId,
    from: u64,
    until: Option<Position>,
    each: &mut dyn FnMut(Entry) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut from = from.max(1);
    let mut attempts = 0;
    loop {
        let entries = match store.read(stream, from, until) {
            Err(StoreError::Behind { .. }) if attempts < MAX_ATTEMPTS => {
                attempts += 1;
                continue;
            }
            other => other?,
        };
        let Some(last) = entries.last() else { return Ok(()) };
        from = last.number + 1;
        entries.into_iter().try_for_each(&mut *each)?;
    }
}
