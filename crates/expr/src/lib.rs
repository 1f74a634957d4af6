//! The {{ }} expression and template language of flows (Pebble 3.2.4 semantics, with what Webex adds).

mod context;
mod date;
mod error;
mod template;
mod value;

pub use context::{Context, Env, MapContext, Object, Sink, map_context};
pub use error::{CompileError, Edit, RenderError, RenderErrorKind, Suggestion};
pub use template::{Reference, Template};
pub use value::{JsonError, List, ListKind, Map, Shared, Value};
