//! The rules, one test each.

use trunkline_acd::limits::{MAX_RETURNS, MAX_TEXT};
use trunkline_acd::{AgentChoice, GroupStep, Input, Output, Problem, Routing};
use trunkline_model::routing::{Priority, QueueFigures, SkillCondition, SkillRequirement};
use trunkline_model::tenant::routing::{RoutingType, Skill, SkillType, SkillValue};
use trunkline_model::tenant::{Agent, Tenant};

use crate::desk::*;

/// Two teams, three agents, a queue without groups.
fn plain() -> Desk {
    Desk::new(&tenant(&["s", "t"], &["ann@t", "bob@t", "cyd@s"], vec![queue("q", &[])]))
}

fn offered(lines: &[String]) -> Vec<String> {
    let offers = lines.iter().filter(|it| it.starts_with("offer"));
    offers.map(|it| it.split([' ', ':']).nth(3).unwrap().to_owned()).collect()
}

#[test]
fn a_contact_from_queue_to_wrap_up() {
    let mut desk = plain();
    assert_eq!(desk.at(0, sign_in("ann")), ["ann is idle (Signed in)"]);
    assert_eq!(desk.at(5, available("ann")), ["ann is available since 5"]);
    desk.at(6, idle("ann", "tea"));
    assert_eq!(desk.at(10, enqueue("c1", "q")), ["c1 in q: 1 of 1, 1/1"]);
    assert_eq!(
        desk.at(3_010, available("ann")),
        [
            "ann is available since 3010",
            "offer c1 to ann: 12000, waited 3000",
            "ann is reserved for c1"
        ]
    );
    desk.at(4_000, answer("ann", "c1"));
    assert_eq!(desk.routing.wake_at(), None);
    assert_eq!(
        desk.at(9_000, hang_up("ann", "c1")),
        ["ann begins to wrap up c1: None", "ann is wrapping up c1"]
    );
    assert_eq!(
        desk.at(9_500, wrap_up("ann", "c1")),
        ["ann has wrapped up c1: sale", "ann is available since 9500"]
    );
    assert_eq!(desk.at(9_600, sign_out("ann")), ["ann is signed out"]);
}

#[test]
fn the_longest_available_agent_is_offered_the_contact() {
    let mut desk = plain();
    for (now_ms, agent) in [(1, "bob"), (2, "cyd"), (3, "ann")] {
        desk.ready(now_ms, agent);
    }
    // Asking for Available again does not cost the place; Idle does.
    desk.at(4, available("bob"));
    desk.at(5, idle("cyd", "tea"));
    desk.at(6, available("cyd"));
    let offers: Vec<_> =
        (1..4).flat_map(|n| offered(&desk.at(10, enqueue(&format!("c{n}"), "q")))).collect();
    assert_eq!(offers, ["bob", "ann", "cyd"]);
}

#[test]
fn of_two_who_became_available_together_the_first_input_counts() {
    let mut desk = plain();
    desk.ready(1, "bob");
    desk.ready(1, "ann");
    assert_eq!(offered(&desk.at(2, enqueue("c1", "q"))), ["bob"]);
}

#[test]
fn an_offer_tells_everything_about_the_agent() {
    let mut desk = plain();
    desk.ready(0, "cyd");
    desk.routing.handle(0, enqueue("c1", "q"));
    let outputs: Vec<Output> = std::iter::from_fn(|| desk.routing.poll()).collect();
    let Output::Offer { agent, .. } = &outputs[1] else { panic!("{outputs:?}") };
    let found = [&agent.name, &agent.email, &agent.session_id, &agent.team_name, &agent.queue_name];
    assert_eq!(found, ["CYD", "cyd@example.com", "cyd-1", "S", "Q"]);
    assert_eq!((agent.team_id.as_str(), agent.queue_id.as_str()), ("s", "q"));
}

