//! A flow of the tests' own: a pin, a look into a CRM, a queue, an agent, a comment afterwards.
#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::export::{Export, queue, request, speech, taking, tenant};
use crate::peer::{Got, Peer, answer};

/// Collects four digits.
pub(crate) fn pin() -> Value {
    let mut properties = speech("Your number, please.");
    properties["minDigits"] = json!(4);
    properties["maxDigits"] = json!(4);
    properties["entryTimeout"] = json!(5);
    properties["interruptible"] = json!(true);
    properties
}

/// The flow `desk`.
pub(crate) fn flow() -> Export {
    let customer = request("GET", "/customers/{{ Pin.DigitsEntered }}", "");
    Export::new("desk")
        .desktop_variable("customer", "nobody")
        .desktop_variable("notes", "")
        .node("Pin", "ivr-collectdigits", pin())
        .node("Dip", "http-request-v2", taking(customer, "customer", "$.name"))
        .node("Say", "play-message", speech("Hello {{ customer }}."))
        .node("Queue", "queue-contact", queue())
        .node("Stop", "end", json!({}))
        .link(
            "Start.out -> Pin
             Pin.default -> Dip
             Pin.timeout -> Say
             Pin.invalid -> Say
             Dip.default -> Say
             Say.default -> Queue
             Queue.default -> Stop",
        )
        .event("AgentContactAssigned")
        .in_event(
            "Pop",
            "screen-pop",
            json!({"screenPopUrl": "https://crm.example/{{ customer }}",
            "screenPopDesktopLabel": "Customer"}),
        )
        .in_event("Shown", "end", json!({}))
        .event("ContactEnded")
        .in_event(
            "Post",
            "http-request-v2",
            request(
                "POST",
                "/comments",
                r#"{"customer": "{{ customer }}", "notes": "{{ notes }}"}"#,
            ),
        )
        .in_event("Done", "end", json!({}))
        .link(
            "AgentContactAssigned.out -> Pop
             Pop.default -> Shown
             ContactEnded.out -> Post
             Post.default -> Done",
        )
}

/// A CRM that knows one customer and takes every comment.
pub(crate) fn crm() -> Peer {
    Peer::start(|got: &Got, stream| match got.line.as_str() {
        "GET /customers/1234" => answer(stream, "200 OK", "", r#"{"name": "Ann Novak"}"#),
        "POST /comments" => answer(stream, "201 Created", "", r#"{"id": 1}"#),
        _ => answer(stream, "404 Not Found", "", r#"{"error": "nothing there"}"#),
    })
}

/// Writes flow and tenant into a folder and gives their paths.
pub(crate) fn write(folder: &Path, base_url: &str) -> (PathBuf, PathBuf) {
    let flow = flow().write(folder);
    let path = folder.join("tenant.yaml");
    fs::write(&path, tenant("desk", base_url, "{type: none}")).unwrap();
    (flow, path)
}

/// A script in which the caller presses the customer's number.
pub(crate) fn script(folder: &Path) -> PathBuf {
    let path = folder.join("call.yaml");
    let text = "caller: {keys: [{in: Pin, press: \"1234\"}], hang_up_after_answer_s: 3}\n\
                agents: [{edits: {notes: Called about brakes.}, edit_after_s: 1}]\n";
    fs::write(&path, text).unwrap();
    path
}

/// The comments that a CRM was sent.
pub(crate) fn comments(crm: &Peer) -> Vec<Value> {
    let posts = crm.requests().into_iter().filter(|got| got.line == "POST /comments");
    posts.map(|got| serde_json::from_str(&got.body).unwrap()).collect()
}
