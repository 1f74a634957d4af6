//! The {{ }} expression and template language of flows (Pebble 3.2.4 semantics, with what Webex
//! adds).

mod context;
mod date;
mod decimal;
mod error;
mod escaping;
mod eval;
mod filters;
mod folding;
mod functions;
mod patterns;
mod predicates;
mod prepared;
mod syntax;
mod template;
#[cfg(test)]
mod testing;
mod text;
mod value;

pub use context::{Context, Env, MapContext, Object, Sink, map_context};
pub use error::{CompileError, Edit, RenderError, RenderErrorKind, Suggestion};
pub use template::{Reference, Template};
pub use value::{JsonError, List, ListKind, Map, Shared, Value};
