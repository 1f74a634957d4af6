//! Conversations: hold, consults, conferences, and callers who are handed over.

use serde_json::json;
use trunkline_acd::OfferEnd;
use trunkline_contact::{Act, ActRefusal, ConsultNews, Destination, Input};
use trunkline_model::call::TransferOutcome;
use trunkline_model::{AgentId, EntryPointId, QueueId};

use crate::agents::logging;
use crate::builder::Builder;
use crate::driver::{Life, Setup, agent};

/// Ann talks to the caller; Bob and others exist.
fn talking() -> Life {
    talking_with(&logging())
}

fn talking_with(flow: &Builder) -> Life {
    let named = |name: &str| json!({ "id": format!("id-{name}"), "name": name });
    let mut life = Setup::new()
        .tenant(json!({ "agents": [named("Ann"), named("Bob")] }))
        .entry(json!({ "dnis": ["+15550100"] }))
        .arrive(flow);
    life.talk("Ann").news();
    life
}

fn id(name: &str) -> AgentId {
    agent(name).id
}

fn to_agent(name: &str) -> Destination {
    Destination::Agent(id(name))
}

fn number() -> Destination {
    Destination::Number { number: "+1 (555) 0199".into(), caller_id: None }
}

fn hung_up() -> TransferOutcome {
    TransferOutcome::PartyHungUp { talked_ms: 1, headers: Vec::new() }
}

impl Life {
    fn act(&mut self, name: &str, act: Act) -> &mut Self {
        self.give(Input::Acted { agent: id(name), act })
    }

    fn consult(&mut self, to: Destination) -> &mut Self {
        self.act("Ann", Act::Consult { to })
    }

    fn consult_news(&mut self, consult: u32, news: ConsultNews) -> &mut Self {
        self.give(Input::Consult { consult, news })
    }

    /// Bob, who is asked for this consult, answers.
    fn bob_answers(&mut self, consult: u32) -> &mut Self {
        let offered = ConsultNews::Offered { agent: agent("Bob"), ring_timeout_ms: 9_000 };
        self.consult_news(consult, offered);
        self.consult_news(consult, ConsultNews::Answered { agent: agent("Bob") })
    }

    fn called(&mut self, outcome: TransferOutcome) -> &mut Self {
        let id = self.outputs.iter().rev().find_map(|output| match output {
            trunkline_contact::Output::Dial { id, .. } => Some(*id),
            _ => None,
        });
        self.give(Input::Flow(trunkline_flow::Input::TransferEnded { id: id.unwrap(), outcome }))
    }

    fn refused(&self, name: &str, act: &Act) -> ActRefusal {
        self.contact.may(&id(name), act).unwrap_err()
    }
}

const APART: &str = "talk  | music caller | alone id-Ann";
const RINGING: &str = "talk  | music caller | alone id-Ann rings";
const TALKING: &str = "talk caller+id-Ann | music  | alone ";
const ASIDE: &str = "talk id-Ann+id-Bob | music caller | alone ";
const AWAY: &str = "talk caller+id-Ann | music id-Bob | alone ";
const THREE: &str = "talk caller+id-Ann+id-Bob | music  | alone ";

#[test]
fn the_caller_on_hold_hears_music() {
    let mut life = talking();
    life.act("Ann", Act::Hold);
    assert_eq!(life.news(), [APART]);
    assert_eq!(life.refused("Ann", &Act::Hold), ActRefusal::OnHold);
    life.act("Ann", Act::Hold).act("Bob", Act::Resume);
    assert!(life.news().is_empty(), "neither fits");
    assert_eq!(life.happened("refused"), 2);
    life.act("Ann", Act::Resume);
    assert_eq!(life.news(), [TALKING]);
    assert_eq!(life.refused("Ann", &Act::Resume), ActRefusal::NotOnHold);
}

#[test]
fn an_agent_is_consulted_and_the_consult_ended() {
    let mut life = talking();
    life.consult(to_agent("Bob"));
    assert_eq!(life.news(), ["ask id-Bob for consult 1", RINGING]);
    assert_eq!(life.refused("Ann", &Act::Swap), ActRefusal::NotAnswered);
    assert_eq!(life.refused("Ann", &Act::Hold), ActRefusal::ConsultGoesOn);
    life.bob_answers(1);
    assert_eq!(life.news(), [ASIDE]);
    assert_eq!(life.refused("Bob", &Act::Hold), ActRefusal::NotYours);
    life.act("Ann", Act::Swap);
    assert_eq!(life.news(), [AWAY]);
    life.act("Ann", Act::Swap);
    assert_eq!(life.news(), [ASIDE]);
    life.act("Ann", Act::EndConsult);
    assert_eq!(life.news(), ["part for consult 1 Free", TALKING]);
    assert_eq!(life.refused("Ann", &Act::EndConsult), ActRefusal::NoConsult);
}

