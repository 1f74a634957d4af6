//! The clauses after FROM, in their fixed order.

use super::super::ast::{GroupBy, OrderBy, Query, Subtotals};
use super::super::error::SoqlError;
use super::{Parser, TokenKind};

impl Parser {
    pub(super) fn clauses(&mut self, query: &mut Query) -> Result<(), SoqlError> {
        self.using_scope(query)?;
        if self.accept_word("where") {
            query.condition = Some(self.condition()?);
        }
        self.with()?;
        if self.accept_word("group") {
            query.group_by = Some(self.group_by()?);
        }
        if self.accept_word("having") {
            query.having = Some(self.condition()?);
        }
        if self.accept_word("order") {
            self.expect_word("by")?;
            query.order_by.push(self.order()?);
            while self.accept_symbol(",") {
                query.order_by.push(self.order()?);
            }
        }
        if self.accept_word("limit") {
            query.limit = Some(self.count()?);
        }
        if self.accept_word("offset") {
            query.offset = Some(self.count()?);
        }
        self.closing_words()
    }

    fn using_scope(&mut self, query: &mut Query) -> Result<(), SoqlError> {
        if !self.accept_word("using") {
            return Ok(());
        }
        self.expect_word("scope")?;
        let at = self.at();
        match self.name()?.to_ascii_lowercase().as_str() {
            "mine" => query.scope_mine = true,
            "everything" | "team" | "my_territory" | "my_team_territory" | "delegated" => {}
            other => {
                return Err(SoqlError::malformed(format!("unknown scope '{other}'")).at(at));
            }
        }
        Ok(())
    }

    /// Everybody may see everything here, so the security modes change nothing.
    fn with(&mut self) -> Result<(), SoqlError> {
        if !self.accept_word("with") {
            return Ok(());
        }
        let modes = ["security_enforced", "user_mode", "system_mode"];
        if modes.iter().any(|mode| self.accept_word(mode)) {
            return Ok(());
        }
        let message = "the sandbox knows WITH SECURITY_ENFORCED, USER_MODE and SYSTEM_MODE only";
        Err(SoqlError::malformed(message).at(self.at()))
    }

    fn group_by(&mut self) -> Result<GroupBy, SoqlError> {
        self.expect_word("by")?;
        let open = matches!(self.peek_after(1), TokenKind::Symbol("("));
        let subtotals = if open && self.accept_word("rollup") {
            Subtotals::Rollup
        } else if open && self.accept_word("cube") {
            Subtotals::Cube
        } else {
            Subtotals::None
        };
        let bracketed = subtotals != Subtotals::None;
        if bracketed {
            self.expect_symbol("(")?;
        }
        let mut values = vec![self.value()?];
        while self.accept_symbol(",") {
            values.push(self.value()?);
        }
        if bracketed {
            self.expect_symbol(")")?;
        }
        Ok(GroupBy { values, subtotals })
    }

    fn order(&mut self) -> Result<OrderBy, SoqlError> {
        let value = self.value()?;
        let descending = self.accept_word("desc");
        if !descending {
            self.accept_word("asc");
        }
        let mut nulls_last = false;
        if self.accept_word("nulls") {
            nulls_last = self.accept_word("last");
            if !nulls_last {
                self.expect_word("first")?;
            }
        }
        Ok(OrderBy { value, descending, nulls_last })
    }

    /// A number of rows.
    fn count(&mut self) -> Result<u64, SoqlError> {
        if let TokenKind::Number(text) = self.peek()
            && let Ok(count) = text.parse::<u64>()
            && i64::try_from(count).is_ok()
            && !text.starts_with('+')
        {
            self.take();
            return Ok(count);
        }
        Err(self.unexpected())
    }

    /// `FOR VIEW`, `UPDATE TRACKING` and so on are accepted: nothing here keeps such counts.
    fn closing_words(&mut self) -> Result<(), SoqlError> {
        while self.accept_word("for") {
            let known = ["view", "reference", "update"];
            if !known.iter().any(|word| self.accept_word(word)) {
                return Err(self.unexpected());
            }
            self.accept_symbol(",");
        }
        if self.accept_word("update") {
            let known = ["tracking", "viewstat"];
            if !known.iter().any(|word| self.accept_word(word)) {
                return Err(self.unexpected());
            }
        }
        Ok(())
    }
}
