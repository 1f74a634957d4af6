//! The index of a strict document gives the answers of the permissive reader, errors included.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::fmt::Debug;

use support::{Seeded, damaged, document};
use trunkline_jsonpath::{Document, Json, Limits, Path};

const CASES: &str = include_str!("conformance/cases.jsonl");

const PATHS: [&str; 38] = [
    "$",
    "$.a",
    "$.b.a",
    "$.a.a.a",
    "$['']",
    "$['é']",
    "$['a b']",
    "$['a','b']",
    "$['a','b'].c",
    "$[0]",
    "$[-1]",
    "$[0][1]",
    "$[1].a",
    "$.a[0]",
    "$.a[-2].b",
    "$.records.[0].Id",
    "$[*]",
    "$.a[*].b",
    "$..a",
    "$..*",
    "$..[0]",
    "$..[0].a",
    "$..[*].a",
    "$[0:2]",
    "$[-2:]",
    "$[?(@.a)]",
    "$..[?(@.a == 7)]",
    "$.a[?(@ in $.b)]",
    "$[?(@ == 'x')]",
    "$[1][*]",
    "$.a[2][*].b",
    "$[1][?(@.a)]",
    "$.a[1].length()",
    "$.length()",
    "$.a.keys()",
    "$.a.first()",
    "$.sum($..a)",
    "$.a.concat($.b, $..c)",
];

fn paths() -> Vec<Path> {
    PATHS.iter().map(|path| Path::compile(path).unwrap()).collect()
}

/// Compares what Rust prints of both, for `NaN` is not equal to itself.
fn assert_same(left: impl Debug, right: impl Debug, text: &str, path: &str) {
    assert_eq!(format!("{left:?}"), format!("{right:?}"), "path {path:?} of {text:?}");
}

/// Compares both ways for every path; returns whether the document could be read, and whether by
/// its index.
fn compare(text: &str, paths: &[Path]) -> (bool, bool) {
    let quick = Document::parse(text);
    let eager = Document::parse_eagerly(text, &Limits::default());
    let (quick, eager) = match (quick, eager) {
        (Ok(quick), Ok(eager)) => (quick, eager),
        (quick, eager) => {
            assert_same(quick.map(|d| d.to_json()), eager.map(|d| d.to_json()), text, "");
            return (false, false);
        }
    };
    for path in paths {
        assert_same(path.read(&quick), path.read(&eager), text, path.source());
    }
    assert_same(quick.to_json(), eager.to_json(), text, "whole document");
    (true, format!("{quick:?}").contains("indexed: true"))
}

#[test]
fn recorded_documents_agree() {
    let cases: Vec<Json> = CASES.lines().map(|line| Json::parse_strict(line).unwrap()).collect();
    let field = |case: &Json, name| case.get(name).and_then(Json::as_str).unwrap().to_owned();
    let compiled = |case: &Json| Path::compile(&field(case, "path")).ok();
    let all: Vec<Path> = cases.iter().filter_map(compiled).collect();
    let mut documents: Vec<String> = cases.iter().map(|case| field(case, "json")).collect();
    documents.sort();
    documents.dedup();
    for text in &documents {
        compare(text, &all);
    }
}

#[test]
fn generated_documents_agree() {
    let paths = paths();
    let mut seeded = Seeded::new(1);
    let mut indexed = 0;
    for _ in 0..3_000 {
        let text = document(&mut seeded, 4);
        let (_, by_index) = compare(&text, &paths);
        indexed += usize::from(by_index);
    }
    // The rest holds a number that is left to the permissive reader.
    assert!(indexed > 2_000, "only {indexed} were indexed");
}

#[test]
fn damaged_documents_agree() {
    let paths = paths();
    let mut seeded = Seeded::new(2);
    let (mut readable, mut indexed) = (0, 0);
    for _ in 0..6_000 {
        let whole = document(&mut seeded, 3);
        let text = damaged(&mut seeded, &whole);
        let (by_any, by_index) = compare(&text, &paths);
        readable += usize::from(by_any);
        indexed += usize::from(by_index);
    }
    // The three ways out must all have been taken often.
    assert!(indexed > 300 && readable - indexed > 300 && 6_000 - readable > 300);
}
