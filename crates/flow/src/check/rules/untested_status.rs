//! `untested-status` (note): nothing looks at a request's status code.
//!
//! # Finds
//! HTTP Requests in the main flow that take parts of the answer into variables, and whose
//! `httpStatusCode` no expression reads.
//!
//! # Why
//! An answer with status 404 or 500 leaves by `default` like one with 200, and its error page is
//! taken for data.
//!
//! # Example
//! A lookup followed at once by a Set Variable. Put a Condition
//! `{{Lookup.httpStatusCode == 200}}` between the two.

use crate::check::names::Meaning;
use crate::check::{Rule, Subject};
use crate::diagnostic::{Diagnostic, Severity};

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "untested-status",
    severity: Severity::Note,
    summary: "Nothing looks at the status code of this request's answer.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let is_status = |name: &str| name.eq_ignore_ascii_case("httpStatusCode");
    let mut tested = std::collections::HashSet::new();
    for (_, _, text) in subject.texts() {
        for reference in text.references() {
            let reads = reference.attributes.first().is_none_or(|it| is_status(it));
            if let (true, Meaning::Activity(node)) = (reads, subject.meaning(&reference.root)) {
                tested.insert(&*node.label);
            }
        }
    }
    let is_untested = |(place, node): &(usize, &crate::flow::Node)| {
        &*node.kind == "http-request-v2"
            && subject.is_in_main(*place)
            && !node.activity.assigns().is_empty()
            && !tested.contains(&*node.label)
    };
    let untested = subject.nodes().filter(is_untested);
    let report = |node: &crate::flow::Node| {
        let message = format!("nothing looks at {}.httpStatusCode", node.label);
        rule.of_node(node, message).help("an answer with status 404 or 500 leaves by default too")
    };
    untested.map(|(_, node)| report(node)).collect()
}
