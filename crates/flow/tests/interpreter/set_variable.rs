//! Set Variable: both forms, conversions, errors.

use serde_json::json;

use crate::builder::Builder;
use crate::driver::start;

fn set(kind: &str, value: &str) -> (String, String) {
    let flow = Builder::flow("f").var("v", kind, "").set("Set", "v", value);
    let driver =
        start(&flow.end("End").end("Failed").row("Start Set End").links("Set error Failed"));
    (driver.path(), driver.var("v"))
}

#[test]
fn values_become_the_variables_type() {
    let cases = [
        ("STRING", "plain", r#""plain""#),
        ("STRING", "{{ Start.ANI | slice(1, 5) }}.substring(2)", r#""1480.substring(2)""#),
        ("STRING", "{{ 1 + 1 }}", r#""2""#),
        ("STRING", "{{ nothing }}", r#""""#),
        ("STRING", " kept ", r#"" kept ""#),
        ("INTEGER", "{{ 1 + 1 }}", "2"),
        ("INTEGER", " 42 ", "42"),
        ("INTEGER", "3.0", "3"),
        ("INTEGER", "5000000000", "5000000000"),
        ("INTEGER", "{{ nothing }}", "null"),
        ("DECIMAL", "{{ 3 }}", "3.0"),
        ("DECIMAL", "1.25", "1.25"),
        ("BOOLEAN", "{{ 1 < 2 }}", "true"),
        ("BOOLEAN", "FALSE", "false"),
        ("DATETIME", "2026-01-05T15:00:00Z", r#""2026-01-05T15:00:00Z""#),
        ("JSON", r#"{"a": [1, null]}"#, r#"{"a":[1,null]}"#),
        ("JSON", "[1, 2]", "[1,2]"),
    ];
    for (kind, value, expected) in cases {
        let (path, result) = set(kind, value);
        assert_eq!(
            (path.as_str(), result.as_str()),
            ("Start.out Set.out End", expected),
            "{value}"
        );
    }
}

#[test]
fn what_does_not_fit_leaves_by_error_and_keeps_the_value() {
    let cases = [
        ("INTEGER", "3.5", "TL-FLOW-TYPE"),
        ("INTEGER", "many", "TL-FLOW-TYPE"),
        ("INTEGER", "", "TL-FLOW-TYPE"),
        ("DECIMAL", "inf", "TL-FLOW-TYPE"),
        ("BOOLEAN", "yes", "TL-FLOW-TYPE"),
        ("JSON", "{", "TL-FLOW-TYPE"),
        ("STRING", "{{ [ }}", "TL-FLOW-EXPRESSION"),
        ("STRING", "{{ 'a' - 1 }}", "TL-FLOW-EXPRESSION"),
    ];
    for (kind, value, code) in cases {
        let (path, result) = set(kind, value);
        assert_eq!(path, format!("Start.out Set!{code}.error Failed"), "{kind} {value}");
        assert_eq!(result, if kind == "STRING" { r#""""# } else { "null" });
    }
}

#[test]
fn a_text_without_limit_is_refused() {
    let flow = Builder::flow("f").var("v", "STRING", &"0123456789".repeat(60_000));
    let flow = flow.set("Set", "v", "{{ v }}{{ v }}").end("Failed");
    let driver = start(&flow.row("Start Set").links("Set error Failed"));
    assert_eq!(driver.path(), "Start.out Set!TL-FLOW-TYPE.error Failed");
}

#[test]
fn the_newer_form_sets_from_top_to_bottom() {
    let entries = json!([
        { "srcVariable": "a", "setTo": "set-to-literal", "expr": "1" },
        { "srcVariable": "b", "setTo": "set-to-variable", "expr": "{{a}}" },
        { "srcVariable": "c", "setTo": "set-to-literal", "literal": "{{ a + b }}" },
        { "srcVariable": "a", "expr": "9" },
    ]);
    let all = json!({
        // The single fields mirror the first entry, and do not count.
        "srcVariable": "a", "expr": "77", "setVariablesArray": entries,
    });
    let flow = Builder::flow("f").var("a", "INTEGER", "").var("b", "INTEGER", "");
    let flow = flow.var("c", "STRING", "").act("Set", "set-variable", all).end("End");
    let driver = start(&flow.row("Start Set End"));
    assert_eq!((driver.var("a"), driver.var("b"), driver.var("c")), {
        ("9".into(), "1".into(), r#""2""#.into())
    });
    assert_eq!(driver.out("Set", "c"), r#""2""#);
}

#[test]
fn an_unknown_variable_is_an_error_at_run_time_and_a_finding_before() {
    let flow = Builder::flow("f").var("Name", "STRING", "").set("Set", "name", "x").end("Failed");
    let flow = flow.row("Start Set").links("Set error Failed");
    assert!(flow.read_with_findings().1.iter().any(|it| it.rule == "unknown-variable"));
    let driver = start(&flow);
    assert_eq!(driver.path(), "Start.out Set!TL-FLOW-TYPE.error Failed");
    assert_eq!(driver.failure("Set").description, "the flow has no variable name");
}
