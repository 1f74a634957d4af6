//! `case-statement` (Case): takes the way whose value equals the expression's text.
//!
//! Ports: one for each value, named by its place (`0`, `1`, …; places may have gaps), `default`,
//! `error`. Values are compared as text.

use std::borrow::Cow;

use crate::read::{Properties, Templated};
use crate::run::Cx;

use super::{Activity, Descriptor, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "case-statement",
    title: "Case",
    summary: "Takes one of several ways by comparing a text.",
    ports: &["default", "error"],
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct Case {
    expression: Templated,
    /// `menuLinks` (ports) with `menuLinks:input` (values) at the same places.
    ways: Vec<(String, Templated)>,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let expression = properties.template("expression");
    let values = properties.list_beside("menuLinks");
    let mut ways = Vec::new();
    for (place, port) in properties.raw("menuLinks").elements().iter().enumerate() {
        let (Some(port), Some(value)) = (port.as_text(), values.get(place)) else { continue };
        let key = place.to_string();
        let value = properties.template_of(value, "menuLinks:input", &["menuLinks:input", &key]);
        ways.push((port.to_owned(), value));
    }
    Box::new(Case { expression, ways })
}

impl Activity for Case {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        let text = match cx.text(&self.expression) {
            Ok(text) => text,
            Err(failure) => return Step::Fail(failure),
        };
        cx.show_in("value", |_| text.as_str().into());
        for (port, value) in &self.ways {
            match cx.text(value) {
                Ok(value) if value.trim() == text.trim() => {
                    return Step::Exit(Cow::Owned(port.clone()));
                }
                Ok(_) => {}
                Err(failure) => return Step::Fail(failure),
            }
        }
        Step::exit("default")
    }

    fn own_ports(&self) -> Vec<String> {
        self.ways.iter().map(|(port, _)| port.clone()).collect()
    }

    fn templates(&self) -> Vec<&Templated> {
        let values = self.ways.iter().map(|(_, value)| value);
        std::iter::once(&self.expression).chain(values).collect()
    }
}
