//! Cuts a text into tags and what stands between them. Never fails: what is no tag is text.

/// A tag.
#[derive(Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// A start tag, or an empty element.
    Open { name: &'a str, attributes: Vec<(&'a str, String)>, is_empty: bool },
    /// An end tag.
    Close(&'a str),
}

/// The most attributes of a tag; with more it is no tag.
const MAX_ATTRIBUTES: usize = 16;

/// The longest tag, in bytes; what is longer is text. It also bounds the search for each `>`.
const MAX_TAG_BYTES: usize = 1_024;

/// What the tag at the beginning of `text` is, and how many bytes it has. None if it is no tag.
pub(super) fn tag(text: &str) -> Option<(Token<'_>, usize)> {
    let limit = text.floor_char_boundary(MAX_TAG_BYTES);
    let mut at = Cursor { text: &text[..limit], pos: 1 };
    let is_close = at.eat('/');
    let name = at.name()?;
    let mut attributes = Vec::new();
    loop {
        let had_space = at.space();
        if at.eat('>') {
            let token = match is_close {
                true => Token::Close(name),
                false => Token::Open { name, attributes, is_empty: false },
            };
            return Some((token, at.pos));
        }
        if is_close {
            return None;
        }
        if at.eat('/') {
            let is_empty = at.eat('>');
            return is_empty.then_some((Token::Open { name, attributes, is_empty }, at.pos));
        }
        if !had_space || attributes.len() == MAX_ATTRIBUTES {
            return None;
        }
        attributes.push(at.attribute()?);
    }
}

struct Cursor<'a> {
    text: &'a str,
    pos: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.pos..]
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.rest().starts_with(c);
        self.pos += if found { c.len_utf8() } else { 0 };
        found
    }

    fn space(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.pos += length;
        length > 0
    }

    fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_' | '.');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let name = &rest[..length];
        self.pos += length;
        name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(name)
    }

    fn attribute(&mut self) -> Option<(&'a str, String)> {
        let name = self.name()?;
        self.space();
        if !self.eat('=') {
            return None;
        }
        self.space();
        let quote = self.rest().chars().next().filter(|c| matches!(c, '"' | '\''))?;
        self.pos += 1;
        let value = self.rest();
        let end = value.find(quote)?;
        if value[..end].contains('<') {
            return None;
        }
        self.pos += end + 1;
        Some((name, resolve(&value[..end])))
    }
}

/// The text with the five entities of XML and numeric ones resolved; other `&` stay.
pub(super) fn resolve(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (c, length) = entity(rest).unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = &text[1..end];
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((c, end + 1))
}
