//! Contacts join, move, change and leave queues.

use trunkline_model::routing::{Priority, Relaxation, RoutingReply, SkillRequirement};
use trunkline_model::{ContactId, QueueId};

use crate::contact::{Contact, Place, Wish};
use crate::faults::{self, Fault};
use crate::input::GroupStep;
use crate::limits::{MAX_CONTACTS, MAX_RELAXATIONS};
use crate::output::{OfferEnd, Output};
use crate::refusal::{Refusal, SkillProblem};
use crate::routing::{Routing, short};
use crate::skill_sets::NO_SKILLS;
use crate::stats::WaitEnd;
use crate::timers::Timer;

/// What [`Input::Enqueue`](crate::Input::Enqueue) says besides the contact.
pub(crate) struct Joining<'a> {
    pub(crate) queue: &'a QueueId,
    pub(crate) priority: Priority,
    pub(crate) skills: &'a [SkillRequirement],
    pub(crate) relaxations: &'a [Relaxation],
    pub(crate) first_enqueued_ms: Option<i64>,
    pub(crate) check_availability: bool,
}

impl Routing {
    pub(crate) fn enqueue(&mut self, id: &ContactId, joining: &Joining) -> Result<(), Refusal> {
        short(id.as_str())?;
        let queue = self.plan.queue(joining.queue).ok_or(Refusal::UnknownQueue)?;
        let present = self.contacts.find(id);
        let is_there = present.is_some_and(|slot| self.contacts.at(slot).queue == queue);
        if !is_there && self.is_queue_full(queue) {
            return Err(Refusal::QueueFull);
        }
        self.make_room(id)?;
        let first_ms = joining.first_enqueued_ms.map_or(self.now_ms, |ms| ms.min(self.now_ms));
        let slot = self.add_contact(id, queue, joining.priority, first_ms, None);
        self.set_needs(slot, joining);
        self.skip_groups(slot, joining.check_availability);
        self.start_waiting(slot);
        self.report_queued(slot);
        Ok(())
    }

    /// What the contact needs, now and later on. Relaxations without a time count at once.
    fn set_needs(&mut self, slot: usize, joining: &Joining) {
        let contact = self.contacts.at_mut(slot);
        let (id, queue) = (contact.id.clone(), contact.queue);
        if self.plan.queues[queue].skills_based {
            let steps = joining.relaxations.iter().take(MAX_RELAXATIONS);
            contact.relaxations = steps.cloned().collect();
        }
        let (relaxed, _) = contact.relaxed_at(self.now_ms);
        contact.relaxed = relaxed;
        let last = relaxed.checked_sub(1).and_then(|at| joining.relaxations.get(at));
        let skills = last.map_or(joining.skills, |step| step.skills.as_slice());
        let set = self.skill_set(&id, queue, skills);
        self.contacts.at_mut(slot).set = set;
    }

    fn is_queue_full(&self, queue: usize) -> bool {
        let is_full = self.queues[queue].active >= self.plan.queues[queue].max_active;
        is_full && !faults::has(Fault::IgnoreMaximum)
    }

    /// Takes the contact out of where it waits, so that it can be put somewhere else.
    pub(crate) fn make_room(&mut self, id: &ContactId) -> Result<(), Refusal> {
        match self.contacts.find(id) {
            Some(slot) => {
                if let Place::Engaged { .. } = self.contacts.at(slot).place {
                    return Err(Refusal::ContactConnected);
                }
                self.take_out(slot);
            }
            None if self.contacts.len() >= MAX_CONTACTS => return Err(Refusal::Full),
            None => {}
        }
        Ok(())
    }

    /// A contact that is in no list yet.
    pub(crate) fn add_contact(
        &mut self,
        id: &ContactId,
        queue: usize,
        priority: Priority,
        first_ms: i64,
        wish: Option<Wish>,
    ) -> usize {
        self.queues[queue].active += 1;
        self.contacts.add(Contact {
            id: id.clone(),
            queue,
            priority,
            first_ms,
            entered_ms: self.now_ms,
            level: 0,
            level_since_ms: self.now_ms,
            set: NO_SKILLS,
            relaxations: Vec::new(),
            relaxed: 0,
            relaxed_since_ms: self.now_ms,
            wish,
            is_counted: false,
            place: Place::Waiting,
            returns: 0,
        })
    }

    /// The requirements that count: a queue that is not skills-based uses none, and wrong ones
    /// are left out (Webex: the contact falls to the longest available agent).
    fn skill_set(&mut self, id: &ContactId, queue: usize, skills: &[SkillRequirement]) -> usize {
        if skills.is_empty() || !self.plan.queues[queue].skills_based {
            return NO_SKILLS;
        }
        let set = self.plan.skills.requirements(skills).and_then(|requirements| {
            let set = self.sets.take(requirements, &self.plan.profiles);
            set.ok_or(SkillProblem::TooManySets)
        });
        set.unwrap_or_else(|problem| {
            self.outputs.push_back(Output::SkillsIgnored { contact: id.clone(), problem });
            NO_SKILLS
        })
    }

