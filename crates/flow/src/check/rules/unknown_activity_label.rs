//! `unknown-activity-label` (warning): an output is read from an activity that is not there.
//!
//! # Finds
//! `Name.output` where the flow has no activity, event or variable called `Name`.
//!
//! # Why
//! The output is empty, and a condition on it always goes the same way. It happens when a part of
//! another flow is pasted in, or when an activity is renamed.
//!
//! # Example
//! `{{makePayment.httpStatusCode != 200}}` in a flow whose request is called `checkBalance`: the
//! condition is true after every request.

use crate::check::names::Meaning;
use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;

use super::unknown_variable::{is_like_a_variable, meant, suggest};

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "unknown-activity-label",
    summary: "An output is read from an activity or event that the flow does not have.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, node, text) in subject.texts() {
        let dotted = text.references().iter().filter(|it| !is_like_a_variable(it));
        for reference in dotted {
            let (name, output) = (&*reference.root, &reference.attributes[0]);
            if !matches!(subject.meaning(name), Meaning::Unknown) {
                continue;
            }
            let message = format!("the flow has nothing called {name} from which to take {output}");
            let finding = rule.of_text(node, text, reference.offset, message);
            let finding = match owners(subject, output).as_slice() {
                [only] => finding.help(format!("only {only} has an output of that name")),
                _ => suggest(finding, name, meant(subject, name, found.len())),
            };
            found.push(finding);
        }
    }
    found
}

/// The labels of the activities that have this output.
fn owners<'f>(subject: &Subject<'f>, output: &str) -> Vec<&'f str> {
    let has = |outputs: &[&str]| outputs.iter().any(|it| it.eq_ignore_ascii_case(output));
    if is_common(output) {
        return Vec::new();
    }
    let nodes = subject.flow.nodes.iter();
    let owners = nodes.filter(|node| node.descriptor.is_some_and(|it| has(it.outputs)));
    owners.map(|node| &*node.label).collect()
}

/// Every activity has these two.
fn is_common(output: &str) -> bool {
    ["FailureCode", "FailureDescription"].iter().any(|it| it.eq_ignore_ascii_case(output))
}
