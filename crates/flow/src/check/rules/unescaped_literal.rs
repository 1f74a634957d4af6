//! `unescaped-literal` (warning): a value stands in a quoted literal of a query as it is.
//!
//! # Finds
//! Expressions between single quotes (`'` or `%27`) in a SOQL statement or an OData filter inside
//! a URL, its path or its query parameters. Numbers, digits that a caller pressed and ids that the
//! system makes are safe; so is a value whose quotes a `replace` takes care of. `urlencode` does
//! not help: the server decodes it before it reads the query.
//!
//! # Why
//! A value with a quote in it ends the literal and goes on as a part of the query, which may then
//! find other people's records. Trunkline's Salesforce connectors refuse such a request (decision
//! 8); with a name like O'Brien the lookup fails everywhere.
//!
//! # Example
//! `…WHERE+Phone+LIKE+%27%25{{phoneNumber}}%25%27`. Write
//! `{{phoneNumber | replace({"'": "\'"})}}` for SOQL, and `"''"` for OData.

use crate::check::urls::{self, Value};
use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "unescaped-literal",
    summary: "A value stands in a quoted literal of a SOQL or OData query as it is.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for node in subject.of_kind("http-request-v2") {
        for text in node.activity.templates() {
            let values = urls::values(text);
            let bad = values.iter().filter(|value| {
                value.is_quoted
                    && (is_soql(value) || is_odata(value))
                    && !escapes_quotes(&value.expression)
                    && !urls::is_safe(subject, text, value)
            });
            for value in bad {
                let language = if is_soql(value) { "a SOQL" } else { "an OData" };
                let message = format!("a value in {language} literal is not escaped");
                let quote = if is_soql(value) { r"\'" } else { "''" };
                let help = format!("escape its quotes: … | replace({{\"'\": \"{quote}\"}})");
                found.push(rule.of_text(node, text, value.at, message).help(help));
            }
        }
    }
    found
}

fn is_soql(value: &Value) -> bool {
    let statement = value.statement.to_ascii_lowercase();
    statement.contains("select") && statement.contains("from")
}

fn is_odata(value: &Value) -> bool {
    value.parameter.eq_ignore_ascii_case("$filter")
}

fn escapes_quotes(expression: &str) -> bool {
    expression.split_once("replace").is_some_and(|(_, rest)| rest.contains('\''))
}
