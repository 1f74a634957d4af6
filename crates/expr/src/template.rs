//! A compiled template.

use crate::context::{Context, Env, Sink};
use crate::error::{CompileError, Failure, RenderError};
use crate::eval::{Output, Renderer, SinkOutput};
use crate::syntax::tree::{Node, Program};
use crate::syntax::{lexer, parser};
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
    program: Program,
}

impl Template {
    /// Compiles a template.
    ///
    /// # Errors
    /// When the source is not a template; the error says where and what to do.
    pub fn compile(source: &str) -> Result<Template, CompileError> {
        let tokens = lexer::lex(source)?;
        let program = parser::parse(source, &tokens)?;
        Ok(Self { source: source.into(), program })
    }

    /// Renders the template, appending to `out`. What was appended before an error stays there.
    ///
    /// # Errors
    /// When a value cannot be used as the template uses it, or a limit is reached.
    pub fn render(
        &self,
        context: &dyn Context,
        env: &Env,
        out: &mut String,
    ) -> Result<(), RenderError> {
        out.reserve(self.program.size_hint);
        self.run(context, env, out)
    }

    /// Renders, telling literal text from substituted text, for URL encoding and injection guards.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn render_parts(
        &self,
        context: &dyn Context,
        env: &Env,
        sink: &mut dyn Sink,
    ) -> Result<(), RenderError> {
        self.run(context, env, &mut SinkOutput::new(sink))
    }

    fn run<O: Output>(
        &self,
        context: &dyn Context,
        env: &Env,
        out: &mut O,
    ) -> Result<(), RenderError> {
        Renderer::new(&self.program, context, env)
            .run(&self.program.body, out)
            .map_err(|failure| self.error(failure))
    }

    #[cold]
    #[allow(clippy::boxed_local)] // as failures come
    fn error(&self, failure: Failure) -> RenderError {
        failure.into_render_error(&self.source)
    }

    /// The source it was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text, if the whole template is plain text.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match &*self.program.body.nodes {
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
        env: &Env,
    ) -> Result<Option<Value<'static>>, RenderError> {
        let [Node::Print { value, .. }] = &*self.program.body.nodes else { return Ok(None) };
        Renderer::new(&self.program, context, env)
            .eval(value)
            .map(|value| Some(value.into_owned()))
            .map_err(|failure| self.error(failure))
    }

    /// Mistakes that are no error until rendering comes by them, as in Pebble: unknown filters,
    /// functions and tests, and arguments that do not fit. In the order of the source.
    #[must_use]
    pub fn problems(&self) -> &[CompileError] {
        &self.program.problems
    }

    /// Every name that the template reads from its context, in the order of the source. Loop
    /// variables, names that `set` gave before, and macros are not among them.
    #[must_use]
    pub fn references(&self) -> &[Reference] {
        &self.program.references
    }
}
