//! Renders text and tags.

use std::borrow::Cow;

use super::operators;
use super::{Evaluated, Output, Renderer, at};
use crate::error::{RenderErrorKind, fail, type_error};
use crate::escaping::{Strategy, escape};
use crate::syntax::tree::{Body, Escape, Expr, For, Node};
use crate::value::{Map, Shared, Value};

/// How deep macros and blocks may call each other, counted in nested tags and operations.
const MAX_CALL_DEPTH: u16 = 300;

/// What a call itself counts.
const CALL_DEPTH: u16 = 8;

impl<'v> Renderer<'v> {
    /// Renders a body.
    pub(crate) fn run<O: Output>(&mut self, body: &'v Body, out: &mut O) -> Evaluated<()> {
        for node in &body.nodes {
            match node {
                Node::Text(text) => {
                    self.meter.charge(text.len())?;
                    out.literal(text);
                }
                Node::Print { value, escape } => {
                    let value = self.eval(value);
                    let strategy = match (escape, self.env.autoescape) {
                        (Escape::Never, _) | (Escape::AsEnv, false) => None,
                        (Escape::AsEnv, true) => Some(Strategy::Html),
                        (Escape::With(strategy), _) => Some(*strategy),
                    };
                    let written = match (&value, strategy) {
                        (Ok(text), None) => {
                            let written = out.value(text);
                            super::discard(value);
                            written
                        }
                        _ => out.value(&escape_value(value?, strategy, &self.meter)?),
                    };
                    self.meter.charge(written)?;
                }
                _ => self.run_tag(node, out)?,
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn run_tag<O: Output>(&mut self, node: &'v Node, out: &mut O) -> Evaluated<()> {
        self.meter.tick()?;
        match node {
            Node::If { branches, otherwise } => {
                for (condition, body) in branches {
                    if self.condition(condition)? {
                        return self.run(body, out);
                    }
                }
                self.run(otherwise, out)
            }
            Node::For(node) => self.run_for(node, out),
            Node::Set { name, value } => {
                let value = self.eval(value)?;
                let in_context = self.context.get(name).is_some();
                self.scopes.assign(name, value, in_context);
                Ok(())
            }
            Node::Block(index) => {
                let program = self.program;
                match program.blocks.get(*index) {
                    Some((_, body)) => self.run(body, out),
                    None => Ok(()),
                }
            }
            Node::Plain(body) => self.run(body, out),
            Node::Check(expr) => self.eval(expr).map(|_| ()),
            Node::Text(_) | Node::Print { .. } => unreachable!("handled by run"),
        }
    }

    fn condition(&mut self, expr: &'v Expr) -> Evaluated<bool> {
        let value = self.eval(expr)?;
        operators::truth(&value, self.env.strict).map_err(|failure| at(failure, expr))
    }

    fn run_for<O: Output>(&mut self, node: &'v For, out: &mut O) -> Evaluated<()> {
        let items = match self.eval(&node.items)? {
            Value::Null => return Ok(()),
            Value::List(list) => list,
            Value::Map(map) => Shared::new(super::members::entries(&map)),
            other => {
                let message =
                    format!("`for` goes through lists and maps, not {}", other.type_name());
                return type_error(message).map_err(|failure| at(failure, &node.items));
            }
        };
        let count = items.items().len();
        if count == 0 {
            return self.run(&node.otherwise, out);
        }
        self.scopes.push(false);
        for at in 0..count {
            self.meter.tick()?;
            let item = match items.as_borrowed() {
                Some(list) => list.items()[at].by_ref(),
                None => items.items()[at].clone(),
            };
            self.scopes.define(&node.variable, item);
            if node.uses_loop {
                self.scopes.define("loop", loop_value(at, count));
            }
            self.run(&node.body, out)?;
        }
        self.scopes.pop();
        Ok(())
    }

    /// Renders the body of a macro or block that is called from an expression.
    pub(super) fn run_called(&mut self, body: &'v Body) -> Evaluated<Value<'v>> {
        let depth = body.depth + CALL_DEPTH;
        self.depth += depth;
        if self.depth > MAX_CALL_DEPTH {
            return fail(RenderErrorKind::Limit, "macros call each other too deep");
        }
        let mut text = String::new();
        self.run(body, &mut text)?;
        self.depth -= depth;
        Ok(Value::safe(text))
    }
}

fn loop_value(at: usize, count: usize) -> Value<'static> {
    let number = |number: usize| Value::Int(i32::try_from(number).unwrap_or(i32::MAX));
    let mut map = Map::new();
    let mut put = |name: &'static str, value| map.insert(Value::Str(Cow::Borrowed(name)), value);
    put("last", Value::Bool(at + 1 == count));
    // A number of a kind of its own in Pebble: it computes in 32 bits, and is neither odd nor even.
    put("length", Value::Big(count.to_string().into()));
    put("index", number(at));
    put("revindex", number(count - at - 1));
    put("first", Value::Bool(at == 0));
    map.into()
}

fn escape_value<'v>(
    value: Value<'v>,
    strategy: Option<Strategy>,
    meter: &super::Meter,
) -> Evaluated<Value<'v>> {
    let Some(strategy) = strategy else { return Ok(value) };
    match value {
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Long(_)
        | Value::Double(_)
        | Value::Big(_)
        | Value::Safe(_) => Ok(value),
        other => {
            let text = other.to_text();
            meter.allow(text.len().saturating_mul(6))?;
            Ok(Value::safe(escape(&text, strategy)))
        }
    }
}
