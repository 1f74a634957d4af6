//! `trunkline jsonpath eval`, run as a program.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use serde_json::{Value, json};
use support::{trunkline, unread};

const CASES: &str = include_str!("../../jsonpath/tests/conformance/cases.jsonl");

fn answers(input: &[u8]) -> Vec<Value> {
    let ran = trunkline(&["jsonpath", "eval", "--jsonl"], input);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn answer(line: &str) -> Value {
    let mut all = answers(line.as_bytes());
    assert_eq!(all.len(), 1, "{line:.80}");
    all.remove(0)
}

/// Whether two JSON values are equal, numbers by value and by being whole or not.
fn same(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::Number(a), Value::Number(b)) => {
            a.is_f64() == b.is_f64() && a.as_f64() == b.as_f64()
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => expected == actual,
    }
}

#[test]
fn every_recorded_answer_of_jayway_comes_through_the_command() {
    let answers = answers(CASES.as_bytes());
    let cases: Vec<Value> = CASES.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((cases.len(), answers.len()), (563, 563));
    for (case, answer) in cases.iter().zip(&answers) {
        assert_eq!(case["id"], answer["id"]);
        assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
        match case.get("result") {
            Some(wanted) => assert!(same(wanted, &answer["result"]), "{case}\n{answer}"),
            None => assert!(answer["error"].is_string(), "{case}\n{answer}"),
        }
    }
}

#[test]
fn the_document_is_a_text_or_stands_in_the_line() {
    let text = r#"{"id":1,"json":"{'a':[1,2,],}","path":"$.a[1]"}"#;
    assert_eq!(answer(text), json!({"id": 1, "result": 2}));
    let inline = r#"{"id":1,"json":{"a":[1,{"b":null}]},"path":"$.a[1].b"}"#;
    assert_eq!(answer(inline), json!({"id": 1, "result": null}));
}

#[test]
fn numbers_that_json_lacks_are_texts() {
    let line = r#"{"id":1,"json":"{\"a\":[1e308,1e308]}","path":"$.a.sum()"}"#;
    assert_eq!(answer(line)["result"], "Infinity");
    let line = r#"{"id":1,"json":"[NaN]","path":"$"}"#;
    assert_eq!(answer(line)["result"], json!(["NaN"]));
}

#[test]
fn a_bad_line_is_an_answer_and_not_the_end() {
    let mut input = b"{\"id\":1,\"json\":\"[1]\",\"path\":\"$[0]\"}\n\n?\n\"x\"\n\xFF\n".to_vec();
    input.extend(b"{\"id\":2,\"json\":\"[1]\"}\n{\"id\":3,\"path\":\"$\"}\n");
    input.extend(b"{\"id\":4,\"json\":\"\\ud800\",\"path\":\"$\"}\n");
    input.extend(b"{\"id\":5,\"json\":[\"\\udfff\"],\"path\":\"$\"}\n");
    input.extend(b"{\"id\":6,\"json\":\"[\",\"path\":\"$\"}\n");
    input.extend(b"{\"id\":7,\"json\":\"[1]\",\"path\":\"$[\"}\n");
    input.extend(b"{\"id\":8,\"json\":\"[1]\",\"path\":\"$\"}");
    let answers = answers(&input);
    assert_eq!(answers.len(), 12);
    assert_eq!(answers.iter().filter(|answer| answer["error"].is_string()).count(), 10);
    assert_eq!(answers[11], json!({"id": 8, "result": [1]}));
    assert_eq!((&answers[7]["id"], &answers[8]["id"]), (&json!(4), &json!(5)));
}

#[test]
fn hostile_documents_and_paths_end_as_errors() {
    let deep = "[".repeat(100_000);
    let many = format!("$..{}", "..*".repeat(60));
    let lines = [
        json!({"id": 1, "json": deep, "path": "$"}),
        json!({"id": 1, "json": "[]", "path": format!("$[?({}", "(".repeat(4_000))}),
        json!({"id": 1, "json": "[1]", "path": "$".to_owned() + &".a".repeat(10_000)}),
        json!({"id": 1, "json": format!("{}1{}", "[1,".repeat(300), "]".repeat(300)), "path": many}),
    ];
    for line in lines {
        let answer = answer(&line.to_string());
        assert!(answer["error"].is_string(), "{:.80}", answer.to_string());
    }
}

#[test]
fn one_path_is_read_from_a_file_or_standard_input() {
    let document = r#"{"records":[{"Id":"001A","Tries":1.50}]}"#;
    let eval = |more: &[&str]| {
        let ran = trunkline(&[&["jsonpath", "eval"], more].concat(), document.as_bytes());
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
        ran.out
    };
    assert_eq!(eval(&["$.records[0].Id"]), "\"001A\"\n");
    assert_eq!(eval(&["$.records[0].Id", "--text"]), "001A\n");
    assert_eq!(eval(&["$.records[0]", "-"]), "{\"Id\":\"001A\",\"Tries\":1.50}\n");
    let path = support::folder("jsonpath_file").join("answer.json");
    std::fs::write(&path, "{\"a\":3}").unwrap();
    assert_eq!(eval(&["$.a", path.to_str().unwrap()]), "3\n");
}

#[test]
fn what_cannot_be_evaluated_is_pointed_at() {
    let ran = trunkline(&["jsonpath", "eval", "$.a[x]"], b"{}");
    assert_eq!((ran.status, ran.out.as_str()), (Some(1), ""));
    let lines: Vec<&str> = ran.err.lines().collect();
    let (caret, brackets) = (lines[2].find('^').unwrap(), lines[1].find("[x]").unwrap());
    assert!((brackets..brackets + 3).contains(&caret), "{}", ran.err);
    let ran = trunkline(&["jsonpath", "eval", "$.b"], b"{\"a\":1}");
    assert_eq!(ran.status, Some(1));
    assert!(ran.err.contains("$['b']"), "{}", ran.err);
    let ran = trunkline(&["jsonpath", "eval", "$.b"], b"{\"a\":");
    assert_eq!(ran.status, Some(1));
    assert!(ran.err.contains("standard input"), "{}", ran.err);
}

#[test]
fn misuse_has_its_own_status() {
    let bad: [&[&str]; 5] = [
        &["jsonpath", "eval"],
        &["jsonpath", "eval", "$.a", "/no/such/file"],
        &["jsonpath", "eval", "--jsonl", "a", "b"],
        &["jsonpath", "eval", "--jsonl", "--text"],
        &["jsonpath", "eval", "--jsonl", "/no/such/file"],
    ];
    for arguments in bad {
        let ran = trunkline(arguments, b"");
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ran.err.is_empty(), "{arguments:?}");
    }
    assert_eq!(trunkline(&["jsonpath", "eval", "$"], b"\xFF").status, Some(2));
}

#[test]
fn nobody_need_read_the_answers() {
    let (status, err) = unread(&["jsonpath", "eval", "--jsonl"], CASES.as_bytes());
    assert_eq!((status, err.as_str()), (Some(0), ""));
    let (status, err) = unread(&["jsonpath", "eval", "$"], b"[1]");
    assert_eq!((status, err.as_str()), (Some(0), ""));
}
