//! An offer: the agent's device rings until somebody decides.

use trunkline_model::{AgentId, ContactId};

use crate::agent::{Pending, State};
use crate::contact::{Place, Wish};
use crate::faults::{self, Fault};
use crate::input::AgentChoice;
use crate::output::{OfferEnd, Output};
use crate::refusal::Refusal;
use crate::routing::Routing;
use crate::stats::WaitEnd;

impl Routing {
    /// Offers a waiting contact to an Available agent.
    pub(crate) fn offer(&mut self, slot: usize, agent: usize) {
        let State::Available { turn } = self.agents[agent].state else { return };
        if !faults::has(Fault::DoubleOffer) {
            self.stop_waiting(slot);
        }
        let contact = self.contacts.at_mut(slot);
        contact.place = Place::Offered { agent };
        let (id, queue, first_ms) = (contact.id.clone(), contact.queue, contact.first_ms);
        if contact.wish.is_none() {
            self.take_turn(queue, agent);
        }
        let details = self.details(agent, queue);
        self.outputs.push_back(Output::Offer {
            contact: id,
            agent: details,
            ring_timeout_ms: self.plan.ring_ms.unsigned_abs(),
            waited_ms: self.now_ms.saturating_sub(first_ms),
        });
        let until_ms = self.now_ms.saturating_add(self.plan.ring_ms);
        self.enter(agent, State::Reserved { contact: slot, turn, until_ms });
    }

    pub(crate) fn answer(&mut self, agent: &AgentId, id: &ContactId) -> Result<(), Refusal> {
        let (agent, slot) = self.offered(agent, id)?;
        // Groups that joined while it rang count, should it come back (D26).
        self.catch_up(slot);
        self.record_end(slot, WaitEnd::Answered);
        let contact = self.contacts.at_mut(slot);
        contact.place = Place::Engaged { agent };
        let (queue, entered_ms) = (contact.queue, contact.entered_ms);
        // How long one waits for an agent says nothing about the queue.
        if contact.wish.is_none() {
            let waited_ms = self.now_ms.saturating_sub(entered_ms);
            self.queues[queue].record_wait(self.now_ms, waited_ms);
        }
        let details = self.details(agent, queue);
        self.outputs.push_back(Output::Connected { contact: id.clone(), agent: details });
        self.enter(agent, State::Engaged { contact: slot });
        Ok(())
    }

    pub(crate) fn decline(&mut self, agent: &AgentId, id: &ContactId) -> Result<(), Refusal> {
        let (agent, slot) = self.offered(agent, id)?;
        self.end_offer(agent, slot, OfferEnd::Declined);
        Ok(())
    }

    pub(crate) fn lose_offer(&mut self, agent: &AgentId, id: &ContactId) -> Result<(), Refusal> {
        let (agent, slot) = self.offered(agent, id)?;
        self.end_offer(agent, slot, OfferEnd::DeviceFailed);
        Ok(())
    }

    /// The agent has not answered in time.
    pub(crate) fn ring_due(&mut self, agent: usize) {
        match &self.agents[agent].state {
            State::Reserved { contact, .. } => {
                let contact = *contact;
                self.end_offer(agent, contact, OfferEnd::Rona);
            }
            State::Asked { contact, .. } => {
                let contact = contact.clone();
                self.end_ask(agent, &contact, OfferEnd::Rona);
            }
            State::SignedOut
            | State::Idle { .. }
            | State::Available { .. }
            | State::Engaged { .. }
            | State::Direct { .. }
            | State::WrapUp { .. }
            | State::Rona => {}
        }
    }

    /// Ends an offer. Unless it left, the contact waits again at its old place; the agent gets the
    /// state that the reason calls for.
    pub(crate) fn end_offer(&mut self, agent: usize, slot: usize, reason: OfferEnd) {
        let State::Reserved { turn, .. } = self.agents[agent].state else { return };
        let requeued = reason != OfferEnd::ContactLeft;
        self.outputs.push_back(Output::Withdrawn {
            contact: self.contacts.at(slot).id.clone(),
            agent: self.plan.agents[agent].id.clone(),
            reason,
            requeued,
        });
        if requeued {
            self.wait_again(slot);
        }
        let pending = self.agents[agent].pending.take();
        let next = match (reason, pending) {
            (OfferEnd::Rona, _) if faults::has(Fault::RonaAvailable) => State::Available { turn },
            (OfferEnd::ContactLeft, None) if faults::has(Fault::PlaceLost) => {
                return self.enter_available(agent);
            }
            (OfferEnd::Rona | OfferEnd::Declined, _) => State::Rona,
            (OfferEnd::AgentLeft, _) => State::SignedOut,
            (OfferEnd::DeviceFailed, _) => State::Idle { code: crate::LOST_CONNECTION.to_owned() },
            (OfferEnd::ContactLeft, Some(Pending::Choice(AgentChoice::Idle { code }))) => {
                State::Idle { code }
            }
            (OfferEnd::ContactLeft, Some(Pending::SignOut)) => State::SignedOut,
            (OfferEnd::ContactLeft, Some(Pending::Choice(AgentChoice::Available)) | None) => {
                State::Available { turn }
            }
        };
        self.enter(agent, next);
    }

    /// The contact goes back to its place; one that waited for the agent, to its recovery queue.
    fn wait_again(&mut self, slot: usize) {
        let now_ms = self.now_ms;
        let contact = self.contacts.at_mut(slot);
        if faults::has(Fault::LoseOnRequeue) {
            return;
        }
        if faults::has(Fault::RequeueAtTheEnd) {
            contact.first_ms = now_ms;
        }
        match contact.wish {
            Some(Wish { recovery: Some(recovery), .. }) => self.send_to_recovery(slot, recovery),
            Some(Wish { recovery: None, .. }) | None => self.start_waiting(slot),
        }
    }

    fn offered(&self, agent: &AgentId, id: &ContactId) -> Result<(usize, usize), Refusal> {
        let agent = self.agent(agent)?;
        let slot = self.contacts.find(id).ok_or(Refusal::NotOffered)?;
        match self.contacts.at(slot).place {
            Place::Offered { agent: to } if to == agent => Ok((agent, slot)),
            Place::Offered { .. } | Place::Waiting | Place::Engaged { .. } => {
                Err(Refusal::NotOffered)
            }
        }
    }
}
