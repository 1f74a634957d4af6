//! How large a value is with all that is in it. What a template builds is limited by this: a list
//! that holds itself twice, time and again, is soon larger than any memory when it is printed.

use super::Value;

/// A value that a template builds has at most so many elements, counted at all depths.
const MAX_ELEMENTS: u32 = 200_000;
/// And nests at most so deep.
const MAX_DEPTH: u32 = 100;

/// The number of elements in a value, counted at all depths, and how deep it nests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    elements: u32,
    depth: u32,
    /// Bytes of text, counted at all depths.
    text: u32,
}

impl Extent {
    pub(crate) fn of(value: &Value<'_>) -> Self {
        match value {
            Value::List(list) => list.extent(),
            Value::Map(map) => map.extent(),
            Value::Entry(entry) => Self::of(&entry.0).beside(Self::of(&entry.1)).enclosed(),
            Value::Str(text) => Self::of_text(text),
            Value::Safe(text) | Value::Big(text) => Self::of_text(text),
            _ => Self { elements: 1, ..Self::default() },
        }
    }

    fn of_text(text: &str) -> Self {
        Self { elements: 1, depth: 0, text: u32::try_from(text.len()).unwrap_or(u32::MAX) }
    }

    /// Of a list of these values.
    pub(crate) fn around(values: &[Value<'static>]) -> Self {
        values.iter().fold(Self::default(), |sum, value| sum.beside(Self::of(value))).enclosed()
    }

    pub(crate) fn beside(self, other: Self) -> Self {
        let elements = self.elements.saturating_add(other.elements);
        let text = self.text.saturating_add(other.text);
        Self { elements, depth: self.depth.max(other.depth), text }
    }

    pub(crate) fn enclosed(self) -> Self {
        let (elements, depth) = (self.elements.saturating_add(1), self.depth.saturating_add(1));
        Self { elements, depth, ..self }
    }

    /// What it takes to print the value or to compare it with another one.
    pub(crate) fn weight(self) -> usize {
        self.elements.saturating_add(self.text) as usize
    }

    /// Whether a template may build it.
    pub(crate) fn is_allowed(self) -> bool {
        self.elements <= MAX_ELEMENTS && self.depth <= MAX_DEPTH
    }
}
