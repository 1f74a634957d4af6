//! Parse.

use serde_json::json;

use crate::builder::Builder;
use crate::driver::start;

fn parse(kind: &str, value: &str, input: &str, content_type: &str, path: &str) -> (String, String) {
    let properties = json!({
        "inputVariable": input, "contentType": content_type,
        "outputVariableArray": [
            { "outputVariable": "out", "jsonPathExp": path },
            { "outputVariable": "Select", "jsonPathExp": "" },
        ],
    });
    let flow = Builder::flow("f").var("doc", kind, value).var("out", "STRING", "old");
    let flow = flow.act("Parse", "parse-activity", properties).end("End").end("Failed");
    let driver = start(&flow.row("Start Parse End").links("Parse error Failed"));
    (driver.path(), driver.var("out"))
}

#[test]
fn documents_of_every_kind_are_read() {
    let cases = [
        ("STRING", r#"{"a": [{"b": "x"}]}"#, "doc", "JSON"),
        ("JSON", r#"{"a": [{"b": "x"}]}"#, "doc", "JSON"),
        ("STRING", r#"{"a": [{"b": "x"}]}"#, "{{ doc }}", ""),
        ("STRING", "a:\n- b: x\n", "doc", "YAML"),
        ("STRING", "[[a]]\nb = 'x'\n", "doc", "TOML"),
    ];
    for (kind, value, input, content_type) in cases {
        let (path, out) = parse(kind, value, input, content_type, "$.a[0].b");
        assert_eq!((&*path, &*out), ("Start.out Parse.default End", r#""x""#), "{value}");
    }
    let (_, out) = parse("STRING", "<root><a><b>x</b></a></root>", "doc", "XML", "$.a.b");
    assert_eq!(out, r#""x""#);
}

#[test]
fn an_output_can_be_the_input() {
    let (path, out) = parse("STRING", "", "Start.ANI", "JSON", "$");
    assert_eq!((&*path, &*out), ("Start.out Parse.default End", r#""+14806754111""#));
}

#[test]
fn what_is_not_there_changes_nothing_or_fails() {
    let kept = ("Start.out Parse.default End".to_owned(), r#""old""#.to_owned());
    assert_eq!(parse("STRING", "", "doc", "JSON", "$.a"), kept, "an empty document");
    assert_eq!(parse("JSON", "", "doc", "JSON", "$.a"), kept, "no document");
    assert_eq!(parse("STRING", "{}", "doc", "JSON", "$.a"), kept, "an empty object");
    let (path, _) = parse("STRING", "{}", "dok", "JSON", "$.a");
    assert_eq!(path, "Start.out Parse!TL-FLOW-PROPERTY.error Failed");
    let (path, _) = parse("STRING", "<a>", "doc", "XML", "$.a");
    assert_eq!(path, "Start.out Parse!TL-FLOW-PARSE.error Failed");
}
