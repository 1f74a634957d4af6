//! Writing files so that they are never half-written.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::problem::{Problem, Result};

/// Replaces what a file holds: a new file is written beside it and then takes its place.
pub(crate) fn replace(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    // A link is followed, so that what it names is replaced and not the link.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let temporary = beside(&target);
    // To take the place of a file, only its folder need be writable; but a file that somebody has
    // made read-only is not meant to change.
    if fs::metadata(&target).is_ok_and(|metadata| metadata.permissions().readonly()) {
        let text = format!(
            "{}: the file is read-only; make it writable, or copy it; nothing was changed",
            path.display()
        );
        return Err(Problem::misuse(text));
    }
    let result = write(&target, &temporary, content.as_ref());
    if result.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    result.map_err(|error| Problem::misuse(format!("{}: {error}", path.display())))
}

fn write(target: &Path, temporary: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    if let Ok(metadata) = fs::metadata(target) {
        fs::set_permissions(temporary, metadata.permissions())?;
    }
    fs::rename(temporary, target)
}

fn beside(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    target.with_file_name(name)
}
