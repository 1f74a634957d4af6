//! Which agent a queue picks, one test for each way.

use trunkline_acd::{Input, Problem, Routing};
use trunkline_model::routing::{Priority, Relaxation, SkillCondition, SkillRequirement};
use trunkline_model::tenant::routing::{AgentSelection, RoutingType, Skill, SkillType, SkillValue};
use trunkline_model::tenant::{MultimediaProfile, Queue, Tenant};

use crate::desk::*;

/// A queue of this kind; agents named make it theirs.
fn kind(routing: RoutingType, groups: &[&str], agents: &[&str]) -> Queue {
    let agents = agents.iter().map(|it| (*it).to_owned()).collect();
    Queue { routing, agents, ..queue("q", groups) }
}

/// Who is offered contacts one after the other; each declines and is Available again afterwards.
fn picked(desk: &mut Desk, from: usize, to: usize) -> Vec<String> {
    let mut picked = Vec::new();
    for number in from..to {
        let (contact, now_ms) = (format!("c{number}"), 1_000 * i64::try_from(number).unwrap());
        let lines = desk.at(now_ms, enqueue(&contact, "q"));
        let offer = lines.iter().find(|line| line.starts_with("offer"));
        let agent = offer.map_or("-", |line| line.split([' ', ':']).nth(3).unwrap()).to_owned();
        desk.at(now_ms + 1, ended(&contact));
        picked.push(agent);
    }
    picked
}

#[test]
fn linear_takes_the_first_from_the_top_in_the_order_of_teams_and_agents() {
    let queue = kind(RoutingType::Linear, &["t,s 0"], &[]);
    let agents = ["cyd@s", "ann@t", "bob@t"];
    let mut desk = Desk::new(&tenant(&["s", "t"], &agents, vec![queue]));
    for agent in ["cyd", "bob", "ann"] {
        desk.ready(0, agent);
    }
    assert_eq!(picked(&mut desk, 1, 4), ["ann", "ann", "ann"], "t is named first, ann is in it");
    desk.at(5_000, idle("ann", "tea"));
    assert_eq!(picked(&mut desk, 6, 7), ["bob"]);
    desk.at(7_000, idle("bob", "tea"));
    assert_eq!(picked(&mut desk, 8, 9), ["cyd"]);
}

#[test]
fn circular_goes_round() {
    let queue = kind(RoutingType::Circular, &["t,s 0"], &[]);
    let agents = ["cyd@s", "ann@t", "bob@t"];
    let mut desk = Desk::new(&tenant(&["s", "t"], &agents, vec![queue]));
    for agent in ["cyd", "bob", "ann"] {
        desk.ready(0, agent);
    }
    assert_eq!(picked(&mut desk, 1, 6), ["ann", "bob", "cyd", "ann", "bob"]);
    desk.at(6_000, idle("cyd", "tea"));
    assert_eq!(picked(&mut desk, 7, 9), ["ann", "bob"], "who is away is passed over");
    desk.at(9_000, available("cyd"));
    assert_eq!(picked(&mut desk, 10, 11), ["cyd"], "and has their turn again");
}

#[test]
fn a_queue_of_agents_is_served_by_them_in_their_order() {
    let agents = ["ann@t", "bob@s", "cyd@s"];
    for (routing, expected) in [
        (RoutingType::Linear, ["cyd", "cyd", "cyd"]),
        (RoutingType::Circular, ["cyd", "ann", "cyd"]),
        (RoutingType::LongestAvailableAgent, ["ann", "ann", "ann"]),
    ] {
        // By id and by name; bob is not among them.
        let queue = kind(routing, &[], &["cyd", "ANN"]);
        let mut desk = Desk::new(&tenant(&["s", "t"], &agents, vec![queue]));
        for agent in ["bob", "ann", "cyd"] {
            desk.ready(0, agent);
        }
        assert_eq!(picked(&mut desk, 1, 4), expected, "{routing:?}");
        let figures = desk.routing.figures(9_000, &"q".into(), None).unwrap();
        assert_eq!((figures.logged_on_agents_all, figures.available_agents_all), (2, 2));
    }
    let queue = kind(RoutingType::Linear, &[], &["dan"]);
    let routing = Routing::new(&tenant(&["s"], &["ann@s"], vec![queue]));
    let [Problem::UnknownAgentOfQueue { agent, .. }] = routing.problems() else { panic!() };
    assert_eq!(agent, "dan");
}

#[test]
fn a_waiting_contact_of_a_queue_of_agents_goes_to_the_first_of_them_who_is_free() {
    let queues = vec![kind(RoutingType::Linear, &[], &["cyd"]), queue("all", &[])];
    let mut desk = Desk::new(&tenant(&["s"], &["ann@s", "cyd@s"], queues));
    desk.at(0, enqueue("c1", "q"));
    desk.at(1, enqueue("c2", "all"));
    desk.ready(2, "ann");
    assert_eq!(desk.state("ann"), "reserved for c2");
    desk.ready(3, "cyd");
    assert_eq!(desk.state("cyd"), "reserved for c1");
}

fn skilled(selection: AgentSelection) -> Tenant {
    let queue = Queue { selection, ..kind(RoutingType::SkillsBased, &["t 0"], &[]) };
    let mut tenant = tenant(&["t"], &["ann@t", "bob@t", "cyd@t"], vec![queue]);
    let skill =
        |name: &str| Skill { name: name.into(), kind: SkillType::Proficiency, values: Vec::new() };
    tenant.skills = vec![skill("tax"), skill("rank")];
    for (agent, (tax, rank)) in tenant.agents.iter_mut().zip([(5, 2), (8, 9), (8, 4)]) {
        let levels = [("tax", tax), ("rank", rank)];
        let levels = levels.map(|(name, it)| (name.to_owned(), SkillValue::Proficiency(it)));
        agent.skills = levels.into();
    }
    tenant
}

