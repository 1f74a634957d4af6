//! Words that are not left behind, and names that no module has.

use super::Finding;
use super::repo::Repo;
use super::source::{self, Source};

/// Forbidden text, put together so that this file does not hold it itself.
const IN_ALL: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("/wo", "rk/")];
const IN_RUST: [&str; 3] =
    [concat!("to", "do!("), concat!("unimple", "mented!("), concat!("#[ig", "nore")];

/// Modules that would hold anything.
const MODULES: [&str; 3] = ["utils", "helpers", "common"];

/// Checks all files.
pub(super) fn check(repo: &Repo, sources: &[Source<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &repo.files {
        let rust = if path.ends_with(".rs") { &IN_RUST[..] } else { &[] };
        for (line, text) in (1..).zip(text.lines()) {
            for word in IN_ALL.iter().chain(rust).filter(|word| holds(text, word)) {
                findings.push(Finding::new(path, line, format!("`{word}` is left behind")));
            }
        }
    }
    for (path, _) in repo.rust() {
        let parts = path.trim_end_matches(".rs").split('/');
        if let Some(name) = parts.into_iter().find(|part| MODULES.contains(part)) {
            findings.push(Finding::new(path, 1, module_message(name)));
        }
    }
    for source in sources {
        let declared = source::declared_modules(source);
        let bad = declared.into_iter().filter(|(name, _)| MODULES.contains(&name.as_str()));
        findings
            .extend(bad.map(|(name, line)| Finding::new(source.path, line, module_message(&name))));
    }
    findings
}

fn module_message(name: &str) -> String {
    format!("a module called `{name}` says nothing: name it after what it holds")
}

/// Whether the text holds the word, not as a part of a longer one.
fn holds(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) =
            (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        let ends_open = word.ends_with(|c: char| !c.is_alphanumeric());
        !is_part(before) && (ends_open || !is_part(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(path: &str, text: &str) -> Vec<String> {
        let repo = Repo::of(&[(path, text)]);
        let (sources, _) = source::parse(&repo);
        check(&repo, &sources).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn finds_words() {
        for word in IN_ALL {
            let found = run("docs/a.md", &format!("# A\nsee ({word}): x\n"));
            assert_eq!(found, [format!("docs/a.md:2: `{word}` is left behind")]);
        }
        for word in IN_RUST {
            let text = format!("//! M\n// {word}\n");
            assert_eq!(run("a.rs", &text).len(), 1, "{word}");
            assert!(run("a.md", &text).is_empty());
        }
        assert_eq!(run("Makefile", concat!("x: /wo", "rk/main\n")).len(), 1);
    }

    #[test]
    fn leaves_longer_words_alone() {
        for text in [
            concat!("TO", "DOS"),
            concat!("PHO", "TO", "DO"),
            concat!("FIX", "ME", "UP"),
            concat!("home/wo", "rk/x"),
            concat!("/wo", "rks/"),
        ] {
            assert!(run("a.md", text).is_empty(), "{text}");
        }
        assert!(run("a.rs", concat!("// is_to", "do!(x)")).is_empty());
    }

    #[test]
    fn finds_modules() {
        assert_eq!(run("crates/a/src/utils.rs", "").len(), 1);
        assert_eq!(run("crates/a/tests/common/mod.rs", "").len(), 1);
        let found = run("crates/a/src/lib.rs", "//! M\nmod a {\n    mod helpers {}\n}\n");
        assert!(found[0].starts_with("crates/a/src/lib.rs:3: a module called `helpers`"));
        assert!(run("crates/a/src/common_words.rs", "").is_empty());
    }
}
