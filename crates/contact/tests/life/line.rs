//! What a real line needs of a contact: when it is answered, what is heard in the queue, prompts
//! that fail, and third parties.

use serde_json::{Value, json};
use trunkline_contact::Input;
use trunkline_model::call::TransferOutcome;
use trunkline_model::prompt::PlayFailure;

use crate::builder::{Builder, spoken};
use crate::driver::{Life, Setup, arrive};

fn first_media() -> Setup {
    Setup::new().entry(json!({ "answer": "first_media" }))
}

fn hung_up() -> TransferOutcome {
    TransferOutcome::PartyHungUp { talked_ms: 9_000, headers: Vec::new() }
}

/// A dip, and then an activity.
fn dip_and(kind: &str, properties: Value) -> Builder {
    let flow = Builder::flow("f").get("Get", "https://x/", &[]).act("Do", kind, properties);
    flow.say("On", "on").row("Start Get Do On")
}

#[test]
fn a_call_is_answered_when_its_flow_starts() {
    let life = arrive(&dip_and("play-message", spoken("hello")));
    assert_eq!(life.all(), ["answer", "GET https://x/"]);
}

#[test]
fn a_call_may_be_answered_before_the_first_audio() {
    let rows = [
        ("play-message", spoken("hello"), "play hello"),
        ("play-music", json!({ "prompt": "hello.wav" }), "music hello.wav"),
        ("queue-contact", json!({ "destination": "q1" }), "enqueue q1 P10"),
        ("record", json!({}), "record"),
        ("send-digits", json!({ "transferoutdigits": "1" }), "send 1"),
    ];
    for (kind, properties, line) in rows {
        let mut life = first_media().arrive(&dip_and(kind, properties));
        life.respond("{}");
        assert_eq!(life.all()[..3], ["GET https://x/", "answer", line], "{kind}");
        let answers = life.all().iter().filter(|line| *line == "answer").count();
        assert_eq!(answers, 1, "{kind}");
    }
}

#[test]
fn a_menu_without_a_prompt_is_answered_to_hear_its_keys() {
    let mut life = first_media().arrive(&dip_and("ivr-menu", json!({ "menuLinks": ["1"] })));
    life.respond("{}");
    assert_eq!(life.all(), ["GET https://x/", "answer"]);
}

#[test]
fn a_call_that_ends_before_any_audio_is_never_answered() {
    let flow = Builder::flow("f").act("Bye", "disconnect-contact", json!({})).row("Start Bye");
    assert_eq!(first_media().arrive(&flow).all(), ["disconnect", "ended"]);
    let mut life = first_media().arrive(&dip_and("play-message", spoken("hello")));
    life.hang_up().respond("{}");
    assert!(!life.all().contains(&"answer".to_owned()), "{:?}", life.all());
}

#[test]
fn a_transfer_answers_the_call_when_the_third_party_does() {
    for (kind, line) in [("blind-transfer", "transfer 4001"), ("bridged-transfer", "bridge 4001")] {
        let mut life = first_media().arrive(&dip_and(kind, json!({ "transfertodn": "4001" })));
        life.respond("{}");
        assert_eq!(life.all(), ["GET https://x/", line]);
        life.transferred(TransferOutcome::Connected);
        assert_eq!(life.all()[2..], ["answer"]);
    }
}

#[test]
fn an_apology_answers_the_call() {
    let life = first_media().arrive(&Builder::flow("f").end("End").row("Start End"));
    assert_eq!(life.all(), ["answer", "play an apology"]);
}

fn waiting() -> Life {
    let flow = Builder::flow("f").queue("Queue", "q1").end("End").row("Start Queue End");
    let flow = flow.event("AgentOfferContact", "AgentOffered").say("Soon", "soon");
    let mut life = arrive(&flow.end("Said").row("AgentOfferContact Soon Said"));
    assert_eq!(life.news(), ["enqueue q1 P10", "queue music hello.wav"]);
    life
}

