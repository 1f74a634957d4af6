//! `literal-credential` (warning): a key or a password stands in the flow itself.
//!
//! # Finds
//! Request headers and query parameters that carry credentials (`Authorization`, `x-api-key`,
//! `access_token`, …) and whose value is written out, not taken from a variable. Texts that only
//! hold the place of one (`<your key>`, `changeme`) are not meant. Reports never show the value.
//!
//! # Why
//! Everybody who can read the flow, or a file exported from it, has the key.
//!
//! # Example
//! `x-api-key: 8f2c…`: put it into a connector, or into a secure variable of the tenant.

use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "literal-credential",
    summary: "A key or a password is written out in the flow.",
    shows_text: false,
    check,
    ..Rule::PLAIN
};

/// Names, in lower case and without `-` and `_`, whose values are credentials.
const NAMES: [&str; 16] = [
    "authorization",
    "proxyauthorization",
    "cookie",
    "apikey",
    "xapikey",
    "xauthtoken",
    "accesstoken",
    "authtoken",
    "subscriptionkey",
    "ocpapimsubscriptionkey",
    "clientsecret",
    "password",
    "apisecret",
    "key",
    "passphrase",
    "xtokenpassphrase",
];

/// The shortest text, in bytes, that is taken for a credential.
const SHORTEST: usize = 6;

/// Words that hold the place of a credential.
const STAND_INS: [&str; 7] = ["your", "changeme", "replace", "placeholder", "xxxx", "insert", "<"];

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for node in subject.of_kind("http-request-v2") {
        for property in ["httpRequestHeaders", "httpQueryParameters"] {
            for (name, value) in subject.properties(node).get(property).members() {
                let Some(value) = value.as_str() else { continue };
                if !is_credential_name(name) || !is_written_out(value) {
                    continue;
                }
                let message = format!("{property}: the value of {name} is written out in the flow");
                let help = "use a connector, or a secure variable of the tenant";
                found.push(rule.of_property(node, &[property, name], message).help(help));
            }
        }
    }
    found
}

fn is_credential_name(name: &str) -> bool {
    let plain: String = name.chars().filter(|it| it.is_ascii_alphanumeric()).collect();
    NAMES.contains(&plain.to_ascii_lowercase().as_str())
}

fn is_written_out(value: &str) -> bool {
    // What stands behind the scheme: `Bearer`, `Basic`, `ApiKey`.
    let secret = value.trim().rsplit(' ').next().unwrap_or_default();
    let lower = value.to_ascii_lowercase();
    let is_stand_in = STAND_INS.iter().any(|word| lower.contains(word));
    secret.len() >= SHORTEST && !value.contains("{{") && !is_stand_in
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_held_for_credentials_are_none() {
        for (value, expected) in [
            ("Bearer 0123456789abcdef", true),
            ("8f2c0123456789", true),
            ("Bearer {{token}}", false),
            ("Bearer <token of yours>", false),
            ("YOUR_API_KEY", false),
            ("none", false),
            ("", false),
        ] {
            assert_eq!(is_written_out(value), expected, "{value}");
        }
        assert!(is_credential_name("X-Api-Key") && is_credential_name("access_token"));
        assert!(!is_credential_name("Accept"));
    }
}
