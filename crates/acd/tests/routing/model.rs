//! Routing done the slow and obvious way: every decision looks at everything (D29).
//!
//! It shares no code with the crate and keeps no order: who is next is found by comparing all.

use std::collections::BTreeMap;

use trunkline_acd::{AgentChoice, AgentState, GroupStep, Input};
use trunkline_model::routing::{SkillCondition, SkillRequirement};
use trunkline_model::tenant::routing::{RoutingType, SkillValue};
use trunkline_model::tenant::{Agent, Queue, Tenant};

/// What the model thinks of an agent.
#[derive(Clone, Debug)]
pub(crate) struct ModelAgent {
    pub(crate) doing: Doing,
    pending: Option<Pending>,
    team: String,
}

/// A place among the Available: since when, and the how-manieth it was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Since {
    ms: i64,
    order: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum Doing {
    Out,
    Idle(String),
    Available(Since),
    Ringing { contact: String, since: Since, until_ms: i64 },
    Talking(String),
    Wrapping { contact: String, until_ms: Option<i64> },
    Rona,
}

#[derive(Clone, Debug)]
enum Pending {
    Available,
    Idle(String),
    Leave,
}

/// What the model thinks of a contact.
#[derive(Clone, Debug)]
pub(crate) struct ModelContact {
    pub(crate) queue: usize,
    priority: u8,
    first_ms: i64,
    entered_ms: i64,
    /// A group that it had reached, and when.
    group: usize,
    group_since_ms: i64,
    skills: Vec<SkillRequirement>,
    pub(crate) with: With,
    returns: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum With {
    Queue,
    Ringing(usize),
    Talking(usize),
}

/// The model of a domain.
pub(crate) struct Model {
    tenant: Tenant,
    pub(crate) agents: Vec<ModelAgent>,
    pub(crate) contacts: BTreeMap<String, ModelContact>,
    now_ms: i64,
    order: u64,
    /// (contact, agent) of the offers that the last step made, in their order.
    pub(crate) offers: Vec<(String, String)>,
    pub(crate) timed_out: Vec<String>,
}

impl Model {
    pub(crate) fn new(tenant: &Tenant) -> Self {
        let out = ModelAgent { doing: Doing::Out, pending: None, team: String::new() };
        Self {
            agents: vec![out; tenant.agents.len()],
            tenant: tenant.clone(),
            contacts: BTreeMap::new(),
            now_ms: 0,
            order: 0,
            offers: Vec::new(),
            timed_out: Vec::new(),
        }
    }

    /// Handles one input; whether it fits the state.
    pub(crate) fn step(&mut self, now_ms: i64, input: &Input) -> bool {
        self.now_ms = now_ms;
        self.offers.clear();
        self.timed_out.clear();
        self.time_passes();
        let fits = self.apply(input).is_some();
        self.time_passes();
        while let Some((contact, agent)) = self.best_pair() {
            self.offer(contact, agent);
        }
        fits
    }

    /// The first contact that anybody can take, with the longest Available who can.
    fn best_pair(&self) -> Option<(String, usize)> {
        let available = |it: &usize| matches!(self.agents[*it].doing, Doing::Available(_));
        let pairs = (0..self.agents.len()).filter(available).flat_map(|agent| {
            let takes = self.contacts.keys().filter(move |id| self.may_take(agent, id));
            takes.map(move |id| (id, agent))
        });
        let best = pairs.min_by_key(|(id, agent)| (self.rank(id), self.available_order(*agent)));
        best.map(|(id, agent)| (id.clone(), agent))
    }

    pub(crate) fn rank<'a>(&self, id: &'a str) -> (u8, i64, &'a str) {
        let contact = &self.contacts[id];
        (contact.priority, contact.first_ms, id)
    }

    fn available_order(&self, agent: usize) -> (i64, u64) {
        match self.agents[agent].doing {
            Doing::Available(since) => (since.ms, since.order),
            _ => (i64::MAX, u64::MAX),
        }
    }

    /// Whether this agent is Available and this contact waits, and they fit each other.
    pub(crate) fn may_take(&self, agent: usize, id: &str) -> bool {
        let contact = &self.contacts[id];
        let Doing::Available(_) = self.agents[agent].doing else { return false };
        contact.with == With::Queue && self.fits(agent, contact)
    }

    fn fits(&self, agent: usize, contact: &ModelContact) -> bool {
        let queue = &self.tenant.queues[contact.queue];
        let (group, _) = self.group_now(contact);
        let team = &self.agents[agent].team;
        let served = queue.groups.is_empty()
            || queue.groups[..=group].iter().any(|group| group.teams.contains(team));
        let skilled = queue.routing == RoutingType::LongestAvailableAgent
            || contact.skills.iter().all(|wanted| has(&self.tenant.agents[agent], wanted));
        served && skilled
    }

