//! Routing decisions with 10,000 contacts waiting and 2,000 agents: how long an input takes that
//! brings a contact and an agent together, outputs included.
//!
//! Half of the agents are busy, and all contacts wait for them; the other half are Available for
//! queues of their own. Each figure is there twice: with 60 queues, and with 1,000 more that the
//! decision does not touch, each with contacts of its own.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use trunkline_acd::{AgentChoice, AgentState, Input, Routing};
use trunkline_model::ContactId;
use trunkline_model::routing::{Priority, SkillCondition, SkillRequirement};
use trunkline_model::tenant::Tenant;
use trunkline_model::tenant::routing::{
    Agent, AgentSelection, DistributionGroup, Queue, RoutingSettings, RoutingType, Skill,
    SkillType, SkillValue, Team,
};

const AGENTS: usize = 2_000;
const TEAMS: usize = 40;
const WAITING: usize = 10_000;
const BUSY_QUEUES: usize = 54;

/// The queues of agents who are Available: what they are called, and how they pick.
const KINDS: [(&str, RoutingType, AgentSelection); 5] = [
    ("longest available", RoutingType::LongestAvailableAgent, AgentSelection::LongestAvailable),
    ("skills", RoutingType::SkillsBased, AgentSelection::LongestAvailable),
    ("skills, best available", RoutingType::SkillsBased, AgentSelection::BestAvailable),
    ("linear", RoutingType::Linear, AgentSelection::LongestAvailable),
    ("circular", RoutingType::Circular, AgentSelection::LongestAvailable),
];

fn team(at: usize) -> String {
    format!("t{at}")
}

fn agent(at: usize) -> String {
    format!("a{at}")
}

/// Even teams are busy, odd ones Available.
fn group(odd: bool) -> DistributionGroup {
    let teams = (0..TEAMS).filter(|at| (at % 2 == 1) == odd).map(team).collect();
    DistributionGroup { teams, duration_s: 0 }
}

fn tenant(others: usize) -> Tenant {
    let mut queues = Vec::new();
    for at in 0..BUSY_QUEUES + others {
        let teams = vec![team(at % (TEAMS / 2) * 2)];
        let groups = vec![DistributionGroup { teams, duration_s: 0 }];
        queues.push(Queue { groups, ..Queue::named(&format!("busy{at}"), "") });
    }
    for (name, routing, selection) in KINDS {
        let groups = vec![group(true)];
        queues.push(Queue { routing, selection, groups, ..Queue::named(name, "") });
    }
    let agents = (0..AGENTS).filter(|at| at % TEAMS % 2 == 1).map(agent).collect();
    queues.push(Queue { agents, ..Queue::named("agents of the queue", "") });
    let skill =
        |name: &str| Skill { name: name.into(), kind: SkillType::Proficiency, values: Vec::new() };
    Tenant {
        teams: (0..TEAMS).map(|at| Team::named(&team(at), "")).collect(),
        agents: (0..AGENTS).map(member).collect(),
        queues,
        skills: vec![skill("tax"), skill("rank"), skill("language")],
        routing: RoutingSettings { ring_timeout_s: 12, auto_wrap_up_s: 0 },
        ..Tenant::default()
    }
}

/// An agent with a mixture of skills that few others have.
fn member(at: usize) -> Agent {
    let levels = [("tax", at % 11), ("rank", at / 11 % 11), ("language", at / 121 % 11)];
    let skills = levels.map(|(name, level)| {
        let level = u8::try_from(level).expect("a remainder of 11 is small");
        (name.to_owned(), SkillValue::Proficiency(level))
    });
    Agent { teams: vec![team(at % TEAMS)], skills: skills.into(), ..Agent::named(&agent(at), "") }
}

fn enqueue(contact: usize, queue: &str, skills: Vec<SkillRequirement>) -> Input {
    Input::Enqueue {
        contact: ContactId::new(format!("c{contact:09}")),
        queue: queue.into(),
        priority: Priority::LOWEST,
        skills,
        relaxations: Vec::new(),
        first_enqueued_ms: None,
        check_availability: false,
    }
}

