//! `@{id.path}`: values of earlier answers in later requests.

use serde_json::Value;

use crate::json::Json;

/// Replaces every reference in a JSON value; the error is the reference that leads nowhere.
pub(super) fn resolve(value: &Value, answers: &[(String, Json)]) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => resolve_text(text, answers)?,
        Value::Array(items) => {
            let items: Result<_, String> = items.iter().map(|i| resolve(i, answers)).collect();
            Value::Array(items?)
        }
        Value::Object(members) => {
            let members: Result<_, String> = members
                .iter()
                .map(|(key, value)| Ok((key.clone(), resolve(value, answers)?)))
                .collect();
            Value::Object(members?)
        }
        other => other.clone(),
    })
}

/// A text that is one reference takes the value's type; else values become text in it.
fn resolve_text(text: &str, answers: &[(String, Json)]) -> Result<Value, String> {
    if let Some(path) = text.strip_prefix("@{").and_then(|t| t.strip_suffix('}'))
        && !path.contains('}')
    {
        return Ok(to_value(find(path, answers)?));
    }
    resolve_in_text(text, answers).map(Value::String)
}

/// Replaces the references in a text, such as a URL.
pub(super) fn resolve_in_text(text: &str, answers: &[(String, Json)]) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("@{") {
        let Some(end) = rest[start..].find('}') else { break };
        out.push_str(&rest[..start]);
        let value = to_value(find(&rest[start + 2..start + end], answers)?);
        match value {
            Value::String(text) => out.push_str(&text),
            other => out.push_str(&other.to_string()),
        }
        rest = &rest[start + end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The value that `id.records[0].Id` means.
fn find<'a>(path: &str, answers: &'a [(String, Json)]) -> Result<&'a Json, String> {
    let unknown = || {
        format!("Invalid reference specified. No value for {path} found in the earlier responses")
    };
    let (id, steps) = path.split_at(path.find(['.', '[']).unwrap_or(path.len()));
    let (_, answer) = answers.iter().find(|(known, _)| known == id).ok_or_else(unknown)?;
    let mut value = answer;
    for step in steps.split(['.', '[']).filter(|step| !step.is_empty()) {
        let next = match step.strip_suffix(']') {
            Some(index) => index.parse().ok().and_then(|index| value.item(index)),
            None => value.get(step),
        };
        value = next.ok_or_else(unknown)?;
    }
    Ok(value)
}

fn to_value(json: &Json) -> Value {
    serde_json::to_value(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_replaced() {
        let records = Json::array([Json::object([("Id", Json::from("003x"))])]);
        let answers = [
            ("refA".to_owned(), Json::object([("id", Json::from("001x")), ("n", Json::Int(2))])),
            ("q".to_owned(), Json::object([("records", records)])),
        ];
        let body = json!({"a": "@{refA.id}", "b": ["x @{q.records[0].Id} y"], "n": "@{refA.n}"});
        assert_eq!(
            resolve(&body, &answers).unwrap(),
            json!({"a": "001x", "b": ["x 003x y"], "n": 2})
        );
        assert_eq!(resolve_in_text("/@{refA.id}/@{", &answers).unwrap(), "/001x/@{");
    }

    #[test]
    fn references_that_lead_nowhere_are_errors() {
        let answers = [("a".to_owned(), Json::Array(Vec::new()))];
        for text in ["@{b.id}", "@{a.id}", "@{a[0]}", "@{a[x]}", "@{}"] {
            assert!(resolve(&json!(text), &answers).is_err(), "{text}");
        }
    }
}
