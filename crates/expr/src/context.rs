//! What a template reads from: contexts, objects, and the surroundings of one rendering.

use crate::value::{JsonError, Map, Value};

/// The names that a template can read.
pub trait Context {
    /// The value of a name, or `None` when the name is not defined.
    fn get(&self, name: &str) -> Option<Value<'_>>;
}

/// A value that answers for its attributes itself, such as the outputs of an activity.
pub trait Object: Sync {
    /// The value of an attribute, or `None` when there is none of that name. The object decides
    /// whether case matters.
    fn attribute(&self, name: &str) -> Option<Value<'_>>;
    /// How the object is printed when the whole of it is put into text.
    fn describe(&self) -> String;
}

/// Takes the pieces of a rendering, told apart by where they come from.
pub trait Sink {
    /// Text that stands in the template.
    fn literal(&mut self, text: &str);
    /// Text that an expression gave.
    fn substituted(&mut self, text: &str);
}

/// The surroundings of one rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Env {
    /// What `now()` gives, in milliseconds since the Unix epoch, UTC.
    pub now_ms: i64,
    /// How much work the rendering may do: one unit for every node visited, loop turn taken, and
    /// 16 bytes produced.
    pub fuel: u64,
    /// Whether a missing name or attribute is an error (`true`) or null (`false`, as in Webex).
    pub strict: bool,
    /// Whether printed values are escaped for HTML (`false` in Webex).
    pub autoescape: bool,
}

impl Default for Env {
    fn default() -> Self {
        Self { now_ms: 0, fuel: 1_000_000, strict: false, autoescape: false }
    }
}

/// A [`Context`] over a JSON object.
#[derive(Debug, Clone, Default)]
pub struct MapContext {
    map: Map,
}

impl MapContext {
    /// Defines or redefines a name.
    pub fn insert(&mut self, name: &str, value: Value<'static>) {
        self.map.insert(Value::from(name.to_owned()), value);
    }
}

impl Context for MapContext {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        self.map.get_str(name).map(Value::by_ref)
    }
}

/// A context over the members of a JSON object, for the command line and tests.
///
/// # Errors
/// When the text is not strict JSON, or not an object.
pub fn map_context(json_object: &str) -> Result<MapContext, JsonError> {
    match Value::from_json(json_object)? {
        Value::Map(map) => Ok(MapContext { map: map.into_inner() }),
        _ => Err(JsonError::not_an_object()),
    }
}
