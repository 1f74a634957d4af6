//! Reading JSON as json-smart 2.5.0 does in its permissive mode.
//!
//! Quotes may be single or missing, commas may be too many, what follows the first value is not
//! looked at, and text that is nothing else is a string. What stays an error: an array or object
//! that is not closed, a bracket or colon out of place, a bad `\u`, nesting beyond 400.

use crate::error::ParseError;
use crate::json::{Json, without_repeated_names};
use crate::limits::Limits;
use crate::number::Number;
use crate::unescape::{self, Utf16Text};

/// The character that stands for the end of the input, and ends it too where it is in the text.
const END: u8 = 0x1A;

/// From this character on nothing ends an unquoted token.
const NEVER_STOPS: u8 = b'~';

/// The characters that end an unquoted token, by where it stands.
#[derive(Clone, Copy)]
enum Stop {
    Nothing,
    Key,
    Member,
    Element,
}

impl Stop {
    fn at(self, c: u8) -> bool {
        let own: &[u8] = match self {
            Stop::Nothing => b"",
            Stop::Key => b":",
            Stop::Member => b",}",
            Stop::Element => b",]",
        };
        c == END || own.contains(&c)
    }
}

/// Reads the first value of the text.
///
/// # Errors
/// As the module says; also for a text over the limits. `null` is a value here.
pub(crate) fn parse(text: &str, limits: &Limits) -> Result<Json, ParseError> {
    if text.len() > limits.input_bytes() {
        return Err(too_long(limits));
    }
    let mut reader =
        Reader { text, bytes: text.as_bytes(), at: 0, depth: 0, limit: limits.depth() };
    reader.skip_blanks();
    reader.value(Stop::Nothing)
}

pub(crate) fn too_long(limits: &Limits) -> ParseError {
    let limit = limits.input_bytes();
    ParseError::new(format!("the document is longer than the limit of {limit} bytes"), limit)
}

pub(crate) fn too_deep(limit: usize, offset: usize) -> ParseError {
    ParseError::new(format!("arrays and objects nest deeper than {limit} levels"), offset)
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    limit: usize,
}

impl<'a> Reader<'a> {
    fn current(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(END)
    }

    /// The blanks that may stand between tokens.
    fn skip_blanks(&mut self) {
        while matches!(self.current(), b' ' | b'\r' | b'\n' | b'\t') {
            self.at += 1;
        }
    }

    /// After a key, a value or a number every control character counts as a blank.
    fn skip_space(&mut self) {
        while self.current() <= b' ' && self.current() != END {
            self.at += 1;
        }
    }

    fn skip_digits(&mut self) {
        while self.current().is_ascii_digit() {
            self.at += 1;
        }
    }

    fn unexpected(&self) -> ParseError {
        match self.text[self.at..].chars().next() {
            Some(c) => ParseError::new(format!("unexpected `{}`", c.escape_debug()), self.at),
            None => self.unclosed(),
        }
    }

    fn unclosed(&self) -> ParseError {
        let what = "the document ends before its arrays, objects and strings are closed";
        ParseError::new(what, self.at)
    }

