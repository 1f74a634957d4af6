//! An agent: the state machine and the way from one state to another.

use std::sync::Arc;

use trunkline_model::ContactId;
use trunkline_model::routing::AgentDetails;

use crate::direct::Before;
use crate::faults::{self, Fault};
use crate::input::AgentChoice;
use crate::output::{AgentState, Output};
use crate::pools::Turn;
use crate::routing::Routing;
use crate::timers::Timer;

/// One agent's changing part.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub(crate) state: State,
    /// What happens when the agent is free again.
    pub(crate) pending: Option<Pending>,
    pub(crate) session_id: String,
    /// The pool of the team that the agent is signed in to.
    pub(crate) pool: usize,
    /// When the agent came into the state; for Available, as the turn says.
    pub(crate) since_ms: i64,
    /// How often the present wrap-up was extended.
    pub(crate) extensions: u8,
    /// The agent as offers of this queue show it, for this session.
    pub(crate) details: Option<(usize, Arc<AgentDetails>)>,
}

/// What an agent is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    SignedOut,
    Idle {
        code: String,
    },
    Available {
        turn: Turn,
    },
    /// Offered a contact; `turn` is the place that the agent gets back if the contact leaves.
    Reserved {
        contact: usize,
        turn: Turn,
        until_ms: i64,
    },
    Engaged {
        contact: usize,
    },
    /// Asked by name for a contact that is in no queue; see the module `direct`.
    Asked {
        contact: ContactId,
        before: Before,
        until_ms: i64,
    },
    /// In a conversation that came from no queue, and in which state before, if Idle.
    Direct {
        contact: ContactId,
        idle: Option<String>,
    },
    WrapUp {
        contact: ContactId,
        until_ms: Option<i64>,
    },
    Rona,
}

/// What was asked of an agent who is with a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pending {
    Choice(AgentChoice),
    SignOut,
}

impl Agent {
    pub(crate) fn new() -> Self {
        let (session_id, state) = (String::new(), State::SignedOut);
        Self {
            state,
            pending: None,
            session_id,
            pool: 0,
            since_ms: 0,
            extensions: 0,
            details: None,
        }
    }

    /// Whether a contact keeps the agent from changing state at once.
    pub(crate) fn is_busy(&self) -> bool {
        match self.state {
            State::Reserved { .. }
            | State::Engaged { .. }
            | State::Asked { .. }
            | State::Direct { .. }
            | State::WrapUp { .. } => true,
            State::SignedOut | State::Idle { .. } | State::Available { .. } | State::Rona => false,
        }
    }

    /// Whether the agent has left, or does so after the conversation.
    pub(crate) fn is_leaving(&self) -> bool {
        self.state == State::SignedOut || self.pending == Some(Pending::SignOut)
    }
}

impl Routing {
    /// The one way into a state: keeps the pools and timers in step and tells the outside.
    pub(crate) fn enter(&mut self, agent: usize, state: State) {
        let old = std::mem::replace(&mut self.agents[agent].state, state);
        self.leave(agent, &old);
        self.agents[agent].since_ms = self.now_ms;
        let pool = self.agents[agent].pool;
        let team = self.plan.pools[pool].team;
        match &self.agents[agent].state {
            State::SignedOut => {
                self.pools.sign_out(team);
                self.departed.push(agent);
            }
            State::Available { turn } => {
                let plan = &self.plan.agents[agent];
                if plan.takes_voice {
                    self.pools.insert(pool, team, *turn, agent, &plan.rosters);
                }
                self.fresh_agents.push(agent);
            }
            State::Reserved { until_ms, .. } | State::Asked { until_ms, .. } => {
                self.timers.start(*until_ms, Timer::Ring(agent));
            }
            State::WrapUp { until_ms: Some(until_ms), .. } => {
                self.timers.start(*until_ms, Timer::WrapUp(agent));
            }
            State::WrapUp { until_ms: None, .. }
            | State::Idle { .. }
            | State::Engaged { .. }
            | State::Direct { .. }
            | State::Rona => {}
        }
        self.report_state(agent);
    }

