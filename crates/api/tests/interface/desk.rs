//! What an agent does at the desktop: each request becomes its command, each refusal its problem.

use serde_json::{Value, json};
use trunkline_desk::{
    Choice, Command, Destination, Device, Elsewhere, Keys, PopOutcome, Refusal, SignIn, Variables,
    WrapUpAction,
};

use crate::double::{ANNS, BOBS};
use crate::house::House;
use crate::http::Ask;

/// Each request with the command that it is.
fn commands() -> Vec<(&'static str, String, Value, Command)> {
    let contact = || ANNS.to_owned();
    let at = |end: &str| format!("/contacts/{ANNS}/{end}");
    let queue = || Destination::Queue { id: "sales".into() };
    let queue_json = json!({"to": {"kind": "queue", "id": "sales"}});
    let sign_in = SignIn {
        team: Some("billing".into()),
        device: Device::Browser,
        tab: "tab".into(),
        label: "Chrome".into(),
        take_over: false,
    };
    let values = vec![("notes".to_owned(), "請求書".to_owned())];
    let variables = Variables { version: 3, values: values.clone(), overwrite: false };
    vec![
        (
            "POST",
            "/sign-in".into(),
            json!({"team": "billing", "device": "browser", "tab": "tab", "label": "Chrome"}),
            Command::SignIn(sign_in),
        ),
        ("POST", "/sign-out".into(), Value::Null, Command::SignOut),
        (
            "PUT",
            "/state".into(),
            json!({"state": "idle", "code": "lunch"}),
            Command::SetState(Choice::Idle { code: "lunch".into() }),
        ),
        ("DELETE", "/next".into(), Value::Null, Command::ClearNext),
        (
            "POST",
            "/outdial".into(),
            json!({"number": "0120-000-123"}),
            Command::Outdial { number: "0120-000-123".into(), ani: None },
        ),
        ("POST", at("answer"), Value::Null, Command::Answer { contact: contact() }),
        ("POST", at("decline"), Value::Null, Command::Decline { contact: contact() }),
        ("POST", at("hold"), Value::Null, Command::Hold { contact: contact() }),
        ("POST", at("resume"), Value::Null, Command::Resume { contact: contact() }),
        (
            "POST",
            at("keys"),
            json!({"digits": "12#"}),
            Command::Keys { contact: contact(), keys: Keys { digits: "12#".into() } },
        ),
        (
            "POST",
            at("consult"),
            queue_json.clone(),
            Command::Consult { contact: contact(), to: queue() },
        ),
        ("POST", at("swap"), Value::Null, Command::Swap { contact: contact() }),
        ("POST", at("end-consult"), Value::Null, Command::EndConsult { contact: contact() }),
        ("POST", at("conference"), Value::Null, Command::Conference { contact: contact() }),
        (
            "POST",
            at("drop"),
            json!({"party": "p2"}),
            Command::Drop { contact: contact(), party: "p2".into() },
        ),
        (
            "POST",
            at("transfer"),
            queue_json,
            Command::Transfer { contact: contact(), to: Some(queue()) },
        ),
        ("POST", at("transfer"), json!({}), Command::Transfer { contact: contact(), to: None }),
        (
            "POST",
            at("mute"),
            json!({"muted": true}),
            Command::Mute { contact: contact(), muted: true },
        ),
        (
            "POST",
            at("recording"),
            json!({"paused": true}),
            Command::PauseRecording { contact: contact(), paused: true },
        ),
        ("POST", at("end"), Value::Null, Command::End { contact: contact() }),
        (
            "PUT",
            at("variables"),
            json!({"version": 3, "values": [["notes", "請求書"]]}),
            Command::Save { contact: contact(), variables },
        ),
        (
            "PUT",
            at("draft"),
            json!({"values": [["notes", "請求書"]]}),
            Command::Draft { contact: contact(), values },
        ),
        (
            "POST",
            at("wrap-up"),
            json!({"action": "done", "code": "resolved"}),
            Command::WrapUp {
                contact: contact(),
                action: WrapUpAction::Done { code: Some("resolved".into()) },
            },
        ),
        (
            "POST",
            at("pops/7"),
            json!({"outcome": "blocked"}),
            Command::PopShown { contact: contact(), pop: 7, outcome: PopOutcome::Blocked },
        ),
    ]
}

#[tokio::test]
async fn each_request_is_its_command() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    for (method, path, body, command) in commands() {
        let ask = Ask::new(method, &format!("/api/v1/desk{path}"));
        let ask = if body.is_null() { ask } else { ask.json(&body) };
        let reply = page.ask(ask).await;
        assert_eq!(reply.status, 204, "{path} {reply:?}");
        assert_eq!(house.double.take_commands(), [("ann".into(), command)], "{path}");
    }
}

