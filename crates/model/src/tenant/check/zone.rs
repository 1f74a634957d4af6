//! Time zones are names of the IANA data base.

use jiff::tz::{self, TimeZone};

use super::{Path, Report, did_you_mean, shown};

/// Reports a zone that does not exist.
pub(super) fn check(zone: &str, path: &Path, report: &mut Report<'_>) {
    if TimeZone::get(zone).is_ok() {
        return;
    }
    report.at(path, || {
        let names: Vec<String> = tz::db().available().map(|name| name.to_string()).collect();
        let guess = did_you_mean(zone, names.iter().map(String::as_str));
        format!(
            "{} is not a time zone (allowed: an IANA name such as `Europe/Paris`){guess}",
            shown(zone)
        )
    });
}
