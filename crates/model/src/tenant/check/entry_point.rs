//! Entry points: dialled numbers, zones, fallbacks.

use std::collections::HashMap;

use super::{Names, ParseOptions, Path, Report, Tenant, shown, telephone, zone};
use crate::tenant::entry_point::Fallback;

/// Reports numbers that lead nowhere or to two places, and fallbacks that do not exist.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    dialled_numbers(tenant, report);
    let queues = tenant.queues.iter().map(|queue| (queue.id.as_str(), queue.name.as_str()));
    let queues = Names::new("queue", "queues", queues);
    for (index, point) in tenant.entry_points.iter().enumerate() {
        let path = Path::root("entry_points").index(index);
        if let Some(name) = &point.time_zone {
            zone::check(name, &path.key("time_zone"), report);
        }
        let fallback = path.key("fallback");
        match &point.fallback {
            Some(Fallback::Queue(name)) => queues.check(name, &fallback.key("queue"), report),
            Some(Fallback::Number(number)) => {
                telephone::check_target(number, &fallback.key("number"), report);
            }
            None => {}
        }
    }
}

fn dialled_numbers(tenant: &Tenant, report: &mut Report<'_>) {
    let mut first: HashMap<&str, (usize, usize)> = HashMap::new();
    for (index, point) in tenant.entry_points.iter().enumerate() {
        for (position, number) in point.dnis.iter().enumerate() {
            let path = Path::root("entry_points").index(index).key("dnis").index(position);
            telephone::check_dialled(number, &tenant.numbers, &path, report);
            let (other, place) = *first.entry(number).or_insert((index, position));
            if (other, place) != (index, position) {
                report.at(&path, || {
                    let number = shown(number);
                    format!("{number} leads to entry_points[{other}] already; it can lead to one")
                });
            }
        }
    }
}
