//! Each stable error code has its page `docs/errors/CODE.md`, and each page a code in use.

use std::collections::BTreeMap;

use super::Finding;
use super::repo::Repo;
use super::source::Source;

const FOLDER: &str = "docs/errors/";

/// Pages of the folder that are about no single code.
const OTHER_PAGES: [&str; 2] = ["README", "index"];

/// Compares the codes in the crates' code, tests aside, with the pages.
pub(super) fn check(repo: &Repo, sources: &[Source<'_>]) -> Vec<Finding> {
    let mut used = BTreeMap::new();
    for source in sources.iter().filter(|source| source.crate_dir().is_some()) {
        for (line, text) in source.lines().filter(|(line, _)| !source.is_test_line(*line)) {
            for code in codes(text) {
                used.entry(code).or_insert((source.path, line));
            }
        }
    }
    let page = |path: &'_ str| -> Option<String> {
        Some(path.strip_prefix(FOLDER)?.strip_suffix(".md")?.to_owned())
    };
    let pages: Vec<_> = repo.files.keys().filter_map(|path| page(path)).collect();
    let mut findings = Vec::new();
    for (code, (path, line)) in &used {
        if !pages.iter().any(|page| page == code) {
            let message = format!("`{code}` has no page {FOLDER}{code}.md");
            findings.push(Finding::new(path, *line, message));
        }
    }
    for page in pages.iter().filter(|page| !OTHER_PAGES.contains(&page.as_str())) {
        if !used.contains_key(page.as_str()) {
            let message = format!("no code in the crates is called `{page}`");
            findings.push(Finding::new(&format!("{FOLDER}{page}.md"), 1, message));
        }
    }
    findings
}

/// The codes in a line: `TL-` and words of capital letters and digits with hyphens between them.
/// A code that ends in a hyphen (`TL-X-…`) stands for a family and has no page.
fn codes(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("TL-") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_') {
            continue;
        }
        let is_code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        let end = text[at..].find(|c| !is_code(c)).map_or(text.len(), |length| at + length);
        let code = &text[at..end];
        if !code.ends_with('-') {
            found.push(code);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source;

    fn run(files: &[(&str, &str)]) -> Vec<String> {
        let repo = Repo::of(files);
        let (sources, _) = source::parse(&repo);
        check(&repo, &sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn reads_codes() {
        assert_eq!(codes("(\"TL-FLOW-001\", TL-A1)"), ["TL-FLOW-001", "TL-A1"]);
        assert!(codes("XTL-FLOW TL-FLOW-… TL- TL-flow HTL-A1 STL-A").is_empty());
    }

    #[test]
    fn codes_and_pages_fit_each_other() {
        let code = ("crates/a/src/lib.rs", "//! M\nconst A: &str = \"TL-A-1\";\n");
        let page = ("docs/errors/TL-A-1.md", "# TL-A-1");
        assert!(run(&[code, page, ("docs/errors/README.md", "")]).is_empty());
        let no_page = ["crates/a/src/lib.rs:2: `TL-A-1` has no page docs/errors/TL-A-1.md"];
        assert_eq!(run(&[code]), no_page);
        let no_code = ["docs/errors/TL-A-1.md:1: no code in the crates is called `TL-A-1`"];
        assert_eq!(run(&[page]), no_code);
        let tests = ("crates/a/tests/a.rs", code.1);
        assert!(run(&[tests]).is_empty(), "a test may make up a code");
        assert_eq!(run(&[tests, page]), no_code);
    }
}
