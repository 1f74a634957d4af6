//! Cuts a template into tokens, by Pebble's rules: `{{ }}`, `{% %}`, `{# #}`, `{% verbatim %}`,
//! trimming with `-`, one line break swallowed after each closing delimiter.

use super::token::{Kind, Operator, Token};
use super::{MAX_DEPTH, MAX_SOURCE};
use crate::error::{CompileError, Edit};

/// Cuts a template into tokens; the last one is `Kind::End`.
pub(crate) fn lex(source: &str) -> Result<Vec<Token<'_>>, CompileError> {
    let mut lexer = Lexer { source, at: 0, tokens: Vec::new(), trim_next: false, depth: 0 };
    if source.len() > MAX_SOURCE {
        return lexer.error(0, "the template is longer than 1 MiB");
    }
    lexer.template()?;
    Ok(lexer.tokens)
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
    tokens: Vec<Token<'s>>,
    /// The delimiter before ended with `-`: the text that follows loses its leading space.
    trim_next: bool,
    depth: u16,
}

type Lexed<T> = Result<T, CompileError>;

/// What ends the expression that is being cut.
#[derive(Clone, Copy, PartialEq)]
enum Until {
    Print,
    Tag,
    Interpolation,
}

impl Until {
    fn close(self) -> &'static str {
        match self {
            Until::Print => "}}",
            Until::Tag => "%}",
            Until::Interpolation => "}",
        }
    }
}

/// White space as Java's `\s` has it; no-break spaces are not among it.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

