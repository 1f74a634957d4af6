//! A compiled query, and how its rows become records.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row};

use crate::json::Json;
use crate::schema::FieldType;
use crate::store::to_json;

/// A compiled query.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(super) sql: String,
    pub(super) parameters: Vec<Sql>,
    pub(super) shape: Shape,
}

/// What the rows become.
#[derive(Debug)]
pub(super) enum Shape {
    /// One row with a number.
    Count,
    Records(RecordShape),
    /// Names and types of the columns.
    Groups(Vec<(String, FieldType)>),
}

/// How one record is made of a row's columns.
#[derive(Debug)]
pub(super) struct RecordShape {
    /// The column of its Id; when that is null there is no record.
    pub(super) id: usize,
    pub(super) object: ObjectName,
    pub(super) members: Vec<(String, Member)>,
}

/// What a record's `attributes.type` says.
#[derive(Debug)]
pub(super) enum ObjectName {
    Known(String),
    /// The record may be of several objects: the type is `Name`, the URL has this column.
    ByColumn(usize),
}

/// One key of a record.
#[derive(Debug)]
pub(super) enum Member {
    Value {
        column: usize,
        kind: FieldType,
    },
    Parent(RecordShape),
    Children(Box<Plan>),
    /// The first whose Id is there.
    OneOf(Vec<RecordShape>),
}

/// A query's answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) total: usize,
    pub(crate) records: Vec<Json>,
}

impl Plan {
    /// Runs the plan; `base` is the path that record URLs begin with, `/services/data/v52.0`.
    pub(crate) fn run(&self, db: &Connection, base: &str) -> rusqlite::Result<Answer> {
        self.run_with(db, base, &self.parameters)
    }

    fn run_with(
        &self,
        db: &Connection,
        base: &str,
        parameters: &[Sql],
    ) -> rusqlite::Result<Answer> {
        let mut statement = db.prepare_cached(&self.sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            match &self.shape {
                Shape::Count => {
                    let total: i64 = row.get(0)?;
                    return Ok(Answer {
                        total: usize::try_from(total).unwrap_or(0),
                        records: Vec::new(),
                    });
                }
                Shape::Records(shape) => records.push(shape.record(db, base, row)?),
                Shape::Groups(columns) => records.push(group(columns, row)?),
            }
        }
        Ok(Answer { total: records.len(), records })
    }
}

impl RecordShape {
    fn record(&self, db: &Connection, base: &str, row: &Row<'_>) -> rusqlite::Result<Json> {
        let Some(id) = row.get::<_, Option<String>>(self.id)? else { return Ok(Json::Null) };
        let (kind, object) = match &self.object {
            ObjectName::Known(name) => (name.clone(), name.clone()),
            ObjectName::ByColumn(column) => ("Name".to_owned(), row.get(*column)?),
        };
        let mut record = vec![("attributes".to_owned(), attributes(base, &kind, &object, &id))];
        for (name, member) in &self.members {
            let value = match member {
                Member::Value { column, kind } => to_json(*kind, row.get_ref(*column)?),
                Member::Parent(shape) => shape.record(db, base, row)?,
                Member::Children(plan) => plan.children(db, base, &id)?,
                Member::OneOf(shapes) => first_there(shapes, db, base, row)?,
            };
            record.push((name.clone(), value));
        }
        Ok(Json::Object(record))
    }
}

impl Plan {
    /// The children of one parent; null when there is none.
    fn children(&self, db: &Connection, base: &str, parent: &str) -> rusqlite::Result<Json> {
        let mut parameters = self.parameters.clone();
        if let Some(first) = parameters.first_mut() {
            *first = Sql::Text(parent.to_owned());
        }
        let answer = self.run_with(db, base, &parameters)?;
        if answer.records.is_empty() {
            return Ok(Json::Null);
        }
        Ok(Json::object([
            ("totalSize", Json::from(answer.total)),
            ("done", Json::Bool(true)),
            ("records", Json::Array(answer.records)),
        ]))
    }
}

fn first_there(
    shapes: &[RecordShape],
    db: &Connection,
    base: &str,
    row: &Row<'_>,
) -> rusqlite::Result<Json> {
    for shape in shapes {
        let record = shape.record(db, base, row)?;
        if record != Json::Null {
            return Ok(record);
        }
    }
    Ok(Json::Null)
}

fn attributes(base: &str, kind: &str, object: &str, id: &str) -> Json {
    Json::object([
        ("type", Json::from(kind)),
        ("url", Json::Text(format!("{base}/sobjects/{object}/{id}"))),
    ])
}

fn group(columns: &[(String, FieldType)], row: &Row<'_>) -> rusqlite::Result<Json> {
    let attributes = Json::object([("type", "AggregateResult".into())]);
    let mut record = vec![("attributes".to_owned(), attributes)];
    for (index, (name, kind)) in columns.iter().enumerate() {
        record.push((name.clone(), to_json(*kind, row.get_ref(index)?)));
    }
    Ok(Json::Object(record))
}
