//! The rules of the house, each in its own file; `run` applies them to the whole repository.

mod cores;
mod error_pages;
mod manifest;
mod matrix;
mod repo;
mod shape;
mod source;
mod words;

use std::fmt;
use std::io;
use std::path::Path;

use repo::Repo;

/// One breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Path from the root of the repository.
    file: String,
    /// Line, from 1.
    line: usize,
    message: String,
}

impl Finding {
    fn new(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// The findings in the repository at `root`, in order, and how many files were read.
pub(crate) fn run(root: &Path) -> io::Result<(Vec<Finding>, usize)> {
    let repo = Repo::read(root)?;
    let (sources, mut findings) = source::parse(&repo);
    findings.extend(matrix::check(&repo));
    findings.extend(cores::check_manifests(&repo));
    for source in &sources {
        findings.extend(cores::check_source(source));
        findings.extend(shape::check(source));
    }
    findings.extend(words::check(&repo, &sources));
    findings.extend(error_pages::check(&repo, &sources));
    findings.sort();
    findings.dedup();
    Ok((findings, repo.files.len()))
}