#[test]
fn groups_join_one_after_the_other_and_stay() {
    let queues = vec![queue("q", &["s 30", "t 60", "u 0"])];
    let mut desk = Desk::new(&tenant(&["s", "t", "u"], &["ann@t", "bob@u", "cyd@s"], queues));
    desk.ready(0, "ann");
    desk.ready(0, "bob");
    assert_eq!(desk.at(0, enqueue("c1", "q")), ["c1 in q: 1 of 1, 1/3"]);
    desk.at(1_000, enqueue("c2", "q"));
    desk.at(2_000, enqueue("c3", "q"));
    desk.at(10_000, withdraw("c2"));
    assert_eq!(desk.routing.wake_at(), Some(30_000));
    assert_eq!(desk.tick(29_999), [""; 0]);
    assert_eq!(offered(&desk.tick(30_000)), ["ann"]);
    assert_eq!(desk.tick(32_000), [""; 0], "ann is busy with c1");
    desk.at(33_000, answer("ann", "c1"));
    assert_eq!(desk.routing.wake_at(), Some(92_000), "c3 meets the third group after 30 + 60 s");
    desk.at(91_999, Input::Tick);
    assert_eq!(offered(&desk.tick(92_000)), ["bob"]);
}

#[test]
fn first_groups_go_on_serving() {
    let queues = vec![queue("q", &["s 30", "t 0"])];
    let mut desk = Desk::new(&tenant(&["s", "t"], &["ann@s"], queues));
    desk.at(0, enqueue("c1", "q"));
    desk.tick(40_000);
    desk.at(50_000, sign_in("ann"));
    assert_eq!(offered(&desk.at(50_000, available("ann"))), ["ann"]);
}

#[test]
fn a_group_without_duration_is_joined_at_once() {
    let queues = vec![queue("q", &["s 0", "t 0", "u 60", "s 0"])];
    let mut desk = Desk::new(&tenant(&["s", "t", "u"], &["ann@u"], queues));
    assert_eq!(desk.at(0, enqueue("c1", "q")), ["c1 in q: 1 of 1, 3/4"]);
}

#[test]
fn the_availability_check_skips_groups_in_which_nobody_can_take_it() {
    let checked = |contact: &str| {
        let Input::Enqueue { contact, queue, priority, skills, first_enqueued_ms, .. } =
            enqueue(contact, "q")
        else {
            unreachable!()
        };
        Input::Enqueue {
            contact,
            queue,
            priority,
            skills,
            relaxations: Vec::new(),
            first_enqueued_ms,
            check_availability: true,
        }
    };
    let queues = vec![queue("q", &["s 30", "t 30", "u 0"])];
    let mut desk = Desk::new(&tenant(&["s", "t", "u"], &["ann@t", "cyd@s"], queues));
    desk.at(0, sign_in("cyd"));
    desk.ready(0, "ann");
    assert_eq!(desk.at(0, checked("c1"))[0], "c1 in q: 1 of 1, 2/3");
    assert_eq!(desk.at(0, checked("c2")), ["c2 in q: 1 of 1, 3/3"], "nobody at all: the last");
    desk.at(1, available("cyd"));
    assert_eq!(desk.state("cyd"), "reserved for c2", "groups are cumulative");
}

#[test]
fn escalation_lets_groups_join_before_their_time() {
    for (to, group) in [(GroupStep::Next, 2), (GroupStep::Last, 4)] {
        let queues = vec![queue("q", &["s 30", "t 30", "u 30", "v 0"])];
        let mut desk = Desk::new(&tenant(&["s", "t", "u", "v"], &["ann@s"], queues));
        desk.at(0, enqueue("c1", "q"));
        desk.at(10_000, Input::Escalate { contact: "c1".into(), to, ask: None });
        let figures = figures(&desk, 10_000, Some("c1"));
        assert_eq!((figures.current_group, figures.total_groups), (group, 4));
    }
    let mut desk = plain();
    let next = Input::Escalate { contact: "c1".into(), to: GroupStep::Next, ask: None };
    assert_eq!(desk.at(0, next.clone()), ["refused: UnknownContact"]);
    desk.ready(0, "ann");
    desk.at(0, enqueue("c1", "q"));
    desk.at(0, answer("ann", "c1"));
    assert_eq!(desk.at(0, next), ["refused: ContactConnected"]);
}