    /// Groups of no duration are joined by the next at once; with the availability check, so are
    /// those in which nobody is Available for this contact. The last group is never skipped.
    pub(crate) fn skip_groups(&mut self, slot: usize, check_availability: bool) {
        let check_availability = check_availability && !faults::has(Fault::IgnoreAvailability);
        let last = self.levels(slot) - 1;
        while self.contacts.at(slot).level < last {
            let contact = self.contacts.at(slot);
            let instant = self.plan.queues[contact.queue].levels[contact.level].duration_ms == 0;
            let skipped = check_availability && self.agent_for(slot).is_none();
            if !instant && !skipped {
                return;
            }
            self.contacts.at_mut(slot).level += 1;
        }
    }

    fn levels(&self, slot: usize) -> usize {
        self.plan.queues[self.contacts.at(slot).queue].levels.len()
    }

    pub(crate) fn report_queued(&mut self, slot: usize) {
        let contact = self.contacts.at(slot);
        let (plan, queue) = (&self.plan.queues[contact.queue], &self.queues[contact.queue]);
        self.outputs.push_back(Output::Queued {
            contact: contact.id.clone(),
            queue: plan.id.clone(),
            position: count(queue.ahead_of(&contact.key(slot)) + 1),
            waiting: count(queue.waiting()),
            current_group: count(contact.level + 1),
            total_groups: count(plan.levels.len()),
        });
    }

    pub(crate) fn set_priority(&mut self, id: &ContactId, to: Priority) -> Result<(), Refusal> {
        let slot = self.changeable(id)?;
        if faults::has(Fault::PriorityLater) {
            return Ok(());
        }
        self.change(slot, |contact| contact.priority = to);
        Ok(())
    }

    pub(crate) fn set_skills(
        &mut self,
        id: &ContactId,
        skills: &[SkillRequirement],
    ) -> Result<(), Refusal> {
        let slot = self.changeable(id)?;
        if faults::has(Fault::SkillsLater) || self.contacts.at(slot).wish.is_some() {
            return Ok(());
        }
        self.need(slot, skills);
        self.change(slot, |contact| contact.relaxations.clear());
        Ok(())
    }

    /// The contact needs these skills from now on.
    fn need(&mut self, slot: usize, skills: &[SkillRequirement]) {
        let contact = self.contacts.at(slot);
        let (id, queue, old) = (contact.id.clone(), contact.queue, contact.set);
        let set = self.skill_set(&id, queue, skills);
        self.change(slot, |contact| contact.set = set);
        self.sets.give_back(old);
    }

    pub(crate) fn escalate(
        &mut self,
        id: &ContactId,
        to: GroupStep,
        ask: Option<u32>,
    ) -> Result<(), Refusal> {
        let (result, reply) = match self.widen(id, to) {
            Ok(reply) => (Ok(()), reply),
            Err(Refusal::NoGroups) => (Err(Refusal::NoGroups), RoutingReply::NoGroups),
            Err(refusal) => (Err(refusal), RoutingReply::NotQueued),
        };
        if let Some(ask) = ask {
            self.outputs.push_back(Output::Reply { contact: id.clone(), ask, reply });
        }
        result
    }

    fn widen(&mut self, id: &ContactId, to: GroupStep) -> Result<RoutingReply, Refusal> {
        let slot = self.changeable(id)?;
        let contact = self.contacts.at(slot);
        if contact.wish.is_some() || !self.plan.queues[contact.queue].has_groups {
            return Err(Refusal::NoGroups);
        }
        let (last, now_ms) = (self.levels(slot) - 1, self.now_ms);
        self.catch_up(slot);
        self.change(slot, |contact| {
            contact.level = match to {
                GroupStep::Next => last.min(contact.level + 1),
                GroupStep::Last => last,
            };
            contact.level_since_ms = now_ms;
        });
        let current = count(self.contacts.at(slot).level + 1);
        Ok(RoutingReply::Groups { current, total: count(last + 1) })
    }

    /// The contact waited too long, or its next distribution group joins, or it needs less.
    pub(crate) fn wait_due(&mut self, slot: usize) {
        let contact = self.contacts.at(slot);
        let queue = &self.plan.queues[contact.queue];
        if contact.expires_ms(queue) > self.now_ms {
            return self.catch_up(slot);
        }
        if let Some(Wish { recovery: Some(recovery), .. }) = contact.wish {
            self.stop_waiting(slot);
            return self.send_to_recovery(slot, recovery);
        }
        let timed_out = Output::TimedOut {
            contact: contact.id.clone(),
            queue: queue.id.clone(),
            overflow_number: queue.overflow_number.clone(),
        };
        self.record_end(slot, WaitEnd::TooLong);
        self.take_out(slot);
        self.outputs.push_back(timed_out);
    }