#[test]
fn the_queues_music_plays_in_the_background() {
    let mut life = waiting();
    life.offer("Ann").played();
    assert_eq!(life.news(), ["play soon"], "it pauses by itself");
    life.answer("Ann");
    assert_eq!(life.news(), ["stop queue music"]);
}

#[test]
fn the_flows_own_music_is_heard_instead() {
    let flow = Builder::flow("f").queue("Queue", "q1").music("M").end("End");
    let mut life = arrive(&flow.row("Start Queue M End"));
    assert_eq!(life.news(), ["enqueue q1 P10", "music defaultmusic_on_hold.wav"]);
    life.played();
    assert_eq!(life.news(), ["queue music hello.wav"], "when the flow is silent");
}

#[test]
fn another_queue_has_other_music() {
    let flow = Builder::flow("f").queue("Queue", "q1").end("End").row("Start Queue End");
    let flow = flow.event("AgentOfferContact", "AgentOffered").queue("Move", "q2").end("Moved");
    let mut life = arrive(&flow.row("AgentOfferContact Move Moved"));
    life.news();
    life.offer("Ann");
    assert_eq!(life.news(), ["enqueue q2 P10", "queue music defaultmusic_on_hold.wav"]);
}

#[test]
fn music_that_fails_leaves_the_caller_waiting_in_silence() {
    let mut life = waiting();
    let fails = || Input::QueueMusicFailed {
        reason: PlayFailure::FileMissing,
        text: "hello.wav: no such file".to_owned(),
    };
    life.give(fails());
    assert_eq!(life.news(), ["notice  TL-AUDIO-MISSING Queue"]);
    assert_eq!(life.happened("prompt_failed"), 1);
    life.offer("Ann").played().give(fails());
    assert_eq!(life.news(), ["play soon"], "it is not tried again");
    assert!(life.contact.is_caller_there());
    life.answer("Ann");
    assert!(life.news().is_empty() && life.contact.is_talking());
}

#[test]
fn an_apology_that_fails_is_left_out() {
    let mut life = arrive(&Builder::flow("f").end("End").row("Start End"));
    life.news();
    life.play_fails(PlayFailure::SpeechFailed);
    let expected = ["notice  TL-SPEECH-FAILED Disconnected", "disconnect", "ended"];
    assert_eq!(life.news(), expected);
}

#[test]
fn a_prompt_of_the_flow_that_fails_is_the_flows() {
    let flow = Builder::flow("f").say("Hello", "hello").say("Sorry", "sorry").row("Start Hello");
    let mut life = arrive(&flow.links("Hello error Sorry"));
    life.play_fails(PlayFailure::FileUnreadable);
    let told = "notice Hello TL-AUDIO-UNREADABLE FailurePort";
    assert_eq!(life.news(), ["play hello", told, "play sorry"]);
}

/// Counts its ContactEnded events.
fn transfer(kind: &str) -> Builder {
    let flow = Builder::flow("f").act("To", kind, json!({ "transfertodn": "4001" }));
    let flow = flow.say("Back", "back").row("Start To Back").var("ends", "INTEGER", "0");
    let flow = flow.event("ContactEnded", "PhoneContactEnded");
    flow.set("Count", "ends", "{{ ends + 1 }}").end("End").row("ContactEnded Count End")
}

#[test]
fn a_blind_transfer_lasts_until_somebody_hangs_up() {
    let mut life = arrive(&transfer("blind-transfer"));
    life.transferred(TransferOutcome::Connected);
    assert_eq!(life.news(), ["transfer 4001"]);
    assert!(life.contact.is_transferred() && life.var("ends") == "0");
    life.transferred(TransferOutcome::Busy).transferred(TransferOutcome::Connected);
    assert!(life.news().is_empty(), "what does not fit changes nothing");
    life.transferred(hung_up());
    assert_eq!(
        (life.news(), life.var("ends")),
        (vec!["disconnect".into(), "ended".into()], "1".into())
    );
    let mut life = arrive(&transfer("blind-transfer"));
    life.transferred(TransferOutcome::Connected).hang_up();
    assert_eq!((life.news()[1..].to_vec(), life.var("ends")), (vec!["ended".into()], "1".into()));
    assert_eq!(life.happened("transfer_answered"), 1);
}

