//! The tags: `{% if %}`, `{% for %}`, `{% set %}` and the others.

use std::collections::HashSet;

use super::parser::{Parsed, Parser};
use super::token::Kind;
use super::tree::{Body, Escape, Expr, For, Macro, Node};
use crate::error::{CompileError, Edit, closest};
use crate::escaping::Strategy;

/// The tags that open something, for suggestions.
const TAGS: [&str; 11] = [
    "if",
    "elseif",
    "else",
    "endif",
    "for",
    "endfor",
    "set",
    "macro",
    "filter",
    "autoescape",
    "verbatim",
];

impl<'s> Parser<'s, '_> {
    /// Parses a tag with what belongs to it.
    pub(super) fn tag(&mut self) -> Parsed<Option<Node>> {
        let token = self.next();
        let open = token.start;
        let Kind::Tag(name) = token.kind else { return Err(self.unexpected("a tag")) };
        match name {
            "if" => self.if_tag(open).map(Some),
            "for" => self.for_tag(open).map(Some),
            "set" => self.set_tag().map(Some),
            "macro" => self.macro_tag(open),
            "block" => self.block_tag(open).map(Some),
            "filter" => self.filter_tag(open).map(Some),
            "autoescape" => self.autoescape_tag(open).map(Some),
            "cache" => self.cache_tag(open).map(Some),
            "parallel" => {
                self.tag_end()?;
                self.enclosed("endparallel", open).map(|body| Some(Node::Plain(body)))
            }
            "flush" => self.tag_end().map(|()| None),
            "include" | "import" | "from" | "extends" | "embed" => {
                Err(self
                    .error(open, format!("`{name}` needs other templates, and a flow has none")))
            }
            _ => Err(self.unknown_tag(name, open)),
        }
    }

    fn unknown_tag(&self, name: &str, at: usize) -> CompileError {
        let error = self.error(at, format!("the tag `{name}` is unknown or out of place"));
        let meant = match name {
            "elif" | "elsif" => Some("elseif"),
            _ => closest(name, TAGS.into_iter()).filter(|&tag| tag != name),
        };
        let Some(meant) = meant else { return error };
        let edit = Edit { start: at, end: at + name.len(), replacement: meant.into() };
        error.suggest(format!("did you mean `{meant}`?"), Some(edit))
    }

    fn tag_end(&mut self) -> Parsed<()> {
        self.expect_kind(&Kind::TagEnd, "`%}`")
    }

    /// Parses up to and with an end tag.
    fn enclosed(&mut self, end: &str, open: usize) -> Parsed<Body> {
        let body = self.body(&[end], open)?;
        self.next();
        self.tag_end()?;
        Ok(body)
    }

    fn if_tag(&mut self, open: usize) -> Parsed<Node> {
        let mut branches = Vec::new();
        let mut otherwise = Body::default();
        let condition = self.expression()?;
        self.tag_end()?;
        let body = self.body(&["elseif", "else", "endif"], open)?;
        branches.push((condition, body));
        loop {
            let token = self.next();
            match token.kind {
                Kind::Tag("elseif") => {
                    let condition = self.expression()?;
                    self.tag_end()?;
                    branches.push((condition, self.body(&["elseif", "else", "endif"], open)?));
                }
                Kind::Tag("else") => {
                    self.tag_end()?;
                    otherwise = self.body(&["endif"], open)?;
                }
                _ => {
                    self.tag_end()?;
                    return Ok(Node::If { branches: branches.into(), otherwise });
                }
            }
        }
    }

    fn for_tag(&mut self, open: usize) -> Parsed<Node> {
        let variable = self.assignable("the name of the loop variable")?;
        if self.peek().kind != Kind::Name("in") {
            return Err(self.unexpected("`in`"));
        }
        self.next();
        let items = self.expression()?;
        self.tag_end()?;
        self.scopes.push(HashSet::from([variable.into(), "loop".into()]));
        let body = self.body(&["else", "endfor"], open)?;
        self.scopes.pop();
        let otherwise = if self.next().kind == Kind::Tag("else") {
            self.tag_end()?;
            self.enclosed("endfor", open)?
        } else {
            self.tag_end()?;
            Body::default()
        };
        let uses_loop = self.source.contains("loop");
        let variable = variable.into();
        Ok(Node::For(Box::new(For { variable, items, body, otherwise, uses_loop })))
    }

    fn set_tag(&mut self) -> Parsed<Node> {
        let name = self.assignable("the name of a variable")?;
        self.expect(b'=')?;
        let value = self.expression()?;
        self.tag_end()?;
        if let Some(names) = self.scopes.last_mut() {
            names.insert(name.into());
        }
        Ok(Node::Set { name: name.into(), value })
    }

    fn assignable(&mut self, wanted: &str) -> Parsed<&'s str> {
        let (name, offset) = self.expect_name(wanted)?;
        match name {
            "true" | "TRUE" | "false" | "FALSE" | "null" | "NULL" | "none" | "NONE" => {
                Err(self.error(offset, format!("`{name}` is a value, and cannot be set")))
            }
            _ => Ok(name),
        }
    }

    fn macro_tag(&mut self, open: usize) -> Parsed<Option<Node>> {
        let (name, offset) = self.expect_name("the name of the macro")?;
        if self.program.macros.iter().any(|known| *known.name == *name) {
            return Err(self.error(offset, format!("there is a macro `{name}` already")));
        }
        self.expect(b'(')?;
        let outer = std::mem::replace(&mut self.in_macro, true);
        let mut parameters: Vec<(Box<str>, Option<Expr>)> = Vec::new();
        while !self.eat(b')') {
            if !parameters.is_empty() {
                self.expect(b',')?;
            }
            let parameter = self.assignable("the name of a parameter")?;
            let default = if self.eat(b'=') { Some(self.expression()?) } else { None };
            parameters.push((parameter.into(), default));
        }
        self.tag_end()?;
        let body = self.enclosed("endmacro", open)?;
        self.in_macro = outer;
        self.program.macros.push(Macro { name: name.into(), parameters: parameters.into(), body });
        Ok(None)
    }

    fn block_tag(&mut self, open: usize) -> Parsed<Node> {
        let token = self.next();
        let name: Box<str> = match &token.kind {
            Kind::Name(name) => (*name).into(),
            Kind::Str(name) => name.as_str().into(),
            _ => return Err(self.error(token.start, "the name of the block is wanted here")),
        };
        self.tag_end()?;
        let body = self.body(&["endblock"], open)?;
        self.next();
        if matches!(self.peek().kind, Kind::Name(_) | Kind::Str(_)) {
            self.next();
        }
        self.tag_end()?;
        self.program.blocks.push((name, body));
        Ok(Node::Block(self.program.blocks.len() - 1))
    }

    fn filter_tag(&mut self, open: usize) -> Parsed<Node> {
        let chain = self.filter_chain()?;
        self.tag_end()?;
        let body = self.enclosed("endfilter", open)?;
        let value = self.filtered(body, open, chain)?;
        Ok(Node::Print { value, escape: Escape::Never })
    }

    fn autoescape_tag(&mut self, open: usize) -> Parsed<Node> {
        let token = self.peek();
        let escape = match &token.kind {
            Kind::TagEnd | Kind::Name("true" | "TRUE") => Escape::With(Strategy::Html),
            Kind::Name("false" | "FALSE") => Escape::Never,
            Kind::Str(name) => match Strategy::named(name) {
                Some(strategy) => Escape::With(strategy),
                None => return Err(self.error(token.start, Strategy::unknown(name))),
            },
            _ => return Err(self.unexpected("a strategy, `true` or `false`")),
        };
        if token.kind != Kind::TagEnd {
            self.next();
        }
        self.tag_end()?;
        let outer = std::mem::replace(&mut self.escape, escape);
        let body = self.enclosed("endautoescape", open)?;
        self.escape = outer;
        Ok(Node::Plain(body))
    }

    /// Nothing is cached: a flow's templates are rendered once for each contact.
    fn cache_tag(&mut self, open: usize) -> Parsed<Node> {
        let key = self.expression()?;
        self.tag_end()?;
        let mut body = self.enclosed("endcache", open)?;
        let depth = body.depth.max(1 + key.depth);
        let mut nodes = std::mem::take(&mut body.nodes).into_vec();
        nodes.insert(0, Node::Check(key));
        Ok(Node::Plain(Body { nodes: nodes.into(), depth }))
    }
}