#[test]
fn groups_join_while_a_contact_rings() {
    let queues = vec![queue("q", &["s 5", "t 60", "u 60", "v 0"])];
    let mut desk = Desk::new(&tenant(&["s", "t", "u", "v"], &["ann@s"], queues));
    desk.ready(0, "ann");
    desk.at(0, enqueue("c1", "q"));
    desk.at(8_000, Input::Escalate { contact: "c1".into(), to: GroupStep::Next, ask: None });
    desk.at(9_000, decline("ann", "c1"));
    let group = figures(&desk, 9_000, Some("c1")).current_group;
    assert_eq!(group, 3, "the second joined at 5 s, the third at 8 s");
    assert_eq!(desk.routing.wake_at(), Some(68_000));
}

fn figures(desk: &Desk, now_ms: i64, contact: Option<&str>) -> QueueFigures {
    let contact = contact.map(Into::into);
    desk.routing.figures(now_ms, &"q".into(), contact.as_ref()).unwrap()
}

#[test]
fn a_contact_that_waits_too_long_leaves_for_the_overflow() {
    let mut desk = plain();
    desk.at(0, enqueue("c1", "q"));
    assert_eq!(desk.routing.wake_at(), Some(600_000));
    assert_eq!(desk.tick(600_000), ["c1 leaves q for +15550100"]);
    assert_eq!(desk.routing.waiting(&"q".into()), 0);
    assert_eq!(desk.at(600_001, withdraw("c1")), ["refused: UnknownContact"]);
}

#[test]
fn moving_to_another_queue_starts_its_time_anew() {
    let mut desk = Desk::new(&tenant(&["t"], &["ann@t"], vec![queue("q", &[]), queue("r", &[])]));
    desk.at(0, enqueue("c1", "q"));
    desk.at(1, enqueue("c2", "r"));
    assert_eq!(desk.at(100_000, enqueue("c1", "r")), ["c1 in r: 2 of 2, 1/1"]);
    assert_eq!(desk.routing.waiting(&"q".into()), 0);
    desk.tick(600_001);
    assert!(desk.routing.knows(&"c1".into()) && !desk.routing.knows(&"c2".into()));
}

#[test]
fn an_earlier_first_enqueue_time_keeps_the_place_and_never_lies_ahead() {
    let since = |contact: &str, first_enqueued_ms| Input::Enqueue {
        contact: contact.into(),
        queue: "q".into(),
        priority: Priority::LOWEST,
        skills: Vec::new(),
        relaxations: Vec::new(),
        first_enqueued_ms: Some(first_enqueued_ms),
        check_availability: false,
    };
    let mut desk = plain();
    desk.at(1_000, enqueue("c1", "q"));
    assert_eq!(desk.at(2_000, since("c2", 500)), ["c2 in q: 1 of 2, 1/1"]);
    assert_eq!(desk.at(3_000, since("c3", i64::MAX)), ["c3 in q: 3 of 3, 1/1"]);
    assert_eq!(desk.at(4_000, since("c4", i64::MIN)), ["c4 in q: 1 of 4, 1/1"]);
    desk.at(5_000, enqueue("c5", "q"));
    assert_eq!(figures(&desk, 5_000, Some("c3")).position, 4);
}

#[test]
fn a_priority_change_moves_a_waiting_contact() {
    let mut desk = plain();
    for (now_ms, contact) in [(1, "c1"), (2, "c2"), (3, "c3")] {
        desk.at(now_ms, enqueue(contact, "q"));
    }
    let raise = Input::SetPriority { contact: "c3".into(), priority: Priority::new(1) };
    assert_eq!(desk.at(4, raise), [""; 0]);
    assert_eq!(figures(&desk, 4, Some("c3")).position, 1);
    desk.at(5, sign_in("ann"));
    let lines = desk.at(5, available("ann"));
    assert_eq!(lines[1], "offer c3 to ann: 12000, waited 2");
    // While it rings the change counts for the way back.
    let lower = Input::SetPriority { contact: "c3".into(), priority: Priority::LOWEST };
    desk.at(6, lower);
    desk.at(7, decline("ann", "c3"));
    assert_eq!(figures(&desk, 7, Some("c3")).position, 3);
}

