//! Thousands of contacts, random in everything, compared after every input with the model.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use trunkline_acd::{AgentChoice, GroupStep, Input, Output, Routing};
use trunkline_model::routing::{Priority, Relaxation, SkillCondition, SkillRequirement};
use trunkline_model::tenant::routing::{
    Agent, AgentSelection, DistributionGroup, Queue, RoutingSettings, RoutingType, Skill,
    SkillType, SkillValue, Team,
};
use trunkline_model::tenant::{MultimediaProfile, Tenant};

use super::model::{Doing, Model, ModelContact, With};

/// A xorshift generator: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % limit
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

/// How large a simulation is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) agents: usize,
    pub(crate) queues: usize,
    pub(crate) teams: usize,
    /// Contacts to make in all.
    pub(crate) contacts: usize,
    /// Contacts that may be there at a time.
    pub(crate) live: usize,
    /// The longest usual step of time.
    pub(crate) step_ms: usize,
    pub(crate) auto_wrap_up_s: u32,
    /// So many steps lie between two in which everything is compared with everything.
    pub(crate) sweep: usize,
}

pub(crate) const CENTRE: Size = Size {
    agents: 50,
    queues: 8,
    teams: 6,
    contacts: 5_000,
    live: 120,
    step_ms: 600,
    auto_wrap_up_s: 8,
    sweep: 1,
};

fn tenant(dice: &mut Dice, size: &Size) -> Tenant {
    let teams: Vec<String> = (0..size.teams).map(|at| format!("t{at}")).collect();
    let skill = |name: &str, kind| Skill { name: name.into(), kind, values: Vec::new() };
    Tenant {
        teams: teams.iter().map(|it| Team::named(it, it)).collect(),
        agents: (0..size.agents).map(|at| agent(dice, at, &teams)).collect(),
        queues: queues(dice, size, &teams),
        multimedia_profiles: vec![MultimediaProfile {
            id: "none".into(),
            name: "none".into(),
            voice: 0,
        }],
        skills: vec![skill("lang", SkillType::Proficiency), skill("vip", SkillType::Boolean)],
        routing: RoutingSettings { ring_timeout_s: 12, auto_wrap_up_s: size.auto_wrap_up_s },
        ..Tenant::default()
    }
}

fn agent(dice: &mut Dice, at: usize, teams: &[String]) -> Agent {
    let mut skills = BTreeMap::new();
    if dice.percent(70) {
        let level = u8::try_from(dice.below(4) * 3).unwrap();
        skills.insert("lang".to_owned(), SkillValue::Proficiency(level));
    }
    if dice.percent(60) {
        skills.insert("vip".to_owned(), SkillValue::Boolean(dice.percent(50)));
    }
    let mut mine: Vec<String> = (0..=dice.below(3)).map(|_| dice.pick(teams)).collect();
    mine.dedup();
    let multimedia_profile = dice.percent(4).then(|| "none".to_owned());
    Agent { teams: mine, skills, multimedia_profile, ..Agent::named(&format!("a{at:02}"), "") }
}

/// Queues of all kinds, beginning with another one each time.
fn queues(dice: &mut Dice, size: &Size, teams: &[String]) -> Vec<Queue> {
    let first = dice.below(9);
    let agents: Vec<String> = (0..size.agents).map(|at| format!("a{at:02}")).collect();
    (0..size.queues).map(|at| queue(dice, at, (first + at) % 9, teams, &agents)).collect()
}

