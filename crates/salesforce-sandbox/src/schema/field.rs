//! One field of an object.

use serde::Deserialize;

use super::spec::FieldSpec;

/// What a field holds, by the names that describe calls use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FieldType {
    Id,
    Reference,
    String,
    Textarea,
    Phone,
    Email,
    Url,
    Picklist,
    Multipicklist,
    Boolean,
    Int,
    Double,
    Currency,
    Percent,
    Date,
    Datetime,
}

impl FieldType {
    /// The type's name in a describe.
    pub(crate) fn name(self) -> &'static str {
        match self {
            FieldType::Id => "id",
            FieldType::Reference => "reference",
            FieldType::String => "string",
            FieldType::Textarea => "textarea",
            FieldType::Phone => "phone",
            FieldType::Email => "email",
            FieldType::Url => "url",
            FieldType::Picklist => "picklist",
            FieldType::Multipicklist => "multipicklist",
            FieldType::Boolean => "boolean",
            FieldType::Int => "int",
            FieldType::Double => "double",
            FieldType::Currency => "currency",
            FieldType::Percent => "percent",
            FieldType::Date => "date",
            FieldType::Datetime => "datetime",
        }
    }

    /// Whether values are free text: compared without case, found by searches.
    pub(crate) fn is_text(self) -> bool {
        match self {
            FieldType::String
            | FieldType::Textarea
            | FieldType::Phone
            | FieldType::Email
            | FieldType::Url
            | FieldType::Picklist
            | FieldType::Multipicklist => true,
            FieldType::Id
            | FieldType::Reference
            | FieldType::Boolean
            | FieldType::Int
            | FieldType::Double
            | FieldType::Currency
            | FieldType::Percent
            | FieldType::Date
            | FieldType::Datetime => false,
        }
    }

    /// Whether values are Ids of records.
    pub(crate) fn is_id(self) -> bool {
        matches!(self, FieldType::Id | FieldType::Reference)
    }

    /// Whether values are numbers.
    pub(crate) fn is_number(self) -> bool {
        matches!(
            self,
            FieldType::Int | FieldType::Double | FieldType::Currency | FieldType::Percent
        )
    }

    /// The column's type in SQLite.
    pub(crate) fn column(self) -> &'static str {
        match self {
            FieldType::Boolean => "INTEGER NOT NULL DEFAULT 0",
            FieldType::Int => "INTEGER",
            FieldType::Double | FieldType::Currency | FieldType::Percent => "REAL",
            FieldType::Id
            | FieldType::Reference
            | FieldType::String
            | FieldType::Textarea
            | FieldType::Phone
            | FieldType::Email
            | FieldType::Url
            | FieldType::Picklist
            | FieldType::Multipicklist
            | FieldType::Date
            | FieldType::Datetime => "TEXT",
        }
    }
}

/// One field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: FieldType,
    pub(crate) length: Option<u32>,
    pub(crate) required: bool,
    pub(crate) picklist_values: Vec<String>,
    pub(crate) restricted_picklist: bool,
    pub(crate) reference_to: Vec<String>,
    pub(crate) relationship_name: Option<String>,
    pub(crate) child_relationship_name: Option<String>,
    pub(crate) polymorphic: bool,
    pub(crate) createable: bool,
    pub(crate) updateable: bool,
    pub(crate) filterable: bool,
    pub(crate) sortable: bool,
    pub(crate) groupable: bool,
    pub(crate) custom: bool,
    pub(crate) external_id: bool,
    pub(crate) unique: bool,
    pub(crate) case_sensitive: bool,
    pub(crate) auto_number: bool,
    pub(crate) default_value: Option<serde_json::Value>,
    /// The parent's field that this one shows; such a field has no column of its own.
    pub(crate) shows: Option<Vec<String>>,
}

