//! The write-ahead log as a file, brought to the disk while commits go on.
//!
//! To sync by a commit of the engine means that all others wait for the disk. The log is a file
//! like any other: what has been committed is in it, or has been moved into the database by a
//! checkpoint, which syncs by itself. So it is enough to sync that file.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration;

use crate::JournalSync;

/// How long the thread lets commits gather: the window, less the time that a disk may take.
const GATHERING: Duration = Duration::from_millis(JournalSync::WINDOW_MS as u64 * 7 / 10);

/// The thread looks at least so often whether its store is still there.
const LOOK: Duration = Duration::from_secs(1);

/// The log of one store.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    /// How many commits there were, and how many of them are on the disk.
    written: AtomicU64,
    synced: AtomicU64,
    /// Whether a sync has failed. What the system could not write then it forgets: a later sync
    /// that succeeds says nothing of it, so that none is believed any more.
    has_failed: AtomicBool,
    turn: Mutex<()>,
    is_dirty: Mutex<bool>,
    wake: Condvar,
}

impl Log {
    /// The log beside the database, with a thread that syncs it within the window.
    pub(super) fn open(database: &Path) -> io::Result<Arc<Self>> {
        let mut name = database.as_os_str().to_owned();
        name.push("-wal");
        let log = Arc::new(Self {
            // For writing, because some systems sync no other files.
            file: OpenOptions::new().read(true).write(true).open(name)?,
            written: AtomicU64::new(0),
            synced: AtomicU64::new(0),
            has_failed: AtomicBool::new(false),
            turn: Mutex::default(),
            is_dirty: Mutex::default(),
            wake: Condvar::new(),
        });
        let weak = Arc::downgrade(&log);
        std::thread::Builder::new().name("journal".into()).spawn(move || keep_synced(&weak))?;
        Ok(log)
    }

    /// There was a commit.
    pub(super) fn wrote(&self) {
        self.written.fetch_add(1, Ordering::AcqRel);
        let mut is_dirty = self.is_dirty.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::replace(&mut *is_dirty, true) {
            self.wake.notify_one();
        }
    }

    /// Returns when all commits so far are on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        let wanted = self.written.load(Ordering::Acquire);
        // Whoever waits here is often served by the one before.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.synced.load(Ordering::Acquire) >= wanted {
            return Ok(());
        }
        if self.has_failed.load(Ordering::Acquire) {
            return Err(io::Error::other(
                "the disk failed to take the journal before; start the server anew",
            ));
        }
        let covered = self.written.load(Ordering::Acquire);
        self.file.sync_data().inspect_err(|_| self.has_failed.store(true, Ordering::Release))?;
        self.synced.fetch_max(covered, Ordering::AcqRel);
        Ok(())
    }

    /// Waits for commits. Says whether there are any.
    fn wait(&self) -> bool {
        let is_dirty = self.is_dirty.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.wake.wait_timeout_while(is_dirty, LOOK, |is_dirty| !*is_dirty);
        let (mut is_dirty, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *is_dirty)
    }
}

fn keep_synced(log: &Weak<Log>) {
    while let Some(log) = log.upgrade() {
        if !log.wait() {
            continue;
        }
        std::thread::sleep(GATHERING);
        if log.sync().is_err() {
            // Whoever needs to know asks itself; the next commit tries again.
            std::thread::sleep(GATHERING);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_reach_the_disk_within_the_window_without_anybody_asking() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("j.db");
        std::fs::write(folder.path().join("j.db-wal"), b"log").unwrap();
        let log = Log::open(&database).unwrap();
        log.wrote();
        log.wrote();
        let until = std::time::Instant::now() + Duration::from_secs(5);
        while log.synced.load(Ordering::Acquire) < 2 && std::time::Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(log.synced.load(Ordering::Acquire), 2);
        log.wrote();
        log.sync().unwrap();
        assert_eq!(log.synced.load(Ordering::Acquire), 3);
        assert!(Log::open(&folder.path().join("missing.db")).is_err());
    }
}
