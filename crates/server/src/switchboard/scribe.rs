//! The switchboard's hand at the journal.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use trunkline_acd as acd;
use trunkline_contact::{self as contact, Arrival, Contact};
use trunkline_exchange::{ContactRecord, Output, Recorder, RoutingRecord};
use trunkline_journal::{FailureClass, JournalError, Writer};
use trunkline_model::ContactId;
use trunkline_store::Store;

use super::Event;
use crate::ops::{Check, Health, JournalFault, Metrics};

/// Finished contacts are looked at so often, to see whether they are to be purged.
const PURGE_EVERY_MS: i64 = 10_000;

/// So many are purged at a time: a call must not wait for it.
const PURGE_AT_ONCE: usize = 50;

/// What a commit means for the batch that it ends.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Committed {
    /// Nothing could be written: who arrived in the batch is refused, who was there goes on.
    pub(super) has_failed: bool,
    /// Another process has these: nothing may be done for them.
    pub(super) fenced: Vec<ContactId>,
    /// Another process has the whole domain: this one has nothing to do any more.
    pub(super) is_over: bool,
}

/// Writes down what contacts and queues take in.
pub(crate) struct Scribe {
    writer: Writer,
    health: Health,
    metrics: Metrics,
    next_purge_ms: i64,
    /// Contacts that have taken something in since somebody asked.
    touched: HashSet<ContactId>,
    /// Whether contacts are seen elsewhere than at desktops.
    touches_all: bool,
    /// What waits until the journal is on the disk.
    syncs: Sender<Vec<Output>>,
}

impl Scribe {
    /// # Errors
    /// The machine gives no thread.
    pub(crate) fn new(
        writer: Writer,
        health: Health,
        metrics: Metrics,
        events: Sender<Event>,
    ) -> std::io::Result<Self> {
        let (syncs, waiting) = channel();
        let (store, counted) = (writer.store(), metrics.clone());
        let run = move || sync_for(&*store, &waiting, &events, &counted);
        std::thread::Builder::new().name("sync".into()).spawn(run)?;
        let touched = HashSet::new();
        let touches_all = false;
        Ok(Self { writer, health, metrics, next_purge_ms: 0, touched, touches_all, syncs })
    }

    /// Whether new calls may be taken: what happens to them can be written down.
    pub(super) fn takes_calls(&self) -> bool {
        self.writer.is_writable()
    }

    /// When something is due here, in milliseconds since the Unix epoch.
    pub(super) fn wake_at(&self) -> Option<i64> {
        let times = [self.writer.sync_due_ms(), self.writer.retry_at_ms()];
        times.into_iter().flatten().min()
    }

    /// From now on all contacts count, and not only those that have met an agent.
    pub(super) fn touch_all(&mut self) {
        self.touches_all = true;
    }

    /// Contacts that have taken something in since the last call.
    pub(super) fn take_touched(&mut self) -> HashSet<ContactId> {
        std::mem::take(&mut self.touched)
    }

    /// Contacts that arrive from now on meet another site.
    pub(super) fn writer(&mut self) -> &mut Writer {
        &mut self.writer
    }

    /// Writes what has gathered.
    pub(super) fn commit(&mut self, now_ms: i64) -> Committed {
        let started = Instant::now();
        match self.writer.commit(now_ms) {
            Ok(commit) => {
                if commit.entries > 0 {
                    self.metrics.committed(commit.entries, started.elapsed());
                }
                if self.health.good(Check::Journal) {
                    tracing::info!("the journal can be written again");
                }
                for (contact, why) in &commit.broken {
                    tracing::error!(%contact, "goes on without a journal: {why}");
                }
                if let Some(why) = &commit.routing_broken {
                    tracing::error!("the queues go on without a journal: {why}");
                }
                let (fenced, is_over) = (commit.fenced, commit.is_routing_fenced);
                Committed { has_failed: false, fenced, is_over }
            }
            Err(error) => self.failed(&error),
        }
    }

    fn failed(&self, error: &JournalError) -> Committed {
        // One record at fault concerns its own stream only.
        if error.class() == FailureClass::Fault {
            tracing::error!("journal: {error}");
            return Committed::default();
        }
        if self.health.bad(Check::Journal, error.to_string()) {
            tracing::error!("new calls are refused, the journal cannot be written: {error}");
            self.metrics.commit_failed(fault(error.class()));
        }
        Committed { has_failed: true, ..Committed::default() }
    }

    /// Brings what was written to the disk, beside the switchboard; these outputs come back by
    /// [`Event::Synced`].
    pub(super) fn sync_then(&self, outputs: Vec<Output>) {
        // The thread ends only with the switchboard.
        let _ = self.syncs.send(outputs);
    }

    /// Brings what was written to the disk, and waits for it. Says whether that worked.
    pub(super) fn sync(&self) -> bool {
        is_synced(&*self.writer.store(), &self.metrics)
    }

    /// What has to be done now and then: syncs, and purging what is old.
    pub(super) fn tend(&mut self, now_ms: i64) {
        if self.writer.sync_due_ms().is_some_and(|due_ms| due_ms <= now_ms) {
            self.sync();
        }
        if now_ms < self.next_purge_ms || !self.writer.is_writable() {
            return;
        }
        self.next_purge_ms = now_ms + PURGE_EVERY_MS;
        match self.writer.purge_finished(now_ms, PURGE_AT_ONCE) {
            // There may be more of them.
            Ok(PURGE_AT_ONCE..) => self.next_purge_ms = now_ms + PURGE_EVERY_MS / 10,
            Ok(_) => {}
            Err(error) => tracing::error!("old contacts cannot be purged: {error}"),
        }
    }
}

/// Syncs whenever outputs wait for it; those that came meanwhile share the next one.
fn sync_for(
    store: &dyn Store,
    waiting: &Receiver<Vec<Output>>,
    events: &Sender<Event>,
    metrics: &Metrics,
) {
    while let Ok(mut outputs) = waiting.recv() {
        outputs.extend(waiting.try_iter().flatten());
        let is_synced = is_synced(store, metrics);
        if events.send(Event::Synced { outputs, is_synced }).is_err() {
            return;
        }
    }
}

fn is_synced(store: &dyn Store, metrics: &Metrics) -> bool {
    let Err(error) = store.sync().map_err(JournalError::from) else { return true };
    tracing::error!("the journal cannot be synced: {error}");
    metrics.commit_failed(fault(error.class()));
    false
}

fn fault(class: FailureClass) -> JournalFault {
    match class {
        FailureClass::Full => JournalFault::Full,
        FailureClass::Busy => JournalFault::Busy,
        FailureClass::Damaged => JournalFault::Damaged,
        FailureClass::Engine | FailureClass::Fault => JournalFault::Other,
    }
}

impl Recorder for Scribe {
    fn arrived(&mut self, arrival: &Arrival, contact: &Contact, outputs: &[contact::Output]) {
        self.writer.arrived(arrival);
        self.writer.started(contact.id(), outputs, Some(contact));
    }

    fn contact(&mut self, contact: &Contact, record: &ContactRecord, outputs: &[contact::Output]) {
        // Only who talks, or has talked, with an agent is seen at a desktop.
        if self.touches_all || contact.agent().is_some() {
            self.touched.insert(contact.id().clone());
        }
        self.writer.contact_took(contact.id(), record, outputs, Some(contact));
    }

    fn routing(&mut self, record: &RoutingRecord, outputs: &[acd::Output]) {
        self.writer.routing_took(record, outputs);
    }
}