#[tokio::test]
async fn another_agents_contact_is_refused() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    for (method, path, body, _) in commands().into_iter().filter(|it| it.1.contains(ANNS)) {
        let path = format!("/api/v1/desk{}", path.replace(ANNS, BOBS));
        let ask = Ask::new(method, &path);
        let reply = page.ask(if body.is_null() { ask } else { ask.json(&body) }).await;
        assert_eq!((reply.status, reply.code().as_str()), (409, "not-yours"), "{path}");
    }
    let path = format!("/api/v1/desk/contacts/{BOBS}/variables/card");
    assert_eq!(page.get(&path).await.code(), "not-yours");
    assert!(house.double.take_commands().is_empty());
}

#[tokio::test]
async fn fields_that_are_wrong_are_named() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let at = |end: &str| format!("/api/v1/desk/contacts/{ANNS}/{end}");
    for (method, path, body, field) in [
        ("POST", at("keys"), json!({"digits": 1}), "digits"),
        ("POST", at("keys"), json!({}), "digits"),
        ("POST", at("keys"), json!({"digits": "1", "more": 1}), "more"),
        ("POST", at("consult"), json!({"to": {"kind": "queue", "id": "a", "x": 1}}), "to.x"),
        ("PUT", at("variables"), json!({"version": 1, "values": [["a"]]}), "values[0]"),
        ("PUT", at("variables"), json!({"version": -1, "values": []}), "version"),
        ("POST", "/api/v1/desk/sign-in".into(), json!({"device": "fax"}), "device"),
    ] {
        let reply = page.send(method, &path, &body).await;
        assert_eq!(reply.code(), "invalid", "{path} {body}");
        assert_eq!(reply.json()["field"], field, "{body} {}", reply.text());
    }
    assert!(house.double.take_commands().is_empty());
}

#[tokio::test]
async fn refusals_carry_what_the_page_needs() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let elsewhere = Elsewhere { label: "Firefox".into(), since_ms: 5, talking_since_ms: Some(6) };
    house.double.refuse(Refusal::Elsewhere(elsewhere));
    let body = json!({"device": "browser", "tab": "t", "label": "l"});
    let reply = page.send("POST", "/api/v1/desk/sign-in", &body).await;
    assert_eq!((reply.status, reply.code().as_str()), (409, "signed-in-elsewhere"));
    assert_eq!(reply.json()["elsewhere"]["label"], "Firefox");

    let values = vec![("notes".to_owned(), "theirs".to_owned())];
    house.double.refuse(Refusal::Stale { version: 9, values });
    let path = format!("/api/v1/desk/contacts/{ANNS}/variables");
    let reply = page.send("PUT", &path, &json!({"version": 8, "values": []})).await;
    assert_eq!((reply.status, reply.code().as_str()), (409, "stale"));
    assert_eq!(reply.json()["version"], 9);
    assert_eq!(reply.json()["values"], json!([["notes", "theirs"]]));

    let invalid = Refusal::Invalid { field: "amount".into(), problem: "no number".into() };
    house.double.refuse(invalid);
    let reply = page.send("PUT", &path, &json!({"version": 8, "values": []})).await;
    assert_eq!((reply.status, &reply.json()["field"]), (422, &json!("amount")));
}

#[tokio::test]
async fn reading_a_secure_value_is_written_down() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let path = format!("/api/v1/desk/contacts/{ANNS}/variables/card");
    let reply = page.get(&path).await;
    assert_eq!(reply.json(), json!({"value": "4111 1111"}));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    page.get(&path.replace(ANNS, BOBS)).await;
    let auditor = house.sign_in("aud").await;
    let log = auditor.get("/api/v1/audit?what=secure_value").await;
    let records = log.json()["records"].clone();
    assert_eq!(records.as_array().unwrap().len(), 2, "refusals too");
    assert_eq!(records[1]["name"], "ann");
    assert_eq!(records[1]["object"]["id"], ANNS);
    assert_eq!(records[1]["detail"], "card");
    assert_eq!(records[0]["outcome"]["code"], "not-yours");
    assert!(!log.text().contains("4111"));
}

#[tokio::test]
async fn the_view_the_targets_and_the_history() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    assert_eq!(page.get("/api/v1/desk").await.json()["agent"]["id"], "ann");
    let targets = "/api/v1/desk/targets";
    let found = page.send("POST", targets, &json!({"search": "bob"})).await;
    assert_eq!(found.json(), json!([]));
    let long = page.send("POST", targets, &json!({"search": "x".repeat(101)})).await;
    assert_eq!(long.json()["field"], "search");
    page.get("/api/v1/desk/history?limit=10&before_ms=7").await;
    let search = house.double.take_searches().remove(0);
    assert_eq!(search.agent, Some("ann".into()));
    assert_eq!((search.limit, search.before_ms), (10, Some(7)));
}