    pub(crate) fn group_now(&self, contact: &ModelContact) -> (usize, i64) {
        let groups = &self.tenant.queues[contact.queue].groups;
        let (mut group, mut since_ms) = (contact.group, contact.group_since_ms);
        while group + 1 < groups.len() {
            let next_ms = since_ms + i64::from(groups[group].duration_s) * 1_000;
            if next_ms > self.now_ms {
                break;
            }
            (group, since_ms) = (group + 1, next_ms);
        }
        (group, since_ms)
    }

    fn offer(&mut self, id: String, agent: usize) {
        let Doing::Available(since) = self.agents[agent].doing else { return };
        let until_ms = self.now_ms + i64::from(self.tenant.routing.ring_timeout_s) * 1_000;
        self.contacts.get_mut(&id).unwrap().with = With::Ringing(agent);
        self.offers.push((id.clone(), self.tenant.agents[agent].id.to_string()));
        self.agents[agent].doing = Doing::Ringing { contact: id, since, until_ms };
    }

    /// All that is due by now, the earliest first.
    fn time_passes(&mut self) {
        loop {
            let due = (0..self.agents.len()).filter_map(|agent| {
                let at_ms = match self.agents[agent].doing {
                    Doing::Ringing { until_ms, .. } => Some(until_ms),
                    Doing::Wrapping { until_ms, .. } => until_ms,
                    _ => None,
                };
                at_ms.filter(|at_ms| *at_ms <= self.now_ms).map(|at_ms| (at_ms, agent))
            });
            let Some((_, agent)) = due.min() else { break };
            match self.agents[agent].doing.clone() {
                Doing::Ringing { contact, .. } => {
                    self.back_to_queue(&contact);
                    self.agents[agent].pending = None;
                    self.agents[agent].doing = Doing::Rona;
                }
                _ => self.free(agent),
            }
        }
        let late = self.contacts.iter().filter(|(_, contact)| {
            let limit_s = self.tenant.queues[contact.queue].max_time_in_queue_s;
            contact.with == With::Queue
                && contact.entered_ms + i64::from(limit_s) * 1_000 <= self.now_ms
        });
        let late: Vec<String> = late.map(|(id, _)| id.clone()).collect();
        for id in late {
            self.contacts.remove(&id);
            self.timed_out.push(id);
        }
    }

    fn back_to_queue(&mut self, id: &str) {
        self.contacts.get_mut(id).unwrap().with = With::Queue;
    }

    fn make_available(&mut self, agent: usize) {
        self.order += 1;
        self.agents[agent].doing = Doing::Available(Since { ms: self.now_ms, order: self.order });
    }

    fn free(&mut self, agent: usize) {
        match self.agents[agent].pending.take() {
            Some(Pending::Leave) => self.agents[agent].doing = Doing::Out,
            Some(Pending::Idle(code)) => self.agents[agent].doing = Doing::Idle(code),
            Some(Pending::Available) | None => self.make_available(agent),
        }
    }

    fn find(&self, agent: &str) -> Option<usize> {
        self.tenant.agents.iter().position(|it| it.id.as_str() == agent)
    }

    fn talking(&self, agent: &str, contact: &str) -> Option<usize> {
        let agent = self.find(agent)?;
        (self.contacts.get(contact)?.with == With::Talking(agent)).then_some(agent)
    }

    fn ringing(&self, agent: &str, contact: &str) -> Option<usize> {
        let agent = self.find(agent)?;
        (self.contacts.get(contact)?.with == With::Ringing(agent)).then_some(agent)
    }

