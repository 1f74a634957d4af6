//! Finds mistakes in a flow before a caller does.
//!
//! [`check`] runs every rule of [`rules::REGISTRY`] over a flow and joins what they find with what
//! the reader found. Errors and warnings are findings; notes are worth knowing and never fail a
//! check ([`fails`]). [`fix`] applies the repairs that are certain. [`output`] prints.

mod fixing;
mod loops;
mod names;
pub mod output;
mod pieces;
mod places;
mod rule;
pub mod rules;
mod subject;
mod urls;

use crate::diagnostic::{Diagnostic, Severity};
use crate::flow::Flow;
use crate::json::Json;
use crate::site::Site;

pub use fixing::{Applied, Fixed, fix};
pub use rule::Rule;
pub(crate) use subject::Subject;

/// The most findings of one rule that are reported; the rest is counted.
const MAX_FINDINGS: usize = 200;

/// Runs every rule over a flow. The result holds what the reader found as well, in the order of
/// the file. Without a site, nothing is said about what the tenant lacks.
pub fn check(
    flow: &Flow,
    found_by_reader: Vec<Diagnostic>,
    site: Option<&Site>,
) -> Vec<Diagnostic> {
    let subject = Subject::new(flow, site);
    let mut found = found_by_reader;
    for rule in rules::REGISTRY {
        let mut own = (rule.check)(rule, &subject);
        if own.len() > MAX_FINDINGS {
            let more = own.len() - MAX_FINDINGS;
            own.truncate(MAX_FINDINGS);
            own.push(rule.of_flow(format!("{more} more findings of this rule are not shown")));
        }
        found.append(&mut own);
    }
    found.sort_by_cached_key(|finding| place(&flow.source, finding));
    found
}

/// Whether a check with these findings fails: notes do not count.
pub fn fails(found: &[Diagnostic]) -> bool {
    found.iter().any(|finding| finding.severity > Severity::Note)
}

/// Where a finding stands in the file, as the places of its path's keys, then in the text.
fn place(source: &Json, finding: &Diagnostic) -> (Vec<usize>, usize) {
    let mut places = Vec::with_capacity(finding.path.len());
    let mut value = source;
    for step in &finding.path {
        let members = value.members();
        let place = match value {
            Json::Object(_) => members.iter().rposition(|(key, _)| key == step),
            Json::Array(elements) => step.parse().ok().filter(|place| *place < elements.len()),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
        };
        let Some(place) = place else { break };
        value = members.get(place).map_or_else(|| &value.elements()[place], |(_, inner)| inner);
        places.push(place);
    }
    (places, finding.excerpt.as_ref().map_or(0, |excerpt| excerpt.offset))
}
