//! Dependencies between the workspace's crates keep to the matrix in ARCHITECTURE.md (D33).
//!
//! The matrix is a fenced block with the info string `dependency-matrix`. Each of its lines is
//! `crate: dep dep | dep`: behind the bar stands what tests may have in addition.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::manifest::{self, Manifest};
use super::repo::Repo;

const FILE: &str = "ARCHITECTURE.md";
const INFO: &str = "dependency-matrix";

/// What one crate may depend on.
#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    line: usize,
    allowed: BTreeSet<String>,
    allowed_in_tests: BTreeSet<String>,
}

/// Checks the matrix against the manifests.
pub(super) fn check(repo: &Repo) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut manifests = Vec::new();
    for manifest in manifest::all(repo) {
        match manifest {
            Ok(manifest) => manifests.push(manifest),
            Err(finding) => findings.push(finding),
        }
    }
    let Some(text) = repo.files.get(FILE) else {
        let message = format!("there is none: write one with a fenced block `{INFO}`");
        findings.push(Finding::new(FILE, 1, message));
        return findings;
    };
    match parse(text) {
        Ok(rows) => {
            check_rows(&rows, &manifests, &mut findings);
            for manifest in &manifests {
                check_manifest(manifest, &rows, &manifests, &mut findings);
            }
        }
        Err(finding) => findings.push(finding),
    }
    findings
}

fn parse(text: &str) -> Result<BTreeMap<String, Row>, Finding> {
    let mut rows = BTreeMap::new();
    let lines = (1..).zip(text.lines());
    let is_fence = |line: &str| line.trim().strip_prefix("```").is_some_and(|info| info == INFO);
    let mut block = lines.skip_while(|(_, line)| !is_fence(line));
    if block.next().is_none() {
        return Err(Finding::new(FILE, 1, format!("has no fenced block `{INFO}`")));
    }
    for (line, text) in block.take_while(|(_, line)| line.trim() != "```") {
        let text = text.split('#').next().unwrap_or_default().trim();
        if text.is_empty() {
            continue;
        }
        let Some((name, rest)) = text.split_once(':') else {
            return Err(Finding::new(FILE, line, "is not of the form `crate: dep dep | dep`"));
        };
        let (allowed, in_tests) = rest.split_once('|').unwrap_or((rest, ""));
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let row = Row { line, allowed: words(allowed), allowed_in_tests: words(in_tests) };
        if rows.insert(name.trim().to_owned(), row).is_some() {
            return Err(Finding::new(FILE, line, format!("`{}` has two lines", name.trim())));
        }
    }
    Ok(rows)
}

fn check_rows(rows: &BTreeMap<String, Row>, manifests: &[Manifest], findings: &mut Vec<Finding>) {
    let is_there = |dir: &str| manifests.iter().any(|manifest| manifest.dir == dir);
    for (name, row) in rows {
        let named = row.allowed.iter().chain(&row.allowed_in_tests).chain([name]);
        for dir in named.filter(|dir| !is_there(dir)) {
            let message = format!("there is no crate `{dir}` to be in the matrix");
            findings.push(Finding::new(FILE, row.line, message));
        }
    }
}

fn check_manifest(
    manifest: &Manifest,
    rows: &BTreeMap<String, Row>,
    manifests: &[Manifest],
    findings: &mut Vec<Finding>,
) {
    let none = Row::default();
    let row = rows.get(&manifest.dir);
    if row.is_none() && manifest.dir != "xtask" {
        let message = format!("`{}` has no line in the matrix of {FILE}", manifest.dir);
        findings.push(Finding::new(&manifest.file, 1, message));
        return;
    }
    let row = row.unwrap_or(&none);
    for dependency in &manifest.dependencies {
        let Some(other) = manifests.iter().find(|other| other.package == dependency.package) else {
            continue;
        };
        // A crate's tests may ask for its own features.
        let is_own = dependency.is_dev && other.dir == manifest.dir;
        let in_tests = dependency.is_dev && row.allowed_in_tests.contains(&other.dir);
        if is_own || in_tests || row.allowed.contains(&other.dir) {
            continue;
        }
        let whose = if dependency.is_dev { "the tests of " } else { "" };
        let message = format!(
            "{whose}`{}` must not depend on `{}`: the matrix in {FILE} does not list it",
            manifest.dir, other.dir
        );
        findings.push(Finding::new(&manifest.file, dependency.line, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "[package]\nname = \"trunkline-a\"\n[dependencies]\nserde = \"1\"\n\
                     trunkline-b = { path = \"../b\" }\n\
                     [dev-dependencies]\ntrunkline-a = \"1\"\ntrunkline-c = \"1\"\n";
    const B: &str = "[package]\nname = \"trunkline-b\"\n";
    const C: &str = "[package]\nname = \"trunkline-c\"\n";

    fn run(matrix: &str) -> Vec<String> {
        let text = format!("# Parts\n\n```dependency-matrix\n{matrix}\n```\n");
        let repo = Repo::of(&[
            (FILE, &text),
            ("crates/a/Cargo.toml", A),
            ("crates/b/Cargo.toml", B),
            ("crates/c/Cargo.toml", C),
        ]);
        check(&repo).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn passes_what_is_allowed() {
        assert!(run("a: b | c\nb:\nc: b # not used\n").is_empty());
        assert!(run("a: b c\n\n# bare\nb:\nc:").is_empty());
    }

    #[test]
    fn names_what_is_not() {
        let findings = run("a: c\nb:\nc:");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].starts_with("crates/a/Cargo.toml:5: `a` must not depend on `b`"));
        let findings = run("a: b\nb:\nc:");
        assert!(findings[0].starts_with("crates/a/Cargo.toml:8: the tests of `a` must not"));
        assert_eq!(run("a: | b c\nb:\nc:").len(), 1, "behind the bar is for tests alone");
    }

    #[test]
    fn lines_and_crates_fit_each_other() {
        assert!(run("a: b c\nb:")[0].contains("`c` has no line"));
        assert!(run("a: b c\nb:\nc:\nd: a")[0].starts_with("ARCHITECTURE.md:7: there is no"));
        assert!(run("a: b c x\nb:\nc:")[0].contains("no crate `x`"));
        assert!(run("a: b c\na: b\nb:\nc:")[0].contains("two lines"));
        assert!(run("a b c")[0].contains("is not of the form"));
    }

    #[test]
    fn the_matrix_must_be_there() {
        assert!(check(&Repo::of(&[]))[0].message.contains("there is none"));
        assert!(check(&Repo::of(&[(FILE, "# Parts")]))[0].message.contains("has no fenced"));
    }
}