fn queue(dice: &mut Dice, at: usize, kind: usize, teams: &[String], agents: &[String]) -> Queue {
    let group = |dice: &mut Dice| DistributionGroup {
        teams: (0..=dice.below(2)).map(|_| dice.pick(teams)).collect(),
        duration_s: u32::try_from(dice.below(4) * 7).unwrap(),
    };
    let is_direct = kind >= 7;
    let groups = if is_direct || kind == 3 { 0 } else { 1 + dice.below(4) };
    let mut members: Vec<String> = Vec::new();
    while is_direct && members.len() < agents.len().min(7) {
        let agent = dice.pick(agents);
        if !members.contains(&agent) {
            members.push(agent);
        }
    }
    let by_skills = matches!(kind, 1 | 5 | 6);
    Queue {
        routing: match kind {
            1 | 5 | 6 => RoutingType::SkillsBased,
            2 | 7 => RoutingType::Linear,
            4 | 8 => RoutingType::Circular,
            _ => RoutingType::LongestAvailableAgent,
        },
        selection: if by_skills && kind > 1 {
            AgentSelection::BestAvailable
        } else {
            AgentSelection::LongestAvailable
        },
        agents: members,
        max_active_contacts: dice.percent(25).then(|| u32::try_from(2 + dice.below(20)).unwrap()),
        groups: (0..groups).map(|_| group(dice)).collect(),
        max_time_in_queue_s: u32::try_from(30 + dice.below(120)).unwrap(),
        ..Queue::named(&format!("q{at}"), "")
    }
}

/// One run: the domain, the model, and what is needed to make the next input.
pub(crate) struct Run {
    dice: Dice,
    pub(crate) tenant: Tenant,
    pub(crate) routing: Routing,
    pub(crate) model: Model,
    pub(crate) now_ms: i64,
    live: usize,
    step_ms: usize,
    sweep: usize,
    steps: usize,
    pub(crate) made: usize,
    /// How often each kind of output was seen.
    pub(crate) seen: BTreeMap<&'static str, usize>,
}

