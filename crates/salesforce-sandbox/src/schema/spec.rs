//! Objects and fields as a fixture's `schema` writes them.

use serde::Deserialize;

use super::Ordered;
use super::field::FieldType;

/// One object of a fixture's schema.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct ObjectSpec {
    pub(crate) key_prefix: Option<String>,
    pub(crate) name_field: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) label_plural: Option<String>,
    pub(crate) fields: Ordered<FieldSpec>,
    pub(crate) child_relationships: Vec<ChildSpec>,
}

/// One field of a fixture's schema.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FieldSpec {
    #[serde(rename = "type")]
    pub(crate) kind: FieldType,
    pub(crate) label: Option<String>,
    pub(crate) length: Option<u32>,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) picklist_values: Vec<String>,
    #[serde(default)]
    pub(crate) restricted_picklist: bool,
    #[serde(default)]
    pub(crate) reference_to: Vec<String>,
    pub(crate) relationship_name: Option<String>,
    pub(crate) child_relationship_name: Option<String>,
    #[serde(default)]
    pub(crate) polymorphic: bool,
    pub(crate) createable: Option<bool>,
    pub(crate) updateable: Option<bool>,
    pub(crate) filterable: Option<bool>,
    pub(crate) sortable: Option<bool>,
    pub(crate) groupable: Option<bool>,
    pub(crate) custom: Option<bool>,
    #[serde(default)]
    pub(crate) external_id: bool,
    #[serde(default)]
    pub(crate) unique: bool,
    #[serde(default)]
    pub(crate) case_sensitive: bool,
    #[serde(default)]
    pub(crate) auto_number: bool,
    #[serde(default)]
    pub(crate) default_value: Option<serde_json::Value>,
    /// The path to a parent's field that this field shows, e.g. `Contact.Phone`.
    pub(crate) shows: Option<String>,
}

/// A list of children as the parent calls it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ChildSpec {
    pub(crate) relationship_name: String,
    #[serde(rename = "childSObject")]
    pub(crate) child_object: String,
    pub(crate) field: String,
}

/// Puts one object of a fixture over those that are there.
pub(super) fn merge(specs: &mut Vec<(String, ObjectSpec)>, name: &str, spec: &ObjectSpec) {
    let Some((_, known)) = specs.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(name)) else {
        specs.push((name.to_owned(), spec.clone()));
        return;
    };
    if spec.key_prefix.is_some() {
        *known = spec.clone();
        return;
    }
    for (field, definition) in &spec.fields.0 {
        match known.fields.0.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(field)) {
            Some((_, old)) => *old = definition.clone(),
            None => known.fields.0.push((field.clone(), definition.clone())),
        }
    }
    known.child_relationships.extend(spec.child_relationships.iter().cloned());
    known.label = spec.label.clone().or(known.label.take());
    known.label_plural = spec.label_plural.clone().or(known.label_plural.take());
    known.name_field = spec.name_field.clone().or(known.name_field.take());
}

/// Gives key prefixes to objects that name none: `a00`, `a01`, …
pub(super) struct Prefixes {
    taken: Vec<String>,
    next: u32,
}

impl Prefixes {
    pub(super) fn new(specs: &[(String, ObjectSpec)]) -> Self {
        Prefixes {
            taken: specs.iter().filter_map(|(_, spec)| spec.key_prefix.clone()).collect(),
            next: 0,
        }
    }

    pub(super) fn give(&mut self) -> String {
        loop {
            let prefix = format!("a{:02}", self.next);
            self.next += 1;
            if !self.taken.contains(&prefix) {
                self.taken.push(prefix.clone());
                return prefix;
            }
        }
    }
}