#[test]
fn a_contact_goes_back_to_its_place() {
    let mut desk = plain();
    desk.ready(0, "ann");
    desk.at(0, enqueue_at("c1", "q", 5));
    desk.at(1, enqueue_at("c2", "q", 5));
    desk.tick(12_000);
    assert_eq!(desk.state("ann"), "rona");
    assert_eq!(figures(&desk, 12_000, Some("c1")).position, 1);
    desk.at(13_000, sign_in("bob"));
    let lines = desk.at(13_000, available("bob"));
    assert_eq!(lines[1], "offer c1 to bob: 12000, waited 13000");
}

#[test]
fn wrap_up_ends_by_itself_when_the_tenant_says_so() {
    let mut tenant = tenant(&["t"], &["ann@t"], vec![queue("q", &[])]);
    tenant.routing.auto_wrap_up_s = 8;
    let mut desk = Desk::new(&tenant);
    desk.ready(0, "ann");
    desk.at(0, enqueue("c1", "q"));
    desk.at(0, answer("ann", "c1"));
    assert_eq!(desk.at(1_000, ended("c1"))[0], "ann begins to wrap up c1: Some(8000)");
    assert_eq!(desk.routing.wake_at(), Some(9_000));
    assert_eq!(desk.tick(9_000), ["ann has wrapped up c1: -", "ann is available since 9000"]);
    assert_eq!(desk.at(9_000, wrap_up("ann", "c1")), ["refused: NotInWrapUp"]);
}

#[test]
fn a_choice_while_engaged_takes_effect_after_wrap_up() {
    for (choices, expected) in [
        (vec![idle("ann", "lunch")], "idle (lunch)"),
        (vec![idle("ann", "lunch"), available("ann")], "available since 9"),
        (vec![sign_in("ann")], "available since 9"),
    ] {
        let mut desk = plain();
        desk.ready(0, "ann");
        desk.at(1, enqueue("c1", "q"));
        desk.at(2, answer("ann", "c1"));
        for choice in choices {
            desk.at(3, choice);
            assert_eq!(desk.state("ann"), "engaged with c1");
        }
        desk.at(4, hang_up("ann", "c1"));
        desk.at(9, wrap_up("ann", "c1"));
        assert_eq!(desk.state("ann"), expected);
    }
}

#[test]
fn signing_out_in_a_conversation_waits_for_its_end_and_leaves_out_wrap_up() {
    let mut desk = plain();
    desk.ready(0, "ann");
    desk.at(1, enqueue("c1", "q"));
    desk.at(2, answer("ann", "c1"));
    assert_eq!(desk.at(3, sign_out("ann")), ["next for ann: signed out"]);
    assert_eq!(desk.at(4, available("ann")), ["refused: SignedOut"]);
    assert_eq!(
        desk.at(5, hang_up("ann", "c1")),
        [
            "ann begins to wrap up c1: Some(0)",
            "ann is wrapping up c1",
            "ann has wrapped up c1: -",
            "ann is signed out"
        ]
    );
    assert_eq!(desk.at(6, sign_out("ann")), ["refused: SignedOut"]);
}

#[test]
fn signing_out_in_wrap_up_ends_it() {
    let mut desk = plain();
    desk.ready(0, "ann");
    desk.at(1, enqueue("c1", "q"));
    desk.at(2, answer("ann", "c1"));
    desk.at(3, hang_up("ann", "c1"));
    assert_eq!(desk.at(4, sign_out("ann")), ["ann has wrapped up c1: -", "ann is signed out"]);
}

