//! Secure variables never appear in a trace, in whatever form (decision 20).

use serde_json::json;
use trunkline_flow::run::Effect;
use trunkline_model::FailureCode;

use crate::builder::{Builder, merge, spoken};
use crate::driver::{Driver, Setup, start};

/// The canary: it needs escaping in JSON and URLs, and cannot turn up by chance.
const SECRET: &str = "kanarie\"n 47/é+1";

/// Fails if the trace holds the secret plain, escaped, encoded, in hexadecimal or in Base64.
fn assert_hidden(driver: &Driver, secret: &str) {
    let trace = serde_json::to_string(&driver.steps).unwrap();
    let trace = trace.replace("\\\"", "\"").replace("\\\\", "\\");
    let percent: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    // The longest part that no encoding changes.
    let core = secret.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|it| it.len());
    for form in [secret, &percent, &hex, core.unwrap()] {
        assert!(!trace.to_lowercase().contains(&form.to_lowercase()), "{form} in {trace}");
    }
    assert!(trace.contains("•••"), "nothing was masked: {trace}");
}

/// A flow that shows a variable in every way in which a step can.
fn leaky(flow: Builder, variable: &str) -> Builder {
    let v = |filter: &str| format!("{{{{ {variable}{filter} }}}}");
    let more = json!({
        "httpContentType": "JSON",
        "httpRequestBody": format!("{{\"a\": {}, \"b\": \"{}\"}}", v(" | json"), v("")),
        "httpQueryParameters": { "q": v(" | urlencode") },
        "httpRequestHeaders": {
            "X-A": v(" | base64encode"),
            "X-B": format!("{{{{ ('u:' ~ {variable}) | base64encode }}}}"),
            "X-C": format!("{{{{ ('me:' ~ {variable} ~ '!') | base64encode }}}}"),
            "X-D": v(" | escape"),
        },
    });
    let url = format!("https://x/{}?z={}", v(""), v(" | urlencode"));
    let page = json!({ "screenPopUrl": url, "screenPopDesktopLabel": v(""),
        "queryParameters": { "p": v("") } });
    let case = json!({ "expression": v(""), "menuLinks": [], "menuLinks:input": [] });
    flow.http("Leak", "POST", &url, more, &[])
        .say("Speak", &v(""))
        .act("Pop", "screen-pop", page)
        .act("Case", "case-statement", case)
        .act("If", "condition-activity", json!({ "expression": v("") }))
        .end("E")
        .links(
            "Leak default Speak; Speak default Pop; Pop default Case; Case default If; If error E",
        )
}

fn walk(driver: &mut Driver, echo: &str) {
    driver.answer(200, echo).played();
    assert!(driver.path().ends_with("If!TL-FLOW-EXPRESSION.error E"), "{}", driver.path());
}

fn secure() -> serde_json::Value {
    json!({ "isSecure": true, "isCAD": true, "isAgentEditable": true })
}

#[test]
fn a_default_is_hidden() {
    let flow = Builder::flow("f").var_with("pin", "STRING", SECRET, secure());
    let mut driver = start(&leaky(flow, "pin").row("Start Leak"));
    walk(&mut driver, &format!("echo {SECRET}"));
    assert_hidden(&driver, SECRET);
}

