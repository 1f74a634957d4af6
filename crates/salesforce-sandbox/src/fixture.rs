//! What a sandbox starts with: objects, records, and who may sign in, read from JSON.
//!
//! ```json
//! {
//!   "now": "2026-03-18T15:30:00Z",
//!   "schema": {"Account": {"fields": {"Tier__c": {"type": "string", "length": 20}}}},
//!   "records": {
//!     "Account": [{"Id": "@acme", "Name": "Acme Corp", "Phone": "+14806754111"}],
//!     "Contact": [{"LastName": "Howard", "AccountId": "@acme"}]
//!   }
//! }
//! ```
//! Everything is optional. Records are loaded as they are, audit fields and all; one without an
//! Id gets one, and `"Id": "@name"` gives it a name by which reference fields of any record may
//! call it. `aliases` names Ids that are written out: `{"account": {"acme": "0015e…"}}` is
//! `@acme` and `@account.acme`. Keys that begin with an underscore are comments.

use std::path::Path;

use serde::Deserialize;

use crate::error::SandboxError;
use crate::options::Credentials;
use crate::schema::{ObjectSpec, Ordered, Schema};

/// Objects, records and settings for a sandbox to start with.
#[derive(Debug, Clone)]
pub struct Fixture {
    pub(crate) name: String,
    pub(crate) now: Option<jiff::Timestamp>,
    pub(crate) organization: Organization,
    pub(crate) credentials: Option<CredentialsSpec>,
    pub(crate) aliases: Vec<(String, String)>,
    pub(crate) schema: Schema,
    pub(crate) records: Vec<(String, Vec<Record>)>,
}

/// One record as the fixture writes it.
pub(crate) type Record = serde_json::Map<String, serde_json::Value>;

/// The organisation that the records belong to.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Organization {
    #[serde(default = "default_organization_id")]
    pub(crate) id: String,
    #[serde(default = "default_organization_name")]
    pub(crate) name: String,
}

impl Default for Organization {
    fn default() -> Self {
        Organization { id: default_organization_id(), name: default_organization_name() }
    }
}

fn default_organization_id() -> String {
    crate::id::generate("00D", 1)
}

fn default_organization_name() -> String {
    "Trunkline Sandbox".to_owned()
}

/// Credentials of a fixture; what it leaves out stays as the options say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CredentialsSpec {
    client_id: Option<String>,
    client_secret: Option<String>,
    username: Option<String>,
    password: Option<String>,
    refresh_token: Option<String>,
}

impl CredentialsSpec {
    /// These over those of the options, where the options have the usual ones.
    pub(crate) fn over(&self, options: &Credentials) -> Credentials {
        let usual = Credentials::default();
        let pick = |mine: &Option<String>, theirs: &String, usual: &String| match mine {
            Some(mine) if theirs == usual => mine.clone(),
            _ => theirs.clone(),
        };
        Credentials {
            client_id: pick(&self.client_id, &options.client_id, &usual.client_id),
            client_secret: pick(&self.client_secret, &options.client_secret, &usual.client_secret),
            username: pick(&self.username, &options.username, &usual.username),
            password: pick(&self.password, &options.password, &usual.password),
            refresh_token: pick(&self.refresh_token, &options.refresh_token, &usual.refresh_token),
        }
    }
}

/// The file as it is written. Unknown keys are errors: they are mostly misspelt ones.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixtureFile {
    #[serde(default, rename = "_about")]
    _about: Option<serde_json::Value>,
    #[serde(default, rename = "_comment")]
    _comment: Option<serde_json::Value>,
    #[serde(default)]
    now: Option<jiff::Timestamp>,
    #[serde(default)]
    organization: Organization,
    #[serde(default)]
    credentials: Option<CredentialsSpec>,
    #[serde(default)]
    aliases: Ordered<Ordered<String>>,
    #[serde(default)]
    schema: Ordered<ObjectSpec>,
    #[serde(default)]
    records: Ordered<Vec<Record>>,
}

