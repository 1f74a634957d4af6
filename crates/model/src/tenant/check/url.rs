//! Addresses of connectors: http or https, a host, and nothing that a request would leak or lose.

use url::Url;

use super::{Path, Report};

/// Reports a base URL to which no path could be appended. The URL itself is never shown, since
/// it may hold a password.
pub(super) fn check_base(text: &str, path: &Path, report: &mut Report<'_>) {
    let problem = problem(text).or_else(|| {
        text.contains('?')
            .then_some("a query cannot be part of it: put it into the flow's requests")
    });
    if let Some(problem) = problem {
        report.at(path, || problem.to_owned());
    }
}

/// Reports a token endpoint that is neither a path nor a URL.
pub(super) fn check_token(text: &str, path: &Path, report: &mut Report<'_>) {
    let is_path = text.starts_with('/') && !text.starts_with("//");
    let problem = if is_path { path_problem(text) } else { problem(text) };
    if let Some(problem) = problem {
        let hint =
            if text.contains(':') || is_path { "" } else { ", or a path that begins with `/`" };
        report.at(path, || format!("{problem}{hint}"));
    }
}

fn path_problem(text: &str) -> Option<&'static str> {
    if text.contains('#') {
        return Some(FRAGMENT);
    }
    has_strange(text).then_some(STRANGE)
}

const FRAGMENT: &str = "a fragment (`#…`) is never sent to a server: leave it out";
const STRANGE: &str = "spaces, backslashes and control characters are not allowed in a URL";

/// What is wrong with an absolute URL.
fn problem(text: &str) -> Option<&'static str> {
    if has_strange(text) {
        return Some(STRANGE);
    }
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    if !lower.starts_with("http://") && !lower.starts_with("https://") {
        return Some("expected a URL that begins with `https://` or `http://`");
    }
    let Ok(url) = Url::parse(text) else { return Some("this URL has no valid host or port") };
    if !url.username().is_empty() || url.password().is_some() || has_user(text) {
        return Some("a user name or password cannot be part of it: use `auth` and `{env: NAME}`");
    }
    if url.fragment().is_some() {
        return Some(FRAGMENT);
    }
    None
}

/// `https://@host` has an empty user name, which the parser drops.
fn has_user(text: &str) -> bool {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

fn has_strange(text: &str) -> bool {
    text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_http_url_is_an_address() {
        let fine = [
            "https://acme.my.salesforce.com",
            "http://127.0.0.1:8090",
            "HTTPS://example.com/services/data/",
            "http://[::1]:8090/x",
        ];
        for url in fine {
            assert_eq!(problem(url), None, "{url}");
        }
        let bad = [
            ("ftp://example.com", "expected a URL"),
            ("example.com", "expected a URL"),
            ("https:example.com", "expected a URL"),
            ("https://", "no valid host"),
            ("https://host:99999", "no valid host"),
            ("https://user:pw@example.com", "user name or password"),
            ("https://@example.com", "user name or password"),
            ("https://example.com/#x", "fragment"),
            ("https:\\\\example.com", "spaces, backslashes"),
            ("https://exa mple.com", "spaces, backslashes"),
            ("é", "expected a URL"),
        ];
        for (url, part) in bad {
            assert!(problem(url).is_some_and(|text| text.contains(part)), "{url}");
        }
    }
}
