//! YAML as JSON. Booleans are spelt `true` and `false` only (YAML 1.2), and
//! numbers that begin with a zero stay texts: an answer's `0493012` is a phone number. Whole
//! numbers of more than 64 bits lose digits: the library reads them as floating-point ones.

use serde::de::DeserializeSeed;
use serde_saphyr::options::{AliasLimits, DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Options, budget};

use crate::error::NormaliseError;
use crate::tree::{Budget, MAX_DEPTH, MAX_NODES, MAX_TEXT_BYTES, Seed, Tree};

const KIND: &str = "YAML";

/// Reads a document.
pub(crate) fn read(body: &str) -> Result<Tree, NormaliseError> {
    if body.trim().is_empty() {
        return Ok(Tree::Null);
    }
    let budget = Budget::new();
    let found =
        serde_saphyr::with_deserializer_from_str_with_options(body, options(), |document| {
            Seed { budget: &budget, depth: 0 }.deserialize(document)
        });
    found.map_err(|error| {
        let place = error.location();
        let (line, column) = place.map_or((0, 0), |it| (it.line() as usize, it.column() as usize));
        let syntax = || NormaliseError::on(KIND, line, column, reason(&error));
        budget.passed(KIND).unwrap_or_else(syntax)
    })
}

fn options() -> Options {
    let mut aliases = AliasLimits::default();
    aliases.max_total_replayed_events = MAX_NODES;
    aliases.max_replay_stack_depth = 16;
    serde_saphyr::options! {
        budget: budget! {
            max_depth: MAX_DEPTH + 1,
            flow_nesting_limit: MAX_DEPTH + 1,
            max_nodes: MAX_NODES,
            max_events: MAX_NODES * 3,
            max_aliases: 10_000,
            max_anchors: 10_000,
            max_recorded_anchor_events: MAX_NODES,
            max_total_scalar_bytes: MAX_TEXT_BYTES,
        },
        alias_limits: aliases,
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        strict_booleans: true,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        ignore_binary_tag_for_string: true,
        with_snippet: false,
    }
}

/// The library's message may quote the answer; its first words say enough.
fn reason(error: &serde_saphyr::Error) -> String {
    let text = error.without_snippet().to_string();
    text.split(['`', '"', '\'', '\n']).next().unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(body: &str) -> String {
        serde_json::to_string(&read(body).unwrap()).unwrap()
    }

    #[test]
    fn documents_become_json() {
        let cases = [
            ("b: 1\na: [x, 1.5, true, null, ~]\n", r#"{"b":1,"a":["x",1.5,true,null,null]}"#),
            ("- a: yes\n  b: no\n", r#"[{"a":"yes","b":"no"}]"#),
            ("phone: 0493012\nn: 1_0\n", r#"{"phone":"0493012","n":"1_0"}"#),
            ("q: '5'\nt: |\n  a\n  b\n", r#"{"q":"5","t":"a\nb\n"}"#),
            ("x: &a [1]\ny: *a\n", r#"{"x":[1],"y":[1]}"#),
            ("1: a\ntrue: b\n", r#"{"1":"a","true":"b"}"#),
            ("a: .inf\nb: .nan\n", r#"{"a":"Infinity","b":"NaN"}"#),
            ("a: 2026-11-23\n", r#"{"a":"2026-11-23"}"#),
            ("{\"a\": [1, {\"b\": null}]}", r#"{"a":[1,{"b":null}]}"#),
            ("plain", "\"plain\""),
            ("", "null"),
            ("---\na: 1\n", r#"{"a":1}"#),
        ];
        for (body, expected) in cases {
            assert_eq!(json(body), expected, "{body}");
        }
        assert_eq!(json("a: 18446744073709551615\n"), r#"{"a":18446744073709551615}"#);
    }

    #[test]
    fn bombs_are_defused() {
        let mut laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..12 {
            let before = level - 1;
            let all = vec![format!("*a{before}"); 10].join(",");
            laughs.push_str(&format!("a{level}: &a{level} [{all}]\n"));
        }
        let long = "y".repeat(500_000);
        let copies = format!("a: &a {long}\nb: [{}]\n", vec!["*a"; 90].join(","));
        for body in [
            laughs.as_str(),
            copies.as_str(),
            &"[".repeat(100_000),
            &"- ".repeat(50_000),
            &"{a: ".repeat(50_000),
            &format!("{}{}", "[".repeat(150), "]".repeat(150)),
            "a: &a [*a]",
        ] {
            assert!(read(body).is_err(), "{}", &body[..body.len().min(40)]);
        }
    }

    #[test]
    fn errors_have_a_place_and_no_content() {
        for body in ["a: 1\nb: [canary\n", "a: 1\n  canary: 'canary\n", "a: *canary\n"] {
            let error = read(body).unwrap_err();
            assert!(error.to_string().contains("line "), "{error}");
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }
}
