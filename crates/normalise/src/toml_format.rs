//! TOML as JSON. Dates become texts.

use serde::de::DeserializeSeed;

use crate::error::NormaliseError;
use crate::tree::{Budget, Seed, Tree};

const KIND: &str = "TOML";

/// Reads a document.
pub(crate) fn read(body: &str) -> Result<Tree, NormaliseError> {
    let budget = Budget::new();
    let wrong = |error: toml::de::Error| {
        let offset = error.span().map_or(0, |span| span.start);
        let syntax = || NormaliseError::at(KIND, body, offset, reason(&error));
        budget.passed(KIND).unwrap_or_else(syntax)
    };
    let document = toml::Deserializer::parse(body).map_err(wrong)?;
    Seed { budget: &budget, depth: 0 }.deserialize(document).map_err(wrong)
}

fn reason(error: &toml::de::Error) -> String {
    // Keys in the message are the answer's; what stands before them is enough.
    error.message().split(['`', '"', '\'']).next().unwrap_or_default().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(body: &str) -> String {
        serde_json::to_string(&read(body).unwrap()).unwrap()
    }

    #[test]
    fn documents_keep_their_order() {
        let body = "z = 1\na = \"x\"\n[t]\nb = [1.5, true]\nd = 2026-11-23T04:00:00Z\n[[l]]\nn=1";
        let expected =
            r#"{"z":1,"a":"x","t":{"b":[1.5,true],"d":"2026-11-23T04:00:00Z"},"l":[{"n":1}]}"#;
        assert_eq!(json(body), expected);
        assert_eq!(json("f = inf\nn = nan"), r#"{"f":"Infinity","n":"NaN"}"#);
        assert_eq!(json(""), "{}");
    }

    #[test]
    fn errors_have_a_place_and_no_content() {
        let error = read("a = 1\ncanary = canary\n").unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
        let error = read("canary = 1\ncanary = 2\n").unwrap_err();
        assert!(!error.to_string().contains("canary"), "{error}");
    }

    #[test]
    fn depth_is_bounded() {
        for body in [
            format!("a = {}", "[".repeat(100_000)),
            format!("a = {}{}", "[".repeat(200), "]".repeat(200)),
            format!("{} = 1", vec!["a"; 50_000].join(".")),
            format!("[{}]\n{} = 1", vec!["a"; 79].join("."), vec!["b"; 79].join(".")),
        ] {
            assert!(read(&body).is_err());
        }
    }
}
