//! Reads strict JSON (RFC 8259) within limits.

use std::ops::Range;

use super::{Json, line_and_column};

/// The largest text that is read, in bytes. The largest real export is under 1 MB.
pub const MAX_BYTES: usize = 32 << 20;

/// The deepest nesting that is read. Real exports nest about ten deep.
pub const MAX_DEPTH: usize = 128;

/// Why a text could not be read as JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The text is larger than [`MAX_BYTES`].
    #[error("the file has {bytes} bytes, but at most {MAX_BYTES} are read")]
    TooLarge {
        /// The text's size.
        bytes: usize,
    },
    /// The text nests deeper than [`MAX_DEPTH`].
    #[error("line {line}, column {column}: nested deeper than {MAX_DEPTH} levels")]
    TooDeep {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The text is not JSON.
    #[error("line {line}, column {column}: {expected}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What should stand there.
        expected: &'static str,
    },
}

/// Reads one JSON value and nothing after it.
pub fn read(text: &str) -> Result<Json, ReadError> {
    if text.len() > MAX_BYTES {
        return Err(ReadError::TooLarge { bytes: text.len() });
    }
    let mut reader = Reader { text, at: 0, depth: 0 };
    // Some editors put a byte order mark at the start.
    reader.at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let value = reader.value().map_err(|fault| fault.located(text))?;
    reader.blanks();
    if reader.at < text.len() {
        let fault = reader.syntax("the file should end here, after the JSON value");
        return Err(fault.located(text));
    }
    Ok(value)
}

/// Finds the value at a path of keys and indexes. None when the text is not JSON.
pub(super) fn locate(text: &str, path: &[&str]) -> Option<Range<usize>> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    reader.at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    for step in path {
        reader.blanks();
        match reader.peek()? {
            b'{' => reader.enter_member(step)?,
            b'[' => reader.enter_element(step.parse().ok()?)?,
            _ => return None,
        }
    }
    reader.blanks();
    let start = reader.at;
    reader.value().ok()?;
    Some(start..reader.at)
}

enum Fault {
    Syntax(usize, &'static str),
    Depth(usize),
}

impl Fault {
    fn located(self, text: &str) -> ReadError {
        match self {
            Self::Syntax(at, expected) => {
                let (line, column) = line_and_column(text, at);
                ReadError::Syntax { line, column, expected }
            }
            Self::Depth(at) => {
                let (line, column) = line_and_column(text, at);
                ReadError::TooDeep { line, column }
            }
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn syntax(&self, expected: &'static str) -> Fault {
        Fault::Syntax(self.at, expected)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), Fault> {
        if self.peek() != Some(byte) {
            return Err(self.syntax(expected));
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self) -> Result<Json, Fault> {
        self.blanks();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Json::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Json, Fault>) -> Result<Json, Fault> {
        if self.depth == MAX_DEPTH {
            return Err(Fault::Depth(self.at));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Json, Fault> {
        self.at += 1;
        let mut members = Vec::new();
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            let key = self.key()?;
            members.push((key, self.value()?));
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.syntax("expected , or } in an object")),
            }
        }
        self.at += 1;
        Ok(Json::Object(members))
    }

    /// A key and the colon after it.
    fn key(&mut self) -> Result<String, Fault> {
        self.blanks();
        if self.peek() != Some(b'"') {
            return Err(self.syntax("expected a key in double quotes"));
        }
        let key = self.string()?;
        self.blanks();
        self.expect(b':', "expected : after a key")?;
        Ok(key)
    }

    fn array(&mut self) -> Result<Json, Fault> {
        self.at += 1;
        let mut elements = Vec::new();
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(elements));
        }
        loop {
            elements.push(self.value()?);
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.syntax("expected , or ] in an array")),
            }
        }
        self.at += 1;
        Ok(Json::Array(elements))
    }

    fn word(&mut self) -> Result<Json, Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let words =
            [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
        for (word, value) in words {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.syntax("expected a JSON value"))
    }

    fn number(&mut self) -> Result<Json, Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.syntax("expected a digit")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(Json::Number(self.text[start..self.at].into()))
    }

    fn some_digits(&mut self) -> Result<(), Fault> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.syntax("expected a digit"));
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Result<String, Fault> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            out.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut out)?,
                Some(_) => return Err(self.syntax("a control character must be escaped")),
                None => return Err(self.syntax("the string is not closed")),
            }
        }
        self.at += 1;
        Ok(out)
    }

    fn escape(&mut self, out: &mut String) -> Result<(), Fault> {
        let Some(byte) = self.text.as_bytes().get(self.at + 1) else {
            return Err(self.syntax("the string is not closed"));
        };
        let plain = match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(out),
            _ => return Err(self.syntax("unknown escape in a string")),
        };
        out.push(plain);
        self.at += 2;
        Ok(())
    }

    fn unicode_escape(&mut self, out: &mut String) -> Result<(), Fault> {
        let first = self.unit()?;
        let code = match first {
            0xD800..=0xDBFF => {
                let second = self.unit()?;
                if !(0xDC00..=0xDFFF).contains(&second) {
                    return Err(self.syntax("half of a surrogate pair"));
                }
                0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
            }
            other => other,
        };
        let Some(character) = char::from_u32(code) else {
            return Err(self.syntax("half of a surrogate pair"));
        };
        out.push(character);
        Ok(())
    }

    /// One `\uXXXX`.
    fn unit(&mut self) -> Result<u32, Fault> {
        let digits = self.text.get(self.at..self.at + 6).and_then(|it| it.strip_prefix("\\u"));
        let hex = digits.filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = hex.and_then(|it| u32::from_str_radix(it, 16).ok());
        let Some(unit) = unit else { return Err(self.syntax("expected \\u and four hex digits")) };
        self.at += 6;
        Ok(unit)
    }

    /// Goes to the value of this member of the object that begins here.
    fn enter_member(&mut self, name: &str) -> Option<()> {
        self.at += 1;
        loop {
            if self.key().ok()? == name {
                return Some(());
            }
            self.value().ok()?;
            self.blanks();
            self.expect(b',', "").ok()?;
        }
    }

    /// Goes to this element of the array that begins here.
    fn enter_element(&mut self, index: usize) -> Option<()> {
        self.at += 1;
        for _ in 0..index {
            self.value().ok()?;
            self.blanks();
            self.expect(b',', "").ok()?;
        }
        self.blanks();
        (self.peek() != Some(b']')).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        let cases = [
            ("", "line 1, column 1: expected a JSON value"),
            ("{\n  \"a\": }", "line 2, column 8: expected a JSON value"),
            ("{\"a\" 1}", "line 1, column 6: expected : after a key"),
            ("[1 2]", "line 1, column 4: expected , or ] in an array"),
            ("\"abc", "line 1, column 5: the string is not closed"),
            ("01", "line 1, column 2: the file should end here, after the JSON value"),
            ("\"\\ud800\"", "line 1, column 8: expected \\u and four hex digits"),
            ("<html>", "line 1, column 1: expected a JSON value"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).unwrap_err().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        let text = "[".repeat(1_000_000);
        assert!(matches!(read(&text), Err(ReadError::TooDeep { .. })));
        let fits = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(read(&fits).is_ok());
    }
}
