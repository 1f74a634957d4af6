//! The trace of a run: a line per step, secrets masked.

use trunkline_expr::Value;
use trunkline_model::ContactId;
use trunkline_model::trace::{Datum, Step};

use super::convert::text_of;
use super::secrets::Secrets;

/// Collects steps, if anybody wants them.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) contact: Option<ContactId>,
    pub(super) started_ms: i64,
    steps: Vec<Step>,
    pub(super) secrets: Secrets,
}

impl Trace {
    pub(super) fn is_on(&self) -> bool {
        self.contact.is_some()
    }

    pub(super) fn push(&mut self, mut step: Step) {
        if !self.secrets.is_empty() {
            self.secrets.mask_step(&mut step);
        }
        self.steps.push(step);
    }

    pub(super) fn take(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }
}

/// A value as a trace shows it.
pub(crate) fn datum(value: &Value<'_>) -> Datum {
    match value {
        Value::Null => Datum::Null,
        Value::Bool(flag) => Datum::Bool(*flag),
        Value::Int(number) => Datum::Integer(i64::from(*number)),
        Value::Long(number) => Datum::Integer(*number),
        Value::Double(number) => Datum::Decimal(*number),
        Value::Map(_) | Value::List(_) => Datum::Text(value.to_json()),
        other => Datum::Text(text_of(other)),
    }
}
