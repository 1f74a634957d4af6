//! Sizes of files, lines and functions, and the documentation that each file starts with.

use proc_macro2::LineColumn;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

use super::Finding;
use super::source::{Source, string_lines};

/// Lines of a file that are not tests.
const MAX_FILE_LINES: usize = 900;

/// Characters of a line.
const MAX_COLUMNS: usize = 100;

/// Lines between a function's braces.
const MAX_FUNCTION_LINES: usize = 70;

/// Checks one file.
pub(super) fn check(source: &Source<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !source.text.starts_with("//!") {
        findings.push(Finding::new(source.path, 1, "does not start with `//!` documentation"));
    }
    check_length(source, &mut findings);
    check_columns(source, &mut findings);
    let mut functions = Functions { source, findings };
    functions.visit_file(&source.syntax);
    functions.findings
}

fn check_length(source: &Source<'_>, findings: &mut Vec<Finding>) {
    let own = source.lines().filter(|(line, _)| !source.is_test_line(*line)).count();
    if own > MAX_FILE_LINES {
        let message =
            format!("has {own} lines without tests, at most {MAX_FILE_LINES} are allowed");
        findings.push(Finding::new(source.path, MAX_FILE_LINES + 1, message));
    }
}

fn check_columns(source: &Source<'_>, findings: &mut Vec<Finding>) {
    let long = source.lines().filter(|(_, text)| text.chars().count() > MAX_COLUMNS);
    let mut long = long.filter(|(_, text)| !text.contains("://")).peekable();
    if long.peek().is_none() {
        return;
    }
    let strings = string_lines(source);
    for (line, text) in long {
        // A table of cases is easier to read with one case a line.
        if source.is_test_line(line) && strings.contains(&line) {
            continue;
        }
        let columns = text.chars().count();
        let message = format!("has {columns} columns, at most {MAX_COLUMNS} are allowed");
        findings.push(Finding::new(source.path, line, message));
    }
}

struct Functions<'a> {
    source: &'a Source<'a>,
    findings: Vec<Finding>,
}

impl Functions<'_> {
    fn check(&mut self, signature: &Signature, body: &Block) {
        let LineColumn { line: first, .. } = body.brace_token.span.open().start();
        let LineColumn { line: last, .. } = body.brace_token.span.close().end();
        let lines = (last - first).saturating_sub(1);
        let line = signature.span().start().line;
        if lines > MAX_FUNCTION_LINES && !self.source.is_test_line(line) {
            let message = format!(
                "function `{}` has {lines} lines, at most {MAX_FUNCTION_LINES} are allowed",
                signature.ident
            );
            self.findings.push(Finding::new(self.source.path, line, message));
        }
    }
}

impl Visit<'_> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &ItemFn) {
        self.check(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &ImplItemFn) {
        self.check(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &TraitItemFn) {
        if let Some(body) = &function.default {
            self.check(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source;

    fn run(path: &str, text: &str) -> Vec<String> {
        check(&source::of(path, text)).iter().map(ToString::to_string).collect()
    }

    fn function(lines: usize) -> String {
        format!("fn f() {{\n{}}}\n", "    g();\n".repeat(lines))
    }

    #[test]
    fn a_file_starts_with_its_documentation() {
        assert!(run("a.rs", "//! M\n").is_empty());
        assert_eq!(run("a.rs", "#![x]\n//! M\n").len(), 1);
        assert_eq!(run("crates/a/tests/a.rs", "fn f() {}\n").len(), 1);
    }

    #[test]
    fn files_end_after_900_lines() {
        let lines = |count| format!("//! M\n{}", "// x\n".repeat(count));
        assert!(run("a.rs", &lines(899)).is_empty());
        assert_eq!(run("a.rs", &lines(900)).len(), 1);
        assert!(run("tests/a.rs", &lines(2_000)).is_empty());
        let tests = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", lines(899), lines(99));
        assert!(run("a.rs", &tests).is_empty());
    }

    #[test]
    fn lines_end_after_100_columns() {
        let with = |count: usize| format!("//! M\n// {}\n", "é".repeat(count - 3));
        assert!(run("a.rs", &with(100)).is_empty());
        assert_eq!(run("a.rs", &with(101)), ["a.rs:2: has 101 columns, at most 100 are allowed"]);
        let long = "x".repeat(100);
        assert!(run("a.rs", &format!("//! M\n// https://x.org/{long}\n")).is_empty());
        let table = format!("//! M\nconst A: &str = \"{long}\";\n");
        assert_eq!(run("a.rs", &table).len(), 1);
        assert!(run("tests/a.rs", &table).is_empty(), "a string in a test");
        let raw = format!("//! M\nconst A: &str = r#\"\n{long} x\n\"#;\n");
        assert!(run("tests/a.rs", &raw).is_empty(), "inside a string in a test");
        assert_eq!(run("tests/a.rs", &with(101)).len(), 1, "a comment in a test");
    }

    #[test]
    fn functions_end_after_70_lines() {
        assert!(run("a.rs", &format!("//! M\n{}", function(70))).is_empty());
        let found = run("a.rs", &format!("//! M\n{}", function(71)));
        assert_eq!(found, ["a.rs:2: function `f` has 71 lines, at most 70 are allowed"]);
        for wrapped in ["impl A", "trait A", "mod a", "fn g()"] {
            let text = format!("//! M\n{wrapped} {{\n{}}}\n", function(71));
            assert!(!run("a.rs", &text).is_empty(), "{wrapped}");
        }
        assert!(run("tests/a.rs", &format!("//! M\n{}", function(99))).is_empty());
        assert!(run("a.rs", &format!("//! M\n#[test]\n{}", function(99))).is_empty());
    }
}
