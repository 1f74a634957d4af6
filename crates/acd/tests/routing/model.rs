//! Routing done the slow and obvious way: every decision looks at everything (D29).
//!
//! It shares no code with the crate and keeps no order: who is next is found by comparing all.

use std::collections::BTreeMap;

use trunkline_acd::{AgentChoice, AgentState, GroupStep, Input};
use trunkline_model::routing::{Relaxation, SkillCondition, SkillRequirement};
use trunkline_model::tenant::routing::{AgentSelection, RoutingType, SkillValue};
use trunkline_model::tenant::{Queue, Tenant};

/// What the model thinks of an agent.
#[derive(Clone, Debug)]
pub(crate) struct ModelAgent {
    pub(crate) doing: Doing,
    pending: Option<Pending>,
    team: String,
    teams: Vec<String>,
    skills: BTreeMap<String, SkillValue>,
    takes_voice: bool,
    extensions: u8,
    /// What decided whom the agent could take, when it was last looked at.
    looked_at: Option<(bool, u64, String, BTreeMap<String, SkillValue>)>,
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
    relaxations: Vec<Relaxation>,
    /// Since when the present requirements count.
    relaxed_since_ms: i64,
    /// The one agent whom it waits for, and the queue for it when they do not come.
    pub(crate) wish: Option<(usize, Option<usize>)>,
    pub(crate) with: With,
    returns: u32,
    /// What decided who could take it, when it was last looked at.
    looked_at: Option<(usize, u8, usize, usize, bool)>,
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
    /// Per queue: who was offered its last contact, as (team's place, agent's place).
    last: Vec<Option<(usize, usize)>>,
    /// Whether every pair of agents and contacts is looked at after every input, or only those of
    /// which one has changed.
    pub(crate) is_thorough: bool,
    /// Agents who have changed in the last step, where not every pair is looked at.
    pub(crate) changed: Vec<usize>,
    /// (contact, agent) of the offers that the last step made, in their order.
    pub(crate) offers: Vec<(String, String)>,
    pub(crate) timed_out: Vec<String>,
}

impl Model {
    pub(crate) fn new(tenant: &Tenant) -> Self {
        let agent = |agent: &trunkline_model::tenant::Agent| ModelAgent {
            doing: Doing::Out,
            pending: None,
            team: String::new(),
            teams: agent.teams.clone(),
            skills: agent.skills.clone(),
            takes_voice: agent.multimedia_profile.is_none(),
            extensions: 0,
            looked_at: None,
        };
        Self {
            agents: tenant.agents.iter().map(agent).collect(),
            last: vec![None; tenant.queues.len()],
            is_thorough: true,
            changed: Vec::new(),
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
        self.nobody_waits_for_the_gone();
        self.time_passes();
        let (agents, contacts) = self.look();
        while let Some(contact) = self.first_taken(&agents, &contacts) {
            let agent = self.chosen(&contact).unwrap();
            self.offer(contact, agent);
        }
        self.changed = agents;
        fits
    }

    /// The first contact that anybody can take.
    fn first_taken(&self, agents: &[usize], contacts: &[String]) -> Option<String> {
        let available = |it: &usize| matches!(self.agents[*it].doing, Doing::Available(_));
        let takes = |id: &String, agent: usize| self.may_take(agent, id);
        let all = || (0..self.agents.len()).filter(available);
        let taken: Vec<&String> = if self.is_thorough {
            self.contacts.keys().filter(|id| all().any(|agent| takes(id, agent))).collect()
        } else {
            let here: Vec<usize> = agents.iter().copied().filter(available).collect();
            let present = contacts.iter().filter(|id| self.contacts.contains_key(*id));
            let changed = present.filter(|id| all().any(|agent| takes(id, agent)));
            let others = self.contacts.keys();
            changed.chain(others.filter(|id| here.iter().any(|it| takes(id, *it)))).collect()
        };
        taken.into_iter().min_by_key(|id| self.rank(id)).cloned()
    }

    /// The agents and contacts that have changed since the last look, as far as it decides who can
    /// take what.
    fn look(&mut self) -> (Vec<usize>, Vec<String>) {
        if self.is_thorough {
            return (Vec::new(), Vec::new());
        }
        let mut agents = Vec::new();
        for at in 0..self.agents.len() {
            let (_, order) = self.available_order(at);
            let agent = &mut self.agents[at];
            let is_available = matches!(agent.doing, Doing::Available(_));
            let same = agent.looked_at.as_ref().is_some_and(|(was, turn, team, skills)| {
                (*was, *turn) == (is_available, order)
                    && *team == agent.team
                    && *skills == agent.skills
            });
            if !same {
                let (team, skills) = (agent.team.clone(), agent.skills.clone());
                agent.looked_at = Some((is_available, order, team, skills));
                agents.push(at);
            }
        }
        let ids: Vec<String> = self.contacts.keys().cloned().collect();
        let changed = ids.into_iter().filter(|id| {
            let contact = &self.contacts[id];
            let (group, _) = self.group_now(contact);
            let (left, _) = self.relaxations_now(contact);
            let waits = contact.with == With::Queue;
            let now = Some((contact.queue, contact.priority, group, left, waits));
            let contact = self.contacts.get_mut(id).unwrap();
            std::mem::replace(&mut contact.looked_at, now) != now
        });
        (agents, changed.collect())
    }

    /// Whether any waiting contact is eligible for any Available agent, all of them compared.
    pub(crate) fn any_pair(&self) -> Option<(String, usize)> {
        let available = |it: &usize| matches!(self.agents[*it].doing, Doing::Available(_));
        (0..self.agents.len()).filter(available).find_map(|agent| {
            let taken = self.contacts.keys().find(|id| self.may_take(agent, id));
            taken.map(|id| (id.clone(), agent))
        })
    }

    pub(crate) fn rank<'a>(&self, id: &'a str) -> (bool, u8, i64, &'a str) {
        let contact = &self.contacts[id];
        (contact.wish.is_none(), contact.priority, contact.first_ms, id)
    }

