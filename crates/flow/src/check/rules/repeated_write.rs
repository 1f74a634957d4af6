//! `repeated-write` (note): a request that writes may be sent more than once.
//!
//! # Finds
//! HTTP Requests with the method POST or PATCH and retries. PUT and DELETE leave the same state
//! however often they are sent.
//!
//! # Why
//! A server that has done its work and then answers with a 5xx gets the request again, and the CRM
//! has two cases for one call.
//!
//! # Example
//! `POST …/sobjects/Case` with three retries. Set the retries to 0, or let the server recognise
//! the repetition by an id of your own (an upsert by external id).

use crate::check::{Rule, Subject};
use crate::diagnostic::{Diagnostic, Severity};

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "repeated-write",
    severity: Severity::Note,
    summary: "A request that writes is sent again after a 5xx answer.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for node in subject.of_kind("http-request-v2") {
        let properties = subject.properties(node);
        let method = properties.get("httpRequestMethod").as_text().unwrap_or_default();
        let retries =
            properties.get("retryAttempts").as_text().and_then(|it| it.trim().parse().ok());
        let writes = method.eq_ignore_ascii_case("POST") || method.eq_ignore_ascii_case("PATCH");
        let retries: u32 = retries.unwrap_or(0);
        if !writes || retries == 0 {
            continue;
        }
        let message = format!("{method} is sent up to {} times", retries.saturating_add(1));
        let help = "set retryAttempts to 0, unless the server recognises repetitions";
        found.push(rule.of_property(node, &["retryAttempts"], message).help(help));
    }
    found
}
