//! From the text of a condition to its parts.
//!
//! ```text
//! or         = and { '||' and }
//! and        = term { '&&' term }
//! term       = '(' or ')' | '!' term | comparison
//! comparison = operand [ operator operand ]
//! ```

use super::{Filter, JsonLiteral, Operand, Operator, Pattern};
use crate::decimal::Decimal;
use crate::limits::{self, Limits};
use crate::path::{CompileError, Compiled, Cursor, Steps, compile_nested, is_digit, unescape};
use crate::permissive;

pub(super) fn compile(mut text: Cursor, nesting: usize) -> Compiled<Filter> {
    text.trim();
    text.at += 1;
    text.drop_last();
    text.trim();
    text.at += 1;
    text.trim();
    if !text.current_is('(')? || !text.last_is(')') {
        let error = text.error("a condition needs parentheses");
        return Err(error.suggesting("write [?(@.name == 'value')]"));
    }
    let mut reader = Reader { text, nesting, deferred: None };
    let filter = reader.or()?;
    reader.text.skip_blanks();
    if reader.text.has_current() {
        return Err(reader.text.error("expected the end of the condition"));
    }
    Ok(filter)
}

struct Reader {
    text: Cursor,
    nesting: usize,
    /// Why a path was taken for a test of existence: the better message if that fails too.
    deferred: Option<CompileError>,
}

