//! A place in the text of a path, moved over it by the compilers.
//!
//! The text is looked at in UTF-16 units, as Jayway does: which character counts as the last one
//! decides whether it is read at all.

use crate::error::PathError;

/// The outcome of compiling a part of a path.
pub(crate) type Compiled<T> = Result<T, CompileError>;

/// Why a path cannot be compiled, with a place in UTF-16 units of the whole source.
#[derive(Debug, Clone)]
pub(crate) struct CompileError {
    message: String,
    unit: isize,
    suggestion: Option<String>,
}

impl CompileError {
    pub(crate) fn suggesting(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion.get_or_insert(suggestion.into());
        self
    }

    /// The error with its place in bytes.
    pub(crate) fn located(self, source: &str) -> PathError {
        let mut units = usize::try_from(self.unit).unwrap_or(0);
        let mut offset = 0;
        for c in source.chars() {
            if units < c.len_utf16() {
                break;
            }
            units -= c.len_utf16();
            offset += c.len_utf8();
        }
        PathError { message: self.message, offset, suggestion: self.suggestion }
    }
}

pub(crate) const SPACE: u16 = b' ' as u16;

/// A piece of text with a position in it.
///
/// `end` may be before the end of the text: blanks that were trimmed off can still be looked at.
pub(crate) struct Cursor {
    units: Vec<u16>,
    pub(crate) at: usize,
    end: usize,
    /// Where the piece begins in the source; negative for the `$.` that the source left out.
    base: isize,
}

impl Cursor {
    pub(crate) fn new(units: Vec<u16>, base: isize) -> Cursor {
        let end = units.len();
        Cursor { units, at: 0, end, base }
    }

    /// An error at the current position.
    pub(crate) fn error(&self, message: impl Into<String>) -> CompileError {
        self.error_at(self.at, message)
    }

    pub(crate) fn error_at(&self, at: usize, message: impl Into<String>) -> CompileError {
        let unit = self.place(at);
        CompileError { message: message.into(), unit, suggestion: None }
    }

    /// Where a position of this piece is in the source.
    pub(crate) fn place(&self, at: usize) -> isize {
        self.base + at as isize
    }

    pub(crate) fn len(&self) -> usize {
        self.end
    }

    pub(crate) fn in_bounds(&self, at: usize) -> bool {
        at < self.end
    }

    pub(crate) fn has_current(&self) -> bool {
        self.in_bounds(self.at)
    }

    /// Whether the current character is the last one or behind it. What is left then is not read.
    pub(crate) fn is_tail(&self) -> bool {
        self.at + 1 >= self.end
    }

    pub(crate) fn unit(&self, at: usize) -> Compiled<u16> {
        let unit = self.units.get(at).copied();
        unit.ok_or_else(|| self.error_at(at, "the path ends too early"))
    }

    pub(crate) fn current(&self) -> Compiled<u16> {
        self.unit(self.at)
    }

    pub(crate) fn current_is(&self, c: char) -> Compiled<bool> {
        Ok(self.current()? == c as u16)
    }

    pub(crate) fn unit_is(&self, at: usize, c: char) -> bool {
        self.units.get(at) == Some(&(c as u16))
    }

    pub(crate) fn last_is(&self, c: char) -> bool {
        self.end.checked_sub(1).is_some_and(|last| self.unit_is(last, c))
    }

    pub(crate) fn units(&self, start: usize, end: usize) -> Vec<u16> {
        self.units.get(start..end).unwrap_or_default().to_vec()
    }

    /// The whole text, with the blanks that were trimmed off.
    pub(crate) fn all_units(&self) -> &[u16] {
        &self.units
    }

    pub(crate) fn text(&self, start: usize, end: usize) -> String {
        String::from_utf16_lossy(self.units.get(start..end).unwrap_or_default())
    }

    /// A cursor over a part of this text.
    pub(crate) fn part(&self, start: usize, end: usize) -> Cursor {
        Cursor::new(self.units(start, end), self.place(start))
    }

    pub(crate) fn skip_blanks(&mut self) -> &mut Self {
        while self.at + 1 < self.end && self.units[self.at] == SPACE {
            self.at += 1;
        }
        self
    }

    pub(crate) fn trim(&mut self) {
        self.skip_blanks();
        while self.at + 1 < self.end && self.units[self.end - 1] == SPACE {
            self.end -= 1;
        }
    }

    /// Leaves out the last character.
    pub(crate) fn drop_last(&mut self) {
        self.end = self.end.saturating_sub(1);
    }

