//! The arguments of a function: JSON, or paths into the same document.
//!
//! What an argument is shows in its first character; an argument that starts with none of those is
//! left out, which is why `concat('a', $.b)` loses its `'a'`.

use super::Argument;
use super::compile::{Compiler, compile_argument, is_whitespace};
use super::cursor::{Compiled, is_digit};

#[derive(Clone, Copy, PartialEq)]
enum Type {
    Json,
    Path,
}

/// How many brackets and quotes are open.
struct Groups {
    parentheses: isize,
    brackets: usize,
    braces: usize,
    quotes: usize,
}

impl Groups {
    fn none_inside(&self) -> bool {
        self.brackets == 0 && self.braces == 0 && self.quotes == 0
    }
}

impl Compiler {
    /// Reads the arguments from behind the opening parenthesis to behind the closing one.
    pub(super) fn function_arguments(&mut self, name: &str) -> Compiled<Vec<Argument>> {
        let mut groups = Groups { parentheses: 1, brackets: 0, braces: 0, quotes: 0 };
        let mut arguments = Vec::new();
        let mut kind = None;
        let mut text: Vec<u16> = Vec::new();
        let mut start = self.path.at;
        let mut prior = 0;
        let mut done = false;
        while self.path.has_current() && !done {
            let unit = self.path.current()?;
            self.path.at += 1;
            if kind.is_none() {
                if is_whitespace(unit) {
                    continue;
                }
                kind = argument_type(unit);
                start = self.path.at - 1;
            }
            self.count(unit, prior, &mut groups)?;
            let c = u8::try_from(unit).unwrap_or(0);
            if c == b')' && (groups.parentheses < 0 || prior == '(' as u16) {
                text.push(unit);
            }
            let outermost = groups.parentheses == 1 || (groups.parentheses == 0 && c == b')');
            if matches!(c, b')' | b',') && groups.none_inside() && outermost {
                done = groups.parentheses == 0;
                if let Some(kind) = kind.take() {
                    arguments.push(self.argument(kind, std::mem::take(&mut text), start)?);
                }
            }
            let separator =
                c == b',' && groups.braces == 0 && groups.brackets == 0 && groups.parentheses == 1;
            if kind.is_some() && !separator {
                text.push(unit);
            }
            prior = unit;
        }
        if groups.braces != 0 || groups.parentheses != 0 || groups.brackets != 0 {
            let message = format!("the arguments of `{name}` are not closed");
            return Err(self.path.error(message));
        }
        Ok(arguments)
    }

    fn count(&self, unit: u16, prior: u16, groups: &mut Groups) -> Compiled<()> {
        let closed = |open: usize| {
            open.checked_sub(1).ok_or_else(|| self.path.error("a bracket closes that was not open"))
        };
        match u8::try_from(unit).unwrap_or(0) {
            b'"' if prior != '\\' as u16 && groups.quotes > 0 => groups.quotes -= 1,
            b'"' => groups.quotes += 1,
            b'(' => groups.parentheses += 1,
            b')' => groups.parentheses -= 1,
            b'{' => groups.braces += 1,
            b'}' => groups.braces = closed(groups.braces)?,
            b'[' => groups.brackets += 1,
            b']' => groups.brackets = closed(groups.brackets)?,
            _ => {}
        }
        Ok(())
    }

    fn argument(&self, kind: Type, text: Vec<u16>, start: usize) -> Compiled<Argument> {
        Ok(match kind {
            Type::Json => Argument::Json(String::from_utf16_lossy(&text)),
            Type::Path => {
                let base = self.path.place(start);
                Argument::Path(compile_argument(text, base, self.nesting + 1)?)
            }
        })
    }
}

fn argument_type(unit: u16) -> Option<Type> {
    match u8::try_from(unit).unwrap_or(0) {
        b'{' | b'"' | b'-' => Some(Type::Json),
        b'$' | b'@' => Some(Type::Path),
        _ if is_digit(unit) => Some(Type::Json),
        _ => None,
    }
}
