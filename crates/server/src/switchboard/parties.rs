//! Conversations of more than two: who hears whom, and the calls that agents place for it.
//!
//! The contact says who hears whom as a whole; here it is made so. A consulted agent's device has a
//! line of its own, under the consult's name, until they take the contact over.

use trunkline_contact::{Arrangement, Party, consult_of};
use trunkline_media::prompt::{Item, Prompt};
use trunkline_media::tone::Signal;
use trunkline_model::call::{Transfer, TransferOutcome};
use trunkline_model::{AgentId, ContactId};
use trunkline_telephony::call::Cause;

use super::Switchboard;
use super::legs::{LegId, Role};

/// The contact itself, or the one that a consult is about.
pub(super) fn about(name: &ContactId) -> ContactId {
    consult_of(name).map_or_else(|| name.clone(), |(contact, _)| contact)
}

/// What somebody hears for whom a number is called.
fn ringback() -> Item {
    Item::Loop(Prompt::from_samples(&Signal::RINGBACK_US.round()))
}

impl Switchboard {
    /// Makes it so that these hear each other and nobody else does.
    pub(super) fn arrange(&mut self, contact: &ContactId, arrangement: Arrangement) {
        self.legs.line_mut(contact).arranged = Some(arrangement);
        self.apply_arrangement(contact);
    }

    /// The same, when a leg has come: who is not there yet joins then.
    pub(super) fn apply_arrangement(&mut self, contact: &ContactId) {
        let Some(line) = self.legs.line(contact) else { return };
        let Some(arranged) = line.arranged.clone() else { return };
        let legs = |parties: &[Party]| -> Vec<LegId> {
            parties.iter().filter_map(|party| self.leg_of(contact, party)).collect()
        };
        let (together, waiting) = (legs(&arranged.together), legs(&arranged.waiting));
        let alone = legs(&arranged.alone);
        let music = self.hold_music();
        for leg in waiting.iter().filter_map(|id| self.legs.get(*id)) {
            leg.media.unbridge();
            leg.media.hold(music.clone());
        }
        for leg in alone.iter().filter_map(|id| self.legs.get(*id)) {
            leg.media.unbridge();
            leg.media.hold(arranged.rings.then(ringback));
        }
        self.join(&together, music);
        let caller = self.legs.line(contact).and_then(|line| line.caller);
        let talks = together.len() > 1 && caller.is_some_and(|caller| together.contains(&caller));
        let line = self.legs.line_mut(contact);
        (line.is_bridged, line.is_on_hold) = (talks, false);
        line.is_conference = together.len() > 2;
        self.settle_hold(contact);
    }

    /// Two hear each other by a bridge, three in a conference; one waits for the other.
    fn join(&self, together: &[LegId], music: Option<Item>) {
        let legs: Vec<_> = together.iter().filter_map(|id| self.legs.get(*id)).collect();
        match legs.as_slice() {
            [] => {}
            [one] => one.media.hold(music),
            [one, other] => {
                [one, other].iter().for_each(|leg| leg.media.resume());
                one.media.bridge(&other.media);
            }
            [first, others @ ..] => {
                first.media.unbridge();
                for leg in others {
                    leg.media.confer(&first.media);
                }
                legs.iter().for_each(|leg| leg.media.resume());
            }
        }
    }

    fn leg_of(&self, contact: &ContactId, party: &Party) -> Option<LegId> {
        let line = self.legs.line(contact)?;
        let is_there = |id: &LegId| self.legs.get(*id).is_some_and(|leg| !leg.is_leaving);
        match party {
            Party::Caller => line.caller.filter(is_there),
            Party::Number(id) => {
                let dialled = line.dialled.iter().find(|(it, _)| it == id).map(|(_, leg)| *leg);
                dialled.or(line.party).filter(is_there)
            }
            Party::Agent(agent) => {
                let consults = line.consults.iter().filter_map(|name| self.legs.line(name));
                let mut legs = line.agent.into_iter().chain(consults.filter_map(|it| it.agent));
                legs.find(|id| is_there(id) && self.is_of(*id, agent))
            }
        }
    }