impl Field {
    pub(super) fn from_spec(name: &str, spec: &FieldSpec) -> Field {
        let writable = !is_system(name) && !spec.auto_number && spec.shows.is_none();
        let long = spec.kind == FieldType::Textarea && spec.length.is_some_and(|l| l > 255);
        let custom = spec.custom.unwrap_or(name.ends_with("__c"));
        Field {
            name: name.to_owned(),
            label: spec.label.clone().unwrap_or_else(|| label_of(name)),
            kind: spec.kind,
            length: spec.length,
            required: spec.required,
            picklist_values: spec.picklist_values.clone(),
            restricted_picklist: spec.restricted_picklist,
            reference_to: spec.reference_to.clone(),
            relationship_name: spec
                .relationship_name
                .clone()
                .or_else(|| default_relationship(name, spec.kind)),
            child_relationship_name: spec.child_relationship_name.clone(),
            polymorphic: spec.polymorphic || spec.reference_to.len() > 1,
            createable: spec.createable.unwrap_or(writable),
            updateable: spec.updateable.unwrap_or(writable),
            filterable: spec.filterable.unwrap_or(true),
            sortable: spec.sortable.unwrap_or(!long && spec.kind != FieldType::Multipicklist),
            groupable: spec.groupable.unwrap_or(default_groupable(spec.kind, long)),
            custom,
            external_id: spec.external_id,
            unique: spec.unique,
            case_sensitive: spec.case_sensitive,
            auto_number: spec.auto_number,
            default_value: spec.default_value.clone(),
            shows: spec.shows.as_ref().map(|p| p.split('.').map(str::to_owned).collect()),
        }
    }

    /// Whether comparing values minds their case.
    pub(crate) fn folds_case(&self) -> bool {
        self.kind.is_text() && !self.case_sensitive
    }
}

fn default_groupable(kind: FieldType, long: bool) -> bool {
    let fractional = kind.is_number() && kind != FieldType::Int;
    !long && !fractional && !matches!(kind, FieldType::Datetime | FieldType::Multipicklist)
}

/// The fields that the platform fills and no one else.
fn is_system(name: &str) -> bool {
    const SYSTEM: [&str; 7] = [
        "Id",
        "IsDeleted",
        "CreatedDate",
        "CreatedById",
        "LastModifiedDate",
        "LastModifiedById",
        "SystemModstamp",
    ];
    SYSTEM.iter().any(|system| system.eq_ignore_ascii_case(name))
}

/// `AccountId` leads to `Account`, `Visit__c` to `Visit__r`.
fn default_relationship(name: &str, kind: FieldType) -> Option<String> {
    if kind != FieldType::Reference {
        return None;
    }
    if let Some(custom) = name.strip_suffix("__c") {
        return Some(format!("{custom}__r"));
    }
    name.strip_suffix("Id").filter(|rest| !rest.is_empty()).map(str::to_owned)
}

/// `MobilePhone` is labelled `Mobile Phone`.
pub(super) fn label_of(name: &str) -> String {
    let base = name.strip_suffix("__c").unwrap_or(name);
    let base = base.strip_suffix("Id").filter(|rest| !rest.is_empty()).unwrap_or(base);
    let mut label = String::new();
    let mut before = 'A';
    for letter in base.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            label.push(' ');
        }
        label.push(if letter == '_' { ' ' } else { letter });
        before = letter;
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, json: &str) -> Field {
        Field::from_spec(name, &serde_json::from_str(json).unwrap())
    }

    #[test]
    fn labels_are_made_from_names() {
        for (name, label) in
            [("MobilePhone", "Mobile Phone"), ("SLA__c", "SLA"), ("External_Id__c", "External ")]
        {
            assert_eq!(label_of(name).trim(), label.trim());
        }
    }

    #[test]
    fn system_fields_are_read_only() {
        assert!(!field("CreatedDate", r#"{"type": "datetime"}"#).createable);
        assert!(field("Phone", r#"{"type": "phone"}"#).updateable);
        assert!(!field("Number", r#"{"type": "string", "autoNumber": true}"#).createable);
    }

    #[test]
    fn relationships_are_named_after_their_fields() {
        let reference = r#"{"type": "reference", "referenceTo": ["Account"]}"#;
        assert_eq!(field("AccountId", reference).relationship_name.as_deref(), Some("Account"));
        assert_eq!(field("Site__c", reference).relationship_name.as_deref(), Some("Site__r"));
    }
}
