//! `POST composite/tree/X`: records with their children, all of them or none.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::all_or_none;
use crate::api_error::ApiError;
use crate::http::Response;
use crate::json::Json;
use crate::rest::call::{Api, Call, Outcome, wrong_shape};
use crate::schema::{Object, Schema};

/// How many records one tree holds, and how deep it may be.
const MAX_RECORDS: usize = 200;
const MAX_DEPTH: usize = 5;

pub(super) fn answer(api: &Api<'_>, call: &Call, object: &Object) -> Outcome {
    call.only(&["POST"])?;
    let schema = api.store.schema();
    let body = call.json_object()?;
    let mut tree = Tree { nodes: Vec::new(), names: HashSet::new() };
    tree.add(&schema, object, None, records_of(&body)?, 1)?;
    let mut created: Vec<String> = Vec::new();
    let mut failures = Vec::new();
    let done = all_or_none(api, || {
        for node in &tree.nodes {
            let mut fields = node.fields.clone();
            if let Some((parent, field)) = &node.parent {
                // A parent that failed has no Id; its children are not tried.
                let Some(id) = created.get(*parent).filter(|id| !id.is_empty()) else {
                    created.push(String::new());
                    continue;
                };
                fields.insert(field.clone(), Value::from(id.clone()));
            }
            match api.store.create(node.object, &fields, api.user) {
                Ok(id) => created.push(id),
                Err(error) => {
                    created.push(String::new());
                    failures.push(Json::object([
                        ("referenceId", Json::from(&node.name)),
                        ("errors", Json::Array(vec![error.to_record_json()])),
                    ]));
                }
            }
        }
        Ok(failures.is_empty())
    })?;
    let results = if done {
        let pairs = tree.nodes.iter().zip(&created);
        pairs
            .map(|(node, id)| {
                Json::object([("referenceId", Json::from(&node.name)), ("id", Json::from(id))])
            })
            .collect()
    } else {
        failures
    };
    let body = Json::object([("hasErrors", Json::Bool(!done)), ("results", Json::Array(results))]);
    Ok(Response::json(if done { 201 } else { 400 }, body))
}

/// The records in the order in which they are made: parents first.
struct Tree<'s> {
    nodes: Vec<Node<'s>>,
    names: HashSet<String>,
}

struct Node<'s> {
    object: &'s Object,
    name: String,
    fields: Map<String, Value>,
    /// The place of the parent and the field that leads to it.
    parent: Option<(usize, String)>,
}

impl<'s> Tree<'s> {
    fn add(
        &mut self,
        schema: &'s Schema,
        object: &'s Object,
        parent: Option<(usize, &str)>,
        records: &[Value],
        depth: usize,
    ) -> Result<(), ApiError> {
        if depth > MAX_DEPTH {
            let message = format!("a tree is {MAX_DEPTH} levels deep at most");
            return Err(ApiError::bad("INVALID_INPUT", message));
        }
        for record in records {
            let Value::Object(record) = record else {
                return Err(wrong_shape("an object", record));
            };
            let name = self.name_of(object, record)?;
            if self.nodes.len() >= MAX_RECORDS {
                let message = format!("a tree holds {MAX_RECORDS} records at most");
                return Err(ApiError::bad("INVALID_INPUT", message));
            }
            let (lists, fields): (Vec<_>, Vec<_>) =
                record.iter().partition(|(key, value)| is_list(object, key, value));
            let fields = fields.into_iter().map(|(k, v)| (k.clone(), v.clone())).collect();
            let place = self.nodes.len();
            let parent = parent.map(|(place, field)| (place, field.to_owned()));
            self.nodes.push(Node { object, name, fields, parent });
            for (key, value) in lists {
                let (Some(child), Value::Object(list)) = (object.child(key), value) else {
                    continue;
                };
                let Some(child_object) = schema.object(&child.object) else { continue };
                let link = Some((place, child.field.as_str()));
                self.add(schema, child_object, link, records_of(list)?, depth + 1)?;
            }
        }
        Ok(())
    }

    fn name_of(
        &mut self,
        object: &Object,
        record: &Map<String, Value>,
    ) -> Result<String, ApiError> {
        let attribute = |key: &str| record.get("attributes")?.get(key)?.as_str();
        let kind = attribute("type").unwrap_or_default();
        if !kind.eq_ignore_ascii_case(&object.name) {
            let message = format!("attributes.type must be {}, not '{kind}'", object.name);
            return Err(ApiError::bad("INVALID_INPUT", message));
        }
        let name = attribute("referenceId").unwrap_or_default();
        if name.is_empty() || !self.names.insert(name.to_owned()) {
            let message = format!("attributes.referenceId '{name}' must be there and unique");
            return Err(ApiError::bad("INVALID_INPUT", message));
        }
        Ok(name.to_owned())
    }
}

fn is_list(object: &Object, key: &str, value: &Value) -> bool {
    object.child(key).is_some() && value.get("records").is_some()
}

fn records_of(body: &Map<String, Value>) -> Result<&Vec<Value>, ApiError> {
    let records = body.get("records").and_then(Value::as_array);
    records.ok_or_else(|| ApiError::bad("JSON_PARSER_ERROR", "records must be a list of records"))
}
