//! `unknown-variable` (warning): a name that is neither a variable nor anything else.
//!
//! # Finds
//! Names in expressions, in the input of a Parse, and in what is handed to a subflow, that are no
//! variable of the flow and stand alone or before a text's method (`phone.length`). Names that
//! loops or `set` bring are not meant. What is assigned to a missing variable is found when the
//! flow is read, under the same name.
//!
//! # Why
//! Such a name is empty, without an error: a caller hears a sentence with a hole in it, a request
//! goes out without its key. Upper and lower case count in the names of variables (decision 14).
//!
//! # Example
//! `{{velocityApiKey}}` in a flow that declares `VelocityApiKey`. Where the names differ in case
//! only, a fix is offered; else the nearest name is suggested.

use trunkline_expr::Reference;

use crate::check::names::{Meaning, Spelling, spelling};
use crate::check::rule::replace_at_fault;
use crate::check::{MAX_FINDINGS, Rule, Subject};
use crate::diagnostic::Diagnostic;
use crate::flow::Node;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "unknown-variable",
    summary: "A name that the flow does not declare; it is empty when it is read.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, node, text) in subject.texts() {
        let unknown = text.references().iter().filter(|reference| {
            is_like_a_variable(reference)
                && matches!(subject.meaning(&reference.root), Meaning::Unknown)
        });
        for reference in unknown {
            let name = &*reference.root;
            let message = format!("the flow has no variable {name}");
            let finding = rule.of_text(node, text, reference.offset, message);
            let better = meant(subject, name, found.len());
            found.push(suggest(finding, name, better));
        }
    }
    for node in &subject.flow.nodes {
        found.extend(read_by_name(rule, subject, node));
    }
    found
}

/// Whether a reference looks like one to a variable, not like one to an activity's output.
pub(super) fn is_like_a_variable(reference: &Reference) -> bool {
    match &*reference.attributes {
        [] => true,
        [first, ..] => {
            &**first == "length" || (reference.called && reference.attributes.len() == 1)
        }
    }
}

/// What a name was meant to be. Nobody reads hundreds of suggestions, and each takes time.
pub(super) fn meant<'f>(
    subject: &Subject<'f>,
    name: &str,
    found_before: usize,
) -> Option<Spelling<'f>> {
    (found_before < MAX_FINDINGS).then(|| spelling(name, subject.names())).flatten()
}

/// The finding with what was meant, and with a fix where that is certain.
pub(super) fn suggest(finding: Diagnostic, name: &str, better: Option<Spelling<'_>>) -> Diagnostic {
    let Some(better) = better else {
        return finding.help("declare it in the flow, or correct the name");
    };
    let case = if better.is_certain { "; upper and lower case count" } else { "" };
    let finding = finding.help(format!("did you mean {}?{case}", better.name));
    if !better.is_certain {
        return finding;
    }
    let title = format!("write {} for {name}", better.name);
    replace_at_fault(finding, name.len(), better.name, title)
}

fn read_by_name(rule: &Rule, subject: &Subject<'_>, node: &Node) -> Vec<Diagnostic> {
    let mut named = Vec::new();
    if let Some(input) = node.activity.reads() {
        named.push((vec!["inputVariable".to_owned()], input));
    }
    let inputs = subject.properties(node).get("subflowInputVariables").elements();
    for (place, input) in inputs.iter().enumerate() {
        let path = vec!["subflowInputVariables".to_owned(), place.to_string(), "src".to_owned()];
        named.push((path, input.get("src").as_text().unwrap_or_default()));
    }
    let is_unknown = |dotted: &str| {
        let root = dotted.split('.').next().unwrap_or_default().trim();
        !root.is_empty() && matches!(subject.meaning(root), Meaning::Unknown)
    };
    let unknown = named.into_iter().filter(|(_, dotted)| is_unknown(dotted));
    let report = |(path, dotted): (Vec<String>, &str)| {
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        let message = format!("{}: the flow has no variable or output {dotted}", path[0]);
        let finding = rule.of_property(node, &path, message);
        match meant(subject, dotted, 0) {
            Some(better) => finding.help(format!("did you mean {}?", better.name)),
            None => finding,
        }
    };
    unknown.map(report).collect()
}