    /// The agent whom the contact's queue picks among those who may take it.
    fn chosen(&self, id: &str) -> Option<usize> {
        let contact = &self.contacts[id];
        let may = (0..self.agents.len()).filter(|agent| self.may_take(*agent, id));
        let queue = &self.tenant.queues[contact.queue];
        if contact.wish.is_some() {
            return may.into_iter().next();
        }
        match (queue.routing, queue.selection) {
            (RoutingType::LongestAvailableAgent, _)
            | (RoutingType::SkillsBased, AgentSelection::LongestAvailable) => {
                may.min_by_key(|agent| self.available_order(*agent))
            }
            (RoutingType::SkillsBased, AgentSelection::BestAvailable) => may.min_by_key(|agent| {
                let (_, skills) = self.relaxations_now(contact);
                (-self.points(*agent, &skills), self.available_order(*agent))
            }),
            (RoutingType::Linear, _) => may.min_by_key(|agent| self.place(*agent, contact)),
            (RoutingType::Circular, _) => {
                let teams = self.teams_now(contact).len();
                let last = self.last[contact.queue].filter(|(team, _)| *team < teams);
                may.min_by_key(|agent| {
                    let place = self.place(*agent, contact);
                    (last.is_some_and(|last| place <= last), place)
                })
            }
        }
    }

    /// The agent's place among those who serve the contact: the team's, and in the team.
    fn place(&self, agent: usize, contact: &ModelContact) -> (usize, usize) {
        let queue = &self.tenant.queues[contact.queue];
        let id = self.tenant.agents[agent].id.as_str();
        if let Some(place) = queue.agents.iter().position(|it| it == id) {
            return (0, place);
        }
        let team = &self.agents[agent].team;
        (self.teams_now(contact).iter().position(|it| it == team).unwrap(), agent)
    }

    /// The teams that serve the contact now, in their order; one without a name for agents who do.
    fn teams_now(&self, contact: &ModelContact) -> Vec<String> {
        let queue = &self.tenant.queues[contact.queue];
        if !queue.agents.is_empty() {
            return vec![String::new()];
        }
        if queue.groups.is_empty() {
            return self.tenant.teams.iter().map(|team| team.id.to_string()).collect();
        }
        let (group, _) = self.group_now(contact);
        let mut teams: Vec<String> = Vec::new();
        for team in queue.groups[..=group].iter().flat_map(|group| &group.teams) {
            if !teams.contains(team) {
                teams.push(team.clone());
            }
        }
        teams
    }

    fn points(&self, agent: usize, skills: &[SkillRequirement]) -> i64 {
        let points = skills.iter().map(|wanted| {
            let has = self.agents[agent].skills.get(&wanted.skill);
            match (has, wanted.condition) {
                (Some(SkillValue::Proficiency(level)), SkillCondition::AtLeast) => {
                    i64::from(*level)
                }
                (Some(SkillValue::Proficiency(level)), SkillCondition::AtMost) => {
                    10 - i64::from(*level)
                }
                _ => 0,
            }
        });
        points.sum()
    }

    /// How many relaxations are left, and what the contact needs now.
    fn relaxations_now(&self, contact: &ModelContact) -> (usize, Vec<SkillRequirement>) {
        let (left, skills, _) = self.relaxed(contact);
        (left, skills)
    }

