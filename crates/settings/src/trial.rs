//! A connector that is tried before it is kept.

use serde_json::Value;
use trunkline_model::tenant::{Connector, Http};

use crate::check;
use crate::database::strange;
use crate::error::SettingsError;
use crate::kind::Kind;
use crate::objects::{self, Put};
use crate::secrets;
use crate::settings::Settings;
use crate::whole::Whole;

/// A connector with its secrets in plain text, to be tried and not to be written anywhere, and
/// the limits that hold for its requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The connector.
    pub connector: Connector,
    /// The limits.
    pub http: Http,
}

impl Settings {
    /// The connector as it is kept, ready to be tried.
    ///
    /// # Errors
    /// [`SettingsError::NotFound`], [`SettingsError::Secret`], and failures of the database.
    pub fn trial(&self, id: &str) -> Result<Trial, SettingsError> {
        self.db.read("read a connector", |db| {
            let whole = Whole::read(db)?;
            let missing = SettingsError::NotFound { what: "object" };
            let kept = whole.get(Kind::Connector, id).ok_or(missing)?;
            self.opened(&whole, id, kept.value.clone())
        })
    }

    /// The connector as it would be after [`Settings::put`], ready to be tried. The version is not
    /// looked at, and nothing is kept.
    ///
    /// # Errors
    /// Those of [`Settings::put`] but [`SettingsError::Stale`].
    pub fn trial_of(&self, put: &Put) -> Result<Trial, SettingsError> {
        objects::check_shape(put)?;
        self.db.read("try a connector", |db| {
            let before = Whole::read(db)?;
            let (kind, id) = (put.kind, put.id.as_str());
            let old = before.get(kind, id).map(|old| &old.value);
            let value = put.value.clone();
            let sealed = secrets::sealed(&self.key, (kind, id), value, old, put.trust)?;
            let mut after = before.clone();
            after.put(kind, id, sealed.clone());
            let value = objects::normal(&after, &before, kind, id, &sealed)?;
            self.opened(&before, id, value)
        })
    }

    fn opened(
        &self,
        whole: &Whole,
        id: &str,
        value: Value,
    ) -> Result<Trial, crate::database::Fault> {
        let opened = secrets::opened(&self.key, Kind::Connector, id, value)?;
        let connector = serde_json::from_value(opened).map_err(|error| strange(0, error))?;
        let http = check::check(whole).map(|tenant| tenant.http).unwrap_or_default();
        Ok(Trial { connector, http })
    }
}