#[test]
fn a_lost_agent_gives_the_contact_back_twice() {
    let mut desk = plain();
    desk.at(0, enqueue_at("c1", "q", 3));
    for turn in 0..=i64::from(MAX_RETURNS) {
        // The time in the queue is counted from each return.
        let now_ms = 599_000 * (turn + 1);
        desk.at(now_ms, sign_in("ann"));
        assert_eq!(offered(&desk.at(now_ms, available("ann"))), ["ann"]);
        desk.at(now_ms, answer("ann", "c1"));
        let lines = desk.at(now_ms, lose_agent("ann", "c1"));
        let back = if turn < i64::from(MAX_RETURNS) { ", requeued" } else { "" };
        assert_eq!(lines, [format!("c1 lost ann{back}"), "ann is idle (Lost connection)".into()]);
    }
    assert!(!desk.routing.knows(&"c1".into()));
    assert_eq!(desk.at(9_000_000, lose_agent("ann", "c1")), ["refused: NotConnected"]);
}

#[test]
fn teams_are_chosen_at_sign_in() {
    let mut tenant = tenant(&["s", "t", "u"], &["ann@t"], vec![queue("q", &["s 0"])]);
    tenant.agents[0].teams.push("S".into());
    let mut desk = Desk::new(&tenant);
    let join = |team: &str| Input::SignIn {
        agent: "ann".into(),
        session_id: "2".into(),
        team: Some(team.into()),
    };
    assert_eq!(desk.at(0, join("u")), ["refused: NotInTeam"]);
    assert_eq!(desk.at(0, join("nowhere")), ["refused: NotInTeam"]);
    desk.ready(0, "ann");
    assert_eq!(desk.at(0, enqueue("c1", "q")), ["c1 in q: 1 of 1, 1/1"], "t does not serve q");
    assert_eq!(desk.at(1, join("s")), ["ann is signed out", "ann is idle (Signed in)"]);
    assert_eq!(offered(&desk.at(2, available("ann"))), ["ann"]);
    assert_eq!(desk.at(3, join("t")), ["refused: AgentBusy"]);
    assert_eq!(desk.at(3, join("s")), ["ann is reserved for c1"], "a new session, same team");
}

#[test]
fn agents_without_teams_serve_tenants_without_teams() {
    let mut desk = Desk::new(&tenant(&[], &["ann"], vec![queue("q", &[])]));
    desk.ready(0, "ann");
    assert_eq!(offered(&desk.at(0, enqueue("c1", "q"))), ["ann"]);
}

fn skilled() -> Tenant {
    let mut skilled = tenant(&["t"], &["ann@t", "bob@t", "cyd@t"], vec![queue("q", &[])]);
    skilled.queues[0].routing = RoutingType::SkillsBased;
    let skill = |name: &str, kind| Skill { name: name.into(), kind, values: Vec::new() };
    skilled.skills = vec![skill("lang", SkillType::Proficiency), skill("vip", SkillType::Boolean)];
    for (agent, level) in skilled.agents.iter_mut().zip([3, 5, 9]) {
        agent.skills.insert("lang".into(), SkillValue::Proficiency(level));
        agent.skills.insert("vip".into(), SkillValue::Boolean(level == 5));
    }
    skilled
}

fn needs(skill: &str, condition: SkillCondition, value: &str) -> SkillRequirement {
    SkillRequirement { skill: skill.into(), condition, value: value.into() }
}

fn enqueue_for(contact: &str, skills: Vec<SkillRequirement>) -> Input {
    Input::Enqueue {
        contact: contact.into(),
        queue: "q".into(),
        priority: Priority::LOWEST,
        skills,
        relaxations: Vec::new(),
        first_enqueued_ms: None,
        check_availability: false,
    }
}

#[test]
fn a_skilled_queue_takes_the_longest_available_who_meets_all() {
    let fluent = || vec![needs("lang", SkillCondition::AtLeast, "5")];
    let mut desk = Desk::new(&skilled());
    for agent in ["ann", "bob", "cyd"] {
        desk.ready(0, agent);
    }
    assert_eq!(offered(&desk.at(1, enqueue_for("c1", fluent()))), ["bob"]);
    let mut both = fluent();
    both.push(needs("vip", SkillCondition::Is, "true"));
    assert_eq!(desk.at(2, enqueue_for("c2", both)), ["c2 in q: 1 of 1, 1/1"], "cyd is no vip");
    // Skill relaxation.
    let relaxed = Input::SetSkills { contact: "c2".into(), skills: fluent() };
    assert_eq!(offered(&desk.at(3, relaxed)), ["cyd"]);
    assert_eq!(offered(&desk.at(4, enqueue_for("c3", Vec::new()))), ["ann"]);
}