    /// None when the input does not fit.
    fn apply(&mut self, input: &Input) -> Option<()> {
        match input {
            Input::Tick => {}
            Input::SignIn { agent, team, .. } => {
                let agent = self.find(agent.as_str())?;
                let team = team.as_ref().map(|it| it.as_str().to_owned());
                return self.sign_in(agent, team);
            }
            Input::SignOut { agent } => {
                let agent = self.find(agent.as_str())?;
                return self.sign_out(agent);
            }
            Input::SetState { agent, state } => {
                let agent = self.find(agent.as_str())?;
                return self.choose(agent, state);
            }
            Input::Enqueue { .. } => return self.enqueue(input),
            Input::SetPriority { contact, priority } => {
                self.queued(contact.as_str())?.priority = priority.get();
            }
            Input::SetSkills { contact, skills } => {
                self.queued(contact.as_str())?.skills = skills.clone();
            }
            Input::Escalate { contact, to } => {
                let (group, _) = self.group_now(self.contacts.get(contact.as_str())?);
                let now_ms = self.now_ms;
                let queue = self.contacts[contact.as_str()].queue;
                let last = self.tenant.queues[queue].groups.len().saturating_sub(1);
                let contact = self.queued(contact.as_str())?;
                contact.group = if *to == GroupStep::Last { last } else { last.min(group + 1) };
                contact.group_since_ms = now_ms;
            }
            Input::Withdraw { contact } | Input::ContactEnded { contact } => {
                return self.leave(contact.as_str());
            }
            Input::Answer { agent, contact } => {
                let at = self.ringing(agent.as_str(), contact.as_str())?;
                let reached = self.group_now(&self.contacts[contact.as_str()]);
                let answered = self.contacts.get_mut(contact.as_str())?;
                (answered.group, answered.group_since_ms) = reached;
                answered.with = With::Talking(at);
                self.agents[at].doing = Doing::Talking(contact.to_string());
            }
            Input::Decline { agent, contact } => {
                let agent = self.ringing(agent.as_str(), contact.as_str())?;
                self.back_to_queue(contact.as_str());
                self.agents[agent].pending = None;
                self.agents[agent].doing = Doing::Rona;
            }
            Input::LoseOffer { agent, contact } => {
                let agent = self.ringing(agent.as_str(), contact.as_str())?;
                self.back_to_queue(contact.as_str());
                self.agents[agent].pending = None;
                self.agents[agent].doing = Doing::Idle("Lost connection".into());
            }
            Input::LoseAgent { agent, contact } => {
                let agent = self.talking(agent.as_str(), contact.as_str())?;
                self.lose(agent, contact.as_str());
            }
            Input::HangUp { agent, contact } => {
                let agent = self.talking(agent.as_str(), contact.as_str())?;
                self.contacts.remove(contact.as_str());
                self.wrap(agent, contact.as_str());
            }
            Input::WrapUp { agent, contact, .. } => {
                let agent = self.find(agent.as_str())?;
                match &self.agents[agent].doing {
                    Doing::Wrapping { contact: it, .. } if it == contact.as_str() => {}
                    _ => return None,
                }
                self.free(agent);
            }
        }
        Some(())
    }

    fn queued(&mut self, id: &str) -> Option<&mut ModelContact> {
        self.contacts.get_mut(id).filter(|it| !matches!(it.with, With::Talking(_)))
    }

    fn sign_in(&mut self, agent: usize, team: Option<String>) -> Option<()> {
        let may = &self.tenant.agents[agent].teams;
        let out = matches!(self.agents[agent].doing, Doing::Out);
        let now = Some(self.agents[agent].team.clone()).filter(|_| !out);
        let team = team.or(now).or_else(|| may.first().cloned()).filter(|it| may.contains(it))?;
        let moves = !out && team != self.agents[agent].team;
        if moves && self.busy(agent) {
            return None;
        }
        self.agents[agent].team = team;
        if let Some(Pending::Leave) = self.agents[agent].pending {
            self.agents[agent].pending = None;
        }
        if out || moves {
            self.agents[agent].doing = Doing::Idle("Signed in".into());
        }
        Some(())
    }

    fn busy(&self, agent: usize) -> bool {
        use Doing::{Ringing, Talking, Wrapping};
        matches!(self.agents[agent].doing, Ringing { .. } | Talking(_) | Wrapping { .. })
    }

    fn sign_out(&mut self, agent: usize) -> Option<()> {
        match self.agents[agent].doing.clone() {
            Doing::Out => return None,
            Doing::Talking(_) => {
                self.agents[agent].pending = Some(Pending::Leave);
                return Some(());
            }
            Doing::Ringing { contact, .. } => self.back_to_queue(&contact),
            Doing::Idle(_) | Doing::Available(_) | Doing::Wrapping { .. } | Doing::Rona => {}
        }
        self.agents[agent].pending = None;
        self.agents[agent].doing = Doing::Out;
        Some(())
    }

    fn choose(&mut self, agent: usize, choice: &AgentChoice) -> Option<()> {
        let leaving = matches!(self.agents[agent].pending, Some(Pending::Leave));
        if leaving || matches!(self.agents[agent].doing, Doing::Out) {
            return None;
        }
        let busy = self.busy(agent);
        match choice {
            AgentChoice::Available if busy => self.agents[agent].pending = Some(Pending::Available),
            AgentChoice::Idle { code } if busy => {
                self.agents[agent].pending = Some(Pending::Idle(code.clone()));
            }
            AgentChoice::Available => {
                if !matches!(self.agents[agent].doing, Doing::Available(_)) {
                    self.make_available(agent);
                }
            }
            AgentChoice::Idle { code } => self.agents[agent].doing = Doing::Idle(code.clone()),
        }
        Some(())
    }

