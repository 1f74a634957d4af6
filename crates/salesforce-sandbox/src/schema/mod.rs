//! The organisation's objects: which fields they have and how they hang together.

mod field;
mod object;
mod ordered;
mod spec;

use std::collections::HashMap;

pub(crate) use field::{Field, FieldType};
pub(crate) use object::{Child, Object};
pub(crate) use ordered::Ordered;
pub(crate) use spec::ObjectSpec;

/// The objects that every sandbox has unless its fixture replaces them, in the fixture's format.
const BUILTIN: &str = include_str!("builtin.json");

/// All objects of an organisation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    objects: Vec<Object>,
    by_name: HashMap<String, usize>,
}

impl Schema {
    /// The built-in objects, with those of a fixture over them.
    ///
    /// An object with a `keyPrefix` replaces a built-in one of its name; one without adds its
    /// fields to it. The error is the place and what is wrong there.
    pub(crate) fn build(fixture: &Ordered<ObjectSpec>) -> Result<Schema, (String, String)> {
        let builtin: Ordered<ObjectSpec> = serde_json::from_str(BUILTIN)
            .map_err(|error| ("built-in schema".to_owned(), error.to_string()))?;
        let mut specs = builtin.0;
        for (name, spec) in &fixture.0 {
            spec::merge(&mut specs, name, spec);
        }
        let mut schema = Schema::default();
        let mut prefixes = spec::Prefixes::new(&specs);
        for (name, spec) in &specs {
            let object = Object::from_spec(name, spec, &mut prefixes)?;
            if schema.by_name.insert(name.to_ascii_lowercase(), schema.objects.len()).is_some() {
                return Err((format!("schema.{name}"), "this object appears twice".to_owned()));
            }
            schema.objects.push(object);
        }
        schema.link_children();
        schema.check_references()?;
        Ok(schema)
    }

    /// All objects, in the order they were declared.
    pub(crate) fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// An object by its name in any case.
    pub(crate) fn object(&self, name: &str) -> Option<&Object> {
        self.by_name.get(&name.to_ascii_lowercase()).map(|&index| &self.objects[index])
    }

    /// The object whose records have Ids that begin like this one.
    pub(crate) fn object_of_id(&self, id: &str) -> Option<&Object> {
        let prefix = id.get(..3)?;
        self.objects.iter().find(|object| object.key_prefix == prefix)
    }

    /// Gives parents the child relationships that only the children's fields tell of.
    fn link_children(&mut self) {
        let mut found = Vec::new();
        for child in &self.objects {
            for field in &child.fields {
                let Some(name) = &field.child_relationship_name else { continue };
                for parent in &field.reference_to {
                    let child = Child {
                        relationship_name: name.clone(),
                        object: child.name.clone(),
                        field: field.name.clone(),
                    };
                    found.push((parent.to_ascii_lowercase(), child));
                }
            }
        }
        for (parent, child) in found {
            if let Some(&index) = self.by_name.get(&parent) {
                self.objects[index].add_child(child);
            }
        }
    }

    /// Drops child relationships to objects that are not here and refuses dangling references.
    fn check_references(&mut self) -> Result<(), (String, String)> {
        let known = self.by_name.clone();
        let fields: HashMap<String, Vec<String>> = self
            .objects
            .iter()
            .map(|o| (o.name.clone(), o.fields.iter().map(|f| f.name.clone()).collect()))
            .collect();
        for object in &mut self.objects {
            for field in &object.fields {
                let missing = field
                    .reference_to
                    .iter()
                    .find(|r| !known.contains_key(&r.to_ascii_lowercase()));
                if let Some(missing) = missing {
                    return Err((
                        format!("schema.{}.fields.{}", object.name, field.name),
                        format!("referenceTo names {missing}, which is no object of the schema"),
                    ));
                }
            }
            object.children.retain(|child| {
                fields.get(&child.object).is_some_and(|names| names.contains(&child.field))
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(json: &str) -> Result<Schema, (String, String)> {
        Schema::build(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn the_built_in_objects_are_sound() {
        let schema = build("{}").unwrap();
        for name in ["Account", "contact", "CASE", "CaseComment", "Task", "Event", "User"] {
            assert!(schema.object(name).is_some(), "{name}");
        }
        assert_eq!(schema.object_of_id("5005g0000000001").unwrap().name, "Case");
        let account = schema.object("Account").unwrap();
        for child in ["Contacts", "Cases", "Tasks", "ChildAccounts"] {
            assert!(account.child(child).is_some(), "{child}");
        }
        assert!(account.field("external_id__C").unwrap().external_id);
    }

    #[test]
    fn a_fixture_adds_fields_and_objects() {
        let schema = build(
            r#"{"Account": {"fields": {"Tier__c": {"type": "picklist", "picklistValues": ["A"]}}},
                "Visit__c": {"fields": {"Name": {"type": "string"}, "Account__c":
                  {"type": "reference", "referenceTo": ["Account"], "relationshipName":
                   "Account__r", "childRelationshipName": "Visits__r"}}}}"#,
        )
        .unwrap();
        let account = schema.object("Account").unwrap();
        assert!(account.field("Tier__c").unwrap().custom);
        assert!(account.field("Phone").is_some());
        assert_eq!(account.child("visits__r").unwrap().object, "Visit__c");
        let visit = schema.object("Visit__c").unwrap();
        assert_eq!(visit.key_prefix, "a00");
        assert!(visit.field("CreatedDate").is_some() && visit.custom);
    }

    #[test]
    fn dangling_references_are_named() {
        let (place, message) = build(
            r#"{"Visit__c": {"fields": {"X__c": {"type": "reference", "referenceTo": ["Nope"]}}}}"#,
        )
        .unwrap_err();
        assert_eq!(place, "schema.Visit__c.fields.X__c");
        assert!(message.contains("Nope"));
    }
}
