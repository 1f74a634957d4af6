//! Secrets of connectors: sealed where they are kept, masked where they are read.
//!
//! Inside, a secret is `{"sealed": …}`, bound to its connector and field. Outside it is
//! `{"kept": true}`, which in a change means the secret as it is. Whoever may change a connector
//! but does not know its secret must not get it by sending it elsewhere: a kept secret has to be
//! written again when the connector's host changes.

use data_encoding::BASE64;
use rusqlite::types::Type;
use serde_json::{Value, json};
use trunkline_store::seal::{Key, SealError};
use url::Url;

use crate::database::Fault;
use crate::error::{Problem, SettingsError};
use crate::kind::Kind;

/// The keys under `auth` that hold secrets.
const FIELDS: [&str; 5] = ["password", "token", "client_secret", "private_key", "refresh_token"];

/// The client secret and password of the local Salesforce sandbox, which everybody may know: it may
/// stand in a `tenant.yaml` (decision 31), so it is not sealed and exports hold it.
const WELL_KNOWN: (&str, [&str; 2]) = ("sandbox", ["client_secret", "password"]);

/// What stands for a secret in checks.
const MASK: &str = "•••";

/// Whether a change may name secrets by environment variables and files of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It comes from the server's own `tenant.yaml`, whose author can read both.
    Server,
    /// It comes from elsewhere: such references are refused, or else a connector could send any
    /// of the server's files to any host.
    Interface,
}

/// The value as it may be shown.
pub(crate) fn masked(kind: Kind, mut value: Value) -> Value {
    for (_, secret) in secrets(kind, &mut value) {
        if sealed_text(secret).is_some() || secret.is_string() {
            *secret = json!({ "kept": true });
        }
    }
    value
}

/// The value as the model's checks take it: something that is not empty for each secret.
pub(crate) fn checkable(kind: Kind, mut value: Value) -> Value {
    for (_, secret) in secrets(kind, &mut value) {
        if sealed_text(secret).is_some() {
            *secret = MASK.into();
        }
    }
    value
}

/// Puts the secrets of `stored` into a value that was made from [`checkable`].
pub(crate) fn put_back(kind: Kind, mut value: Value, stored: &Value) -> Value {
    for (field, secret) in secrets(kind, &mut value) {
        if let Some(kept) = stored.get("auth").and_then(|auth| auth.get(field)) {
            *secret = kept.clone();
        }
    }
    value
}

/// The value with its secrets in plain text, for who sends requests.
pub(crate) fn opened(key: &Key, kind: Kind, id: &str, mut value: Value) -> Result<Value, Fault> {
    for (field, secret) in secrets(kind, &mut value) {
        if let Some(sealed) = sealed_text(secret) {
            *secret = open(key, id, field, sealed)?.into();
        }
    }
    Ok(value)
}

/// The fields whose secrets are sealed.
pub(crate) fn sealed_fields(kind: Kind, value: &Value) -> Vec<&'static str> {
    let mut value = value.clone();
    let all = secrets(kind, &mut value);
    all.into_iter().filter(|(_, it)| sealed_text(it).is_some()).map(|(field, _)| field).collect()
}

/// The value with its secrets sealed, as it is kept.
pub(crate) fn sealed(
    key: &Key,
    (kind, id): (Kind, &str),
    mut value: Value,
    old: Option<&Value>,
    trust: Trust,
) -> Result<Value, Fault> {
    let moved = old.is_some_and(|old| destinations(old) != destinations(&value));
    let mut problems = Vec::new();
    for (field, secret) in secrets(kind, &mut value) {
        let old = old.and_then(|old| old.get("auth")?.get(field));
        match given(secret, old, moved, trust) {
            Ok(Given::Text) => {
                let text = secret.as_str().unwrap_or_default();
                *secret = seal_text(key, id, field, text, old)?;
            }
            Ok(Given::AsBefore) => *secret = old.cloned().unwrap_or_default(),
            Ok(Given::AsItIs) => {}
            Err(message) => {
                problems.push(Problem::of(kind, id, &format!("auth.{field}"), message));
            }
        }
    }
    if problems.is_empty() { Ok(value) } else { Err(SettingsError::Invalid(problems).into()) }
}

/// What a change gives for a secret.
enum Given {
    /// The secret itself.
    Text,
    /// The secret that is there.
    AsBefore,
    /// A reference, or something that the model's checks refuse.
    AsItIs,
}