    fn relaxed(&self, contact: &ModelContact) -> (usize, Vec<SkillRequirement>, i64) {
        let (mut skills, mut since_ms) = (&contact.skills, contact.relaxed_since_ms);
        for (at, step) in contact.relaxations.iter().enumerate() {
            let from_ms = since_ms + i64::from(step.after_s) * 1_000;
            if contact.wish.is_some() || from_ms > self.now_ms {
                return (contact.relaxations.len() - at, skills.clone(), since_ms);
            }
            (skills, since_ms) = (&step.skills, from_ms);
        }
        (0, skills.clone(), since_ms)
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
        if !self.agents[agent].takes_voice {
            return false;
        }
        if let Some((wanted, _)) = contact.wish {
            return wanted == agent;
        }
        let queue = &self.tenant.queues[contact.queue];
        if !queue.agents.is_empty() {
            let id = self.tenant.agents[agent].id.as_str();
            return queue.agents.iter().any(|it| it == id);
        }
        let (group, _) = self.group_now(contact);
        let team = &self.agents[agent].team;
        let served = queue.groups.is_empty()
            || queue.groups[..=group].iter().any(|group| group.teams.contains(team));
        if !served || queue.routing != RoutingType::SkillsBased {
            return served;
        }
        let (_, skills) = self.relaxations_now(contact);
        skills.iter().all(|wanted| has(&self.agents[agent].skills, wanted))
    }

    pub(crate) fn group_now(&self, contact: &ModelContact) -> (usize, i64) {
        let groups = &self.tenant.queues[contact.queue].groups;
        let (mut group, mut since_ms) = (contact.group, contact.group_since_ms);
        while contact.wish.is_none() && group + 1 < groups.len() {
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
        let contact = &self.contacts[&id];
        if contact.wish.is_none() {
            let queue = &self.tenant.queues[contact.queue];
            // All of the queue's teams count here, whether or not they serve this contact.
            let last =
                ModelContact { group: queue.groups.len().saturating_sub(1), ..contact.clone() };
            self.last[contact.queue] = Some(self.place(agent, &last));
        }
        // Should it come back in the next step, it has changed all the same.
        let contact = self.contacts.get_mut(&id).unwrap();
        (contact.with, contact.looked_at) = (With::Ringing(agent), None);
        self.agents[agent].looked_at = None;
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
            match self.contacts[&id].wish {
                Some((_, Some(_))) => self.back_to_queue(&id),
                Some((_, None)) | None => {
                    self.contacts.remove(&id);
                    self.timed_out.push(id);
                }
            }
        }
    }

    /// To its place, or to the recovery queue of one that waited for an agent.
    fn back_to_queue(&mut self, id: &str) {
        let now_ms = self.now_ms;
        let contact = self.contacts.get_mut(id).unwrap();
        contact.with = With::Queue;
        if let Some((_, Some(recovery))) = contact.wish {
            contact.wish = None;
            contact.queue = recovery;
            (contact.entered_ms, contact.group, contact.group_since_ms) = (now_ms, 0, now_ms);
        }
    }

