//! The HTTP request that a flow asks for and what came of it: the words between `flow`, which
//! renders requests, and `connector`, which sends them.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// HTTP methods of the activity `http-request-v2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
    /// OPTIONS
    Options,
    /// HEAD
    Head,
}

impl Method {
    /// The method's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Head => "HEAD",
        }
    }

    /// The method of this name, whatever its case.
    pub fn parse(name: &str) -> Option<Self> {
        const ALL: [Method; 7] = [
            Method::Get,
            Method::Post,
            Method::Put,
            Method::Patch,
            Method::Delete,
            Method::Options,
            Method::Head,
        ];
        ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(name.trim()))
    }

    /// Whether the method may change data at the server (RFC 9110, section 9.2.1).
    pub fn writes(self) -> bool {
        match self {
            Self::Post | Self::Put | Self::Patch | Self::Delete => true,
            Self::Get | Self::Options | Self::Head => false,
        }
    }
}

/// A text made from a template, with the byte ranges that came from substituted values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// The whole text.
    pub text: String,
    /// Byte ranges of `text` that came out of `{{ }}`, in order, not overlapping. In a URL they
    /// are already encoded where no URL may hold the byte (decision 7).
    pub substituted: Vec<Range<usize>>,
}

impl From<&str> for Rendered {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), substituted: Vec::new() }
    }
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// Through a connector, which gives the host and the credentials.
    Connector {
        /// The connector's id as the flow has it; the empty text when the flow has none.
        id: String,
        /// The connector's name as the flow has it (exports lose ids on import, names stay).
        name: Option<String>,
        /// The path, its query included, as written in the flow.
        path: Rendered,
    },
    /// To a whole URL, with no credentials but those that the flow itself sends.
    Url(Rendered),
}

/// What a request's body is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// Text, sent as it is.
    Text(String),
    /// `multipart/form-data` of text fields.
    Form(Vec<(String, String)>),
    /// A GraphQL request: `{"query": …, "variables": …}`; `variables` is JSON text or blank.
    GraphQl {
        /// The query document.
        query: String,
        /// JSON text of the variables; blank for none.
        variables: String,
    },
}

/// One HTTP request of a flow, rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where it goes.
    pub target: Target,
    /// Query parameters, not encoded, to be appended in this order.
    pub query: Vec<(String, Rendered)>,
    /// Header fields in the flow's order.
    pub headers: Vec<(String, String)>,
    /// The media type for the body, such as `application/json`; none when the flow says None.
    pub content_type: Option<String>,
    /// The body, if any.
    pub body: Option<Body>,
    /// How long the answer may take, in milliseconds, for each attempt (Webex: default 2,000).
    pub timeout_ms: u64,
    /// How often a 5xx answer is tried again (Webex: default 1; never on 4xx or a timeout).
    pub retries: u32,
    /// Sent as `X-Idempotency-Key` when the connector may repeat the request after a crash
    /// (decision 18).
    pub idempotency_key: Option<String>,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The answer, or why there is none.
    pub result: Result<Answer, Failure>,
    /// How long it took, retries and token included, in milliseconds.
    pub duration_ms: u64,
    /// How many times the request was sent.
    pub attempts: u32,
    /// Set when the answer did not come from the server: the reason, for the trace.
    pub stand_in: Option<String>,
}

/// A complete HTTP answer, any status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header fields, names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    /// The body, decoded to text as its charset says; bytes that are no text become U+FFFD.
    pub body: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_found_whatever_their_case() {
        assert_eq!(Method::parse(" patch "), Some(Method::Patch));
        assert_eq!(Method::parse("BREW"), None);
        assert!(Method::Patch.writes() && !Method::Get.writes());
    }
}
