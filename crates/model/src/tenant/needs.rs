//! What a flow refers to in its tenant.

use std::collections::HashSet;

use super::VariableType;

/// What one flow needs of its tenant, as collected from the flow's export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The flow's name.
    pub flow: String,
    /// Path of the exported flow, relative to the `tenant.yaml`; empty when it is not known.
    pub file: String,
    /// Queues: (id, name); either may be empty.
    pub queues: Vec<(String, String)>,
    /// Connectors: (id, name); either may be empty.
    pub connectors: Vec<(String, String)>,
    /// Business hours: (id, name); either may be empty.
    pub business_hours: Vec<(String, String)>,
    /// Names of audio files, extension included.
    pub audio: Vec<String>,
    /// Global variables: (name, type, value in the export).
    pub globals: Vec<(String, VariableType, Option<String>)>,
}

impl Needs {
    /// What an entry point writes under `flow` to mean this flow.
    pub(super) fn flow_name(&self) -> &str {
        [self.flow.as_str(), self.file.as_str()]
            .into_iter()
            .find(|name| !name.trim().is_empty())
            .unwrap_or("main")
    }
}

/// The same things without repetition, each with an id and a name that no other has. What flows
/// name by id in one place and by name in another is one thing.
pub(super) fn distinct<'a>(
    things: impl Iterator<Item = &'a (String, String)>,
) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for (id, name) in things {
        let (id, name) = (present(id), present(name));
        if id.is_empty() && name.is_empty() {
            continue;
        }
        match out.iter_mut().find(|known| is_same(known, id, name)) {
            Some(known) => {
                fill(&mut known.0, id);
                fill(&mut known.1, name);
            }
            None => out.push((id.to_owned(), name.to_owned())),
        }
    }
    complete_names(&mut out);
    out
}

fn present(text: &str) -> &str {
    if text.trim().is_empty() { "" } else { text }
}

fn is_same(known: &(String, String), id: &str, name: &str) -> bool {
    let by_id = !id.is_empty() && known.0 == id;
    let by_name = !name.is_empty() && known.1 == name && (id.is_empty() || known.0.is_empty());
    by_id || by_name
}

fn fill(known: &mut String, text: &str) {
    if known.is_empty() {
        text.clone_into(known);
    }
}

/// Gives each thing the id or name that it lacks, and changes names that occur twice: ids are
/// what flows go by first.
fn complete_names(things: &mut [(String, String)]) {
    let mut taken: HashSet<String> =
        things.iter().map(|(id, _)| id).filter(|id| !id.is_empty()).cloned().collect();
    for (id, name) in things {
        if id.is_empty() {
            *id = unused(&slug(name), "-", &taken);
            taken.insert(id.clone());
        } else if name.is_empty() {
            name.clone_from(id);
        }
        if name != id {
            *name = unused(name, " ", &taken);
            taken.insert(name.clone());
        }
    }
}

/// This text, or the first of `text 2`, `text 3`, … that is not taken.
pub(super) fn unused(text: &str, separator: &str, taken: &HashSet<String>) -> String {
    if !taken.contains(text) {
        return text.to_owned();
    }
    let numbered = (2_u64..).map(|number| format!("{text}{separator}{number}"));
    numbered.into_iter().find(|it| !taken.contains(it)).unwrap_or_default()
}

/// An id made from a name: `Sales & Service` is `sales-service`.
pub(super) fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_lowercase();
    if slug.is_empty() { "unnamed".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect()
    }

    #[test]
    fn one_thing_named_in_several_ways_is_one_thing() {
        let needs = pairs(&[
            ("7", "Support"),
            ("", "Support"),
            ("7", ""),
            ("", " "),
            ("8", "Support"),
            ("", "Sales & Service"),
            ("sales-service", ""),
            ("9", "8"),
        ]);
        assert_eq!(
            distinct(needs.iter()),
            pairs(&[
                ("7", "Support"),
                ("8", "Support 2"),
                ("sales-service-2", "Sales & Service"),
                ("sales-service", "sales-service"),
                ("9", "8 2"),
            ])
        );
    }
}
