//! Checks the meaning of a `tenant.yaml` whose shape is right: one file per rule, one line here.

mod agent;
mod audio;
mod connector;
mod desktop;
mod entry_point;
mod flow_file;
mod global_variable;
mod hours;
mod network;
mod number_rules;
mod queue;
mod same_name;
mod secret;
mod site;
mod skill;
mod telephone;
mod url;
mod zone;

use std::collections::HashSet;

use super::guess::did_you_mean;
use super::path::Path;
use super::report::{Report, shown};
use super::{ParseOptions, Tenant};

pub(super) use audio::problem as audio_problem;
pub(super) use flow_file::plain as plain_file;
pub(super) use global_variable::problem as value_problem;

/// A rule: looks at the whole tenant and reports what breaks the rule.
type Rule = fn(&Tenant, ParseOptions, &mut Report<'_>);

const RULES: [Rule; 14] = [
    same_name::check,
    flow_file::check,
    entry_point::check,
    queue::check,
    agent::check,
    skill::check,
    site::check,
    desktop::check,
    connector::check,
    global_variable::check,
    hours::check,
    audio::check,
    number_rules::check,
    network::check,
];

/// Applies every rule.
pub(super) fn all(tenant: &Tenant, options: ParseOptions, report: &mut Report<'_>) {
    if let Some(zone) = &tenant.time_zone {
        zone::check(zone, &Path::root("time_zone"), report);
    }
    for rule in RULES {
        rule(tenant, options, report);
    }
}

/// The names by which something of one kind can be referred to.
struct Names<'a> {
    kind: &'static str,
    list: &'static str,
    known: HashSet<&'a str>,
    shown: Vec<&'a str>,
}

impl<'a> Names<'a> {
    /// The ids and names of the entries of `list`, which are called `kind` in messages.
    fn new(
        kind: &'static str,
        list: &'static str,
        names: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let shown: Vec<&str> = names.flat_map(|(id, name)| [name, id]).collect();
        Self { kind, list, known: shown.iter().copied().collect(), shown }
    }

    /// Reports a name that does not exist.
    fn check(&self, name: &str, path: &Path, report: &mut Report<'_>) {
        if self.known.contains(name) {
            return;
        }
        report.at(path, || {
            let guess = did_you_mean(name, self.shown.iter().copied());
            let Self { kind, list, .. } = self;
            format!("there is no {kind} {} under `{list}`{guess}", shown(name))
        });
    }
}

impl Names<'_> {
    /// Reports a name that does not exist, where there is one.
    fn check_some(&self, name: &Option<String>, path: &Path, report: &mut Report<'_>) {
        if let Some(name) = name {
            self.check(name, path, report);
        }
    }

    /// Reports each name of a list that does not exist.
    fn check_all(&self, names: &[String], path: &Path, report: &mut Report<'_>) {
        for (position, name) in names.iter().enumerate() {
            self.check(name, &path.index(position), report);
        }
    }
}

/// The teams of the tenant.
fn teams(tenant: &Tenant) -> Names<'_> {
    let names = tenant.teams.iter().map(|team| (team.id.as_str(), team.name.as_str()));
    Names::new("team", "teams", names)
}
