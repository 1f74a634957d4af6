//! A contact as its agent sees it.

use trunkline_contact::Contact;
use trunkline_desk::{
    Code, ContactView, Direction, LegState, Named, Party, PartyKind, Phase, WrapUp,
};
use trunkline_flow::run::convert::display;
use trunkline_model::AgentId;

use super::super::Switchboard;
use super::super::legs::Role;
use super::super::parties::about;
use super::desktop::Task;
use crate::variables;

/// The id of the caller among the parties of a contact.
pub(super) const CALLER: &str = "caller";

impl Switchboard {
    /// The agent's contact; none for who has none.
    pub(super) fn contact_view(&mut self, agent: &AgentId) -> Option<ContactView> {
        let task = self.desks.task(agent)?.clone();
        let site = self.exchange.site().clone();
        let contact = self.exchange.contact(&about(&task.contact))?;
        let arrival = contact.arrival();
        let point = site.tenant.entry_point(arrival.entry_point.as_str());
        let entry_point = point.map(|point| point.name.clone()).unwrap_or_default();
        let queue = task.queue.as_ref().map(|id| Named {
            id: id.to_string(),
            name: site.tenant.queue(id.as_str()).map_or(id.to_string(), |it| it.name.clone()),
        });
        let is_caller_gone = !contact.is_caller_there();
        let customer_name = self.customer_name(contact);
        let ani = arrival.ani(&site.tenant);
        let run = contact.run();
        let takes_edits = contact.takes_edits();
        let variables = run.cad().map(|(variable, value)| {
            let mut view = variables::view(run.flow(), variable, Some(&display(value)));
            view.is_editable &= takes_edits;
            view
        });
        let variables = variables.collect();
        let view = ContactView {
            id: task.contact.to_string(),
            direction: direction_of(contact, &task),
            phase: self.phase_for(contact, agent, &task),
            customer_name_reading: first_of(contact, &self.desks.settings.reading_variables),
            parties: self.parties_view(contact, agent, &task, is_caller_gone),
            customer_name,
            dnis: arrival.dnis(&site.tenant),
            ani,
            entry_point,
            queue,
            arrived_ms: arrival.at_ms,
            waited_ms: task.waited_ms,
            offered_ms: task.offered_ms,
            ring_until_ms: task.answered_ms.is_none().then_some(task.ring_until_ms),
            answered_ms: task.answered_ms,
            ended_ms: task.ended_ms,
            is_caller_gone,
            consult: self.consult_view(contact, agent),
            is_muted: task.is_muted,
            is_recording_paused: contact.is_recording_paused(agent),
            variables,
            variables_version: 0,
            drafts: self.draft_of(agent, &task),
            path: Vec::new(),
            pop: None,
            wrap_up: self.wrap_up_view(agent, &task),
            is_audio_connected: self.is_audio_connected(agent, &task),
        };
        Some(self.with_dossier(view, &task))
    }

    /// With what is kept beside the contact.
    fn with_dossier(&mut self, view: ContactView, task: &Task) -> ContactView {
        let dossier = self.desks.dossiers.entry(task.contact.clone()).or_default();
        if let Some(contact) = self.exchange.contact(&about(&task.contact)) {
            dossier.sheet.read(contact);
        }
        ContactView {
            variables_version: dossier.sheet.version,
            path: dossier.path.clone(),
            pop: dossier.pops.last().cloned(),
            ..view
        }
    }

    /// How the conversation stands for this agent.
    fn phase_for(&self, contact: &Contact, agent: &AgentId, task: &Task) -> Phase {
        let phase = phase_of(task);
        match phase {
            Phase::WrapUp | Phase::Offered => phase,
            Phase::Talking
            | Phase::OnHold
            | Phase::Dialling
            | Phase::Consulting
            | Phase::Conference => {
                let calls = contact.arrival().outdial.is_some() && contact.is_caller_there();
                let usual = if calls { Phase::Dialling } else { phase };
                Self::conversation_phase(contact, agent).unwrap_or(usual)
            }
        }
    }