    /// Whether it is said who hears whom, and the agent is not among them.
    pub(super) fn goes_on_without(&self, contact: &ContactId, agent: &AgentId) -> bool {
        let arranged = self.legs.line(contact).and_then(|line| line.arranged.as_ref());
        let party = Party::Agent(agent.clone());
        arranged.is_some_and(|it| {
            let mut all = it.together.iter().chain(&it.waiting).chain(&it.alone);
            !all.any(|other| *other == party)
        })
    }

    /// With whom the agent talks: whom they consult, or else the caller.
    pub(super) fn partner_of(&self, agent: &AgentId, contact: &ContactId) -> Option<LegId> {
        let arranged = self.legs.line(contact).and_then(|line| line.arranged.as_ref());
        let is_other = |party: &&Party| **party != Party::Agent(agent.clone());
        let together = arranged.map(|it| it.together.as_slice()).unwrap_or_default();
        let apart = !together.is_empty() && !together.contains(&Party::Caller);
        let other = together.iter().find(is_other).filter(|_| apart);
        self.leg_of(contact, other.unwrap_or(&Party::Caller))
    }

    /// Who gets the keys that the agent presses: in a conference everybody who is no agent, else
    /// the one with whom they talk.
    pub(super) fn hearers_of_keys(&self, agent: &AgentId, contact: &ContactId) -> Vec<LegId> {
        let arranged = self.legs.line(contact).and_then(|line| line.arranged.as_ref());
        let together = arranged.map(|it| it.together.as_slice()).unwrap_or_default();
        let confers = together.len() > 2 && together.contains(&Party::Agent(agent.clone()));
        if !confers {
            return self.partner_of(agent, contact).into_iter().collect();
        }
        let outside = together.iter().filter(|party| !matches!(party, Party::Agent(_)));
        outside.filter_map(|party| self.leg_of(contact, party)).collect()
    }

    fn is_of(&self, id: LegId, agent: &AgentId) -> bool {
        let role = self.legs.get(id).map(|leg| &leg.role);
        matches!(role, Some(Role::Agent { agent: it, .. }) if it == agent)
    }

    /// A consult has a line of its own, which goes with its contact.
    pub(super) fn note_consult(&mut self, name: &ContactId) {
        let Some((contact, _)) = consult_of(name) else { return };
        let line = self.legs.line_mut(&contact);
        if !line.consults.contains(name) {
            line.consults.push(name.clone());
        }
    }

    /// A consulted agent has the contact from now on. Whoever had it is let go.
    pub(super) fn taken_over(&mut self, contact: &ContactId, consult: &ContactId, agent: &AgentId) {
        let leg = self.legs.line(consult).and_then(|line| line.agent);
        let former = self.legs.line(contact).and_then(|line| line.agent);
        if let Some(former) = former.and_then(|former| self.legs.get_mut(former)) {
            former.media.unbridge();
            former.end(480);
        }
        let Some(id) = leg else { return };
        if let Some(leg) = self.legs.get_mut(id) {
            leg.role = Role::Agent { contact: contact.clone(), agent: agent.clone() };
        }
        self.legs.line_mut(consult).agent = None;
        self.legs.line_mut(contact).agent = Some(id);
    }

    /// Calls a number for the agents. In a call that an agent makes, the first is the caller.
    pub(super) fn dial_for_agents(&mut self, contact: &ContactId, id: u32, transfer: &Transfer) {
        let is_caller = self.is_outdial(contact) && self.legs.caller(contact).is_none();
        let role = match is_caller {
            true => Role::Caller(contact.clone()),
            false => Role::Party { contact: contact.clone(), transfer: id },
        };
        tracing::info!(%contact, number = transfer.number, "an agent calls");
        let way = self.way_to(contact, transfer);
        let leg = way.and_then(|way| self.dial(&way, role, transfer.ring_timeout_ms));
        let Some(leg) = leg else {
            let text = "no trunk can take the call; configure `outbound` for one".to_owned();
            let outcome = TransferOutcome::Failed { status: 0, text };
            let input = trunkline_flow::Input::TransferEnded { id, outcome };
            return self.tell_flow_later(contact.clone(), input);
        };
        let line = self.legs.line_mut(contact);
        if !is_caller {
            line.dialled.push((id, leg));
            return;
        }
        (line.caller, line.outdial) = (Some(leg), Some(id));
        // It is not ours to answer or to reject.
        self.legs.get_mut(leg).into_iter().for_each(|leg| leg.is_answered = true);
    }

