//! The 181 SOQL cases with their expected records, over the fixture they were made for.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod client;

use client::{Client, encode};
use serde_json::{Map, Value};

const FIXTURE: &str = include_str!("conformance/fixture.json");
const CASES: &str = include_str!("conformance/cases.jsonl");

#[test]
fn every_case_gives_what_is_documented() {
    let client = Client::with_fixture(FIXTURE);
    let mut count = 0;
    let mut failures = Vec::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        count += 1;
        if let Err(reason) = check(&client, &case) {
            failures.push(format!("{} {}: {reason}", case["id"], case["soql"]));
        }
    }
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(count, 181);
}

fn check(client: &Client, case: &Value) -> Result<(), String> {
    let text = |key: &str| case[key].as_str().unwrap();
    let path = format!("{}?q={}", text("endpoint"), encode(text("soql")));
    let answer = client.call("GET", &path, None);
    let expected = &case["expect"];
    if let Some(error) = expected.get("error") {
        let (status, code) = answer.error();
        let codes = error["errorCode"].as_array().unwrap();
        let fits = error["status"] == status && codes.iter().any(|c| *c == code);
        return if fits { Ok(()) } else { Err(format!("{status} {code}")) };
    }
    if answer.status != 200 {
        return Err(format!("{} {}", answer.status, answer.text));
    }
    let ordered = case["ordered"].as_bool().unwrap();
    let got = comparable(&answer.json(), ordered)?;
    let wanted = comparable(expected, ordered)?;
    if got == wanted { Ok(()) } else { Err(format!("\n  want {wanted}\n  got  {got}")) }
}

/// What is compared of an answer, as text in which order tells only where it should.
fn comparable(answer: &Value, ordered: bool) -> Result<String, String> {
    let records = answer["records"].as_array().ok_or("no records")?;
    let mut records: Vec<String> = records.iter().map(canonical).collect::<Result<_, _>>()?;
    if !ordered {
        records.sort();
    }
    Ok(format!("{} {} [{}]", answer["totalSize"], answer["done"], records.join(", ")))
}

/// JSON with sorted keys, numbers by value, and of `attributes` the type only.
fn canonical(value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::Number(number) => number.as_f64().unwrap().to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect::<Result<_, _>>()?;
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort();
            let members: Vec<String> = keys
                .into_iter()
                .map(|key| match (key.as_str(), &members[key]) {
                    ("attributes", Value::Object(attributes)) => attributes_type(attributes),
                    (_, value) => Ok(format!("{key}: {}", canonical(value)?)),
                })
                .collect::<Result<_, _>>()?;
            format!("{{{}}}", members.join(", "))
        }
        other => other.to_string(),
    })
}

fn attributes_type(attributes: &Map<String, Value>) -> Result<String, String> {
    if let Some(url) = attributes.get("url").and_then(Value::as_str) {
        let parts: Vec<&str> = url.rsplit('/').take(3).collect();
        if parts[0].len() != 18 || parts[2] != "sobjects" {
            return Err(format!("attributes.url {url}"));
        }
    }
    Ok(format!("attributes: {}", attributes["type"]))
}