    /// Everybody but this agent, the caller first.
    fn parties_view(
        &self,
        contact: &Contact,
        agent: &AgentId,
        task: &Task,
        is_gone: bool,
    ) -> Vec<Party> {
        let tenant = &self.exchange.site().tenant;
        let arrival = contact.arrival();
        let is_outdial = arrival.outdial.is_some();
        let number = if is_outdial { arrival.dnis(tenant) } else { arrival.ani(tenant) };
        let name = self.customer_name(contact);
        let mut caller = caller(task, name.as_deref(), &number, is_gone);
        if let Some(talk) = contact.conversation().filter(|_| !is_gone) {
            let state = if talk.is_on_hold() { LegState::OnHold } else { LegState::Talking };
            (caller.state, caller.since_ms) = (state, talk.since_ms());
        } else if is_outdial && !is_gone {
            caller.state = LegState::Ringing;
        }
        let others = match phase_of(task) {
            Phase::WrapUp => Vec::new(),
            _ => self.others_view(contact, agent),
        };
        std::iter::once(caller).chain(others).collect()
    }

    fn draft_of(&self, agent: &AgentId, task: &Task) -> Vec<(String, String)> {
        let drafts = self.desks.drafts.get(&task.contact);
        drafts.and_then(|drafts| drafts.get(agent)).cloned().unwrap_or_default()
    }

    /// The caller's name, from the first variable that holds one.
    pub(super) fn customer_name(&self, contact: &Contact) -> Option<String> {
        first_of(contact, &self.desks.settings.name_variables)
    }

    fn wrap_up_view(&self, agent: &AgentId, task: &Task) -> Option<WrapUp> {
        let since_ms = task.ended_ms?;
        let codes = self.wrap_up_codes(agent);
        let code = task.code.as_ref().and_then(|id| codes.into_iter().find(|it| it.id == *id));
        let code = code.map(|it| Code { id: it.id, name: it.name, is_default: it.default });
        Some(WrapUp { since_ms, until_ms: self.wrap_up_until_ms(agent), code })
    }

    fn is_audio_connected(&self, agent: &AgentId, task: &Task) -> bool {
        let Some(line) = self.legs.line(&task.contact) else { return false };
        let legs = line.agent.iter().chain(&line.ringing).filter_map(|id| self.legs.get(*id));
        let mut theirs = legs.filter(|leg| {
            matches!(&leg.role, Role::Agent { agent: it, .. } if it == agent) && !leg.is_leaving
        });
        theirs.any(|leg| leg.is_connected() && leg.media_lost_ms.is_none())
    }
}

fn direction_of(contact: &Contact, task: &Task) -> Direction {
    if about(&task.contact) != task.contact {
        return Direction::Consult;
    }
    match contact.arrival().outdial {
        Some(_) => Direction::Outdial,
        None => Direction::Inbound,
    }
}

fn phase_of(task: &Task) -> Phase {
    match task {
        Task { ended_ms: Some(_), .. } => Phase::WrapUp,
        Task { answered_ms: None, .. } => Phase::Offered,
        Task { held_since_ms: Some(_), .. } => Phase::OnHold,
        Task { .. } => Phase::Talking,
    }
}

fn caller(task: &Task, name: Option<&str>, ani: &str, is_gone: bool) -> Party {
    let (state, since_ms) = match phase_of(task) {
        _ if is_gone => (LegState::Gone, task.ended_ms.unwrap_or(task.offered_ms)),
        Phase::OnHold => (LegState::OnHold, task.held_since_ms.unwrap_or(task.offered_ms)),
        Phase::Offered => (LegState::Ringing, task.offered_ms),
        Phase::WrapUp => (LegState::Gone, task.ended_ms.unwrap_or(task.offered_ms)),
        Phase::Talking | Phase::Dialling | Phase::Consulting | Phase::Conference => {
            (LegState::Talking, task.answered_ms.unwrap_or(task.offered_ms))
        }
    };
    Party {
        id: CALLER.to_owned(),
        kind: PartyKind::Caller,
        name: name.unwrap_or(ani).to_owned(),
        number: Some(ani.to_owned()),
        state,
        since_ms,
    }
}

/// The value of the first of these variables that has one; secure ones are left out.
fn first_of(contact: &Contact, names: &[String]) -> Option<String> {
    let text_of = |name: &String| {
        let run = contact.run();
        let mut variables = run.variables();
        let found = variables.find(|(it, ..)| it.name.eq_ignore_ascii_case(name))?;
        let (variable, text, _) = found;
        text.filter(|text| !variable.is_secure && !text.trim().is_empty())
    };
    names.iter().find_map(text_of)
}
