//! Steps in square brackets: names, indexes, slices, wildcards and filters.

use super::compile::Compiler;
use super::cursor::{Compiled, is_digit, unescape};
use super::{Slice, Step};
use crate::filter;

impl Compiler {
    pub(super) fn brackets(&mut self) -> Compiled<()> {
        let open = self.path.at;
        let found = self.names()? || self.array()? || self.wildcard()? || self.filter()?;
        if found {
            return Ok(());
        }
        let error = self.path.error_at(open, "expected a quoted name, an index, `*` or `?(`");
        Err(error.suggesting(self.suggestion(open)))
    }

    /// What was probably meant by brackets that are none of the readings.
    fn suggestion(&self, open: usize) -> String {
        let Some(close) = self.path.find(open, ']') else {
            return "add the closing `]`".to_owned();
        };
        let inside = self.path.text(open + 1, close);
        match inside.trim() {
            "" => "write an index or a quoted name between the brackets".to_owned(),
            "?" => "write the condition as [?(@.name == 'value')]".to_owned(),
            condition if condition.starts_with('?') => {
                "put parentheses around the condition: [?(@.name == 'value')]".to_owned()
            }
            script if script.starts_with('(') => {
                "count from the end with a negative index: [-1]".to_owned()
            }
            name => format!("write ['{}']", name.trim_matches(['`', '"', '\''])),
        }
    }

    /// `['a']`, `["a"]`, `['a','b']`
    fn names(&mut self) -> Compiled<bool> {
        let quote = self.path.next_significant(self.path.at);
        if quote != '\'' as u16 && quote != '"' as u16 {
            return Ok(false);
        }
        let quote = char::from(quote as u8);
        let (names, last_quote) = self.quoted_names(quote)?;
        let Some(close) = self.path.next_if(last_quote, ']') else {
            let error = self.path.error_at(last_quote, "the name has no closing `]`");
            return Err(error.suggesting("add `]`"));
        };
        self.path.at = close + 1;
        self.push(Step::Properties { names })?;
        Ok(true)
    }

    /// The names up to the closing bracket, and where the last one's closing quote is.
    fn quoted_names(&self, quote: char) -> Compiled<(Vec<String>, usize)> {
        let mut names = Vec::new();
        let mut last_quote = 0;
        let mut start = None;
        let (mut escaped, mut after_comma) = (false, false);
        for at in self.path.at + 1..self.path.len() {
            let inside = start.is_some();
            if escaped {
                escaped = false;
            } else if self.path.unit_is(at, '\\') {
                escaped = true;
            } else if (self.path.unit_is(at, ']') || self.path.unit_is(at, ',')) && !inside {
                if after_comma {
                    return Err(self.path.error_at(at, "a name is missing behind the comma"));
                }
                if self.path.unit_is(at, ']') {
                    break;
                }
                after_comma = true;
            } else if self.path.unit_is(at, quote) {
                if let Some(from) = start.take() {
                    names.push(self.quoted_name(from, at)?);
                    last_quote = at;
                } else {
                    start = Some(at + 1);
                    after_comma = false;
                }
            }
        }
        match start {
            Some(from) => {
                let error = self.path.error_at(from, format!("the name has no closing {quote}"));
                Err(error.suggesting(format!("add {quote}")))
            }
            None => Ok((names, last_quote)),
        }
    }

    fn quoted_name(&self, from: usize, to: usize) -> Compiled<String> {
        let next = self.path.next_significant(to);
        if next != ']' as u16 && next != ',' as u16 {
            let error = self.path.error_at(to, "expected `,` or `]` behind the name");
            return Err(
                error.suggesting("write ['a','b']; a quote inside a name needs a backslash")
            );
        }
        unescape(&self.path.units(from, to)).map_err(|message| self.path.error_at(from, message))
    }

    /// `[0]`, `[0,2]`, `[1:]`, `[:2]`, `[1:2]`
    fn array(&mut self) -> Compiled<bool> {
        let next = self.path.next_significant(self.path.at);
        if !is_digit(next) && next != '-' as u16 && next != ':' as u16 {
            return Ok(false);
        }
        let Some(close) = self.path.find(self.path.at + 1, ']') else { return Ok(false) };
        let inside = self.path.text(self.path.at + 1, close);
        let inside = inside.trim_matches(|c| c <= ' ');
        if !inside.bytes().all(|b| b.is_ascii_digit() || b",-: ".contains(&b)) {
            return Ok(false);
        }
        let step = match inside.contains(':') {
            true => slice(inside).map(Step::Slice),
            false => inside
                .split(',')
                .map(|index| index.trim().parse().ok())
                .collect::<Option<_>>()
                .map(Step::Indexes),
        };
        let Some(step) = step else {
            let error = self.path.error(format!("`{inside}` is not an index or slice"));
            return Err(error.suggesting("write [0], [-1], [0,2], [1:], [:2] or [1:2]"));
        };
        self.path.at = close + 1;
        self.push(step)?;
        Ok(true)
    }

    /// `[*]`
    fn wildcard(&mut self) -> Compiled<bool> {
        let Some(star) = self.path.next_if(self.path.at, '*') else { return Ok(false) };
        let Some(close) = self.path.next_if(star, ']') else {
            return Err(self.path.error_at(star + 1, "expected `]` behind `*`"));
        };
        self.path.at = close + 1;
        self.push(Step::Wildcard)?;
        Ok(true)
    }

    /// `[?(...)]`
    fn filter(&mut self) -> Compiled<bool> {
        let open = self.path.at;
        let Some(question) = self.path.next_if(open, '?') else { return Ok(false) };
        let Some(parenthesis) = self.path.next_if(question, '(') else { return Ok(false) };
        let Some(last) = self.path.find_closing(parenthesis, ('(', ')'), true)? else {
            let error = self.path.error_at(parenthesis, "the condition has no closing `)`");
            return Err(error.suggesting("add `)`"));
        };
        let Some(close) = self.path.next_if(last, ']') else {
            let error = self.path.error_at(last, "the condition is not followed by `]`");
            return Err(error.suggesting("write the condition as [?(@.name == 'value')]"));
        };
        let condition = filter::compile(self.path.part(open, close + 1), self.nesting + 1)?;
        self.path.at = close + 1;
        self.push(Step::Filter(Box::new(condition)))?;
        Ok(true)
    }
}

/// Only the first two numbers of a slice count; blanks are not allowed, nor `:` alone.
fn slice(text: &str) -> Option<Slice> {
    let mut ends = text.split(':');
    let mut end = || match ends.next() {
        Some("") | None => Some(None),
        Some(number) => number.parse::<i32>().ok().map(Some),
    };
    match (end()?, end()?) {
        (Some(from), None) => Some(Slice::From(from)),
        (Some(from), Some(to)) => Some(Slice::Between(from, to)),
        (None, Some(to)) => Some(Slice::To(to)),
        (None, None) => None,
    }
}
