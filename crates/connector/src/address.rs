//! The URL of a request: the flow's text verbatim (decision 7), query parameters appended.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use trunkline_model::http::Rendered;
use trunkline_model::{Failure, FailureCode};
use url::Url;

/// What stays as it is in an appended query parameter (RFC 3986, unreserved characters).
const PARAMETER: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest URL that is sent, in bytes; servers commonly stop at a quarter of it.
const MAX_URL_BYTES: usize = 64 * 1024;

/// The URL for a path at a connector's base URL.
pub(crate) fn at_connector(
    base: &Url,
    path: &str,
    query: &[(String, Rendered)],
) -> Result<Url, Failure> {
    let lower = path.trim_start().get(..8).unwrap_or(path.trim_start()).to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        let advice = "is a whole URL, but the connector gives the host; write only the path";
        return Err(refused(&format!("the request path {advice}")));
    }
    let mut text = base.as_str().trim_end_matches('/').to_owned();
    let path = path.trim_start();
    if !path.is_empty() && !path.starts_with(['/', '?', '#']) {
        text.push('/');
    }
    text.push_str(path);
    let url = whole(&text, query)?;
    if url.origin() != base.origin() {
        return Err(refused("the request path leads away from the connector's host"));
    }
    Ok(url)
}

/// The URL that a flow gives as a whole.
pub(crate) fn whole(text: &str, query: &[(String, Rendered)]) -> Result<Url, Failure> {
    let text = text.split('#').next().unwrap_or_default();
    let mut text = text.trim().to_owned();
    append(&mut text, query);
    if text.len() > MAX_URL_BYTES {
        return Err(refused(&format!("the URL is longer than {MAX_URL_BYTES} bytes")));
    }
    let url = Url::parse(&text).map_err(|error| {
        refused(&format!("the URL is malformed ({error}); it must begin with https:// and a host"))
    })?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(refused(&format!("the URL's scheme is {scheme}, not http or https"))),
    }
}

/// A URL as it may be shown: without query (it holds callers' data), fragment or user name.
pub(crate) fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

fn append(text: &mut String, query: &[(String, Rendered)]) {
    for (name, value) in query {
        let separator = match text.contains('?') {
            false => "?",
            true if text.ends_with(['?', '&']) => "",
            true => "&",
        };
        let encode = |part| utf8_percent_encode(part, PARAMETER);
        text.push_str(&format!("{separator}{}={}", encode(name), encode(&value.text)));
    }
}

fn refused(what: &str) -> Failure {
    Failure::new(FailureCode::Url, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(base: &str, path: &str, query: &[(&str, &str)]) -> Result<String, Failure> {
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Rendered::from(*value)))
            .collect();
        at_connector(&Url::parse(base).unwrap(), path, &query).map(String::from)
    }

    #[test]
    fn paths_are_appended_to_the_base_verbatim() {
        let cases = [
            ("https://h", "/a/b?q=1", "https://h/a/b?q=1"),
            ("https://h/", "a", "https://h/a"),
            ("https://h/api/", "/v1", "https://h/api/v1"),
            ("https://h/api", "?x=1", "https://h/api?x=1"),
            ("https://h/api", "", "https://h/api"),
            ("https://h", "/q?q=LIKE+%27%25+49%25%27", "https://h/q?q=LIKE+%27%25+49%25%27"),
            ("https://h", "/q?q=a b", "https://h/q?q=a%20b"),
            ("https://h", "/a#b?c", "https://h/a"),
            ("https://h", "//evil.example/x", "https://h//evil.example/x"),
            ("https://h", "@evil.example/x", "https://h/@evil.example/x"),
            ("https://h", "\\\\evil.example", "https://h///evil.example"),
        ];
        for (base, path, expected) in cases {
            assert_eq!(at(base, path, &[]).unwrap(), expected, "{base} + {path}");
        }
    }

    #[test]
    fn query_parameters_are_encoded_once_and_appended() {
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
        let cases: [Case<'_>; 5] = [
            ("/a", &[("q", "x y&z")], "https://h/a?q=x%20y%26z"),
            ("/a?b=%27", &[("c", "+49 %")], "https://h/a?b=%27&c=%2B49%20%25"),
            ("/a?", &[("c", "ü"), ("d", "")], "https://h/a?c=%C3%BC&d="),
            ("/a?b&", &[("c", "1")], "https://h/a?b&c=1"),
            ("/a#f", &[("c", "1")], "https://h/a?c=1"),
        ];
        for (path, query, expected) in cases {
            assert_eq!(at("https://h", path, query).unwrap(), expected, "{path}");
        }
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        for path in ["https://evil.example/x", " HTTP://evil.example"] {
            assert_eq!(at("https://h", path, &[]).unwrap_err().code, FailureCode::Url);
        }
        let long = format!("https://h/{}", "a".repeat(MAX_URL_BYTES));
        for url in ["", "h/a", "ftp://h/", "file:///etc/passwd", "https://", "http://[::1", &long] {
            assert_eq!(whole(url, &[]).unwrap_err().code, FailureCode::Url, "{url}");
        }
    }

    #[test]
    fn urls_are_shown_without_what_may_be_private() {
        let url = Url::parse("https://user:canary@h:8443/a?q=canary#canary").unwrap();
        assert_eq!(shown(&url), "https://h:8443/a");
    }
}
