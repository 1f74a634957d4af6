//! Another tenant for a domain that runs.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

use trunkline_acd::{AgentChoice, AgentState, GroupStep, Input, Output, Routing};
use trunkline_model::ContactId;
use trunkline_model::routing::{Priority, Relaxation, SkillCondition, SkillRequirement};
use trunkline_model::tenant::Tenant;

const BEFORE: &str = "
routing: {auto_wrap_up_s: 30}
teams: [{id: t, name: T}, {id: u, name: U}]
agents:
  - {id: ann, name: Ann, teams: [t, u]}
  - {id: bob, name: Bob, teams: [t]}
  - {id: cy, name: Cy, teams: [u]}
queues: [{id: q, name: Q, groups: [{teams: [t]}]}]
";

const AFTER: &str = "
routing: {auto_wrap_up_s: 30}
teams: [{id: u, name: U}, {id: t, name: T}]
agents:
  - {id: dan, name: Dan, teams: [t]}
  - {id: bob, name: Bob, teams: [t]}
  - {id: ann, name: Ann, teams: [u]}
queues:
  - {id: new, name: New, groups: [{teams: [u]}]}
  - {id: q, name: Q, groups: [{teams: [t]}]}
";

fn tenant(yaml: &str) -> Tenant {
    Tenant::parse(yaml).unwrap()
}

fn sign_in(routing: &mut Routing, now_ms: i64, agent: &str) {
    let session_id = format!("session of {agent}");
    routing.handle(now_ms, Input::SignIn { agent: agent.into(), session_id, team: None });
    let state = AgentChoice::Available;
    routing.handle(now_ms, Input::SetState { agent: agent.into(), state });
}

fn enqueue(routing: &mut Routing, now_ms: i64, contact: &str, queue: &str) {
    let input = Input::Enqueue {
        contact: ContactId::new(contact),
        queue: queue.into(),
        priority: Priority::LOWEST,
        skills: Vec::new(),
        relaxations: Vec::new(),
        first_enqueued_ms: None,
        check_availability: false,
    };
    routing.handle(now_ms, input);
}

fn drain(routing: &mut Routing) -> Vec<Output> {
    std::iter::from_fn(|| routing.poll()).collect()
}

fn offered(routing: &mut Routing) -> Vec<String> {
    let agents = drain(routing).into_iter().filter_map(|output| match output {
        Output::AgentState { agent, state: AgentState::Reserved { .. } } => Some(agent.to_string()),
        _ => None,
    });
    agents.collect()
}

#[test]
fn agents_keep_state_and_turn_and_meet_the_new_queues() {
    let mut routing = Routing::new(&tenant(BEFORE));
    // Bob has been Available longest, although he is listed later.
    for (now_ms, agent) in [(1, "bob"), (2, "ann"), (3, "cy")] {
        sign_in(&mut routing, now_ms, agent);
    }
    drain(&mut routing);
    let after = tenant(AFTER);
    assert_eq!(routing.leavers(&after), ["cy".into()]);
    routing.handle(4, Input::SignOut { agent: "cy".into() });
    drain(&mut routing);
    assert!(routing.renew(5, &after));
    assert_eq!(drain(&mut routing), [], "nobody has changed state");
    let state = |routing: &Routing, agent: &str| routing.agent_state(&agent.into());
    assert_eq!(state(&routing, "bob"), Some(AgentState::Available { since_ms: 1 }));
    assert_eq!(state(&routing, "ann"), Some(AgentState::Available { since_ms: 2 }));
    assert_eq!(state(&routing, "dan"), Some(AgentState::SignedOut));
    assert_eq!(state(&routing, "cy"), None);
    sign_in(&mut routing, 6, "dan");
    drain(&mut routing);
    for (contact, queue, agent) in [("1", "q", "bob"), ("2", "q", "dan"), ("3", "new", "ann")] {
        enqueue(&mut routing, 7, contact, queue);
        assert_eq!(offered(&mut routing), [agent], "contact {contact}");
    }
}

