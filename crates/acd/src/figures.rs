//! A queue's figures at one moment.

use trunkline_model::routing::QueueFigures;
use trunkline_model::{ContactId, QueueId};

use crate::agent::State;
use crate::contact::Place;
use crate::limits::LOOKBACK_MS;
use crate::queueing::count;
use crate::routing::Routing;
use crate::skill_sets::NO_SKILLS;

impl Routing {
    /// The queue's figures now, as a contact sees them; none for an unknown queue.
    ///
    /// For a contact that is not in this queue the position is one behind all that wait, the
    /// current group 0, and the figures of the current group are those of the first. A contact on
    /// offer has position 1 and is not counted as waiting. The estimated wait looks back over
    /// [`LOOKBACK_MS`].
    pub fn figures(
        &self,
        now_ms: i64,
        queue: &QueueId,
        contact: Option<&ContactId>,
    ) -> Option<QueueFigures> {
        self.figures_over(now_ms, queue, contact, LOOKBACK_MS)
    }

    /// As [`figures`](Self::figures), with the estimated wait over another lookback.
    ///
    /// The estimate is the mean wait (from joining the queue to the answer) of the last 128
    /// contacts answered within the lookback; none while there are fewer than five, and none for a
    /// contact with skill requirements (Webex gives -1 there).
    pub fn figures_over(
        &self,
        now_ms: i64,
        queue: &QueueId,
        contact: Option<&ContactId>,
        lookback_ms: i64,
    ) -> Option<QueueFigures> {
        let at = self.plan.queue(queue)?;
        let (plan, state) = (&self.plan.queues[at], &self.queues[at]);
        let now_ms = now_ms.max(self.now_ms);
        let slot = contact.and_then(|id| self.contacts.find(id));
        // One that waits for an agent has no place in the queue.
        let slot = slot.filter(|slot| {
            let contact = self.contacts.at(*slot);
            contact.queue == at && contact.wish.is_none()
        });
        let seen = slot.map(|slot| (slot, self.contacts.at(slot)));
        let seen = seen.filter(|(_, it)| !matches!(it.place, Place::Engaged { .. }));
        let level = seen.map(|(_, contact)| contact.level);
        let current = &self.plan.audiences[plan.levels[level.unwrap_or(0)].audience];
        let all = &self.plan.audiences[plan.levels[plan.levels.len() - 1].audience];
        let ahead = seen.map_or(state.waiting(), |(slot, contact)| match contact.place {
            Place::Waiting => state.ahead_of(&contact.key(slot)),
            Place::Offered { .. } | Place::Engaged { .. } => 0,
        });
        let skilled = seen.is_some_and(|(_, contact)| contact.set != NO_SKILLS);
        let is_there = |agent: usize| self.agents[agent].state != State::SignedOut;
        let oldest_ms = state.oldest_ms().unwrap_or(now_ms);
        Some(QueueFigures {
            position: count(ahead + 1),
            estimated_wait_ms: state.estimate_ms(now_ms, lookback_ms).filter(|_| !skilled),
            logged_on_agents_current: self.pools.signed_in(&self.plan, current, is_there),
            logged_on_agents_all: self.pools.signed_in(&self.plan, all, is_there),
            available_agents_current: self.pools.available(current),
            available_agents_all: self.pools.available(all),
            calls_queued_now: count(state.waiting()),
            oldest_call_ms: now_ms.saturating_sub(oldest_ms).unsigned_abs(),
            current_group: level.map_or(0, |level| count(level + 1)),
            total_groups: count(plan.levels.len()),
        })
    }
}