#[test]
fn the_caller_stays_on_hold_when_a_consult_comes_to_nothing() {
    let withdrawn = |reason| {
        let (agent, requeued) = (id("Bob"), false);
        ConsultNews::OfferEnded { agent, reason, requeued }
    };
    let ends = [
        withdrawn(OfferEnd::Rona),
        withdrawn(OfferEnd::Declined),
        withdrawn(OfferEnd::DeviceFailed),
        ConsultNews::Refused { reason: "not free".into() },
        ConsultNews::TimedOut,
    ];
    for end in ends {
        let mut life = talking();
        life.consult(to_agent("Bob")).news();
        life.consult_news(1, end.clone());
        assert_eq!(life.news(), [APART], "{end:?}");
        assert_eq!(life.happened("consult_ended"), 1);
        life.act("Ann", Act::Resume);
        assert_eq!(life.news(), [TALKING]);
    }
    for outcome in [TransferOutcome::Busy, TransferOutcome::NoAnswer] {
        let mut life = talking();
        life.consult(number()).news();
        life.called(outcome);
        assert_eq!(life.news(), [APART]);
    }
}

#[test]
fn who_is_consulted_may_hang_up() {
    let left = || Input::ConsultedLeft { consult: 1, agent: id("Bob"), is_lost: false };
    let mut life = talking();
    life.consult(to_agent("Bob")).bob_answers(1).news();
    life.give(left());
    assert_eq!(life.news(), ["part for consult 1 Free", APART]);
    life.give(left());
    assert!(life.news().is_empty(), "once is enough");
    // While the agent talked to the caller, they go on.
    let mut life = talking();
    life.consult(to_agent("Bob")).bob_answers(1).act("Ann", Act::Swap).news();
    life.give(left());
    assert_eq!(life.news(), ["part for consult 1 Free", TALKING]);
    // Out of a conference they go with something to write.
    let mut life = talking();
    life.consult(to_agent("Bob")).bob_answers(1).act("Ann", Act::Conference).news();
    life.give(left());
    assert_eq!(life.news(), ["part for consult 1 WrapsUp", TALKING]);
}

#[test]
fn a_queue_is_asked_until_somebody_answers() {
    let mut life = talking();
    life.consult(Destination::Queue(QueueId::new("q2")));
    assert_eq!(life.news(), ["enqueue consult 1 in q2", RINGING]);
    let (agent, reason, requeued) = (id("Bob"), OfferEnd::Rona, true);
    life.consult_news(1, ConsultNews::OfferEnded { agent, reason, requeued });
    assert!(life.news().is_empty(), "it waits for the next");
    life.bob_answers(1);
    assert_eq!(life.news(), [ASIDE]);
    life.act("Ann", Act::Conference);
    assert_eq!(life.news(), [THREE]);
}

#[test]
fn each_agent_of_a_conference_may_step_out_and_the_caller_never_hears_silence() {
    let mut life = talking();
    life.consult(to_agent("Bob")).bob_answers(1).act("Ann", Act::Conference).news();
    assert_eq!(life.refused("Ann", &Act::Consult { to: number() }), ActRefusal::ConferenceFull);
    life.act("Bob", Act::Hold);
    assert_eq!(life.news(), ["talk caller+id-Ann | music  | alone id-Bob"]);
    life.act("Ann", Act::Hold);
    assert_eq!(life.news(), ["talk  | music caller | alone id-Ann+id-Bob"]);
    life.act("Bob", Act::Resume);
    assert_eq!(life.news(), ["talk caller+id-Bob | music  | alone id-Ann"]);
    life.act("Ann", Act::Resume);
    assert_eq!(life.news(), [THREE]);
    life.act("Ann", Act::Drop);
    assert_eq!(life.news(), ["part for consult 1 WrapsUp", TALKING]);
}

