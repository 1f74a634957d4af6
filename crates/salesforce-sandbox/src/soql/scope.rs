//! Looks up names: which column a dotted path means, and which tables must be joined for it.

use std::fmt::Write as _;

use jiff::civil::Date;
use rusqlite::types::Value as Sql;

use super::ast::Path;
use super::error::SoqlError;
use crate::schema::{Field, FieldType, Object, Schema};

/// SQLite joins at most 64 tables; subqueries share the sum.
const MAX_TABLES: u32 = 60;
/// How many parents a path may go up.
const MAX_PARENTS: usize = 5;
/// The fields that a parent of several possible objects has whatever it is.
const SHARED: [&str; 12] = [
    "Id",
    "Name",
    "Type",
    "FirstName",
    "LastName",
    "Title",
    "Email",
    "Phone",
    "Username",
    "Alias",
    "IsActive",
    "ProfileId",
];

/// What the parts of one statement share: its parameters and its table names.
pub(super) struct Context<'a> {
    pub(super) schema: &'a Schema,
    pub(super) today: Date,
    pub(super) null_is_different: bool,
    /// Whether records in the recycle bin are seen.
    pub(super) all_rows: bool,
    pub(super) user: &'a str,
    pub(super) parameters: Vec<Sql>,
    tables: u32,
}

impl<'a> Context<'a> {
    pub(super) fn new(settings: super::Settings<'a>) -> Self {
        Context {
            schema: settings.schema,
            today: settings.today,
            null_is_different: settings.null_is_different,
            all_rows: settings.all_rows,
            user: settings.user,
            parameters: Vec::new(),
            tables: 0,
        }
    }

    /// A numbered parameter with this value.
    pub(super) fn bind(&mut self, value: Sql) -> String {
        self.parameters.push(value);
        format!("?{}", self.parameters.len())
    }

    fn table(&mut self) -> Result<String, SoqlError> {
        if self.tables >= MAX_TABLES {
            return Err(SoqlError::malformed("the query follows too many relationships"));
        }
        self.tables += 1;
        Ok(format!("t{}", self.tables))
    }

    /// The condition that a table's row is not in the recycle bin.
    fn alive(&self, object: &Object, table: &str) -> Option<String> {
        (!self.all_rows && object.deletable()).then(|| format!("{table}.\"IsDeleted\" = 0"))
    }
}

/// What a path leads to.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) sql: String,
    /// The name in the schema's case.
    pub(super) name: String,
    pub(super) kind: FieldType,
    pub(super) folds_case: bool,
    pub(super) filterable: bool,
    pub(super) sortable: bool,
    pub(super) groupable: bool,
    /// The record that the column is part of.
    pub(super) node: usize,
    pub(super) form: Form,
}

/// How a column came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Field,
    /// A field shown otherwise, under its own name, e.g. `toLabel(Status)`.
    Label,
    /// A function of a field, e.g. `CALENDAR_YEAR(CreatedDate)`.
    Function,
    Aggregate,
}

impl Column {
    /// The SQL for comparing and sorting.
    pub(super) fn collated(&self) -> String {
        if self.folds_case { format!("{} COLLATE soql", self.sql) } else { self.sql.clone() }
    }
}

/// A record that a query can see: the one it is about, or a parent of it.
pub(super) struct Node<'a> {
    parent: usize,
    /// The relationship that leads here, in the schema's case.
    pub(super) name: String,
    pub(super) target: Target<'a>,
}

