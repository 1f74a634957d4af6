//! Queue To Agent: offers, parking, recovery.

use trunkline_acd::Input;
use trunkline_model::routing::Priority;

use crate::desk::*;

/// `ann` and `bob` serve `q` and `r`.
fn centre() -> Desk {
    let queues = vec![queue("q", &[]), queue("r", &["t 0"])];
    Desk::new(&tenant(&["t"], &["ann@t", "bob@t"], queues))
}

fn to_agent(contact: &str, agent: &str, park: bool, recovery: Option<&str>) -> Input {
    Input::EnqueueToAgent {
        contact: contact.into(),
        ask: 7,
        agent: agent.into(),
        queue: "q".into(),
        priority: Priority::LOWEST,
        park,
        recovery: recovery.map(Into::into),
    }
}

#[test]
fn an_available_agent_is_rung_at_once() {
    let mut desk = centre();
    desk.ready(0, "bob");
    desk.ready(1, "ann");
    assert_eq!(
        desk.at(5, to_agent("c", "ann", false, None)),
        [
            "reply 7 to c: Reserved, available, q",
            "offer c to ann: 12000, waited 0",
            "ann is reserved for c"
        ]
    );
    assert_eq!(desk.routing.waiting(&"q".into()), 0);
}

#[test]
fn what_becomes_of_a_contact_for_an_agent_who_is_not_available() {
    let rows: [(&str, bool, Option<&str>, &[&str]); 12] = [
        (
            "signed out",
            true,
            Some("r"),
            &["reply 7 to c: NotSignedIn, not there, -", "refused: SignedOut"],
        ),
        ("idle", true, None, &["reply 7 to c: Parked, idle (tea), q"]),
        ("idle", true, Some("r"), &["reply 7 to c: Parked, idle (tea), q"]),
        (
            "idle",
            false,
            Some("r"),
            &["reply 7 to c: Recovery, idle (tea), r", "c in r: 1 of 1, 1/1"],
        ),
        ("idle", false, None, &["reply 7 to c: Unavailable, idle (tea), -", "refused: AgentBusy"]),
        ("rona", false, None, &["reply 7 to c: Unavailable, idle (RONA), -", "refused: AgentBusy"]),
        ("ringing", false, None, &["reply 7 to c: Busy, available, -", "refused: AgentBusy"]),
        ("talking", false, None, &["reply 7 to c: Busy, available, -", "refused: AgentBusy"]),
        ("talking", true, None, &["reply 7 to c: Parked, available, q"]),
        ("wrapping up", true, None, &["reply 7 to c: Parked, available, q"]),
        ("leaving", true, None, &["reply 7 to c: NotSignedIn, not there, -", "refused: SignedOut"]),
        ("going idle", true, None, &["reply 7 to c: Parked, idle (tea), q"]),
    ];
    for (state, park, recovery, expected) in rows {
        let mut desk = centre();
        if state != "signed out" {
            desk.ready(0, "ann");
        }
        if state == "idle" {
            desk.at(0, idle("ann", "tea"));
        } else if state != "signed out" {
            desk.at(0, enqueue("x", "q"));
        }
        if !matches!(state, "signed out" | "idle" | "ringing" | "rona") {
            desk.at(0, answer("ann", "x"));
        }
        match state {
            "rona" => desk.at(0, decline("ann", "x")),
            "wrapping up" => desk.at(0, hang_up("ann", "x")),
            "leaving" => desk.at(0, sign_out("ann")),
            "going idle" => desk.at(0, idle("ann", "tea")),
            _ => Vec::new(),
        };
        let lines = desk.at(1, to_agent("c", "ann", park, recovery));
        assert_eq!(lines, expected, "{state}, {park}, {recovery:?}");
    }
}

#[test]
fn what_does_not_exist_is_said() {
    let mut desk = centre();
    assert_eq!(
        desk.at(0, to_agent("c", "eve", true, None)),
        ["reply 7 to c: UnknownAgent, not there, -", "refused: UnknownAgent"]
    );
    let Input::EnqueueToAgent { contact, ask, agent, priority, park, recovery, .. } =
        to_agent("c", "ann", true, None)
    else {
        unreachable!()
    };
    let queue = "nowhere".into();
    let input = Input::EnqueueToAgent { contact, ask, agent, queue, priority, park, recovery };
    assert_eq!(
        desk.at(0, input),
        ["reply 7 to c: UnknownQueue, not there, -", "refused: UnknownQueue"]
    );
}

#[test]
fn a_parked_contact_comes_before_all_that_wait_in_queues() {
    let mut desk = centre();
    desk.at(0, sign_in("ann"));
    desk.at(1, enqueue_at("urgent", "q", 1));
    desk.at(2, to_agent("parked", "ann", true, None));
    desk.at(3, available("ann"));
    assert_eq!(desk.state("ann"), "reserved for parked");
    desk.at(4, answer("ann", "parked"));
    desk.at(5, hang_up("ann", "parked"));
    desk.at(6, wrap_up("ann", "parked"));
    assert_eq!(desk.state("ann"), "reserved for urgent");
}

