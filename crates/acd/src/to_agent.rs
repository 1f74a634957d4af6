//! Queue To Agent: contacts that wait for one agent, and where they go when the agent does not
//! come.

use trunkline_model::routing::{
    AgentSeen, Priority, RoutingReply, ToAgent, ToAgentOutcome as Outcome,
};
use trunkline_model::{AgentId, ContactId, QueueId};

use crate::agent::{Pending, State};
use crate::contact::{Place, Wish};
use crate::faults::{self, Fault};
use crate::input::AgentChoice;
use crate::output::Output;
use crate::refusal::Refusal;
use crate::routing::{Routing, short};
use crate::skill_sets::NO_SKILLS;

/// What [`Input::EnqueueToAgent`](crate::Input::EnqueueToAgent) says besides the contact.
pub(crate) struct Wanted<'a> {
    pub(crate) ask: u32,
    pub(crate) agent: &'a AgentId,
    pub(crate) queue: &'a QueueId,
    pub(crate) priority: Priority,
    pub(crate) park: bool,
    pub(crate) recovery: Option<&'a QueueId>,
}

/// The idle code of an agent who is set to RONA, as a flow sees it.
const RONA: &str = "RONA";

impl Routing {
    pub(crate) fn enqueue_to_agent(
        &mut self,
        id: &ContactId,
        wanted: &Wanted,
    ) -> Result<(), Refusal> {
        short(id.as_str())?;
        let seen = self.plan.agent(wanted.agent).map_or(AgentSeen::NotThere, |it| self.seen(it));
        let (outcome, result) = match self.place(id, wanted) {
            Ok(outcome) => (outcome, Ok(())),
            Err((outcome, refusal)) => (outcome, Err(refusal)),
        };
        let slot = self.contacts.find(id);
        let queue = slot.map(|slot| self.plan.queues[self.contacts.at(slot).queue].id.clone());
        let reply = RoutingReply::ToAgent(ToAgent { outcome, agent: seen, queue });
        self.outputs.push_back(Output::Reply { contact: id.clone(), ask: wanted.ask, reply });
        if let (Outcome::Recovery, Some(slot)) = (outcome, slot) {
            self.report_queued(slot);
        }
        result
    }

    /// Puts the contact where it belongs; one that has no place anywhere stays where it was.
    fn place(&mut self, id: &ContactId, wanted: &Wanted) -> Result<Outcome, (Outcome, Refusal)> {
        let queue = self.plan.queue(wanted.queue);
        let queue = queue.ok_or((Outcome::UnknownQueue, Refusal::UnknownQueue))?;
        let agent = self.plan.agent(wanted.agent);
        let agent = agent.ok_or((Outcome::UnknownAgent, Refusal::UnknownAgent))?;
        let is_engaged = |slot| matches!(self.contacts.at(slot).place, Place::Engaged { .. });
        if self.directs.knows(id) || self.contacts.find(id).is_some_and(is_engaged) {
            return Err((Outcome::Connected, Refusal::ContactConnected));
        }
        if self.agents[agent].is_leaving() {
            return Err((Outcome::NotSignedIn, Refusal::SignedOut));
        }
        // A contact that is moved loses its own offer first: that may be with this very agent.
        let offered = self.contacts.find(id).map(|slot| self.contacts.at(slot).place);
        let is_ready = self.is_ready(agent) || offered == Some(Place::Offered { agent });
        let recovery = wanted.recovery.and_then(|it| self.plan.queue(it));
        if !is_ready && !wanted.park && recovery.is_none() {
            let busy = self.agents[agent].is_busy();
            let outcome = if busy { Outcome::Busy } else { Outcome::Unavailable };
            return Err((outcome, Refusal::AgentBusy));
        }
        self.make_room(id).map_err(|refusal| (Outcome::Unavailable, refusal))?;
        if !self.is_ready(agent)
            && !wanted.park
            && let Some(recovery) = recovery
        {
            let slot = self.add_contact(id, recovery, wanted.priority, self.now_ms, None);
            self.skip_groups(slot, false);
            self.start_waiting(slot);
            return Ok(Outcome::Recovery);
        }
        let is_ready = self.is_ready(agent);
        let wish = Wish { agent, recovery };
        let slot = self.add_contact(id, queue, wanted.priority, self.now_ms, Some(wish));
        self.start_waiting(slot);
        Ok(if is_ready { Outcome::Reserved } else { Outcome::Parked })
    }

    /// What a flow is told that the agent is doing: an agent with a contact is Available to Webex,
    /// with a busy channel.
    fn seen(&self, agent: usize) -> AgentSeen {
        let idle = |code: &str| AgentSeen::Idle { code: code.to_owned() };
        match (&self.agents[agent].state, &self.agents[agent].pending) {
            (State::SignedOut, _) | (_, Some(Pending::SignOut)) => AgentSeen::NotThere,
            (State::Idle { code }, _) | (_, Some(Pending::Choice(AgentChoice::Idle { code }))) => {
                idle(code)
            }
            (State::Rona, _) => idle(RONA),
            (
                State::Available { .. }
                | State::Reserved { .. }
                | State::Engaged { .. }
                | State::Asked { .. }
                | State::Direct { .. }
                | State::WrapUp { .. },
                Some(Pending::Choice(AgentChoice::Available)) | None,
            ) => AgentSeen::Available,
        }
    }

    /// Puts a contact that waits in no list into its recovery queue. It keeps its first enqueue
    /// time and priority; the time in queue begins anew.
    pub(crate) fn send_to_recovery(&mut self, slot: usize, recovery: usize) {
        if faults::has(Fault::NoRecovery) {
            return self.start_waiting(slot);
        }
        let now_ms = self.now_ms;
        let contact = self.contacts.at_mut(slot);
        let (id, from) = (contact.id.clone(), contact.queue);
        contact.queue = recovery;
        contact.wish = None;
        contact.set = NO_SKILLS;
        (contact.entered_ms, contact.level, contact.level_since_ms) = (now_ms, 0, now_ms);
        self.queues[from].active -= 1;
        self.queues[recovery].active += 1;
        let queue = self.plan.queues[recovery].id.clone();
        self.outputs.push_back(Output::SentToRecovery { contact: id, queue });
        self.skip_groups(slot, false);
        self.start_waiting(slot);
        self.report_queued(slot);
    }

    /// Contacts that wait for agents who have left go to their recovery queues.
    pub(crate) fn dismiss_departed(&mut self) {
        for agent in std::mem::take(&mut self.departed) {
            if self.agents[agent].state != State::SignedOut {
                continue;
            }
            let slots: Vec<usize> = self.waiting.parked(agent).iter().map(|key| key.slot).collect();
            for slot in slots {
                let wish = self.contacts.at(slot).wish;
                let Some(Wish { recovery: Some(recovery), .. }) = wish else { continue };
                self.stop_waiting(slot);
                self.send_to_recovery(slot, recovery);
            }
        }
    }
}