#[test]
fn the_caller_goes_to_the_one_who_was_consulted() {
    for joined in [false, true] {
        let mut life = talking();
        life.consult(to_agent("Bob")).bob_answers(1);
        if joined {
            life.act("Ann", Act::Conference);
        }
        life.news();
        life.act("Ann", Act::Transfer { to: None });
        assert_eq!(life.news(), ["take over 1 WrapsUp"]);
        life.give(Input::TakenOver { agent: agent("Bob") });
        assert_eq!(life.news(), ["talk caller+id-Bob | music  | alone "]);
        life.give(Input::WrapUpStarted { agent: id("Ann") }).wrap_up("Ann");
        life.hang_up();
        assert_eq!(life.news(), ["leave agent"]);
        life.wrap_up("Bob");
        assert_eq!(life.news(), ["ended"]);
        assert_eq!(life.var("log"), "start;offered Ann;answered Ann;ended id-Bob;");
    }
}

#[test]
fn a_conference_goes_on_without_the_agent_who_had_the_contact() {
    let mut life = talking();
    life.consult(to_agent("Bob")).bob_answers(1).act("Ann", Act::Conference).news();
    life.give(Input::LeftConference { agent: id("Ann"), is_lost: true });
    assert_eq!(life.news(), ["take over 1 Lost"]);
    life.give(Input::TakenOver { agent: agent("Bob") });
    assert_eq!(life.news(), ["talk caller+id-Bob | music  | alone "]);
    // Nobody waits for the wrap-up of an agent who was lost.
    life.hang_up().wrap_up("Bob");
    assert_eq!(life.news(), ["leave agent", "ended"]);
}

#[test]
fn a_number_is_consulted_and_keeps_the_caller() {
    let mut life = talking();
    life.consult(number());
    assert_eq!(life.news(), ["dial +15550199", RINGING]);
    life.called(TransferOutcome::Connected);
    assert_eq!(life.news(), ["talk id-Ann+number | music caller | alone "]);
    life.act("Ann", Act::Conference);
    assert_eq!(life.news(), ["talk caller+id-Ann+number | music  | alone "]);
    life.act("Ann", Act::Transfer { to: None });
    assert_eq!(life.news(), ["part WrapsUp", "talk caller+number | music  | alone "]);
    life.wrap_up("Ann").called(hung_up());
    assert_eq!(life.news(), ["disconnect", "ended"]);
}

#[test]
fn an_entry_point_is_consulted_by_its_number() {
    let mut life = talking();
    life.consult(Destination::EntryPoint(EntryPointId::new("ep")));
    assert_eq!(life.news(), ["dial +15550100", RINGING]);
    life.act("Ann", Act::EndConsult);
    assert_eq!(life.news(), ["hang up party", TALKING]);
    life.called(TransferOutcome::Connected);
    assert!(life.news().is_empty(), "too late");
}

#[test]
fn a_caller_who_hangs_up_ends_all_of_it_once() {
    let part = |how: &str| format!("part for consult 1 {how}");
    let leave = || "leave agent".to_owned();
    type Before = fn(&mut Life) -> &mut Life;
    let cases: [(Before, Vec<String>); 6] = [
        (|life| life, vec![leave()]),
        (|life| life.act("Ann", Act::Hold), vec![leave()]),
        (|life| life.consult(to_agent("Bob")), vec![part("Free"), leave()]),
        (|life| life.consult(to_agent("Bob")).bob_answers(1), vec![part("Free"), leave()]),
        (
            |life| life.consult(to_agent("Bob")).bob_answers(1).act("Ann", Act::Conference),
            vec![part("WrapsUp"), leave()],
        ),
        (|life| life.consult(number()), vec!["hang up party".to_owned(), leave()]),
    ];
    for (before, expected) in cases {
        let mut life = talking();
        before(&mut life);
        life.news();
        life.hang_up().hang_up();
        assert_eq!(life.news(), expected);
        life.wrap_up("Ann").wrap_up("Bob");
        assert_eq!(life.news(), ["ended"]);
        assert_eq!(life.var("log").matches("ended").count(), 1);
    }
}

#[test]
fn the_agent_hangs_up_or_is_lost_while_consulting() {
    let mut life = talking();
    life.consult(to_agent("Bob")).bob_answers(1).news();
    life.agent_hangs_up("Ann");
    assert_eq!(life.news(), ["part for consult 1 Free", "disconnect"]);
    let mut life = talking();
    life.consult(to_agent("Bob")).bob_answers(1).news();
    life.give(Input::Requeued { agent: id("Ann") });
    assert_eq!(life.news(), ["part for consult 1 Free", "queue music hello.wav"], "decision 26");
}