fn given(
    secret: &Value,
    old: Option<&Value>,
    moved: bool,
    trust: Trust,
) -> Result<Given, &'static str> {
    let is_kept = *secret == json!({ "kept": true });
    let is_reference = secret.get("env").is_some() || secret.get("file").is_some();
    if secret.get("sealed").is_some() || (secret.get("kept").is_some() && !is_kept) {
        return Err("write the secret as text, or `{\"kept\": true}` for the one that is there");
    }
    if secret.as_str().is_some_and(|text| !text.is_empty()) {
        return Ok(Given::Text);
    }
    let unchanged = is_kept || old == Some(secret);
    match (is_kept, is_reference, trust) {
        (true, _, _) if old.is_none() => Err("there is no secret to keep; write one"),
        (true, _, _) | (_, true, Trust::Interface) if unchanged && moved => {
            Err("write the secret again: the connector leads to another host now")
        }
        (true, _, _) => Ok(Given::AsBefore),
        (false, true, Trust::Interface) if !unchanged => Err(
            "secrets named by `env` or `file` come from the server's own tenant.yaml only; write \
             the secret itself, it is kept sealed",
        ),
        (false, _, _) => Ok(Given::AsItIs),
    }
}

/// Where a connector sends its secrets: the origins of its base URL and its token URL.
fn destinations(connector: &Value) -> [Option<String>; 2] {
    let base = connector.get("base_url").and_then(Value::as_str).and_then(|it| it.parse().ok());
    let base: Option<Url> = base;
    let token = connector.get("auth").and_then(|auth| auth.get("token_url")?.as_str());
    let token = match (&base, token) {
        (Some(base), Some(token)) => base.join(token).ok(),
        (None, Some(token)) => token.parse().ok(),
        (_, None) => base.clone(),
    };
    [base, token].map(|url| url.map(|url| url.origin().ascii_serialization()))
}

/// The secrets of an object, by the key of each under `auth`.
fn secrets(kind: Kind, value: &mut Value) -> Vec<(&'static str, &mut Value)> {
    let auth = (kind == Kind::Connector).then(|| value.get_mut("auth")).flatten();
    let Some(auth) = auth.and_then(Value::as_object_mut) else { return Vec::new() };
    let named = |key: &str| FIELDS.into_iter().find(|field| *field == key);
    auth.iter_mut().filter_map(|(key, secret)| Some((named(key)?, secret))).collect()
}

fn sealed_text(secret: &Value) -> Option<&str> {
    secret.get("sealed")?.as_str()
}

/// Seals a text, or keeps what is there when it is the same.
fn seal_text(
    key: &Key,
    id: &str,
    field: &str,
    text: &str,
    old: Option<&Value>,
) -> Result<Value, Fault> {
    if let Some(sealed) = old.and_then(sealed_text)
        && open(key, id, field, sealed).is_ok_and(|old| old == text)
    {
        return Ok(json!({ "sealed": sealed }));
    }
    if text == WELL_KNOWN.0 && WELL_KNOWN.1.contains(&field) {
        return Ok(text.into());
    }
    let sealed = key.seal(text.as_bytes(), place(id, field).as_bytes());
    let sealed = sealed.map_err(|source| fault(id, source))?;
    Ok(json!({ "sealed": BASE64.encode(&sealed) }))
}

fn open(key: &Key, id: &str, field: &str, sealed: &str) -> Result<String, Fault> {
    let bytes = BASE64
        .decode(sealed.as_bytes())
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into()))?;
    let text = key.open(&bytes, place(id, field).as_bytes());
    let text = text.map_err(|source| fault(id, source))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn place(id: &str, field: &str) -> String {
    format!("connector/{id}/auth.{field}")
}

fn fault(id: &str, source: SealError) -> Fault {
    SettingsError::Secret { connector: id.to_owned(), source }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_of_the_model_is_known() {
        let schema = trunkline_model::tenant::tenant_schema();
        let schema: Value = serde_json::from_str(&schema).unwrap();
        let mut found = Vec::new();
        for variant in schema["$defs"]["Auth"]["oneOf"].as_array().unwrap() {
            for (key, property) in variant["properties"].as_object().unwrap() {
                if property.to_string().contains("#/$defs/Secret") {
                    assert!(FIELDS.contains(&key.as_str()), "`{key}` is a secret: name it here");
                    found.push(key.clone());
                }
            }
        }
        assert!(FIELDS.iter().all(|field| found.iter().any(|it| it == field)), "{found:?}");
        let elsewhere = schema.to_string().matches("#/$defs/Secret\"").count();
        assert_eq!(elsewhere, found.len(), "a secret outside of `auth`");
    }

    #[test]
    fn a_sealed_secret_belongs_to_its_place() {
        let key = Key::from_bytes([7; 32]);
        let Ok(sealed) = seal_text(&key, "crm", "token", "canary", None) else { panic!() };
        let text = sealed_text(&sealed).unwrap();
        assert!(!text.contains("canary"));
        assert_eq!(open(&key, "crm", "token", text).unwrap(), "canary");
        for (id, field) in [("other", "token"), ("crm", "password")] {
            assert!(open(&key, id, field, text).is_err());
        }
        let again = seal_text(&key, "crm", "token", "canary", Some(&sealed)).unwrap();
        assert_eq!(again, sealed);
    }
}
