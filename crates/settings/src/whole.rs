//! The whole tenant, put together from its objects.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row};
use serde_json::{Map, Value, json};
use trunkline_model::tenant::Tenant;
use trunkline_store::seal::Key;

use crate::database::{Fault, count, strange};
use crate::kind::{Kind, Shape};
use crate::labels::{self, Known};
use crate::secrets;

/// An object as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    pub(crate) version: u64,
    pub(crate) value: Value,
}

/// All objects that are in force, in their order, and the flows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whole {
    objects: BTreeMap<Kind, Vec<(String, Kept)>>,
    pub(crate) flows: Vec<Known>,
}

impl Whole {
    pub(crate) fn read(db: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT objects.kind, objects.id, objects.version, history.value
                   FROM objects JOIN history USING (kind, id, version)
                   ORDER BY objects.place, objects.rowid";
        let mut objects: BTreeMap<Kind, Vec<(String, Kept)>> = BTreeMap::new();
        let mut statement = db.prepare_cached(sql)?;
        let rows = statement.query_map([], kept_of)?;
        for row in rows {
            let (kind, id, kept) = row?;
            // A kind of a newer release is left alone.
            if let Some(kind) = kind {
                objects.entry(kind).or_default().push((id, kept));
            }
        }
        Ok(Self { objects, flows: labels::known(db)? })
    }

    pub(crate) fn of(&self, kind: Kind) -> &[(String, Kept)] {
        self.objects.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn get(&self, kind: Kind, id: &str) -> Option<&Kept> {
        self.of(kind).iter().find(|(known, _)| known == id).map(|(_, kept)| kept)
    }

    /// All values, by kind and id.
    pub(crate) fn values(&self) -> BTreeMap<(Kind, &str), &Value> {
        let of = |(kind, list): (&Kind, _)| {
            let (kind, list): (Kind, &Vec<(String, Kept)>) = (*kind, list);
            list.iter().map(move |(id, kept)| ((kind, id.as_str()), &kept.value))
        };
        self.objects.iter().flat_map(of).collect()
    }

    /// Puts a value in the place of the old one, or at the end.
    pub(crate) fn put(&mut self, kind: Kind, id: &str, value: Value) {
        let list = self.objects.entry(kind).or_default();
        match list.iter_mut().find(|(known, _)| known == id) {
            Some((_, kept)) => kept.value = value,
            None => list.push((id.to_owned(), Kept { version: 0, value })),
        }
    }

    pub(crate) fn remove(&mut self, kind: Kind, id: &str) {
        if let Some(list) = self.objects.get_mut(&kind) {
            list.retain(|(known, _)| known != id);
        }
    }

    /// The kind and id of what stands at this position of a list of `tenant.yaml`.
    pub(crate) fn at(&self, key: &str, index: usize) -> Option<(Kind, &str)> {
        let is_list =
            |kind: &Kind| matches!(kind.shape(), Shape::List { key: it, .. } if it == key);
        let kind = Kind::ALL.into_iter().find(is_list)?;
        self.of(kind).get(index).map(|(id, _)| (kind, id.as_str()))
    }

    /// The tenant as JSON, each value made by `show`.
    pub(crate) fn json<E>(
        &self,
        show: impl Fn(Kind, &str, Value) -> Result<Value, E>,
    ) -> Result<Value, E> {
        let mut whole = Map::new();
        let files: Vec<Value> = self.flows.iter().map(|it| json!({ "file": it.file })).collect();
        whole.insert("flows".to_owned(), files.into());
        for (kind, list) in &self.objects {
            let values = list.iter().map(|(id, kept)| show(*kind, id, kept.value.clone()));
            let mut values: Vec<Value> = values.collect::<Result<_, _>>()?;
            match kind.shape() {
                Shape::List { key, .. } => drop(whole.insert(key.to_owned(), values.into())),
                Shape::One { key } => {
                    if let Some(value) = values.pop() {
                        whole.insert(key.to_owned(), value);
                    }
                }
                Shape::Keys(_) => {
                    if let Some(Value::Object(value)) = values.pop() {
                        whole.extend(value);
                    }
                }
            }
        }
        Ok(Value::Object(whole))
    }

    /// The tenant with its secrets in plain text.
    pub(crate) fn tenant(&self, key: &Key) -> Result<Tenant, Fault> {
        let json = self.json(|kind, id, value| secrets::opened(key, kind, id, value))?;
        Ok(serde_json::from_value(json).map_err(|error| strange(3, error))?)
    }
}

/// The objects of a tenant, by kind, in their order.
pub(crate) fn split(tenant: &Tenant) -> Result<Vec<(Kind, String, Value)>, serde_json::Error> {
    let whole = serde_json::to_value(tenant)?;
    let mut objects = Vec::new();
    for kind in Kind::ALL {
        for value in values(kind, &whole) {
            let id = kind.id_of(&value).unwrap_or_default();
            objects.push((kind, id, value));
        }
    }
    Ok(objects)
}

/// The values of the objects of a kind in a tenant's JSON.
pub(crate) fn values(kind: Kind, whole: &Value) -> Vec<Value> {
    match kind.shape() {
        Shape::List { key, .. } => whole[key].as_array().cloned().unwrap_or_default(),
        Shape::One { key } => whole.get(key).cloned().into_iter().collect(),
        Shape::Keys(keys) => {
            let pair = |key: &&str| Some(((*key).to_owned(), whole.get(*key)?.clone()));
            vec![Value::Object(keys.iter().filter_map(pair).collect())]
        }
    }
}

type KeptRow = (Option<Kind>, String, Kept);

fn kept_of(row: &Row<'_>) -> rusqlite::Result<KeptRow> {
    let (kind, id): (String, String) = (row.get(0)?, row.get(1)?);
    let value: String = row.get(3)?;
    let value = serde_json::from_str(&value).map_err(|error| strange(3, error))?;
    Ok((Kind::parse(&kind), id, Kept { version: count(row, 2)?, value }))
}
