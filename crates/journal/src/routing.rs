//! A routing domain's stream: who sits where, and what the domain told contacts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use trunkline_acd::{self as acd, AgentChoice, AgentState};
use trunkline_contact as contact;
use trunkline_exchange::{MessageId, RoutingRecord, Sender, message_to_contact};
use trunkline_model::tenant::routing::SkillValue;
use trunkline_model::{AgentId, ContactId, TeamId};

/// Prefix of the streams of routing domains.
pub(crate) const ROUTING: &str = "routing.";

/// The idle code of an agent who had not answered when the program ended.
const NOT_ANSWERED: &str = "RONA";

/// An agent who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Who.
    pub agent: AgentId,
    /// The desktop session.
    pub session_id: String,
    /// The team that was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// Whether an operator moved the agent there.
    #[serde(default)]
    pub is_moved: bool,
    /// The skills that an operator gave the agent, in place of the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skills: Option<BTreeMap<String, SkillValue>>,
    /// What the agent was doing.
    pub state: AgentState,
}

impl Seat {
    /// What to tell a new domain, so that the agent sits there again. The calls are gone: who was
    /// being rung is Available, who talked or wrapped up is Idle until they say otherwise.
    #[must_use]
    pub fn inputs(&self) -> Vec<acd::Input> {
        let agent = self.agent.clone();
        let skills = self.skills.clone().map(|skills| {
            let agent = agent.clone();
            acd::Input::SetAgentSkills { agent, skills }
        });
        // An operator may have moved them to a team that they cannot choose.
        let moved = self.team.clone().filter(|_| self.is_moved).map(|team| {
            let agent = agent.clone();
            acd::Input::SetAgentTeam { agent, team }
        });
        let sign_in = acd::Input::SignIn {
            agent: agent.clone(),
            session_id: self.session_id.clone(),
            team: self.team.clone(),
        };
        let idle = |code: &str| Some(AgentChoice::Idle { code: code.to_owned() });
        let choice = match &self.state {
            AgentState::SignedOut => return Vec::new(),
            AgentState::Available { .. } | AgentState::Reserved { .. } => {
                Some(AgentChoice::Available)
            }
            AgentState::Idle { code } if code == acd::SIGNED_IN => None,
            AgentState::Idle { code } => idle(code),
            AgentState::Engaged { .. } | AgentState::WrapUp { .. } => idle(acd::LOST_CONNECTION),
            AgentState::Rona => idle(NOT_ANSWERED),
        };
        let choice = choice.map(|state| acd::Input::SetState { agent, state });
        skills.into_iter().chain(moved).chain([sign_in]).chain(choice).collect()
    }

    /// Since when the agent is Available; the longest first.
    fn turn(&self) -> i64 {
        match &self.state {
            AgentState::Available { since_ms } => *since_ms,
            AgentState::Reserved { .. } => i64::MIN,
            AgentState::SignedOut
            | AgentState::Idle { .. }
            | AgentState::Engaged { .. }
            | AgentState::WrapUp { .. }
            | AgentState::Rona => i64::MAX,
        }
    }
}

/// The agents who are signed in, kept up by what the domain takes in and decides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seats {
    by_agent: BTreeMap<AgentId, Seat>,
}

impl Seats {
    pub(crate) fn of(seats: Vec<Seat>) -> Self {
        let by_agent = seats.into_iter().map(|seat| (seat.agent.clone(), seat)).collect();
        Self { by_agent }
    }

    pub(crate) fn take(&mut self, record: &RoutingRecord, outputs: &[acd::Output]) {
        for output in outputs {
            if let acd::Output::AgentState { agent, state } = output {
                self.entered(agent, state);
            }
        }
        let is_refused = |output: &acd::Output| matches!(output, acd::Output::Refused { .. });
        if let acd::Input::SignIn { agent, session_id, team } = &record.input
            && !outputs.iter().any(is_refused)
        {
            // One who is signed in already has a new session and keeps the state, of which
            // nothing is told then.
            let idle = || AgentState::Idle { code: acd::SIGNED_IN.to_owned() };
            let state = self.by_agent.get(agent).map_or_else(idle, |seat| seat.state.clone());
            let before = self.by_agent.get(agent).and_then(|seat| seat.team.clone());
            let team = team.clone().or(before);
            let skills = self.by_agent.get(agent).and_then(|seat| seat.skills.clone());
            let (id, session_id) = (agent.clone(), session_id.clone());
            let is_moved = self.by_agent.get(agent).is_some_and(|seat| seat.is_moved);
            let seat = Seat { agent: id, session_id, team, is_moved, skills, state };
            self.by_agent.insert(agent.clone(), seat);
        }
        if !outputs.iter().any(is_refused) {
            self.operated(&record.input);
        }
    }

