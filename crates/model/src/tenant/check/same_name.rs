//! Ids and names are unique in their list, so that a reference means one thing.

use std::collections::HashMap;

use super::{ParseOptions, Path, Report, Tenant, shown};

/// Reports ids and names that occur twice in one list.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    let points = tenant.entry_points.iter();
    pairs("entry_points", points.map(|it| (it.id.as_str(), it.name.as_str())), report);
    pairs("queues", tenant.queues.iter().map(|it| (it.id.as_str(), it.name.as_str())), report);
    pairs("teams", tenant.teams.iter().map(|it| (it.id.as_str(), it.name.as_str())), report);
    pairs("agents", tenant.agents.iter().map(|it| (it.id.as_str(), it.name.as_str())), report);
    let connectors = tenant.connectors.iter();
    pairs("connectors", connectors.map(|it| (it.id.as_str(), it.name.as_str())), report);
    let hours = tenant.business_hours.iter();
    pairs("business_hours", hours.map(|it| (it.id.as_str(), it.name.as_str())), report);
    pairs("variables", tenant.variables.iter().map(|it| (&*it.id, &*it.name)), report);
    pairs("skills", tenant.skills.iter().map(|it| ("", &*it.name)), report);
    pairs("audio", tenant.audio.iter().map(|it| ("", &*it.name)), report);
    pairs("sites", tenant.sites.iter().map(|it| (&*it.id, &*it.name)), report);
    let profiles = tenant.multimedia_profiles.iter();
    pairs("multimedia_profiles", profiles.map(|it| (&*it.id, &*it.name)), report);
    let profiles = tenant.desktop_profiles.iter();
    pairs("desktop_profiles", profiles.map(|it| (&*it.id, &*it.name)), report);
    pairs("idle_codes", tenant.idle_codes.iter().map(|it| (&*it.id, &*it.name)), report);
    pairs("wrap_up_codes", tenant.wrap_up_codes.iter().map(|it| (&*it.id, &*it.name)), report);
    let phones = tenant.agents.iter().map(|it| it.phone.as_deref().unwrap_or_default());
    once("agents", "phone", phones, report);
}

fn pairs<'a>(
    list: &'static str,
    entries: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    report: &mut Report<'_>,
) {
    once(list, "id", entries.clone().map(|(id, _)| id), report);
    once(list, "name", entries.clone().map(|(_, name)| name), report);
    // An id comes before a name where both are the same text, so that the name finds another.
    let ids: HashMap<&str, usize> =
        entries.clone().enumerate().map(|(index, (id, _))| (id, index)).collect();
    for (index, (_, name)) in entries.enumerate().filter(|(_, (_, name))| !name.is_empty()) {
        let Some(other) = ids.get(name).filter(|other| **other != index) else { continue };
        report.at(&Path::root(list).index(index).key("name"), || {
            format!("{} is the id of {list}[{other}]; choose another name", shown(name))
        });
    }
}

fn once<'a>(
    list: &'static str,
    key: &'static str,
    values: impl Iterator<Item = &'a str>,
    report: &mut Report<'_>,
) {
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (index, value) in values.enumerate().filter(|(_, value)| !value.is_empty()) {
        let other = *first.entry(value).or_insert(index);
        if other == index {
            continue;
        }
        report.at(&Path::root(list).index(index).key(key), || {
            format!("{list}[{other}] has the {key} {} already; it must be unique", shown(value))
        });
    }
}
