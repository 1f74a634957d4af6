//! Requests and answers as the sandbox's parts see them: no sockets, no futures.

use percent_encoding::percent_decode_str;

use crate::json::Json;

/// A request with its body already read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path as it was sent, percent-encoding and all.
    pub(crate) path: String,
    /// The part after `?`, as it was sent.
    pub(crate) query: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// `http://host:port` as the client knows us.
    pub(crate) base_url: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Decoded path segments; empty ones (doubled or trailing slashes) are left out.
    pub(crate) fn segments(&self) -> Result<Vec<String>, BadEncoding> {
        self.path.split('/').filter(|s| !s.is_empty()).map(|s| decode(s, false)).collect()
    }

    /// Decoded parameters of the query.
    pub(crate) fn parameters(&self) -> Result<Form, BadEncoding> {
        Form::parse(&self.query)
    }

    /// Decoded parameters of a form in the body, after those of the query.
    pub(crate) fn form(&self) -> Result<Form, BadEncoding> {
        let body = std::str::from_utf8(&self.body).map_err(|_| BadEncoding)?;
        let mut form = self.parameters()?;
        form.0.extend(Form::parse(body.trim_end_matches(['\r', '\n']))?.0);
        Ok(form)
    }
}

/// Percent-encoding that is cut short, or does not stand for UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadEncoding;

/// Parameters of a query or form.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn parse(text: &str) -> Result<Form, BadEncoding> {
        let mut parameters = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.push((decode(name, true)?, decode(value, true)?));
        }
        Ok(Form(parameters))
    }

    /// The last value of a parameter: the body wins over the query.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// As [`Form::get`], where an empty value counts as none.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Undoes percent-encoding; in queries and forms a plus is a space.
fn decode(text: &str, plus_is_space: bool) -> Result<String, BadEncoding> {
    let bytes = text.as_bytes();
    for (place, _) in bytes.iter().enumerate().filter(|(_, b)| **b == b'%') {
        let digits = bytes.get(place + 1..place + 3).ok_or(BadEncoding)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(BadEncoding);
        }
    }
    let spaced;
    let text = if plus_is_space && text.contains('+') {
        spaced = text.replace('+', " ");
        &spaced
    } else {
        text
    };
    percent_decode_str(text).decode_utf8().map(|t| t.into_owned()).map_err(|_| BadEncoding)
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
}

/// What an answer carries.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    Empty,
    Json(Json),
    Text { content_type: &'static str, text: String },
}

impl Response {
    pub(crate) fn json(status: u16, json: Json) -> Response {
        Response { status, headers: Vec::new(), body: Body::Json(json) }
    }

    pub(crate) fn empty(status: u16) -> Response {
        Response { status, headers: Vec::new(), body: Body::Empty }
    }

    pub(crate) fn text(status: u16, content_type: &'static str, text: String) -> Response {
        Response { status, headers: Vec::new(), body: Body::Text { content_type, text } }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Response {
        self.headers.push((name, value.into()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded() {
        let form = Form::parse("a=1+2&b=%2B%C3%A9&c&a=3").unwrap();
        assert_eq!((form.get("a"), form.get("b"), form.filled("c")), (Some("3"), Some("+é"), None));
    }

    #[test]
    fn broken_encoding_is_refused() {
        for text in ["a=%", "a=%4", "a=%zz", "a=%ff", "%é"] {
            assert_eq!(Form::parse(text), Err(BadEncoding), "{text}");
        }
    }

    #[test]
    fn trailing_slashes_do_not_count() {
        let request = Request { path: "/a//b%20c/+/".to_owned(), ..Request::default() };
        assert_eq!(request.segments().unwrap(), ["a", "b c", "+"]);
    }
}