fn needs() -> Vec<SkillRequirement> {
    let need = |skill: &str, value: &str| SkillRequirement {
        skill: skill.into(),
        condition: SkillCondition::AtLeast,
        value: value.into(),
    };
    vec![need("tax", "5"), need("language", "3")]
}

struct Centre {
    routing: Routing,
    contacts: usize,
    now_ms: i64,
}

impl Centre {
    fn new(others: usize) -> Self {
        let mut centre =
            Self { routing: Routing::new(&tenant(others)), contacts: 0, now_ms: 1_000_000 };
        for at in 0..AGENTS {
            let agent = agent(at);
            let id = || agent.as_str().into();
            centre.take(Input::SignIn { agent: id(), session_id: "s".into(), team: None });
            if at % TEAMS % 2 == 1 {
                centre.take(Input::SetState { agent: id(), state: AgentChoice::Available });
            }
        }
        for at in 0..WAITING {
            let queue = format!("busy{}", at % (BUSY_QUEUES + others));
            centre.wait_in(&queue);
        }
        centre
    }

    fn take(&mut self, input: Input) {
        self.now_ms += 1;
        self.routing.handle(self.now_ms, input);
        while let Some(output) = self.routing.poll() {
            black_box(output);
        }
    }

    fn wait_in(&mut self, queue: &str) {
        self.contacts += 1;
        let number = self.contacts;
        self.take(enqueue(number, queue, Vec::new()));
    }

    /// How long a contact takes from its arrival to the offer; then it leaves.
    fn arrive(&mut self, queue: &str, skills: &[SkillRequirement]) -> Duration {
        self.contacts += 1;
        let number = self.contacts;
        let input = enqueue(number, queue, skills.to_vec());
        let before = Instant::now();
        self.take(input);
        let took = before.elapsed();
        let contact = ContactId::new(format!("c{number:09}"));
        self.take(Input::ContactEnded { contact });
        took
    }

    /// How long it takes from an agent's Available to the offer; then the contact is replaced.
    fn free(&mut self, agent: usize, queues: usize) -> Duration {
        let id = trunkline_model::AgentId::new(self::agent(agent));
        let input = Input::SetState { agent: id.clone(), state: AgentChoice::Available };
        let before = Instant::now();
        self.take(input);
        let took = before.elapsed();
        let state = self.routing.agent_state(&id);
        let Some(AgentState::Reserved { contact }) = state else {
            panic!("nobody waits for {id}: {state:?}");
        };
        let code = String::new();
        self.take(Input::Decline { agent: id.clone(), contact: contact.clone() });
        self.take(Input::Withdraw { contact });
        self.take(Input::SetState { agent: id, state: AgentChoice::Idle { code } });
        let queue = format!("busy{}", self.contacts % queues);
        self.wait_in(&queue);
        took
    }
}

fn decisions(criterion: &mut Criterion) {
    for others in [0, 1_000] {
        let mut centre = Centre::new(others);
        let queues = BUSY_QUEUES + others;
        let mut group = criterion.benchmark_group(format!("{} queues", queues + 6));
        group.sample_size(30).measurement_time(Duration::from_secs(3));
        let mut next = 0;
        group.bench_function("an agent is free", |bench| {
            bench.iter_custom(|times| {
                let mut took = Duration::ZERO;
                for _ in 0..times {
                    // The busy teams are the even ones.
                    next = (next + 2) % AGENTS;
                    took += centre.free(next, queues);
                }
                took
            });
        });
        let names = KINDS.map(|(name, ..)| name);
        for name in names.into_iter().chain(["agents of the queue"]) {
            let skills = if name.starts_with("skills") { needs() } else { Vec::new() };
            group.bench_function(format!("a contact arrives: {name}"), |bench| {
                bench.iter_custom(|times| (0..times).map(|_| centre.arrive(name, &skills)).sum());
            });
        }
        group.finish();
    }
}

criterion_group!(benches, decisions);
criterion_main!(benches);
