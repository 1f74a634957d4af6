//! A compiled path: its steps, and what can be said of them before there is a document.

mod brackets;
mod compile;
mod cursor;
mod parameters;

pub(crate) use compile::compile_nested;
pub(crate) use cursor::{CompileError, Compiled, Cursor, is_digit, unescape};

use std::sync::Arc;

use crate::error::{PathError, ReadError};
use crate::filter::Filter;
use crate::json::Json;
use crate::{Document, eval};

/// A compiled path; cheap to clone, and free of any document.
#[derive(Clone)]
pub struct Path(Arc<Compilation>);

struct Compilation {
    source: String,
    steps: Steps,
}

impl Path {
    /// Compiles a path.
    ///
    /// # Errors
    /// An empty path, and everything that Jayway's compiler refuses; also a path of more than 4,096
    /// bytes, 200 steps or 24 levels of nesting.
    pub fn compile(source: &str) -> Result<Path, PathError> {
        match compile::compile(source) {
            Ok(steps) => Ok(Path(Arc::new(Compilation { source: source.to_owned(), steps }))),
            Err(error) => Err(error.located(source)),
        }
    }

    /// Whether the path selects one value at the most. An indefinite path gives an array, also when
    /// it selects nothing.
    pub fn is_definite(&self) -> bool {
        self.0.steps.definite
    }

    /// The path's text.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Reads the path from a document.
    ///
    /// # Errors
    /// A definite path that finds nothing says at which step; a function or comparison that fails
    /// says why; a read that goes over the document's limits names the limit.
    pub fn read(&self, document: &Document<'_>) -> Result<Json, ReadError> {
        eval::read(&self.0.steps, document)
    }
}

impl std::fmt::Debug for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Path").field(&self.0.source).finish()
    }
}

impl std::str::FromStr for Path {
    type Err = PathError;

    fn from_str(source: &str) -> Result<Path, PathError> {
        Path::compile(source)
    }
}

/// The steps of a path behind its `$` or `@`.
#[derive(Debug, Clone)]
pub(crate) struct Steps {
    pub(crate) steps: Vec<Step>,
    /// For each step, whether everything before it selects one value at the most.
    pub(crate) upstream_definite: Vec<bool>,
    pub(crate) definite: bool,
    /// Whether the path starts with `$`.
    pub(crate) from_root: bool,
    /// The index that the step before the last one selects, if it selects one: a scan looks at it.
    pub(crate) index_before_tail: Option<i32>,
}

/// One step of a path.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// `.name`, `['name']`, `['a','b']`
    Properties { names: Vec<String> },
    /// `[0]`, `[-1]`, `[0,2]`
    Indexes(Vec<i32>),
    /// `[1:2]`
    Slice(Slice),
    /// `*`, `[*]`
    Wildcard,
    /// `..`
    Scan,
    /// `[?(...)]`
    Filter(Box<Filter>),
    /// `length()`, `concat($.a)`; without arguments there is no list of them.
    Function { name: String, arguments: Option<Vec<Argument>> },
}

/// The ends of a slice; at least one is there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Slice {
    From(i32),
    To(i32),
    Between(i32, i32),
}

/// An argument of a function.
#[derive(Debug, Clone)]
pub(crate) enum Argument {
    /// JSON, read when the function asks for its value.
    Json(String),
    /// A path, always read from the root of the document.
    Path(Steps),
}

impl Steps {
    pub(crate) fn new(steps: Vec<Step>, from_root: bool) -> Steps {
        let mut upstream_definite = Vec::with_capacity(steps.len());
        let mut definite = true;
        for (place, step) in steps.iter().enumerate() {
            upstream_definite.push(definite);
            definite &= step.is_definite(place + 1 == steps.len());
        }
        let before_tail = steps.len().checked_sub(2).map(|place| &steps[place]);
        let index_before_tail = match before_tail {
            Some(Step::Indexes(indexes)) if indexes.len() == 1 => Some(indexes[0]),
            _ => None,
        };
        let steps = Steps { steps, upstream_definite, definite, from_root, index_before_tail };
        steps.with_scan_inside_function()
    }

    pub(crate) fn ends_in_function(&self) -> bool {
        matches!(self.steps.last(), Some(Step::Function { .. }))
    }

    /// The same path with a wildcard behind it that changes nothing in whether it is definite.
    pub(crate) fn with_wildcard_behind(&self) -> Steps {
        let mut steps = self.clone();
        steps.steps.push(Step::Wildcard);
        steps.upstream_definite.push(self.definite);
        steps
    }

    /// `$..a.sum()` is read as `$.sum($..a)`: whatever arguments the function had are lost, and
    /// what followed it still counts as following a scan.
    fn with_scan_inside_function(mut self) -> Steps {
        if !self.ends_in_function() || !matches!(self.steps.first(), Some(Step::Scan)) {
            return self;
        }
        let function = self.steps.iter().position(|s| matches!(s, Step::Function { .. }));
        let Some(place) = function else { return self };
        let mut behind = self.steps.split_off(place);
        let upstream_definite = self.upstream_definite.split_off(place);
        let scanned = Steps::new(std::mem::take(&mut self.steps), true);
        if let Some(Step::Function { arguments, .. }) = behind.first_mut() {
            *arguments = Some(vec![Argument::Path(scanned)]);
        }
        let last = behind.len() - 1;
        let definite = behind.iter().enumerate().all(|(place, s)| s.is_definite(place == last));
        let (from_root, index_before_tail) = (self.from_root, self.index_before_tail);
        Steps { steps: behind, upstream_definite, definite, from_root, index_before_tail }
    }
}

impl Step {
    pub(crate) fn is_definite(&self, is_last: bool) -> bool {
        match self {
            Step::Properties { names } => names.len() == 1 || is_last,
            Step::Indexes(indexes) => indexes.len() == 1,
            Step::Function { .. } => true,
            Step::Slice(_) | Step::Wildcard | Step::Scan | Step::Filter(_) => false,
        }
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Step::Properties { names } => write!(f, "['{}']", names.join("','")),
            Step::Indexes(indexes) => {
                let indexes: Vec<String> = indexes.iter().map(i32::to_string).collect();
                write!(f, "[{}]", indexes.join(","))
            }
            Step::Slice(Slice::From(from)) => write!(f, "[{from}:]"),
            Step::Slice(Slice::To(to)) => write!(f, "[:{to}]"),
            Step::Slice(Slice::Between(from, to)) => write!(f, "[{from}:{to}]"),
            Step::Wildcard => f.write_str("[*]"),
            Step::Scan => f.write_str(".."),
            Step::Filter(_) => f.write_str("[?]"),
            Step::Function { name, .. } => write!(f, ".{name}()"),
        }
    }
}