#[test]
fn a_blind_transfer_that_was_answered_and_over_at_once_is_over() {
    let mut life = arrive(&transfer("blind-transfer"));
    life.transferred(hung_up());
    assert_eq!(life.news()[1..], ["disconnect", "ended"]);
    assert_eq!(life.var("ends"), "1");
}

#[test]
fn a_transferred_caller_waits_in_no_queue() {
    let flow = transfer("blind-transfer").event("AgentOfferContact", "AgentOffered");
    let flow = flow.queue("Queue", "q1").end("Queued").row("AgentOfferContact Queue Queued");
    let mut life = arrive(&flow);
    life.offer("Ann");
    life.news();
    life.transferred(TransferOutcome::Connected);
    assert_eq!(life.news(), ["withdraw"]);
}

#[test]
fn a_blind_transfer_that_fails_keeps_the_caller() {
    let mut life = arrive(&transfer("blind-transfer"));
    life.transferred(TransferOutcome::NoAnswer);
    // No port for failures is linked, but a default one is.
    let kept = ["notice To TL-TRANSFER-NO-ANSWER DefaultPort", "play back"];
    assert_eq!(life.news()[1..], kept);
}

#[test]
fn a_bridged_transfer_comes_back_to_the_flow() {
    let mut life = arrive(&transfer("bridged-transfer"));
    life.transferred(TransferOutcome::Connected).transferred(hung_up());
    assert_eq!(life.news(), ["bridge 4001", "play back"]);
    assert!(!life.contact.is_transferred() && life.var("ends") == "0");
}

fn falling_back() -> Life {
    let setup = Setup::new().entry(json!({ "fallback": { "number": "+1555" } }));
    let mut life = setup.arrive(&Builder::flow("f").end("End").row("Start End"));
    assert_eq!(life.news(), ["transfer +1555"]);
    life
}

#[test]
fn a_fallback_number_that_answers_has_the_caller() {
    let mut life = falling_back();
    life.transferred(TransferOutcome::Connected);
    assert!(life.news().is_empty() && life.contact.is_transferred());
    life.transferred(hung_up());
    assert_eq!(life.news(), ["disconnect", "ended"]);
}

#[test]
fn a_fallback_number_that_fails_leaves_nobody_in_silence() {
    let failed = TransferOutcome::Failed { status: 404, text: "not found".to_owned() };
    for (outcome, code) in [
        (TransferOutcome::Busy, "TL-TRANSFER-BUSY"),
        (TransferOutcome::NoAnswer, "TL-TRANSFER-NO-ANSWER"),
        (failed, "TL-TRANSFER-FAILED"),
    ] {
        let mut life = falling_back();
        life.transferred(outcome);
        assert_eq!(life.news(), [format!("notice  {code} Fallback"), "play an apology".into()]);
        life.played();
        assert_eq!(life.news(), ["disconnect", "ended"]);
    }
}

#[test]
fn an_agent_who_answers_too_late_is_free_again() {
    let flow = Builder::flow("f").queue("Queue", "q1").end("End").row("Start Queue End");
    for is_answered in [false, true] {
        let mut life = arrive(&flow);
        life.offer("Ann");
        life.give(Input::TimedOut { overflow_number: Some("+1777".to_owned()) });
        if is_answered {
            life.transferred(TransferOutcome::Connected);
        }
        life.news();
        life.answer("Ann");
        assert_eq!(life.news(), ["leave agent"]);
        assert!(!life.contact.is_talking());
    }
}
