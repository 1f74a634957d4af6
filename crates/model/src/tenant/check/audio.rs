//! Audio files: names that a flow can use.

use super::{ParseOptions, Path, Report, Tenant, shown};

/// Reports names that are paths or have no extension.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    for (index, audio) in tenant.audio.iter().enumerate() {
        if let Some(problem) = problem(&audio.name) {
            let path = Path::root("audio").index(index).key("name");
            report.at(&path, || format!("{} {problem}", shown(&audio.name)));
        }
        if let Some(sha256) = audio.sha256.as_deref().filter(|it| !is_sha256(it)) {
            let path = Path::root("audio").index(index).key("sha256");
            let what = "is no SHA-256 of 64 hexadecimal digits; leave it out, uploads set it";
            report.at(&path, || format!("{} {what}", shown(sha256)));
        }
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
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
