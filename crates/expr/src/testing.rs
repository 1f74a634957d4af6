//! Short cuts for tests.

use crate::{Env, MapContext, Template};

/// Renders a template that must work, with nothing defined.
pub(crate) fn render(source: &str) -> String {
    let template = Template::compile(source).unwrap();
    let mut out = String::new();
    template.render(&MapContext::default(), &Env::default(), &mut out).unwrap();
    out
}