impl Run {
    pub(crate) fn new(seed: u64, size: &Size) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let tenant = tenant(&mut dice, size);
        let (routing, mut model) = (Routing::new(&tenant), Model::new(&tenant));
        model.is_thorough = size.sweep == 1;
        Self {
            dice,
            tenant,
            routing,
            model,
            now_ms: 1_000_000,
            live: size.live,
            step_ms: size.step_ms,
            sweep: size.sweep,
            steps: 0,
            made: 0,
            seen: BTreeMap::new(),
        }
    }

    pub(crate) fn step(&mut self) -> Result<(), String> {
        self.steps += 1;
        self.advance();
        let input = self.input();
        let fits = self.model.step(self.now_ms, &input);
        self.routing.handle(self.now_ms, input.clone());
        let outputs: Vec<Output> = std::iter::from_fn(|| self.routing.poll()).collect();
        self.compare(fits, &outputs)
            .map_err(|what| format!("{what}\nat {}: {input:?}\ngave {outputs:#?}", self.now_ms))
    }

    /// Often the same millisecond again, often exactly a timer's, sometimes far too late.
    pub(crate) fn advance(&mut self) {
        let step_ms = i64::try_from(self.dice.below(self.step_ms)).unwrap();
        let wake_ms = self.routing.wake_at().unwrap_or(self.now_ms);
        let to_ms = match self.dice.below(100) {
            0..35 => self.now_ms,
            35..45 => wake_ms,
            45..47 => wake_ms - 1,
            47 => self.now_ms + 30 * step_ms,
            _ => self.now_ms + step_ms,
        };
        self.now_ms = self.now_ms.max(to_ms);
    }

    pub(crate) fn input(&mut self) -> Input {
        let live: Vec<String> = self.model.contacts.keys().cloned().collect();
        if live.is_empty() || (self.dice.percent(22) && live.len() < self.live) {
            self.made += 1;
            let number = self.dice.below(1_000_000);
            let contact = format!("c{number:06}");
            let direct = self.dice.percent(15);
            return if direct { self.enqueue_to_agent(contact) } else { self.enqueue(contact) };
        }
        let contact = self.dice.pick(&live);
        match self.dice.below(100) {
            0..2 => self.enqueue(contact),
            2..6 if self.dice.percent(40) => self.enqueue_to_agent(contact),
            2..4 => Input::Withdraw { contact: contact.into() },
            4..6 => Input::ContactEnded { contact: contact.into() },
            6..9 => Input::SetPriority { contact: contact.into(), priority: self.priority() },
            9..11 => Input::SetSkills { contact: contact.into(), skills: self.skills() },
            11..14 => {
                let to = self.dice.pick(&[GroupStep::Next, GroupStep::Last]);
                Input::Escalate { contact: contact.into(), to, ask: None }
            }
            14..16 => Input::Tick,
            16..18 => self.operate(),
            18..21 => self.nonsense(&contact),
            _ => self.act(),
        }
    }

    fn priority(&mut self) -> Priority {
        Priority::new(i64::try_from(1 + self.dice.below(4) * 3).unwrap())
    }

    fn skills(&mut self) -> Vec<SkillRequirement> {
        let mut skills = Vec::new();
        let mut need = |skill: &str, condition, value: String| {
            skills.push(SkillRequirement { skill: skill.into(), condition, value });
        };
        if self.dice.percent(50) {
            let conditions = [SkillCondition::AtLeast, SkillCondition::AtMost];
            need("lang", self.dice.pick(&conditions), (self.dice.below(4) * 3).to_string());
        }
        if self.dice.percent(30) {
            let conditions = [SkillCondition::Is, SkillCondition::IsNot];
            need("vip", self.dice.pick(&conditions), self.dice.percent(50).to_string());
        }
        skills
    }

    fn enqueue(&mut self, contact: String) -> Input {
        let back_ms = i64::try_from(self.dice.below(60_000)).unwrap();
        Input::Enqueue {
            contact: contact.into(),
            queue: self.dice.pick(&self.tenant.queues).id,
            priority: self.priority(),
            skills: self.skills(),
            relaxations: self.relaxations(),
            first_enqueued_ms: self.dice.percent(20).then_some(self.now_ms - back_ms),
            check_availability: self.dice.percent(25),
        }
    }

    fn relaxations(&mut self) -> Vec<Relaxation> {
        let steps = if self.dice.percent(50) { self.dice.below(4) } else { 0 };
        let step = |run: &mut Self| {
            let after_s = u32::try_from(run.dice.below(5) * 5).unwrap();
            Relaxation { after_s, skills: run.skills() }
        };
        (0..steps).map(|_| step(self)).collect()
    }

    fn enqueue_to_agent(&mut self, contact: String) -> Input {
        let at = self.dice.below(self.tenant.agents.len());
        let recovery = self.dice.percent(70).then(|| self.dice.pick(&self.tenant.queues).id);
        Input::EnqueueToAgent {
            contact: contact.into(),
            ask: 1,
            agent: self.tenant.agents[at].id.clone(),
            queue: self.dice.pick(&self.tenant.queues).id,
            priority: self.priority(),
            park: self.dice.percent(70),
            recovery,
        }
    }

    /// What an operator changes, or an agent who thinks again.
    fn operate(&mut self) -> Input {
        let at = self.dice.below(self.tenant.agents.len());
        let agent = self.tenant.agents[at].id.clone();
        match self.dice.below(4) {
            0 => Input::SetAgentTeam { agent, team: self.dice.pick(&self.tenant.teams).id },
            1 => Input::ClearNext { agent },
            _ => {
                let other = self.dice.below(self.tenant.agents.len());
                let skills = self.tenant.agents[other].skills.clone();
                Input::SetAgentSkills { agent, skills }
            }
        }
    }

    /// Something that usually does not fit.
    fn nonsense(&mut self, contact: &str) -> Input {
        let (agent, contact) = (self.dice.pick(&self.tenant.agents).id, contact.into());
        match self.dice.below(6) {
            0 => Input::Answer { agent, contact },
            1 => Input::Decline { agent, contact },
            2 => Input::HangUp { agent, contact },
            3 => Input::WrapUp { agent, contact, code: String::new() },
            4 => Input::LoseAgent { agent: "nobody".into(), contact },
            _ => Input::Withdraw { contact: "gone".into() },
        }
    }

    /// An agent does what fits the agent's state, most of the time.
    fn act(&mut self) -> Input {
        let at = self.dice.below(self.tenant.agents.len());
        let agent = self.tenant.agents[at].id.clone();
        let choice = if self.dice.percent(75) {
            AgentChoice::Available
        } else {
            AgentChoice::Idle { code: "break".into() }
        };
        let chosen = Input::SetState { agent: agent.clone(), state: choice };
        if self.dice.percent(3) {
            return Input::SignOut { agent };
        }
        if self.dice.percent(12) {
            return chosen;
        }
        let contact = |id: &String| id.as_str().into();
        match &self.model.agents[at].doing {
            Doing::Ringing { contact: id, .. } => {
                let contact = contact(id);
                match self.dice.below(10) {
                    0 => Input::Decline { agent, contact },
                    1 => Input::LoseOffer { agent, contact },
                    2..4 => Input::Tick,
                    _ => Input::Answer { agent, contact },
                }
            }
            Doing::Talking(id) => {
                let contact = contact(id);
                match self.dice.below(14) {
                    0..4 => Input::LoseAgent { agent, contact },
                    4..6 => Input::ContactEnded { contact },
                    _ => Input::HangUp { agent, contact },
                }
            }
            Doing::Wrapping { contact: id, .. } if self.dice.percent(20) => {
                Input::ExtendWrapUp { agent, contact: contact(id) }
            }
            Doing::Wrapping { contact: id, .. } => {
                Input::WrapUp { agent, contact: contact(id), code: "ok".into() }
            }
            Doing::Out => {
                let teams: Vec<&Team> = self.tenant.teams.iter().collect();
                let team = self.dice.percent(30).then(|| self.dice.pick(&teams).id.clone());
                Input::SignIn { agent, session_id: "s".into(), team }
            }
            Doing::Idle(_) | Doing::Rona => chosen,
            Doing::Available(_) => Input::Tick,
        }
    }

    fn compare(&mut self, fits: bool, outputs: &[Output]) -> Result<(), String> {
        let refused = outputs.iter().any(|it| matches!(it, Output::Refused { .. }));
        same("fits", &fits, &!refused)?;
        let mut offers = Vec::new();
        let mut timed_out = Vec::new();
        for output in outputs {
            *self.seen.entry(kind(output)).or_default() += 1;
            match output {
                Output::Offer { contact, agent, .. } => {
                    offers.push((contact.to_string(), agent.id.to_string()));
                }
                Output::TimedOut { contact, .. } => timed_out.push(contact.to_string()),
                _ => {}
            }
        }
        timed_out.sort();
        same("offers", &self.model.offers, &offers)?;
        self.model.timed_out.sort();
        same("timed out", &self.model.timed_out, &timed_out)?;
        if !self.steps.is_multiple_of(self.sweep) {
            return self.compare_touched(outputs);
        }
        for (at, agent) in self.tenant.agents.iter().enumerate() {
            let shown = self.routing.agent_state(&agent.id).unwrap();
            same(agent.id.as_str(), &self.model.shown(at), &shown)?;
        }
        self.compare_queues()?;
        self.check_rest()
    }

    /// The agents who have changed, on either side.
    fn compare_touched(&self, outputs: &[Output]) -> Result<(), String> {
        let told = outputs.iter().filter_map(|output| match output {
            Output::AgentState { agent, .. } => Some(agent.as_str()),
            _ => None,
        });
        let changed = self.model.changed.iter().map(|at| self.tenant.agents[*at].id.as_str());
        for id in told.chain(changed) {
            let at = self.tenant.agents.iter().position(|it| it.id.as_str() == id).unwrap();
            let shown = self.routing.agent_state(&id.into()).unwrap();
            same(id, &self.model.shown(at), &shown)?;
        }
        Ok(())
    }

    fn compare_queues(&mut self) -> Result<(), String> {
        for (at, queue) in self.tenant.queues.iter().enumerate() {
            let here =
                |it: &&ModelContact| it.queue == at && it.with == With::Queue && it.wish.is_none();
            let waiting = self.model.contacts.values().filter(here).count();
            same(queue.id.as_str(), &waiting, &self.routing.waiting(&queue.id))?;
        }
        let live: Vec<String> = self.model.contacts.keys().cloned().collect();
        if live.is_empty() {
            return Ok(());
        }
        let id = self.dice.pick(&live);
        let contact = &self.model.contacts[&id];
        if contact.with != With::Queue || contact.wish.is_some() {
            return Ok(());
        }
        let queue = self.model.queue(contact.queue);
        let figures =
            self.routing.figures(self.now_ms, &queue.id, Some(&id.as_str().into())).unwrap();
        let before = self.model.contacts.iter().filter(|(other, it)| {
            let waits = it.queue == contact.queue && it.with == With::Queue;
            waits && it.wish.is_none() && self.model.rank(other) < self.model.rank(&id)
        });
        let place = u32::try_from(before.count() + 1).unwrap();
        same("position", &place, &figures.position)?;
        let group = u32::try_from(self.model.group_now(contact).0 + 1).unwrap();
        same("group", &group, &figures.current_group)
            .map_err(|what| format!("{what}: {id} {contact:?} {:?}", queue.groups))
    }

    /// D29 to the letter, on what the domain itself shows.
    fn check_rest(&self) -> Result<(), String> {
        if let Some((id, at)) = self.model.any_pair() {
            let agent = &self.tenant.agents[at].id;
            return Err(format!("{agent} is Available and {id} waits"));
        }
        let due_ms = self.routing.wake_at().filter(|at_ms| *at_ms <= self.now_ms);
        same("nothing is left due", &None, &due_ms)
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, model: &T, real: &T) -> Result<(), String> {
    if model == real {
        return Ok(());
    }
    Err(format!("{what}: the model says {model:?}, routing says {real:?}"))
}