    fn leave(&mut self, agent: usize, old: &State) {
        let pool = self.agents[agent].pool;
        let team = self.plan.pools[pool].team;
        match old {
            State::SignedOut => self.pools.sign_in(team),
            State::Available { turn } => {
                let plan = &self.plan.agents[agent];
                if plan.takes_voice {
                    self.pools.remove(pool, team, *turn, agent, &plan.rosters);
                }
            }
            State::Reserved { until_ms, .. } | State::Asked { until_ms, .. } => {
                self.timers.stop(*until_ms, Timer::Ring(agent));
            }
            State::WrapUp { until_ms: Some(until_ms), .. } => {
                self.timers.stop(*until_ms, Timer::WrapUp(agent));
            }
            State::WrapUp { until_ms: None, .. }
            | State::Idle { .. }
            | State::Engaged { .. }
            | State::Direct { .. }
            | State::Rona => {}
        }
    }

    /// Goes to the last place of the Available.
    pub(crate) fn enter_available(&mut self, agent: usize) {
        let turn = self.pools.next_turn(self.now_ms);
        self.enter(agent, State::Available { turn });
    }

    /// After wrap-up: what the agent asked for meanwhile, else Available.
    pub(crate) fn enter_free(&mut self, agent: usize) {
        let pending = self.agents[agent].pending.take();
        match pending.filter(|_| !faults::has(Fault::PendingForgotten)) {
            Some(Pending::SignOut) => self.enter(agent, State::SignedOut),
            Some(Pending::Choice(AgentChoice::Idle { code })) => {
                self.enter(agent, State::Idle { code });
            }
            Some(Pending::Choice(AgentChoice::Available)) | None => self.enter_available(agent),
        }
    }

    pub(crate) fn report_state(&mut self, agent: usize) {
        let state = self.shown_state(agent);
        let agent = self.plan.agents[agent].id.clone();
        self.outputs.push_back(Output::AgentState { agent, state });
    }

    pub(crate) fn shown_state(&self, agent: usize) -> AgentState {
        let id = |slot: usize| self.contacts.at(slot).id.clone();
        match &self.agents[agent].state {
            State::SignedOut => AgentState::SignedOut,
            State::Idle { code } => AgentState::Idle { code: code.clone() },
            State::Available { turn } => AgentState::Available { since_ms: turn.since_ms },
            State::Reserved { contact, .. } => AgentState::Reserved { contact: id(*contact) },
            State::Engaged { contact } => AgentState::Engaged { contact: id(*contact) },
            State::Asked { contact, .. } => AgentState::Reserved { contact: contact.clone() },
            State::Direct { contact, .. } => AgentState::Engaged { contact: contact.clone() },
            State::WrapUp { contact, .. } => AgentState::WrapUp { contact: contact.clone() },
            State::Rona => AgentState::Rona,
        }
    }

    /// The agent as an offer from this queue shows it.
    pub(crate) fn details(&mut self, agent: usize, queue: usize) -> Arc<AgentDetails> {
        if let Some((cached_for, details)) = &self.agents[agent].details
            && *cached_for == queue
        {
            return Arc::clone(details);
        }
        let (plan, state) = (&self.plan.agents[agent], &self.agents[agent]);
        let team = &self.plan.teams[self.plan.pools[state.pool].team];
        let details = Arc::new(AgentDetails {
            id: plan.id.clone(),
            name: plan.name.clone(),
            email: plan.email.clone(),
            session_id: state.session_id.clone(),
            team_id: team.id.clone(),
            team_name: team.name.clone(),
            queue_id: self.plan.queues[queue].id.clone(),
            queue_name: self.plan.queues[queue].name.clone(),
        });
        self.agents[agent].details = Some((queue, Arc::clone(&details)));
        details
    }
}
