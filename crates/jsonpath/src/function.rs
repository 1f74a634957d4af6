//! The functions that a path may call: one file each, and one line each in [`find`].

mod append;
mod avg;
mod concat;
mod first;
mod index;
mod keys;
mod last;
mod length;
mod max;
mod min;
mod numbers;
mod sequence;
mod stddev;
mod sum;

use std::borrow::Cow;

use crate::eval::{Found, Scope, Stop};
use crate::json::Json;
use crate::limits::Limits;
use crate::path::Argument;
use crate::permissive;

/// A function: from the value it is called on, and its arguments, to a value.
pub(crate) type Call = for<'m> fn(&Invocation<'_, 'm>) -> Result<Found<'m>, Stop>;

const FUNCTIONS: [(&str, Call); 13] = [
    ("append", append::call),
    ("avg", avg::call),
    ("concat", concat::call),
    ("first", first::call),
    ("index", index::call),
    ("keys", keys::call),
    ("last", last::call),
    ("length", length::call),
    ("max", max::call),
    ("min", min::call),
    ("size", length::call),
    ("stddev", stddev::call),
    ("sum", sum::call),
];

/// The function of that name.
pub(crate) fn find(name: &str) -> Option<Call> {
    FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, call)| *call)
}

/// What to say of a name that is no function's.
pub(crate) fn unknown(name: &str) -> String {
    let wanted = name.to_lowercase();
    let near = FUNCTIONS.iter().map(|(known, _)| *known).find(|known| {
        wanted == *known || wanted.starts_with(known) || known.starts_with(wanted.as_str())
    });
    match near {
        Some(known) if !wanted.is_empty() => {
            format!("there is no function `{name}`; write `{known}()`")
        }
        _ => {
            let known: Vec<&str> = FUNCTIONS.iter().map(|(known, _)| *known).collect();
            format!("there is no function `{name}`; there are {}", known.join(", "))
        }
    }
}

/// One call of a function.
pub(crate) struct Invocation<'i, 'm> {
    /// The value that the function is called on.
    model: &'m Json,
    /// What was written between the parentheses.
    arguments: &'i [Argument],
    /// The values of the arguments that are paths, in their places.
    paths: Vec<Option<Found<'i>>>,
    scope: &'i Scope<'i>,
}

impl<'i, 'm> Invocation<'i, 'm> {
    /// Reads the arguments that are paths, from the root of the document; also those that the
    /// function will not look at.
    pub(crate) fn prepare(
        scope: &'i Scope<'i>,
        model: &'m Json,
        arguments: Option<&'i [Argument]>,
    ) -> Result<Self, Stop> {
        let arguments = arguments.unwrap_or_default();
        let mut paths = Vec::with_capacity(arguments.len());
        for argument in arguments {
            paths.push(match argument {
                Argument::Path(steps) => Some(scope.read(steps, scope.root())?),
                Argument::Json(_) => None,
            });
        }
        Ok(Invocation { model, arguments, paths, scope })
    }

    /// The values of all arguments.
    fn values(&self) -> Result<Vec<Found<'_>>, Stop> {
        let mut values = Vec::with_capacity(self.arguments.len());
        for (argument, path) in self.arguments.iter().zip(&self.paths) {
            values.push(match (argument, path) {
                (Argument::Json(text), _) => {
                    let value = permissive::parse(text, &Limits::default());
                    let value = value.map_err(|error| Stop::failed(error.to_string()))?;
                    Found::value(Cow::Owned(value))
                }
                (Argument::Path(_), Some(found)) => Found {
                    value: Cow::Borrowed(found.value.as_ref()),
                    is_key_set: found.is_key_set,
                },
                (Argument::Path(_), None) => continue,
            });
        }
        Ok(values)
    }

    /// What the first argument selects in the model, with a wildcard behind it unless it ends in a
    /// function; but still a single value if it is definite.
    fn first_argument_in_model(&self) -> Result<Option<Found<'_>>, Stop> {
        let steps = match self.arguments.first() {
            None => return Ok(None),
            Some(Argument::Json(_)) => return Err(Stop::failed("`length` needs a path")),
            Some(Argument::Path(steps)) => steps,
        };
        if self.model.is_null() {
            return Err(Stop::failed("`length` with a path cannot be asked of null"));
        }
        let scope = self.scope.rooted_at(self.model);
        if steps.ends_in_function() || steps.steps.is_empty() {
            return scope.read(steps, self.model).map(|found| Some(found.into_owned()));
        }
        let widened = steps.with_wildcard_behind();
        scope.read(&widened, self.model).map(|found| Some(found.into_owned()))
    }
}
