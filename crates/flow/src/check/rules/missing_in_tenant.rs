//! `missing-in-tenant` (error): the tenant lacks what an activity names.
//!
//! # Finds
//! Queues, connectors, business hours, audio files, subflows and flows that an activity names and
//! the tenant does not have, neither by id nor by name. Checked only where a tenant is given.
//! Names that an expression makes are only known when the flow runs.
//!
//! # Why
//! The activity fails when it is reached.
//!
//! # Example
//! A flow from another organisation that queues to a queue of that organisation.

use crate::activities::Need;
use crate::check::{Rule, Subject};
use crate::diagnostic::{Diagnostic, Severity};
use crate::site::Site;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "missing-in-tenant",
    severity: Severity::Error,
    summary: "The tenant does not have the queue, connector, hours, audio or flow that is named.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let Some(site) = subject.site else { return Vec::new() };
    let mut found = Vec::new();
    for (place, node) in subject.nodes() {
        let needs = if subject.is_reached(place) { node.activity.needs() } else { Vec::new() };
        let missing = needs.into_iter().filter(|need| !has(site, *need));
        found.extend(missing.map(|need| {
            let Words { what, name, key } = words(need);
            let message = format!("the tenant has no {what} {name}");
            let help = format!("add it under `{key}:` in tenant.yaml");
            rule.of_node(node, message).help(help)
        }));
    }
    found
}

/// Whether the tenant has it, looked up as the activity does when it runs.
fn has(site: &Site, need: Need<'_>) -> bool {
    let tenant = &site.tenant;
    match need {
        Need::Queue { id, name } => {
            tenant.queue(id).or_else(|| name.and_then(|name| tenant.queue(name))).is_some()
        }
        Need::Connector { id, name } => tenant.connector(id, name).is_some(),
        Need::BusinessHours { id, name } => {
            let by_name = || name.and_then(|name| tenant.business_hours(name));
            tenant.business_hours(id).or_else(by_name).is_some()
        }
        Need::Audio(file) => {
            let file = file.trim();
            crate::activities::prompts::is_built_in(file)
                || tenant.audio.iter().any(|audio| audio.name == file)
        }
        Need::Subflow { id, name } => site.subflow(id, name).is_some(),
        Need::Flow { id, name } => site.flow(id, if name.is_empty() { id } else { name }).is_some(),
    }
}

struct Words {
    what: &'static str,
    name: String,
    key: &'static str,
}

fn words(need: Need<'_>) -> Words {
    let both = |id: &str, name: Option<&str>| match name {
        Some(name) if !name.is_empty() && name != id => format!("{name:?} ({id})"),
        Some(_) | None => format!("{id:?}"),
    };
    let (what, name, key) = match need {
        Need::Queue { id, name } => ("queue", both(id, name), "queues"),
        Need::Connector { id, name } => ("connector", both(id, name), "connectors"),
        Need::BusinessHours { id, name } => ("business hours", both(id, name), "business_hours"),
        Need::Audio(file) => ("audio file", both(file, None), "audio"),
        Need::Subflow { id, name } => ("subflow", both(id, Some(name)), "flows"),
        Need::Flow { id, name } => ("flow", both(id, Some(name)), "flows"),
    };
    Words { what, name, key }
}
