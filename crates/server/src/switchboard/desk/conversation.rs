//! Hold, consult, conference, transfer: what an agent does in a conversation, and what of it the
//! desktop shows.

use trunkline_contact::{
    Act, ActRefusal, Consult as Asked, Contact, Conversation, Destination as To, Input as Told,
    Stage,
};
use trunkline_desk::{Consult, Destination, LegState, Party, PartyKind, Phase, Reason, Refusal};
use trunkline_exchange::Input;
use trunkline_model::tenant::Tenant;
use trunkline_model::{AgentId, EntryPointId, QueueId};

use super::super::Switchboard;
use super::super::parties::about;

/// The id of the one who is consulted, among the parties of a contact.
pub(super) const CONSULTED: &str = "consulted";

/// The id of the agent who has the contact, as one who is consulted sees them.
const OWNER: &str = "agent";

impl Switchboard {
    /// An agent does something in the conversation.
    pub(super) fn act(&mut self, agent: &AgentId, contact: &str, act: Act) -> Result<(), Refusal> {
        let task = self.task_for(agent, contact)?;
        let contact = about(&task.contact);
        let known = self.exchange.contact(&contact).ok_or(Refusal::NotYours)?;
        known.may(agent, &act).map_err(refusal)?;
        let input = Told::Acted { agent: agent.clone(), act };
        self.exchange(Input::Contact { contact: contact.clone(), input });
        self.desks.touch(&contact);
        Ok(())
    }

    pub(super) fn desk_consult(
        &mut self,
        agent: &AgentId,
        contact: &str,
        to: Destination,
    ) -> Result<(), Refusal> {
        self.act(agent, contact, Act::Consult { to: destination(to) })
    }

    pub(super) fn desk_drop(
        &mut self,
        agent: &AgentId,
        contact: &str,
        party: &str,
    ) -> Result<(), Refusal> {
        match party {
            CONSULTED => self.act(agent, contact, Act::Drop),
            super::contact_view::CALLER => self.act(agent, contact, Act::End),
            _ => Err(Refusal::Unreachable(Reason::NoSuchParty)),
        }
    }

    pub(super) fn desk_transfer(
        &mut self,
        agent: &AgentId,
        contact: &str,
        to: Option<Destination>,
    ) -> Result<(), Refusal> {
        self.act(agent, contact, Act::Transfer { to: to.map(destination) })
    }

    /// How the conversation stands for this agent; none where it is no conversation.
    pub(super) fn conversation_phase(contact: &Contact, agent: &AgentId) -> Option<Phase> {
        let talk = contact.conversation()?;
        Some(match talk.consult().map(Asked::stage) {
            _ if talk.has_stepped_out(agent) => Phase::OnHold,
            Some(Stage::Joined) => Phase::Conference,
            Some(Stage::Ringing | Stage::Active | Stage::Away) if talk.owner() == agent => {
                Phase::Consulting
            }
            Some(Stage::Ringing | Stage::Active | Stage::Away) => Phase::Talking,
            None if talk.is_on_hold() => Phase::OnHold,
            None => Phase::Talking,
        })
    }

    /// The conversation beside this one, for the agent who began it.
    pub(super) fn consult_view(&self, contact: &Contact, agent: &AgentId) -> Option<Consult> {
        let talk = contact.conversation().filter(|talk| talk.owner() == agent)?;
        let consult = talk.consult().filter(|it| it.stage() != Stage::Joined)?;
        let party = self.consulted_party(consult);
        let is_active = consult.stage() == Stage::Active;
        Some(Consult { party, is_active, began_ms: consult.began_ms() })
    }

    /// Everybody but this agent and the caller, whom a conference or a consult brings together.
    pub(super) fn others_view(&self, contact: &Contact, agent: &AgentId) -> Vec<Party> {
        let Some(talk) = contact.conversation() else { return Vec::new() };
        if talk.owner() != agent {
            return vec![self.owner_party(talk)];
        }
        let joined = talk.consult().filter(|it| it.stage() == Stage::Joined);
        joined.map(|consult| self.consulted_party(consult)).into_iter().collect()
    }