#[test]
fn parked_contacts_go_by_priority_and_time_among_themselves() {
    let mut desk = centre();
    desk.at(0, sign_in("ann"));
    for (now_ms, contact) in [(1, "c1"), (2, "c2"), (3, "c3")] {
        desk.at(now_ms, to_agent(contact, "ann", true, None));
    }
    desk.at(4, Input::SetPriority { contact: "c3".into(), priority: Priority::new(1) });
    let mut taken = Vec::new();
    for now_ms in (10..).step_by(10).take(3) {
        desk.at(now_ms, available("ann"));
        taken.push(desk.state("ann"));
        let contact = taken.last().unwrap().rsplit(' ').next().unwrap().to_owned();
        desk.at(now_ms + 1, ended(&contact));
        desk.at(now_ms + 2, idle("ann", "tea"));
        // The next one rings already: it goes back to its place.
        let next = desk.state("ann");
        if let Some(next) = next.strip_prefix("reserved for ") {
            let next = next.to_owned();
            desk.at(now_ms + 3, decline("ann", &next));
        }
    }
    assert_eq!(taken, ["reserved for c3", "reserved for c1", "reserved for c2"]);
}

#[test]
fn the_recovery_queue_takes_whom_the_agent_does_not() {
    let rang = |desk: &mut Desk, then: (i64, Input)| {
        desk.ready(0, "ann");
        desk.at(1_000, to_agent("c", "ann", true, Some("r")));
        desk.at(then.0, then.1)
    };
    let back = "c goes on to r";
    let rows = [
        ((13_000, Input::Tick), "rona", "ann is rona"),
        ((2_000, decline("ann", "c")), "declined", "ann is rona"),
        ((2_000, sign_out("ann")), "agent left", "ann is signed out"),
        ((2_000, lose_offer("ann", "c")), "device failed", "ann is idle (Lost connection)"),
    ];
    for (then, reason, state) in rows {
        let mut desk = centre();
        let lines = rang(&mut desk, then);
        let withdrawn = format!("withdraw c from ann: {reason}, requeued");
        assert_eq!(lines, [withdrawn.as_str(), back, "c in r: 1 of 1, 1/1", state]);
        desk.ready(20_000, "bob");
        assert_eq!(desk.state("bob"), "reserved for c", "anybody takes it now");
    }
}

#[test]
fn parked_contacts_leave_an_agent_who_signs_out() {
    let mut desk = centre();
    desk.at(0, sign_in("ann"));
    desk.at(1, to_agent("c1", "ann", true, Some("r")));
    desk.at(2, to_agent("c2", "ann", true, None));
    assert_eq!(
        desk.at(3, sign_out("ann")),
        ["ann is signed out", "c1 goes on to r", "c1 in r: 1 of 1, 1/1"]
    );
    assert_eq!(desk.routing.agent_view(&"ann".into()).unwrap().parked, 1, "c2 has nowhere to go");
    desk.ready(4, "ann");
    assert_eq!(desk.state("ann"), "reserved for c2");
}

#[test]
fn a_parked_contact_that_waits_too_long_goes_on_or_leaves() {
    let mut desk = centre();
    desk.at(0, sign_in("ann"));
    desk.at(1, to_agent("c1", "ann", true, Some("r")));
    desk.at(2, to_agent("c2", "ann", true, None));
    assert_eq!(desk.tick(600_001), ["c1 goes on to r", "c1 in r: 1 of 1, 1/1"]);
    assert_eq!(desk.tick(600_002), ["c2 leaves q for +15550100"]);
    assert_eq!(desk.tick(1_200_001), ["c1 leaves r for +15550100"], "the time begins anew");
}

#[test]
fn a_contact_whose_agent_was_lost_waits_for_anybody() {
    for (recovery, queue) in [(Some("r"), "r"), (None, "q")] {
        let mut desk = centre();
        desk.ready(0, "ann");
        desk.at(1, to_agent("c", "ann", true, recovery));
        desk.at(2, answer("ann", "c"));
        desk.at(3, lose_agent("ann", "c"));
        assert_eq!(desk.routing.waiting(&queue.into()), 1, "{recovery:?}");
        desk.ready(4, "bob");
        assert_eq!(desk.state("bob"), "reserved for c");
    }
}

#[test]
fn a_contact_that_fails_stays_where_it_was_and_one_that_is_moved_leaves_its_place() {
    let mut desk = centre();
    desk.at(0, enqueue("c", "q"));
    assert_eq!(
        desk.at(1, to_agent("c", "ann", true, None))[0],
        "reply 7 to c: NotSignedIn, not there, q"
    );
    assert_eq!(desk.routing.waiting(&"q".into()), 1);
    desk.at(2, sign_in("ann"));
    desk.at(3, to_agent("c", "ann", true, None));
    assert_eq!(desk.routing.waiting(&"q".into()), 0);
    // Chained: the next agent is tried.
    desk.ready(4, "bob");
    desk.at(5, to_agent("c", "bob", true, None));
    assert_eq!(desk.state("bob"), "reserved for c");
    assert_eq!(desk.routing.agent_view(&"ann".into()).unwrap().parked, 0);
    desk.at(6, answer("bob", "c"));
    assert_eq!(
        desk.at(7, to_agent("c", "ann", true, None))[0],
        "reply 7 to c: Connected, idle (Signed in), q"
    );
}

#[test]
fn groups_are_not_for_contacts_that_wait_for_an_agent() {
    let mut desk = centre();
    desk.at(0, sign_in("ann"));
    desk.at(1, to_agent("c", "ann", true, None));
    let to = trunkline_acd::GroupStep::Next;
    let escalate = |contact: &str| Input::Escalate { contact: contact.into(), to, ask: Some(3) };
    assert_eq!(desk.at(2, escalate("c")), ["reply 3 to c: no groups", "refused: NoGroups"]);
    assert_eq!(desk.at(3, escalate("d")), ["reply 3 to d: not queued", "refused: UnknownContact"]);
    desk.at(4, enqueue("d", "r"));
    assert_eq!(desk.at(5, escalate("d")), ["reply 3 to d: 1/1"]);
}