    /// Whether an agent makes the call.
    pub(super) fn is_outdial(&self, contact: &ContactId) -> bool {
        let known = self.exchange.contact(contact);
        known.is_some_and(|contact| contact.arrival().outdial.is_some())
    }

    /// Whoever an agent calls has answered. Gives whether it was that.
    pub(super) fn dialled_answered(&mut self, contact: &ContactId, leg: LegId) -> bool {
        let Some(line) = self.legs.line(contact) else { return false };
        let dialled = line.dialled.iter().find(|(_, it)| *it == leg).map(|(id, _)| *id);
        let called = line.outdial.filter(|_| line.caller == Some(leg));
        let Some(id) = dialled.or(called) else { return false };
        if called.is_some() {
            self.legs.line_mut(contact).outdial = None;
        }
        self.transfer_ended(contact.clone(), id, TransferOutcome::Connected);
        true
    }

    /// A call that an agent placed is over. Gives whether it was one.
    pub(super) fn dialled_left(
        &mut self,
        contact: &ContactId,
        leg: LegId,
        outcome: impl FnOnce() -> Option<TransferOutcome>,
    ) -> bool {
        let Some(line) = self.legs.line(contact) else { return false };
        let dialled = line.dialled.iter().find(|(_, it)| *it == leg).map(|(id, _)| *id);
        let called = line.outdial.filter(|_| line.caller == Some(leg));
        let Some(id) = dialled.or(called) else { return false };
        let line = self.legs.line_mut(contact);
        line.dialled.retain(|(it, _)| *it != id);
        if called.is_some() {
            (line.outdial, line.caller) = (None, None);
        }
        if let Some(outcome) = outcome() {
            self.transfer_ended(contact.clone(), id, outcome);
        }
        true
    }

    /// The one who was called by an agent does not answer, or the call failed.
    pub(super) fn outdial_left(&mut self, contact: &ContactId, leg: LegId, cause: &Cause) -> bool {
        self.dialled_left(contact, leg, || Some(super::transfers::outcome_of(cause)))
    }

    pub(super) fn hang_up_party(&mut self, contact: &ContactId, id: u32) {
        let Some(line) = self.legs.line(contact) else { return };
        let leg = line.dialled.iter().find(|(it, _)| *it == id).map(|(_, leg)| *leg);
        if let Some(leg) = leg.and_then(|leg| self.legs.get_mut(leg)) {
            leg.end(480);
        }
    }

    /// The caller is gone, or is to go: numbers that agents called do not stay behind alone.
    pub(super) fn end_dialled(&mut self, contact: &ContactId) {
        let Some(line) = self.legs.line(contact) else { return };
        for (_, leg) in line.dialled.clone() {
            self.legs.get_mut(leg).into_iter().for_each(|leg| leg.end(480));
        }
    }

    /// The contact is over, and its consults with it.
    pub(super) fn end_consults(&mut self, consults: Vec<ContactId>, dialled: Vec<(u32, LegId)>) {
        let lines: Vec<_> =
            consults.iter().filter_map(|consult| self.legs.forget(consult)).collect();
        let legs = lines.into_iter().flat_map(|line| line.ringing.into_iter().chain(line.agent));
        for id in legs.chain(dialled.into_iter().map(|(_, leg)| leg)) {
            self.legs.get_mut(id).into_iter().for_each(|leg| leg.end(480));
        }
    }
}
