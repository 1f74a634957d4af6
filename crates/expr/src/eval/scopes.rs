//! Variables that tags set. They live for one rendering and never reach the context.

use crate::value::Value;

/// The scopes that are open, innermost last.
#[derive(Debug, Default)]
pub(crate) struct Scopes<'v> {
    open: Vec<Scope<'v>>,
}

#[derive(Debug, Default)]
struct Scope<'v> {
    names: Vec<(&'v str, Value<'v>)>,
    /// A macro: what lies outside cannot be seen.
    isolated: bool,
}

impl<'v> Scopes<'v> {
    pub(crate) fn get(&self, name: &str) -> Option<&Value<'v>> {
        for scope in self.open.iter().rev() {
            if let Some((_, value)) = scope.names.iter().rfind(|(known, _)| *known == name) {
                return Some(value);
            }
            if scope.isolated {
                return None;
            }
        }
        None
    }

    /// Whether the context is out of sight.
    pub(crate) fn isolated(&self) -> bool {
        self.open.iter().any(|scope| scope.isolated)
    }

    pub(crate) fn push(&mut self, isolated: bool) {
        if self.open.is_empty() {
            self.open.push(Scope::default());
        }
        self.open.push(Scope { names: Vec::new(), isolated });
    }

    pub(crate) fn pop(&mut self) {
        self.open.pop();
    }

    /// Sets a variable of the innermost scope.
    pub(crate) fn define(&mut self, name: &'v str, value: Value<'v>) {
        if self.open.is_empty() {
            self.open.push(Scope::default());
        }
        if let Some(scope) = self.open.last_mut() {
            scope.set(name, value);
        }
    }

    /// Sets a variable where it is known, the context counting as outermost; a new one is set in
    /// the innermost scope.
    pub(crate) fn assign(&mut self, name: &'v str, value: Value<'v>, in_context: bool) {
        for scope in self.open.iter_mut().rev() {
            if scope.names.iter().any(|(known, _)| *known == name) {
                return scope.set(name, value);
            }
            if scope.isolated {
                return self.define(name, value);
            }
        }
        match self.open.first_mut() {
            Some(outermost) if in_context => outermost.set(name, value),
            _ => self.define(name, value),
        }
    }
}

impl<'v> Scope<'v> {
    fn set(&mut self, name: &'v str, value: Value<'v>) {
        match self.names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, slot)) => *slot = value,
            None => self.names.push((name, value)),
        }
    }
}
