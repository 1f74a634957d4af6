//! What the agent saves, and what ContactEnded sees of it.

use serde_json::json;
use trunkline_contact::Input;

use crate::builder::Builder;
use crate::driver::{Life, Setup, arrive};

fn flow() -> Builder {
    let cad = json!({ "isCAD": true, "isAgentEditable": true, "desktopLabel": "Notes" });
    let secure = json!({ "isCAD": true, "isAgentEditable": true, "isSecure": true });
    let flow = Builder::flow("f").var_with("notes", "STRING", "none", cad.clone());
    let flow = flow.var_with("count", "INTEGER", "1", cad).var_with("pin", "INTEGER", "", secure);
    let flow =
        flow.var_with("seen", "STRING", "", json!({ "isCAD": true })).var("own", "STRING", "x");
    let flow = flow.queue("Queue", "q1").music("M").row("Start Queue M M");
    let flow = flow.event("ContactEnded", "PhoneContactEnded").set("See", "seen", "{{ notes }}");
    flow.end("End").row("ContactEnded See End")
}

fn warnings(life: &Life) -> Vec<String> {
    let edited = life.steps.iter().rev().find(|step| step.kind == "contact.edited").unwrap();
    edited.warnings.clone()
}

#[test]
fn agents_may_change_what_is_theirs_to_change() {
    let mut life = arrive(&flow());
    life.talk("Ann").edit("notes", "called back").edit("count", " 7 ");
    assert_eq!((life.var("notes"), life.var("count")), ("called back".into(), "7".into()));
    assert!(warnings(&life).is_empty());
    for (name, value, why) in [
        ("seen", "x", "not saved: agents may not change this variable"),
        ("own", "x", "not saved: agents may not change this variable"),
        ("nope", "x", "not saved: the flow has no such variable"),
        ("count", "many", "not saved: the value is no whole number: \"many\""),
    ] {
        life.edit(name, value);
        assert_eq!(warnings(&life), [why], "{name}");
    }
    assert_eq!((life.var("own"), life.var("count")), ("x".into(), "7".into()));
}

#[test]
fn secure_values_are_not_shown() {
    let mut life = arrive(&flow());
    life.talk("Ann").edit("pin", "90417726");
    assert_eq!(life.var("pin"), "90417726");
    life.edit("pin", "canary-8").edit("notes", "his PIN is 90417726").edit("pin", "12");
    assert!(!life.trace().contains("canary") && !life.trace().contains("90417726"));
    assert!(!life.trace().contains("\"12\""));
    assert_eq!(life.var("notes"), "his PIN is 90417726", "the trace alone is masked");
}

#[test]
fn documents_are_shown_to_the_agent_as_json() {
    let cad = json!({ "isCAD": true });
    let flow = Builder::flow("f").var_with("doc", "JSON", r#"{"a": [1]}"#, cad);
    let mut life = arrive(&flow.queue("Queue", "q1").music("M").row("Start Queue M M"));
    life.talk("Ann");
    assert!(life.trace().contains(r#""doc":"{\"a\":[1]}""#), "{}", life.trace());
}

fn post_call(when: &str) -> Life {
    let mut life = Setup::new().entry(json!({ "post_call": when })).arrive(&flow());
    life.talk("Ann").edit("notes", "while talking").hang_up();
    life.give(Input::WrapUpStarted { agent: "id-Ann".into() });
    life.edit("notes", "while wrapping up").wrap_up("Ann");
    life
}

#[test]
fn contact_ended_at_hang_up_sees_what_was_saved_before() {
    let mut life = post_call("at_hangup");
    assert_eq!(life.var("seen"), "while talking");
    assert_eq!(life.var("notes"), "while talking");
    assert_eq!(warnings(&life), ["not saved: the contact's ContactEnded has begun"]);
    assert_eq!(life.news().last().unwrap(), "ended");
    assert_eq!(life.happened("ended"), 1);
}

#[test]
fn contact_ended_after_wrap_up_sees_what_was_saved_then() {
    let mut life = post_call("after_wrap_up");
    assert_eq!(life.var("seen"), "while wrapping up");
    assert_eq!(life.news().last().unwrap(), "ended");
    assert_eq!(life.happened("ended"), 1);
}

#[test]
fn without_an_agent_nobody_wraps_up() {
    let mut life = Setup::new().entry(json!({ "post_call": "after_wrap_up" })).arrive(&flow());
    life.hang_up();
    assert_eq!(life.news().last().unwrap(), "ended");
    assert_eq!(life.var("seen"), "none");
}
