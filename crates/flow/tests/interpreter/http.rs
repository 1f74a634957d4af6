//! HTTP Request: what is sent, and what becomes of the answer.

use serde_json::{Value, json};
use trunkline_flow::run::Effect;
use trunkline_model::FailureCode;
use trunkline_model::http::{Answer, Body, Target};

use crate::builder::Builder;
use crate::driver::{Driver, Setup, request_line, start};

const URL: &str = "https://crm.example.com/";

fn request(method: &str, properties: Value) -> Driver {
    let flow = Builder::flow("f").var("name", "STRING", "Zoë O'Neil & +1").var("n", "INTEGER", "7");
    let flow = flow.http("Get", method, URL, properties, &[]).end("End");
    start(&flow.row("Start Get End"))
}

fn sent(method: &str, properties: Value) -> String {
    request_line(request(method, properties).request())
}

#[test]
fn a_request_goes_through_a_connector_or_to_a_url() {
    let path = json!({ "authenticated": true, "connectorId": "c1", "connectorId:name": "CRM",
        "httpRequestPath": "/query?q={{ n }}" });
    assert_eq!(sent("GET", path), "GET [c1/CRM]/query?q=7");
    let older = json!({ "authenticated": null, "connectorId": "c1", "httpRequestPath": "/a" });
    assert_eq!(sent("GET", older), "GET [c1/]/a");
    let url = json!({ "httpRequestUrl": "http://x/{{ n }}", "httpRequestPath": "/ignored" });
    assert_eq!(sent("GET", url), "GET http://x/7");
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"] {
        assert_eq!(sent(method, json!({})), format!("{method} {URL}"));
    }
    assert_eq!(sent("patch", json!({})), format!("PATCH {URL}"));
}

#[test]
fn only_what_no_url_may_hold_is_encoded() {
    let written = json!({ "httpRequestUrl": "https://x/q=LIKE+%27%25{{ name }}%25%27&z=a b" });
    let driver = request("GET", written);
    let Target::Url(url) = &driver.request().target else { panic!() };
    assert_eq!(url.text, "https://x/q=LIKE+%27%25Zo%C3%AB%20O'Neil%20&%20+1%25%27&z=a b");
    // What was substituted is known, for the SOQL guard.
    assert_eq!(&url.text[url.substituted[0].clone()], "Zo%C3%AB%20O'Neil%20&%20+1");
}

#[test]
fn query_pairs_and_headers_keep_their_values_as_they_are() {
    let driver = request(
        "GET",
        json!({
            "httpQueryParameters": { "name": "{{ name }}", "n": "{{ n }}", "empty": "" },
            "httpRequestHeaders": { "X-Name": "{{ name }}", "Authorization": "Bearer {{ n }}" },
        }),
    );
    let request = driver.request();
    let query: Vec<_> = request.query.iter().map(|(key, it)| (&**key, &*it.text)).collect();
    assert_eq!(query.len(), 3);
    assert!(query.contains(&("name", "Zoë O'Neil & +1")) && query.contains(&("empty", "")));
    assert!(request.headers.contains(&("X-Name".into(), "Zoë O'Neil & +1".into())));
    // The trace says that there are credentials, and not which.
    let shown = serde_json::to_string(&driver.steps).unwrap();
    assert!(!shown.contains("Bearer"), "{shown}");
}

#[test]
fn bodies_are_sent_where_the_method_has_one() {
    let text =
        |kind: &str| json!({ "httpContentType": kind, "httpRequestBody": "{\"n\":{{ n }}}" });
    assert_eq!(sent("POST", text("Application/JSON")), format!("POST {URL} {{\"n\":7}}"));
    assert_eq!(sent("GET", text("Application/JSON")), format!("GET {URL}"));
    assert_eq!(sent("HEAD", text("Application/JSON")), format!("HEAD {URL}"));
    assert_eq!(sent("DELETE", text("")), format!("DELETE {URL} {{\"n\":7}}"));
    let kinds = [
        ("Application/JSON", Some("application/json")),
        ("Form URL Encoded", Some("application/x-www-form-urlencoded")),
        ("Application/XML", Some("application/xml")),
        ("YAML", Some("application/yaml")),
        ("TOML", Some("application/toml")),
        ("None", None),
        ("Other", None),
    ];
    for (kind, expected) in kinds {
        let driver = request("POST", text(kind));
        assert_eq!(driver.request().content_type.as_deref(), expected, "{kind}");
    }
    let none = request("POST", json!({ "httpRequestBody": null }));
    assert_eq!(none.request().body, None);
}

