//! `secure-to-plain` (warning): a secure variable's value goes into one that is not secure.
//!
//! # Finds
//! Set Variable whose expression reads a secure variable and whose target is not secure. Reading
//! its length only is fine.
//!
//! # Why
//! What secure variables hold stays out of traces, logs and the agent's desktop; a copy in a plain
//! variable does not.
//!
//! # Example
//! `cardText = {{cardNumber | slice(12, 16)}}` where only `cardNumber` is secure.

use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;
use crate::flow::Variable;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "secure-to-plain",
    summary: "A secure variable's value is copied into a variable that is not secure.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    if !subject.flow.has_secure_variables {
        return Vec::new();
    }
    let variable = |name: &str| subject.flow.variable(name).map(|it| &subject.flow.variables[it]);
    let is_secure =
        |name: &str| variable(name).is_some_and(|variable: &Variable| variable.is_secure);
    let mut found = Vec::new();
    for node in subject.of_kind("set-variable") {
        // A Set Variable has one text for each variable that it sets, in the same order.
        let (targets, texts) = (node.activity.assigns(), node.activity.templates());
        for (target, text) in targets.into_iter().zip(texts) {
            let leak = text.references().iter().find(|reference| {
                let is_length = reference.attributes.first().is_some_and(|it| &**it == "length");
                is_secure(&reference.root) && !is_length
            });
            let Some(leak) = leak.filter(|_| variable(target).is_some_and(|it| !it.is_secure))
            else {
                continue;
            };
            let message = format!("the secure {} goes into {target}, which is not", leak.root);
            let help = format!("mark {target} as secure too");
            found.push(rule.of_text(node, text, leak.offset, message).help(help));
        }
    }
    found
}
