//! What users of other systems have reported, and what happens here.

use trunkline_acd::{Input, Output};
use trunkline_model::routing::Priority;

use crate::desk::*;

/// Agents stay reserved for ever when the answer and the caller's hang-up cross each other.
#[test]
fn no_agent_stays_reserved_after_a_race() {
    let ways: [(&str, Vec<(i64, Input)>); 6] = [
        ("answer, then hang-up", vec![(500, answer("ann", "c")), (500, ended("c"))]),
        ("hang-up, then answer", vec![(500, ended("c")), (500, answer("ann", "c"))]),
        ("RONA, then answer", vec![(12_000, Input::Tick), (12_000, answer("ann", "c"))]),
        ("decline twice", vec![(500, decline("ann", "c")), (500, decline("ann", "c"))]),
        ("failure, then answer", vec![(500, lose_offer("ann", "c")), (500, answer("ann", "c"))]),
        ("moved, then answer", vec![(500, enqueue("c", "other")), (500, answer("ann", "c"))]),
    ];
    for (name, inputs) in ways {
        let queues = vec![queue("q", &["t 0"]), queue("other", &["s 0"])];
        let mut desk = Desk::new(&tenant(&["s", "t"], &["ann@t"], queues));
        desk.ready(0, "ann");
        desk.at(0, enqueue("c", "q"));
        for (now_ms, input) in inputs {
            desk.at(now_ms, input);
        }
        assert!(!desk.state("ann").starts_with("reserved"), "{name}: {}", desk.state("ann"));
        // Whatever is left to do, an hour later nothing keeps the agent.
        for input in [ended("c"), wrap_up("ann", "c"), available("ann")] {
            desk.at(3_600_000, input);
        }
        desk.at(3_600_001, enqueue("next", "q"));
        assert_eq!(desk.state("ann"), "reserved for next", "{name}");
    }
}

/// The agent answers while the caller hears an announcement and its flow puts the contact somewhere
/// else at that moment: the answer wins, the flow's wish is refused.
#[test]
fn an_answer_during_an_announcement_is_not_undone_by_the_flow() {
    let mut desk = Desk::new(&tenant(&["t"], &["ann@t"], vec![queue("q", &[]), queue("r", &[])]));
    desk.ready(0, "ann");
    desk.at(1, enqueue("c", "q"));
    desk.at(2, answer("ann", "c"));
    let to = trunkline_acd::GroupStep::Last;
    for input in [
        enqueue("c", "r"),
        Input::SetPriority { contact: "c".into(), priority: Priority::new(1) },
        Input::SetSkills { contact: "c".into(), skills: Vec::new() },
        Input::Escalate { contact: "c".into(), to, ask: None },
    ] {
        assert_eq!(desk.at(3, input), ["refused: ContactConnected"]);
    }
    assert_eq!(desk.state("ann"), "engaged with c");
}

/// A priority that is raised while the caller waits counts for the next agent who is free, and also
/// for one whose offer is just coming back.
#[test]
fn a_priority_that_changes_while_waiting_counts_at_once() {
    let mut desk = Desk::new(&tenant(&["t"], &["ann@t"], vec![queue("q", &[])]));
    for (now_ms, contact) in [(1, "c1"), (2, "c2"), (3, "c3")] {
        desk.at(now_ms, enqueue(contact, "q"));
    }
    let first =
        |contact: &str| Input::SetPriority { contact: contact.into(), priority: Priority::new(1) };
    desk.at(4, first("c3"));
    let place = |desk: &Desk, contact: &str| {
        desk.routing.figures(5, &"q".into(), Some(&contact.into())).unwrap().position
    };
    assert_eq!((place(&desk, "c3"), place(&desk, "c1"), place(&desk, "c2")), (1, 2, 3));
    desk.ready(6, "ann");
    assert_eq!(desk.state("ann"), "reserved for c3");
    desk.at(7, first("c2"));
    desk.at(8, ended("c3"));
    assert_eq!(desk.state("ann"), "reserved for c2");
}

/// Systems that tell every member's state to every other member drown in a thousand of them. Here an
/// agent's change is one output, whoever else there is.
#[test]
fn a_thousand_members_are_told_of_once_each() {
    let names: Vec<String> = (0..1_000).map(|at| format!("a{at}@t")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let queues: Vec<_> = (0..50).map(|at| queue(&format!("q{at}"), &["t 0"])).collect();
    let mut desk = Desk::new(&tenant(&["t"], &names, queues));
    let agents = || names.iter().map(|name| name.trim_end_matches("@t"));
    for agent in agents() {
        assert_eq!(desk.at(0, sign_in(agent)).len(), 1);
        assert_eq!(desk.at(1, available(agent)).len(), 1);
        assert_eq!(desk.at(2, idle(agent, "tea")).len(), 1);
        assert_eq!(desk.at(3, available(agent)).len(), 1);
    }
    desk.routing.handle(4, enqueue("c", "q7"));
    let outputs: Vec<Output> = std::iter::from_fn(|| desk.routing.poll()).collect();
    assert_eq!(outputs.len(), 3, "queued, offered, reserved");
}

/// An agent who leaves while their device rings must not take the caller along, nor come back as
/// somebody who did not answer.
#[test]
fn who_leaves_while_ringing_is_gone_and_the_caller_is_next() {
    let mut desk = Desk::new(&tenant(&["t"], &["ann@t", "bob@t"], vec![queue("q", &[])]));
    desk.ready(0, "ann");
    desk.at(1_000, enqueue("c1", "q"));
    desk.at(2_000, enqueue("c2", "q"));
    desk.at(3_000, sign_out("ann"));
    assert_eq!(desk.state("ann"), "signed out");
    assert_eq!(desk.tick(20_000), [""; 0], "no RONA of somebody who has left");
    desk.ready(21_000, "bob");
    assert_eq!(desk.state("bob"), "reserved for c1", "at the old place, before c2");
    desk.ready(22_000, "ann");
    assert_eq!(desk.state("ann"), "reserved for c2");
}
