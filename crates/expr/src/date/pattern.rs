//! The patterns of Java's `SimpleDateFormat`, and of `DateTimeFormatter` as far as `now()` needs.

use crate::error::{Failure, RenderErrorKind, fail};

/// Letters that `SimpleDateFormat` knows.
const LETTERS: &str = "GyYMLwWDdFEuaHkKhmsSzZX";
/// Letters that only `DateTimeFormatter` knows.
const MODERN: &str = "VxO";
/// A pattern may be so long, in bytes.
const MAX_LENGTH: usize = 500;
/// A letter may be repeated so often.
const MAX_COUNT: usize = 20;

/// A pattern, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DatePattern {
    pub(crate) items: Vec<Item>,
    /// A letter in it that only `now()` can be printed with.
    pub(crate) modern: Option<char>,
}

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    Literal(char),
    /// A letter, and how often it is repeated.
    Field(char, usize),
}

impl Item {
    /// Whether the piece is read as digits.
    pub(crate) fn is_number(&self) -> bool {
        match self {
            Item::Literal(_) => false,
            Item::Field('M' | 'L', count) => *count <= 2,
            Item::Field(letter, _) => !"GEazZXVxO".contains(*letter),
        }
    }
}

impl DatePattern {
    /// Reads a pattern.
    pub(crate) fn parse(pattern: &str) -> Result<Self, Failure> {
        if pattern.len() > MAX_LENGTH {
            return fail(RenderErrorKind::Limit, "a date format is longer than 500 bytes");
        }
        let mut items = Vec::new();
        let mut modern = None;
        let mut rest = pattern.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '\'' if rest.next_if_eq(&'\'').is_some() => items.push(Item::Literal('\'')),
                '\'' => loop {
                    match rest.next() {
                        Some('\'') if rest.next_if_eq(&'\'').is_some() => {
                            items.push(Item::Literal('\''));
                        }
                        Some('\'') => break,
                        Some(c) => items.push(Item::Literal(c)),
                        None => {
                            let message =
                                format!("a `'` in the date format `{pattern}` is not closed");
                            return fail(RenderErrorKind::Value, message);
                        }
                    }
                },
                c if c.is_ascii_alphabetic() => {
                    if MODERN.contains(c) {
                        modern = Some(c);
                    } else if !LETTERS.contains(c) {
                        let message = format!(
                            "`{c}` in the date format `{pattern}` means nothing; text stands in `'`"
                        );
                        return fail(RenderErrorKind::Value, message);
                    }
                    let mut count = 1;
                    while rest.next_if_eq(&c).is_some() {
                        count += 1;
                    }
                    items.push(Item::Field(c, count.min(MAX_COUNT)));
                }
                c => items.push(Item::Literal(c)),
            }
        }
        Ok(Self { items, modern })
    }
}
