//! JSON variables: walked as values, printed as JSON.

use serde_json::json;

use crate::builder::Builder;
use crate::driver::{request_line, start};

const DOC: &str =
    r#"{"name": "Ann", "tags": ["a", "b"], "address": {"city": "Zürich"}, "n": 1.50}"#;

fn printed(value: &str) -> String {
    let flow = Builder::flow("f").var("v", "JSON", DOC).var("list", "JSON", r#"[{"a": 1}]"#);
    let flow = flow.var("r", "STRING", "").set("Set", "r", value).end("End");
    let driver = start(&flow.row("Start Set End"));
    assert_eq!(driver.path(), "Start.out Set.out End", "{value}");
    serde_json::from_str(&driver.var("r")).unwrap()
}

#[test]
fn parts_are_reached_and_documents_print_as_json() {
    let whole = r#"{"name":"Ann","tags":["a","b"],"address":{"city":"Zürich"},"n":1.5}"#;
    let cases = [
        ("{{ v }}", whole),
        ("got {{v}}", &format!("got {whole}")),
        ("{{ v.name }}", "Ann"),
        ("{{ v.address }}", r#"{"city":"Zürich"}"#),
        ("{{ v.address.city }} {{ v['name'] }}", "Zürich Ann"),
        ("{{ v.tags }}", r#"["a","b"]"#),
        ("{{ v.tags[1] }}", "b"),
        ("{{ v.tags | join('+') }}", "a+b"),
        ("{% for tag in v.tags %}{{ tag }};{% endfor %}", "a;b;"),
        ("{{ v.tags | length }}", "2"),
        ("{{ v.nope }}.", "."),
        ("{{ list }} {{ list[0].a }}", r#"[{"a":1}] 1"#),
        ("{{ v | json }}", whole),
    ];
    for (value, expected) in cases {
        assert_eq!(printed(value), expected, "{value}");
    }
}

#[test]
fn a_body_can_hold_a_whole_document() {
    let body =
        json!({ "httpContentType": "Application/JSON", "httpRequestBody": "{\"d\": {{ v }}}" });
    let flow = Builder::flow("f").var("v", "JSON", r#"{"a": "x"}"#);
    let flow = flow.http("Post", "POST", "https://x/", body, &[]).end("End").row("Start Post End");
    assert_eq!(request_line(start(&flow).request()), r#"POST https://x/ {"d": {"a":"x"}}"#);
}

#[test]
fn a_document_stays_one_between_json_variables() {
    let flow = Builder::flow("f").var("v", "JSON", DOC).var("w", "JSON", "").var("s", "STRING", "");
    let flow = flow.set("Copy", "w", "{{ v.address }}").set("Read", "s", "{{ w.city }}").end("End");
    let driver = start(&flow.row("Start Copy Read End"));
    assert_eq!((driver.var("w"), driver.var("s")), {
        (r#"{"city":"Zürich"}"#.into(), r#""Zürich""#.into())
    });
}

#[test]
fn an_error_still_names_the_authors_column() {
    let flow = Builder::flow("f").var("v", "JSON", DOC).var("r", "STRING", "").set(
        "Set",
        "r",
        "{{ v }} {{ 'a' - 1 }}",
    );
    let driver = start(&flow.row("Start Set"));
    let without =
        Builder::flow("f").var("r", "STRING", "").set("Set", "r", "{{ v }} {{ 'a' - 1 }}");
    let without = start(&without.row("Start Set"));
    assert_eq!(driver.failure("Set").description, without.failure("Set").description);
}
