//! Settings with the example's tenant, in a folder that is gone afterwards.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use trunkline_settings::{
    Author, Bundle, FlowUpload, Kind, Object, Put, Settings, SettingsError, Trust,
};
use trunkline_store::seal::Key;

/// When everything happens.
pub(crate) const NOW: i64 = 1_790_000_000_000;

/// Settings in a folder.
pub(crate) struct Place {
    pub(crate) dir: TempDir,
    settings: Settings,
}

impl Deref for Place {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.settings
    }
}

pub(crate) fn key() -> Key {
    Key::from_bytes([7; 32])
}

pub(crate) fn author() -> Author {
    Author::new(NOW, "boss")
}

/// The repository's example.
pub(crate) fn example() -> Bundle {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../flows/salesforce-data-dip");
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let flows = BTreeMap::from([("flow.json".to_owned(), read("flow.json"))]);
    Bundle { yaml: read("tenant.yaml"), flows, ..Bundle::default() }
}

/// A flow that does nothing.
pub(crate) fn flow(id: &str, name: &str) -> String {
    json!({
        "flowId": id, "name": name, "flowType": "FLOW",
        "process": { "activities": {}, "links": [] },
        "eventFlows": { "eventsMap": {} }, "variables": [],
    })
    .to_string()
}

impl Place {
    pub(crate) fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let settings = Settings::open(dir.path().join("settings.sqlite"), key()).unwrap();
        Self { dir, settings }
    }

    /// With the example imported.
    pub(crate) fn furnished() -> Self {
        let place = Self::empty();
        assert!(place.import_first(&author(), &example()).unwrap());
        place
    }

    pub(crate) fn reopened(self) -> Self {
        let Self { dir, settings } = self;
        drop(settings);
        let settings = Settings::open(dir.path().join("settings.sqlite"), key()).unwrap();
        Self { dir, settings }
    }

    /// Puts a value in the place of the newest one.
    pub(crate) fn place(&self, kind: Kind, value: Value) -> Result<Object, SettingsError> {
        let id = value.get("id").or(value.get("name")).and_then(Value::as_str);
        let id = if kind.is_single() { kind.as_str() } else { id.unwrap_or_default() }.to_owned();
        let expected = self.get(kind, &id).map_or(0, |object| object.version);
        self.put(&author(), Put { kind, id, expected, value, trust: Trust::Interface })
    }

    /// The object's value with some keys changed.
    pub(crate) fn changed(&self, kind: Kind, id: &str, change: Value) -> Value {
        let mut value = self.get(kind, id).unwrap().value;
        let change = change.as_object().unwrap().clone();
        value.as_object_mut().unwrap().extend(change);
        value
    }

    pub(crate) fn upload_text(&self, text: String) -> u64 {
        self.upload(&author(), FlowUpload { text, ..FlowUpload::default() }).unwrap().number
    }
}

/// Where the problems are: kind, id and field of each.
pub(crate) fn places<T: std::fmt::Debug>(result: Result<T, SettingsError>) -> Vec<String> {
    match result.unwrap_err() {
        SettingsError::Invalid(problems) => problems
            .iter()
            .map(|it| format!("{} {} {}", it.kind.map_or("-", Kind::as_str), it.id, it.field))
            .collect(),
        other => panic!("{other:?}"),
    }
}

/// The code of what was refused.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, SettingsError>) -> &'static str {
    result.unwrap_err().code()
}
