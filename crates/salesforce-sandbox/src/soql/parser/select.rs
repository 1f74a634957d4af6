//! SELECT and what may stand after it.

use super::super::ast::{FieldGroup, Query, SelectItem, TypeOf, Value};
use super::super::error::SoqlError;
use super::Parser;

impl Parser {
    pub(super) fn query(&mut self) -> Result<Query, SoqlError> {
        self.expect_word("select")?;
        let select = self.select_list()?;
        self.expect_word("from")?;
        let mut query = Query::new(select, self.path()?);
        self.aliases(&mut query)?;
        self.clauses(&mut query)?;
        Ok(query)
    }

    pub(super) fn select_list(&mut self) -> Result<Vec<SelectItem>, SoqlError> {
        let mut items = vec![self.select_item()?];
        while self.accept_symbol(",") {
            items.push(self.select_item()?);
        }
        Ok(items)
    }

    fn select_item(&mut self) -> Result<SelectItem, SoqlError> {
        if self.is_symbol("(") {
            self.enter()?;
            self.take();
            let children = Box::new(self.query()?);
            self.expect_symbol(")")?;
            self.leave();
            return Ok(SelectItem::Children(children));
        }
        if self.is_word("typeof") {
            return self.type_of();
        }
        if self.is_call("count") && self.is_symbol_after(2, ")") {
            (0..3).for_each(|_| drop(self.take()));
            return Ok(SelectItem::CountAll);
        }
        if self.is_call("fields") {
            return self.field_group();
        }
        let value = self.value()?;
        let alias = if self.is_name() { Some(self.name()?) } else { None };
        Ok(SelectItem::Value { value, alias })
    }

    fn is_call(&self, function: &str) -> bool {
        self.is_word(function) && self.is_symbol_after(1, "(")
    }

    fn is_symbol_after(&self, count: usize, symbol: &str) -> bool {
        matches!(self.peek_after(count), super::TokenKind::Symbol(text) if *text == symbol)
    }

    fn field_group(&mut self) -> Result<SelectItem, SoqlError> {
        self.take();
        self.expect_symbol("(")?;
        let at = self.at();
        let group = match self.name()?.to_ascii_lowercase().as_str() {
            "all" => FieldGroup::All,
            "standard" => FieldGroup::Standard,
            "custom" => FieldGroup::Custom,
            other => {
                let message = format!("FIELDS takes ALL, STANDARD or CUSTOM, not '{other}'");
                return Err(SoqlError::malformed(message).at(at));
            }
        };
        self.expect_symbol(")")?;
        Ok(SelectItem::Fields(group))
    }

    fn type_of(&mut self) -> Result<SelectItem, SoqlError> {
        self.expect_word("typeof")?;
        let relationship = self.path()?;
        let mut branches = Vec::new();
        while self.accept_word("when") {
            let object = self.path()?;
            self.expect_word("then")?;
            branches.push((object, self.paths()?));
        }
        if branches.is_empty() {
            return Err(self.unexpected());
        }
        let otherwise = if self.accept_word("else") { Some(self.paths()?) } else { None };
        self.expect_word("end")?;
        Ok(SelectItem::TypeOf(TypeOf { relationship, branches, otherwise }))
    }

    fn paths(&mut self) -> Result<Vec<super::Path>, SoqlError> {
        let mut paths = vec![self.path()?];
        while self.accept_symbol(",") {
            paths.push(self.path()?);
        }
        Ok(paths)
    }

    /// `FROM Contact c, c.Account a`.
    fn aliases(&mut self, query: &mut Query) -> Result<(), SoqlError> {
        self.accept_word("as");
        if self.is_name() {
            query.alias = Some(self.name()?);
        }
        while self.accept_symbol(",") {
            let path = self.path()?;
            self.accept_word("as");
            query.parents.push((path, self.name()?));
        }
        Ok(())
    }
}

impl Query {
    /// A query with nothing but SELECT and FROM.
    pub(crate) fn new(select: Vec<SelectItem>, from: super::Path) -> Query {
        Query {
            select,
            from,
            alias: None,
            parents: Vec::new(),
            scope_mine: false,
            condition: None,
            group_by: None,
            having: None,
            order_by: Vec::new(),
            limit: None,
            offset: None,
        }
    }
}

impl SelectItem {
    /// A plain field.
    pub(crate) fn field(name: &str) -> SelectItem {
        SelectItem::Value { value: Value::Field(super::Path::of(name)), alias: None }
    }
}