    /// Who waited for an agent who has left goes to the recovery queue.
    fn nobody_waits_for_the_gone(&mut self) {
        let gone = |agent: usize| matches!(self.agents[agent].doing, Doing::Out);
        let waits = self.contacts.iter().filter(|(_, contact)| {
            let left = contact.wish.is_some_and(|(agent, to)| gone(agent) && to.is_some());
            left && contact.with == With::Queue
        });
        let waits: Vec<String> = waits.map(|(id, _)| id.clone()).collect();
        waits.iter().for_each(|id| self.back_to_queue(id));
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
                let contact = self.queued(contact.as_str())?;
                if contact.wish.is_none() {
                    contact.skills = skills.clone();
                    contact.relaxations.clear();
                }
            }
            Input::EnqueueToAgent { .. } => return self.enqueue_to_agent(input),
            Input::ClearNext { agent } => {
                let agent = self.find(agent.as_str())?;
                if let Doing::Out = self.agents[agent].doing {
                    return None;
                }
                self.agents[agent].pending = None;
            }
            Input::SetAgentSkills { agent, skills } => {
                let agent = self.find(agent.as_str())?;
                self.agents[agent].skills = skills.clone();
            }
            Input::SetAgentTeam { agent, team } => {
                let agent = self.find(agent.as_str())?;
                let team = team.as_str().to_owned();
                let agent = &mut self.agents[agent];
                agent.teams.retain(|it| *it != team);
                agent.teams.insert(0, team.clone());
                agent.team = team;
            }
            Input::ExtendWrapUp { agent, contact } => {
                let agent = self.find(agent.as_str())?;
                let agent = &mut self.agents[agent];
                match &mut agent.doing {
                    Doing::Wrapping { contact: it, until_ms: Some(until_ms) }
                        if it == contact.as_str() && agent.extensions < 10 =>
                    {
                        *until_ms += 60_000;
                        agent.extensions += 1;
                    }
                    _ => return None,
                }
            }
            Input::Escalate { contact, to, .. } => {
                let (group, _) = self.group_now(self.contacts.get(contact.as_str())?);
                let now_ms = self.now_ms;
                let queue = self.contacts[contact.as_str()].queue;
                let is_parked = self.contacts[contact.as_str()].wish.is_some();
                if is_parked || self.tenant.queues[queue].groups.is_empty() {
                    return None;
                }
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
                let (left, skills, since_ms) = self.relaxed(&self.contacts[contact.as_str()]);
                let answered = self.contacts.get_mut(contact.as_str())?;
                (answered.group, answered.group_since_ms) = reached;
                let done = answered.relaxations.len() - left;
                answered.relaxations.drain(..done);
                (answered.skills, answered.relaxed_since_ms) = (skills, since_ms);
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
            Input::Ask { .. } | Input::Part { .. } | Input::TakeOver { .. } => {
                unreachable!("conversations have a model of their own, in the exchange's tests")
            }
        }
        Some(())
    }

    fn queued(&mut self, id: &str) -> Option<&mut ModelContact> {
        self.contacts.get_mut(id).filter(|it| !matches!(it.with, With::Talking(_)))
    }

    fn sign_in(&mut self, agent: usize, team: Option<String>) -> Option<()> {
        let may = &self.agents[agent].teams;
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
            relaxations,
            first_enqueued_ms,
            check_availability,
        } = input
        else {
            return None;
        };
        let queue = self.tenant.queues.iter().position(|it| it.id == *queue)?;
        let present = self.contacts.get(id.as_str());
        let is_here = present.is_some_and(|it| it.queue == queue);
        let limit = self.tenant.queues[queue].max_active_contacts.unwrap_or(u32::MAX) as usize;
        let active = self.contacts.values().filter(|it| it.queue == queue).count();
        if !is_here && active >= limit {
            return None;
        }
        if let Some(present) = present {
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
            relaxations: relaxations.clone(),
            relaxed_since_ms: self.now_ms,
            wish: None,
            with: With::Queue,
            returns: 0,
            looked_at: None,
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

    fn enqueue_to_agent(&mut self, input: &Input) -> Option<()> {
        let Input::EnqueueToAgent { contact: id, agent, queue, priority, park, recovery, .. } =
            input
        else {
            return None;
        };
        let find =
            |id: &trunkline_model::QueueId| self.tenant.queues.iter().position(|it| it.id == *id);
        let (queue, agent) = (find(queue)?, self.find(agent.as_str())?);
        let recovery = recovery.as_ref().and_then(find);
        let present = self.contacts.get(id.as_str()).map(|it| it.with);
        let leaves = matches!(self.agents[agent].pending, Some(Pending::Leave));
        if matches!(present, Some(With::Talking(_))) || leaves {
            return None;
        }
        if let Doing::Out = self.agents[agent].doing {
            return None;
        }
        let ready = |it: &Self| {
            matches!(it.agents[agent].doing, Doing::Available(_)) && it.agents[agent].takes_voice
        };
        let rings_there = present == Some(With::Ringing(agent));
        if !ready(self) && !rings_there && !park && recovery.is_none() {
            return None;
        }
        if present.is_some() {
            self.leave(id.as_str())?;
        }
        let elsewhere = recovery.filter(|_| !ready(self) && !park);
        let contact = ModelContact {
            queue: elsewhere.unwrap_or(queue),
            priority: priority.get(),
            first_ms: self.now_ms,
            entered_ms: self.now_ms,
            group: 0,
            group_since_ms: self.now_ms,
            skills: Vec::new(),
            relaxations: Vec::new(),
            relaxed_since_ms: self.now_ms,
            wish: elsewhere.is_none().then_some((agent, recovery)),
            with: With::Queue,
            returns: 0,
            looked_at: None,
        };
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
        self.agents[agent].extensions = 0;
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
            contact.relaxed_since_ms = now_ms;
            match contact.wish {
                Some((_, Some(_))) => self.back_to_queue(id),
                Some((_, None)) | None => contact.wish = None,
            }
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
fn has(skills: &BTreeMap<String, SkillValue>, wanted: &SkillRequirement) -> bool {
    match (skills.get(&wanted.skill), wanted.condition) {
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