fn kind(output: &Output) -> &'static str {
    match output {
        Output::Queued { .. } => "queued",
        Output::Reply { .. } => "reply",
        Output::SentToRecovery { .. } => "sent to recovery",
        Output::WrapUpExtended { .. } => "wrap-up extended",
        Output::AgentNext { .. } => "agent next",
        Output::SkillsIgnored { .. } => "skills ignored",
        Output::Offer { .. } => "offer",
        Output::Withdrawn { requeued: true, .. } => "withdrawn, requeued",
        Output::Withdrawn { requeued: false, .. } => "withdrawn",
        Output::Connected { .. } => "connected",
        Output::AgentLost { requeued: true, .. } => "agent lost, requeued",
        Output::AgentLost { requeued: false, .. } => "agent lost",
        Output::TakenOver { .. } => "taken over",
        Output::Parted { .. } => "parted",
        Output::WrapUpStarted { .. } => "wrap-up started",
        Output::WrapUpEnded { .. } => "wrap-up ended",
        Output::AgentState { .. } => "agent state",
        Output::TimedOut { .. } => "timed out",
        Output::Refused { .. } => "refused",
    }
}

/// Runs one seed, or the one of `ACD_SEED`.
pub(crate) fn simulate(test: &str, seed: u64, size: &Size) -> Run {
    let wanted = std::env::var("ACD_SEED").ok().and_then(|text| text.parse().ok());
    let seed = wanted.unwrap_or(seed);
    let mut run = Run::new(seed, size);
    let mut step = 0;
    while run.made < size.contacts {
        step += 1;
        if let Err(what) = run.step() {
            let mut told = format!("step {step} of seed {seed}: {what}\n");
            let command = format!("cargo test -p trunkline-acd --test routing {test}");
            let full = if std::env::var_os("ACD_FULL").is_some() { "ACD_FULL=1 " } else { "" };
            write!(told, "replay with: {full}ACD_SEED={seed} {command}").unwrap();
            panic!("{told}");
        }
    }
    run
}
