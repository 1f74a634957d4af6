//! Where values stand in the text of a file.
//!
//! One pass over the text finds all places that a report needs, whatever their number: files may
//! be large and on one line.

use std::collections::HashMap;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::json::{self, Json};

/// A finding's place in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The value at fault, in bytes; a string with its quotes.
    pub(super) value: Range<usize>,
    /// The byte at fault.
    pub(super) at: usize,
}

/// The places of findings in the text of their file, in the same order; none for those that are
/// about the file as a whole.
pub(super) fn places(text: &str, found: &[Diagnostic]) -> Vec<Option<Place>> {
    let mut wanted = Wanted::default();
    let mut keys = Vec::with_capacity(found.len());
    for finding in found {
        let value = wanted.add(finding.path.iter().map(String::as_str));
        // An activity or a variable is shown by its name.
        let named = finding.path.iter().map(String::as_str).chain(["name"]);
        keys.push((value, wanted.add(named)));
    }
    wanted.find(text);
    let place = |(finding, (value, name)): (&Diagnostic, &(usize, usize))| {
        let range = wanted.range(*value).filter(|_| !finding.path.is_empty())?;
        if text.as_bytes().get(range.start) == Some(&b'"') {
            let offset = finding.excerpt.as_ref().map_or(0, |excerpt| excerpt.offset);
            let at = range.start + raw_offset(text.get(range.clone())?, offset);
            return Some(Place { value: range, at });
        }
        let range = wanted.range(*name).unwrap_or(range);
        Some(Place { at: range.start, value: range })
    };
    found.iter().zip(&keys).map(place).collect()
}

/// The ranges of the values at these paths, in the same order.
pub(super) fn ranges(text: &str, paths: &[Vec<&str>]) -> Vec<Option<Range<usize>>> {
    let mut wanted = Wanted::default();
    let keys: Vec<_> = paths.iter().map(|path| wanted.add(path.iter().copied())).collect();
    wanted.find(text);
    keys.into_iter().map(|key| wanted.range(key)).collect()
}

/// The value of a string token.
pub(super) fn value_of(token: &str) -> Option<String> {
    match json::read(token).ok()? {
        Json::String(value) => Some(value),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Where the byte `offset` of a string's value stands in its token, in bytes. The first character
/// for offset 0, the closing quote for the value's length or more.
pub(super) fn raw_offset(token: &str, offset: usize) -> usize {
    let (mut at, mut passed) = (1, 0);
    while passed < offset {
        let Some((raw, value)) = character(token.get(at..).unwrap_or_default()) else { break };
        if passed + value > offset {
            break;
        }
        at += raw;
        passed += value;
    }
    at
}

/// The lengths of the first character of a string token's inside: in the token, in the value.
/// None at the closing quote.
fn character(rest: &str) -> Option<(usize, usize)> {
    let unit = |text: &str| u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    let first = rest.chars().next().filter(|first| *first != '"')?;
    if first != '\\' {
        return Some((first.len_utf8(), first.len_utf8()));
    }
    match unit(rest) {
        None => Some((2, 1)),
        Some(0xD800..=0xDBFF) => Some((12, 4)),
        Some(code) => Some((6, char::from_u32(code).map_or(3, char::len_utf8))),
    }
}

/// The paths that are looked for, as a tree.
struct Wanted {
    nodes: Vec<Entry>,
}

#[derive(Default)]
struct Entry {
    below: HashMap<String, usize>,
    range: Option<Range<usize>>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { nodes: vec![Entry::default()] }
    }
}

impl Wanted {
    fn add<'p>(&mut self, path: impl Iterator<Item = &'p str>) -> usize {
        let mut node = 0;
        for step in path {
            node = match self.nodes[node].below.get(step) {
                Some(next) => *next,
                None => {
                    self.nodes.push(Entry::default());
                    let next = self.nodes.len() - 1;
                    self.nodes[node].below.insert(step.to_owned(), next);
                    next
                }
            };
        }
        node
    }

    fn range(&self, node: usize) -> Option<Range<usize>> {
        self.nodes[node].range.clone()
    }

    fn find(&mut self, text: &str) {
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        // A text that is no JSON has no places; the reader has refused it already.
        let _ = Scan { text, at: start, wanted: self }.value(Some(0), json::MAX_DEPTH);
    }
}

/// A walk over a text that is known to be JSON. It goes down only where something is looked for.
struct Scan<'t, 'w> {
    text: &'t str,
    at: usize,
    wanted: &'w mut Wanted,
}

impl Scan<'_, '_> {
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn value(&mut self, node: Option<usize>, depth: usize) -> Option<()> {
        let first = self.peek()?;
        let start = self.at;
        let inner = node.filter(|node| !self.wanted.nodes[*node].below.is_empty());
        match (first, inner) {
            (b'{', Some(node)) => self.object(node, depth.checked_sub(1)?)?,
            (b'[', Some(node)) => self.array(node, depth.checked_sub(1)?)?,
            _ => self.skip()?,
        }
        if let Some(node) = node {
            self.wanted.nodes[node].range = Some(start..self.at);
        }
        Some(())
    }