/// Takes a tenant over as the exchange does: what finds each other by it does so at once.
fn renew(routing: &mut Routing, now_ms: i64, to: &Tenant) {
    assert!(routing.renew(now_ms, to));
    assert_eq!(drain(routing), [], "nobody has changed state");
    routing.handle(now_ms, Input::Tick);
}

#[test]
fn contacts_keep_their_places_and_calls_go_on() {
    let mut routing = Routing::new(&tenant(BEFORE));
    for contact in ["1", "2", "3"] {
        enqueue(&mut routing, 1, contact, "q");
    }
    sign_in(&mut routing, 3, "bob");
    drain(&mut routing);
    assert!(!routing.is_quiet());
    renew(&mut routing, 4, &tenant(AFTER));
    assert_eq!(drain(&mut routing), [], "one is on offer, nobody is there for the others");
    assert_eq!(routing.waiting(&"q".into()), 2);
    let (agent, contact) = ("bob".into(), ContactId::new("1"));
    routing.handle(5, Input::Answer { agent, contact });
    let told = drain(&mut routing);
    assert!(told.iter().any(|it| matches!(it, Output::Connected { .. })), "{told:?}");
    renew(&mut routing, 6, &tenant(AFTER));
    sign_in(&mut routing, 7, "dan");
    assert_eq!(offered(&mut routing), ["dan"], "an agent of the new tenant has the next one");
    let (agent, contact) = ("bob".into(), ContactId::new("1"));
    routing.handle(8, Input::HangUp { agent, contact: contact.clone() });
    routing.handle(8, Input::ContactEnded { contact });
    drain(&mut routing);
    renew(&mut routing, 9, &tenant(AFTER));
    let state = routing.agent_state(&"bob".into());
    assert!(matches!(state, Some(AgentState::WrapUp { .. })), "{state:?}");
    // Dan does not answer in time; then Bob's wrap-up ends, and the third one rings there.
    let mut reserved = Vec::new();
    while let Some(due_ms) = routing.wake_at().filter(|_| reserved.is_empty()) {
        routing.handle(due_ms, Input::Tick);
        reserved.extend(offered(&mut routing));
    }
    assert_eq!(reserved, ["bob"], "its timers go on");
}

#[test]
fn who_waits_meets_whoever_serves_the_queue_now() {
    let mut routing = Routing::new(&tenant(BEFORE));
    sign_in(&mut routing, 1, "cy");
    enqueue(&mut routing, 2, "1", "q");
    assert_eq!(offered(&mut routing), [""; 0], "cy is in another team");
    let wider = BEFORE.replace("groups: [{teams: [t]}]", "groups: [{teams: [t, u]}]");
    renew(&mut routing, 3, &tenant(&wider));
    assert_eq!(offered(&mut routing), ["cy"]);
    // A group that there is no more is left for the last one that there is.
    let groups = "groups: [{teams: [t], duration_s: 5}, {teams: [t], duration_s: 5}, {teams: [t]}]";
    let stepped = BEFORE.replace("groups: [{teams: [t]}]", groups);
    let mut routing = Routing::new(&tenant(&stepped));
    enqueue(&mut routing, 0, "1", "q");
    routing.handle(11_000, Input::Tick);
    drain(&mut routing);
    renew(&mut routing, 12_000, &tenant(BEFORE));
    sign_in(&mut routing, 13_000, "bob");
    assert_eq!(offered(&mut routing), ["bob"]);
}

