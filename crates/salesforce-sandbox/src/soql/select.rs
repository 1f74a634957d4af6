//! The columns of a SELECT and the place of each in the records.

use super::ast::{Path, TypeOf};
use super::error::SoqlError;
use super::plan::{Member, ObjectName, RecordShape};
use super::scope::{Column, Context, Scope, Target};
use crate::schema::{FieldType, Object};

/// The columns that were asked for so far.
#[derive(Debug, Default)]
pub(super) struct Columns(Vec<String>);

impl Columns {
    /// The place of a column, which is added when it is new.
    fn index_of(&mut self, sql: &str) -> usize {
        if let Some(index) = self.0.iter().position(|known| known == sql) {
            return index;
        }
        self.0.push(sql.to_owned());
        self.0.len() - 1
    }

    /// The list after SELECT.
    pub(super) fn sql(&self) -> String {
        self.0.join(", ")
    }

    /// The shape of a node's record, without members yet.
    pub(super) fn record(&mut self, scope: &Scope<'_>, node: usize) -> RecordShape {
        let (id, kind) = scope.identity(node);
        let object = match (&scope.node(node).target, kind) {
            (Target::One(object, _), None) => ObjectName::Known(object.name.clone()),
            (_, kind) => ObjectName::ByColumn(self.index_of(&kind.unwrap_or_default())),
        };
        RecordShape { id: self.index_of(&id), object, members: Vec::new() }
    }

    /// Puts a column into the record it belongs to; parents on the way are made.
    pub(super) fn place(
        &mut self,
        scope: &Scope<'_>,
        root: &mut RecordShape,
        column: &Column,
        name: String,
    ) {
        let index = self.index_of(&column.sql);
        let mut shape = root;
        for node in scope.way_to(column.node) {
            let relationship = &scope.node(node).name;
            if shape.parent_mut(relationship).is_none() {
                let parent = self.record(scope, node);
                shape.members.push((relationship.clone(), Member::Parent(parent)));
            }
            let Some(parent) = shape.parent_mut(relationship) else { return };
            shape = parent;
        }
        shape.members.push((name, Member::Value { column: index, kind: column.kind }));
    }

    /// Puts the branches of a TYPEOF into the record.
    pub(super) fn type_of<'a>(
        &mut self,
        context: &mut Context<'a>,
        scope: &mut Scope<'a>,
        root: &mut RecordShape,
        type_of: &TypeOf,
    ) -> Result<(), SoqlError> {
        let node = scope.relationship(context, &type_of.relationship)?;
        let Target::Many(targets) = scope.node(node).target.clone() else {
            let message = format!(
                "TYPEOF needs a relationship to several objects, which '{}' is not",
                type_of.relationship.text()
            );
            return Err(SoqlError::malformed(message).at(type_of.relationship.at));
        };
        for (object, _) in &type_of.branches {
            let known = targets.iter().any(|(o, _)| o.name.eq_ignore_ascii_case(&object.text()));
            if !known {
                let message = format!("'{}' is no possible type of it", object.text());
                let error = SoqlError { code: "INVALID_TYPE", message, at: Some(object.at) };
                return Err(error);
            }
        }
        let mut shapes = Vec::new();
        for (object, table) in &targets {
            let branch = type_of
                .branches
                .iter()
                .find(|(name, _)| name.text().eq_ignore_ascii_case(&object.name));
            if let Some((_, paths)) = branch {
                shapes.push(self.branch(object, table, node, paths)?);
            } else if let Some(paths) = &type_of.otherwise {
                shapes.push(self.otherwise(object, table, node, paths)?);
            }
        }
        let name = scope.node(node).name.clone();
        root.members.push((name, Member::OneOf(shapes)));
        Ok(())
    }

    fn branch(
        &mut self,
        object: &Object,
        table: &str,
        node: usize,
        paths: &[Path],
    ) -> Result<RecordShape, SoqlError> {
        let mut shape = RecordShape {
            id: self.index_of(&format!("{table}.\"Id\"")),
            object: ObjectName::Known(object.name.clone()),
            members: Vec::new(),
        };
        for path in paths {
            let [name] = path.names.as_slice() else {
                let message = "TYPEOF selects fields of the object itself";
                return Err(SoqlError::malformed(message).at(path.at));
            };
            let column = Scope::field_of_target(object, table, node, name)
                .map_err(|error| error.at(path.at))?;
            let index = self.index_of(&column.sql);
            shape.members.push((column.name, Member::Value { column: index, kind: column.kind }));
        }
        Ok(shape)
    }

    /// ELSE takes the fields that all objects share: `Name` is each object's own name field.
    fn otherwise(
        &mut self,
        object: &Object,
        table: &str,
        node: usize,
        paths: &[Path],
    ) -> Result<RecordShape, SoqlError> {
        let mut shape = self.branch(object, table, node, &[])?;
        for path in paths {
            let own_name =
                path.text().eq_ignore_ascii_case("Name") && object.field("Name").is_none();
            let (key, sql, kind) = match (&object.name_field, own_name) {
                (Some(field), true) => {
                    ("Name".to_owned(), format!("{table}.\"{field}\""), FieldType::String)
                }
                _ => {
                    let mut one = self.branch(object, table, node, std::slice::from_ref(path))?;
                    shape.members.append(&mut one.members);
                    continue;
                }
            };
            let column = self.index_of(&sql);
            shape.members.push((key, Member::Value { column, kind }));
        }
        Ok(shape)
    }
}