fn needs(list: &[(&str, SkillCondition, u8)]) -> Vec<SkillRequirement> {
    let need = |(skill, condition, level): &(&str, SkillCondition, u8)| SkillRequirement {
        skill: (*skill).into(),
        condition: *condition,
        value: level.to_string(),
    };
    list.iter().map(need).collect()
}

fn enqueue_needing(skills: Vec<SkillRequirement>, relaxations: Vec<Relaxation>) -> Input {
    Input::Enqueue {
        contact: "c".into(),
        queue: "q".into(),
        priority: Priority::LOWEST,
        skills,
        relaxations,
        first_enqueued_ms: None,
        check_availability: false,
    }
}

#[test]
fn best_available_weighs_the_proficiencies_that_are_asked_for() {
    use SkillCondition::{AtLeast, AtMost};
    let rows = [
        (vec![("tax", AtLeast, 1)], "bob", "8 beats 5; of bob and cyd, bob is Available longer"),
        (vec![("tax", AtLeast, 1), ("rank", AtMost, 9)], "cyd", "8 + (10 - 4) beats 8 + 1, 5 + 8"),
        (vec![("rank", AtMost, 9)], "ann", "10 - 2 beats 10 - 9, 10 - 4"),
        (vec![], "ann", "nothing to weigh: the longest Available"),
    ];
    for (wanted, expected, why) in rows {
        for (selection, picked) in
            [(AgentSelection::BestAvailable, expected), (AgentSelection::LongestAvailable, "ann")]
        {
            let mut desk = Desk::new(&skilled(selection));
            for (now_ms, agent) in [(0, "ann"), (1, "bob"), (2, "cyd")] {
                desk.ready(now_ms, agent);
            }
            desk.at(3, enqueue_needing(needs(&wanted), Vec::new()));
            assert_eq!(desk.state(picked), "reserved for c", "{selection:?}: {why}");
        }
    }
}

#[test]
fn relaxations_replace_what_is_needed_one_after_the_other() {
    use SkillCondition::AtLeast;
    let step = |after_s, level| Relaxation {
        after_s,
        skills: if level == 0 { Vec::new() } else { needs(&[("tax", AtLeast, level)]) },
    };
    let mut desk = Desk::new(&skilled(AgentSelection::LongestAvailable));
    desk.ready(0, "ann");
    let skills = needs(&[("tax", AtLeast, 9)]);
    let steps = vec![step(20, 7), step(10, 6), step(30, 5)];
    desk.at(0, enqueue_needing(skills.clone(), steps.clone()));
    assert_eq!(desk.tick(59_999), [""; 0], "ann has 5");
    assert_eq!(desk.routing.wake_at(), Some(60_000), "20 + 10 + 30 s");
    desk.tick(60_000);
    assert_eq!(desk.state("ann"), "reserved for c");

    // What is due while it rings counts when it comes back.
    let mut desk = Desk::new(&skilled(AgentSelection::LongestAvailable));
    desk.ready(0, "bob");
    desk.at(0, enqueue_needing(needs(&[("tax", AtLeast, 8)]), vec![step(5, 5)]));
    desk.ready(1, "ann");
    desk.at(9_000, decline("bob", "c"));
    assert_eq!(desk.state("ann"), "reserved for c");

    // New requirements end them.
    let mut desk = Desk::new(&skilled(AgentSelection::LongestAvailable));
    desk.ready(0, "ann");
    desk.at(0, enqueue_needing(skills.clone(), steps));
    desk.at(1, Input::SetSkills { contact: "c".into(), skills });
    assert_eq!(desk.tick(599_999), [""; 0]);
}

#[test]
fn an_agent_who_takes_no_calls_is_offered_none() {
    let mut tenant = tenant(&["t"], &["ann@t"], vec![queue("q", &[])]);
    tenant.multimedia_profiles =
        vec![MultimediaProfile { id: "m".into(), name: "No calls".into(), voice: 0 }];
    tenant.agents[0].multimedia_profile = Some("No calls".into());
    let mut desk = Desk::new(&tenant);
    desk.ready(0, "ann");
    assert_eq!(desk.at(1, enqueue("c", "q")), ["c in q: 1 of 1, 1/1"]);
    assert_eq!(desk.state("ann"), "available since 0");
}

#[test]
fn a_queue_that_is_full_takes_no_more_until_one_is_finished() {
    let mut tenant = tenant(&["t"], &["ann@t"], vec![queue("q", &[]), queue("r", &[])]);
    tenant.queues[0].max_active_contacts = Some(2);
    let mut desk = Desk::new(&tenant);
    desk.ready(0, "ann");
    desk.at(1, enqueue("c1", "q"));
    desk.at(2, answer("ann", "c1"));
    desk.at(3, enqueue("c2", "q"));
    assert_eq!(desk.at(4, enqueue("c3", "q")), ["refused: QueueFull"]);
    assert_eq!(desk.at(5, enqueue("c2", "q")), ["c2 in q: 1 of 1, 1/1"], "it is there already");
    desk.at(6, hang_up("ann", "c1"));
    assert_eq!(desk.at(7, enqueue("c3", "q")), ["c3 in q: 2 of 2, 1/1"]);
    desk.at(8, enqueue("c2", "r"));
    assert_eq!(desk.at(9, enqueue("c4", "q")), ["c4 in q: 2 of 2, 1/1"], "c2 has moved");
}
