//! From the text of a path to its steps.
//!
//! The order in which the readings are tried, and the places at which reading stops, are Jayway's:
//! a character that is left when the last step is complete is not read (`$.a[`, `$.**`), while
//! `$.a.first().b` reads `)` as a property.

use super::cursor::{Compiled, Cursor, SPACE};
use super::{Argument, Step, Steps};
use crate::limits;

/// Compiles a whole path.
pub(crate) fn compile(source: &str) -> Compiled<Steps> {
    compile_nested(source.encode_utf16().collect(), 0, 0)
}

/// Compiles a path that stands at `base` of the source, `nesting` levels deep.
pub(crate) fn compile_nested(source: Vec<u16>, base: isize, nesting: usize) -> Compiled<Steps> {
    let mut path = Cursor::new(source, base);
    if path.len() == 0 {
        return Err(path.error("the path is empty").suggesting("write `$` for the whole document"));
    }
    if path.len() > limits::PATH_BYTES {
        let limit = limits::PATH_BYTES;
        return Err(path.error(format!("the path is longer than {limit} characters")));
    }
    path.trim();
    if !path.unit_is(0, '$') && !path.unit_is(0, '@') {
        let mut units: Vec<u16> = "$.".encode_utf16().collect();
        units.extend(path.all_units());
        path = Cursor::new(units, base - 2);
        path.trim();
    }
    if path.last_is('.') {
        let last = path.len() - 1;
        return Err(path.error_at(last, "a path must not end with `.`").suggesting("leave it out"));
    }
    Compiler::new(path, nesting).path()
}

/// Compiles what stands in a function's argument: no blanks around it, `$` or `@` at its start.
pub(crate) fn compile_argument(source: Vec<u16>, base: isize, nesting: usize) -> Compiled<Steps> {
    Compiler::new(Cursor::new(source, base), nesting).path()
}

pub(super) struct Compiler {
    pub(super) path: Cursor,
    pub(super) steps: Vec<Step>,
    pub(super) nesting: usize,
}

impl Compiler {
    fn new(path: Cursor, nesting: usize) -> Compiler {
        Compiler { path, steps: Vec::new(), nesting }
    }

    fn path(mut self) -> Compiled<Steps> {
        if self.nesting > limits::PATH_NESTING {
            let limit = limits::PATH_NESTING;
            return Err(self.path.error(format!("the path nests deeper than {limit} levels")));
        }
        while self.path.has_current() && is_whitespace(self.path.current()?) {
            self.path.at += 1;
        }
        let from_root = self.path.current_is('$')?;
        if !from_root && !self.path.current_is('@')? {
            return Err(self.path.error("a path must start with `$` or `@`"));
        }
        if self.path.is_tail() {
            return Ok(Steps::new(Vec::new(), from_root));
        }
        self.path.at += 1;
        if !self.path.current_is('.')? && !self.path.current_is('[')? {
            let error = self.path.error("expected `.` or `[` behind the start of the path");
            return Err(error.suggesting("write `$.name` or `$['name']`"));
        }
        self.step()?;
        while !self.path.is_tail() {
            self.step()?;
        }
        Ok(Steps::new(self.steps, from_root))
    }

    pub(super) fn push(&mut self, step: Step) -> Compiled<()> {
        if self.steps.len() >= limits::PATH_STEPS {
            let limit = limits::PATH_STEPS;
            return Err(self.path.error(format!("the path has more than {limit} steps")));
        }
        self.steps.push(step);
        Ok(())
    }

    fn step(&mut self) -> Compiled<()> {
        match u8::try_from(self.path.current()?) {
            Ok(b'[') => self.brackets(),
            Ok(b'.') => self.dot(),
            Ok(b'*') => {
                self.path.at += 1;
                self.push(Step::Wildcard)
            }
            _ => self.property_or_function(),
        }
    }

    /// `.` and `..`, with the step behind them.
    fn dot(&mut self) -> Compiled<()> {
        if self.path.in_bounds(self.path.at + 1) && self.path.unit_is(self.path.at + 1, '.') {
            self.push(Step::Scan)?;
            self.path.at += 2;
        } else if self.path.is_tail() {
            return Err(self.path.error("a path must not end with `.`").suggesting("leave it out"));
        } else {
            self.path.at += 1;
        }
        if self.path.current_is('.')? {
            let error = self.path.error("there are too many dots");
            return Err(error.suggesting("write `..` to search all levels"));
        }
        self.step()
    }

    fn property_or_function(&mut self) -> Compiled<()> {
        let start = self.path.at;
        if self.path.current()? == SPACE {
            let error = self.path.error("a name must not start with a blank");
            return Err(error.suggesting("leave the blank out, or write ['my name']"));
        }
        let mut end = start;
        while self.path.in_bounds(end) {
            let unit = self.path.unit(end)?;
            if unit == SPACE {
                let name = self.path.text(start, self.path.len());
                let error = self.path.error_at(end, "a name behind a dot must not contain blanks");
                return Err(error.suggesting(format!("write ['{name}']")));
            }
            if [b'.', b'[', b'('].iter().any(|stop| unit == u16::from(*stop)) {
                break;
            }
            end += 1;
        }
        let name = self.path.text(start, end);
        if !self.path.in_bounds(end) || !self.path.unit_is(end, '(') {
            self.path.at = end;
            return self.push(Step::Properties { names: vec![name] });
        }
        let arguments = self.arguments(&name, end)?;
        self.push(Step::Function { name, arguments })
    }

    /// What stands between the parentheses of a function, whose first one is at `open`.
    fn arguments(&mut self, name: &str, open: usize) -> Compiled<Option<Vec<Argument>>> {
        if !self.parentheses_close(open)? {
            let message = format!("the arguments of `{name}` have no closing `)`");
            return Err(self.path.error_at(open, message).suggesting("add `)`"));
        }
        if self.path.unit_is(open + 1, ')') {
            // The parenthesis stays: alone at the end of a path it is not read any more.
            self.path.at = open + 1;
            return Ok(None);
        }
        self.path.at = open + 1;
        self.function_arguments(name).map(Some)
    }

    fn parentheses_close(&self, open: usize) -> Compiled<bool> {
        let mut depth = 0_usize;
        for at in open..self.path.len() {
            let unit = self.path.unit(at)?;
            depth += usize::from(unit == '(' as u16);
            depth -= usize::from(unit == ')' as u16);
            if depth == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

pub(super) fn is_whitespace(unit: u16) -> bool {
    matches!(u8::try_from(unit), Ok(b' ' | b'\t' | b'\n' | b'\r'))
}