    fn object(&mut self, node: usize, depth: usize) -> Option<()> {
        self.at += 1;
        while self.peek()? != b'}' {
            let start = self.at;
            self.string()?;
            let below = &self.wanted.nodes[node].below;
            let token = &self.text[start..self.at];
            let next = match token.contains('\\') {
                false => below.get(token.trim_matches('"')).copied(),
                true => value_of(token).and_then(|key| below.get(&key).copied()),
            };
            (self.peek()? == b':').then(|| self.at += 1)?;
            self.value(next, depth)?;
            if self.peek()? == b',' {
                self.at += 1;
            }
        }
        self.at += 1;
        Some(())
    }

    fn array(&mut self, node: usize, depth: usize) -> Option<()> {
        self.at += 1;
        let mut place = 0_usize;
        while self.peek()? != b']' {
            let next = self.wanted.nodes[node].below.get(&place.to_string()).copied();
            self.value(next, depth)?;
            if self.peek()? == b',' {
                self.at += 1;
            }
            place += 1;
        }
        self.at += 1;
        Some(())
    }

    /// Passes over a value without recursion.
    fn skip(&mut self) -> Option<()> {
        let mut open = 0_usize;
        loop {
            match self.peek()? {
                b'"' => self.string()?,
                b'{' | b'[' => {
                    self.at += 1;
                    open += 1;
                    continue;
                }
                b'}' | b']' => {
                    self.at += 1;
                    open = open.checked_sub(1)?;
                }
                b',' | b':' if open > 0 => {
                    self.at += 1;
                    continue;
                }
                _ => self.token()?,
            }
            if open == 0 {
                return Some(());
            }
        }
    }

    /// A number or a word.
    fn token(&mut self) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let is_part =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let length = rest.iter().take_while(|byte| is_part(byte)).count();
        self.at += length;
        (length > 0).then_some(())
    }

    fn string(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.at = at + 1;
        Some(())
    }
}

/// Lines and columns of a text.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// Characters before each multiple of [`STRIDE`] bytes.
    counts: Vec<usize>,
}

const STRIDE: usize = 4_096;

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        let mut counts = vec![0];
        for chunk in text.as_bytes().chunks(STRIDE) {
            counts.push(counts.last().copied().unwrap_or_default() + count(chunk));
        }
        Self { text, starts, counts }
    }

    /// Line and column of a byte, both from 1; the column counts characters.
    pub(super) fn position(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let before = self.characters(offset) - self.characters(self.starts[line - 1]);
        (line, before + 1)
    }

    /// The bytes of a line, without its end.
    pub(super) fn range(&self, line: usize) -> Range<usize> {
        let start = self.starts[line - 1];
        let end = self.starts.get(line).map_or(self.text.len(), |next| next - 1);
        let end = if self.text[start..end].ends_with('\r') { end - 1 } else { end };
        start..end
    }

    fn characters(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        let stride = offset / STRIDE;
        self.counts[stride] + count(&self.text.as_bytes()[stride * STRIDE..offset])
    }
}

fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_escapes_as_what_they_stand_for() {
        let token = r#""a\n\u00e9\ud83d\ude00é\"z""#;
        let value = value_of(token).unwrap();
        for (offset, _) in value.char_indices() {
            let at = raw_offset(token, offset);
            let rest = value_of(&format!("\"{}", &token[at..])).unwrap();
            assert_eq!(rest, value[offset..], "{offset}");
        }
        assert_eq!(raw_offset(token, value.len()), token.len() - 1);
        assert_eq!(raw_offset(token, 999), token.len() - 1);
    }

    #[test]
    fn ranges_are_those_of_the_values() {
        let text =
            "\u{feff}{\"a\": [1, {\"b\\u0063\" : \"x\\\"\"}, []], \"d\":{\"e\":[[2]],\"f\":-1e3}}";
        let cases: [(&[&str], Option<&str>); 6] = [
            (&["a", "1", "bc"], Some("\"x\\\"\"")),
            (&["a", "2"], Some("[]")),
            (&["d", "f"], Some("-1e3")),
            (&["d", "e", "0"], Some("[2]")),
            (&["a", "3"], None),
            (&["d", "f", "x"], None),
        ];
        let paths: Vec<_> = cases.iter().map(|(path, _)| path.to_vec()).collect();
        for (range, (path, expected)) in ranges(text, &paths).into_iter().zip(cases) {
            assert_eq!(range.map(|range| &text[range]), expected, "{path:?}");
        }
    }

    #[test]
    fn what_is_no_json_has_no_places() {
        for text in ["", "{", "{\"a\"", "{\"a\":", "{\"a\" 1}", "[}", "nonsense", "{\"a\":\"", "\""]
        {
            assert_eq!(ranges(text, &[vec!["a"]]), [None], "{text}");
        }
    }

    #[test]
    fn columns_count_characters_on_long_lines() {
        let long = "é".repeat(5_000);
        let text = format!("{long}x\r\nab\n");
        let lines = Lines::new(&text);
        assert_eq!(lines.position(10_000), (1, 5_001));
        assert_eq!(lines.position(10_004), (2, 2));
        assert_eq!(&text[lines.range(1)], format!("{long}x"));
        assert_eq!(lines.position(text.len()), (3, 1));
    }
}
