//! Secrets stand in the environment or in files, not in `tenant.yaml` (decision 31).

use super::{ParseOptions, Path, Report};
use crate::tenant::{Auth, Secret};

/// The client secret and password of the local Salesforce sandbox, which everybody may know.
pub(super) const WELL_KNOWN: &str = "sandbox";

/// Reports secrets of a connector that stand in the file, and references that lead nowhere.
pub(super) fn check(auth: &Auth, path: &Path, options: ParseOptions, report: &mut Report<'_>) {
    for (key, secret) in secrets(auth) {
        let path = path.key(key);
        match secret {
            Secret::Literal(text) if text.is_empty() => {
                report.at(&path, || "must not be empty; use `{env: NAME}`".to_owned());
            }
            Secret::Literal(text) if options.allow_literal_secrets || is_exempt(key, text) => {}
            Secret::Literal(_) => report.at(&path, || {
                "a secret must not stand in this file; put it into an environment variable and \
                 write `{env: NAME}`, or into a file and write `{file: PATH}` \
                 (`--allow-literal-secrets` allows it)"
                    .to_owned()
            }),
            Secret::Env { env } if !is_variable(env) => report.at(&path.key("env"), || {
                // Not shown: it may be the secret itself, put here by mistake.
                "expected the name of an environment variable (letters, digits and `_`), such as \
                 `SALESFORCE_SECRET`"
                    .to_owned()
            }),
            Secret::Env { .. } | Secret::File { .. } => {}
        }
    }
}

fn is_exempt(key: &str, text: &str) -> bool {
    text == WELL_KNOWN && matches!(key, "client_secret" | "password")
}

fn is_variable(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty() && name.chars().all(fits)
}

/// The secrets of a way to authorise requests, with their keys.
fn secrets(auth: &Auth) -> Vec<(&'static str, &Secret)> {
    match auth {
        Auth::None => Vec::new(),
        Auth::Basic { password, .. } => vec![("password", password)],
        Auth::Bearer { token } => vec![("token", token)],
        Auth::ClientCredentials { client_secret, .. } => vec![("client_secret", client_secret)],
        Auth::Password { client_secret, password, .. } => {
            vec![("client_secret", client_secret), ("password", password)]
        }
        Auth::JwtBearer { private_key, .. } => vec![("private_key", private_key)],
        Auth::RefreshToken { client_secret, refresh_token, .. } => {
            let secret = client_secret.iter().map(|secret| ("client_secret", secret));
            secret.chain([("refresh_token", refresh_token)]).collect()
        }
    }
}
