//! Lists and what Java distinguishes from them.

use super::{Extent, Value};

/// What a [`List`] is in Java; some filters take only some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// A `List`: everything works on it.
    List,
    /// An array, as `split` gives it: cannot be reversed, is equal only to itself.
    Array,
    /// A `Collection` that is not a list, as `keySet()` and `values()` give it.
    Collection,
}

/// A sequence of values.
#[derive(Debug, Clone)]
pub struct List {
    kind: ListKind,
    items: Vec<Value<'static>>,
    extent: Extent,
}

impl List {
    /// A sequence of the given kind.
    #[must_use]
    pub fn new(kind: ListKind, items: Vec<Value<'static>>) -> Self {
        let extent = Extent::around(&items);
        Self { kind, items, extent }
    }

    /// What the sequence is in Java.
    #[must_use]
    pub fn kind(&self) -> ListKind {
        self.kind
    }

    pub(crate) fn extent(&self) -> Extent {
        self.extent
    }

    /// The values in it.
    #[must_use]
    pub fn items(&self) -> &[Value<'static>] {
        &self.items
    }
}

/// Arrays are equal only to themselves, which is found out by who compares references.
impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.kind == ListKind::List && other.kind == ListKind::List && self.items == other.items
    }
}
