//! Rust files, parsed, and which of their lines are tests.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod};

use super::Finding;
use super::repo::Repo;

/// A parsed Rust file.
pub(super) struct Source<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    pub(super) syntax: syn::File,
    /// Whether all of it is test code: in `tests/` or `benches/`, or a module for tests.
    pub(super) is_test: bool,
    /// Lines of `#[cfg(test)]` items.
    pub(super) test_lines: Vec<RangeInclusive<usize>>,
}

impl<'a> Source<'a> {
    fn new(path: &'a str, text: &'a str) -> Result<Self, Finding> {
        let syntax = syn::parse_file(text).map_err(|error| {
            Finding::new(path, error.span().start().line, format!("does not parse: {error}"))
        })?;
        let mut finder = TestFinder::default();
        finder.visit_file(&syntax);
        let is_test = is_test_path(path) || syntax.attrs.iter().any(is_cfg_test);
        Ok(Self { path, text, syntax, is_test, test_lines: finder.lines })
    }

    /// Whether this line (from 1) is test code.
    pub(super) fn is_test_line(&self, line: usize) -> bool {
        self.is_test || self.test_lines.iter().any(|lines| lines.contains(&line))
    }

    /// The lines with their numbers, from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &'a str)> {
        (1..).zip(self.text.lines())
    }

    /// The crate's folder name: `flow` for `crates/flow/src/lib.rs`.
    pub(super) fn crate_dir(&self) -> Option<&'a str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }
}

/// Parses all Rust files; those that do not parse are findings.
pub(super) fn parse(repo: &Repo) -> (Vec<Source<'_>>, Vec<Finding>) {
    let mut sources = Vec::new();
    let mut findings = Vec::new();
    for (path, text) in repo.rust() {
        match Source::new(path, text) {
            Ok(source) => sources.push(source),
            Err(finding) => findings.push(finding),
        }
    }
    let test_modules: Vec<_> = sources.iter().flat_map(test_modules).collect();
    for source in &mut sources {
        let is_in = |module: &String| {
            let rest = source.path.strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        source.is_test |= test_modules.iter().any(is_in);
    }
    (sources, findings)
}

#[cfg(test)]
pub(super) fn of<'a>(path: &'a str, text: &'a str) -> Source<'a> {
    Source::new(path, text).unwrap()
}

fn is_test_path(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "benches")
}

/// Paths (without `.rs`) of the modules that a file declares as `#[cfg(test)] mod name;`.
fn test_modules(source: &Source<'_>) -> Vec<String> {
    let (folder, file) = source.path.rsplit_once('/').unwrap_or((".", source.path));
    let stem = file.trim_end_matches(".rs");
    let is_root = matches!(stem, "lib" | "main" | "mod");
    let below = if is_root { folder.to_owned() } else { format!("{folder}/{stem}") };
    let modules = source.syntax.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_none() => Some(module),
        _ => None,
    });
    let tests = modules.filter(|module| module.attrs.iter().any(is_cfg_test));
    tests.map(|module| format!("{below}/{}", module.ident)).collect()
}

#[derive(Default)]
struct TestFinder {
    lines: Vec<RangeInclusive<usize>>,
}

impl Visit<'_> for TestFinder {
    fn visit_item(&mut self, item: &Item) {
        if attributes(item).iter().any(|attribute| is_cfg_test(attribute) || is_test(attribute)) {
            let span = item.span();
            self.lines.push(span.start().line..=span.end().line);
            return;
        }
        visit::visit_item(self, item);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_cfg_test(attribute: &Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("cfg") && list.tokens.to_string() == "test"
}

fn is_test(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "test")
}

/// The names of the modules that a file declares, with their lines.
pub(super) fn declared_modules(source: &Source<'_>) -> Vec<(String, usize)> {
    #[derive(Default)]
    struct Finder(Vec<(String, usize)>);
    impl Visit<'_> for Finder {
        fn visit_item_mod(&mut self, module: &ItemMod) {
            self.0.push((module.ident.to_string(), module.ident.span().start().line));
            visit::visit_item_mod(self, module);
        }
    }
    let mut finder = Finder::default();
    finder.visit_file(&source.syntax);
    finder.0
}

/// The lines that string literals touch.
pub(super) fn string_lines(source: &Source<'_>) -> BTreeSet<usize> {
    let Ok(tokens) = source.text.parse() else { return BTreeSet::new() };
    let mut lines = BTreeSet::new();
    add_string_lines(tokens, &mut lines);
    lines
}

fn add_string_lines(tokens: proc_macro2::TokenStream, lines: &mut BTreeSet<usize>) {
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Group(group) => add_string_lines(group.stream(), lines),
            proc_macro2::TokenTree::Literal(literal) if literal.to_string().contains('"') => {
                lines.extend(literal.span().start().line..=literal.span().end().line);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_test_lines() {
        let text = "//! M\nfn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n#[test]\n\
                    fn c() {}\n#[cfg(feature = \"test\")]\nfn d() {}\n";
        let source = of("crates/a/src/lib.rs", text);
        let tests: Vec<_> = (1..=10).filter(|line| source.is_test_line(*line)).collect();
        assert_eq!(tests, [3, 4, 5, 6, 7, 8]);
        assert_eq!(source.crate_dir(), Some("a"));
        assert!(of("crates/a/tests/x.rs", text).is_test_line(2));
    }

    #[test]
    fn knows_its_test_files() {
        let repo = Repo::of(&[
            ("crates/a/src/lib.rs", "#[cfg(test)] mod cases; mod b;"),
            ("crates/a/src/cases.rs", ""),
            ("crates/a/src/cases/more.rs", ""),
            ("crates/a/src/b.rs", "#[cfg(test)] mod tests;"),
            ("crates/a/src/b/tests.rs", ""),
            ("crates/a/src/cases_of_b.rs", ""),
        ]);
        let (sources, findings) = parse(&repo);
        assert!(findings.is_empty());
        let tests: Vec<_> = sources.iter().filter(|s| s.is_test).map(|s| s.path).collect();
        let wanted =
            ["crates/a/src/b/tests.rs", "crates/a/src/cases.rs", "crates/a/src/cases/more.rs"];
        assert_eq!(tests, wanted);
    }

    #[test]
    fn reports_what_does_not_parse() {
        let repo = Repo::of(&[("crates/a/src/lib.rs", "//! M\nfn (")]);
        let (_, findings) = parse(&repo);
        assert_eq!((findings.len(), findings[0].line), (1, 2));
    }
}
