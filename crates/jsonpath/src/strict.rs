//! One pass over strict JSON that checks it and notes where every value is.
//!
//! The notes (the *tape*) are eight bytes a value, in one allocation; nothing of the text is copied
//! before a path asks for it. The pass knows only RFC 8259: for anything else it says where it
//! stopped, and the caller decides whether the permissive reader should have a try.

use crate::error::ParseError;
use crate::json::{Json, without_repeated_names};
use crate::limits::Limits;
use crate::number::Number;
use crate::{permissive, unescape};

/// Reads a whole text as strict JSON.
///
/// # Errors
/// Says what is wrong and where.
pub(crate) fn parse(text: &str, limits: &Limits) -> Result<Json, ParseError> {
    if text.len() > limits.input_bytes() {
        return Err(permissive::too_long(limits));
    }
    let tape = Tape::build(text, limits.depth())?;
    let rest = &text[tape.end..];
    let blanks = rest.bytes().take_while(|b| is_blank(*b)).count();
    if blanks < rest.len() {
        return Err(unexpected(text, tape.end + blanks));
    }
    Ok(tape.json(text, Tape::ROOT, true))
}

/// Where one value of the text is: its first byte, and a second number that depends on its kind.
#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    /// Strings: the offset of the closing quote, with [`ESCAPED`]. Numbers: the offset behind.
    /// Arrays and objects: the tape's place behind their last value (while they are open: the place
    /// of the one around them).
    extent: u32,
}

/// Marks a string with backslashes.
const ESCAPED: u32 = 1 << 31;

/// What the tape says of one value.
pub(crate) enum Kind {
    /// An object; its members are walked by [`Tape::member`].
    Object,
    /// An array; its elements are walked by [`Tape::element`].
    Array,
    /// A string, number or literal.
    Plain,
}

/// The places of all values of a strict JSON text, in the order of the text; the name of a member
/// is a string before its value.
pub(crate) struct Tape {
    entries: Vec<Entry>,
    /// The offset behind the first value.
    end: usize,
    /// Whether a number is so odd that the permissive reader must judge it.
    pub(crate) odd_number: bool,
}

impl Tape {
    /// The place of the whole document.
    pub(crate) const ROOT: usize = 0;

    /// Checks the first value of the text; what follows it is not looked at.
    pub(crate) fn build(text: &str, depth: usize) -> Result<Tape, ParseError> {
        let mut scan = Scan {
            bytes: text.as_bytes(),
            at: 0,
            entries: Vec::with_capacity(text.len() / 8 + 4),
            odd_number: false,
        };
        match scan.document(depth) {
            Ok(()) => Ok(Tape { entries: scan.entries, end: scan.at, odd_number: scan.odd_number }),
            Err(Stopped::Unexpected) => Err(unexpected(text, scan.at)),
            Err(Stopped::TooDeep) => Err(permissive::too_deep(depth, scan.at)),
        }
    }

    pub(crate) fn kind(&self, text: &str, place: usize) -> Kind {
        match text.as_bytes()[self.entries[place].start as usize] {
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            _ => Kind::Plain,
        }
    }

    /// The place behind a value and all that is inside it.
    fn behind(&self, text: &str, place: usize) -> usize {
        match self.kind(text, place) {
            Kind::Object | Kind::Array => self.entries[place].extent as usize,
            Kind::Plain => place + 1,
        }
    }

    /// The value of that name in the object at `place`: the last one, if the name is repeated.
    pub(crate) fn member(&self, text: &str, place: usize, name: &str) -> Option<usize> {
        let end = self.entries[place].extent as usize;
        let mut found = None;
        let mut key = place + 1;
        while key < end {
            if self.string_is(text, key, name) {
                found = Some(key + 1);
            }
            key = self.behind(text, key + 1);
        }
        found
    }

    /// The element at that index of the array at `place`; a negative index counts from the end.
    pub(crate) fn element(&self, text: &str, place: usize, index: i64) -> Option<usize> {
        let end = self.entries[place].extent as usize;
        let index = match index {
            0.. => index,
            _ => index + self.length(text, place) as i64,
        };
        let index = usize::try_from(index).ok()?;
        self.elements(text, place).nth(index).filter(|at| *at < end)
    }

    /// How many elements the array at `place` has.
    pub(crate) fn length(&self, text: &str, place: usize) -> usize {
        self.elements(text, place).count()
    }

    /// The places of an array's elements.
    fn elements<'t>(&'t self, text: &'t str, place: usize) -> impl Iterator<Item = usize> + 't {
        let end = self.entries[place].extent as usize;
        let first = (place + 1 < end).then_some(place + 1);
        std::iter::successors(first, move |at| Some(self.behind(text, *at)).filter(|at| *at < end))
    }