#[test]
fn a_rare_skill_is_found_behind_many_who_lack_it() {
    let mut large = skilled();
    let model = large.agents[0].clone();
    large.agents = (0..60).map(|n| Agent { id: format!("a{n}").into(), ..model.clone() }).collect();
    for (agent, level) in [(41, 8), (45, 9), (50, 8)] {
        large.agents[agent].skills.insert("lang".into(), SkillValue::Proficiency(level));
    }
    let mut desk = Desk::new(&large);
    for agent in &large.agents {
        desk.ready(0, agent.id.as_str());
    }
    let fluent = vec![needs("lang", SkillCondition::AtLeast, "8")];
    let mut take = |n: usize| offered(&desk.at(1, enqueue_for(&format!("c{n}"), fluent.clone())));
    assert_eq!([take(1), take(2), take(3)], [["a41"], ["a45"], ["a50"]]);
    assert_eq!(take(4), [""; 0], "nobody else has it");
    assert_eq!(offered(&desk.at(1, enqueue_for("c5", Vec::new()))), ["a0"]);
}

#[test]
fn wrong_requirements_are_left_out_and_told() {
    let mut desk = Desk::new(&skilled());
    desk.ready(0, "ann");
    let wrong = vec![needs("welsh", SkillCondition::Is, "yes")];
    let lines = desk.at(0, enqueue_for("c1", wrong));
    assert!(lines[0].starts_with("c1 skills: the tenant has no skill `welsh`"), "{lines:?}");
    assert_eq!(offered(&lines), ["ann"]);
}

#[test]
fn a_queue_that_is_not_skilled_ignores_requirements() {
    let mut desk = plain();
    desk.ready(0, "ann");
    let lines = desk.at(0, enqueue_for("c1", vec![needs("lang", SkillCondition::AtLeast, "9")]));
    assert_eq!(offered(&lines), ["ann"]);
}

#[test]
fn figures_of_a_queue() {
    let queues = vec![queue("q", &["s 30", "t 0"])];
    let mut desk = Desk::new(&tenant(&["s", "t"], &["ann@t", "bob@t", "cyd@s"], queues));
    desk.at(0, sign_in("cyd"));
    desk.ready(0, "ann");
    desk.at(0, sign_in("bob"));
    desk.at(10_000, enqueue("c1", "q"));
    desk.at(11_000, enqueue("c2", "q"));
    let expected = QueueFigures {
        position: 2,
        estimated_wait_ms: None,
        logged_on_agents_current: 1,
        logged_on_agents_all: 3,
        available_agents_current: 0,
        available_agents_all: 1,
        calls_queued_now: 2,
        oldest_call_ms: 5_000,
        current_group: 1,
        total_groups: 2,
    };
    assert_eq!(figures(&desk, 15_000, Some("c2")), expected);
    let outside = QueueFigures { position: 3, current_group: 0, ..expected.clone() };
    assert_eq!(figures(&desk, 15_000, None), outside);
    assert_eq!(figures(&desk, 15_000, Some("elsewhere")), outside);
    assert_eq!(desk.routing.figures(0, &"nowhere".into(), None), None);
    assert_eq!(offered(&desk.tick(40_000)), ["ann"]);
    let ringing = figures(&desk, 40_000, Some("c1"));
    assert_eq!((ringing.position, ringing.calls_queued_now), (1, 1));
}