impl Fixture {
    /// Reads a fixture from a file.
    ///
    /// # Errors
    /// When the file cannot be read, is not JSON (with line and column), or its schema does not
    /// fit together.
    pub fn read(path: &Path) -> Result<Fixture, SandboxError> {
        let text = std::fs::read_to_string(path).map_err(|source| SandboxError::Read {
            what: "the fixture",
            path: path.to_owned(),
            source,
        })?;
        Fixture::from_json(&text, &path.display().to_string())
    }

    /// Reads a fixture from its text; `name` is what error messages call it.
    ///
    /// # Errors
    /// As [`Fixture::read`], without the file.
    pub fn from_json(text: &str, name: &str) -> Result<Fixture, SandboxError> {
        let file: FixtureFile =
            serde_json::from_str(text).map_err(|error| SandboxError::FixtureJson {
                name: name.to_owned(),
                line: error.line(),
                column: error.column(),
                message: message_of(&error),
            })?;
        let at = |place: String, message: String| SandboxError::Fixture {
            name: name.to_owned(),
            place,
            message,
        };
        let schema = Schema::build(&file.schema).map_err(|(place, what)| at(place, what))?;
        for (object, _) in &file.records.0 {
            if schema.object(object).is_none() {
                return Err(at(
                    format!("records.{object}"),
                    "no such object; add it to the fixture's schema".to_owned(),
                ));
            }
        }
        let organization_id = crate::id::normalise(&file.organization.id)
            .ok_or_else(|| at("organization.Id".to_owned(), "this is no Id".to_owned()))?;
        Ok(Fixture {
            name: name.to_owned(),
            now: file.now,
            organization: Organization { id: organization_id, name: file.organization.name },
            credentials: file.credentials,
            aliases: flatten(file.aliases),
            schema,
            records: file.records.0,
        })
    }

    /// A fixture of the built-in objects without any record.
    pub(crate) fn empty() -> Result<Fixture, SandboxError> {
        Fixture::from_json("{}", "the built-in schema")
    }
}

/// The message without its place, which the error type carries itself.
fn message_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

fn flatten(aliases: Ordered<Ordered<String>>) -> Vec<(String, String)> {
    let mut flat = Vec::new();
    for (group, names) in aliases.0 {
        for (name, id) in names.0 {
            flat.push((format!("{group}.{name}"), id.clone()));
            flat.push((name, id));
        }
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntax_errors_have_a_position() {
        let error = Fixture::from_json("{\n  \"records\": {,}\n}", "demo.json").unwrap_err();
        assert_eq!(error.to_string(), "demo.json:2:15: key must be a string");
        let error = Fixture::from_json("{\n  \"recrods\": {}}", "demo.json").unwrap_err();
        assert!(error.to_string().starts_with("demo.json:2:11: unknown field `recrods`"));
    }

    #[test]
    fn unknown_objects_are_named() {
        let error = Fixture::from_json(r#"{"records": {"Acount": []}}"#, "x").unwrap_err();
        assert!(error.to_string().starts_with("x: records.Acount: no such object"));
    }

    #[test]
    fn unknown_types_have_a_position() {
        let json = r#"{"schema": {"A__c": {"fields": {"B__c": {"type": "strnig"}}}}}"#;
        assert!(matches!(
            Fixture::from_json(json, "x").unwrap_err(),
            SandboxError::FixtureJson { line: 1, .. }
        ));
    }

    #[test]
    fn credentials_of_a_fixture_yield_to_those_of_the_options() {
        let fixture =
            Fixture::from_json(r#"{"credentials": {"username": "a@b", "password": "p"}}"#, "x")
                .unwrap();
        let options = Credentials { password: "mine".to_owned(), ..Credentials::default() };
        let both = fixture.credentials.unwrap().over(&options);
        assert_eq!((both.username.as_str(), both.password.as_str()), ("a@b", "mine"));
    }
}