/// The table behind a node, or the tables where the parent may be any of several objects.
#[derive(Clone)]
pub(super) enum Target<'a> {
    One(&'a Object, String),
    Many(Vec<(&'a Object, String)>),
}

/// The names that are known in one SELECT.
pub(super) struct Scope<'a> {
    alias: Option<String>,
    parents: Vec<(Path, String)>,
    nodes: Vec<Node<'a>>,
    joins: String,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        context: &mut Context<'a>,
        object: &'a Object,
        alias: Option<&str>,
        parents: &[(Path, String)],
    ) -> Result<Self, SoqlError> {
        let table = context.table()?;
        let root = Node { parent: 0, name: String::new(), target: Target::One(object, table) };
        Ok(Scope {
            alias: alias.map(str::to_owned),
            parents: parents.to_vec(),
            nodes: vec![root],
            joins: String::new(),
        })
    }

    pub(super) fn node(&self, node: usize) -> &Node<'a> {
        &self.nodes[node]
    }

    /// The relationships from the first record to this one.
    pub(super) fn way_to(&self, node: usize) -> Vec<usize> {
        let mut way = Vec::new();
        let mut at = node;
        while at != 0 {
            way.push(at);
            at = self.nodes[at].parent;
        }
        way.reverse();
        way
    }

    pub(super) fn object(&self) -> &'a Object {
        match &self.nodes[0].target {
            Target::One(object, _) => object,
            Target::Many(objects) => objects[0].0,
        }
    }

    fn table(&self) -> &str {
        match &self.nodes[0].target {
            Target::One(_, table) => table,
            Target::Many(objects) => &objects[0].1,
        }
    }

    /// The FROM clause with all joins that were asked for so far.
    pub(super) fn tables_sql(&self) -> String {
        format!("FROM \"{}\" {}{}", self.object().name, self.table(), self.joins)
    }

    /// The condition that the first record is not in the recycle bin.
    pub(super) fn alive_sql(&self, context: &Context<'_>) -> Option<String> {
        context.alive(self.object(), self.table())
    }

    pub(super) fn id_sql(&self) -> String {
        format!("{}.\"Id\"", self.table())
    }

    /// The column that a path means.
    pub(super) fn column(
        &mut self,
        context: &mut Context<'a>,
        path: &Path,
    ) -> Result<Column, SoqlError> {
        let names = self.unqualified(path);
        let Some((field, relationships)) = names.split_last() else {
            return Err(SoqlError::malformed("an empty name").at(path.at));
        };
        let node = self.walk(context, 0, relationships).map_err(|e| e.at(path.at))?;
        self.field_at(context, node, field).map_err(|e| e.at(path.at))
    }

    /// The node that a path of relationships means.
    pub(super) fn relationship(
        &mut self,
        context: &mut Context<'a>,
        path: &Path,
    ) -> Result<usize, SoqlError> {
        let names = self.unqualified(path);
        self.walk(context, 0, &names).map_err(|e| e.at(path.at))
    }

    /// The names without an alias or the object's own name before them.
    fn unqualified(&self, path: &Path) -> Vec<String> {
        let mut names = path.names.clone();
        if names.len() < 2 {
            return names;
        }
        let first = &path.names[0];
        if let Some((parent, _)) = self.parents.iter().find(|(_, a)| a.eq_ignore_ascii_case(first))
        {
            names.splice(0..1, parent.names.iter().cloned());
        }
        let first = &names[0];
        let is_alias = self.alias.as_ref().is_some_and(|alias| alias.eq_ignore_ascii_case(first));
        let object = self.object();
        let is_object =
            object.name.eq_ignore_ascii_case(first) && object.relationship(first).is_none();
        if is_alias || is_object {
            names.remove(0);
        }
        names
    }

    fn walk(
        &mut self,
        context: &mut Context<'a>,
        from: usize,
        relationships: &[String],
    ) -> Result<usize, SoqlError> {
        if relationships.len() > MAX_PARENTS {
            let message = format!("a path may go up {MAX_PARENTS} relationships at most");
            return Err(SoqlError::malformed(message));
        }
        let mut node = from;
        for name in relationships {
            node = self.parent_of(context, node, name)?;
        }
        Ok(node)
    }

    /// The node that a relationship leads to; its tables are joined when it is new.
    fn parent_of(
        &mut self,
        context: &mut Context<'a>,
        node: usize,
        name: &str,
    ) -> Result<usize, SoqlError> {
        let known = self.nodes.iter().enumerate().skip(1).find(|(_, candidate)| {
            candidate.parent == node && candidate.name.eq_ignore_ascii_case(name)
        });
        if let Some((index, _)) = known {
            return Ok(index);
        }
        let Target::One(object, table) = self.nodes[node].target.clone() else {
            return Err(no_relationship(name));
        };
        let field = object.relationship(name).ok_or_else(|| no_relationship(name))?;
        let mut targets = Vec::new();
        for object in field.reference_to.iter().filter_map(|name| context.schema.object(name)) {
            let joined = context.table()?;
            let alive = context.alive(object, &joined).map(|sql| format!(" AND {sql}"));
            let _ = write!(
                self.joins,
                " LEFT JOIN \"{}\" {joined} ON {joined}.\"Id\" = {table}.\"{}\"{}",
                object.name,
                field.name,
                alive.unwrap_or_default()
            );
            targets.push((object, joined));
        }
        let target = match targets.pop() {
            Some((object, table)) if targets.is_empty() && !field.polymorphic => {
                Target::One(object, table)
            }
            last => Target::Many(targets.into_iter().chain(last).collect()),
        };
        let name = field.relationship_name.clone().unwrap_or_default();
        self.nodes.push(Node { parent: node, name, target });
        Ok(self.nodes.len() - 1)
    }

    /// A field of a node.
    pub(super) fn field_at(
        &mut self,
        context: &mut Context<'a>,
        node: usize,
        name: &str,
    ) -> Result<Column, SoqlError> {
        match self.nodes[node].target.clone() {
            Target::One(object, table) => {
                let field = object.field(name).ok_or_else(|| no_column(name, &object.name))?;
                if let Some(path) = &field.shows {
                    return self.shown_field(context, node, field, path);
                }
                Ok(field_column(field, &table, node))
            }
            Target::Many(targets) => {
                shared_column(&targets, name, node).ok_or_else(|| no_column(name, "Name"))
            }
        }
    }

    /// A field that shows a parent's.
    fn shown_field(
        &mut self,
        context: &mut Context<'a>,
        node: usize,
        field: &Field,
        path: &[String],
    ) -> Result<Column, SoqlError> {
        let Some((last, relationships)) = path.split_last() else {
            return Err(no_column(&field.name, "itself"));
        };
        let parent = self.walk(context, node, relationships)?;
        let column = self.field_at(context, parent, last)?;
        Ok(Column { name: field.name.clone(), node, ..column })
    }

    /// A field of one of the objects that a node may be, for TYPEOF.
    pub(super) fn field_of_target(
        object: &Object,
        table: &str,
        node: usize,
        name: &str,
    ) -> Result<Column, SoqlError> {
        let field = object.field(name).filter(|field| field.shows.is_none());
        let field = field.ok_or_else(|| no_column(name, &object.name))?;
        Ok(field_column(field, table, node))
    }

    /// The SQL that gives a node's Id, and its object's name where that differs by record.
    pub(super) fn identity(&self, node: usize) -> (String, Option<String>) {
        match &self.nodes[node].target {
            Target::One(_, table) => (format!("{table}.\"Id\""), None),
            Target::Many(targets) => (first_of(targets, "Id"), Some(type_sql(targets))),
        }
    }
}

