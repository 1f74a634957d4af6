//! `parse-activity` (Parse): takes parts of a document in a variable into other variables.
//!
//! Ports: `default`, `error`. The document is JSON, XML, TOML or YAML; each is turned into JSON
//! and read by JSONPath.

use trunkline_model::{Failure, FailureCode};

use crate::read::Properties;
use crate::run::Cx;

use super::mappings::Mappings;
use super::{Activity, Descriptor, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "parse-activity",
    title: "Parse",
    summary: "Takes parts of a document in a variable into other variables.",
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct Parse {
    /// `inputVariable`: a flow variable or an output, such as `AI_Agent.MetaData`.
    input: String,
    mappings: Mappings,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    // Some exports wrap the name as an expression.
    let input = properties.text("inputVariable").unwrap_or_default().trim();
    let bare = input.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(input);
    Box::new(Parse { input: bare.trim().to_owned(), mappings: Mappings::read(properties) })
}

impl Activity for Parse {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.parse(cx).into()
    }

    fn reads(&self) -> Option<&str> {
        Some(&self.input)
    }

    fn assigns(&self) -> Vec<&str> {
        self.mappings.assigns()
    }
}

impl Parse {
    fn parse(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        let Some(value) = cx.lookup(&self.input) else {
            let text = format!("inputVariable: there is no variable or output {:?}", self.input);
            return Err(Failure::new(FailureCode::Property, text));
        };
        let text = match value.as_str() {
            Some(text) => text.to_owned(),
            None if value.is_null() => String::new(),
            None => value.to_json(),
        };
        cx.show_in("input", |_| self.input.as_str().into());
        self.mappings.apply(cx, &text)?;
        Ok(Step::exit("default"))
    }
}