#[test]
fn what_has_a_contact_must_be_there() {
    let mut routing = Routing::new(&tenant(BEFORE));
    let without = |what: &str| {
        let lines = BEFORE.lines().filter(|line| !line.contains(what));
        tenant(&lines.collect::<Vec<_>>().join("\n"))
    };
    let other_queue = tenant(&BEFORE.replace("id: q", "id: p"));
    enqueue(&mut routing, 1, "1", "q");
    drain(&mut routing);
    assert!(!routing.can_renew(&other_queue) && !routing.renew(2, &other_queue));
    sign_in(&mut routing, 3, "bob");
    sign_in(&mut routing, 3, "ann");
    drain(&mut routing);
    assert!(!routing.renew(4, &without("id: bob")), "it rings at bob's");
    assert_eq!(routing.leavers(&without("id: bob")), [], "who has a contact stays");
    let (agent, contact) = ("bob".into(), ContactId::new("1"));
    routing.handle(5, Input::Answer { agent, contact });
    drain(&mut routing);
    assert!(!routing.renew(6, &without("id: bob")), "bob talks");
    assert!(routing.can_renew(&without("id: cy")));
    assert!(!routing.renew(6, &other_queue), "the queue counts the contact still");
    let asked = ContactId::new("asked");
    let (contact, agent) = (asked.clone(), "ann".into());
    routing.handle(7, Input::Ask { contact, agent, queue: None, is_own: false });
    drain(&mut routing);
    assert!(!routing.renew(8, &without("id: ann")), "ann is asked");
    routing.handle(9, Input::Withdraw { contact: asked });
    routing.handle(9, Input::Withdraw { contact: ContactId::new("1") });
    drain(&mut routing);
    assert!(routing.renew(10, &other_queue), "nobody is left");
}

/// A large tenant, and the same with everything in another order.
const CENTRE: &str = "
routing: {auto_wrap_up_s: 2, ring_timeout_s: 4}
skills: [{name: lang, type: proficiency}]
teams: [{id: t, name: T}, {id: u, name: U}, {id: v, name: V}]
agents:
  - {id: a0, name: A0, teams: [t, u], skills: {lang: 2}}
  - {id: a1, name: A1, teams: [t], skills: {lang: 7}}
  - {id: a2, name: A2, teams: [u], skills: {lang: 5}}
  - {id: a3, name: A3, teams: [v, t]}
  - {id: a4, name: A4, teams: [v], skills: {lang: 9}}
queues:
  - {id: q0, name: Q0, groups: [{teams: [t], duration_s: 3}, {teams: [u]}]}
  - {id: q1, name: Q1, groups: [{teams: [u, v]}], max_time_in_queue_s: 20}
  - {id: q2, name: Q2, routing: skills_based, groups: [{teams: [t, u, v]}]}
  - {id: q3, name: Q3, agents: [a3, a0]}
  - {id: q4, name: Q4, routing: circular, groups: [{teams: [u]}, {teams: [t]}]}
  - {id: q5, name: Q5, routing: circular, agents: [a4, a1, a2]}
";

fn turned() -> Tenant {
    let mut tenant = tenant(CENTRE);
    tenant.queues.reverse();
    tenant.teams.reverse();
    tenant.agents.reverse();
    tenant
}