    fn raw_string<'t>(&self, text: &'t str, place: usize) -> &'t str {
        let entry = self.entries[place];
        &text[entry.start as usize + 1..(entry.extent & !ESCAPED) as usize]
    }

    fn string_is(&self, text: &str, place: usize, name: &str) -> bool {
        let raw = self.raw_string(text, place);
        match self.entries[place].extent & ESCAPED {
            0 => raw == name,
            _ => unescape::strict(raw, false) == name,
        }
    }

    fn string(&self, text: &str, place: usize, keep_del: bool) -> String {
        let raw = self.raw_string(text, place);
        match self.entries[place].extent & ESCAPED {
            0 => raw.to_owned(),
            _ => unescape::strict(raw, keep_del),
        }
    }

    /// Makes the value at `place`, with all that is inside it.
    pub(crate) fn json(&self, text: &str, place: usize, keep_del: bool) -> Json {
        let start = self.entries[place].start as usize;
        match text.as_bytes()[start] {
            b'{' => {
                let end = self.entries[place].extent as usize;
                let mut members = Vec::new();
                let mut key = place + 1;
                while key < end {
                    let name = self.string(text, key, keep_del);
                    members.push((name, self.json(text, key + 1, keep_del)));
                    key = self.behind(text, key + 1);
                }
                without_repeated_names(&mut members);
                Json::Object(members)
            }
            b'[' => {
                let elements = self.elements(text, place);
                Json::Array(elements.map(|at| self.json(text, at, keep_del)).collect())
            }
            b'"' => Json::String(self.string(text, place, keep_del)),
            b't' => Json::Bool(true),
            b'f' => Json::Bool(false),
            b'n' => Json::Null,
            _ => {
                let token = &text[start..self.entries[place].extent as usize];
                Json::Number(Number::from_strict_token(token))
            }
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

fn unexpected(text: &str, at: usize) -> ParseError {
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some(c) => ParseError::new(format!("unexpected `{}`", c.escape_debug()), at),
        None => ParseError::new("the document ends too early", text.len()),
    }
}

enum Stopped {
    Unexpected,
    TooDeep,
}

type Scanned<T> = Result<T, Stopped>;

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    entries: Vec<Entry>,
    odd_number: bool,
}

/// The state between two tokens.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    Value,
    /// A value behind `[`, or `]`.
    FirstElement,
    /// A name behind `{`, or `}`.
    FirstName,
    Name,
    /// A comma or the end of the array or object.
    Behind,
}

