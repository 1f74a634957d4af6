//! `condition-activity` (Condition): takes one of two ways.
//!
//! Ports: `true`, `false`, `error`. The expression must give true or false; the texts `true` and
//! `false` count as well, in any case, because a BOOLEAN printed by `{{ }}` among text is one.

use trunkline_expr::Value;
use trunkline_model::{Failure, FailureCode};

use crate::read::{Properties, Templated};
use crate::run::Cx;
use crate::run::convert::{shorten, text_of};

use super::{Activity, Descriptor, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "condition-activity",
    title: "Condition",
    summary: "Takes one of two ways.",
    ports: &["true", "false", "error"],
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct Condition {
    expression: Templated,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(Condition { expression: properties.template("expression") })
}

impl Activity for Condition {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        cx.show_in("expression", |_| self.expression.source().into());
        let value = match cx.value(&self.expression) {
            Ok(value) => value,
            Err(failure) => return Step::Fail(failure),
        };
        match truth(&value) {
            Some(true) => Step::exit("true"),
            Some(false) => Step::exit("false"),
            None => {
                let text = format!(
                    "expression: a condition must give true or false, but this gave {}",
                    shorten(&text_of(&value))
                );
                Step::Fail(Failure::new(FailureCode::Expression, text))
            }
        }
    }

    fn templates(&self) -> Vec<&Templated> {
        vec![&self.expression]
    }
}

fn truth(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        // A name that is not there, as in `{{ flag }}`: Pebble takes null for false.
        Value::Null => Some(false),
        other => match text_of(other).trim() {
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        },
    }
}