    /// Counts the end of a contact's wait, once.
    pub(crate) fn record_end(&mut self, slot: usize, end: WaitEnd) {
        let contact = self.contacts.at_mut(slot);
        if std::mem::replace(&mut contact.is_counted, true) {
            return;
        }
        let (queue, waited_ms) = (contact.queue, self.now_ms.saturating_sub(contact.entered_ms));
        let of = self.plan.queues[queue].thresholds;
        self.queues[queue].intervals.record(self.now_ms, waited_ms, end, of);
    }

    /// Lets the distribution groups join, and the relaxations count, whose time has come.
    pub(crate) fn catch_up(&mut self, slot: usize) {
        let (contact, now_ms) = (self.contacts.at(slot), self.now_ms);
        let queue = &self.plan.queues[contact.queue];
        let (level, since_ms) = contact.level_at(queue, now_ms);
        let (relaxed, relaxed_since_ms) = contact.relaxed_at(now_ms);
        let skills = (relaxed > contact.relaxed)
            .then(|| contact.relaxations.get(relaxed - 1).map(|it| it.skills.clone()))
            .flatten();
        self.change(slot, |contact| {
            contact.level = level;
            contact.level_since_ms = since_ms;
            contact.relaxed = relaxed;
            contact.relaxed_since_ms = relaxed_since_ms;
        });
        if let Some(skills) = skills {
            self.need(slot, &skills);
        }
    }

    /// The caller hung up or the flow took the contact away.
    pub(crate) fn withdraw(&mut self, id: &ContactId) -> Result<(), Refusal> {
        let slot = self.contacts.find(id).ok_or(Refusal::UnknownContact)?;
        match self.contacts.at(slot).place {
            Place::Waiting | Place::Offered { .. } => {
                self.record_end(slot, WaitEnd::GivenUp);
                self.take_out(slot);
            }
            Place::Engaged { agent } => self.end_conversation(agent, slot),
        }
        Ok(())
    }

    /// Takes a contact that is not in a conversation out of the domain.
    pub(crate) fn take_out(&mut self, slot: usize) {
        match self.contacts.at(slot).place {
            Place::Waiting => self.stop_waiting(slot),
            Place::Offered { agent } => self.end_offer(agent, slot, OfferEnd::ContactLeft),
            Place::Engaged { .. } => {}
        }
        self.forget(slot);
    }

    /// Drops a contact that is in no list.
    pub(crate) fn forget(&mut self, slot: usize) {
        if let Some(contact) = self.contacts.remove(slot) {
            self.queues[contact.queue].active -= 1;
            self.sets.give_back(contact.set);
        }
    }

    fn changeable(&self, id: &ContactId) -> Result<usize, Refusal> {
        let slot = self.contacts.find(id).ok_or(Refusal::UnknownContact)?;
        match self.contacts.at(slot).place {
            Place::Waiting | Place::Offered { .. } => Ok(slot),
            Place::Engaged { .. } => Err(Refusal::ContactConnected),
        }
    }

    /// Changes what a contact's place depends on.
    fn change(&mut self, slot: usize, change: impl FnOnce(&mut Contact)) {
        let waits = self.contacts.at(slot).place == Place::Waiting;
        if waits {
            self.stop_waiting(slot);
        }
        change(self.contacts.at_mut(slot));
        if waits {
            self.start_waiting(slot);
        }
    }

    /// Puts a contact into the lists and starts its timer.
    pub(crate) fn start_waiting(&mut self, slot: usize) {
        let contact = self.contacts.at_mut(slot);
        contact.place = Place::Waiting;
        let (key, plan) = (contact.key(slot), &self.plan.queues[contact.queue]);
        match contact.wish {
            Some(wish) => self.waiting.insert_for(wish.agent, key),
            None => {
                self.queues[contact.queue].insert(key.clone());
                self.waiting.insert(contact.audience(plan), contact.set, key);
            }
        }
        self.timers.start(contact.due_ms(plan), Timer::Wait(slot));
        self.fresh_contacts.push(slot);
    }

    /// Takes a contact out of the lists and stops its timer.
    pub(crate) fn stop_waiting(&mut self, slot: usize) {
        let contact = self.contacts.at(slot);
        let (key, plan) = (contact.key(slot), &self.plan.queues[contact.queue]);
        match contact.wish {
            Some(wish) => self.waiting.remove_for(wish.agent, &key),
            None => {
                self.queues[contact.queue].remove(&key);
                self.waiting.remove(contact.audience(plan), contact.set, &key);
            }
        }
        self.timers.stop(contact.due_ms(plan), Timer::Wait(slot));
    }
}

/// A count as figures show it.
pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
