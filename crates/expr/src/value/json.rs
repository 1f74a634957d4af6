//! JSON to values and back. Its own small reader, since numbers are typed as in Java, the order of
//! members counts, and digits beyond 64 bits are kept.

use std::fmt::Write;

use super::{Map, Value, push_double};

/// JSON nested deeper than this is refused.
const MAX_DEPTH: usize = 64;

/// Text that is not strict JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not valid JSON at byte {offset}: {message}")]
pub struct JsonError {
    /// What is wrong.
    pub message: &'static str,
    /// Where, in bytes.
    pub offset: usize,
}

impl JsonError {
    pub(crate) fn not_an_object() -> Self {
        Self { message: "an object is wanted here: {…}", offset: 0 }
    }
}

impl Value<'static> {
    /// Reads strict JSON. Objects keep their order; a whole number becomes an Int, a Long beyond
    /// 32 bits, a Big beyond 64; one with a point or an exponent becomes a Double.
    ///
    /// # Errors
    /// When the text is not JSON, nests deeper than 64 levels, or goes on after the value.
    pub fn from_json(text: &str) -> Result<Self, JsonError> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.skip_space();
        if reader.at < text.len() { reader.error("text after the value") } else { Ok(value) }
    }
}

impl Value<'_> {
    /// The value as JSON text. What JSON lacks becomes null (NaN, Infinity) or text (moments,
    /// objects); keys become text.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        write_value(self, &mut out, 0);
        out
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

type Read<T> = Result<T, JsonError>;

impl Reader<'_> {
    fn error<T>(&self, message: &'static str) -> Read<T> {
        Err(JsonError { message, offset: self.at })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Read<Value<'static>> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::Str(self.string()?.into())),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) => self.error("a value is wanted here"),
            None => self.error("the text ends where a value is wanted"),
        }
    }

    fn word(&mut self, word: &str, value: Value<'static>) -> Read<Value<'static>> {
        if !self.text[self.at..].starts_with(word) {
            return self.error("a value is wanted here");
        }
        self.at += word.len();
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Read<Value<'static>> {
        self.at += 1;
        let mut map = Map::new();
        self.deeper(depth)?;
        self.skip_space();
        if self.eat(b'}') {
            return Ok(map.into());
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return self.error("a name in double quotes is wanted here");
            }
            let name = self.string()?;
            self.skip_space();
            if !self.eat(b':') {
                return self.error("`:` is wanted here");
            }
            let value = self.value(depth + 1)?;
            map.insert(name.into(), value);
            self.skip_space();
            if self.eat(b'}') {
                return Ok(map.into());
            }
            if !self.eat(b',') {
                return self.error("`,` or `}` is wanted here");
            }
        }
    }

    fn array(&mut self, depth: usize) -> Read<Value<'static>> {
        self.at += 1;
        let mut items = Vec::new();
        self.deeper(depth)?;
        self.skip_space();
        if self.eat(b']') {
            return Ok(items.into());
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.eat(b']') {
                return Ok(items.into());
            }
            if !self.eat(b',') {
                return self.error("`,` or `]` is wanted here");
            }
        }
    }

    fn deeper(&self, depth: usize) -> Read<()> {
        if depth >= MAX_DEPTH { self.error("nested too deep") } else { Ok(()) }
    }

    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { self.error("a digit is wanted here") } else { Ok(()) }
    }

    fn number(&mut self) -> Read<Value<'static>> {
        let start = self.at;
        self.eat(b'-');
        if self.eat(b'0') {
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return self.error("a number does not begin with 0");
            }
        } else {
            self.digits()?;
        }
        let mut whole = true;
        if self.eat(b'.') {
            whole = false;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            whole = false;
            self.at += 1;
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        Ok(if whole { integer(text) } else { Value::Double(text.parse().unwrap_or(f64::NAN)) })
    }

    fn string(&mut self) -> Read<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest
                .bytes()
                .position(|byte| matches!(byte, b'"' | b'\\') || byte < 0x20)
                .unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.at += 1;
                    let escaped = self.escape()?;
                    out.push(escaped);
                }
                Some(_) => return self.error("a control character inside a string"),
                None => return self.error("the string is not closed"),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let escaped = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return self.error("an unknown escape"),
        };
        self.at += 1;
        Ok(escaped)
    }

    /// A `\u` escape, joined with the next one when the two are a surrogate pair. A surrogate on
    /// its own becomes U+FFFD.
    fn unicode(&mut self) -> Read<char> {
        let first = self.hex()?;
        if let Some(c) = char::from_u32(first) {
            return Ok(c);
        }
        if first < 0xDC00 && self.text[self.at..].starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xDC00..0xE000).contains(&second) {
                let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Read<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let code = digits.and_then(|digits| {
            digits
                .iter()
                .try_fold(0, |sum, &digit| Some(sum * 16 + char::from(digit).to_digit(16)?))
        });
        let Some(code) = code else { return self.error("four hexadecimal digits are wanted here") };
        self.at += 4;
        Ok(code)
    }
}

