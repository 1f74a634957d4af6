//! Agents' states as desktops and operators see and change them, and what queues achieved.

use std::collections::BTreeMap;

use trunkline_acd::limits::MAX_WRAP_UP_EXTENSIONS;
use trunkline_acd::{Input, NextState};
use trunkline_model::routing::{SkillCondition, SkillRequirement};
use trunkline_model::tenant::DesktopProfile;
use trunkline_model::tenant::routing::{RoutingType, Skill, SkillType, SkillValue};

use crate::desk::*;

fn centre() -> Desk {
    let queues = vec![queue("q", &["s 0"]), queue("r", &["t 0"])];
    let mut tenant = tenant(&["s", "t"], &["ann@s", "bob@s"], queues);
    tenant.routing.auto_wrap_up_s = 30;
    Desk::new(&tenant)
}

fn clear(agent: &str) -> Input {
    Input::ClearNext { agent: agent.into() }
}

fn extend(agent: &str, contact: &str) -> Input {
    Input::ExtendWrapUp { agent: agent.into(), contact: contact.into() }
}

#[test]
fn what_an_agent_will_be_next_is_seen_and_can_be_taken_back() {
    let mut desk = centre();
    let next = |desk: &Desk| desk.routing.agent_view(&"ann".into()).unwrap().next;
    desk.ready(0, "ann");
    desk.at(1, enqueue("c", "q"));
    desk.at(2, answer("ann", "c"));
    assert_eq!(next(&desk), None);
    assert_eq!(desk.at(3, idle("ann", "lunch")), ["next for ann: idle (lunch)"]);
    assert_eq!(next(&desk), Some(NextState::Idle { code: "lunch".into() }));
    assert_eq!(desk.at(4, available("ann")), ["next for ann: available"]);
    assert_eq!(desk.at(5, sign_out("ann")), ["next for ann: signed out"]);
    assert_eq!(desk.at(6, clear("ann")), ["next for ann: nothing"]);
    assert_eq!(desk.at(7, clear("ann")), [""; 0], "there is nothing to take back");
    desk.at(8, idle("ann", "lunch"));
    desk.at(9, hang_up("ann", "c"));
    assert_eq!(next(&desk), Some(NextState::Idle { code: "lunch".into() }), "also in wrap-up");
    desk.at(10, wrap_up("ann", "c"));
    assert_eq!((desk.state("ann").as_str(), next(&desk)), ("idle (lunch)", None));
    assert_eq!(desk.at(11, clear("bob")), ["refused: SignedOut"]);
}

#[test]
fn a_view_tells_since_when_and_until_when() {
    let mut desk = centre();
    let view = |desk: &Desk| desk.routing.agent_view(&"ann".into()).unwrap();
    desk.at(5, sign_in("ann"));
    assert_eq!((view(&desk).since_ms, view(&desk).until_ms), (5, None));
    assert_eq!((view(&desk).team.as_str(), view(&desk).team_name.as_str()), ("s", "S"));
    assert_eq!(view(&desk).session_id, "ann-1");
    desk.at(10, available("ann"));
    desk.at(1_000, enqueue("c", "q"));
    assert_eq!((view(&desk).since_ms, view(&desk).until_ms), (1_000, Some(13_000)));
    desk.at(2_000, ended("c"));
    assert_eq!(view(&desk).since_ms, 10, "the place is the old one");
    desk.at(3_000, enqueue("d", "q"));
    desk.at(4_000, answer("ann", "d"));
    assert_eq!((view(&desk).since_ms, view(&desk).until_ms), (4_000, None));
    desk.at(5_000, hang_up("ann", "d"));
    assert_eq!((view(&desk).since_ms, view(&desk).until_ms), (5_000, Some(35_000)));
    assert_eq!(desk.routing.agent_view(&"eve".into()), None);
}

#[test]
fn wrap_up_is_extended_by_a_minute_ten_times() {
    let mut desk = centre();
    desk.ready(0, "ann");
    desk.at(0, enqueue("c", "q"));
    desk.at(0, answer("ann", "c"));
    assert_eq!(desk.at(0, extend("ann", "c")), ["refused: NotInWrapUp"]);
    desk.at(0, hang_up("ann", "c"));
    assert_eq!(desk.at(10_000, extend("ann", "d")), ["refused: NotInWrapUp"]);
    assert_eq!(desk.at(10_000, extend("ann", "c")), ["ann wraps up c for 80000 more"]);
    for _ in 1..MAX_WRAP_UP_EXTENSIONS {
        assert_ne!(desk.at(10_000, extend("ann", "c")), ["refused: NotExtendable"]);
    }
    assert_eq!(desk.at(10_000, extend("ann", "c")), ["refused: NotExtendable"]);
    assert_eq!(desk.routing.wake_at(), Some(630_000));
    desk.tick(629_999);
    assert_eq!(desk.state("ann"), "wrapping up c");
    desk.tick(630_000);
    assert_eq!(desk.state("ann"), "available since 630000");
}

#[test]
fn wrap_up_lasts_as_the_desktop_profile_says() {
    let mut tenant = tenant(&["s"], &["ann@s", "bob@s"], vec![queue("q", &[])]);
    tenant.routing.auto_wrap_up_s = 30;
    let profile = DesktopProfile {
        id: "d".into(),
        name: "D".into(),
        auto_wrap_up_s: Some(0),
        ..DesktopProfile::default()
    };
    tenant.desktop_profiles = vec![profile];
    tenant.agents[0].desktop_profile = Some("d".into());
    let mut desk = Desk::new(&tenant);
    for (agent, until_ms) in [("ann", None), ("bob", Some(30_003))] {
        desk.ready(0, agent);
        desk.at(1, enqueue("c", "q"));
        desk.at(2, answer(agent, "c"));
        desk.at(3, hang_up(agent, "c"));
        let view = desk.routing.agent_view(&agent.into()).unwrap();
        assert_eq!(view.until_ms, until_ms, "{agent}");
    }
    assert_eq!(desk.at(4, extend("ann", "c")), ["refused: NotExtendable"], "it has no end");
}

