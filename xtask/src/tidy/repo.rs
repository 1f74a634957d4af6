//! The repository's text files, in memory.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Folders that hold nothing of ours.
const SKIPPED: [&str; 6] = ["target", "node_modules", "dist", "corpus", "artifacts", "coverage"];

/// Folders beginning with a dot that are ours.
const DOTTED: [&str; 4] = [".ci", ".cargo", ".config", ".github"];

/// Kinds of files that people write. Data (JSON, audio) is not for these rules.
const KINDS: [&str; 17] = [
    "c", "css", "html", "js", "md", "mjs", "py", "rs", "sh", "sql", "svelte", "toml", "ts", "tsx",
    "xml", "yaml", "yml",
];

/// Files without such an ending.
const NAMES: [&str; 3] = ["Makefile", "run", "Dockerfile"];

/// Text files by their paths from the root, with `/` between the parts.
#[derive(Debug, Default)]
pub(super) struct Repo {
    pub(super) files: BTreeMap<String, String>,
}

impl Repo {
    /// Reads the files below `root`.
    pub(super) fn read(root: &Path) -> io::Result<Self> {
        let mut repo = Self::default();
        repo.read_folder(root, "")?;
        Ok(repo)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() && is_ours(&name) {
                self.read_folder(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file() && is_text(&name) {
                self.files.insert(path, fs::read_to_string(entry.path())?);
            }
        }
        Ok(())
    }

    /// Rust files.
    pub(super) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        let files = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        files.filter(|(path, _)| path.ends_with(".rs"))
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let owned = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self { files: owned.collect() }
    }
}

fn is_ours(folder: &str) -> bool {
    !SKIPPED.contains(&folder) && (!folder.starts_with('.') || DOTTED.contains(&folder))
}

fn is_text(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    NAMES.contains(&name) || ending.is_some_and(|ending| KINDS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_files() {
        assert!(is_text("lib.rs") && is_text("Makefile") && is_text("run"));
        assert!(!is_text("Cargo.lock") && !is_text("flow.json") && !is_text("LICENSE"));
        assert!(is_ours("src") && is_ours(".ci"));
        assert!(!is_ours(".git") && !is_ours("target"));
    }
}
