//! Business hours: zones exist, periods run forwards.

use super::{ParseOptions, Path, Report, Tenant, zone};
use crate::tenant::business_hours::Period;

/// Reports zones that do not exist and periods that end before they begin.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    for (index, hours) in tenant.business_hours.iter().enumerate() {
        let path = Path::root("business_hours").index(index);
        if let Some(name) = &hours.time_zone {
            zone::check(name, &path.key("time_zone"), report);
        }
        for (key, periods) in [("holidays", &hours.holidays), ("overrides", &hours.overrides)] {
            for (position, period) in periods.iter().enumerate() {
                check_period(period, &path.key(key).index(position), report);
            }
        }
    }
}

fn check_period(period: &Period, path: &Path, report: &mut Report<'_>) {
    if let Some(to) = period.to.filter(|to| *to < period.from) {
        let from = period.from;
        report.at(&path.key("to"), || format!("the last day {to} is before the first, {from}"));
    }
    if let (Some(start), Some(end)) = (period.start, period.end)
        && end <= start
    {
        report.at(&path.key("end"), || {
            "the end must be after the start; for hours past midnight write two periods".to_owned()
        });
    }
}
