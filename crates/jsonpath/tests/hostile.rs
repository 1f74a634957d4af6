//! Input that is meant to do harm gives an answer or an error, in bounded time and stack.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use support::{Seeded, damaged};
use trunkline_jsonpath::{Document, Json, Limits, Path, ReadError};

fn read(path: &str, text: &str, limits: &Limits) -> Result<Json, ReadError> {
    let document = Document::parse_with(text, limits).unwrap();
    Path::compile(path).unwrap().read(&document)
}

#[test]
fn deep_documents_are_refused() {
    for open in ["[", "{\"a\":", "{a:", "[[],", "{'a':["] {
        let text = open.repeat(300_000);
        assert!(Document::parse(&text).is_err());
        assert!(Json::parse_strict(&text).is_err());
    }
}

#[test]
fn the_deepest_document_can_be_walked_and_dropped() {
    let text = format!("{}1{}", "[".repeat(400), "]".repeat(400));
    let limits = Limits::default();
    assert_eq!(read("$..[0]", &text, &limits).unwrap().len(), 400);
    assert_eq!(read(&format!("${}", "[0]".repeat(200)), &text, &limits).unwrap().len(), 1);
    assert!(read(&format!("${}", "..*".repeat(60)), &text, &limits).is_err());
}

#[test]
fn deep_and_long_paths_are_refused() {
    let filter = |depth| format!("${}{}", "[?(@".repeat(depth), ")]".repeat(depth));
    assert!(Path::compile(&filter(5)).is_ok());
    for path in [
        filter(1_000),
        filter(100),
        format!("$[?({}@.a)]", "!".repeat(2_000)),
        format!("$[?({}@.a{})]", "(".repeat(1_500), ")".repeat(1_500)),
        format!("{}$.a{}", "$.sum(".repeat(500), ")".repeat(500)),
        "$.a".repeat(2_000),
        "$[0]".repeat(1_000),
        format!("${}", ".a".repeat(1_000)),
    ] {
        assert!(Path::compile(&path).is_err(), "{}", &path[..20]);
    }
}

#[test]
fn limits_are_kept() {
    let list = format!("{{\"a\":[{}]}}", vec!["\"text\""; 2_000].join(","));
    let limited = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    let expensive = |path: &str, limits: &Limits| match read(path, &list, limits) {
        Err(ReadError::TooExpensive { limit }) => limit,
        outcome => panic!("{outcome:?}"),
    };
    assert_eq!(expensive("$.a[*]", &limited(|l| l.results = 10)), "results");
    assert_eq!(expensive("$..*", &limited(|l| l.work = 100)), "work");
    assert_eq!(expensive("$.a", &limited(|l| l.output_bytes = 1_000)), "output_bytes");
    let doubling = format!("$.concat({})", vec!["$.a"; 700].join(","));
    assert_eq!(expensive(&doubling, &limited(|l| l.output_bytes = 1 << 20)), "output_bytes");
    let quadratic = "$.a[?(@ in $.a && @ in $.a && @ in $.a && @ nin $.a)]";
    assert_eq!(expensive(quadratic, &limited(|l| l.work = 1 << 20)), "work");
    let short = limited(|l| l.input_bytes = 100);
    assert!(Document::parse_with(&list, &short).is_err());
    let shallow = limited(|l| l.depth = 1);
    assert!(Document::parse_with("[[1]]", &shallow).is_err());
    assert!(Document::parse_with("{a:[1]}", &shallow).is_err());
}

#[test]
fn slices_far_outside_end_at_once() {
    let limits = Limits::default();
    let text = "[1,2,3]";
    assert_eq!(read("$[-2147483648:2147483647]", text, &limits).unwrap().len(), 6);
    assert_eq!(read("$[:-2147483648]", text, &limits).unwrap().len(), 0);
    assert!(read("$[2147483647]", text, &limits).is_err());
    assert!(read("$[-2147483648]", text, &limits).is_err());
    assert!(read("$.index(-2147483648)", text, &limits).is_err());
    assert!(read("$.index(1e308)", text, &limits).is_err());
}

#[test]
fn damaged_paths_never_panic() {
    let document = Document::parse(r#"{"a":[{"b":1},[2,"x"],null],"c":{"d":"e"}}"#).unwrap();
    let whole = [
        "$.a[?(@.b == 1 && !(@.c in ['x', 2]) || @ =~ /a.*\\/b/i)].b",
        "$['a',\"it\\'s\"][0,1][-1:][*]..c.concat($.a, {\"x\":[1]}, -1.5e3).length()",
        "$.sum($..a[*].b, $.a.first().b).x[::2]é😀",
        "@..['a'][?(@.b size 2 || {\"k\":[1]} === @.d)].index(0)",
    ];
    let mut seeded = Seeded::new(3);
    for round in 0..12_000 {
        let text = damaged(&mut seeded, whole[round % whole.len()]);
        match Path::compile(&text) {
            Ok(path) => drop(path.read(&document)),
            Err(error) => assert!(text.is_char_boundary(error.offset), "{text:?} {error:?}"),
        }
    }
}
