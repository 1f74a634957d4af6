//! Every rule of the checks, on a flow that breaks it and on flows that do not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall fail")]

mod check_flows;

use check_flows::{Export, export};
use serde_json::json;
use trunkline_flow::check::{Rule, check, fails, fix, rules};
use trunkline_flow::{Diagnostic, Flow, Severity, Site};

fn findings(export: &Export, site: Option<&Site>) -> Vec<Diagnostic> {
    let (flow, found) = Flow::read(&export.text()).unwrap();
    check(&flow, found, site)
}

fn of(rule: &str, export: &Export) -> Vec<Diagnostic> {
    let mut found = findings(export, Some(&Site::default()));
    found.retain(|finding| finding.rule == rule);
    found
}

/// Exactly one finding of this rule, whose message or help holds all these words.
#[track_caller]
fn bad(rule: &str, export: &Export, words: &[&str]) -> Diagnostic {
    let mut found = of(rule, export);
    assert_eq!(found.len(), 1, "{rule}: {found:#?}");
    let finding = found.remove(0);
    let text = format!("{} {}", finding.message, finding.help.as_deref().unwrap_or_default());
    for word in words {
        assert!(text.contains(word), "{rule}: no {word:?} in {text:?}");
    }
    let severity = rules::REGISTRY.iter().find(|known| known.name == rule).unwrap().severity;
    assert_eq!(finding.severity, severity, "{rule}");
    finding
}

#[track_caller]
fn good(rule: &str, export: &Export) {
    let found = of(rule, export);
    assert!(found.is_empty(), "{rule}: {found:#?}");
}

/// Start, then one activity, then the end.
fn with(label: &str, kind: &str, properties: serde_json::Value) -> Export {
    let export = export().node(label, kind, properties).node("End", "end", json!({}));
    export.link(&format!("Start.out -> {label}\n{label}.default -> End"))
}

fn set(variable: &str, value: &str) -> Export {
    let export = export()
        .node("Set", "set-variable", json!({"srcVariable": variable, "expr": value}))
        .node("End", "end", json!({}));
    export.link("Start.out -> Set\nSet.out -> End")
}

fn says(text: &str) -> Export {
    with("Say", "play-message", speech(text))
}

fn speech(text: &str) -> serde_json::Value {
    json!({"toggle": true, "promptsTts": [{"type": "tts", "value": text}]})
}

fn request(properties: serde_json::Value) -> Export {
    with("Ask", "http-request-v2", properties)
}

fn menu() -> serde_json::Value {
    let mut menu = speech("Press 1");
    menu["menuLinks"] = json!(["1"]);
    menu
}

#[test]
fn a_quiet_flow_has_no_findings() {
    let found = findings(&says("Hello"), Some(&Site::default()));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_rule_is_explained_and_tested() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/check/rules/");
    let tests = include_str!("check_rules.rs");
    for rule in rules::REGISTRY {
        let file = format!("{folder}{}.rs", rule.name.replace('-', "_"));
        let text = std::fs::read_to_string(&file).unwrap();
        let head = format!("//! `{}` (", rule.name);
        assert!(text.starts_with(&head), "{file} begins with {head}");
        let severity = format!("({:?}):", rule.severity).to_lowercase();
        assert!(text.lines().next().unwrap().contains(&severity), "{file}: {severity}");
        for section in ["//! # Finds", "//! # Why", "//! # Example"] {
            assert!(text.contains(section), "{file} lacks {section}");
        }
        assert!(rule.summary.ends_with('.') && rule.summary.len() < 100, "{rule:?}");
        for test in ["bad", "good"] {
            let call = format!("{test}(\"{}\"", rule.name);
            assert!(tests.contains(&call), "there is no {call}…)");
        }
    }
    let mut names: Vec<_> = rules::REGISTRY.iter().map(|rule: &&Rule| rule.name).collect();
    assert!(names.is_sorted());
    names.dedup();
    assert_eq!(names.len(), rules::REGISTRY.len());
    assert!(rules::find("half-mapping").is_some() && rules::find("dangling-port").is_some());
}

#[test]
fn notes_do_not_fail_a_check() {
    let note = says("Hi").variable_with("name", json!({"value": "null"}));
    let found = findings(&note, None);
    assert_eq!((found.len(), found[0].severity, fails(&found)), (1, Severity::Note, false));
    assert!(fails(&findings(&says("{{nobody}}"), None)));
}

