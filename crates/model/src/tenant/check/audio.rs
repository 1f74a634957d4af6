//! Audio files: names that a flow can use.

use super::{ParseOptions, Path, Report, Tenant, shown};

/// Reports names that are paths or have no extension.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    for (index, audio) in tenant.audio.iter().enumerate() {
        let name = &audio.name;
        let path = Path::root("audio").index(index).key("name");
        if name.contains(['/', '\\']) || name.chars().any(char::is_control) {
            report.at(&path, || {
                format!("{} is not a name; a path belongs under `file`", shown(name))
            });
        } else if !has_extension(name) {
            report.at(&path, || {
                format!("{} has no extension; flows use the whole name, as `x.wav`", shown(name))
            });
        }
    }
}

fn has_extension(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, extension)| !stem.is_empty() && !extension.is_empty())
}
