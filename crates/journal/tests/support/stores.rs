//! Stores that fail when a test wants them to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use trunkline_store::{
    Batch, Entry, Expected, Head, Outcome, Position, Snapshot, Store, StoreError, StreamId,
};

/// A store over another one whose process dies, or whose disk is full.
pub(crate) struct Frail {
    inner: Arc<dyn Store>,
    /// So many appends are still stored; then the process is dead.
    left: AtomicI64,
    is_full: AtomicBool,
}

impl Frail {
    pub(crate) fn new(inner: Arc<dyn Store>) -> Arc<Self> {
        Self::dying(inner, i64::MAX)
    }

    /// Dies after so many appends.
    pub(crate) fn dying(inner: Arc<dyn Store>, left: i64) -> Arc<Self> {
        let (left, is_full) = (AtomicI64::new(left), AtomicBool::new(false));
        Arc::new(Self { inner, left, is_full })
    }

    pub(crate) fn set_full(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::SeqCst);
    }

    /// Whether the process has died.
    pub(crate) fn is_dead(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }

    fn check(&self, cost: i64) -> Result<(), StoreError> {
        if self.is_full.load(Ordering::SeqCst) {
            return Err(StoreError::Full { place: "a test".to_owned() });
        }
        if self.left.fetch_sub(cost, Ordering::SeqCst) < cost {
            self.left.store(-1, Ordering::SeqCst);
            let source = "the process is dead".into();
            return Err(StoreError::Engine { place: "a test".to_owned(), doing: "append", source });
        }
        Ok(())
    }
}

impl Store for Frail {
    fn append(
        &self,
        stream: &StreamId,
        expected: &Expected,
        batch: &Batch,
        now_ms: i64,
    ) -> Result<Outcome, StoreError> {
        self.check(1)?;
        self.inner.append(stream, expected, batch, now_ms)
    }

    fn head(&self, stream: &StreamId) -> Result<Option<Head>, StoreError> {
        self.inner.head(stream)
    }

    fn read(
        &self,
        stream: &StreamId,
        from: u64,
        until: Option<Position>,
    ) -> Result<Vec<Entry>, StoreError> {
        self.inner.read(stream, from, until)
    }

    fn purge(&self, stream: &StreamId, now_ms: i64) -> Result<(), StoreError> {
        self.inner.purge(stream, now_ms)
    }

    fn open_streams(
        &self,
        prefix: &str,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError> {
        self.inner.open_streams(prefix, after, limit)
    }

    fn closed_streams(
        &self,
        prefix: &str,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError> {
        self.inner.closed_streams(prefix, after, limit)
    }

    fn save_snapshot(&self, stream: &StreamId, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.check(0)?;
        self.inner.save_snapshot(stream, snapshot)
    }

    fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, StoreError> {
        self.inner.snapshot(stream)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.inner.sync()
    }
}
