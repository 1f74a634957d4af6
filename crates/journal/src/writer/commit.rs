//! One commit of everything that is queued.

use std::collections::HashSet;

use trunkline_store::{Append, Resolved, Snapshot, StoreError, StreamId, append_all_resolved};

use super::outage::Outage;
use super::{Commit, Owner, Writer};
use crate::error::class_of;
use crate::lane::Lane;
use crate::{FailureClass, JournalError};

/// A stream that is being written.
struct Job {
    owner: Owner,
    lane: Box<Lane>,
    /// Set when nothing more is to be written to it.
    end: Option<End>,
}

/// Why nothing more is written to a stream.
enum End {
    /// Another process owns it.
    Fenced,
    /// The stream cannot be written any more.
    Broken(String),
}

impl Writer {
    /// Stores everything that is queued, all streams in one commit where the store can. Effects may
    /// leave afterwards, except those of contacts that the [`Commit`] names as fenced.
    ///
    /// After a failure what was queued is kept, up to a limit, and written by a later call. The
    /// store is then not asked again before [`Writer::retry_at_ms`], so that this may be called as
    /// often as before; calls that are up may go on meanwhile.
    ///
    /// # Errors
    /// The store's failure, which [`JournalError::class`] sorts; [`JournalError::Outage`] while the
    /// store is not asked.
    pub fn commit(&mut self, now_ms: i64) -> Result<Commit, JournalError> {
        if let Some(outage) = self.outage.as_ref().filter(|outage| now_ms < outage.retry_at_ms) {
            return Err(outage.error());
        }
        if let Some(failure) = self.failure.take() {
            return Err(self.failed(failure, now_ms));
        }
        match self.flush(now_ms) {
            Ok(()) => {
                self.outage = None;
                Ok(std::mem::take(&mut self.report))
            }
            Err(error) => Err(self.failed(error, now_ms)),
        }
    }

    fn failed(&mut self, error: JournalError, now_ms: i64) -> JournalError {
        self.outage = Some(Outage::new(&error, now_ms));
        error
    }

    fn flush(&mut self, now_ms: i64) -> Result<(), JournalError> {
        if self.place.is_some() {
            self.site_stream(now_ms)?;
        }
        let mut seen = HashSet::new();
        let dirty = std::mem::take(&mut self.dirty);
        let jobs: Vec<Job> = dirty
            .into_iter()
            .filter(|owner| seen.insert(owner.clone()))
            .filter_map(|owner| self.take_job(owner))
            .collect();
        self.work(jobs, now_ms)?;
        if self.retired.is_empty() || self.report.is_routing_fenced {
            return Ok(());
        }
        // The era after them is written, so nothing is lost by closing them.
        let retired = std::mem::take(&mut self.retired);
        let job = |lane| Job { owner: Owner::Routing, lane: Box::new(lane), end: None };
        self.work_retired(retired.into_iter().map(job).collect(), now_ms)
    }

    fn take_job(&mut self, owner: Owner) -> Option<Job> {
        let lane = match &owner {
            Owner::Contact(id) => self.contacts.remove(id)?,
            Owner::Routing => {
                let era = self.era.as_mut()?;
                // The seats stay; the stream comes back afterwards.
                let stand_in = Lane::new(era.lane.id.clone(), era.lane.origin());
                Box::new(std::mem::replace(&mut era.lane, stand_in))
            }
        };
        Some(Job { owner, lane, end: None })
    }

    fn work(&mut self, mut jobs: Vec<Job>, now_ms: i64) -> Result<(), JournalError> {
        let result = self.write_jobs(&mut jobs, now_ms);
        let mut snapshots = Vec::new();
        for mut job in jobs {
            if result.is_ok() {
                snapshots.extend(job.lane.take_snapshot());
            } else if job.lane.has_work() && job.end.is_none() {
                self.dirty.push(job.owner.clone());
            }
            self.put_back(job);
        }
        self.save(&snapshots);
        result
    }

    fn work_retired(&mut self, mut jobs: Vec<Job>, now_ms: i64) -> Result<(), JournalError> {
        let result = self.write_jobs(&mut jobs, now_ms);
        for job in jobs {
            match job.end {
                None if job.lane.has_work() => self.retired.push(*job.lane),
                Some(End::Fenced) => self.take_over_again(&job.lane)?,
                None | Some(End::Broken(_)) => {}
            }
        }
        result
    }

