//! Answers of any supported content type as JSON text.
//!
//! Webex reads the answer of an HTTP request as JSON, XML, YAML or TOML and turns it into JSON
//! before any path is looked up in it. Nothing here does I/O; depth, number of values and size are
//! bounded, whatever the body.

mod error;
mod toml_format;
mod tree;
mod xml;
mod yaml;

use std::borrow::Cow;

pub use error::NormaliseError;

/// How an answer's body is to be read (the activity's parse setting).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResponseType {
    /// JSON: handed on as it is; its permissive reading is the path language's business.
    Json,
    /// XML.
    Xml,
    /// YAML.
    Yaml,
    /// TOML.
    Toml,
}

impl ResponseType {
    /// The type of this name (`JSON`, `application/xml`, `text/yaml`, …), whatever its case.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        let name = name.split(';').next().unwrap_or_default().trim_end();
        let name = name.rsplit('/').next().unwrap_or_default();
        match name.strip_prefix("x-").unwrap_or(name) {
            "json" => Some(Self::Json),
            "xml" => Some(Self::Xml),
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

/// The body as JSON text. JSON is handed on unread; of the others the order of keys is kept.
pub fn normalise(content_type: ResponseType, body: &str) -> Result<Cow<'_, str>, NormaliseError> {
    let (kind, tree) = match content_type {
        ResponseType::Json => return Ok(Cow::Borrowed(body)),
        ResponseType::Xml => ("XML", xml::read(body)?),
        ResponseType::Yaml => ("YAML", yaml::read(body)?),
        ResponseType::Toml => ("TOML", toml_format::read(body)?),
    };
    let text = serde_json::to_string(&tree);
    let limit = "has a value that JSON cannot hold";
    text.map(Cow::Owned).map_err(|_| NormaliseError::Limit { kind, limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_are_found() {
        for (name, expected) in [
            ("JSON", Some(ResponseType::Json)),
            (" application/json; charset=utf-8", Some(ResponseType::Json)),
            ("text/xml", Some(ResponseType::Xml)),
            ("application/x-yaml", Some(ResponseType::Yaml)),
            ("Toml", Some(ResponseType::Toml)),
            ("text/html", None),
            ("", None),
        ] {
            assert_eq!(ResponseType::parse(name), expected, "{name}");
        }
    }

    #[test]
    fn json_is_handed_on_and_the_others_translated() {
        let odd = "{unquoted: 1} trailing";
        assert!(
            matches!(normalise(ResponseType::Json, odd), Ok(Cow::Borrowed(text)) if text == odd)
        );
        let json = |kind, body| normalise(kind, body).unwrap().into_owned();
        assert_eq!(json(ResponseType::Xml, "<r><a>1</a></r>"), "{\"a\":\"1\"}");
        assert_eq!(json(ResponseType::Yaml, "a: 1"), "{\"a\":1}");
        assert_eq!(json(ResponseType::Toml, "a = 1"), "{\"a\":1}");
    }

    #[test]
    fn rubbish_of_every_kind_is_survived() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let alphabet: Vec<char> = "<>/=\"'&;#![]{}:-\n a1*.?|\u{e4}".chars().collect();
        for _ in 0..3_000 {
            let mut body = String::new();
            for _ in 0..40 {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                body.push(alphabet[(seed % alphabet.len() as u64) as usize]);
            }
            for kind in [ResponseType::Xml, ResponseType::Yaml, ResponseType::Toml] {
                if let Ok(text) = normalise(kind, &body) {
                    let read: Result<serde_json::Value, _> = serde_json::from_str(&text);
                    assert!(read.is_ok(), "{body:?} became {text}");
                }
            }
        }
    }
}
