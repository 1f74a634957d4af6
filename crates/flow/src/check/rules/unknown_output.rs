//! `unknown-output` (warning): an activity or event has no output of that name.
//!
//! # Finds
//! `Menu1.OptionEnterd`: an output that this kind of activity, or this event, does not have. The
//! case of an output's name does not matter (decision 14). Activities that Trunkline does not run
//! are left out, because what they give is not certain.
//!
//! # Why
//! The output is empty, without an error.
//!
//! # Example
//! `{{Menu1.OptionEnterd == "1"}}` is never true; the output is called `OptionEntered`.

use crate::activities::event;
use crate::check::names::{Meaning, spelling};
use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "unknown-output",
    summary: "An output that this kind of activity or event does not have; it is empty.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, node, text) in subject.texts() {
        for reference in text.references() {
            let Some(output) = reference.attributes.first() else { continue };
            let outputs = outputs(subject, &reference.root);
            let is_known = outputs.iter().any(|known| known.eq_ignore_ascii_case(output));
            if is_known || outputs.is_empty() || reference.called {
                continue;
            }
            let message = format!("{} has no output {output}", reference.root);
            let finding = rule.of_text(node, text, reference.offset, message);
            found.push(match spelling(output, outputs.iter().copied()) {
                Some(better) => finding.help(format!("did you mean {}?", better.name)),
                None => finding.help(format!("its outputs are {}", outputs.join(", "))),
            });
        }
    }
    found
}

/// The outputs that a name has; none where that is not certain.
fn outputs(subject: &Subject<'_>, name: &str) -> &'static [&'static str] {
    let flow = subject.flow;
    let of_kind = |place: usize| {
        let descriptor = flow.nodes[place].descriptor.filter(|it| it.is_executable);
        descriptor.map_or(&[][..], |descriptor| descriptor.outputs)
    };
    match subject.meaning(name) {
        Meaning::Activity(_) => flow.labelled(name).map_or(&[], of_kind),
        Meaning::Start => flow.start.map_or(&[], of_kind),
        Meaning::Event(event) => event::outputs_of(&flow.events[event].specification),
        Meaning::Variable | Meaning::OfCaller | Meaning::Unknown => &[],
    }
}
