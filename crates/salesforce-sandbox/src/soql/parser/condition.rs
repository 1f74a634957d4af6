//! WHERE and HAVING.

use super::super::ast::{Condition, Literal, Operator, Value};
use super::super::date_literal::DateLiteral;
use super::super::error::SoqlError;
use super::{Parser, TokenKind};
use crate::time;

impl Parser {
    /// Terms joined by AND or by OR; a mixture needs parentheses.
    pub(super) fn condition(&mut self) -> Result<Condition, SoqlError> {
        let first = self.term()?;
        let joint = ["and", "or"].into_iter().find(|word| self.is_word(word));
        let Some(joint) = joint else { return Ok(first) };
        let mut terms = vec![first];
        while self.accept_word(joint) {
            terms.push(self.term()?);
        }
        if self.is_word("and") || self.is_word("or") {
            let message = "AND and OR are mixed: parentheses are needed to say which goes first";
            return Err(SoqlError::malformed(message).at(self.at()));
        }
        Ok(if joint == "and" { Condition::And(terms) } else { Condition::Or(terms) })
    }

    fn term(&mut self) -> Result<Condition, SoqlError> {
        self.enter()?;
        let term = if self.accept_word("not") {
            Condition::Not(Box::new(self.term()?))
        } else if self.accept_symbol("(") {
            let inner = self.condition()?;
            self.expect_symbol(")")?;
            inner
        } else {
            self.comparison()?
        };
        self.leave();
        Ok(term)
    }

    fn comparison(&mut self) -> Result<Condition, SoqlError> {
        let value = self.value()?;
        if self.accept_word("not") {
            self.expect_word("in")?;
            return self.list(value, true);
        }
        if self.accept_word("in") {
            return self.list(value, false);
        }
        let excludes = self.is_word("excludes");
        if excludes || self.is_word("includes") {
            self.take();
            let list = self.literals()?;
            return Ok(Condition::Includes { value, negated: excludes, list });
        }
        let operator = self.operator()?;
        let literal = self.literal()?;
        Ok(Condition::Compare { value, operator, literal })
    }

    fn operator(&mut self) -> Result<Operator, SoqlError> {
        let operator = match self.peek() {
            TokenKind::Symbol("=") => Operator::Equal,
            TokenKind::Symbol("!=" | "<>") => Operator::NotEqual,
            TokenKind::Symbol("<") => Operator::Less,
            TokenKind::Symbol("<=") => Operator::LessOrEqual,
            TokenKind::Symbol(">") => Operator::Greater,
            TokenKind::Symbol(">=") => Operator::GreaterOrEqual,
            TokenKind::Word(word) if word.eq_ignore_ascii_case("like") => Operator::Like,
            _ => return Err(self.unexpected()),
        };
        self.take();
        Ok(operator)
    }

    /// What follows IN: literals, or a query.
    fn list(&mut self, value: Value, negated: bool) -> Result<Condition, SoqlError> {
        let query =
            matches!(self.peek(), TokenKind::Symbol("(")) && self.is_word_after(1, "select");
        if !query {
            let list = self.literals()?;
            return Ok(Condition::In { value, negated, list });
        }
        self.enter()?;
        self.take();
        let query = Box::new(self.query()?);
        self.expect_symbol(")")?;
        self.leave();
        Ok(Condition::InQuery { value, negated, query })
    }

    fn literals(&mut self) -> Result<Vec<Literal>, SoqlError> {
        self.expect_symbol("(")?;
        let mut list = vec![self.literal()?];
        while self.accept_symbol(",") {
            list.push(self.literal()?);
        }
        self.expect_symbol(")")?;
        Ok(list)
    }

    fn literal(&mut self) -> Result<Literal, SoqlError> {
        let at = self.at();
        let literal = match self.peek() {
            TokenKind::Text(raw) => Some(Literal::Text { raw: raw.clone(), at }),
            TokenKind::Number(text) => number(text),
            TokenKind::Moment(text) => match time::parse_date(text) {
                Some(date) => Some(Literal::Date(date)),
                None => time::parse_datetime(text).map(Literal::DateTime),
            },
            TokenKind::Word(word) => return self.word_literal(&word.to_ascii_lowercase()),
            TokenKind::Symbol(_) | TokenKind::End => None,
        };
        let literal = literal.ok_or_else(|| self.unexpected())?;
        self.take();
        Ok(literal)
    }

    fn word_literal(&mut self, word: &str) -> Result<Literal, SoqlError> {
        let constant = match word {
            "null" => Some(Literal::Null),
            "true" => Some(Literal::Bool(true)),
            "false" => Some(Literal::Bool(false)),
            _ => None,
        };
        if let Some(constant) = constant {
            self.take();
            return Ok(constant);
        }
        let number = match (self.peek_after(1), self.peek_after(2)) {
            (TokenKind::Symbol(":"), TokenKind::Number(text)) => text.parse().ok(),
            _ => None,
        };
        let range = DateLiteral::parse(word, number).ok_or_else(|| self.unexpected())?;
        (0..if number.is_some() { 3 } else { 1 }).for_each(|_| drop(self.take()));
        Ok(Literal::Range(range))
    }
}

fn number(text: &str) -> Option<Literal> {
    if let Ok(int) = text.parse() {
        return Some(Literal::Int(int));
    }
    text.parse().ok().filter(|value: &f64| value.is_finite()).map(Literal::Decimal)
}
