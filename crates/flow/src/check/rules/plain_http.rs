//! `plain-http` (warning): a request goes over the network without encryption.
//!
//! # Finds
//! HTTP Requests whose URL begins with `http://` and names a host that is not this machine.
//! Where the host comes from a variable, nothing is said.
//!
//! # Why
//! Everybody on the way reads the customer's data, and the credentials beside them.
//!
//! # Example
//! `http://crm.example.com:5003/appointments`.

use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "plain-http",
    summary: "A request goes to another host without encryption.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let texts = subject.texts().filter(|(_, _, text)| text.property() == "httpRequestUrl");
    let plain = texts.filter_map(|(_, node, text)| {
        let host = plain_host(text.source())?;
        let message = format!("the request to {host} is not encrypted");
        Some(rule.of_text(node, text, 0, message).help("use https"))
    });
    plain.collect()
}

/// The other host to which a URL sends in the clear.
fn plain_host(url: &str) -> Option<&str> {
    let url = url.trim_start();
    let scheme = url.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("http://"))?;
    let rest = &url[scheme.len()..];
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_own = host.eq_ignore_ascii_case("localhost")
        || host.to_ascii_lowercase().ends_with(".localhost")
        || host.parse::<core::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let is_named = !host.is_empty() && !host.contains("{{") && !authority.contains("{{");
    (is_named && !is_own).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_no_other_host() {
        for (url, expected) in [
            ("http://crm.example.com:5003/x", Some("crm.example.com")),
            ("HTTP://10.0.0.1/", Some("10.0.0.1")),
            ("http://user@h.example?q=http://localhost", Some("h.example")),
            ("http://localhost:8080/x", None),
            ("http://crm.localhost", None),
            ("http://127.0.0.53/", None),
            ("http://[::1]:80/", None),
            ("http://[2001:db8::1]:80/", Some("2001:db8::1")),
            ("http://{{host}}/", None),
            ("https://crm.example.com", None),
            ("", None),
        ] {
            assert_eq!(plain_host(url), expected, "{url}");
        }
    }
}
