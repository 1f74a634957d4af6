//! Audio files: names that a flow can use.

use super::{ParseOptions, Path, Report, Tenant, shown};

/// Reports names that are paths or have no extension.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    for (index, audio) in tenant.audio.iter().enumerate() {
        if let Some(problem) = problem(&audio.name) {
            let path = Path::root("audio").index(index).key("name");
            report.at(&path, || format!("{} {problem}", shown(&audio.name)));
        }
    }
}

/// Why no audio file can have this name.
pub(in crate::tenant) fn problem(name: &str) -> Option<&'static str> {
    if name.contains(['/', '\\']) || name.chars().any(char::is_control) {
        return Some("is not a name; a path belongs under `file`");
    }
    let parts = name.rsplit_once('.');
    let whole = parts.is_some_and(|(stem, extension)| !stem.is_empty() && !extension.is_empty());
    (!whole).then_some("has no extension; flows use the whole name, as `x.wav`")
}
