//! The configuration as a `tenant.yaml` with its flows.

use serde_json::{Value, json};
use trunkline_model::tenant::Tenant;

use crate::bundle::Bundle;
use crate::change;
use crate::database::{Fault, strange};
use crate::error::SettingsError;
use crate::flows;
use crate::kind::Kind;
use crate::labels::Label;
use crate::secrets;
use crate::settings::Settings;
use crate::whole::Whole;

/// The configuration as files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The `tenant.yaml`, and the flows: each in its Live version, or else its newest one.
    pub bundle: Bundle,
    /// Environment variables that stand for secrets, which are not given away: to be set where
    /// the file is used elsewhere. Applied here again, the secrets stay as they are.
    pub left_out: Vec<String>,
    /// The revision.
    pub revision: u64,
}

impl Settings {
    /// The configuration as a `tenant.yaml` with its flows.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn export(&self) -> Result<Export, SettingsError> {
        self.db.read("export the configuration", |db| {
            let whole = Whole::read(db)?;
            let mut bundle = Bundle { yaml: yaml(&whole)?, ..Bundle::default() };
            for known in &whole.flows {
                let number = known.number(Label::Live).unwrap_or(known.latest);
                let text = flows::text(db, &known.id, number)?.unwrap_or_default();
                bundle.flows.insert(known.file.clone(), text);
            }
            let mut left_out = Vec::new();
            for (id, kept) in whole.of(Kind::Connector) {
                let fields = secrets::sealed_fields(Kind::Connector, &kept.value);
                left_out.extend(fields.into_iter().map(|field| variable(id, field)));
            }
            Ok(Export { bundle, left_out, revision: change::newest(db)? })
        })
    }
}

fn yaml(whole: &Whole) -> Result<String, Fault> {
    let json = whole.json(|kind, id, mut value| {
        for field in secrets::sealed_fields(kind, &value) {
            value["auth"][field] = json!({ "env": variable(id, field) });
        }
        Ok::<_, Fault>(value)
    })?;
    let tenant: Tenant = serde_json::from_value(json).map_err(|error| strange(3, error))?;
    let text = serde_saphyr::to_string(&tenant)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.to_string().into()))?;
    Ok(format!("# yaml-language-server: $schema=docs/tenant.schema.json\n{text}"))
}

/// The variable that stands for a secret in an export.
fn variable(id: &str, field: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let id: String = id.chars().map(plain).collect();
    format!("TRUNKLINE_SECRET_{id}_{}", field.to_ascii_uppercase())
}

/// Takes what stands for a secret in an export as that secret, where there is one.
pub(crate) fn keep_left_out(kind: Kind, id: &str, mut value: Value, old: Option<&Value>) -> Value {
    let Some(old) = old else { return value };
    for field in secrets::sealed_fields(kind, old) {
        let given = value.get("auth").and_then(|auth| auth.get(field));
        if given == Some(&json!({ "env": variable(id, field) })) {
            value["auth"][field] = json!({ "kept": true });
        }
    }
    value
}
