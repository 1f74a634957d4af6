//! Checks a JSON value by a JSON Schema, as far as `docs/trace.schema.json` uses the language; a
//! keyword that is not known here fails the test, so that none is passed over.
#![allow(dead_code, reason = "each test file uses a part")]

use serde_json::Value;

/// What is wrong with the value; nothing if it is as the schema says.
pub(crate) fn faults(root: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(root, schema, value, "$", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    for (keyword, wanted) in schema.as_object().unwrap() {
        let fault = match keyword.as_str() {
            "$defs" | "$schema" | "title" | "description" | "default" | "format" => None,
            "$ref" => {
                let pointer = wanted.as_str().unwrap().strip_prefix('#').unwrap();
                check(root, root.pointer(pointer).unwrap(), value, at, found);
                None
            }
            "type" => (!is_of(wanted, value)).then(|| format!("is not of type {wanted}")),
            "const" => (value != wanted).then(|| format!("is not {wanted}")),
            "minimum" => (value.as_f64() < wanted.as_f64()).then(|| format!("is below {wanted}")),
            "required" => missing(wanted, value),
            "additionalProperties" => {
                assert_eq!(wanted, true, "not known here");
                None
            }
            "properties" => {
                for (name, inner) in wanted.as_object().unwrap() {
                    if let Some(member) = value.get(name) {
                        check(root, inner, member, &format!("{at}.{name}"), found);
                    }
                }
                None
            }
            "items" => {
                for (place, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, wanted, item, &format!("{at}[{place}]"), found);
                }
                None
            }
            "oneOf" => (fitting(root, wanted, value) != 1).then(|| "fits not one of".to_owned()),
            "anyOf" => (fitting(root, wanted, value) == 0).then(|| "fits none of".to_owned()),
            other => panic!("{other} is not known here"),
        };
        found.extend(fault.map(|text| format!("{at}: {value} {text}")));
    }
}

fn missing(wanted: &Value, value: &Value) -> Option<String> {
    let names = wanted.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    let lacking = |name: &&str| value.get(name).is_none();
    let names: Vec<_> = names.filter(lacking).collect();
    (!names.is_empty()).then(|| format!("lacks {names:?}"))
}

fn fitting(root: &Value, schemas: &Value, value: &Value) -> usize {
    let schemas = schemas.as_array().unwrap().iter();
    schemas.filter(|schema| faults(root, schema, value).is_empty()).count()
}

fn is_of(wanted: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the type {other} is not known here"),
    };
    match wanted {
        Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
        name => is(name.as_str().unwrap()),
    }
}
