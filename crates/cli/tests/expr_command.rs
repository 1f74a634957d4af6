//! `trunkline expr eval`, run as a program.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::{PROGRAM, trunkline, unread};

const CASES: &str = include_str!("../../expr/tests/conformance/cases.jsonl");
/// The cases that turn out otherwise here on purpose, each with its reason.
const DIFFERENCES: &str = include_str!("../../expr/tests/differences.toml");
/// When the answers were recorded, roughly: years of two digits depend on it.
const NOW: &str = "2026-01-01T00:00:00Z";

fn answers(input: &[u8], more: &[&str]) -> Vec<Value> {
    let arguments = [&["expr", "eval", "--jsonl"], more].concat();
    let ran = trunkline(&arguments, input);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The answer to one line.
fn answer(line: &str) -> Value {
    let mut all = answers(line.as_bytes(), &[]);
    assert_eq!(all.len(), 1, "{line:.80}");
    all.remove(0)
}

fn error(line: &str) -> (Value, String) {
    let answer = answer(line);
    assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
    (answer["id"].clone(), answer["error"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn every_recorded_answer_of_pebble_comes_through_the_command() {
    let answers = answers(CASES.as_bytes(), &["--now", NOW]);
    let cases: Vec<Value> = CASES.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((cases.len(), answers.len()), (2_712, 2_712));
    let mut on_purpose = 0;
    let mut problems = Vec::new();
    for (case, answer) in cases.iter().zip(&answers) {
        assert_eq!(case["id"], answer["id"]);
        let agrees = case.get("output") == answer.get("output");
        assert!(
            answer.get("output").is_some() != answer.get("error").is_some_and(Value::is_string)
        );
        let id = case["id"].as_str().unwrap();
        let is_listed = DIFFERENCES.contains(&format!("[\"{id}\"]"));
        on_purpose += usize::from(is_listed && !agrees);
        if !agrees && !is_listed {
            problems.push(format!("{id}: wanted {case}, got {answer}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(on_purpose <= 20, "{on_purpose} differ");
}

#[test]
fn numbers_keep_the_types_that_they_are_written_with() {
    let line = r#"{"id":1,"template":"{{ a / 2 }} {{ b / 2 }} {{ c }} {{ d }}","context":
        {"a":7,"b":7.0,"c":12345678901234567890,"d":1.10}}"#;
    assert_eq!(answer(&line.replace('\n', ""))["output"], "3 3.5 12345678901234567890 1.1");
}

#[test]
fn strict_and_autoescape_are_taken_from_the_line() {
    let line = r#"{"id":"s","template":"{{ x }}","context":{},"strict":true}"#;
    assert!(error(line).1.contains("line 1, column 4"));
    let line = r#"{"id":"s","template":"[{{ x }}]","context":null,"strict":null}"#;
    assert_eq!(answer(line), json!({"id": "s", "output": "[]"}));
    let line = r#"{"template":"{{ x }}","context":{"x":"<"},"autoescape":true}"#;
    assert_eq!(answer(line), json!({"id": null, "output": "&lt;"}));
}

#[test]
fn a_bad_line_is_an_answer_and_not_the_end() {
    let mut input = b"\xEF\xBB\xBF{\"id\":1,\"template\":\"a\"}\r\n\nnot JSON\n".to_vec();
    input.extend(b"{\"id\":2,\"template\":\"\xFF\"}\n[1]\n{\"id\":3,\"id\":4,\"template\":\"\"}\n");
    input.extend(b"{\"id\":5}\n{\"id\":[6],\"template\":6}\n{\"id\":7,\"template\":\"{{\"}\n");
    input.extend(b"{\"id\":8,\"template\":\"\",\"context\":[]}\n{\"id\":9,\"template\":\"end\"}");
    let answers = answers(&input, &[]);
    let ids: Vec<String> = answers.iter().map(|answer| answer["id"].to_string()).collect();
    let wanted =
        ["1", "null", "null", "null", "null", "null", "5", "[6]", "7", "8", "9"].map(str::to_owned);
    assert_eq!(ids, wanted);
    let errors = answers.iter().filter(|answer| answer["error"].is_string()).count();
    assert_eq!(errors, 9);
    assert_eq!(answers[10]["output"], "end");
}

#[test]
fn halves_of_surrogate_pairs_are_errors_of_their_lines() {
    for member in [r#""template":"\ud800""#, r#""template":"","context":{"a":["\udc00"]}"#] {
        let (id, message) = error(&format!("{{\"id\":\"x\",{member}}}"));
        assert_eq!(id, "x");
        assert!(message.contains("surrogate"), "{message}");
    }
    assert_eq!(error(r#"{"id":"\ud800","template":""}"#).0, Value::Null);
    assert_eq!(answer(r#"{"template":"\ud83d\ude00"}"#)["output"], "😀");
}

#[test]
fn hostile_lines_end_as_errors() {
    let deep = format!(r#"{{"template":"a","context":{}"#, "[".repeat(200_000));
    assert!(!error(&deep).1.is_empty());
    let closed = format!(
        r#"{{"id":1,"template":"a","context":{{"a":{}{}}}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let (id, message) = error(&closed);
    assert_eq!(id, 1);
    assert!(message.contains("nested too deep"), "{message}");
    let (_, message) = error(&format!(r#"{{"template":"{{{{ {} }}}}"}}"#, "(".repeat(100_000)));
    assert!(message.contains("line 1"), "{message:.200}");
    let forever = r#"{"template":"{% for a in range(1,10000) %}{% for b in range(1,10000) %}x{% endfor %}{% endfor %}"}"#;
    assert!(!error(forever).1.is_empty());
}

#[test]
fn a_line_without_an_end_is_passed_over() {
    let mut input = vec![b'x'; (33 << 20) + 10];
    input.extend(b"\n{\"id\":2,\"template\":\"b\"}\n");
    let answers = answers(&input, &[]);
    assert!(answers[0]["error"].as_str().unwrap().contains("longer than the limit"));
    assert_eq!(answers[1..], [json!({"id": 2, "output": "b"})]);
}

#[test]
fn each_answer_comes_before_the_next_question() {
    let mut child = Command::new(PROGRAM)
        .args(["expr", "eval", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut questions = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    for id in 0..3 {
        writeln!(questions, "{{\"id\":{id},\"template\":\"{{{{ {id} + 1 }}}}\"}}").unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{{\"id\":{id},\"output\":\"{}\"}}\n", id + 1));
    }
    drop(questions);
    assert!(child.wait().unwrap().success());
}

#[test]
fn lines_are_read_from_a_file_too() {
    let path = support::folder("expr_file").join("cases.jsonl");
    std::fs::write(&path, "{\"id\":1,\"template\":\"a\"}\n").unwrap();
    let ran = trunkline(&["expr", "eval", "--jsonl", path.to_str().unwrap()], b"");
    assert_eq!((ran.status, ran.out.as_str()), (Some(0), "{\"id\":1,\"output\":\"a\"}\n"));
}

#[test]
fn one_template_is_printed() {
    let context = r#"{"customer": {"name": "Ann", "tries": 7}}"#;
    let template =
        "{{ customer.name | upper }} {{ customer.tries / 2 }} {{ now() | date('yyyy') }}";
    let arguments =
        ["expr", "eval", template, "--context", context, "--now", "2031-06-01T00:00:00Z"];
    let ran = trunkline(&arguments, b"");
    assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (Some(0), "ANN 3 2031\n", ""));

    let path = support::folder("expr_context").join("context.json");
    std::fs::write(&path, context).unwrap();
    let file = ["expr", "eval", "{{ customer.name }}", "--context", path.to_str().unwrap()];
    assert_eq!(trunkline(&file, b"").out, "Ann\n");
    let input = ["expr", "eval", "{{ customer.name }}", "--context", "-"];
    assert_eq!(trunkline(&input, context.as_bytes()).out, "Ann\n");
}

#[test]
fn an_error_in_a_template_is_pointed_at() {
    let ran = trunkline(&["expr", "eval", "Hello {{ name | uppper }}"], b"");
    assert_eq!((ran.status, ran.out.as_str()), (Some(1), ""));
    let lines: Vec<&str> = ran.err.lines().collect();
    assert!(lines[0].contains("line 1, column 17") && lines[0].contains("upper"), "{}", ran.err);
    assert_eq!(lines[1].find("uppper"), lines[2].find('^'), "{}", ran.err);
    let ran = trunkline(&["expr", "eval", "{{ x }}", "--strict"], b"");
    assert_eq!(ran.status, Some(1));
}

#[test]
fn misuse_has_its_own_status() {
    let bad: [&[&str]; 8] = [
        &["expr", "eval"],
        &["expr", "eval", "x", "--context", "{bad"],
        &["expr", "eval", "x", "--context", "{\"a\":\"\\ud800\"}"],
        &["expr", "eval", "x", "--context", "/no/such/file"],
        &["expr", "eval", "x", "--now", "tomorrow"],
        &["expr", "eval", "--jsonl", "/no/such/file"],
        &["expr", "eval", "--jsonl", "--strict"],
        &["expr", "eval", "--jsonl", "."],
    ];
    for arguments in bad {
        let ran = trunkline(arguments, b"");
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ran.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn nobody_need_read_the_answers() {
    let (status, err) = unread(&["expr", "eval", "--jsonl"], CASES.as_bytes());
    assert_eq!((status, err.as_str()), (Some(0), ""));
    let (status, err) = unread(&["expr", "eval", "a"], b"");
    assert_eq!((status, err.as_str()), (Some(0), ""));
}
