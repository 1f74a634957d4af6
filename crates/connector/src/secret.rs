//! Secrets: found once at the start, kept where no `Debug` shows them, and struck out of texts.

use std::fmt;
use std::fs;
use std::io::Read;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use trunkline_model::tenant::connector::Secret;

use crate::error::ConnectorError;
use crate::options::Options;

/// The secret of the sandbox, which may stand in `tenant.yaml` (decision 31).
const WELL_KNOWN: &str = "sandbox";

/// The largest secret file, in bytes.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// Shorter secrets are not struck out of texts: they would hit innocent words.
const MIN_MASKED_CHARS: usize = 4;

/// What stands in a text where a secret was.
const MASK: &str = "•••";

/// Finds the value of a secret.
pub(crate) fn resolve(
    secret: &Secret,
    connector: &str,
    field: &'static str,
    options: &Options,
) -> Result<SecretString, ConnectorError> {
    let connector = connector.to_owned();
    match secret {
        Secret::Env { env } => match (options.env)(env) {
            Some(value) if !value.is_empty() => Ok(value.into()),
            _ => Err(ConnectorError::SecretEnv { connector, field, name: shown_variable(env) }),
        },
        Secret::File { file } => {
            let path = options.base_dir.join(file);
            read_file(&path).map_err(|reason| ConnectorError::SecretFile {
                connector,
                field,
                path,
                reason,
            })
        }
        Secret::Literal(value) if options.allow_literal_secrets || is_exempt(field, value) => {
            Ok(value.clone().into())
        }
        Secret::Literal(_) => Err(ConnectorError::SecretLiteral { connector, field }),
    }
}

/// The sandbox's client secret and password may stand in the file.
fn is_exempt(field: &str, value: &str) -> bool {
    value == WELL_KNOWN && matches!(field, "auth.client_secret" | "auth.password")
}

/// A variable's name; what cannot be one may be the secret itself, put there by mistake.
fn shown_variable(name: &str) -> String {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    match name.chars().all(fits) && name.starts_with(|c: char| c.is_ascii_uppercase()) {
        true => name.to_owned(),
        false => "(a name not shown, since it does not look like one)".to_owned(),
    }
}

fn read_file(path: &Path) -> Result<SecretString, String> {
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    let limited = &mut file.take(MAX_FILE_BYTES + 1);
    limited.read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("it is larger than {MAX_FILE_BYTES} bytes"));
    }
    let value = text.strip_suffix('\n').unwrap_or(&text);
    let value = value.strip_suffix('\r').unwrap_or(value);
    if value.is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok(value.to_owned().into())
}

/// Every secret in use, tokens included, so that logs and traces can be cleaned of them.
#[derive(Clone, Default)]
pub struct KnownSecrets {
    values: Vec<SecretString>,
}

impl KnownSecrets {
    pub(crate) fn add(&mut self, value: &SecretString) {
        self.values.push(value.clone());
    }

    /// The plain values, for a caller with a masking of its own. Never print them.
    pub fn expose(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(ExposeSecret::expose_secret)
    }

    /// The text with `•••` wherever a secret stands in it: plain, or escaped as in JSON or a URL,
    /// or in Base64 or hexadecimal. Secrets of fewer than four characters and the sandbox's
    /// well-known one stay.
    pub fn mask(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        self.masker(MIN_MASKED_CHARS).clean(&mut masked);
        masked
    }

    /// What strikes the secrets of at least `min_chars` characters out of many texts.
    pub(crate) fn masker(&self, min_chars: usize) -> Masker {
        let long = |value: &&str| value.chars().count() >= min_chars;
        let maskable = self.expose().filter(|value| *value != WELL_KNOWN).filter(long);
        let mut forms: Vec<String> = maskable.flat_map(forms).collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Masker { forms }
    }
}

/// The forms of all secrets, the longest first.
pub(crate) struct Masker {
    forms: Vec<String>,
}

impl Masker {
    /// Puts `•••` wherever a secret stands in the text.
    pub(crate) fn clean(&self, text: &mut String) {
        for form in &self.forms {
            if text.contains(form.as_str()) {
                *text = text.replace(form.as_str(), MASK);
            }
        }
    }
}

impl fmt::Debug for KnownSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KnownSecrets({} of them)", self.values.len())
    }
}

/// The forms in which a secret may stand in a text.
fn forms(value: &str) -> Vec<String> {
    let json = serde_json::to_string(value).unwrap_or_default();
    let form: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        value.to_owned(),
        json.trim_matches('"').to_owned(),
        utf8_percent_encode(value, NON_ALPHANUMERIC).to_string(),
        form,
        STANDARD.encode(value),
        URL_SAFE_NO_PAD.encode(value),
        hex,
    ];
    forms.retain(|form| !form.is_empty());
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn options(literals: bool) -> Options {
        let env = Arc::new(|name: &str| (name == "CRM_SECRET").then(|| "canary-env".to_owned()));
        Options { allow_literal_secrets: literals, env, ..Options::default() }
    }

    #[test]
    fn secrets_come_from_the_environment_or_a_file() {
        let dir = std::env::temp_dir().join(format!("trunkline-secret-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("s"), "canary-file\n").unwrap();
        let options = Options { base_dir: dir.clone(), ..options(false) };
        let env = Secret::Env { env: "CRM_SECRET".to_owned() };
        let file = Secret::File { file: "s".to_owned() };
        let get = |secret| resolve(secret, "crm", "auth.client_secret", &options).unwrap();
        assert_eq!(get(&env).expose_secret(), "canary-env");
        assert_eq!(get(&file).expose_secret(), "canary-file");
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn missing_secrets_are_named_and_literal_ones_refused() {
        let missing = Secret::Env { env: "NOT_SET".to_owned() };
        let error = resolve(&missing, "crm", "client_secret", &options(true)).unwrap_err();
        assert!(error.to_string().contains("NOT_SET"), "{error}");
        let literal = Secret::Literal("canary-literal".to_owned());
        let error = resolve(&literal, "crm", "client_secret", &options(false)).unwrap_err();
        assert!(error.to_string().contains("--allow-literal-secrets"), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"));
        assert!(resolve(&literal, "crm", "client_secret", &options(true)).is_ok());
        let sandbox = Secret::Literal("sandbox".to_owned());
        assert!(resolve(&sandbox, "crm", "auth.client_secret", &options(false)).is_ok());
        assert!(resolve(&sandbox, "crm", "auth.token", &options(false)).is_err());
        let mistaken = Secret::Env { env: "canary-s3cret".to_owned() };
        let error = resolve(&mistaken, "crm", "auth.token", &options(false)).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }

    #[test]
    fn known_secrets_are_struck_out_in_every_form() {
        let mut known = KnownSecrets::default();
        known.add(&"can\"ary/1 x".to_owned().into());
        known.add(&"sandbox".to_owned().into());
        let hex = "63616e226172792f312078";
        let text = format!("a can\"ary/1 x b can\\\"ary/1 x c can%22ary%2F1%20x d {hex} sandbox");
        assert_eq!(known.mask(&text), "a ••• b ••• c ••• d ••• sandbox");
        assert_eq!(known.mask("e can%22ary%2F1+x Y2FuImFyeS8xIHg="), "e ••• •••");
        assert!(!format!("{known:?}").contains("can"));
    }
}
