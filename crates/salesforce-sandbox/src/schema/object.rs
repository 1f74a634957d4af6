//! One object, such as Account, with its fields and the lists of its children.

use std::collections::HashMap;

use super::field::{Field, FieldType, label_of};
use super::spec::{FieldSpec, ObjectSpec, Prefixes};

/// One object.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) label_plural: String,
    pub(crate) key_prefix: String,
    pub(crate) name_field: Option<String>,
    pub(crate) custom: bool,
    pub(crate) fields: Vec<Field>,
    pub(crate) children: Vec<Child>,
    by_name: HashMap<String, usize>,
}

/// A list of children as the parent calls it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Child {
    pub(crate) relationship_name: String,
    pub(crate) object: String,
    pub(crate) field: String,
}

impl Object {
    pub(super) fn from_spec(
        name: &str,
        spec: &ObjectSpec,
        prefixes: &mut Prefixes,
    ) -> Result<Object, (String, String)> {
        let place = format!("schema.{name}");
        if !is_api_name(name) {
            return Err((place, "object names are letters, digits and underscores".to_owned()));
        }
        let key_prefix = spec.key_prefix.clone().unwrap_or_else(|| prefixes.give());
        if key_prefix.len() != 3 || !key_prefix.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err((
                place,
                format!("keyPrefix `{key_prefix}` is not three letters or digits"),
            ));
        }
        let label = spec.label.clone().unwrap_or_else(|| label_of(name));
        let mut object = Object {
            name: name.to_owned(),
            label_plural: spec.label_plural.clone().unwrap_or_else(|| plural(&label)),
            label,
            key_prefix,
            name_field: None,
            custom: name.ends_with("__c"),
            fields: Vec::new(),
            children: Vec::new(),
            by_name: HashMap::new(),
        };
        object.add_fields(spec)?;
        object.name_field = match &spec.name_field {
            Some(field) => match object.field(field) {
                Some(field) => Some(field.name.clone()),
                None => return Err((place, format!("nameField `{field}` is no field of it"))),
            },
            None => object.field("Name").map(|field| field.name.clone()),
        };
        object.children = spec.child_relationships.iter().map(child_of).collect();
        Ok(object)
    }

    fn add_fields(&mut self, spec: &ObjectSpec) -> Result<(), (String, String)> {
        self.add_field("Id", &system_field(FieldType::Id))?;
        for (name, field) in &spec.fields.0 {
            if name.eq_ignore_ascii_case("Id") {
                continue;
            }
            self.add_field(name, field)?;
        }
        if self.name == "User" {
            return Ok(());
        }
        for (name, field) in audit_fields() {
            if self.field(name).is_none() {
                self.add_field(name, &field)?;
            }
        }
        Ok(())
    }

    fn add_field(&mut self, name: &str, spec: &FieldSpec) -> Result<(), (String, String)> {
        let place = format!("schema.{}.fields.{name}", self.name);
        if !is_api_name(name) {
            return Err((place, "field names are letters, digits and underscores".to_owned()));
        }
        if spec.kind == FieldType::Reference && spec.reference_to.is_empty() {
            return Err((place, "a reference needs referenceTo".to_owned()));
        }
        if self.by_name.insert(name.to_ascii_lowercase(), self.fields.len()).is_some() {
            return Err((place, "this field appears twice".to_owned()));
        }
        self.fields.push(Field::from_spec(name, spec));
        Ok(())
    }

    pub(super) fn add_child(&mut self, child: Child) {
        if self.child(&child.relationship_name).is_none() {
            self.children.push(child);
        }
    }

    /// A field by its name in any case.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.by_name.get(&name.to_ascii_lowercase()).map(|&index| &self.fields[index])
    }

    /// The reference field behind a relationship's name, e.g. `AccountId` behind `Account`.
    pub(crate) fn relationship(&self, name: &str) -> Option<&Field> {
        self.fields
            .iter()
            .find(|f| f.relationship_name.as_ref().is_some_and(|r| r.eq_ignore_ascii_case(name)))
    }

    /// A list of children by its name in any case.
    pub(crate) fn child(&self, name: &str) -> Option<&Child> {
        self.children.iter().find(|c| c.relationship_name.eq_ignore_ascii_case(name))
    }

    /// Whether records go to the recycle bin when they are deleted; users cannot be deleted.
    pub(crate) fn deletable(&self) -> bool {
        self.field("IsDeleted").is_some()
    }

    /// Fields with a column of their own.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.shows.is_none())
    }
}

fn child_of(spec: &super::spec::ChildSpec) -> Child {
    Child {
        relationship_name: spec.relationship_name.clone(),
        object: spec.child_object.clone(),
        field: spec.field.clone(),
    }
}

/// Names go into SQL as quoted identifiers: nothing but letters, digits and underscores.
fn is_api_name(name: &str) -> bool {
    name.len() <= 80
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn plural(label: &str) -> String {
    match label.strip_suffix('y') {
        Some(stem) if !label.ends_with("ay") => format!("{stem}ies"),
        _ => format!("{label}s"),
    }
}

fn system_field(kind: FieldType) -> FieldSpec {
    FieldSpec {
        kind,
        label: None,
        length: None,
        required: false,
        picklist_values: Vec::new(),
        restricted_picklist: false,
        reference_to: Vec::new(),
        relationship_name: None,
        child_relationship_name: None,
        polymorphic: false,
        createable: None,
        updateable: None,
        filterable: None,
        sortable: None,
        groupable: None,
        custom: None,
        external_id: false,
        unique: false,
        case_sensitive: false,
        auto_number: false,
        default_value: None,
        shows: None,
    }
}

/// What every object but User has, whether its schema says so or not.
fn audit_fields() -> [(&'static str, FieldSpec); 6] {
    let user = |relationship: &str| FieldSpec {
        reference_to: vec!["User".to_owned()],
        relationship_name: Some(relationship.to_owned()),
        ..system_field(FieldType::Reference)
    };
    [
        ("IsDeleted", system_field(FieldType::Boolean)),
        ("CreatedDate", system_field(FieldType::Datetime)),
        ("CreatedById", user("CreatedBy")),
        ("LastModifiedDate", system_field(FieldType::Datetime)),
        ("LastModifiedById", user("LastModifiedBy")),
        ("SystemModstamp", system_field(FieldType::Datetime)),
    ]
}
