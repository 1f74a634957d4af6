//! Contacts from their arrival to their end, with agents who answer, do not, or are lost.

use serde_json::json;
use trunkline_acd::{AgentState, Input as Routing};
use trunkline_contact::ArrivalError;
use trunkline_exchange::Input;
use trunkline_model::{AgentId, ContactId};

use crate::floor::{Floor, queues};

#[test]
fn a_contact_is_queued_offered_answered_and_over() {
    let mut floor = Floor::new(&queues());
    floor.call("c1");
    assert_eq!(floor.news(), ["c1: answer", "c1: queue music", "c1: queued q"]);
    floor.sign_in("ann");
    assert_eq!(floor.news(), ["c1: ring ann"]);
    floor.answer("ann", "c1");
    assert_eq!(floor.news(), ["c1: connect ann", "c1: stop queue music"]);
    assert!(floor.exchange.contact(&ContactId::new("c1")).unwrap().is_talking());
    floor.hang_up("c1");
    assert_eq!(floor.news(), ["c1: Get", "c1: release ann"], "ContactEnded runs at hang-up");
    assert!(matches!(floor.state("ann"), AgentState::WrapUp { .. }));
    floor.respond("c1").pass(5_000);
    assert_eq!(floor.news(), ["c1: ended"]);
    assert!(floor.exchange.is_empty());
    assert!(matches!(floor.state("ann"), AgentState::Available { .. }));
}

#[test]
fn contact_ended_may_wait_for_the_wrap_up() {
    let mut floor = Floor::with(&queues(), json!({ "post_call": "after_wrap_up" }));
    floor.call("c1").sign_in("ann").answer("ann", "c1").news();
    floor.agent_hangs_up("ann", "c1");
    assert_eq!(floor.news(), ["c1: release ann", "c1: disconnect"]);
    floor.hang_up("c1").pass(3_000);
    assert!(floor.news().is_empty(), "the agent wraps up");
    floor.pass(2_000);
    assert_eq!(floor.news(), ["c1: Get"]);
    floor.respond("c1");
    assert_eq!(floor.news(), ["c1: ended"]);
}

#[test]
fn an_agent_who_does_not_answer_is_set_aside() {
    let mut floor = Floor::new(&queues());
    floor.sign_in("ann").call("c1").news();
    floor.pass(10_000);
    assert_eq!(floor.news(), ["c1: stop ringing ann Rona"]);
    assert_eq!(floor.state("ann"), AgentState::Rona);
    floor.sign_in("bob");
    assert_eq!(floor.news(), ["c1: ring bob"]);
    // Too late.
    floor.answer("ann", "c1");
    assert_eq!(floor.news().len(), 1, "refused");
    floor.answer("bob", "c1");
    assert_eq!(floor.news(), ["c1: connect bob", "c1: stop queue music"]);
}

#[test]
fn a_contact_whose_agent_is_lost_waits_again_and_at_last_goes_to_the_fallback() {
    let mut floor = Floor::with(&queues(), json!({ "fallback": { "number": "+12025550199" } }));
    floor.call("c1");
    for round in 0..3 {
        floor.sign_in("ann").answer("ann", "c1").news();
        let (agent, contact) = (AgentId::new("ann"), ContactId::new("c1"));
        floor.give(Input::Routing(Routing::LoseAgent { agent, contact }));
        let news = floor.news();
        assert!(news.contains(&"c1: release ann".to_owned()), "{news:?}");
        let is_queued = news.contains(&"c1: queue music".to_owned());
        assert_eq!(is_queued, round < 2, "round {round}: {news:?}");
        let is_sent_on = news.contains(&"c1: Transfer".to_owned());
        assert_eq!(is_sent_on, round == 2, "round {round}: {news:?}");
        assert!(matches!(floor.state("ann"), AgentState::Idle { .. }));
    }
}

#[test]
fn two_contacts_and_one_agent_take_their_turns() {
    let mut floor = Floor::new(&queues());
    floor.call("c1").call("c2").news();
    floor.sign_in("ann");
    assert_eq!(floor.news(), ["c1: ring ann"], "who waits longest");
    floor.answer("ann", "c1").hang_up("c1").news();
    floor.pass(5_000);
    assert_eq!(floor.news(), ["c2: ring ann"]);
    floor.hang_up("c2");
    assert_eq!(floor.news(), ["c2: Get", "c2: stop ringing ann ContactLeft"]);
    assert!(matches!(floor.state("ann"), AgentState::Available { .. }));
}

#[test]
fn what_is_forgotten_leaves_its_queue_and_tells_nobody() {
    let mut floor = Floor::new(&queues());
    floor.call("c1").call("c2").news();
    floor.exchange.forget(&ContactId::new("c1"));
    floor.sign_in("ann");
    assert_eq!(floor.news(), ["c2: ring ann"]);
    assert_eq!(floor.exchange.len(), 1);
}

#[test]
fn nothing_happens_for_an_entry_point_that_is_not_there() {
    let mut floor = Floor::new(&queues());
    let arrival = Box::new(floor.arrival("c1", "other"));
    let refused = floor.exchange.handle(floor.now_ms, Input::Arrived(arrival), &mut floor.books);
    assert!(matches!(refused, Err(ArrivalError::EntryPoint { .. })), "{refused:?}");
    assert!(floor.exchange.is_empty() && floor.books.contacts.is_empty());
    floor.hang_up("c1");
    assert!(floor.news().is_empty(), "who is not there hears nothing");
}