#[test]
fn the_estimated_wait_is_the_mean_of_recent_waits() {
    let mut desk = plain();
    desk.ready(0, "ann");
    for n in 0..5 {
        let (now_ms, contact) = (n * 60_000, format!("c{n}"));
        assert_eq!(figures(&desk, now_ms, None).estimated_wait_ms, None);
        desk.at(now_ms, enqueue(&contact, "q"));
        desk.at(now_ms + 1_000 * (n + 6), answer("ann", &contact));
        desk.at(now_ms + 20_000, hang_up("ann", &contact));
        desk.at(now_ms + 20_000, wrap_up("ann", &contact));
    }
    assert_eq!(figures(&desk, 300_000, None).estimated_wait_ms, Some(8_000), "6 to 10 s");
    let hour_ms = 60 * 60_000;
    assert_eq!(figures(&desk, hour_ms, None).estimated_wait_ms, None, "too long ago");
    let long = desk.routing.figures_over(hour_ms, &"q".into(), None, 2 * hour_ms).unwrap();
    assert_eq!(long.estimated_wait_ms, Some(8_000));
}

#[test]
fn unusable_configuration_is_told_and_left_out() {
    let mut odd = skilled();
    let mut other = queue("r", &["t,nobody 30", "nowhere 0"]);
    other.max_time_in_queue_s = 0;
    odd.queues.push(other.clone());
    odd.queues.push(other);
    odd.routing.ring_timeout_s = 0;
    odd.agents[0].teams.push("gone".into());
    odd.agents[0].skills.insert("lang".into(), SkillValue::Proficiency(11));
    odd.agents[0].skills.insert("golf".into(), SkillValue::Boolean(true));
    let lost = Agent { id: "dee".into(), teams: vec!["gone".into()], ..odd.agents[1].clone() };
    odd.agents.push(lost);
    let mut routing = Routing::new(&odd);
    let told: Vec<String> = routing.problems().iter().map(Problem::to_string).collect();
    for expected in [
        "ring_timeout_s must be 1 to 600 seconds; 12 is used",
        "agent `ann` names the unknown team `gone`; correct it or add the team",
        "agent `dee` names the unknown team `gone`; correct it or add the team",
        "agent `ann` has the undeclared skill `golf`; add it to `skills`",
        "agent `ann` has a value of skill `lang` that the skill cannot have",
        "queue `r` names the unknown team `nobody`; correct it or add the team",
        "queue `r` names the unknown team `nowhere`; correct it or add the team",
        "max_time_in_queue_s of queue `r` must be 1 to 86400 seconds; 86400 is used",
        "the queue id `r` is there twice; the first one is used",
    ] {
        assert!(told.iter().any(|it| it == expected), "{expected} is not in {told:#?}");
    }
    assert_eq!(told.len(), 9, "{told:#?}");
    routing.handle(0, sign_in("dee"));
    assert!(matches!(routing.poll(), Some(Output::Refused { .. })), "dee has no team");
}

#[test]
fn hostile_inputs_are_refused() {
    let long = "x".repeat(MAX_TEXT + 1);
    let mut desk = plain();
    for now_ms in [i64::MIN, 0, i64::MAX] {
        for (input, reason) in [
            (enqueue(&long, "q"), "TextTooLong"),
            (enqueue("c1", "elsewhere"), "UnknownQueue"),
            (idle("ann", &long), "TextTooLong"),
            (idle("eve", "tea"), "UnknownAgent"),
            (available("bob"), "SignedOut"),
            (ended("c1"), "UnknownContact"),
        ] {
            assert_eq!(desk.at(now_ms, input), [format!("refused: {reason}")]);
        }
    }
    // At the end of time everything is due at once, and still nothing breaks.
    desk.ready(i64::MAX, "ann");
    desk.at(i64::MAX, enqueue("c1", "q"));
    desk.tick(i64::MAX);
    assert_eq!(desk.routing.wake_at(), None);
}

#[test]
fn inputs_read_and_write_as_json() {
    let input =
        Input::SetState { agent: "ann".into(), state: AgentChoice::Idle { code: "tea".into() } };
    let written = serde_json::to_string(&input).unwrap();
    assert_eq!(written, r#"{"set_state":{"agent":"ann","state":{"idle":{"code":"tea"}}}}"#);
    assert_eq!(serde_json::from_str::<Input>(&written).unwrap(), input);
    assert_eq!(serde_json::to_string(&Input::Tick).unwrap(), r#""tick""#);
}
