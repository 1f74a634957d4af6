//! Following the steps of a path over values, as Jayway's tokens do.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use super::{Found, Part, Place, Scope, Stop, Trail, weight};
use crate::filter::{self, Filter};
use crate::function::{self, Invocation};
use crate::json::Json;
use crate::path::{Argument, Slice, Step, Steps};
use crate::write;

/// Follows the steps from `from` on, and gathers what the path gives: one value if it is definite,
/// else an array.
pub(super) fn read<'m>(
    scope: &Scope<'m>,
    steps: &Steps,
    from: usize,
    value: &'m Json,
    trail: &Trail<'_>,
) -> Result<Found<'m>, Stop> {
    let scan_indexes = vec![Cell::new(None); steps.steps.len()];
    let walk = Walk { scope, steps, scan_indexes, missed: RefCell::new(None) };
    let mut found = Vec::new();
    walk.enter(from, value, trail, &mut found)?;
    if steps.definite {
        return found.pop().ok_or_else(|| walk.nothing(trail));
    }
    let bytes: u64 = found.iter().map(|found| weight(&found.value)).sum();
    scope.budget.allocate(bytes)?;
    let values = found.into_iter().map(|found| found.value.into_owned()).collect();
    Ok(Found::value(Cow::Owned(Json::Array(values))))
}

/// Why a property that is not there stops a path.
pub(super) fn no_property(trail: &Trail<'_>, name: &str) -> Place {
    let at = trail.then(Part::Name(name)).to_string();
    Place { at, message: format!("the object has no property `{name}`") }
}

/// Why an index that is not there stops a path.
pub(super) fn no_element(trail: &Trail<'_>, index: i64, length: usize) -> Place {
    let at = trail.then(Part::Index(index)).to_string();
    let message = match length {
        0 => "the array is empty".to_owned(),
        1 => "the array has one element".to_owned(),
        length => format!("the array has {length} elements"),
    };
    Place { at, message }
}

struct Walk<'w, 'd> {
    scope: &'w Scope<'d>,
    steps: &'w Steps,
    /// For each step, the index of the array element at which a scan entered it last.
    scan_indexes: Vec<Cell<Option<usize>>>,
    /// The last step that found nothing without stopping the walk.
    missed: RefCell<Option<Place>>,
}