#[test]
fn a_change_of_team_by_an_operator_counts_at_once() {
    let mut desk = centre();
    let to = |team: &str| Input::SetAgentTeam { agent: "ann".into(), team: team.into() };
    desk.ready(0, "ann");
    desk.at(1, enqueue("c", "r"));
    assert_eq!(
        desk.at(2, to("t")),
        ["ann is available since 0", "offer c to ann: 12000, waited 1", "ann is reserved for c"]
    );
    desk.at(3, answer("ann", "c"));
    desk.at(4, to("s"));
    assert_eq!(desk.state("ann"), "engaged with c", "the conversation goes on");
    let figures = desk.routing.figures(4, &"q".into(), None).unwrap();
    assert_eq!(figures.logged_on_agents_all, 1);
    assert_eq!(desk.at(5, to("nowhere")), ["refused: UnknownTeam"]);
    // Who is signed out finds themselves there.
    desk.at(6, Input::SetAgentTeam { agent: "bob".into(), team: "t".into() });
    desk.at(7, sign_in("bob"));
    assert_eq!(desk.routing.agent_view(&"bob".into()).unwrap().team.as_str(), "t");
}

#[test]
fn a_change_of_skills_by_an_operator_counts_at_once() {
    let mut tenant = tenant(&["s"], &["ann@s"], vec![queue("q", &["s 0"])]);
    tenant.queues[0].routing = RoutingType::SkillsBased;
    let kind = SkillType::Proficiency;
    tenant.skills = vec![Skill { name: "tax".into(), kind, values: Vec::new() }];
    let mut desk = Desk::new(&tenant);
    let give = |level| Input::SetAgentSkills {
        agent: "ann".into(),
        skills: BTreeMap::from([("tax".to_owned(), SkillValue::Proficiency(level))]),
    };
    desk.ready(0, "ann");
    let Input::Enqueue { contact, queue, priority, relaxations, .. } = enqueue("c", "q") else {
        unreachable!()
    };
    let condition = SkillCondition::AtLeast;
    let skills = vec![SkillRequirement { skill: "tax".into(), condition, value: "5".into() }];
    let (first_enqueued_ms, check_availability) = (None, false);
    desk.at(
        1,
        Input::Enqueue {
            contact,
            queue,
            priority,
            skills,
            relaxations,
            first_enqueued_ms,
            check_availability,
        },
    );
    assert_eq!(desk.at(2, give(4)), ["ann is available since 0"]);
    assert_eq!(
        desk.at(3, give(7))[1..],
        ["offer c to ann: 12000, waited 2", "ann is reserved for c"]
    );
    desk.at(4, give(0));
    assert_eq!(desk.state("ann"), "reserved for c", "an offer stands");
    assert_eq!(desk.at(5, give(11)), ["refused: WrongSkill"]);
}

#[test]
fn a_queue_remembers_what_it_achieved() {
    let mut desk = centre();
    desk.ready(0, "ann");
    let minute = 60_000;
    // Answered in time, too late, given up at once and later, and one that its flow moved.
    desk.at(0, enqueue("c1", "q"));
    desk.at(5_000, answer("ann", "c1"));
    desk.at(6_000, enqueue("c2", "q"));
    desk.at(7_000, enqueue("c3", "q"));
    desk.at(10_000, ended("c3"));
    desk.at(11_000, enqueue("c4", "q"));
    desk.at(31_000, ended("c4"));
    desk.at(32_000, enqueue("c5", "q"));
    desk.at(33_000, enqueue("c5", "r"));
    desk.at(minute, hang_up("ann", "c1"));
    desk.at(minute, wrap_up("ann", "c1"));
    desk.at(minute, answer("ann", "c2"));
    // Lost and answered again: it is counted already.
    desk.at(2 * minute, lose_agent("ann", "c2"));
    desk.at(2 * minute, available("ann"));
    desk.at(2 * minute + 1, answer("ann", "c2"));
    let intervals: Vec<_> = desk.routing.intervals(&"q".into()).copied().collect();
    let [first] = intervals[..] else { panic!("{intervals:?}") };
    assert_eq!((first.start_ms, first.offered()), (0, 4));
    assert_eq!((first.answered, first.answered_in_time), (2, 1));
    assert_eq!((first.abandoned, first.short_abandoned), (1, 1));
    assert_eq!(first.service_level(), Some(1.0 / 3.0), "1 of 4 - 1");
    assert_eq!(first.average_speed_of_answer_ms(), Some((5_000 + 54_000) / 2));
    // The whole wait counts where it ends.
    desk.at(14 * minute, enqueue("c6", "q"));
    desk.tick(24 * minute);
    let intervals: Vec<_> = desk.routing.intervals(&"q".into()).copied().collect();
    assert_eq!(intervals[1].start_ms, 15 * minute);
    assert_eq!((intervals[1].overflowed, intervals[1].longest_wait_ms), (1, 600_000));
    assert_eq!(desk.routing.intervals(&"r".into()).count(), 1, "c5 waited there");
    assert_eq!(desk.routing.intervals(&"nowhere".into()).count(), 0);
}