/// A whole number of the least type that holds it. The two outermost 64-bit numbers count as
/// beyond, as they did for the engine whose answers the conformance cases record.
pub(super) fn integer(text: &str) -> Value<'static> {
    match text.parse::<i64>() {
        Ok(value) => match i32::try_from(value) {
            Ok(value) => Value::Int(value),
            Err(_) if value == i64::MAX || value == i64::MIN => Value::Big(text.into()),
            Err(_) => Value::Long(value),
        },
        Err(_) => Value::Big(text.into()),
    }
}

fn write_value(value: &Value<'_>, out: &mut String, depth: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(_) | Value::Int(_) | Value::Long(_) | Value::Big(_) => value.write_to(out),
        Value::Double(number) if number.is_finite() => push_double(out, *number),
        Value::Double(_) => out.push_str("null"),
        Value::Str(text) => write_text(text, out),
        Value::Safe(text) => write_text(text, out),
        Value::Char(_) | Value::Time(_) | Value::Object(_) => write_text(&value.to_text(), out),
        Value::List(_) | Value::Map(_) if depth > MAX_DEPTH => out.push_str("null"),
        Value::List(list) => write_array(list.items(), out, depth),
        Value::Map(map) => write_object(map.iter(), out, depth),
        Value::Entry(entry) => write_object(std::iter::once(&**entry), out, depth),
    }
}

fn write_array(items: &[Value<'static>], out: &mut String, depth: usize) {
    out.push('[');
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        write_value(item, out, depth + 1);
    }
    out.push(']');
}

fn write_object<'e>(
    entries: impl Iterator<Item = &'e (Value<'static>, Value<'static>)>,
    out: &mut String,
    depth: usize,
) {
    out.push('{');
    for (n, (key, value)) in entries.enumerate() {
        if n > 0 {
            out.push(',');
        }
        write_text(&key.to_java_text(), out);
        out.push(':');
        write_value(value, out, depth + 1);
    }
    out.push('}');
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_get_javas_types() {
        let value = Value::from_json("[1, 2147483648, 12345678901234567890, 1.0, 1e2]").unwrap();
        let Value::List(list) = &value else { panic!() };
        assert!(matches!(
            list.items(),
            [
                Value::Int(1),
                Value::Long(2_147_483_648),
                Value::Big(_),
                Value::Double(_),
                Value::Double(_)
            ]
        ));
        assert_eq!(value.to_json(), "[1,2147483648,12345678901234567890,1.0,100.0]");
    }

    #[test]
    fn round_trip_keeps_order() {
        let text = r#"{"b":1,"a":{"x":[true,false,null],"é":"\"\\\n\u0001"}}"#;
        assert_eq!(Value::from_json(text).unwrap().to_json(), text);
        assert_eq!(Value::from_json(r#""\ud83d\ude00""#).unwrap(), Value::from("😀"));
    }

    #[test]
    fn only_strict_json_is_read() {
        let deep = "[".repeat(100_000);
        for bad in ["", "{", "[1,]", "{a:1}", "01", "1.", "\"a", "nul", "1 2", "'a'", &deep] {
            assert!(Value::from_json(bad).is_err(), "{bad:.20}");
        }
    }
}
