//! A text property with `{{ }}` in it: compiled once, or broken and reported.

use std::collections::HashSet;
use std::fmt;

use trunkline_expr::{CompileError, Context, Env, Reference, RenderError, Sink, Template, Value};
use trunkline_model::http::Rendered;

/// A property that is a template. A broken one fails when it is reached, as its author would
/// find in Webex, and is reported when the flow is read.
pub struct Templated {
    property: Box<str>,
    path: Vec<String>,
    state: Result<Template, Broken>,
    /// The same for printing, where JSON variables are printed.
    printing: Option<Box<Template>>,
}

struct Broken {
    source: Box<str>,
    error: CompileError,
}

/// Why a template gave no text.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateFault {
    /// The property's name in the export.
    pub property: String,
    /// What went wrong, with its column.
    pub message: String,
}

impl fmt::Debug for Templated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Templated({:?})", self.source())
    }
}

impl Templated {
    /// Compiles the text of a property. `path` leads from the file's root to the text.
    pub fn new(property: &str, path: Vec<String>, source: &str) -> Self {
        let state =
            Template::compile(source).map_err(|error| Broken { source: source.into(), error });
        Self { property: property.into(), path, state, printing: None }
    }

    /// The same, printing these variables as JSON.
    pub(super) fn printing_json(mut self, variables: &HashSet<Box<str>>) -> Self {
        let template = self.state.as_ref().ok();
        self.printing =
            template.and_then(|it| super::json_prints::rewrite(it, variables)).map(Box::new);
        self
    }

    /// The property's name in the export.
    pub fn property(&self) -> &str {
        &self.property
    }

    /// Keys from the file's root to the text.
    pub fn path(&self) -> &[String] {
        &self.path
    }

    /// The text as written.
    pub fn source(&self) -> &str {
        match &self.state {
            Ok(template) => template.source(),
            Err(broken) => &broken.source,
        }
    }

    /// Whether there is nothing but blanks.
    pub fn is_blank(&self) -> bool {
        self.source().trim().is_empty()
    }

    /// Why the text could not be compiled.
    pub fn error(&self) -> Option<&CompileError> {
        self.state.as_ref().err().map(|broken| &broken.error)
    }

    /// What will fail when it is rendered: unknown filters, tests and functions, and arguments
    /// that do not fit.
    pub fn problems(&self) -> &[CompileError] {
        self.state.as_ref().map_or(&[], Template::problems)
    }

    /// The names that the text reads; none for a broken one.
    pub fn references(&self) -> &[Reference] {
        self.state.as_ref().map_or(&[], Template::references)
    }

    /// The text with its expressions evaluated.
    pub fn render(&self, context: &dyn Context, env: &Env) -> Result<String, TemplateFault> {
        let template = self.compiled()?;
        let mut out = String::new();
        let rendered = match &self.printing {
            // Errors name places in the author's own text.
            Some(printing) if printing.render(context, env, &mut out).is_ok() => return Ok(out),
            Some(_) | None => {
                out.clear();
                template.render(context, env, &mut out)
            }
        };
        rendered.map_err(|error| self.fault(&error))?;
        Ok(out)
    }

    /// The same with the places of what was substituted, each passed through `encode`.
    pub fn render_parts(
        &self,
        context: &dyn Context,
        env: &Env,
        encode: fn(&str, &mut String),
    ) -> Result<Rendered, TemplateFault> {
        struct Parts {
            out: Rendered,
            encode: fn(&str, &mut String),
        }
        impl Sink for Parts {
            fn literal(&mut self, text: &str) {
                self.out.text.push_str(text);
            }
            fn substituted(&mut self, text: &str) {
                let start = self.out.text.len();
                (self.encode)(text, &mut self.out.text);
                self.out.substituted.push(start..self.out.text.len());
            }
        }
        let template = self.printing.as_deref().map_or_else(|| self.compiled(), Ok)?;
        let mut parts = Parts { out: Rendered::default(), encode };
        template.render_parts(context, env, &mut parts).map_err(|error| self.fault(&error))?;
        Ok(parts.out)
    }

    /// The value of a text that is one `{{ }}` and nothing else, its type kept; otherwise the
    /// rendered text.
    pub fn evaluate(
        &self,
        context: &dyn Context,
        env: &Env,
    ) -> Result<Value<'static>, TemplateFault> {
        let template = self.compiled()?;
        match template.evaluate(context, env).map_err(|error| self.fault(&error))? {
            Some(value) => Ok(value),
            None => self.render(context, env).map(Value::from),
        }
    }

    fn compiled(&self) -> Result<&Template, TemplateFault> {
        self.state.as_ref().map_err(|broken| TemplateFault {
            property: self.property.to_string(),
            message: broken.error.to_string(),
        })
    }

    fn fault(&self, error: &RenderError) -> TemplateFault {
        TemplateFault { property: self.property.to_string(), message: error.to_string() }
    }
}
