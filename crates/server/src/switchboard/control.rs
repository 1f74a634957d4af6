//! An operator's questions and orders.

use trunkline_acd::{AgentChoice, AgentState, Input as Routing};
use trunkline_contact::Contact;
use trunkline_exchange::Input;
use trunkline_model::ContactId;
use trunkline_model::tenant::{Agent, Queue};

use super::{Admission, Switchboard};
use crate::ops::{AgentLine, AgentMode, AgentSetting, Ask, ContactLine, QueueLine, Status};

impl Switchboard {
    pub(super) fn asked(&mut self, ask: Ask) {
        // Whoever asked and does not wait any more wants no answer.
        match ask {
            Ask::Status(reply) => drop(reply.send(self.status())),
            Ask::Contacts(most, reply) => drop(reply.send(self.contact_lines(most))),
            Ask::Queues(reply) => {
                let queues = &self.exchange.site().tenant.queues;
                drop(reply.send(queues.iter().map(|queue| self.queue_line(queue)).collect()));
            }
            Ask::Agents(reply) => {
                let agents = &self.exchange.site().tenant.agents;
                drop(reply.send(agents.iter().map(|agent| self.agent_line(agent)).collect()));
            }
            Ask::SetAgent { agent, setting, reply } => {
                drop(reply.send(self.set_agent(&agent, setting)));
            }
            Ask::HangUp { contact, reply } => drop(reply.send(self.hang_up(&contact))),
            Ask::Drain => self.drain(),
            // It comes as an event of its own, when all is made that takes long.
            Ask::Reload(_, reply) => drop(reply),
        }
    }

    fn drain(&mut self) {
        if self.admission == Admission::Open {
            self.admission = Admission::Draining;
        }
        self.io.endpoint.drain();
    }

    fn status(&self) -> Status {
        let agents = self.exchange.site().tenant.agents.iter();
        let signed_in = agents.filter(|agent| {
            let state = self.exchange.routing().agent_state(&agent.id);
            state.is_some_and(|state| state != AgentState::SignedOut)
        });
        let lines = self.legs.lines();
        let count = |is: fn(&super::legs::Line) -> bool| {
            lines.clone().filter(|(_, line)| is(line)).count() as u64
        };
        let queues = self.exchange.site().tenant.queues.iter();
        Status {
            contacts: self.exchange.len() as u64,
            calls: count(|line| line.caller.is_some()),
            queued: queues.map(|queue| self.exchange.routing().waiting(&queue.id) as u64).sum(),
            connected: count(|line| line.agent.is_some()),
            agents: signed_in.count() as u64,
            draining: self.admission == Admission::Draining,
        }
    }

    fn contact_lines(&self, most: usize) -> Vec<ContactLine> {
        let mut contacts: Vec<&Contact> = self.exchange.contacts().collect();
        // Ids are UUIDv7 and so in the order of arrival.
        contacts.sort_by(|a, b| a.id().cmp(b.id()));
        contacts.into_iter().take(most).map(|contact| self.contact_line(contact)).collect()
    }

    fn contact_line(&self, contact: &Contact) -> ContactLine {
        let tenant = &self.exchange.site().tenant;
        let (id, arrival) = (contact.id(), contact.arrival());
        let line = self.legs.line(id);
        let queue = line.and_then(|line| line.queue.clone());
        let rings = line.is_some_and(|line| !line.ringing.is_empty());
        let state = match contact {
            it if !it.is_caller_there() => "after_call",
            it if it.is_talking() => "connected",
            _ if rings => "ringing",
            _ if queue.is_some() => "queued",
            _ => "flow",
        };
        let point = tenant.entry_point(arrival.entry_point.as_str());
        let agent = contact.agent().filter(|_| contact.is_talking());
        ContactLine {
            contact: id.to_string(),
            entry_point: point.map(|point| point.name.clone()).unwrap_or_default(),
            ani: arrival.ani(tenant),
            dnis: arrival.dnis(tenant),
            state: state.to_owned(),
            queue: queue.map(|queue| queue.to_string()),
            agent: agent.map(|agent| agent.name.clone()),
            age_s: u64::try_from((self.now_ms - arrival.at_ms) / 1_000).unwrap_or(0),
        }
    }

    fn queue_line(&self, queue: &Queue) -> QueueLine {
        let routing = self.exchange.routing();
        let figures = routing.figures(self.now_ms, &queue.id, None);
        QueueLine {
            queue: queue.name.clone(),
            waiting: routing.waiting(&queue.id) as u64,
            longest_wait_ms: figures.as_ref().map_or(0, |it| it.oldest_call_ms),
            available_agents: figures.map_or(0, |it| u64::from(it.available_agents_all)),
        }
    }

    fn agent_line(&self, agent: &Agent) -> AgentLine {
        let state = self.exchange.routing().agent_state(&agent.id);
        let state = state.unwrap_or(AgentState::SignedOut);
        let (mode, idle_code, contact) = match state {
            AgentState::SignedOut => (AgentMode::SignedOut, None, None),
            AgentState::Idle { code } => (AgentMode::Idle, Some(code), None),
            AgentState::Available { .. } => (AgentMode::Available, None, None),
            AgentState::Reserved { contact } => (AgentMode::Reserved, None, Some(contact)),
            AgentState::Engaged { contact } => (AgentMode::Engaged, None, Some(contact)),
            AgentState::WrapUp { contact } => (AgentMode::WrapUp, None, Some(contact)),
            AgentState::Rona => (AgentMode::Idle, Some("RONA".to_owned()), None),
        };
        let phone = self.devices.phone_of(&agent.id);
        AgentLine {
            agent: agent.id.clone(),
            name: agent.name.clone(),
            state: mode,
            idle_code,
            contact: contact.map(|contact| contact.to_string()),
            registered: phone.is_some_and(|user| !self.io.endpoint.bindings(user).is_empty()),
            phone: phone.map(str::to_owned),
        }
    }

    fn set_agent(&mut self, name: &str, setting: AgentSetting) -> Result<AgentLine, String> {
        let site = self.exchange.site().clone();
        let agents = &site.tenant.agents;
        let by_id = agents.iter().find(|agent| agent.id.as_str() == name);
        let agent = by_id.or_else(|| agents.iter().find(|agent| agent.name == name));
        let agent = agent.ok_or_else(|| format!("the tenant has no agent {name:?}"))?;
        match self.exchange.routing().agent_state(&agent.id) {
            Some(AgentState::SignedOut) => self.sign_in(agent.id.clone()),
            // As `*1` and `*0`: who chooses a state has wrapped up.
            Some(AgentState::WrapUp { contact }) => self.end_wrap_up(&agent.id, &contact),
            _ => {}
        }
        let state = match setting {
            AgentSetting::Available => AgentChoice::Available,
            AgentSetting::Idle(code) => AgentChoice::Idle { code },
        };
        self.exchange(Input::Routing(Routing::SetState { agent: agent.id.clone(), state }));
        Ok(self.agent_line(agent))
    }

    fn hang_up(&mut self, contact: &ContactId) -> Result<(), String> {
        let caller = self.legs.caller_mut(contact);
        let caller = caller.ok_or_else(|| format!("there is no call of contact {contact}"))?;
        caller.end(480);
        Ok(())
    }
}
