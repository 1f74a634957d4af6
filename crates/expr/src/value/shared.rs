//! A reference-counted thing that is either borrowed from the context or held.

use std::ops::Deref;
use std::sync::Arc;

/// A list or map inside a [`Value`](crate::Value): borrowing one from a context costs no
/// reference count, holding one keeps it alive.
#[derive(Debug)]
pub struct Shared<'a, T>(Inner<'a, T>);

#[derive(Debug)]
enum Inner<'a, T> {
    Borrowed(&'a Arc<T>),
    Held(Arc<T>),
}

impl<T> Clone for Shared<'_, T> {
    fn clone(&self) -> Self {
        match &self.0 {
            Inner::Borrowed(arc) => Self(Inner::Borrowed(arc)),
            Inner::Held(arc) => Self(Inner::Held(Arc::clone(arc))),
        }
    }
}

impl<T> Deref for Shared<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.arc()
    }
}

impl<'a, T> Shared<'a, T> {
    /// Holds a new thing.
    pub fn new(value: T) -> Self {
        Self(Inner::Held(Arc::new(value)))
    }

    pub(crate) fn from_arc(arc: Arc<T>) -> Self {
        Self(Inner::Held(arc))
    }

    pub(crate) fn arc(&self) -> &Arc<T> {
        match &self.0 {
            Inner::Borrowed(arc) => arc,
            Inner::Held(arc) => arc,
        }
    }

    pub(crate) fn by_ref(&self) -> Shared<'_, T> {
        Shared(Inner::Borrowed(self.arc()))
    }

    /// The thing that a borrowed reference points to, for as long as it is borrowed.
    pub(crate) fn as_borrowed(&self) -> Option<&'a T> {
        match &self.0 {
            Inner::Borrowed(arc) => Some(arc),
            Inner::Held(_) => None,
        }
    }

    pub(crate) fn as_borrowed_arc(&self) -> Option<&'a Arc<T>> {
        match &self.0 {
            Inner::Borrowed(arc) => Some(arc),
            Inner::Held(_) => None,
        }
    }

    pub(crate) fn from_borrowed(arc: &'a Arc<T>) -> Self {
        Self(Inner::Borrowed(arc))
    }

    pub(crate) fn into_static(self) -> Shared<'static, T> {
        Shared(Inner::Held(Arc::clone(self.arc())))
    }

    pub(crate) fn same(a: &Self, b: &Self) -> bool {
        Arc::ptr_eq(a.arc(), b.arc())
    }
}

impl<T: Clone> Shared<'_, T> {
    pub(crate) fn into_inner(self) -> T {
        match self.0 {
            Inner::Borrowed(arc) => T::clone(arc),
            Inner::Held(arc) => Arc::unwrap_or_clone(arc),
        }
    }
}