impl Scan<'_> {
    #[inline]
    fn current(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    fn skip_blanks(&mut self) -> u8 {
        loop {
            let byte = self.current();
            if !is_blank(byte) {
                return byte;
            }
            self.at += 1;
        }
    }

    fn document(&mut self, deepest: usize) -> Scanned<()> {
        let mut next = Next::Value;
        let mut depth = 0;
        let mut around = 0;
        loop {
            let byte = self.skip_blanks();
            next = match (next, byte) {
                (Next::Behind, b',') => {
                    self.at += 1;
                    if self.is_object(around) { Next::Name } else { Next::Value }
                }
                (Next::FirstName | Next::Name, b'"') => {
                    self.string()?;
                    self.colon()?;
                    Next::Value
                }
                (Next::Value | Next::FirstElement, b'"') => {
                    self.string()?;
                    Next::Behind
                }
                (Next::Value | Next::FirstElement, b'{' | b'[') => {
                    if depth == deepest {
                        return Err(Stopped::TooDeep);
                    }
                    depth += 1;
                    let place = self.entries.len();
                    self.note(self.at, around as u32);
                    around = place;
                    self.at += 1;
                    if byte == b'{' { Next::FirstName } else { Next::FirstElement }
                }
                (Next::Behind | Next::FirstName, b'}') if depth > 0 && self.is_object(around) => {
                    around = self.close(around);
                    depth -= 1;
                    Next::Behind
                }
                (Next::Behind | Next::FirstElement, b']')
                    if depth > 0 && !self.is_object(around) =>
                {
                    around = self.close(around);
                    depth -= 1;
                    Next::Behind
                }
                (Next::Value | Next::FirstElement, _) => {
                    self.plain(byte)?;
                    Next::Behind
                }
                _ => return Err(Stopped::Unexpected),
            };
            if depth == 0 && next == Next::Behind {
                return Ok(());
            }
        }
    }

    fn is_object(&self, place: usize) -> bool {
        self.bytes[self.entries[place].start as usize] == b'{'
    }

    fn close(&mut self, place: usize) -> usize {
        self.at += 1;
        let behind = self.entries.len() as u32;
        std::mem::replace(&mut self.entries[place].extent, behind) as usize
    }

    #[inline]
    fn note(&mut self, start: usize, extent: u32) {
        self.entries.push(Entry { start: start as u32, extent });
    }

    fn colon(&mut self) -> Scanned<()> {
        if self.skip_blanks() != b':' {
            return Err(Stopped::Unexpected);
        }
        self.at += 1;
        Ok(())
    }

    fn plain(&mut self, byte: u8) -> Scanned<()> {
        match byte {
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            _ => Err(Stopped::Unexpected),
        }
    }

    fn literal(&mut self, word: &[u8]) -> Scanned<()> {
        if !self.bytes[self.at..].starts_with(word) {
            return Err(Stopped::Unexpected);
        }
        self.note(self.at, 0);
        self.at += word.len();
        Ok(())
    }

    fn digits(&mut self) -> Scanned<()> {
        let start = self.at;
        while self.current().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start { Err(Stopped::Unexpected) } else { Ok(()) }
    }

    fn number(&mut self) -> Scanned<()> {
        let start = self.at;
        self.at += usize::from(self.current() == b'-');
        if self.current() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.current() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.current(), b'e' | b'E') {
            self.at += 1;
            self.at += usize::from(matches!(self.current(), b'+' | b'-'));
            self.digits()?;
            self.odd_number |= self.at - start > 18;
        }
        self.note(start, self.at as u32);
        Ok(())
    }

    #[inline]
    fn string(&mut self) -> Scanned<()> {
        let start = self.at;
        self.at += 1;
        let mut escaped = 0;
        loop {
            self.at = first_special(self.bytes, self.at);
            match self.current() {
                b'"' => break,
                b'\\' => {
                    escaped = ESCAPED;
                    self.escape()?;
                }
                _ => return Err(Stopped::Unexpected),
            }
        }
        self.note(start, self.at as u32 | escaped);
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Scanned<()> {
        self.at += 1;
        match self.current() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.current().is_ascii_hexdigit() {
                        return Err(Stopped::Unexpected);
                    }
                    self.at += 1;
                }
            }
            _ => return Err(Stopped::Unexpected),
        }
        Ok(())
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The first quote, backslash or control character from `at` on, or the end: eight bytes at a time.
#[inline]
fn first_special(bytes: &[u8], mut at: usize) -> usize {
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        // Each test may also mark bytes above the first true one; only the lowest mark is used.
        let quote = word ^ (ONES * b'"' as u64);
        let backslash = word ^ (ONES * b'\\' as u64);
        let zeros = quote.wrapping_sub(ONES) & !quote | backslash.wrapping_sub(ONES) & !backslash;
        let controls = word.wrapping_sub(ONES * 0x20) & !word;
        let marks = (zeros | controls) & HIGHS;
        if marks != 0 {
            return at + (marks.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1F);
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match parse(text, &Limits::default()) {
            Ok(value) => value.to_json_text(),
            Err(error) => format!("error at {}", error.offset),
        }
    }

    #[test]
    fn strict_json_comes_back() {
        let text = r#"{"a":[1,-2.50,1e3,true,false,null,"x\"y",[],{}],"b":{"c":{"d":"é😀"}}}"#;
        assert_eq!(read(text), text);
        assert_eq!(read(" [ 1 , { \"a\" : 2 } ]\n"), r#"[1,{"a":2}]"#);
        assert_eq!(read("\t5 "), "5");
        assert_eq!(read(r#"{"a":1,"b":2,"\u0061":3}"#), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn everything_else_is_an_error_with_its_place() {
        assert_eq!(read(""), "error at 0");
        assert_eq!(read("{\"a\":1,}"), "error at 7");
        assert_eq!(read("[1 2]"), "error at 3");
        assert_eq!(read("[1]]"), "error at 3");
        assert_eq!(read("[01]"), "error at 2");
        assert_eq!(read("[1.]"), "error at 3");
        assert_eq!(read("\"a\nb\""), "error at 2");
        assert_eq!(read("[\"\\x41\"]"), "error at 3");
        assert_eq!(read("{]"), "error at 1");
        assert_eq!(read("[}"), "error at 1");
        assert_eq!(read("{\"a\" 1}"), "error at 5");
        assert_eq!(read("\"abc"), "error at 4");
        assert_eq!(read("nul"), "error at 0");
    }

    #[test]
    fn nesting_is_limited() {
        assert_eq!(read(&("[".repeat(400) + &"]".repeat(400))).len(), 800);
        assert_eq!(read(&"[".repeat(1_000_000)), "error at 400");
    }

    #[test]
    fn specials_are_found_wherever_they_stand() {
        for length in 0..40 {
            for special in ['"', '\\', '\u{0}', '\u{1f}'] {
                let text = "é\u{7f}~!#[]".repeat(5)[..].chars().take(length).collect::<String>();
                let whole = format!("{text}{special}\"tail tail tail");
                assert_eq!(first_special(whole.as_bytes(), 0), text.len());
            }
        }
        assert_eq!(first_special(b"abcdefghij", 0), 10);
        assert_eq!(first_special(b"abc", 7), 7);
    }
}
