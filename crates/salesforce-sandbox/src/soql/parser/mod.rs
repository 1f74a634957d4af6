//! Reads tokens into a [`Query`].

mod clauses;
mod condition;
mod select;

use super::ast::{Path, Query, Value};
use super::error::SoqlError;
use super::token::{Token, TokenKind, tokenise};

/// How deep parentheses, NOTs and functions may be nested.
const MAX_DEPTH: usize = 50;

/// Words that cannot name a field, an object or an alias.
const RESERVED: [&str; 27] = [
    "and", "asc", "desc", "excludes", "first", "for", "from", "group", "having", "in", "includes",
    "last", "like", "limit", "not", "null", "nulls", "offset", "or", "order", "select", "update",
    "using", "where", "with", "true", "false",
];

/// Reads a whole query.
pub(crate) fn parse(text: &str) -> Result<Query, SoqlError> {
    let mut parser = Parser { tokens: tokenise(text)?, next: 0, depth: 0 };
    let query = parser.query()?;
    parser.end()?;
    Ok(query)
}

/// What follows an object in the RETURNING of a search: `(Id, Name WHERE … LIMIT 5)`.
///
/// The text is what stands between the parentheses; the object's name is given.
pub(crate) fn parse_returning(object: &str, text: &str) -> Result<Query, SoqlError> {
    let mut parser = Parser { tokens: tokenise(text)?, next: 0, depth: 0 };
    let select = parser.select_list()?;
    let mut query = Query::new(select, Path::of(object));
    parser.clauses(&mut query)?;
    parser.end()?;
    Ok(query)
}

/// Reads a comma-separated list of fields, e.g. of the parameter `fields`.
pub(crate) fn parse_fields(text: &str) -> Result<Vec<super::ast::SelectItem>, SoqlError> {
    let mut parser = Parser { tokens: tokenise(text)?, next: 0, depth: 0 };
    let select = parser.select_list()?;
    parser.end()?;
    Ok(select)
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &TokenKind {
        &self.tokens[self.next].kind
    }

    fn peek_after(&self, count: usize) -> &TokenKind {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.next + count).min(last)].kind
    }

    fn at(&self) -> usize {
        self.tokens[self.next].at
    }

    /// Takes the next token; the last one, `End`, is never passed.
    fn take(&mut self) -> TokenKind {
        let kind = self.tokens[self.next].kind.clone();
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
        kind
    }

    fn unexpected(&self) -> SoqlError {
        let token = self.peek();
        let message = match token {
            TokenKind::End => "unexpected end of the query".to_owned(),
            TokenKind::Symbol(":") => "Bind variables only allowed in Apex code".to_owned(),
            _ => format!("unexpected token: '{}'", token.shown()),
        };
        SoqlError::malformed(message).at(self.at())
    }

    fn is_word(&self, word: &str) -> bool {
        self.is_word_after(0, word)
    }

    fn is_word_after(&self, count: usize, word: &str) -> bool {
        matches!(self.peek_after(count), TokenKind::Word(text) if text.eq_ignore_ascii_case(word))
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), TokenKind::Symbol(text) if *text == symbol)
    }

    fn accept_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.take();
        }
        found
    }

    fn accept_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        if found {
            self.take();
        }
        found
    }

    fn expect_word(&mut self, word: &str) -> Result<(), SoqlError> {
        if self.accept_word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn expect_symbol(&mut self, symbol: &str) -> Result<(), SoqlError> {
        if self.accept_symbol(symbol) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn end(&self) -> Result<(), SoqlError> {
        if *self.peek() == TokenKind::End { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Whether the next token may be a name.
    fn is_name(&self) -> bool {
        matches!(self.peek(), TokenKind::Word(text) if !is_reserved(text))
    }

    fn name(&mut self) -> Result<String, SoqlError> {
        if !self.is_name() {
            return Err(self.unexpected());
        }
        match self.take() {
            TokenKind::Word(text) => Ok(text),
            _ => Err(self.unexpected()),
        }
    }

    /// `a.b.c`; after a dot reserved words are names too.
    fn path(&mut self) -> Result<Path, SoqlError> {
        let at = self.at();
        let mut names = vec![self.name()?];
        while self.accept_symbol(".") {
            let TokenKind::Word(text) = self.peek().clone() else { return Err(self.unexpected()) };
            self.take();
            names.push(text);
        }
        Ok(Path { names, at })
    }

    /// A field or a function of one.
    fn value(&mut self) -> Result<Value, SoqlError> {
        let at = self.at();
        let path = self.path()?;
        if !self.is_symbol("(") || path.names.len() > 1 {
            return Ok(Value::Field(path));
        }
        self.enter()?;
        self.expect_symbol("(")?;
        let argument = Box::new(self.value()?);
        self.expect_symbol(")")?;
        self.leave();
        let function = path.names.into_iter().next().unwrap_or_default();
        Ok(Value::Call { function, argument, at })
    }

    fn enter(&mut self) -> Result<(), SoqlError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let message = format!("the query is nested more than {MAX_DEPTH} levels deep");
            return Err(SoqlError::malformed(message).at(self.at()));
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }
}

fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| word.eq_ignore_ascii_case(reserved))
}

