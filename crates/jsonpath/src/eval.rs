//! Reading a compiled path from a document.
//!
//! A path begins with the steps that need nothing but the index of a strict document; from the
//! first other step on, the value reached so far is made and walked.

mod budget;
mod trail;
mod walk;

pub(crate) use budget::{Budget, weight};
pub(crate) use trail::{Part, Trail};

use std::borrow::Cow;

use crate::document::Document;
use crate::error::ReadError;
use crate::json::Json;
use crate::path::{Step, Steps};
use crate::strict::{Kind, Tape};

/// Why an evaluation does not go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A step found nothing. Told in full only when the answer may reach the caller.
    NotFound(Option<Box<Place>>),
    /// A step cannot be applied; inside a condition the item does not match.
    Invalid(Box<Place>),
    /// A function looked beyond the end of a list. An index step before it swallows this, as the
    /// exception is swallowed in Jayway.
    OutOfBounds(String),
    Failed(String),
    TooExpensive(&'static str),
}

/// A path up to a step, and what is to be said about it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) at: String,
    pub(crate) message: String,
}

impl Stop {
    pub(crate) fn failed(message: impl Into<String>) -> Stop {
        Stop::Failed(message.into())
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Stop {
        Stop::Invalid(Box::new(Place { at: "the condition".to_owned(), message: message.into() }))
    }

    fn into_error(self) -> ReadError {
        match self {
            Stop::NotFound(place) => {
                let nothing = || Place { at: "$".to_owned(), message: "no value".to_owned() };
                let place = place.map_or_else(nothing, |place| *place);
                ReadError::NotFound { at: place.at, message: place.message }
            }
            Stop::Invalid(place) => {
                ReadError::NotApplicable { at: place.at, message: place.message }
            }
            Stop::OutOfBounds(message) | Stop::Failed(message) => ReadError::failed(message),
            Stop::TooExpensive(limit) => ReadError::TooExpensive { limit },
        }
    }
}

/// What a path selected.
pub(crate) struct Found<'m> {
    pub(crate) value: Cow<'m, Json>,
    /// Whether it is the set of an object's names, which is no list to anything that follows.
    pub(crate) is_key_set: bool,
}

impl<'m> Found<'m> {
    pub(crate) fn value(value: Cow<'m, Json>) -> Found<'m> {
        Found { value, is_key_set: false }
    }

    pub(crate) fn into_owned(self) -> Found<'static> {
        Found { value: Cow::Owned(self.value.into_owned()), is_key_set: self.is_key_set }
    }
}

/// The document that `$` stands for.
#[derive(Clone, Copy)]
enum Root<'d> {
    Document(&'d Document<'d>),
    Value(&'d Json),
}

/// What an evaluation needs beside the path and the value.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'d> {
    root: Root<'d>,
    pub(crate) budget: &'d Budget,
    /// Whether a missing property is an error also where the path is indefinite.
    pub(crate) require_properties: bool,
    /// Whether errors are told in full.
    pub(crate) explain: bool,
}

impl<'d> Scope<'d> {
    pub(crate) fn spend(&self, work: u64) -> Result<(), Stop> {
        self.budget.spend(work)
    }

    pub(crate) fn root(&self) -> &'d Json {
        match self.root {
            Root::Document(document) => document.root(),
            Root::Value(value) => value,
        }
    }

    pub(crate) fn in_filter(self) -> Scope<'d> {
        Scope { explain: false, ..self }
    }

    pub(crate) fn requiring_properties(self) -> Scope<'d> {
        Scope { require_properties: true, explain: false, ..self }
    }

    /// The same evaluation with another document under `$`.
    pub(crate) fn rooted_at(self, value: &'d Json) -> Scope<'d> {
        Scope { root: Root::Value(value), ..self }
    }

    /// Reads a path of a condition, from the root or from the item.
    pub(crate) fn read_in_filter(&self, steps: &Steps, item: &'d Json) -> Result<Found<'d>, Stop> {
        self.read(steps, if steps.from_root { self.root() } else { item })
    }

    /// Reads a path from a value.
    pub(crate) fn read(&self, steps: &Steps, value: &'d Json) -> Result<Found<'d>, Stop> {
        walk::read(self, steps, 0, value, &Trail::start(steps))
    }
}

/// Reads a path from a document.
pub(crate) fn read(steps: &Steps, document: &Document<'_>) -> Result<Json, ReadError> {
    let budget = Budget::new(document.limits());
    let root = Root::Document(document);
    let scope = Scope { root, budget: &budget, require_properties: false, explain: true };
    let outcome = match document.tape() {
        Some(tape) => read_indexed(&scope, steps, document.text(), tape),
        None => scope.read(steps, document.root()).and_then(|found| owned(&scope, found.value)),
    };
    outcome.map_err(Stop::into_error)
}

fn owned(scope: &Scope<'_>, value: Cow<'_, Json>) -> Result<Json, Stop> {
    if let Cow::Borrowed(value) = value {
        scope.budget.allocate(weight(value))?;
    }
    Ok(value.into_owned())
}

/// Walks the index as far as single names and indexes go.
fn read_indexed(scope: &Scope<'_>, steps: &Steps, text: &str, tape: &Tape) -> Result<Json, Stop> {
    let mut place = Tape::ROOT;
    let mut walked = 0;
    for step in &steps.steps {
        let before = || Trail::start_behind(steps, walked);
        let missing = |place| Stop::NotFound(Some(Box::new(place)));
        place = match (step, tape.kind(text, place)) {
            (Step::Properties { names }, Kind::Object) if names.len() == 1 => {
                let found = tape.member(text, place, &names[0]);
                found.ok_or_else(|| missing(walk::no_property(&before(), &names[0])))?
            }
            (Step::Indexes(indexes), Kind::Array) if indexes.len() == 1 && steps.definite => {
                let index = i64::from(indexes[0]);
                let found = tape.element(text, place, index);
                let length = || tape.length(text, place);
                found.ok_or_else(|| missing(walk::no_element(&before(), index, length())))?
            }
            // What does not fit is left to the walk over values, which says why; so is an index in
            // an indefinite path, which may be missing without an error.
            _ => break,
        };
        walked += 1;
    }
    if walked == steps.steps.len() {
        let value = tape.json(text, place, false);
        scope.budget.allocate(weight(&value))?;
        return Ok(value);
    }
    let made = (place != Tape::ROOT).then(|| tape.json(text, place, false));
    let value = made.as_ref().unwrap_or_else(|| scope.root());
    let found = walk::read(scope, steps, walked, value, &Trail::start_behind(steps, walked))?;
    owned(scope, found.value)
}