#[test]
fn findings_stand_in_the_order_of_the_file() {
    let export = says("{{b}} {{a}}").variable_with("x", json!({"value": "null"}));
    let found = findings(&export, None);
    let text = export.text();
    let json = trunkline_flow::check::output::json("f", &text, &found);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let at = |it: &serde_json::Value| (it["line"].as_u64(), it["column"].as_u64());
    let places: Vec<_> = report["findings"].as_array().unwrap().iter().map(at).collect();
    assert_eq!(places.len(), 3);
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn unknown_variables_are_found_with_what_was_meant() {
    let export = says("Key {{velocityApiKey}}!").variable("VelocityApiKey", "STRING");
    let finding = bad("unknown-variable", &export, &["velocityApiKey", "did you mean Velocity"]);
    assert_eq!(finding.excerpt.unwrap().offset, "Key {{".len());
    let fixed = fix(&export.text(), &findings(&export, None)).unwrap();
    assert_eq!(fixed.text, export.text().replace("{{velocity", "{{Velocity"));

    let finding = bad("unknown-variable", &says("{{callType}}"), &["callType", "declare"]);
    assert_eq!(finding.fix, None);
    let typo = says("{{ custmerName }}").variable("customerName", "STRING");
    assert_eq!(bad("unknown-variable", &typo, &["did you mean customerName?"]).fix, None);
    bad("unknown-variable", &says("{{ nobody.length }}"), &["nobody"]);
    let parse = with("Parse", "parse-activity", json!({"inputVariable": "answr"}));
    bad("unknown-variable", &parse.variable("answer", "STRING"), &["did you mean answer?"]);

    let texts = "{{name}} {{name.length}} {{data.a.b}} {{data['x']}} {{now()}} {{Start.ANI}} \
                 {% for one in list %}{{one.id}} {{loop.index}}{% endfor %}\
                 {% set mine = 1 %}{{mine}}";
    let known = says(texts).variable("name", "STRING").variable("data", "JSON");
    good("unknown-variable", &known.variable("list", "JSON"));
}

#[test]
fn labels_that_are_not_there_are_found() {
    let export = request(json!({"httpRequestUrl": "https://x.example"}));
    let export = export
        .node(
            "If",
            "condition-activity",
            json!({"expression": "{{makePayment.httpStatusCode != 200}}"}),
        )
        .link("Ask.default -> If");
    bad("unknown-activity-label", &export, &["makePayment", "only Ask has"]);
    bad("unknown-activity-label", &says("{{say.FailureCode}}"), &["did you mean Say?"]);
    let known = says("{{Say.FailureCode}} {{NewContact.ANI}} {{NewPhoneContact.DNIS}}");
    good("unknown-activity-label", &known);
    good("unknown-activity-label", &says("{{AgentAnswered.AgentId}}").subflow());
}

#[test]
fn outputs_that_are_not_there_are_found() {
    let menu_then = |text: &str| {
        let export =
            export().node("Menu1", "ivr-menu", menu()).node("Say", "play-message", speech(text));
        export.node("End", "end", json!({})).link(
            "Start.out -> Menu1
             Menu1.1 -> Say
             Menu1.timeout -> Say
             Menu1.invalid -> Say
             Say.default -> End",
        )
    };
    bad("unknown-output", &menu_then("{{Menu1.OptionEnterd}}"), &["did you mean OptionEntered?"]);
    bad("unknown-output", &says("{{NewPhoneContact.Colour}}"), &["has no output Colour", "ANI"]);
    let known = "{{Menu1.optionentered}} {{Menu1.FailureCode}} {{NewPhoneContact.ani}} \
                 {{NewContact.interactionId}} {{Start.Headers.x}}";
    good("unknown-output", &menu_then(known));
    let virtual_agent =
        with("Agent", "ivr-virtualassistantvoice", json!({"x": "{{Agent.MetaData}}"}));
    good("unknown-output", &virtual_agent);
}

fn with_agent_event(text: &str) -> Export {
    says("Hello")
        .event("AgentContactAssigned", "AgentAnswered")
        .event("ContactEnded", "PhoneContactEnded")
        .variable("url", "STRING")
        .in_event("Pop", "screen-pop", json!({"screenPopUrl": "https://x.example/{{url}}"}))
        .in_event("Pop2", "screen-pop", json!({"screenPopUrl": text}))
        .link("AgentContactAssigned.out -> Pop")
}

#[test]
fn outputs_of_events_are_read_in_their_own_flow() {
    let export = with_agent_event("https://x.example/{{AgentAnswered.AgentName}}");
    let elsewhere = export.clone().link("ContactEnded.out -> Pop2");
    bad("event-output-elsewhere", &elsewhere, &["AgentAnswered", "set a flow variable"]);
    bad("event-output-elsewhere", &says("{{OnGlobalError.FailureCode}}"), &["OnGlobalError"]);
    good("event-output-elsewhere", &export.link("Pop.default -> Pop2"));
    let newer = with_agent_event("https://x.example/{{AgentAccepted.AgentName}}");
    good("event-output-elsewhere", &newer.link("Pop.default -> Pop2"));
    let wrong = with_agent_event("https://x.example/{{AgentAnswered.AgentNam}}");
    bad("unknown-output", &wrong.link("Pop.default -> Pop2"), &["did you mean AgentName?"]);
}

#[test]
fn dangling_ports_of_the_main_flow_are_found() {
    let export = export().node("Menu", "ivr-menu", menu()).node("End", "end", json!({}));
    let export = export.link("Start.out -> Menu\nMenu.1 -> End\nMenu.timeout -> Menu");
    bad("dangling-port", &export, &["Menu: the invalid port leads nowhere"]);
    good("dangling-port", &export.link("Menu.invalid -> Menu"));
    let in_event = with_agent_event("https://x.example").link("Pop.default -> Pop2");
    good("dangling-port", &in_event);
    let two = with("Ask", "ivr-collectdigits", speech("Number?"));
    bad("dangling-port", &two, &["timeout, invalid ports lead nowhere"]);
}

#[test]
fn open_error_ports_are_one_note() {
    let one = json!({"httpRequestUrl": "https://x.example"});
    let export = request(one.clone()).node("Ask2", "http-request-v2", one);
    let export = export.link("Ask.default -> Ask2\nAsk2.default -> End");
    bad("open-error-port", &request(json!({})), &["Ask depends"]);
    good("open-error-port", &says("Hello"));
    good("open-error-port", &request(json!({})).link("Ask.error -> End"));
    // The first link of a port counts: put the second request behind the first by another port.
    let both = export.link("Ask2.error -> End");
    bad("open-error-port", &both, &["Ask depends"]);
}

#[test]
fn activities_that_nothing_reaches_are_found() {
    let lost =
        says("Hello").node("Lost", "play-message", speech("Sorry")).link("Lost.default -> End");
    bad("unreachable-activity", &lost, &["no path leads to Lost"]);
    good("unreachable-activity", &lost.link("Say.error -> Lost"));
    good(
        "unreachable-activity",
        &with_agent_event("https://x.example").link("Pop.default -> Pop2"),
    );
}

#[test]
fn what_the_tenant_lacks_is_found() {
    let queue = json!({"destination": "q1", "destination:name": "Sales"});
    let export = with("Queue", "queue-contact", queue);
    bad("missing-in-tenant", &export, &["no queue \"Sales\" (q1)", "`queues:`"]);
    assert!(findings(&export, None).iter().all(|finding| finding.rule != "missing-in-tenant"));

    let connector = json!({"authenticated": true, "connectorId": "c1", "httpRequestPath": "/x"});
    bad("missing-in-tenant", &request(connector), &["no connector \"c1\""]);
    let hours = with("Hours", "business-hours", json!({"businessHoursId": "h1"}));
    bad("missing-in-tenant", &hours, &["no business hours \"h1\""]);
    let audio = |file: &str| {
        with("Play", "play-message", json!({"prompts": [{"type": "audioFile", "value": file}]}))
    };
    bad("missing-in-tenant", &audio("welcome.wav"), &["no audio file \"welcome.wav\"", "`audio:`"]);
    let subflow = with("Sub", "subflow-handoff", json!({"subflowId": "s1", "subflowName": "Pay"}));
    bad("missing-in-tenant", &subflow, &["no subflow \"Pay\" (s1)"]);
    let target = json!({"handOffFlow": {"handOffTo": "f2", "handOffToName": "Other"}});
    let go = with("Go", "hand-off", target);
    bad("missing-in-tenant", &go, &["no flow \"Other\" (f2)"]);

    good("missing-in-tenant", &audio("defaultmusic_on_hold.wav"));
    let (called, _) = Flow::read(&says("Pay").subflow().text().replace("A flow", "Pay")).unwrap();
    let site = Site::new(Default::default(), vec![std::sync::Arc::new(called)]);
    let found = findings(&subflow, Some(&site));
    assert!(found.iter().all(|finding| finding.rule != "missing-in-tenant"), "{found:#?}");
}

#[test]
fn loops_without_time_are_errors() {
    let loops = export()
        .variable("n", "INTEGER")
        .node("A", "set-variable", json!({"srcVariable": "n", "expr": "{{n + 1}}"}))
        .node("B", "set-variable", json!({"srcVariable": "n", "expr": "{{n - 1}}"}))
        .link("Start.out -> A\nA.out -> B\nB.out -> A");
    bad("spinning-loop", &loops, &["A, B go round for ever"]);
    let silent = export().node("Say", "play-message", speech(" "));
    let silent = silent.link("Start.out -> Say\nSay.default -> Say");
    bad("spinning-loop", &silent, &["Say leads back to itself"]);
    let counted = export()
        .variable("n", "INTEGER")
        .node("A", "set-variable", json!({"srcVariable": "n", "expr": "{{n + 1}}"}))
        .node("If", "condition-activity", json!({"expression": "{{n > 3}}"}))
        .node("End", "end", json!({}))
        .link("Start.out -> A\nA.out -> If\nIf.true -> End\nIf.false -> A");
    good("spinning-loop", &counted);
    good("spinning-loop", &music(""));
}

fn music(before: &str) -> Export {
    export()
        .node("Queue", "queue-contact", json!({"destination": "q1"}))
        .node("Music", "play-music", json!({"prompt": "defaultmusic_on_hold.wav", "duration": 30}))
        .node("Say", "play-message", speech("Please hold"))
        .link(before)
        .link("Music.default -> Say\nSay.default -> Music\nQueue.default -> Music")
}

#[test]
fn music_without_end_is_fine_behind_a_queue_only() {
    let queued = "Start.out -> Queue";
    good("endless-loop", &music(queued));
    good("endless-loop", &music("Start.out -> Queue\nQueue.failure -> Music"));
    let export = music("Start.out -> Music");
    bad("endless-loop", &export, &["Music, Say repeat", "queue the contact"]);
    good("endless-loop", &export.subflow());
    let menu = export_with_menu("Menu.1 -> Menu\nMenu.timeout -> Menu\nMenu.invalid -> Menu");
    bad("endless-loop", &menu, &["Menu repeats until the caller hangs up"]);
    good("endless-loop", &export_with_menu("Menu.1 -> End\nMenu.timeout -> Menu"));
}

fn export_with_menu(links: &str) -> Export {
    let export = export().node("Menu", "ivr-menu", menu()).node("End", "end", json!({}));
    export.link("Start.out -> Menu").link(links)
}

#[test]
fn failures_that_lead_back_are_found() {
    bad("failure-loop", &export_with_menu("Menu.error -> Menu"), &["its port error leads back"]);
    good("failure-loop", &export_with_menu("Menu.error -> End\nMenu.invalid -> Menu"));
    let again = request(json!({"httpRequestUrl": "https://x.example"})).link("Ask.error -> Ask");
    good("failure-loop", &again);
}

#[test]
fn flows_without_an_error_handler_are_noted() {
    bad("no-error-handler", &says("Hi").without_events(), &["no OnGlobalError event"]);
    let event = || says("Hi").without_events().event("GlobalErrorHandling", "OnGlobalError");
    bad("no-error-handler", &event(), &["has no flow"]);
    let idle = event().in_event("Stop", "end", json!({})).link("GlobalErrorHandling.out -> Stop");
    bad("no-error-handler", &idle, &["without doing anything for the caller"]);
    good("no-error-handler", &says("Hi"));
    good("no-error-handler", &says("Hi").without_events().subflow());
}

#[test]
fn secrets_stay_in_secure_variables() {
    let secure = |export: Export| export.variable_with("card", json!({"isSecure": true}));
    let leak = secure(set("text", "{{card | slice(12, 16)}}")).variable("text", "STRING");
    bad("secure-to-plain", &leak, &["the secure card goes into text"]);
    let length = secure(set("text", "{{card.length}}")).variable("text", "STRING");
    good("secure-to-plain", &length);
    let kept = secure(set("other", "{{card}}"));
    good("secure-to-plain", &kept.variable_with("other", json!({"isSecure": true})));

    let shown =
        |secure: bool| says("Hi").variable_with("dob", json!({"isSecure": secure, "isCAD": true}));
    bad("secure-on-desktop", &shown(true), &["dob is secure, and shown to the agent"]);
    good("secure-on-desktop", &shown(false));
}

#[test]
fn credentials_are_found_and_never_shown() {
    let header = |name: &str, value: &str| {
        let headers = json!({name: value, "Accept": "application/json"});
        request(json!({"httpRequestUrl": "https://x.example", "httpRequestHeaders": headers}))
    };
    let export = header("x-api-key", "S3CR3T-0123456789");
    let finding = bad("literal-credential", &export, &["the value of x-api-key"]);
    assert_eq!(finding.excerpt, None);
    let (text, found) = (export.text(), findings(&export, None));
    use trunkline_flow::check::output;
    for print in [output::text, output::json, output::sarif] {
        assert!(!print("f.json", &text, &found).contains("S3CR3T"));
    }
    bad("literal-credential", &header("Authorization", "Basic dXNlcjpwYXNz"), &[]);
    let query = json!({"access_token": "0123456789abcdef"});
    let query = json!({"httpRequestUrl": "https://x.example", "httpQueryParameters": query});
    bad("literal-credential", &request(query), &["access_token"]);
    good("literal-credential", &header("Authorization", "Bearer {{token}}"));
    good("literal-credential", &header("x-api-key", "<your key>"));
}

#[test]
fn plain_http_is_found() {
    let to = |url: &str| request(json!({"httpRequestUrl": url}));
    bad("plain-http", &to("http://crm.example.com:5003/x"), &["crm.example.com"]);
    for url in ["https://crm.example.com", "http://127.0.0.1:8080/{{x}}", "http://{{host}}/"] {
        good("plain-http", &to(url));
    }
}

#[test]
fn values_in_quoted_literals_are_escaped() {
    let asks = |path: &str| {
        let properties =
            json!({"authenticated": true, "connectorId": "c", "httpRequestPath": path});
        request(properties).variable("name", "STRING").variable("n", "INTEGER")
    };
    let soql = "/query?q=SELECT+Id+FROM+Account+WHERE+Name=%27";
    let finding = bad("unescaped-literal", &asks(&format!("{soql}{{{{name}}}}%27")), &["SOQL"]);
    assert_eq!(finding.excerpt.unwrap().offset, soql.len());
    let encoded = format!("{soql}{{{{name | urlencode}}}}%27");
    bad("unescaped-literal", &asks(&encoded), &["SOQL"]);
    bad("unescaped-literal", &asks("/contacts?$filter=contains(name,'{{name}}')"), &["OData"]);
    let table = request(json!({
        "httpRequestUrl": "https://x.example",
        "httpQueryParameters": {"q": "SELECT Id FROM Case WHERE Name = '{{name}}'"},
    }));
    bad("unescaped-literal", &table.variable("name", "STRING"), &["httpQueryParameters"]);
    for safe in [
        format!("{soql}{{{{name | replace({{\"'\": \"x\"}})}}}}%27"),
        format!("{soql}{{{{n}}}}%27"),
        format!("{soql}x%27+AND+N={{{{name}}}}"),
        format!("{soql}{{{{NewPhoneContact.InteractionId}}}}%27"),
        "/search?text='{{name}}'".to_owned(),
    ] {
        good("unescaped-literal", &asks(&safe));
    }
}

#[test]
fn values_in_queries_are_encoded() {
    let to = |url: &str| request(json!({"httpRequestUrl": url})).variable("n", "INTEGER");
    bad("unencoded-query", &to("https://x.example/?p={{NewPhoneContact.ANI}}"), &["urlencode"]);
    good("unencoded-query", &to("https://x.example/{{NewPhoneContact.ANI}}"));
    good("unencoded-query", &to("https://x.example/?p={{NewPhoneContact.ANI | urlencode}}"));
    good("unencoded-query", &to("https://x.example/?p={{n}}"));
}

#[test]
fn writes_that_are_repeated_are_noted() {
    let sends = |method: &str, retries: serde_json::Value| {
        request(json!({"httpRequestMethod": method, "retryAttempts": retries}))
    };
    bad("repeated-write", &sends("POST", json!("3")), &["POST is sent up to 4 times"]);
    bad("repeated-write", &sends("PATCH", json!(1)), &["PATCH"]);
    good("repeated-write", &sends("POST", json!(0)));
    good("repeated-write", &sends("PUT", json!("3")));
    good("repeated-write", &sends("GET", json!(3)));
}

#[test]
fn status_codes_that_nothing_looks_at_are_noted() {
    let mapping = json!([{"outputVariable": "name", "jsonPathExp": "$.name"}]);
    let asks = || {
        request(json!({"httpRequestUrl": "https://x.example", "outputVariableArray": mapping}))
            .variable("name", "STRING")
    };
    bad("untested-status", &asks(), &["Ask.httpStatusCode"]);
    let tested = asks()
        .node("If", "condition-activity", json!({"expression": "{{Ask.HttpStatusCode == 200}}"}))
        .link("Ask.error -> If");
    good("untested-status", &tested);
    good("untested-status", &request(json!({"httpRequestUrl": "https://x.example"})));
}

#[test]
fn mappings_that_were_never_filled_in_are_noted() {
    let maps = |variable: &str, path: &str| {
        let row = json!({"outputVariable": variable, "jsonPathExp": path});
        request(json!({"outputVariableArray": [row]})).variable("v", "STRING")
    };
    bad("unset-mapping", &maps("Select", ""), &["never filled in"]);
    bad("unset-mapping", &maps("", ""), &[]);
    good("unset-mapping", &maps("v", "$.v"));
    good("unset-mapping", &maps("v", ""));
}

#[test]
fn defaults_that_are_the_word_null_are_noted() {
    let with = |kind: &str, value: serde_json::Value| {
        says("Hi").variable_with("v", json!({"type": kind, "value": value}))
    };
    bad("null-text", &with("STRING", json!("null")), &["the default of v"]);
    good("null-text", &with("STRING", json!(null)));
    good("null-text", &with("INTEGER", json!("null")));
}

#[test]
fn activities_that_are_not_run_are_found_where_reached() {
    let export = with("Call", "callback", json!({}));
    bad("unsupported-activity", &export, &["Call", "not run yet"]);
    good("unsupported-activity", &says("Hi").node("Call", "callback", json!({})));
}

#[test]
fn bodies_are_json_where_they_say_so() {
    let sends = |kind: &str, body: &str| {
        request(json!({
            "httpRequestMethod": "POST", "httpContentType": kind, "httpRequestBody": body,
        }))
        .variable("id", "STRING")
    };
    let finding = bad("body-not-json", &sends("Application/JSON", "{\"id\": \"{{id}}\"}\"}"), &[]);
    assert_eq!(finding.excerpt.unwrap().offset, "{\"id\": \"{{id}}\"}".len());
    good("body-not-json", &sends("Application/JSON", "{\"id\": \"{{id}}\", \"n\": {{id}}}"));
    good("body-not-json", &sends("Application/JSON", "{{id}}"));
    good("body-not-json", &sends("Text/XML", "<id>{{id}}</id>"));
}

#[test]
fn hostile_flows_are_checked_in_bounded_time_and_size() {
    let mut text = String::from(r#"{"variables":[],"process":{"links":[],"activities":{"#);
    for place in 0..5_000 {
        let comma = if place == 0 { "" } else { "," };
        text.push_str(&format!(
            "{comma}\"{place}\":{{\"name\":\"n{place}\",\"group\":\"action\",\"properties\":{{\
             \"activityName\":\"screen-pop\",\"screenPopUrl\":\"{{{{a{place}}}}}{{{{b{place}}}}}\"}}}}"
        ));
    }
    text.push_str("}}}");
    let (flow, found) = Flow::read(&text).unwrap();
    let found = check(&flow, found, None);
    let unknown = found.iter().filter(|finding| finding.rule == "unknown-variable").count();
    assert_eq!(unknown, 201);
    assert!(found.iter().any(|finding| finding.message.starts_with("9800 more findings")));
    use trunkline_flow::check::output;
    for print in [output::text, output::json, output::sarif] {
        assert!(print("f.json", &text, &found).len() < 1_000_000);
    }
}