#[cfg(test)]
mod tests {
    use super::super::ast::*;
    use super::*;

    fn message(query: &str) -> String {
        let error = parse(query).unwrap_err();
        assert_eq!(error.code, "MALFORMED_QUERY", "{query}");
        error.message
    }

    #[test]
    fn every_clause_is_read() {
        let query = parse(
            "SELECT Id, Contact.Name FROM Case c USING SCOPE mine WHERE Status = 'New' \
             WITH SECURITY_ENFORCED ORDER BY CreatedDate DESC NULLS LAST, Id LIMIT 5 OFFSET 2 \
             FOR VIEW",
        )
        .unwrap();
        assert_eq!(query.select.len(), 2);
        assert_eq!((query.limit, query.offset), (Some(5), Some(2)));
        assert_eq!(query.alias.as_deref(), Some("c"));
        assert!(query.scope_mine && query.order_by[0].descending && query.order_by[0].nulls_last);
    }

    #[test]
    fn groups_and_functions_are_read() {
        let query = parse(
            "SELECT CALENDAR_MONTH(CreatedDate) m, COUNT(Id) FROM Case \
             GROUP BY CALENDAR_MONTH(CreatedDate) HAVING COUNT(Id) > 1",
        )
        .unwrap();
        let SelectItem::Value { alias, .. } = &query.select[0] else { panic!() };
        assert_eq!(alias.as_deref(), Some("m"));
        assert!(query.having.is_some());
        let rollup = parse("SELECT Status FROM Case GROUP BY ROLLUP(Status, Origin)").unwrap();
        assert_eq!(rollup.group_by.unwrap().subtotals, Subtotals::Rollup);
    }

    #[test]
    fn errors_name_the_token() {
        for (query, expected) in [
            ("SELECT FROM Account", "unexpected token: 'FROM'"),
            ("SELECT Id Account", "unexpected end of the query"),
            (
                "SELECT Id FROM Account WHERE Name = :name",
                "Bind variables only allowed in Apex code",
            ),
            ("SELECT Id FROM Account LIMIT -1", "unexpected token: '-1'"),
            ("", "unexpected end of the query"),
        ] {
            assert_eq!(message(query), expected);
        }
        assert!(message("SELECT Id FROM A WHERE a = 1 AND b = 2 OR c = 3").contains("parentheses"));
    }

    #[test]
    fn depth_is_limited() {
        for open in ["(", "NOT ", "NOT ("] {
            let query = format!("SELECT Id FROM A WHERE {}a = 1", open.repeat(20_000));
            assert!(message(&query).contains("nested"), "{open}");
        }
        let query = format!("SELECT {}a FROM A", "f(".repeat(20_000));
        assert!(message(&query).contains("nested"));
        let query = "(SELECT Id, ".repeat(20_000);
        assert!(message(&format!("SELECT {query}")).contains("nested"));
    }

    #[test]
    fn long_chains_are_no_depth() {
        let chain = vec!["a = 1"; 9000].join(" OR ");
        let query = parse(&format!("SELECT Id FROM A WHERE {chain}")).unwrap();
        let Some(Condition::Or(parts)) = query.condition else { panic!() };
        assert_eq!(parts.len(), 9000);
    }
}
