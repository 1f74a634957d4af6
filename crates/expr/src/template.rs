//! A compiled template.

use crate::context::{Context, Env, Sink};
use crate::error::{CompileError, RenderError};
use crate::value::Value;

/// A name that a template reads from its context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name itself.
    pub root: Box<str>,
    /// The attributes that follow it, as far as they are constant.
    pub attributes: Vec<Box<str>>,
    /// Where the name stands, in bytes from the start of the source.
    pub offset: usize,
    /// Whether the last attribute is called as a method.
    pub called: bool,
}

/// A compiled template: compile once, render often, share freely.
#[derive(Debug)]
pub struct Template {
    source: Box<str>,
    nodes: Vec<Node>,
    references: Vec<Reference>,
}

#[derive(Debug)]
enum Node {
    Text(Box<str>),
    Name(Box<str>),
}

impl Template {
    /// Compiles a template.
    ///
    /// # Errors
    /// When the source is not a template; the error says where and what to do.
    pub fn compile(source: &str) -> Result<Template, CompileError> {
        let mut nodes = Vec::new();
        let mut rest = source;
        while let Some((before, after)) = rest.split_once("{{") {
            nodes.push(Node::Text(before.into()));
            let Some((name, after)) = after.split_once("}}") else {
                let offset = source.len() - after.len() - 2;
                return Err(CompileError::new(source, offset, "`{{` is opened and never closed"));
            };
            nodes.push(Node::Name(name.trim().into()));
            rest = after;
        }
        nodes.push(Node::Text(rest.into()));
        Ok(Self { source: source.into(), nodes, references: Vec::new() })
    }

    /// Renders the template, appending to `out`. What was appended before an error stays there.
    ///
    /// # Errors
    /// When a value cannot be used as the template uses it, or a limit is reached.
    pub fn render(
        &self,
        context: &dyn Context,
        _env: &Env,
        out: &mut String,
    ) -> Result<(), RenderError> {
        for node in &self.nodes {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Name(name) => context.get(name).unwrap_or_default().write_to(out),
            }
        }
        Ok(())
    }

    /// Renders, telling literal text from substituted text.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn render_parts(
        &self,
        context: &dyn Context,
        _env: &Env,
        sink: &mut dyn Sink,
    ) -> Result<(), RenderError> {
        for node in &self.nodes {
            match node {
                Node::Text(text) => sink.literal(text),
                Node::Name(name) => {
                    sink.substituted(&context.get(name).unwrap_or_default().to_text());
                }
            }
        }
        Ok(())
    }

    /// The source it was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text, if the whole template is plain text.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match &*self.nodes {
            [] => Some(""),
            [Node::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The value of a template that is one `{{ }}` and nothing else, its type kept; `None` for
    /// any other template.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn evaluate(
        &self,
        context: &dyn Context,
        _env: &Env,
    ) -> Result<Option<Value<'static>>, RenderError> {
        match &*self.nodes {
            [Node::Name(name)] => Ok(Some(context.get(name).unwrap_or_default().into_owned())),
            _ => Ok(None),
        }
    }

    /// Every name that the template reads from its context, in the order of the source.
    #[must_use]
    pub fn references(&self) -> &[Reference] {
        &self.references
    }
}