/// Random inputs for so many of the queues.
struct Dice {
    seed: u64,
    queues: u64,
}

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.seed >> 33) % limit
    }

    fn agent(&mut self) -> trunkline_model::AgentId {
        format!("a{}", self.below(5)).as_str().into()
    }

    fn queue(&mut self) -> trunkline_model::QueueId {
        format!("q{}", self.below(self.queues)).as_str().into()
    }

    fn contact(&mut self) -> ContactId {
        ContactId::new(format!("c{}", self.below(12)))
    }

    fn skills(&mut self) -> Vec<SkillRequirement> {
        let (skill, condition) = ("lang".to_owned(), SkillCondition::AtLeast);
        let wanted = SkillRequirement { skill, condition, value: self.below(11).to_string() };
        if self.below(3) == 0 { Vec::new() } else { vec![wanted] }
    }

    fn priority(&mut self) -> Priority {
        Priority::new(1 + self.below(10).cast_signed())
    }

    fn input(&mut self) -> Input {
        let (agent, contact, queue) = (self.agent(), self.contact(), self.queue());
        match self.below(16) {
            0 => Input::SignIn { agent, session_id: "s".into(), team: None },
            1 if self.below(3) == 0 => Input::SignOut { agent },
            1..=3 => Input::SetState { agent, state: AgentChoice::Available },
            4 => Input::SetState { agent, state: AgentChoice::Idle { code: "Tea".into() } },
            5..=8 => {
                let after_s = self.below(5) as u32;
                let relaxations = vec![Relaxation { after_s, skills: self.skills() }];
                Input::Enqueue {
                    contact,
                    queue,
                    priority: self.priority(),
                    skills: self.skills(),
                    relaxations,
                    first_enqueued_ms: None,
                    check_availability: self.below(2) == 0,
                }
            }
            9 => {
                let (ask, priority, park) = (7, self.priority(), self.below(3) > 0);
                let recovery = (self.below(2) == 0).then(|| self.queue());
                Input::EnqueueToAgent { contact, ask, agent, queue, priority, park, recovery }
            }
            10 => Input::Withdraw { contact },
            11 => Input::SetPriority { contact, priority: self.priority() },
            12 => Input::Escalate { contact, to: GroupStep::Next, ask: None },
            13 => {
                let contact = ContactId::new(format!("d{}", self.below(3)));
                Input::Ask { contact, agent, queue: Some(queue), is_own: self.below(2) == 0 }
            }
            _ => Input::Tick,
        }
    }

    /// What the agent with the contact does, if there is one.
    fn answer(&mut self, routing: &Routing) -> Option<Input> {
        let agent = self.agent();
        match routing.agent_state(&agent)? {
            AgentState::Reserved { contact } => Some(match self.below(4) {
                0 => Input::Decline { agent, contact },
                _ => Input::Answer { agent, contact },
            }),
            AgentState::Engaged { contact } if self.below(2) == 0 => Some(match self.below(4) {
                0 => Input::LoseAgent { agent, contact },
                _ => Input::HangUp { agent, contact },
            }),
            _ => None,
        }
    }
}

/// Compares a domain that is renewed all the time, by these tenants, with one that is not.
fn compare(tenants: &[Tenant], queues: u64) {
    let (mut offers, mut renewals) = (0, 0);
    for seed in 0..60 {
        let mut dice = Dice { seed, queues };
        let (mut old, mut new) = (Routing::new(&tenants[0]), Routing::new(&tenants[0]));
        let mut now_ms = 0;
        for turn in 0..400 {
            now_ms += 1 + dice.below(700).cast_signed();
            if dice.below(6) == 0 {
                assert!(new.renew(now_ms, &tenants[turn % tenants.len()]));
                renewals += usize::from(!new.is_quiet());
                old.handle(now_ms, Input::Tick);
                new.handle(now_ms, Input::Tick);
            } else {
                let input = dice.answer(&old).unwrap_or_else(|| dice.input());
                old.handle(now_ms, input.clone());
                new.handle(now_ms, input);
            }
            let (old_told, new_told) = (drain(&mut old), drain(&mut new));
            assert_eq!(old_told, new_told, "seed {seed}, turn {turn}");
            offers += old_told.iter().filter(|it| matches!(it, Output::Offer { .. })).count();
            assert_eq!(old.wake_at(), new.wake_at(), "seed {seed}, turn {turn}");
            for queue in 0..queues {
                let queue = format!("q{queue}").as_str().into();
                assert_eq!(old.waiting(&queue), new.waiting(&queue), "seed {seed}, turn {turn}");
            }
        }
    }
    assert!(offers > 1_000 && renewals > 1_000, "{offers} {renewals}");
}

#[test]
fn a_tenant_that_says_the_same_changes_nothing() {
    compare(&[tenant(CENTRE)], 6);
}

#[test]
fn nor_does_its_order_where_that_does_not_count() {
    // Of these, the first four go by time and skills alone.
    compare(&[tenant(CENTRE), turned()], 4);
}
