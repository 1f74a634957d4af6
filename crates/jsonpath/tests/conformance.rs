//! Every recorded answer of Jayway JsonPath 2.9.0 with json-smart 2.5.0.
//!
//! `tests/conformance/cases.jsonl` holds one case a line: the document as raw text, the path, and
//! either the result with its Java type and whether the path is definite, or the error.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use trunkline_jsonpath::{Document, Json, Limits, Path};

const CASES: &str = include_str!("conformance/cases.jsonl");

fn cases() -> Vec<Json> {
    CASES.lines().map(|line| Json::parse_strict(line).unwrap()).collect()
}

fn text<'j>(case: &'j Json, name: &str) -> &'j str {
    case.get(name).and_then(Json::as_str).unwrap()
}

fn read(case: &Json, eager: bool) -> Result<(Json, bool), String> {
    let path = Path::compile(text(case, "path")).map_err(|e| e.to_string())?;
    let json = text(case, "json");
    let document = match eager {
        true => Document::parse_eagerly(json, &Limits::default()),
        false => Document::parse(json),
    };
    let value = path.read(&document.map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
    Ok((value, path.is_definite()))
}

/// Numbers by value, objects with their order; the file writes what is not finite as a string.
fn same(expected: &Json, actual: &Json) -> bool {
    match (expected, actual) {
        (Json::Number(a), Json::Number(b)) => {
            a.is_integer() == b.is_integer() && a.as_f64() == b.as_f64() && a.as_i64() == b.as_i64()
        }
        (Json::String(a), Json::Number(b)) => !b.as_f64().is_finite() && *a == b.to_java_text(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            let member =
                |((an, a), (bn, b)): (&(String, Json), &(String, Json))| an == bn && same(a, b);
            a.len() == b.len() && a.iter().zip(b).all(member)
        }
        _ => expected == actual,
    }
}

fn java_type(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "Boolean",
        Json::String(_) => "String",
        Json::Array(_) => "JSONArray",
        Json::Object(_) => "LinkedHashMap",
        Json::Number(number) => match number.as_i64() {
            Some(value) if i32::try_from(value).is_ok() => "Integer",
            Some(_) => "Long",
            None if number.is_integer() => "BigInteger",
            None if number.to_string().len() > 18 => "BigDecimal",
            None => "Double",
        },
    }
}

fn difference(case: &Json, eager: bool) -> Option<String> {
    let outcome = read(case, eager);
    let wrong = match (&outcome, case.get("result")) {
        (Err(_), None) => return None,
        (Ok((value, definite)), Some(expected)) => {
            let recorded = text(case, "type").replace("LinkedKeySet", "JSONArray");
            // A computed double may print long; its class cannot be seen from outside.
            let kind = java_type(value).replace("BigDecimal", "Double");
            !same(expected, value)
                || kind != recorded.replace("BigDecimal", "Double")
                || case.get("definite").and_then(Json::as_bool) != Some(*definite)
        }
        _ => true,
    };
    wrong.then(|| {
        let recorded = case.get("result").or(case.get("error")).unwrap();
        format!(
            "{}: {}\n  recorded {recorded}\n  read {outcome:?}",
            text(case, "id"),
            text(case, "path")
        )
    })
}

#[test]
fn all_recorded_answers_agree() {
    let cases = cases();
    assert_eq!(cases.len(), 563);
    for eager in [false, true] {
        let differences: Vec<String> = cases.iter().filter_map(|c| difference(c, eager)).collect();
        let count = differences.len();
        assert!(differences.is_empty(), "{count} differences:\n{}", differences.join("\n"));
    }
}