    fn consulted_party(&self, consult: &Asked) -> Party {
        let tenant = &self.exchange.site().tenant;
        let state = match consult.stage() {
            Stage::Ringing => LegState::Ringing,
            Stage::Away => LegState::OnHold,
            Stage::Active | Stage::Joined => LegState::Talking,
        };
        let (kind, name, number) = named(tenant, consult);
        let (id, since_ms) = (CONSULTED.to_owned(), consult.since_ms());
        Party { id, kind, name, number, state, since_ms }
    }

    fn owner_party(&self, talk: &Conversation) -> Party {
        let tenant = &self.exchange.site().tenant;
        let name = tenant.agent(talk.owner().as_str()).map(|agent| agent.name.clone());
        let is_away = talk.consult().is_some_and(|it| it.stage() == Stage::Away);
        Party {
            id: OWNER.to_owned(),
            kind: PartyKind::Agent,
            name: name.unwrap_or_else(|| talk.owner().to_string()),
            number: None,
            state: if is_away { LegState::OnHold } else { LegState::Talking },
            since_ms: talk.since_ms(),
        }
    }
}

fn named(tenant: &Tenant, consult: &Asked) -> (PartyKind, String, Option<String>) {
    if let Some(agent) = consult.agent() {
        return (PartyKind::Agent, agent.name.clone(), None);
    }
    match consult.to() {
        To::Agent(id) => {
            let name = tenant.agent(id.as_str()).map(|agent| agent.name.clone());
            (PartyKind::Agent, name.unwrap_or_else(|| id.to_string()), None)
        }
        To::Queue(id) => {
            let name = tenant.queue(id.as_str()).map(|queue| queue.name.clone());
            (PartyKind::Queue, name.unwrap_or_else(|| id.to_string()), None)
        }
        To::EntryPoint(id) => {
            let name = tenant.entry_point(id.as_str()).map(|point| point.name.clone());
            (PartyKind::Queue, name.unwrap_or_else(|| id.to_string()), None)
        }
        To::Number { number, .. } => (PartyKind::Number, number.clone(), Some(number.clone())),
    }
}

fn destination(to: Destination) -> To {
    match to {
        Destination::Agent { id } => To::Agent(AgentId::new(id)),
        Destination::Queue { id } => To::Queue(QueueId::new(id)),
        Destination::EntryPoint { id } => To::EntryPoint(EntryPointId::new(id)),
        Destination::Number { number } => To::Number { number, caller_id: None },
    }
}

fn refusal(refusal: ActRefusal) -> Refusal {
    match refusal {
        ActRefusal::NoConversation | ActRefusal::NotYours => Refusal::NotYours,
        ActRefusal::UnknownTarget => Refusal::Unreachable(Reason::UnknownTarget),
        ActRefusal::Yourself => Refusal::Unreachable(Reason::Yourself),
        ActRefusal::NoNumber => Refusal::Unreachable(Reason::EntryPointHasNoNumber),
        ActRefusal::WrongNumber => {
            Refusal::Invalid { field: "number".to_owned(), problem: Reason::WrongNumber }
        }
        ActRefusal::OnHold => Refusal::NotNow(Reason::OnHoldAlready),
        ActRefusal::NotOnHold => Refusal::NotNow(Reason::NobodyOnHold),
        ActRefusal::ConsultGoesOn => Refusal::NotNow(Reason::ConsultGoesOn),
        ActRefusal::NoConsult => Refusal::NotNow(Reason::NobodyConsulted),
        ActRefusal::NotAnswered => Refusal::NotNow(Reason::ConsultNotAnswered),
        ActRefusal::ConferenceFull => Refusal::NotNow(Reason::ConferenceFull),
        ActRefusal::NoConference => Refusal::NotNow(Reason::NoConference),
        ActRefusal::NotRecorded => Refusal::NotNow(Reason::NotRecorded),
        ActRefusal::MayNotPause => Refusal::NotNow(Reason::MayNotPause),
        ActRefusal::TooOften => Refusal::NotNow(Reason::TooOften),
    }
}
