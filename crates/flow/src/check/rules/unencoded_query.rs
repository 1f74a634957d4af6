//! `unencoded-query` (note): a value goes into the query of a URL as it is.
//!
//! # Finds
//! Expressions behind the `?` of a URL or path without `urlencode`, whose value may hold `+` or
//! `&`. Values in the editor's table of query parameters are encoded by themselves.
//!
//! # Why
//! Trunkline, as Webex, encodes only what no URL may contain (decision 7): the `+` of a phone
//! number arrives as a blank, and what follows an `&` as another parameter.
//!
//! # Example
//! `?identity={{NewPhoneContact.ANI}}` asks for ` 14805551234`. Write
//! `{{NewPhoneContact.ANI | urlencode}}`.

use crate::check::urls;
use crate::check::{Rule, Subject};
use crate::diagnostic::{Diagnostic, Severity};

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "unencoded-query",
    severity: Severity::Note,
    summary: "A value goes into the query of a URL without urlencode.",
    check,
    ..Rule::PLAIN
};

/// The properties that are URLs or paths.
const URLS: [&str; 3] = ["httpRequestPath", "httpRequestUrl", "screenPopUrl"];

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, node, text) in subject.texts() {
        if !URLS.contains(&text.property()) {
            continue;
        }
        for value in urls::values(text) {
            let is_encoded =
                ["urlencode", "replace"].iter().any(|it| value.expression.contains(it));
            if !value.is_in_query || is_encoded || urls::is_safe(subject, text, &value) {
                continue;
            }
            let message = "a + or & in this value changes the query";
            let help = "add | urlencode";
            found.push(rule.of_text(node, text, value.at, message).help(help));
        }
    }
    found
}
