//! The trace of a run: a line per step, secrets masked.

use trunkline_expr::Value;
use trunkline_model::trace::{Datum, Fields, MASK, Step};
use trunkline_model::{ContactId, Failure};

use super::convert::text_of;

/// Secrets shorter than this are not looked for in other texts: they would match everywhere.
const SHORTEST_SECRET: usize = 3;

/// The most secrets that one contact's traces are searched for.
const MAX_SECRETS: usize = 200;

/// Collects steps, if anybody wants them.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) contact: Option<ContactId>,
    pub(super) started_ms: i64,
    steps: Vec<Step>,
    secrets: Vec<String>,
}

impl Trace {
    pub(super) fn is_on(&self) -> bool {
        self.contact.is_some()
    }

    /// Remembers a value that no step may show, in the forms that a step might show it.
    pub(super) fn add_secret(&mut self, secret: &str) {
        if secret.len() < SHORTEST_SECRET || self.secrets.len() >= MAX_SECRETS {
            return;
        }
        let mut escaped = String::new();
        crate::json::write_string(secret, &mut escaped);
        let escaped = escaped.trim_matches('"').to_owned();
        let mut encoded = String::new();
        super::url::encode(secret, &mut encoded);
        for form in [secret.to_owned(), escaped, encoded] {
            if !self.secrets.contains(&form) {
                self.secrets.push(form);
            }
        }
        // Longer ones first, so that no part of one is left over.
        self.secrets.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }

    pub(super) fn push(&mut self, mut step: Step) {
        if !self.secrets.is_empty() {
            self.mask(&mut step);
        }
        self.steps.push(step);
    }

    pub(super) fn take(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }

    fn mask(&self, step: &mut Step) {
        self.mask_fields(&mut step.input);
        self.mask_fields(&mut step.output);
        step.warnings.iter_mut().for_each(|text| self.mask_text(text));
        if let Some(Failure { description, .. }) = &mut step.failure {
            self.mask_text(description);
        }
    }

    fn mask_fields(&self, fields: &mut Fields) {
        fields.0.iter_mut().for_each(|(_, datum)| self.mask_datum(datum));
    }

    fn mask_datum(&self, datum: &mut Datum) {
        match datum {
            Datum::Text(text) => self.mask_text(text),
            Datum::List(items) => items.iter_mut().for_each(|item| self.mask_datum(item)),
            Datum::Fields(fields) => self.mask_fields(fields),
            Datum::Integer(number) if self.secrets.contains(&number.to_string()) => {
                *datum = Datum::from(MASK);
            }
            Datum::Null | Datum::Bool(_) | Datum::Integer(_) | Datum::Decimal(_) => {}
        }
    }

    /// Masks the secrets in a text.
    pub(super) fn mask_text(&self, text: &mut String) {
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                *text = text.replace(secret.as_str(), MASK);
            }
        }
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