#[test]
fn forms_and_graphql_have_properties_of_their_own() {
    let form = json!({ "httpContentType": "Form-Data", "httpRequestBody": "ignored",
        "httpRequestBodyFormData": [{ "key": "n", "value": "{{ n }}" }] });
    let driver = request("POST", form);
    assert_eq!(driver.request().body, Some(Body::Form(vec![("n".into(), "7".into())])));
    let graphql = json!({ "httpContentType": "GraphQL", "httpRequestBodyGQL": {
        "query": "query { a(n: {{ n }}) }", "variables": { "n": "{{ n }}" } } });
    let Some(Body::GraphQl { query, variables }) = request("POST", graphql).request().body.clone()
    else {
        panic!()
    };
    assert_eq!((query.as_str(), variables.as_str()), ("query { a(n: 7) }", r#"{"n":"7"}"#));
}

#[test]
fn timeout_and_retries_have_defaults_and_limits() {
    let of = |timeout: Value, retries: Value| {
        let properties = json!({ "httpResponseTimeout": timeout, "retryAttempts": retries });
        let driver = request("GET", properties);
        (driver.request().timeout_ms, driver.request().retries)
    };
    assert_eq!(of(json!(null), json!(null)), (2_000, 1));
    assert_eq!(of(json!("5000"), json!("3")), (5_000, 3));
    assert_eq!(of(json!(0), json!(99)), (1, 10), "the nearest that is allowed");
    assert_eq!(of(json!("999999999"), json!("-1")), (120_000, 1));
    assert_eq!(of(json!("soon"), json!(0)), (2_000, 0));
}

fn mapped(rows: &[(&str, &str)], properties: Value, compat: &str) -> Driver {
    let flow = Builder::flow("f").var("s", "STRING", "old").var("i", "INTEGER", "1");
    let flow = flow.var("j", "JSON", "").var("b", "BOOLEAN", "true").var("d", "DECIMAL", "0.5");
    let flow = flow.http("Get", "GET", URL, properties, rows).end("End").end("Failed");
    let tenant = format!(r#"{{"compatibility": {{{compat}}}}}"#);
    Setup::with(&tenant).start(&flow.row("Start Get End").links("Get error Failed"))
}

#[test]
fn parts_of_the_answer_become_variables() {
    let body = r#"{"records": [{"Id": "001", "n": 5, "x": 1.5, "ok": false, "none": null},
                   {"Id": "002"}], "empty": ""}"#;
    let cases = [
        ("s", "$.records.[0].Id", r#""001""#),
        ("s", "records[1].Id", r#""002""#),
        ("s", "$.records[0].n", r#""5""#),
        ("s", "$.records[*].Id", r#""[\"001\",\"002\"]""#),
        ("s", "$.records[?(@.Id=='002')].Id", r#""[\"002\"]""#),
        ("s", "$.empty", r#""""#),
        ("s", "$.records[0].none", r#""""#),
        ("i", "$.records[0].n", "5"),
        ("i", "$.records.length()", "2"),
        ("i", "$.records[0].none", "null"),
        ("b", "$.records[0].ok", "false"),
        ("d", "$.records[0].x", "1.5"),
        ("d", "$.records[0].n", "5.0"),
        ("j", "$.records[1]", r#"{"Id":"002"}"#),
        ("j", "$.records[*].Id", r#"["001","002"]"#),
    ];
    for (variable, path, expected) in cases {
        let mut driver = mapped(&[(variable, path)], json!({}), "");
        driver.answer(200, body);
        assert_eq!(driver.path(), "Start.out Get.default End", "{path}");
        assert_eq!(driver.var(variable), expected, "{variable} {path}");
    }
}

#[test]
fn every_content_type_is_read_as_json() {
    let cases = [
        ("Application/JSON", r#"{"a": {"b": "x"}}"#),
        ("Application/XML", "<root><a><b>x</b></a></root>"),
        ("Application/YAML", "a:\n  b: x\n"),
        ("Application/TOML", "[a]\nb = 'x'\n"),
        ("", r#"{"a": {"b": "x"}}"#),
    ];
    for (kind, body) in cases {
        let mut driver = mapped(&[("s", "$.a.b")], json!({ "contentType": kind }), "");
        driver.answer(200, body);
        assert_eq!((driver.var("s"), driver.path().as_str()), {
            (r#""x""#.to_owned(), "Start.out Get.default End")
        });
    }
}

#[test]
fn what_finds_nothing_keeps_or_empties_the_variable() {
    let cases =
        [("$.nope", r#"{"a": 1}"#), ("$..nope", r#"{"a": 1}"#), ("$.a", ""), ("$.a", " \n")];
    for (path, body) in cases {
        for (compat, text, number) in [
            ("", r#""old""#, "1"),
            (r#""empty_jsonpath_result": "keep_value""#, r#""old""#, "1"),
            (r#""empty_jsonpath_result": "set_empty""#, r#""""#, "null"),
        ] {
            let mut driver = mapped(&[("s", path), ("i", path)], json!({}), compat);
            driver.answer(if body.is_empty() { 204 } else { 200 }, body);
            assert_eq!(driver.path(), "Start.out Get.default End", "{path} of {body}");
            assert_eq!((driver.var("s"), driver.var("i")), (text.into(), number.into()));
        }
    }
}

#[test]
fn every_complete_answer_leaves_by_default() {
    for status in [200, 204, 301, 400, 404, 429, 500, 503] {
        let mut driver = mapped(&[("s", "$.message")], json!({}), "");
        driver.answer(status, r#"{"message": "m"}"#);
        assert_eq!(driver.path(), "Start.out Get.default End");
        assert_eq!(driver.out("Get", "httpStatusCode"), status.to_string());
        assert_eq!(driver.var("s"), r#""m""#, "errors can be read as well");
    }
}

#[test]
fn an_error_page_in_another_format_holds_no_data() {
    let xml = json!({ "contentType": "Application/XML" });
    let mut driver = mapped(&[("s", "$.a")], xml.clone(), "");
    driver.answer(502, "<html><p>Bad gateway");
    assert_eq!(driver.path(), "Start.out Get.default End");
    assert_eq!(driver.var("s"), r#""old""#);
    assert_eq!(driver.step("Get").warnings.len(), 1);
    let mut driver = mapped(&[("s", "$.a")], xml, "");
    driver.answer(200, "<html><p>Fine?");
    assert_eq!(driver.path(), "Start.out Get!TL-FLOW-PARSE.error Failed");
}

#[test]
fn a_part_that_does_not_fit_is_an_error() {
    let mut driver = mapped(&[("i", "$.a")], json!({}), "");
    driver.answer(200, r#"{"a": "many"}"#);
    assert_eq!(driver.path(), "Start.out Get!TL-FLOW-TYPE.error Failed");
    let mut driver = mapped(&[("i", "$.a[")], json!({}), "");
    driver.answer(200, r#"{"a": ["x"]}"#);
    assert!(driver.path().starts_with("Start.out Get!"), "{}", driver.path());
}

#[test]
fn failures_leave_by_error_with_status_0() {
    for code in [FailureCode::Dns, FailureCode::Connect, FailureCode::Tls, FailureCode::Timeout] {
        let mut driver = mapped(&[("s", "$.a")], json!({}), "");
        driver.refuse(code);
        assert_eq!(driver.path(), format!("Start.out Get!{}.error Failed", code.as_str()));
        assert_eq!(driver.out("Get", "httpStatusCode"), "0");
        assert_eq!(driver.var("s"), r#""old""#);
    }
}

#[test]
fn a_timeout_may_leave_by_default_with_408() {
    let compat = r#""http_timeout": "default408""#;
    let mut driver = mapped(&[("s", "$.a")], json!({}), compat);
    driver.refuse(FailureCode::Timeout);
    assert_eq!(driver.path(), "Start.out Get.default End");
    assert_eq!(driver.out("Get", "httpStatusCode"), "408");
    let mut driver = mapped(&[], json!({}), compat);
    driver.refuse(FailureCode::Dns);
    assert_eq!(driver.path(), "Start.out Get!TL-HTTP-DNS.error Failed");
    let mut driver = mapped(&[], json!({}), r#""http_timeout": "error""#);
    driver.refuse(FailureCode::Timeout);
    assert_eq!(driver.path(), "Start.out Get!TL-HTTP-TIMEOUT.error Failed");
}

#[test]
fn the_flow_can_read_status_body_and_headers() {
    let flow = Builder::flow("f").var("r", "STRING", "").get("Get", URL, &[]);
    let value = "{{ Get.httpStatusCode }} {{ Get.HTTPRESPONSEBODY }} \
                 {{ Get.httpResponseHeaders['content-type'] }}";
    let mut driver = start(&flow.set("Set", "r", value).end("End").row("Start Get Set End"));
    let answer = Answer {
        status: 201,
        headers: vec![("content-type".into(), "text/plain".into())],
        body: "made".into(),
    };
    driver.outcome(Ok(answer));
    assert_eq!(driver.var("r"), r#""201 made text/plain""#);
}

#[test]
fn long_outputs_are_kept_only_where_they_are_read() {
    let reads = |value: &str| {
        let flow = Builder::flow("f").var("r", "STRING", "").get("Get", URL, &[]);
        let flow = flow.set("Set", "r", value).end("End").row("Start Get Set End");
        let read = flow.read();
        (read.reads_output("httpResponseBody"), read.reads_output("httpResponseHeaders"))
    };
    assert_eq!(reads("{{ Get.httpStatusCode }}"), (false, false));
    assert_eq!(reads("{{ Get.httpresponsebody | length }}"), (true, false));
    assert_eq!(reads("{{ Get['httpResponseHeaders'] }}"), (false, true));
}

#[test]
fn a_second_pass_forgets_the_first() {
    let flow = Builder::flow("f").var("r", "STRING", "").get("Get", URL, &[]).set("Set", "r", {
        "{{ Get.httpStatusCode }}/{{ Get.FailureCode }}/{{ Get.FailureDescription }}"
    });
    let flow = flow.row("Start Get Set Get").links("Get error Set");
    let mut driver = start(&flow);
    driver.refuse(FailureCode::Dns);
    assert_eq!(driver.var("r"), r#""0/0/no answer""#);
    driver.answer(200, "");
    assert_eq!(driver.var("r"), r#""200//""#);
    let requests = driver.effects.iter().filter(|it| matches!(it, Effect::Http { .. })).count();
    assert_eq!(requests, 3);
}