fn field_column(field: &Field, table: &str, node: usize) -> Column {
    let sql = format!("{table}.\"{}\"", field.name);
    // A parent that is missing has every box unticked.
    let missing = field.kind == FieldType::Boolean && node != 0;
    Column {
        sql: if missing { format!("coalesce({sql}, 0)") } else { sql },
        name: field.name.clone(),
        kind: field.kind,
        folds_case: field.folds_case(),
        filterable: field.filterable,
        sortable: field.sortable,
        groupable: field.groupable,
        node,
        form: Form::Field,
    }
}

/// A field that every possible parent has in some form.
fn shared_column(targets: &[(&Object, String)], name: &str, node: usize) -> Option<Column> {
    let shared = SHARED.into_iter().find(|shared| shared.eq_ignore_ascii_case(name))?;
    let (sql, kind) = match shared {
        "Type" => (type_sql(targets), FieldType::String),
        "Id" => (first_of(targets, "Id"), FieldType::Id),
        "Name" => (first_of(targets, "Name"), FieldType::String),
        other => {
            let kind = targets.iter().find_map(|(object, _)| object.field(other))?.kind;
            (first_of(targets, other), kind)
        }
    };
    Some(Column {
        sql,
        name: shared.to_owned(),
        kind,
        folds_case: kind.is_text(),
        filterable: true,
        sortable: true,
        groupable: true,
        node,
        form: Form::Field,
    })
}

/// The field of whichever parent is there; `Name` is the object's own name field.
fn first_of(targets: &[(&Object, String)], name: &str) -> String {
    let columns: Vec<String> = targets
        .iter()
        .filter_map(|(object, table)| {
            let field = if name == "Name" { object.name_field.as_deref()? } else { name };
            let field = object.field(field).filter(|f| f.shows.is_none())?;
            Some(format!("{table}.\"{}\"", field.name))
        })
        .collect();
    match columns.as_slice() {
        [] => "NULL".to_owned(),
        [one] => one.clone(),
        several => format!("coalesce({})", several.join(", ")),
    }
}

fn type_sql(targets: &[(&Object, String)]) -> String {
    let mut sql = "CASE".to_owned();
    for (object, table) in targets {
        let _ = write!(sql, " WHEN {table}.\"Id\" IS NOT NULL THEN '{}'", object.name);
    }
    sql.push_str(" END");
    sql
}

fn no_column(name: &str, object: &str) -> SoqlError {
    SoqlError::field(format!(
        "No such column '{name}' on entity '{object}'. If you are attempting to use a custom \
         field, be sure to append the '__c' after the custom field name. Please reference your \
         WSDL or the describe call for the appropriate names."
    ))
}

fn no_relationship(name: &str) -> SoqlError {
    SoqlError::field(format!(
        "Didn't understand relationship '{name}' in field path. If you are attempting to use a \
         custom relationship, be sure to append the '__r' after the custom relationship name. \
         Please reference your WSDL or the describe call for the appropriate names."
    ))
}
