//! Another tenant for a domain that runs.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

use trunkline_acd::{AgentChoice, AgentState, Input, Output, Routing};
use trunkline_model::ContactId;
use trunkline_model::routing::Priority;
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

#[test]
fn a_domain_with_contacts_waits() {
    let mut routing = Routing::new(&tenant(BEFORE));
    enqueue(&mut routing, 1, "1", "q");
    drain(&mut routing);
    assert!(!routing.renew(2, &tenant(AFTER)), "it waits");
    sign_in(&mut routing, 3, "bob");
    drain(&mut routing);
    assert!(!routing.renew(4, &tenant(AFTER)), "it is on offer");
    let (agent, contact) = ("bob".into(), ContactId::new("1"));
    routing.handle(5, Input::Answer { agent, contact });
    drain(&mut routing);
    assert!(!routing.renew(6, &tenant(AFTER)), "they talk");
    let (agent, contact) = ("bob".into(), ContactId::new("1"));
    routing.handle(7, Input::HangUp { agent, contact: contact.clone() });
    routing.handle(7, Input::ContactEnded { contact });
    drain(&mut routing);
    assert!(routing.renew(8, &tenant(AFTER)), "wrap-up does not count");
    let state = routing.agent_state(&"bob".into());
    assert!(matches!(state, Some(AgentState::WrapUp { .. })), "{state:?}");
    let due_ms = routing.wake_at().unwrap();
    routing.handle(due_ms, Input::Tick);
    let state = routing.agent_state(&"bob".into());
    assert_eq!(state, Some(AgentState::Available { since_ms: due_ms }), "its timer goes on");
}