impl<'d> Walk<'_, 'd> {
    fn is_last(&self, place: usize) -> bool {
        place + 1 == self.steps.steps.len()
    }

    fn upstream_definite(&self, place: usize) -> bool {
        self.steps.upstream_definite[place]
    }

    fn nothing(&self, trail: &Trail<'_>) -> Stop {
        let place = self.missed.take().or_else(|| {
            let message = "the path selects no value".to_owned();
            self.scope.explain.then(|| Place { at: trail.to_string(), message })
        });
        Stop::NotFound(place.map(Box::new))
    }

    fn not_found(&self, place: impl FnOnce() -> Place) -> Stop {
        Stop::NotFound(self.scope.explain.then(|| Box::new(place())))
    }

    fn miss(&self, place: impl FnOnce() -> Place) {
        if self.scope.explain {
            self.missed.replace(Some(place()));
        }
    }

    fn invalid(&self, trail: &Trail<'_>, message: String) -> Stop {
        let at = if self.scope.explain { trail.to_string() } else { String::new() };
        Stop::Invalid(Box::new(Place { at, message }))
    }

    fn add<'m>(&self, found: Found<'m>, out: &mut Vec<Found<'m>>) -> Result<(), Stop> {
        if out.len() >= self.scope.budget.results {
            return Err(Stop::TooExpensive("results"));
        }
        out.push(found);
        Ok(())
    }

    /// Takes the step at `place`, or the value itself when there are no more steps.
    fn enter<'m>(
        &self,
        place: usize,
        value: &'m Json,
        trail: &Trail<'_>,
        out: &mut Vec<Found<'m>>,
    ) -> Result<(), Stop> {
        let Some(step) = self.steps.steps.get(place) else {
            return self.add(Found::value(Cow::Borrowed(value)), out);
        };
        self.scope.spend(1)?;
        match step {
            Step::Properties { names } => self.properties(place, names, value, trail, out),
            Step::Indexes(indexes) => {
                let Some(elements) = self.array(place, value, trail)? else { return Ok(()) };
                indexes
                    .iter()
                    .try_for_each(|i| self.element(place, i64::from(*i), elements, trail, out))
            }
            Step::Slice(slice) => {
                let Some(elements) = self.array(place, value, trail)? else { return Ok(()) };
                slice_range(*slice, elements.len())
                    .into_iter()
                    .try_for_each(|i| self.element(place, i, elements, trail, out))
            }
            Step::Wildcard => self.wildcard(place, value, trail, out),
            // `$..length()`: the function has taken the scan as its argument, and nothing follows.
            Step::Scan if self.is_last(place) => {
                Err(Stop::failed("`..` needs a name, an index or `*` behind it"))
            }
            Step::Scan => self.scan(place, value, trail, out),
            Step::Filter(filter) => self.filter(place, filter, value, trail, out),
            Step::Function { name, arguments } => {
                self.function(place, name, arguments.as_deref(), value, trail, out)
            }
        }
    }

    fn properties<'m>(
        &self,
        place: usize,
        names: &[String],
        value: &'m Json,
        trail: &Trail<'_>,
        out: &mut Vec<Found<'m>>,
    ) -> Result<(), Stop> {
        if !matches!(value, Json::Object(_)) {
            if !self.upstream_definite(place) {
                return Ok(());
            }
            return Err(self.not_found(|| {
                let at = trail.then(Part::Name(&names.join("','"))).to_string();
                Place { at, message: format!("a property needs an object, not {}", kind(value)) }
            }));
        }
        if names.len() > 1 && self.is_last(place) {
            return self.merged(names, value, trail, out);
        }
        names.iter().try_for_each(|name| self.property(place, names.len(), name, value, trail, out))
    }

    fn property<'m>(
        &self,
        place: usize,
        siblings: usize,
        name: &str,
        value: &'m Json,
        trail: &Trail<'_>,
        out: &mut Vec<Found<'m>>,
    ) -> Result<(), Stop> {
        if let Some(value) = value.get(name) {
            return self.member(place, name, value, trail, out);
        }
        let required = self.scope.require_properties;
        if self.is_last(place) {
            self.miss(|| no_property(trail, name));
        }
        let definite = !self.is_last(place) && self.upstream_definite(place) && siblings == 1;
        if !required && !definite {
            return Ok(());
        }
        Err(self.not_found(|| no_property(trail, name)))
    }

    /// A member of an object was found. Behind a scan over arrays the last step only takes the
    /// elements whose index the step before it names.
    fn member<'m>(
        &self,
        place: usize,
        name: &str,
        value: &'m Json,
        trail: &Trail<'_>,
        out: &mut Vec<Found<'m>>,
    ) -> Result<(), Stop> {
        if !self.is_last(place) {
            return self.enter(place + 1, value, &trail.then(Part::Name(name)), out);
        }
        let named = self.steps.index_before_tail.and_then(|index| usize::try_from(index).ok());
        match self.scan_indexes[place].get() {
            Some(index) if named != Some(index) => Ok(()),
            _ => self.add(Found::value(Cow::Borrowed(value)), out),
        }
    }

    /// Several properties at the end of a path become one object.
    fn merged<'m>(
        &self,
        names: &[String],
        value: &'m Json,
        trail: &Trail<'_>,
        out: &mut Vec<Found<'m>>,
    ) -> Result<(), Stop> {
        let mut members: Vec<(String, Json)> = Vec::new();
        for name in names {
            match value.get(name) {
                Some(_) if members.iter().any(|(there, _)| there == name) => {}
                Some(value) => {
                    self.scope.budget.allocate(weight(value) + name.len() as u64)?;
                    members.push((name.clone(), value.clone()));
                }
                None if self.scope.require_properties => {
                    return Err(self.not_found(|| no_property(trail, name)));
                }
                None => {}
            }
        }
        self.add(Found::value(Cow::Owned(Json::Object(members))), out)
    }

    /// The elements of the array that an index or slice needs.
    fn array<'m>(
        &self,
        place: usize,
        value: &'m Json,
        trail: &Trail<'_>,
    ) -> Result<Option<&'m [Json]>, Stop> {
        if let Json::Array(elements) = value {
            return Ok(Some(elements));
        }
        if !self.upstream_definite(place) {
            return Ok(None);
        }
        let step = &self.steps.steps[place];
        Err(self.not_found(|| {
            let message = format!("{step} needs an array, not {}", kind(value));
            Place { at: format!("{trail}{step}"), message }
        }))
    }

    fn element<'m>(
        &self,
        place: usize,
        index: i64,
        elements: &'m [Json],
        trail: &Trail<'_>,
        out: &mut Vec<Found<'m>>,
    ) -> Result<(), Stop> {
        let effective = if index < 0 { elements.len() as i64 + index } else { index };
        let value = usize::try_from(effective).ok().and_then(|index| elements.get(index));
        let Some(value) = value else {
            self.miss(|| no_element(trail, index, elements.len()));
            return self.scope.spend(1);
        };
        if self.is_last(place) {
            return self.add(Found::value(Cow::Borrowed(value)), out);
        }
        match self.enter(place + 1, value, &trail.then(Part::Index(index)), out) {
            Err(Stop::OutOfBounds(message)) => {
                self.miss(|| Place { at: trail.then(Part::Index(index)).to_string(), message });
                Ok(())
            }
            outcome => outcome,
        }
    }

    fn wildcard<'m>(
        &self,
        place: usize,
        value: &'m Json,
        trail: &Trail<'_>,
        out: &mut Vec<Found<'m>>,
    ) -> Result<(), Stop> {
        for (name, value) in value.members() {
            self.scope.spend(1)?;
            self.member(place, name, value, trail, out)?;
        }
        let elements = value.elements();
        for index in 0..elements.len() {
            self.scope.spend(1)?;
            match self.element(place, index as i64, elements, trail, out) {
                Err(Stop::NotFound(_)) if !self.scope.require_properties => {}
                outcome => outcome?,
            }
        }
        Ok(())
    }

    fn filter<'m>(
        &self,
        place: usize,
        filter: &Filter,
        value: &'m Json,
        trail: &Trail<'_>,
        out: &mut Vec<Found<'m>>,
    ) -> Result<(), Stop> {
        match value {
            Json::Object(_) => {
                if !self.accepts(filter, value)? {
                    return Ok(());
                }
                self.enter(place + 1, value, trail, out)
            }
            Json::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    if self.accepts(filter, element)? {
                        self.element(place, index as i64, elements, trail, out)?;
                    }
                }
                Ok(())
            }
            _ if self.upstream_definite(place) => {
                let message = format!("a condition needs an object or array, not {}", kind(value));
                Err(self.invalid(trail, message))
            }
            _ => Ok(()),
        }
    }

    /// Whether the condition holds; what makes no sense for the item makes it not match.
    fn accepts(&self, filter: &Filter, item: &Json) -> Result<bool, Stop> {
        match filter::holds(filter, &self.scope.in_filter(), item) {
            Err(Stop::Invalid(_) | Stop::NotFound(_)) => Ok(false),
            outcome => outcome,
        }
    }

    /// Enters the step behind `..` wherever it can apply, from the value downwards.
    fn scan<'m>(
        &self,
        place: usize,
        value: &'m Json,
        trail: &Trail<'_>,
        out: &mut Vec<Found<'m>>,
    ) -> Result<(), Stop> {
        self.scope.spend(1)?;
        match value {
            Json::Object(members) => {
                if self.scan_stops_at(place + 1, value)? {
                    self.enter(place + 1, value, trail, out)?;
                }
                for (name, value) in members {
                    self.scan(place, value, &trail.then(Part::Name(name)), out)?;
                }
            }
            Json::Array(elements) => {
                if self.scan_stops_at(place + 1, value)? {
                    self.scanned_array(place + 1, value, elements, trail, out)?;
                }
                for (index, value) in elements.iter().enumerate() {
                    self.scan(place, value, &trail.then(Part::Index(index as i64)), out)?;
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
        Ok(())
    }

    /// An array where the step behind `..` applies. If more steps follow, they are taken from every
    /// element, whatever the step itself selects; see [`Walk::member`].
    fn scanned_array<'m>(
        &self,
        place: usize,
        value: &'m Json,
        elements: &'m [Json],
        trail: &Trail<'_>,
        out: &mut Vec<Found<'m>>,
    ) -> Result<(), Stop> {
        if self.is_last(place) {
            return self.enter(place, value, trail, out);
        }
        for (index, element) in elements.iter().enumerate() {
            self.scan_indexes[place + 1].set(Some(index));
            self.enter(place + 1, element, &trail.then(Part::Index(index as i64)), out)?;
        }
        Ok(())
    }

    fn scan_stops_at(&self, place: usize, value: &Json) -> Result<bool, Stop> {
        let Some(step) = self.steps.steps.get(place) else { return Ok(false) };
        Ok(match step {
            Step::Properties { names } => {
                matches!(value, Json::Object(_))
                    && (!step.is_definite(self.is_last(place))
                        || names.iter().all(|name| value.get(name).is_some()))
            }
            Step::Indexes(_) | Step::Slice(_) => matches!(value, Json::Array(_)),
            Step::Wildcard => true,
            Step::Filter(filter) => self.accepts(filter, value)?,
            Step::Scan | Step::Function { .. } => false,
        })
    }

    fn function<'m>(
        &self,
        place: usize,
        name: &str,
        arguments: Option<&[Argument]>,
        value: &'m Json,
        trail: &Trail<'_>,
        out: &mut Vec<Found<'m>>,
    ) -> Result<(), Stop> {
        let trail = trail.then(Part::Function(name));
        let Some(call) = function::find(name) else {
            return Err(self.invalid(&trail, function::unknown(name)));
        };
        let invocation = Invocation::prepare(self.scope, value, arguments)?;
        let result = call(&invocation)?;
        if self.is_last(place) {
            return self.add(result, out);
        }
        let behind = self.behind_function(place, &result, &trail)?;
        self.add(result, out)?;
        behind.into_iter().try_for_each(|found| self.add(found, out))
    }

    /// What the steps behind a function find in its result.
    fn behind_function(
        &self,
        place: usize,
        result: &Found<'_>,
        trail: &Trail<'_>,
    ) -> Result<Vec<Found<'static>>, Stop> {
        let mut found = Vec::new();
        let names = result.is_key_set.then(|| {
            // A set of names is neither object nor array to the steps; a string is neither too.
            Json::String(write::java_names(result.value.elements()))
        });
        let value = names.as_ref().unwrap_or(&result.value);
        self.enter(place + 1, value, trail, &mut found)?;
        let mut made = Vec::with_capacity(found.len());
        for found in found {
            if let Cow::Borrowed(value) = found.value {
                self.scope.budget.allocate(weight(value))?;
            }
            let value = Cow::Owned(found.value.into_owned());
            made.push(Found { value, is_key_set: found.is_key_set });
        }
        Ok(made)
    }
}

/// The indexes that a slice selects, those that count from the end still negative if Jayway leaves
/// them so.
fn slice_range(slice: Slice, length: usize) -> std::ops::Range<i64> {
    let length = length as i64;
    let from_end = |index: i32| {
        let index = i64::from(index);
        if index < 0 { length + index } else { index }
    };
    match slice {
        Slice::From(from) => from_end(from).max(0)..length,
        Slice::To(to) => 0..from_end(to).min(length),
        // What is before the beginning selects nothing, so it need not be gone through.
        Slice::Between(from, to) => i64::from(from).max(-length)..i64::from(to).min(length),
    }
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}