    /// The first position behind `from` that is no blank.
    fn significant_after(&self, from: usize) -> usize {
        let mut at = from + 1;
        while self.in_bounds(at) && self.units[at] == SPACE {
            at += 1;
        }
        at
    }

    /// The position of the next significant character behind `from`, if it is this one.
    pub(crate) fn next_if(&self, from: usize, c: char) -> Option<usize> {
        let at = self.significant_after(from);
        self.unit_is(at, c).then_some(at)
    }

    /// The next significant character behind `from`; a blank at the end.
    pub(crate) fn next_significant(&self, from: usize) -> u16 {
        let at = self.significant_after(from);
        if self.in_bounds(at) { self.units[at] } else { SPACE }
    }

    /// The position of the last significant character before the current one.
    pub(crate) fn previous_significant(&self) -> Option<usize> {
        let before = self.units.get(..self.at)?;
        before.iter().rposition(|unit| *unit != SPACE).filter(|at| self.in_bounds(*at))
    }

    pub(crate) fn find(&self, from: usize, c: char) -> Option<usize> {
        (from..self.end).find(|at| self.unit_is(*at, c))
    }

    /// The next such character behind `from` that has no backslash before it.
    pub(crate) fn find_unescaped(&self, from: usize, c: char) -> Option<usize> {
        let mut escaped = false;
        for at in from + 1..self.end {
            if escaped {
                escaped = false;
            } else if self.unit_is(at, '\\') {
                escaped = true;
            } else if self.unit_is(at, c) {
                return Some(at);
            }
        }
        None
    }

    /// The bracket that closes the one at `start`; strings, and patterns if asked, are skipped.
    pub(crate) fn find_closing(
        &self,
        start: usize,
        brackets: (char, char),
        skip_patterns: bool,
    ) -> Compiled<Option<usize>> {
        let mut open = 1;
        let mut at = start + 1;
        while self.in_bounds(at) {
            let unit = self.unit(at)?;
            if unit == '\'' as u16 || unit == '"' as u16 {
                let quote = char::from(unit as u8);
                let close = self.find_unescaped(at, quote).ok_or_else(|| {
                    self.error_at(at, format!("the string has no closing {quote}"))
                })?;
                at = close + 1;
            }
            if skip_patterns && self.unit(at)? == '/' as u16 {
                let close = self
                    .find_unescaped(at, '/')
                    .ok_or_else(|| self.error_at(at, "the pattern has no closing /"))?;
                at = close + 1;
            }
            let unit = self.unit(at)?;
            if unit == brackets.0 as u16 {
                open += 1;
            }
            if unit == brackets.1 as u16 {
                open -= 1;
                if open == 0 {
                    return Ok(Some(at));
                }
            }
            at += 1;
        }
        Ok(None)
    }

    /// Reads a character that must be there, after blanks.
    pub(crate) fn expect(&mut self, c: char) -> Compiled<()> {
        if !self.skip_blanks().current_is(c)? {
            return Err(self.error(format!("expected `{c}`")));
        }
        self.at += 1;
        Ok(())
    }

    /// Reads a word if it is there, after blanks.
    pub(crate) fn take(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let end = self.at + word.len();
        let found =
            end <= self.end && word.chars().zip(self.at..).all(|(c, at)| self.unit_is(at, c));
        if found {
            self.at = end;
        }
        found
    }
}

/// ASCII digits count as digits.
pub(crate) fn is_digit(unit: u16) -> bool {
    (b'0' as u16..=b'9' as u16).contains(&unit)
}

/// What the backslashes inside a quoted name or string stand for.
pub(crate) fn unescape(units: &[u16]) -> Result<String, String> {
    let mut out = Vec::with_capacity(units.len());
    let mut rest = units.iter().copied();
    while let Some(unit) = rest.next() {
        if unit != '\\' as u16 {
            out.push(unit);
            continue;
        }
        let Some(escaped) = rest.next() else {
            out.push(unit);
            break;
        };
        out.push(match u8::try_from(escaped) {
            Ok(b'r') => '\r' as u16,
            Ok(b'f') => 0xC,
            Ok(b't') => '\t' as u16,
            Ok(b'n') => '\n' as u16,
            Ok(b'b') => 0x8,
            Ok(b'u') => {
                let digits: Vec<u16> = rest.by_ref().take(4).collect();
                if digits.len() < 4 {
                    break;
                }
                let digits = String::from_utf16_lossy(&digits);
                let value = i32::from_str_radix(&digits, 16);
                value.map_err(|_| format!("`\\u{digits}` is not a character"))? as u16
            }
            _ => escaped,
        });
    }
    Ok(String::from_utf16_lossy(&out))
}