impl Reader {
    fn or(&mut self) -> Compiled<Filter> {
        let mut parts = vec![self.and()?];
        while self.take("||") {
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::Or(parts) })
    }

    fn and(&mut self) -> Compiled<Filter> {
        let mut parts = vec![self.term()?];
        while self.take("&&") {
            parts.push(self.term()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Filter::And(parts) })
    }

    fn take(&mut self, word: &str) -> bool {
        let start = self.text.at;
        let found = self.text.take(word);
        if !found {
            self.text.at = start;
        }
        found
    }

    fn term(&mut self) -> Compiled<Filter> {
        self.nesting += 1;
        if self.nesting > limits::PATH_NESTING {
            let limit = limits::PATH_NESTING;
            return Err(self.text.error(format!("the path nests deeper than {limit} levels")));
        }
        let term = self.nested_term()?;
        self.nesting -= 1;
        Ok(term)
    }

    fn nested_term(&mut self) -> Compiled<Filter> {
        let start = self.text.skip_blanks().at;
        if self.text.current_is('!')? {
            self.text.at += 1;
            self.text.skip_blanks();
            if !self.text.current_is('$')? && !self.text.current_is('@')? {
                return Ok(Filter::Not(Box::new(self.term()?)));
            }
            self.text.at = start;
        }
        if self.text.skip_blanks().current_is('(')? {
            self.text.at += 1;
            let inner = self.or()?;
            let closed = self.text.expect(')');
            return match closed {
                Ok(()) => Ok(inner),
                Err(error) => Err(self.deferred.take().unwrap_or(error)),
            };
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Compiled<Filter> {
        let (left, expected) = self.operand()?;
        let start = self.text.at;
        match self.operator() {
            Ok(operator) => {
                let (right, _) = self.operand()?;
                Ok(Filter::Compare { left, operator, right })
            }
            Err(error) => {
                self.text.at = start;
                let Operand::Path(path) = left else { return Err(error) };
                self.deferred = Some(error);
                Ok(Filter::Exists { path, expected })
            }
        }
    }

    /// An operand, and whether a path is expected to be there (no `!` before it).
    fn operand(&mut self) -> Compiled<(Operand, bool)> {
        self.text.skip_blanks();
        if self.text.current_is('!')? {
            self.text.at += 1;
            self.text.skip_blanks();
            if !self.text.current_is('$')? && !self.text.current_is('@')? {
                return Err(self.text.error("unexpected `!`"));
            }
        }
        let literal = match u8::try_from(self.text.current()?) {
            Ok(b'$' | b'@') => {
                return self.path().map(|(path, there)| (Operand::Path(path), there));
            }
            Ok(quote @ (b'\'' | b'"')) => self.string(char::from(quote)),
            Ok(b't') => self.word("true", Operand::Bool(true)),
            Ok(b'f') => self.word("false", Operand::Bool(false)),
            Ok(b'n') => self.word("null", Operand::Null),
            Ok(b'{') => self.json(('{', '}')),
            Ok(b'[') => self.json(('[', ']')),
            Ok(b'/') => self.pattern(),
            _ => self.number(),
        };
        literal.map(|operand| (operand, true))
    }

    fn word(&mut self, word: &str, operand: Operand) -> Compiled<Operand> {
        if self.text.take(word) {
            return Ok(operand);
        }
        let error = self.text.error(format!("expected `{word}`"));
        Err(error.suggesting("put text in quotes, and write @. before a property's name"))
    }

    fn string(&mut self, quote: char) -> Compiled<Operand> {
        let start = self.text.at;
        let Some(close) = self.text.find_unescaped(start, quote) else {
            return Err(self.text.error(format!("the string has no closing {quote}")));
        };
        self.text.at = close + 1;
        let text = unescape(&self.text.units(start + 1, close));
        text.map(Operand::Text).map_err(|message| self.text.error_at(start, message))
    }

    fn number(&mut self) -> Compiled<Operand> {
        let start = self.text.at;
        while self.text.has_current() && is_number_part(self.text.current()?) {
            self.text.at += 1;
        }
        let token = self.text.text(start, self.text.at);
        Decimal::parse(&token).map(Operand::Number).ok_or_else(|| {
            let error = self.text.error_at(start, "expected a value");
            error.suggesting("put text in quotes, and write @. before a property's name")
        })
    }

    fn json(&mut self, brackets: (char, char)) -> Compiled<Operand> {
        let start = self.text.at;
        let Some(close) = self.text.find_closing(start, brackets, false)? else {
            let error = self.text.error(format!("no closing `{}`", brackets.1));
            return Err(error.suggesting(format!("add `{}`", brackets.1)));
        };
        self.text.at = close + 1;
        let text = self.text.text(start, close + 1);
        Ok(Operand::Json(JsonLiteral::new(text)))
    }

    fn pattern(&mut self) -> Compiled<Operand> {
        let start = self.text.at;
        let Some(close) = self.text.find_unescaped(start, '/') else {
            return Err(self.text.error("the pattern has no closing /").suggesting("add /"));
        };
        let mut end = close + 1;
        while self.text.in_bounds(end) && is_pattern_flag(self.text.unit(end)?) {
            end += 1;
        }
        self.text.at = end;
        let source = self.text.text(start + 1, close);
        let flags = self.text.text(close + 1, end);
        let pattern = Pattern::compile(&source, &flags);
        pattern.map(Operand::Pattern).map_err(|message| self.text.error_at(start, message))
    }

    fn path(&mut self) -> Compiled<(Steps, bool)> {
        let expected =
            !self.text.previous_significant().is_some_and(|at| self.text.unit_is(at, '!'));
        let start = self.text.at;
        self.text.at += 1;
        while self.text.has_current() {
            if self.text.current_is('[')? {
                let open = self.text.at;
                let Some(close) = self.text.find_closing(open, ('[', ']'), false)? else {
                    return Err(self.text.error("no closing `]`").suggesting("add `]`"));
                };
                self.text.at = close + 1;
            }
            let unit = self.text.current()?;
            let closing = unit == ')' as u16 && !self.closes_function(start);
            let ends = is_operator_sign(unit) || unit == ' ' as u16 || closing;
            if !self.text.has_current() || ends {
                break;
            }
            self.text.at += 1;
        }
        let units = self.text.units(start, self.text.at);
        let steps = compile_nested(units, self.text.place(start), self.nesting)?;
        Ok((steps, expected))
    }

    /// Whether the `)` here is the end of `.name()`.
    fn closes_function(&self, start: usize) -> bool {
        let Some(open) = self.text.previous_significant() else { return false };
        self.text.unit_is(open, '(') && (start + 1..open).any(|at| self.text.unit_is(at, '.'))
    }

    fn operator(&mut self) -> Compiled<Operator> {
        let start = self.text.skip_blanks().at;
        if is_operator_sign(self.text.current()?) {
            while self.text.has_current() && is_operator_sign(self.text.current()?) {
                self.text.at += 1;
            }
        } else {
            while self.text.has_current() && !self.text.current_is(' ')? {
                self.text.at += 1;
            }
        }
        let sign = self.text.text(start, self.text.at);
        operator(&sign).ok_or_else(|| {
            let error = self.text.error_at(start, format!("`{sign}` is not an operator"));
            match intended(&sign) {
                Some(meant) => error.suggesting(format!("write `{meant}`")),
                None => error,
            }
        })
    }
}

impl JsonLiteral {
    pub(super) fn new(text: String) -> JsonLiteral {
        let value = permissive::parse(&text, &Limits::default()).map_err(|e| e.to_string());
        JsonLiteral { text, value }
    }
}

fn is_number_part(unit: u16) -> bool {
    is_digit(unit) || matches!(u8::try_from(unit), Ok(b'-' | b'.' | b'e' | b'E'))
}

fn is_operator_sign(unit: u16) -> bool {
    matches!(u8::try_from(unit), Ok(b'<' | b'>' | b'=' | b'~' | b'!'))
}

fn is_pattern_flag(unit: u16) -> bool {
    matches!(u8::try_from(unit), Ok(b'd' | b'i' | b'x' | b'm' | b's' | b'u' | b'U'))
}

/// The operators by how they are written; words in any case.
fn operator(sign: &str) -> Option<Operator> {
    Some(match sign.to_uppercase().as_str() {
        ">=" => Operator::GreaterOrEqual,
        "<=" => Operator::LessOrEqual,
        "==" => Operator::Equal,
        "===" => Operator::SameTypeAndEqual,
        "!=" => Operator::NotEqual,
        "!==" => Operator::NotSameTypeOrEqual,
        "<" => Operator::Less,
        ">" => Operator::Greater,
        "=~" => Operator::Matches,
        "NIN" => Operator::NotIn,
        "IN" => Operator::In,
        "CONTAINS" => Operator::Contains,
        "ALL" => Operator::All,
        "SIZE" => Operator::Size,
        "EXISTS" => Operator::Exists,
        "TYPE" => Operator::Type,
        "MATCHES" => Operator::Predicate,
        "EMPTY" => Operator::Empty,
        "SUBSETOF" => Operator::SubsetOf,
        "ANYOF" => Operator::AnyOf,
        "NONEOF" => Operator::NoneOf,
        _ => return None,
    })
}

fn intended(sign: &str) -> Option<&'static str> {
    Some(match sign.to_lowercase().as_str() {
        "=" | "eq" | "is" => "==",
        "<>" | "ne" => "!=",
        "and" | "&" => "&&",
        "or" | "|" => "||",
        "=>" => ">=",
        "=<" => "<=",
        "like" | "~" | "~=" => "=~",
        _ => return None,
    })
}
