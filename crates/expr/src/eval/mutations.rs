//! Lists that an expression changed. In Pebble `sort`, `reverse`, `rsort`, `list + x` and
//! `list - x` change the list itself, wherever it is reached from; here the new contents are kept
//! beside the context for the rest of the rendering.

use std::sync::Arc;

use crate::value::{List, Map, Shared, Value};

/// Containers nested deeper than this are not searched for changed lists.
const MAX_DEPTH: usize = 64;

#[derive(Debug, Default)]
pub(crate) struct Mutations {
    changed: Vec<Changed>,
}

#[derive(Debug)]
struct Changed {
    /// What the list was before, each time. Held, so that no address is used again.
    before: Vec<Arc<List>>,
    now: Arc<List>,
}

impl Mutations {
    /// Whether no list has been changed.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// The value as it is now.
    #[inline]
    pub(crate) fn load<'v>(&self, value: Value<'v>) -> Value<'v> {
        if self.changed.is_empty() { value } else { self.current(value, 0) }
    }

    fn find(&self, list: &Arc<List>) -> Option<&Changed> {
        self.changed
            .iter()
            .find(|changed| changed.before.iter().any(|before| Arc::ptr_eq(before, list)))
    }

    #[inline(never)]
    fn current<'v>(&self, value: Value<'v>, depth: usize) -> Value<'v> {
        if depth > MAX_DEPTH {
            return value;
        }
        match value {
            Value::List(list) => {
                let list = match self.find(list.arc()) {
                    Some(changed) => Shared::from_arc(Arc::clone(&changed.now)),
                    None => list,
                };
                if !list.items().iter().any(|item| self.touches(item, depth + 1)) {
                    return Value::List(list);
                }
                let items = list.items().iter().map(|item| self.current(item.clone(), depth + 1));
                Value::List(Shared::new(List::new(list.kind(), items.collect())))
            }
            Value::Map(map) if map.iter().any(|(_, value)| self.touches(value, depth + 1)) => {
                let mut copy = Map::new();
                for (key, value) in map.iter() {
                    copy.insert(key.clone(), self.current(value.clone(), depth + 1));
                }
                copy.into()
            }
            other => other,
        }
    }

    /// Whether a changed list is in the value.
    fn touches(&self, value: &Value<'_>, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        match value {
            Value::List(list) => {
                self.find(list.arc()).is_some()
                    || list.items().iter().any(|item| self.touches(item, depth + 1))
            }
            Value::Map(map) => map.iter().any(|(_, value)| self.touches(value, depth + 1)),
            _ => false,
        }
    }

    /// Keeps that a list now has other contents.
    pub(crate) fn record(&mut self, before: &Arc<List>, now: &Arc<List>) {
        if Arc::ptr_eq(before, now) {
            return;
        }
        let known = self.changed.iter_mut().find(|changed| Arc::ptr_eq(&changed.now, before));
        match known {
            Some(changed) => {
                changed.before.push(std::mem::replace(&mut changed.now, Arc::clone(now)));
            }
            None => self
                .changed
                .push(Changed { before: vec![Arc::clone(before)], now: Arc::clone(now) }),
        }
    }
}
