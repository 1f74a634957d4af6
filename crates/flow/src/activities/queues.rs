//! The queue that an activity names: chosen in the editor, or by a variable with a fallback. And
//! the priority that it gives a contact.

use trunkline_model::routing::Priority;
use trunkline_model::tenant::Queue;
use trunkline_model::{Failure, FailureCode};

use crate::read::{Properties, Templated};
use crate::run::Cx;

use super::Need;

/// Webex's number for a queue that does not exist.
const INVALID_QUEUE: i32 = 4;

/// `destination` or `destinationVariable`, with `fallbackQueue`.
#[derive(Debug)]
pub(super) struct QueueChoice {
    id: String,
    name: Option<String>,
    variable: Option<Templated>,
    fallback_id: Option<String>,
    fallback_name: Option<String>,
}

impl QueueChoice {
    pub(super) fn read(properties: &mut Properties<'_>) -> Self {
        let radio = properties.text("queueRadioGroup").or(properties.radio_beside("destination"));
        let has_variable = properties.text("destinationVariable").is_some();
        let is_variable = has_variable && radio.is_none_or(|it| it.starts_with("variable"));
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            id: properties.text("destination").unwrap_or_default().to_owned(),
            name: owned(properties.name_beside("destination")),
            variable: is_variable.then(|| properties.template("destinationVariable")),
            fallback_id: owned(properties.text("fallbackQueue")),
            fallback_name: owned(properties.name_beside("fallbackQueue")),
        }
    }

    /// The queue under another key, with its variable and the radio group between them.
    pub(super) fn read_as(
        properties: &mut Properties<'_>,
        key: &'static str,
        variable: &'static str,
        radio: &'static str,
    ) -> Self {
        let has_variable = properties.text(variable).is_some();
        let is_variable =
            has_variable && properties.text(radio).is_none_or(|it| it.starts_with("variable"));
        Self {
            id: properties.text(key).unwrap_or_default().to_owned(),
            name: properties.name_beside(key).map(str::to_owned),
            variable: is_variable.then(|| properties.template(variable)),
            fallback_id: None,
            fallback_name: None,
        }
    }

    /// Whether no queue is chosen at all.
    pub(super) fn is_empty(&self) -> bool {
        self.id.is_empty() && self.name.is_none() && self.variable.is_none()
    }

    /// The queue; none of that name or id is a failure.
    pub(super) fn find<'c>(&self, cx: &'c Cx<'_>) -> Result<&'c Queue, Failure> {
        let tenant = cx.tenant();
        let Some(variable) = &self.variable else {
            let named = || self.name.as_deref().and_then(|name| tenant.queue(name));
            return tenant.queue(&self.id).or_else(named).ok_or_else(|| self.unknown(&self.id));
        };
        let wanted = cx.text(variable)?;
        let fallback = || {
            let by_id = self.fallback_id.as_deref().and_then(|id| tenant.queue(id));
            by_id.or_else(|| self.fallback_name.as_deref().and_then(|name| tenant.queue(name)))
        };
        tenant.queue(wanted.trim()).or_else(fallback).ok_or_else(|| self.unknown(wanted.trim()))
    }

    fn unknown(&self, id: &str) -> Failure {
        let name = self.name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
        let text = format!(
            "the tenant has no queue {id:?}{name}; add it under `queues:` in tenant.yaml, with \
             this id or name"
        );
        Failure::numbered(FailureCode::QueueUnknown, INVALID_QUEUE, text)
    }

    pub(super) fn templates(&self) -> Vec<&Templated> {
        self.variable.iter().collect()
    }

    pub(super) fn needs(&self) -> Vec<Need<'_>> {
        let mut needs = Vec::new();
        if self.variable.is_none() && !self.id.is_empty() {
            needs.push(Need::Queue { id: &self.id, name: self.name.as_deref() });
        }
        if let (Some(_), Some(id)) = (&self.variable, &self.fallback_id) {
            needs.push(Need::Queue { id, name: self.fallback_name.as_deref() });
        }
        needs
    }
}

/// `priority`, or `priorityVariable` when `priorityRadioGroup` says so.
#[derive(Debug)]
pub(super) struct PriorityChoice {
    template: Option<Templated>,
}

impl PriorityChoice {
    /// `toggle` is the key that switches it on or off, and what it is when it says nothing.
    pub(super) fn read(
        properties: &mut Properties<'_>,
        toggle: &'static str,
        default: bool,
    ) -> Self {
        let is_variable = properties.text("priorityRadioGroup") == Some("variablePriority");
        let key = if is_variable { "priorityVariable" } else { "priority" };
        let is_on = properties.raw(toggle).as_bool().unwrap_or(default);
        let is_chosen = is_on && !properties.raw(key).is_null();
        Self { template: is_chosen.then(|| properties.template(key)) }
    }

    pub(super) fn templates(&self) -> impl Iterator<Item = &Templated> {
        self.template.iter()
    }

    /// The priority: P1 to P9, else the lowest.
    pub(super) fn find(&self, cx: &Cx<'_>) -> Result<Priority, Failure> {
        let Some(template) = &self.template else { return Ok(Priority::LOWEST) };
        let text = cx.text(template)?;
        // A variable may hold the editor's text, P1.
        let digits = text.trim().trim_start_matches(['P', 'p']);
        Ok(digits.parse().map_or(Priority::LOWEST, Priority::new))
    }
}