fn is_name_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_name_part(c: char) -> bool {
    is_name_start(c) || c.is_numeric()
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn error<T>(&self, offset: usize, message: impl Into<String>) -> Lexed<T> {
        Err(CompileError::new(self.source, offset, message))
    }

    fn push(&mut self, kind: Kind<'s>, length: usize) {
        self.tokens.push(Token { kind, start: self.at, end: self.at + length });
        self.at += length;
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_space).len();
    }

    fn template(&mut self) -> Lexed<()> {
        loop {
            let rest = self.rest();
            let Some(length) = next_delimiter(rest) else {
                self.text(rest.len(), false);
                self.push(Kind::End, 0);
                return Ok(());
            };
            let trim = trims(&rest[length + 2..]);
            self.text(length, trim);
            match &self.rest()[..2] {
                "{#" => self.comment()?,
                "{{" => {
                    let open = self.at;
                    self.push(Kind::PrintStart, 2);
                    self.at += usize::from(trim);
                    self.expression(Until::Print, open)?;
                }
                _ => self.tag(trim)?,
            }
        }
    }

    /// Takes `length` bytes as text.
    fn text(&mut self, length: usize, trim_end: bool) {
        let mut text = &self.rest()[..length];
        self.at += length;
        if self.trim_next {
            text = text.trim_start_matches(is_space);
        }
        let end = self.at;
        if trim_end {
            text = text.trim_end_matches(is_space);
        }
        self.trim_next = false;
        if !text.is_empty() {
            self.tokens.push(Token { kind: Kind::Text(text), start: end - text.len(), end });
        }
    }

    /// After a closing delimiter: one line break is swallowed.
    fn after_close(&mut self, trim: bool) {
        self.trim_next = trim;
        const BREAKS: [&str; 6] = ["\r\n", "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"];
        let rest = self.rest();
        if let Some(found) = BREAKS.iter().find(|found| rest.starts_with(**found)) {
            self.at += found.len();
        }
    }

    fn comment(&mut self) -> Lexed<()> {
        let Some(length) = self.source[self.at + 2..].find("#}") else {
            return self.error(self.at, "the comment `{#` is opened and never closed with `#}`");
        };
        let trim = self.source[self.at + 2..][..length].ends_with('-');
        self.at += length + 4;
        self.after_close(trim);
        Ok(())
    }

    fn tag(&mut self, trim: bool) -> Lexed<()> {
        let open = self.at;
        if let Some((length, trim_end)) = tag_alone(self.rest(), "verbatim") {
            return self.verbatim(length, trim_end);
        }
        self.at += 2 + usize::from(trim);
        self.skip_space();
        let rest = self.rest();
        let length = rest.find(|c| !is_name_part(c)).unwrap_or(rest.len());
        if length == 0 || !rest.starts_with(is_name_start) {
            return self.error(self.at, "a tag begins with its name, as in `{% if … %}`");
        }
        self.push(Kind::Tag(&rest[..length]), length);
        self.expression(Until::Tag, open)
    }

    fn verbatim(&mut self, open_length: usize, trim_after_open: bool) -> Lexed<()> {
        let open = self.at;
        self.at += open_length;
        self.after_close(trim_after_open);
        let rest = self.rest();
        let close = rest
            .match_indices("{%")
            .find_map(|(at, _)| Some((at, tag_alone(&rest[at..], "endverbatim")?)));
        let Some((length, (close_length, trim_after))) = close else {
            return self.error(open, "`{% verbatim %}` is opened and never closed");
        };
        // Pebble takes leading space away here even when nothing asks for it.
        self.trim_next = true;
        self.text(length, trims(&rest[length + 2..]));
        self.at += close_length;
        self.after_close(trim_after);
        Ok(())
    }

    /// Cuts an expression up to and with what closes it.
    fn expression(&mut self, until: Until, open: usize) -> Lexed<()> {
        let first = self.tokens.len();
        let mut brackets: Vec<(u8, usize)> = Vec::new();
        loop {
            self.skip_space();
            if brackets.is_empty() && self.closes(until) {
                return Ok(());
            }
            let Some(c) = self.rest().chars().next() else {
                return self.unclosed(until, open, brackets.last().copied(), first);
            };
            if self.operator() || self.name() || self.number()? {
                continue;
            }
            match c {
                '(' | '[' | '{' | ')' | ']' | '}' => {
                    self.bracket(c, &mut brackets, until, first)?;
                }
                ',' | '?' | ':' | '.' | '=' => self.push(Kind::Punctuation(c as u8), 1),
                '\'' => self.single_quoted()?,
                '"' => self.double_quoted()?,
                _ => return self.stranger(c),
            }
        }
    }

    /// Takes what closes the expression, if it stands here.
    fn closes(&mut self, until: Until) -> bool {
        let rest = self.rest();
        let trim = rest.starts_with('-') && until != Until::Interpolation;
        if !rest[usize::from(trim)..].starts_with(until.close()) {
            return false;
        }
        self.at += usize::from(trim);
        let kind = match until {
            Until::Print => Kind::PrintEnd,
            Until::Tag => Kind::TagEnd,
            Until::Interpolation => Kind::InterpolationEnd,
        };
        self.push(kind, until.close().len());
        if until != Until::Interpolation {
            self.after_close(trim);
        }
        true
    }

    fn operator(&mut self) -> bool {
        let rest = self.rest();
        let found = Operator::ALL.into_iter().find(|operator| {
            let symbol = operator.symbol();
            rest.starts_with(symbol)
                && !(symbol.ends_with(char::is_alphabetic)
                    && rest[symbol.len()..].starts_with(is_name_part))
        });
        if let Some(operator) = found {
            self.push(Kind::Operator(operator), operator.symbol().len());
        }
        found.is_some()
    }

    fn name(&mut self) -> bool {
        let rest = self.rest();
        if !rest.starts_with(is_name_start) {
            return false;
        }
        let length = rest.find(|c| !is_name_part(c)).unwrap_or(rest.len());
        self.push(Kind::Name(&rest[..length]), length);
        true
    }

    fn number(&mut self) -> Lexed<bool> {
        let rest = self.rest();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(rest);
        if whole == 0 {
            return Ok(false);
        }
        let decimals = rest[whole..].strip_prefix('.').map_or(0, digits);
        if decimals > 0 {
            let length = whole + 1 + decimals;
            let Ok(number) = rest[..length].parse() else {
                return self.error(self.at, "this number cannot be read");
            };
            self.push(Kind::Double(number), length);
            return Ok(true);
        }
        let Ok(number) = rest[..whole].parse() else {
            return self.error(self.at, "this number is too large: at most 9223372036854775807");
        };
        self.push(Kind::Long(number), whole + usize::from(rest[whole..].starts_with('L')));
        Ok(true)
    }

    fn bracket(
        &mut self,
        c: char,
        brackets: &mut Vec<(u8, usize)>,
        until: Until,
        first: usize,
    ) -> Lexed<()> {
        let byte = c as u8;
        let opener = match byte {
            b')' => b'(',
            b']' => b'[',
            b'}' => b'{',
            _ => {
                brackets.push((byte, self.at));
                self.push(Kind::Punctuation(byte), 1);
                return Ok(());
            }
        };
        match brackets.pop() {
            Some((open, _)) if open == opener => {
                self.push(Kind::Punctuation(byte), 1);
                Ok(())
            }
            Some(open) => self.unclosed(until, open.1, Some(open), first),
            None => Err(self.closes_nothing(c, until)),
        }
    }

    fn closes_nothing(&self, c: char, until: Until) -> CompileError {
        let at = self.at;
        let close = until.close();
        if c == '}' && until != Until::Interpolation {
            let message = format!("`}}` closes nothing here; the end is written `{close}`");
            let edit = Edit { start: at, end: at + 1, replacement: close.into() };
            return CompileError::new(self.source, at, message)
                .suggest(format!("write `{close}`"), Some(edit));
        }
        let edit = Edit { start: at, end: at + 1, replacement: String::new() };
        CompileError::new(self.source, at, format!("`{c}` closes nothing"))
            .suggest(format!("remove `{c}`"), Some(edit))
    }

    /// The expression, or a bracket in it, has no end.
    fn unclosed<T>(
        &self,
        until: Until,
        open: usize,
        bracket: Option<(u8, usize)>,
        first: usize,
    ) -> Lexed<T> {
        let Some((bracket, at)) = bracket else {
            let opened = &self.source[open..(open + 2).min(self.source.len())];
            let close = until.close();
            let end = self.source.trim_end().len().max(open + opened.len());
            let edit = Edit { start: end, end, replacement: close.into() };
            let message = format!("`{opened}` is opened and never closed");
            return Err(CompileError::new(self.source, open, message)
                .suggest(format!("add `{close}`"), Some(edit)));
        };
        let open = char::from(bracket);
        let message = format!("`{open}` is opened and never closed");
        let error = CompileError::new(self.source, at, message);
        let inside = self.tokens.iter().filter(|token| token.start > at);
        let comma = inside.clone().any(|token| token.kind == Kind::Punctuation(b','));
        let leads = self.tokens.get(first).is_some_and(|token| token.start == at);
        if leads && !comma && bracket != b'(' {
            let edit = Edit { start: at, end: at + 1, replacement: String::new() };
            return Err(error.suggest(format!("remove `{open}`"), Some(edit)));
        }
        let close = match bracket {
            b'(' => ')',
            b'[' => ']',
            _ => '}',
        };
        let end = inside.max_by_key(|token| token.end).map_or(at + 1, |token| token.end);
        let edit = Edit { start: end, end, replacement: close.into() };
        Err(error.suggest(format!("add `{close}`"), Some(edit)))
    }

    fn single_quoted(&mut self) -> Lexed<()> {
        let body = &self.rest()[1..];
        let Some(length) = quoted_length(body, '\'') else {
            return self.error(self.at, "the text opened with `'` is never closed");
        };
        let text = body[..length].replace("\\'", "'");
        self.push(Kind::Str(text), length + 2);
        Ok(())
    }

    /// Text in double quotes, which may hold `#{ … }`.
    fn double_quoted(&mut self) -> Lexed<()> {
        let open = self.at;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.error(open, "texts are nested too deep");
        }
        let body = &self.source[open + 1..];
        let part = double_quoted_part(body);
        if body[part..].starts_with('"') {
            let text = body[..part].replace("\\\"", "\"");
            self.push(Kind::Str(text), part + 2);
            self.depth -= 1;
            return Ok(());
        }
        self.push(Kind::StrStart, 1);
        loop {
            let rest = self.rest();
            let part = double_quoted_part(rest);
            if part > 0 {
                self.push(Kind::Str(rest[..part].replace("\\\"", "\"")), part);
            }
            if self.rest().starts_with('"') {
                self.push(Kind::StrEnd, 1);
                self.depth -= 1;
                return Ok(());
            }
            if !self.rest().starts_with("#{") {
                return self.error(open, "the text opened with `\"` is never closed");
            }
            let interpolation = self.at;
            self.push(Kind::InterpolationStart, 2);
            self.expression(Until::Interpolation, interpolation)?;
        }
    }

    /// A character that means nothing here.
    fn stranger<T>(&self, c: char) -> Lexed<T> {
        let at = self.at;
        let rest = self.rest();
        let replace = |length: usize, replacement: &str| {
            Some(Edit { start: at, end: at + length, replacement: replacement.into() })
        };
        let named = match c {
            '\u{a0}' => "a no-break space".to_owned(),
            c if c.is_whitespace() || c.is_control() => format!("U+{:04X}", c as u32),
            c => format!("`{c}`"),
        };
        let error = CompileError::new(self.source, at, format!("{named} means nothing here"));
        Err(match c {
            '“' | '”' | '„' => error.suggest("use straight quotes: `\"`", replace(3, "\"")),
            '‘' | '’' | '‚' => error.suggest("use straight quotes: `'`", replace(3, "'")),
            '`' => error.suggest("write text in `'`", replace(1, "'")),
            '&' if rest.starts_with("&&") => error.suggest("write `and`", replace(2, "and")),
            '!' => error.suggest("write `not`", replace(1, "not ")),
            '–' | '−' => error.suggest("use the plain `-`", replace(3, "-")),
            '≠' => error.suggest("write `!=`", replace(3, "!=")),
            '≤' => error.suggest("write `<=`", replace(3, "<=")),
            '≥' => error.suggest("write `>=`", replace(3, ">=")),
            '$' | '@' => error.suggest(format!("remove `{c}`"), replace(1, "")),
            c if c.is_whitespace() => {
                error.suggest("use a plain space", replace(c.len_utf8(), " "))
            }
            _ => error,
        })
    }
}

