//! What the workspace's `Cargo.toml` files say about dependencies.

use toml::{Table, Value};

use super::repo::Repo;

/// One line of a dependency table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dependency {
    /// The package's name.
    pub(super) package: String,
    /// Line in the manifest, from 1.
    pub(super) line: usize,
    /// Whether only tests, examples and benchmarks have it.
    pub(super) is_dev: bool,
}

/// One package of the workspace.
#[derive(Debug)]
pub(super) struct Manifest {
    /// Path of the file.
    pub(super) file: String,
    /// The folder's name: `flow` for `crates/flow`.
    pub(super) dir: String,
    /// The package's name, if it has one.
    pub(super) package: String,
    pub(super) dependencies: Vec<Dependency>,
}

/// The manifests of `crates/*` and `xtask`, or why one cannot be read.
pub(super) fn all(repo: &Repo) -> Vec<Result<Manifest, super::Finding>> {
    let members = repo.files.iter().filter_map(|(path, text)| {
        let dir = path.strip_suffix("/Cargo.toml")?;
        let dir = dir.strip_prefix("crates/").unwrap_or(dir);
        let is_member = path.starts_with("crates/") || dir == "xtask";
        (is_member && !dir.contains('/')).then(|| read(path, dir, text))
    });
    members.collect()
}

fn read(file: &str, dir: &str, text: &str) -> Result<Manifest, super::Finding> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        super::Finding::new(file, 1, format!("cannot be read: {}", error.message()))
    })?;
    let name = table.get("package").and_then(|package| package.get("name"));
    let package = name.and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut dependencies = Vec::new();
    gather(&table, text, &mut dependencies);
    let targets = table.get("target").and_then(Value::as_table);
    for target in targets.into_iter().flat_map(Table::values).filter_map(Value::as_table) {
        gather(target, text, &mut dependencies);
    }
    Ok(Manifest { file: file.to_owned(), dir: dir.to_owned(), package, dependencies })
}

fn gather(table: &Table, text: &str, found: &mut Vec<Dependency>) {
    let tables =
        [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)];
    for (name, is_dev) in tables {
        for (key, value) in table.get(name).and_then(Value::as_table).into_iter().flatten() {
            let renamed = value.get("package").and_then(Value::as_str);
            let package = renamed.unwrap_or(key).to_owned();
            found.push(Dependency { package, line: line_of(text, name, key), is_dev });
        }
    }
}

/// The line of a key in a table; 1 if it is written in a way that is not found so simply.
fn line_of(text: &str, table: &str, key: &str) -> usize {
    let mut is_inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_end().trim_end_matches(']');
            if header.ends_with(&format!("{table}.{key}")) {
                return number;
            }
            is_inside = header == table || header.ends_with(&format!(".{table}"));
        }
        let rest = line.strip_prefix(key).unwrap_or_default();
        if is_inside && rest.starts_with([' ', '=', '.']) {
            return number;
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_table() {
        let text = "[package]\nname = \"trunkline-a\"\n[dependencies]\ntokio-util = \"1\"\n\
                    tokio = { version = \"1\" }\nx = { package = \"rand\" }\n\
                    [target.'cfg(unix)'.dependencies]\nnix = \"1\"\n\
                    [dev-dependencies.b]\npath = \"../b\"\n";
        let manifest = read("crates/a/Cargo.toml", "a", text).unwrap();
        assert_eq!(manifest.package, "trunkline-a");
        let mut found: Vec<_> =
            manifest.dependencies.iter().map(|d| (d.package.as_str(), d.line, d.is_dev)).collect();
        found.sort_unstable();
        let wanted = [("b", 9, true), ("nix", 8, false), ("rand", 6, false), ("tokio", 5, false)];
        assert_eq!(found[..4], wanted);
        assert_eq!(found[4], ("tokio-util", 4, false));
    }

    #[test]
    fn finds_members_only() {
        let repo = Repo::of(&[
            ("Cargo.toml", "[workspace]"),
            ("crates/a/Cargo.toml", "[package]"),
            ("crates/a/tests/x/Cargo.toml", "[package]"),
            ("fuzz/Cargo.toml", "[package]"),
            ("xtask/Cargo.toml", "broken ["),
        ]);
        let all = all(&repo);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].as_ref().unwrap().dir, "a");
        assert_eq!(all[1].as_ref().unwrap_err().file, "xtask/Cargo.toml");
    }
}