    fn value(&mut self, stop: Stop) -> Result<Json, ParseError> {
        self.skip_blanks();
        match self.current() {
            b':' | b'}' | b']' => Err(self.unexpected()),
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::array),
            b'"' | b'\'' => Ok(Json::String(self.quoted()?)),
            b'0'..=b'9' | b'-' => self.number(stop),
            // Odd blanks before the word have been trimmed off, but keep it from being a literal.
            first => Ok(match self.unquoted(stop) {
                "null" if first == b'n' => Json::Null,
                "true" if first == b't' => Json::Bool(true),
                "false" if first == b'f' => Json::Bool(false),
                "NaN" if first == b'N' => Json::from(f64::NAN),
                text => Json::from(text),
            }),
        }
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Json, ParseError>,
    ) -> Result<Json, ParseError> {
        self.depth += 1;
        if self.depth > self.limit {
            return Err(too_deep(self.limit, self.at));
        }
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self) -> Result<Json, ParseError> {
        let mut elements = Vec::new();
        loop {
            match self.current() {
                b' ' | b'\r' | b'\n' | b'\t' | b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Ok(Json::Array(elements));
                }
                b':' | b'}' => return Err(self.unexpected()),
                END => return Err(self.unclosed()),
                _ => elements.push(self.value(Stop::Element)?),
            }
        }
    }

    fn object(&mut self) -> Result<Json, ParseError> {
        let mut members = Vec::new();
        loop {
            match self.current() {
                b' ' | b'\r' | b'\n' | b'\t' | b',' => {
                    self.at += 1;
                    continue;
                }
                b':' | b']' | b'[' | b'{' => return Err(self.unexpected()),
                b'}' => break,
                _ => members.push(self.member()?),
            }
            self.skip_space();
            match self.current() {
                b'}' => break,
                b',' => self.at += 1,
                END => return Err(self.unclosed()),
                _ => return Err(self.unexpected()),
            }
        }
        self.at += 1;
        without_repeated_names(&mut members);
        Ok(Json::Object(members))
    }

    fn member(&mut self) -> Result<(String, Json), ParseError> {
        let key = match self.current() {
            b'"' | b'\'' => self.quoted()?,
            _ => self.unquoted(Stop::Key).to_owned(),
        };
        self.skip_space();
        match self.current() {
            b':' => self.at += 1,
            END => return Err(self.unclosed()),
            _ => return Err(self.unexpected()),
        }
        if self.at >= self.bytes.len() {
            return Err(self.unclosed());
        }
        Ok((key, self.value(Stop::Member)?))
    }

    fn unquoted(&mut self, stop: Stop) -> &'a str {
        self.token(self.at, stop)
    }

    /// The text from `start` up to what ends it, without the blanks around it.
    fn token(&mut self, start: usize, stop: Stop) -> &'a str {
        while !stop.at(self.current()) {
            self.at += 1;
        }
        trimmed(&self.text[start..self.at])
    }

    fn number(&mut self, stop: Stop) -> Result<Json, ParseError> {
        let start = self.at;
        self.at += 1;
        self.skip_digits();
        let mut whole = true;
        if self.current() == b'.' {
            whole = false;
            self.at += 1;
            self.skip_digits();
        }
        if matches!(self.current(), b'e' | b'E') {
            whole = false;
            self.at += 1;
            if !matches!(self.current(), b'+' | b'-' | b'0'..=b'9') {
                return Ok(Json::from(self.token(start, stop)));
            }
            self.at += 1;
            self.skip_digits();
        }
        self.skip_space();
        let next = self.current();
        if next < NEVER_STOPS && !stop.at(next) {
            return Ok(Json::from(self.token(start, stop)));
        }
        let token = trimmed(&self.text[start..self.at]);
        let bad = || ParseError::new(format!("`{}` is not a number", token.escape_debug()), start);
        // json-smart computes with control characters as if they were digits.
        if token.bytes().any(|byte| byte < b' ') {
            return Err(bad());
        }
        if whole {
            return Ok(Json::Number(Number::from_integer_token(token)));
        }
        Number::from_decimal_token(token).map(Json::Number).ok_or_else(bad)
    }

    fn quoted(&mut self) -> Result<String, ParseError> {
        let quote = self.current();
        let start = self.at + 1;
        let rest = &self.bytes[start..];
        let Some(length) = memchr::memchr(quote, rest) else {
            self.at = self.bytes.len();
            return Err(self.unclosed());
        };
        if memchr::memchr(b'\\', &rest[..length]).is_none() {
            self.at = start + length + 1;
            return Ok(self.text[start..start + length].to_owned());
        }
        self.at = start;
        self.escaped(quote)
    }

    /// A quoted string with backslashes: control characters and unknown escapes are left out.
    fn escaped(&mut self, quote: u8) -> Result<String, ParseError> {
        let mut text = Utf16Text::default();
        loop {
            let Some(c) = self.text[self.at..].chars().next() else { return Err(self.unclosed()) };
            self.at += c.len_utf8();
            match c {
                '\u{1a}' => return Err(self.unclosed()),
                '\\' => self.escape(&mut text)?,
                '\u{0}'..='\u{1f}' | '\u{7f}' => {}
                c if u32::from(c) == u32::from(quote) => return Ok(text.finish()),
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self, text: &mut Utf16Text) -> Result<(), ParseError> {
        let Some(c) = self.text[self.at..].chars().next() else { return Err(self.unclosed()) };
        self.at += c.len_utf8();
        match c {
            'u' => text.push_unit(self.hex(4)?),
            'x' => text.push_unit(self.hex(2)?),
            c => unescape::simple(c).into_iter().for_each(|c| text.push(c)),
        }
        Ok(())
    }

    fn hex(&mut self, digits: usize) -> Result<u16, ParseError> {
        let mut value = 0;
        for _ in 0..digits {
            let digit = char::from(self.current()).to_digit(16);
            let Some(digit) = digit else {
                let message = format!("an escape needs {digits} hexadecimal digits");
                return Err(ParseError::new(message, self.at));
            };
            value = value * 16 + digit as u16;
            self.at += 1;
        }
        Ok(value)
    }
}

/// Without the blanks at both ends, by Java's `Character.isWhitespace`; one character always stays.
fn trimmed(text: &str) -> &str {
    let inner = text.trim_matches(is_java_whitespace);
    match text.char_indices().next_back() {
        Some((last, _)) if inner.is_empty() => &text[last..],
        _ => inner,
    }
}

fn is_java_whitespace(c: char) -> bool {
    match c {
        '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{85}' => false,
        '\u{1c}'..='\u{1f}' => true,
        c => c.is_whitespace(),
    }
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
    fn text_that_is_no_json_is_a_string() {
        assert_eq!(read("<html>"), r#""<html>""#);
        assert_eq!(read("not json"), r#""not json""#);
        assert_eq!(read("   "), r#""""#);
        assert_eq!(read("5 apples"), r#""5 apples""#);
        assert_eq!(read("null and void"), r#""null and void""#);
    }

    #[test]
    fn quotes_and_commas_are_free() {
        assert_eq!(read("{a:b, 'c':'d',,}"), r#"{"a":"b","c":"d"}"#);
        assert_eq!(read("[1,,2,]"), "[1,2]");
        assert_eq!(read("{a:,b:1}"), r#"{"a":"","b":1}"#);
        assert_eq!(read("{a b : c d }"), r#"{"a b":"c d"}"#);
        assert_eq!(read("{a:1] }"), r#"{"a":"1]"}"#);
    }

    #[test]
    fn what_follows_the_first_value_is_not_looked_at() {
        assert_eq!(read(r#"{"a":1}{"b""#), r#"{"a":1}"#);
        assert_eq!(read("[1]]]]"), "[1]");
        assert_eq!(read("\"a\" b"), r#""a""#);
    }

    #[test]
    fn what_is_not_closed_is_an_error() {
        for text in ["{", "[", "[1", "{\"a\":1", "{\"a\"", "{\"a\":", "\"a", "{a:}", "[:]", "}"] {
            assert!(read(text).starts_with("error"), "{text}");
        }
    }

    #[test]
    fn numbers_follow_json_smart() {
        assert_eq!(
            read("[01,+1,-,1.,-.5,1e2,1e,1.2.3]"),
            r#"[1,"+1",0,1.0,-0.5,1e2,"1e","1.2.3"]"#
        );
        assert_eq!(read("[1é]"), r#"[1,"é"]"#);
        assert!(read("{a:1é}").starts_with("error"));
        assert!(read("[-.]").starts_with("error"));
        assert!(read("[1e99999999999999999999]").starts_with("error"));
        for text in ["[1\u{0}]", "[1\u{0}\u{1c}]", "[1.5\u{1}]", "-\u{2} "] {
            assert!(read(text).starts_with("error"), "{text:?}");
        }
        assert_eq!(read("[1\u{1c}\t]"), "[1]");
    }

    #[test]
    fn escapes_follow_json_smart() {
        assert_eq!(read(r#""\x41\q\u0042\/""#), r#""AB/""#);
        assert_eq!(read("'a\\\"\u{7f}\u{1}b'"), r#""a\"b""#);
        assert_eq!(read("\"a\u{7f}\""), "\"a\u{7f}\"");
        assert!(read(r#""\u00zz""#).starts_with("error"));
        assert!(read("\"\\n\u{1a}\"").starts_with("error"));
    }

    #[test]
    fn nesting_stops_at_400() {
        assert_eq!(read(&("[".repeat(400) + &"]".repeat(400))).len(), 800);
        assert_eq!(read(&"[".repeat(401)), "error at 400");
        assert!(read(&"[".repeat(1_000_000)).starts_with("error"));
        assert!(read(&"{a:".repeat(1_000_000)).starts_with("error"));
    }
}
