//! The cores are sans-IO: no runtime, socket, file, thread, clock or global randomness.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{ItemUse, UseTree};

use super::repo::Repo;
use super::source::Source;
use super::{Finding, manifest};

/// Folders of the cores.
const CORES: [&str; 9] =
    ["acd", "contact", "exchange", "expr", "flow", "jsonpath", "media", "model", "sim"];

/// Packages that no core has, in its tests neither.
const PACKAGES: [&str; 4] = ["axum", "reqwest", "rusqlite", "tokio"];

/// Paths that no core names outside its tests. A single word is enough anywhere in a path.
const PATHS: [&[&str]; 8] = [
    &["std", "net"],
    &["std", "fs"],
    &["std", "thread"],
    &["std", "process"],
    &["SystemTime"],
    &["Instant", "now"],
    &["tokio", ""],
    &["rand", ""],
];

/// Checks the cores' manifests.
pub(super) fn check_manifests(repo: &Repo) -> Vec<Finding> {
    let mut findings = Vec::new();
    let manifests = manifest::all(repo).into_iter().flatten();
    for manifest in manifests.filter(|manifest| CORES.contains(&manifest.dir.as_str())) {
        for dependency in &manifest.dependencies {
            if PACKAGES.contains(&dependency.package.as_str()) {
                let message = format!(
                    "`{}` is a core and must not depend on `{}`",
                    manifest.dir, dependency.package
                );
                findings.push(Finding::new(&manifest.file, dependency.line, message));
            }
        }
    }
    findings
}

/// Checks a file, if it is a core's.
pub(super) fn check_source(source: &Source<'_>) -> Vec<Finding> {
    let Some(dir) = source.crate_dir().filter(|dir| CORES.contains(dir)) else {
        return Vec::new();
    };
    let mut paths = Vec::new();
    if let Ok(tokens) = source.text.parse() {
        gather_paths(tokens, &mut paths);
    }
    let mut uses = Uses::default();
    uses.visit_file(&source.syntax);
    paths.append(&mut uses.paths);

    let mut findings = Vec::new();
    for (path, line) in paths {
        let Some(forbidden) = forbidden(&path) else { continue };
        if !source.is_test_line(line) {
            let hint = if forbidden == "std::net" { ": addresses are in `core::net`" } else { "" };
            let message = format!("`{dir}` is a core and must not use `{forbidden}`{hint}");
            findings.push(Finding::new(source.path, line, message));
        }
    }
    findings.sort();
    findings.dedup();
    findings
}

/// The forbidden part of a path.
fn forbidden(path: &[String]) -> Option<String> {
    let hit = PATHS.iter().find(|wanted| match wanted {
        // A crate: the first of several words, or all of a `use`.
        [name, ""] => path.len() > 1 && path[0] == **name,
        _ => path.windows(wanted.len()).any(|part| part == **wanted),
    });
    hit.map(|wanted| wanted.join("::").trim_end_matches(':').to_owned())
}

/// Words joined by `::`, with the line of the first; comments and strings are not among them.
fn gather_paths(tokens: TokenStream, paths: &mut Vec<(Vec<String>, usize)>) {
    // How many colons stand behind the word before, if there is nothing else behind it.
    let mut colons = None;
    for token in tokens {
        colons = match token {
            TokenTree::Ident(word) => {
                match paths.last_mut() {
                    Some((path, _)) if colons == Some(2) => path.push(word.to_string()),
                    _ => paths.push((vec![word.to_string()], word.span().start().line)),
                }
                Some(0)
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' => colons.map(|count| count + 1),
            TokenTree::Group(group) => {
                gather_paths(group.stream(), paths);
                None
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => None,
        };
    }
}

/// The paths of `use` items, with their braces written out.
#[derive(Default)]
struct Uses {
    paths: Vec<(Vec<String>, usize)>,
}

impl Visit<'_> for Uses {
    fn visit_item_use(&mut self, item: &ItemUse) {
        self.add(&item.tree, &mut Vec::new());
        visit::visit_item_use(self, item);
    }
}

impl Uses {
    fn add(&mut self, tree: &UseTree, prefix: &mut Vec<String>) {
        let (name, rest) = match tree {
            UseTree::Path(path) => (&path.ident, Some(&*path.tree)),
            UseTree::Name(name) => (&name.ident, None),
            UseTree::Rename(rename) => (&rename.ident, None),
            UseTree::Glob(_) => return,
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add(tree, prefix));
                return;
            }
        };
        prefix.push(name.to_string());
        match rest {
            Some(rest) => self.add(rest, prefix),
            // The empty word stands for the crate's content in `use tokio;`.
            None => {
                let path = prefix.iter().cloned().chain([String::new()]).collect();
                self.paths.push((path, name.span().start().line));
            }
        }
        prefix.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source;

    fn run(path: &str, text: &str) -> Vec<(usize, String)> {
        let findings = check_source(&source::of(path, text));
        findings.into_iter().map(|finding| (finding.line, finding.message)).collect()
    }

    #[test]
    fn finds_each_way_out() {
        let cases = [
            ("fn f() { std::net::lookup() }", "std::net"),
            ("use std::fs::File;", "std::fs"),
            ("use std::{fmt, thread};", "std::thread"),
            ("use std::{fmt, process::{self, Command}};", "std::process"),
            ("use std::fs as files;", "std::fs"),
            ("use std::fs::*;", "std::fs"),
            ("use std::time::{Duration, SystemTime};", "SystemTime"),
            ("fn f(t: SystemTime) {}", "SystemTime"),
            ("fn f() { g!(a, Instant::now()) }", "Instant::now"),
            ("fn f() { std::time::Instant::now() }", "Instant::now"),
            ("async fn f() { ::tokio::spawn(x) }", "tokio"),
            ("use tokio;", "tokio"),
            ("fn f() { rand::random() }", "rand"),
        ];
        for (text, wanted) in cases {
            let found = run("crates/flow/src/lib.rs", text);
            let message = format!("`flow` is a core and must not use `{wanted}`");
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].0 == 1 && found[0].1.starts_with(&message), "{text}: {found:?}");
        }
    }

    #[test]
    fn leaves_the_rest_alone() {
        let text = "//! No std::net, no Instant::now.\n\
                    fn f(rand: u8, tokio: u8, at: Instant) { g(\"std::fs\", my::rand::x()) }\n\
                    #[cfg(test)]\nmod tests { use std::fs; }\n";
        assert_eq!(run("crates/flow/src/lib.rs", text), []);
        assert_eq!(run("crates/flow/tests/a.rs", "use std::fs;"), []);
        assert_eq!(run("crates/store/src/lib.rs", "use std::fs;"), []);
        assert_eq!(run("xtask/src/main.rs", "use std::fs;"), []);
    }

    #[test]
    fn reads_manifests() {
        let text = "[package]\nname=\"x\"\n[dependencies]\ntokio = \"1\"\n\
                    [dev-dependencies]\nrusqlite = \"1\"\n";
        let repo = Repo::of(&[("crates/sim/Cargo.toml", text), ("crates/cli/Cargo.toml", text)]);
        let lines: Vec<_> = check_manifests(&repo).iter().map(|found| found.line).collect();
        assert_eq!(lines, [4, 6]);
    }
}
