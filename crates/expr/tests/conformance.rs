//! Runs every recorded answer of Pebble 3.2.4 against this engine.

#![allow(clippy::unwrap_used)] // a test stops at the first surprise

use std::collections::BTreeMap;

use trunkline_expr::{Env, Template, Value, map_context};

const CASES: &str = include_str!("conformance/cases.jsonl");
const DIFFERENCES: &str = include_str!("differences.toml");
/// When the answers were recorded, roughly: years of two digits depend on it.
const NOW_MS: i64 = 1_767_225_600_000;
/// There may be no more deliberate differences than this.
const MOST_DIFFERENCES: usize = 20;

struct Case {
    id: String,
    group: String,
    template: String,
    context: String,
    env: Env,
    /// The output, or the phase of the error.
    wanted: Result<String, String>,
}

fn cases() -> Vec<Case> {
    CASES.lines().map(case).collect()
}

fn case(line: &str) -> Case {
    let Value::Map(fields) = Value::from_json(line).unwrap() else { panic!("not an object") };
    let text = |name| fields.get_str(name).and_then(Value::as_str).map(str::to_owned);
    let flag = |name| fields.get_str(name).and_then(Value::as_bool).unwrap_or(false);
    let (strict, autoescape) = (flag("strict"), flag("autoescape"));
    let env = Env { now_ms: NOW_MS, strict, autoescape, ..Env::default() };
    Case {
        id: text("id").unwrap(),
        group: text("group").unwrap(),
        template: text("template").unwrap(),
        context: fields.get_str("context").unwrap().to_json(),
        env,
        wanted: text("output").ok_or_else(|| text("phase").unwrap()),
    }
}

/// What this engine makes of a case, an error by its phase.
fn outcome(case: &Case) -> (Result<String, String>, String) {
    let context = map_context(&case.context).unwrap();
    let template = match Template::compile(&case.template) {
        Ok(template) => template,
        Err(error) => return (Err("compile".into()), error.to_string()),
    };
    let mut out = String::new();
    match template.render(&context, &case.env, &mut out) {
        Ok(()) => (Ok(out), String::new()),
        Err(error) => (Err("render".into()), error.to_string()),
    }
}

fn differences() -> BTreeMap<String, String> {
    let table: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(DIFFERENCES).unwrap();
    table.into_iter().map(|(id, entry)| (id, entry["reason"].clone())).collect()
}

#[test]
fn all_recorded_answers_agree() {
    let differences = differences();
    assert!(differences.len() <= MOST_DIFFERENCES, "too many differences");
    let mut groups: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut seen = 0;
    for case in cases() {
        let (got, message) = outcome(&case);
        let agrees = got == case.wanted;
        let group = groups.entry(case.group.clone()).or_default();
        group.0 += usize::from(agrees);
        group.1 += 1;
        let listed = differences.contains_key(&case.id);
        seen += usize::from(listed);
        if agrees == listed {
            problems.push(format!(
                "{} [{}] {:?}\n    wanted {:?}\n    got    {got:?} {message}{}",
                case.id,
                case.group,
                case.template,
                case.wanted,
                if listed { " (listed as a difference)" } else { "" },
            ));
        }
    }
    let (agree, total) = groups.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    println!("{agree} of {total} cases agree, {seen} differ on purpose");
    assert_eq!(seen, differences.len(), "a listed case does not exist");
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}