/// Where the next `{{`, `{%` or `{#` begins.
fn next_delimiter(text: &str) -> Option<usize> {
    memchr::memchr_iter(b'{', text.as_bytes())
        .find(|&at| matches!(text.as_bytes().get(at + 1), Some(b'{' | b'%' | b'#')))
}

/// Whether what follows an opening delimiter is a `-` that trims: one with space after it.
fn trims(after: &str) -> bool {
    after.strip_prefix('-').is_some_and(|rest| rest.starts_with(is_space))
}

/// Length of a `{% name %}` without anything else in it, and whether it ends with `-`.
fn tag_alone(text: &str, name: &str) -> Option<(usize, bool)> {
    let inner = text.strip_prefix("{%")?;
    let inner = inner.strip_prefix('-').unwrap_or(inner).trim_start_matches(is_space);
    let inner = inner.strip_prefix(name)?.trim_start_matches(is_space);
    let (rest, trim) = match inner.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (inner, false),
    };
    let rest = rest.strip_prefix("%}")?;
    Some((text.len() - rest.len(), trim))
}

/// Length of text up to its closing quote; a backslash protects what follows it.
fn quoted_length(body: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// Length of text up to `"`, `#{` or the end of the source.
fn double_quoted_part(body: &str) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            '#' if body[at + 1..].starts_with('{') => return at,
            _ => {}
        }
    }
    body.len()
}