#[test]
fn a_tenants_global_default_is_hidden() {
    let more = json!({ "isSecure": true, "source": "GLOBAL" });
    let flow = Builder::flow("f").var_with("pin", "STRING", "x", more);
    let value = serde_json::to_string(SECRET).unwrap();
    let tenant =
        format!(r#"{{"variables": [{{"name": "pin", "type": "STRING", "value": {value}}}]}}"#);
    let mut driver = Setup::with(&tenant).start(&leaky(flow, "pin").row("Start Leak"));
    walk(&mut driver, SECRET);
    assert_hidden(&driver, SECRET);
}

#[test]
fn digits_are_hidden_where_they_are_pressed_and_after() {
    let mut ask = spoken("PIN?");
    merge(&mut ask, json!({ "maxDigits": 8, "terminatorSymbol": "#" }));
    let flow = Builder::flow("f").var_with("pin", "STRING", "", secure());
    let flow = flow.act("Ask", "ivr-collectdigits", ask).set("Set", "pin", "{{Ask.DigitsEntered}}");
    let mut driver = start(&leaky(flow, "pin").row("Start Ask Set Leak"));
    driver.played().press("90417726");
    walk(&mut driver, r#"{"echo": 90417726}"#);
    assert_hidden(&driver, "90417726");
}

#[test]
fn short_digits_are_hidden_as_words() {
    let mut ask = spoken("PIN?");
    merge(&mut ask, json!({ "maxDigits": 2 }));
    let flow = Builder::flow("f").var_with("pin", "STRING", "", secure());
    let flow = flow.act("Ask", "ivr-collectdigits", ask).set("Set", "pin", "{{Ask.DigitsEntered}}");
    let mut driver = start(&leaky(flow, "pin").row("Start Ask Set Leak"));
    driver.played().press("57").answer(200, r#"{"pin": 57}"#);
    let trace = serde_json::to_string(&driver.steps).unwrap();
    for form in ["\"57\"", " 57", "/57", "=57", "57}"] {
        assert!(!trace.contains(form), "{form} in {trace}");
    }
}

#[test]
fn what_an_answer_brings_is_hidden_with_its_body() {
    let flow = Builder::flow("f").var_with("pin", "STRING", "", secure()).var("o", "STRING", "");
    let flow = flow.get("Get", "https://x/", &[("pin", "$.pin"), ("o", "$.open")]);
    let mut driver = start(&leaky(flow, "pin").row("Start Get Leak"));
    let body = json!({ "pin": SECRET, "open": "not secret" }).to_string();
    driver.answer(200, &body);
    assert_eq!(driver.out("Get", "httpStatusCode"), "200", "the status is no secret");
    walk(&mut driver, &body);
    assert_hidden(&driver, SECRET);
}

#[test]
fn a_body_that_is_parsed_into_a_secure_variable_is_hidden() {
    let parse = json!({ "inputVariable": "Get.httpResponseBody", "outputVariableArray": [
        { "outputVariable": "pin", "jsonPathExp": "$.pin" }] });
    let flow = Builder::flow("f").var_with("pin", "STRING", "", secure());
    let flow = flow.get("Get", "https://x/", &[]).act("Parse", "parse-activity", parse);
    let mut driver = start(&leaky(flow, "pin").row("Start Get Parse Leak"));
    let body = json!({ "pin": SECRET }).to_string();
    driver.answer(200, &body);
    walk(&mut driver, &body);
    assert_hidden(&driver, SECRET);
}

#[test]
fn parts_of_a_secure_document_are_hidden() {
    let doc = json!({ "card": { "number": SECRET } }).to_string();
    let flow = Builder::flow("f").var_with("doc", "JSON", &doc, secure());
    let mut driver = start(&leaky(flow, "doc.card.number").row("Start Leak"));
    walk(&mut driver, "");
    assert_hidden(&driver, SECRET);
}

#[test]
fn what_an_agent_saves_is_hidden() {
    let flow = Builder::flow("f").var_with("pin", "STRING", "", secure());
    let flow = flow.music("Wait").end("E0").row("Start Wait E0");
    let flow = flow.event("AgentOfferContact", "AgentOffered");
    let mut driver = start(&leaky(flow, "pin").row("AgentOfferContact Leak"));
    driver.with(|run, _| run.edit_variable("pin", SECRET).unwrap());
    driver.event("AgentOfferContact", trunkline_flow::outputs::Outputs::NONE);
    walk(&mut driver, SECRET);
    assert_hidden(&driver, SECRET);
}

#[test]
fn failures_do_not_repeat_the_value() {
    let flow =
        Builder::flow("f").var("text", "STRING", SECRET).var_with("pin", "INTEGER", "", secure());
    let driver = start(&flow.set("Set", "pin", "{{ text }}").row("Start Set"));
    let failure = &driver.failure("Set").description;
    assert_eq!(failure, "the value for the variable pin is of another type");
    let mut driver = driver;
    driver.with(|run, _| {
        let refused = run.edit_variable("pin", SECRET).unwrap_err();
        assert_eq!(refused, "the value is of another type");
    });
}

#[test]
fn a_secret_goes_with_the_contact_into_other_flows() {
    let row = json!([{ "src": "pin", "target": "code" }]);
    let sub = Builder::subflow("sub").var_with("code", "STRING", "", secure());
    let sub = leaky(sub, "code").row("Start Leak").read();
    let flow = Builder::flow("f").var_with("pin", "STRING", SECRET, secure());
    let flow = flow.act("Call", "subflow-handoff", {
        json!({ "subflowId": "id-of-sub", "subflowInputVariables": row })
    });
    let setup = Setup { flows: vec![sub], ..Setup::default() };
    let mut driver = setup.start(&flow.row("Start Call"));
    walk(&mut driver, "");
    assert_hidden(&driver, SECRET);
}

#[test]
fn a_leak_would_be_found() {
    let flow = Builder::flow("f").var("pin", "STRING", SECRET);
    let flow = flow.var_with("other", "STRING", "something else", secure());
    let mut driver = start(&leaky(flow, "pin").row("Start Leak"));
    driver.answer(200, "something else").played();
    let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        assert_hidden(&driver, SECRET);
    }));
    assert!(found.is_err());
}

#[test]
fn a_request_that_fails_hides_the_secret_too() {
    let flow = Builder::flow("f").var_with("pin", "STRING", SECRET, secure());
    let mut driver = start(&leaky(flow, "pin").row("Start Leak"));
    driver.refuse(FailureCode::Timeout).played();
    assert_hidden(&driver, SECRET);
}

#[test]
fn prompts_that_tell_a_secret_are_marked() {
    let mut ask = spoken("PIN?");
    merge(&mut ask, json!({ "maxDigits": 8, "terminatorSymbol": "#" }));
    let flow = Builder::flow("f").var_with("pin", "STRING", "90417726", secure());
    let flow = flow.var("copy", "STRING", "").var("name", "STRING", "Ann");
    let flow = flow.act("Ask", "ivr-collectdigits", ask).set("Set", "pin", "{{Ask.DigitsEntered}}");
    let flow = flow.set("Copy", "copy", "<{{ pin }}>").say("Open", "Hello {{ name }}");
    let flow = flow.say("Plain", "It is {{ pin }}").say("Changed", "{{ pin | slice(0, 2) }}");
    let flow = flow.say("Copied", "It is {{ copy }}").say("Keyed", "{{ Ask.DigitsEntered }}!");
    let flow = flow.end("End");
    let mut driver = start(&flow.row("Start Ask Set Copy Open Plain Changed Copied Keyed End"));
    driver.played().press("90417726");
    for _ in 0..5 {
        driver.played();
    }
    let marks = driver.effects.iter().filter_map(|effect| match effect {
        Effect::Play { prompts, .. } => Some(prompts[0].is_secure()),
        _ => None,
    });
    let marks: Vec<_> = marks.collect();
    assert_eq!(marks, [false, false, true, true, true, true], "{}", driver.path());
}