#[test]
fn a_blind_transfer_to_a_queue_waits_there() {
    let mut life = talking();
    life.act("Ann", Act::Transfer { to: Some(Destination::Queue(QueueId::new("q2"))) });
    let music = "queue music defaultmusic_on_hold.wav";
    assert_eq!(life.news(), ["leave agent", "enqueue q2 P10", music]);
    life.give(Input::WrapUpStarted { agent: id("Ann") }).talk("Bob");
    assert_eq!(life.news(), ["stop queue music"]);
    let log = "start;offered Ann;answered Ann;offered Bob;answered Bob;";
    assert_eq!(life.var("log"), log, "the agent who handed the caller over did not leave them");
    life.hang_up().wrap_up("Ann").wrap_up("Bob");
    assert_eq!(life.news(), ["leave agent", "ended"]);
}

#[test]
fn a_blind_transfer_to_an_agent_who_does_not_answer_goes_back_to_the_queue() {
    let hand_over = |life: &mut Life| {
        life.act("Ann", Act::Transfer { to: Some(to_agent("Bob")) });
        assert_eq!(life.news(), ["leave agent", "queue music hello.wav", "ask id-Bob"]);
    };
    let mut life = talking();
    hand_over(&mut life);
    life.talk("Bob");
    assert_eq!(life.news(), ["stop queue music"]);
    for is_refused in [false, true] {
        let mut life = talking();
        hand_over(&mut life);
        match is_refused {
            true => life.give(Input::AskRefused { reason: "not free".into() }),
            false => life.offer("Bob").offer_ends("Bob", OfferEnd::Rona),
        };
        assert_eq!(life.news(), ["enqueue q1 P10"], "and the music goes on");
        life.hang_up();
        assert_eq!(life.news(), ["withdraw"]);
    }
    let mut life = talking();
    hand_over(&mut life);
    life.hang_up().wrap_up("Ann");
    assert_eq!(life.news(), ["withdraw", "ended"]);
}

#[test]
fn a_blind_transfer_to_a_number_has_music_until_it_answers() {
    let mut life = talking();
    life.act("Ann", Act::Transfer { to: Some(number()) });
    let music = "queue music hello.wav";
    assert_eq!(life.news(), ["leave agent", "transfer +15550199", music]);
    life.transferred(TransferOutcome::Connected);
    assert_eq!(life.news(), ["stop queue music"]);
    life.wrap_up("Ann").transferred(hung_up());
    assert_eq!(life.news(), ["disconnect", "ended"]);
    let mut life = talking();
    life.act("Ann", Act::Transfer { to: Some(number()) }).news();
    life.transferred(TransferOutcome::Busy);
    assert_eq!(life.news(), ["enqueue q1 P10"]);
}

#[test]
fn a_transfer_to_an_entry_point_begins_its_flow() {
    let mut life = talking();
    life.act("Ann", Act::Transfer { to: Some(Destination::EntryPoint(EntryPointId::new("ep"))) });
    let music = "music defaultmusic_on_hold.wav";
    assert_eq!(life.news(), ["leave agent", "enqueue q1 P10", music]);
    assert_eq!(life.var("log"), "start;", "the flow's own variables are new");
    life.talk("Bob").hang_up().wrap_up("Ann").wrap_up("Bob");
    assert_eq!(life.var("log"), "start;offered Bob;answered Bob;ended id-Bob;");
    assert_eq!(life.happened("ended"), 1);
    assert_eq!(life.happened("arrived"), 1, "what was before is in the trace too");
}

#[test]
fn what_does_not_exist_cannot_be_reached() {
    let life = talking();
    let refused = |to: Destination| life.refused("Ann", &Act::Transfer { to: Some(to) });
    assert_eq!(refused(to_agent("Ann")), ActRefusal::Yourself);
    assert_eq!(refused(to_agent("Eve")), ActRefusal::UnknownTarget);
    assert_eq!(refused(Destination::Queue("nowhere".into())), ActRefusal::UnknownTarget);
    assert_eq!(refused(Destination::EntryPoint("none".into())), ActRefusal::UnknownTarget);
    for number in ["", "+", "abc", "1;ext=2"] {
        let to = Destination::Number { number: number.into(), caller_id: None };
        assert_eq!(refused(to), ActRefusal::WrongNumber, "{number:?}");
    }
    let mut idle = Setup::new().arrive(&logging());
    assert_eq!(idle.refused("Ann", &Act::Hold), ActRefusal::NoConversation);
    idle.act("Ann", Act::Hold);
    assert_eq!(idle.happened("refused"), 1);
}