    /// An era that was to be closed goes on elsewhere. Its owner is an earlier one: then it is
    /// taken over where it is by now. Or a later one: then the domain is theirs.
    fn take_over_again(&mut self, lane: &Lane) -> Result<(), JournalError> {
        let Some(head) = self.store.head(&lane.id)?.filter(|head| !head.closed) else {
            return Ok(());
        };
        if head.epoch >= lane.epoch() {
            self.report.is_routing_fenced = true;
            self.era = None;
            return Ok(());
        }
        let end = (head.position, head.number);
        let mut next = Lane::taken_over(lane.id.clone(), head.origin, end, lane.epoch());
        next.inputs = lane.inputs;
        self.retire(next);
        Ok(())
    }

    /// Writes batch after batch until nothing is left, or the store fails.
    fn write_jobs(&mut self, jobs: &mut [Job], now_ms: i64) -> Result<(), JournalError> {
        loop {
            for job in jobs.iter_mut().filter(|job| job.end.is_none() && job.lane.has_work()) {
                let id = self.new_batch_id();
                job.lane.load(id);
            }
            let is_open = |job: &&Job| job.end.is_none() && job.lane.has_work();
            let appends: Vec<Append<'_>> =
                jobs.iter().filter(is_open).filter_map(|job| job.lane.append()).collect();
            if appends.is_empty() {
                return Ok(());
            }
            let answers = append_all_resolved(&*self.store, &appends, now_ms, &mut |_| {});
            let mut failure = None;
            let open = jobs.iter_mut().filter(|job| job.end.is_none() && job.lane.has_work());
            for (job, answer) in open.zip(answers) {
                if let Some(error) = self.answered(job, answer) {
                    failure.get_or_insert(error);
                }
            }
            if let Some(error) = failure {
                return Err(error.into());
            }
        }
    }

    /// Takes the answer to an append; gives the error if it is the whole store's.
    fn answered(
        &mut self,
        job: &mut Job,
        answer: Result<Resolved, StoreError>,
    ) -> Option<StoreError> {
        match answer {
            Ok(Resolved::Stored(position)) => {
                let before = (job.lane.pending_bytes(), job.lane.entries());
                job.lane.stored(position);
                self.pending_bytes =
                    self.pending_bytes.saturating_sub(before.0 - job.lane.pending_bytes());
                self.report.entries += job.lane.entries() - before.1;
            }
            Ok(Resolved::Fenced(_))
            | Err(StoreError::Closed { .. } | StoreError::Purged { .. }) => {
                job.end = Some(End::Fenced);
            }
            Err(error) if class_of(&error) == FailureClass::Fault => {
                job.end = Some(End::Broken(error.to_string()));
            }
            Err(error) => return Some(error),
        }
        None
    }

    fn put_back(&mut self, job: Job) {
        let is_over = job.end.is_some() || (job.lane.is_closing && !job.lane.has_work());
        if job.end.is_some() {
            self.pending_bytes = self.pending_bytes.saturating_sub(job.lane.pending_bytes());
        }
        match (job.owner, job.end) {
            (Owner::Contact(id), Some(End::Fenced)) => self.report.fenced.push(id),
            (Owner::Contact(id), Some(End::Broken(text))) => {
                self.unjournalled.insert(id.clone());
                self.report.broken.push((id, text));
            }
            (Owner::Contact(id), None) => {
                if is_over {
                    self.purge.finished();
                } else {
                    self.contacts.insert(id, job.lane);
                }
            }
            (Owner::Routing, Some(End::Fenced)) => {
                self.report.is_routing_fenced = true;
                self.era = None;
            }
            // A mistake of ours or of the disk: the queues go on, and nobody else has them.
            (Owner::Routing, Some(End::Broken(text))) => {
                self.report.routing_broken.get_or_insert(text);
                self.era = None;
            }
            (Owner::Routing, None) => {
                if let Some(era) = &mut self.era {
                    era.lane = *job.lane;
                }
            }
        }
    }

    /// Snapshots are hints: where one cannot be kept, the former one is good enough, and if the
    /// store is at fault the next commit will say so.
    fn save(&self, snapshots: &[(StreamId, Snapshot)]) {
        if snapshots.is_empty() || self.store.save_snapshots(snapshots).is_ok() {
            return;
        }
        for (stream, snapshot) in snapshots {
            if self.store.save_snapshot(stream, snapshot).is_err() {
                continue;
            }
        }
    }
}