    /// What an operator changed holds as long as the agent is signed in.
    fn operated(&mut self, input: &acd::Input) {
        if let acd::Input::SetAgentTeam { agent, team } = input
            && let Some(seat) = self.by_agent.get_mut(agent)
        {
            seat.team = Some(team.clone());
            seat.is_moved = true;
        }
        if let acd::Input::SetAgentSkills { agent, skills } = input
            && let Some(seat) = self.by_agent.get_mut(agent)
        {
            seat.skills = Some(skills.clone());
        }
    }

    fn entered(&mut self, agent: &AgentId, state: &AgentState) {
        if *state == AgentState::SignedOut {
            self.by_agent.remove(agent);
            return;
        }
        let seat = self.by_agent.entry(agent.clone()).or_insert_with(|| Seat {
            agent: agent.clone(),
            session_id: String::new(),
            team: None,
            is_moved: false,
            skills: None,
            state: state.clone(),
        });
        seat.state = state.clone();
    }

    /// By agent.
    pub(crate) fn list(&self) -> Vec<Seat> {
        self.by_agent.values().cloned().collect()
    }

    /// Those who are Available first, in the order of their turn.
    pub(crate) fn in_turn(&self) -> Vec<Seat> {
        let mut seats = self.list();
        seats.sort_by_key(Seat::turn);
        seats
    }
}

/// A message from the domain to a contact.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    pub(crate) input: contact::Input,
}

/// What the domain told contacts in a step, as the exchange tells them.
pub(crate) fn messages(
    record: &RoutingRecord,
    outputs: Vec<acd::Output>,
) -> impl Iterator<Item = (ContactId, Message)> {
    let number = record.number;
    outputs.into_iter().enumerate().filter_map(move |(place, output)| {
        let (contact, input) = message_to_contact(&output)?;
        let output = u32::try_from(place).unwrap_or(u32::MAX);
        let id = MessageId { sender: Sender::Routing, input: number, output };
        Some((contact, Message { id, input }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(state: AgentState) -> Seat {
        let agent = AgentId::new("ann");
        Seat {
            agent,
            session_id: "s1".to_owned(),
            team: None,
            is_moved: false,
            skills: None,
            state,
        }
    }

    #[test]
    fn agents_sit_down_again_as_their_calls_are_gone() {
        let contact = ContactId::new("c");
        let idle = |code: &str| Some(AgentChoice::Idle { code: code.to_owned() });
        let cases = [
            (AgentState::Idle { code: acd::SIGNED_IN.into() }, None),
            (AgentState::Idle { code: "Lunch".into() }, idle("Lunch")),
            (AgentState::Available { since_ms: 7 }, Some(AgentChoice::Available)),
            (AgentState::Reserved { contact: contact.clone() }, Some(AgentChoice::Available)),
            (AgentState::Engaged { contact: contact.clone() }, idle(acd::LOST_CONNECTION)),
            (AgentState::WrapUp { contact }, idle(acd::LOST_CONNECTION)),
            (AgentState::Rona, idle("RONA")),
        ];
        for (state, wanted) in cases {
            let inputs = seat(state.clone()).inputs();
            assert!(matches!(inputs[0], acd::Input::SignIn { .. }), "{state:?}");
            let agent = AgentId::new("ann");
            let wanted = wanted.map(|state| acd::Input::SetState { agent, state });
            assert_eq!(inputs.get(1), wanted.as_ref(), "{state:?}");
        }
        let (team, skills) = (TeamId::new("night"), BTreeMap::new());
        let moved = Seat {
            team: Some(team.clone()),
            is_moved: true,
            skills: Some(skills.clone()),
            ..seat(AgentState::Idle { code: acd::SIGNED_IN.into() })
        };
        let agent = AgentId::new("ann");
        assert_eq!(
            moved.inputs()[..2],
            [
                acd::Input::SetAgentSkills { agent: agent.clone(), skills },
                acd::Input::SetAgentTeam { agent, team },
            ]
        );
        assert!(seat(AgentState::SignedOut).inputs().is_empty());
    }
}