    fn enqueue(&mut self, input: &Input) -> Option<()> {
        let Input::Enqueue {
            contact: id,
            queue,
            priority,
            skills,
            first_enqueued_ms,
            check_availability,
        } = input
        else {
            return None;
        };
        let queue = self.tenant.queues.iter().position(|it| it.id == *queue)?;
        if let Some(present) = self.contacts.get(id.as_str()) {
            match present.with {
                With::Talking(_) => return None,
                With::Ringing(_) | With::Queue => self.leave(id.as_str())?,
            }
        }
        let mut contact = ModelContact {
            queue,
            priority: priority.get(),
            first_ms: first_enqueued_ms.unwrap_or(self.now_ms).min(self.now_ms),
            entered_ms: self.now_ms,
            group: 0,
            group_since_ms: self.now_ms,
            skills: skills.clone(),
            with: With::Queue,
            returns: 0,
        };
        let groups = self.tenant.queues[queue].groups.len();
        while *check_availability && contact.group + 1 < groups {
            let nobody = (0..self.agents.len()).all(|agent| {
                !matches!(self.agents[agent].doing, Doing::Available(_))
                    || !self.fits(agent, &contact)
            });
            if !nobody {
                break;
            }
            contact.group += 1;
        }
        self.contacts.insert(id.to_string(), contact);
        Some(())
    }

    /// The contact leaves the domain.
    fn leave(&mut self, id: &str) -> Option<()> {
        let contact = self.contacts.remove(id)?;
        match contact.with {
            With::Queue => {}
            With::Talking(agent) => self.wrap(agent, id),
            With::Ringing(agent) => {
                let Doing::Ringing { since, .. } = self.agents[agent].doing else { return None };
                self.agents[agent].doing = match self.agents[agent].pending.take() {
                    Some(Pending::Idle(code)) => Doing::Idle(code),
                    _ => Doing::Available(since),
                };
            }
        }
        Some(())
    }

    fn wrap(&mut self, agent: usize, id: &str) {
        let after_s = self.tenant.routing.auto_wrap_up_s;
        let until_ms = (after_s > 0).then(|| self.now_ms + i64::from(after_s) * 1_000);
        self.agents[agent].doing = Doing::Wrapping { contact: id.to_owned(), until_ms };
        if let Some(Pending::Leave) = self.agents[agent].pending {
            self.free(agent);
        }
    }

    fn lose(&mut self, agent: usize, id: &str) {
        let now_ms = self.now_ms;
        let contact = self.contacts.get_mut(id).unwrap();
        contact.returns += 1;
        if contact.returns > 2 {
            self.contacts.remove(id);
        } else {
            contact.with = With::Queue;
            contact.entered_ms = now_ms;
            contact.group_since_ms = now_ms;
        }
        self.agents[agent].doing = match self.agents[agent].pending.take() {
            Some(Pending::Leave) => Doing::Out,
            _ => Doing::Idle("Lost connection".into()),
        };
    }

    /// The queue of a model's contact.
    pub(crate) fn queue(&self, at: usize) -> &Queue {
        &self.tenant.queues[at]
    }

    /// The state that the crate should show.
    pub(crate) fn shown(&self, agent: usize) -> AgentState {
        let contact = |id: &String| id.as_str().into();
        match &self.agents[agent].doing {
            Doing::Out => AgentState::SignedOut,
            Doing::Idle(code) => AgentState::Idle { code: code.clone() },
            Doing::Available(since) => AgentState::Available { since_ms: since.ms },
            Doing::Ringing { contact: id, .. } => AgentState::Reserved { contact: contact(id) },
            Doing::Talking(id) => AgentState::Engaged { contact: contact(id) },
            Doing::Wrapping { contact: id, .. } => AgentState::WrapUp { contact: contact(id) },
            Doing::Rona => AgentState::Rona,
        }
    }
}

/// Whether an agent meets a requirement of the two skills that the simulation uses.
fn has(agent: &Agent, wanted: &SkillRequirement) -> bool {
    match (agent.skills.get(&wanted.skill), wanted.condition) {
        (Some(SkillValue::Proficiency(level)), SkillCondition::AtLeast) => {
            i64::from(*level) >= wanted.value.parse::<i64>().unwrap()
        }
        (Some(SkillValue::Proficiency(level)), SkillCondition::AtMost) => {
            i64::from(*level) <= wanted.value.parse::<i64>().unwrap()
        }
        (Some(SkillValue::Boolean(flag)), SkillCondition::Is) => flag.to_string() == wanted.value,
        (Some(SkillValue::Boolean(flag)), SkillCondition::IsNot) => {
            flag.to_string() != wanted.value
        }
        (None, _) => false,
        other => panic!("the simulation makes no such requirement: {other:?}"),
    }
}
