//! Reads and checks `tenant.yaml`.
//!
//! Three steps, each only when the one before found nothing: the text is read into a tree with
//! the place of everything; the tree is compared with the schema; the tenant is read from the
//! text and its meaning is checked.

use serde::de::DeserializeOwned;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::AliasLimits;
use serde_saphyr::{Error, Options};

use super::path::Path;
use super::report::Report;
use super::tree::{Node, Place, Value};
use super::{Mistake, Tenant, TenantErrors, check, shape};

/// How strictly a `tenant.yaml` is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParseOptions {
    /// Secrets may stand in the file itself (`--allow-literal-secrets`, decision 31).
    pub allow_literal_secrets: bool,
}

/// The largest `tenant.yaml`, in bytes: room for more than 10,000 agents.
pub const MAX_BYTES: usize = 4 << 20;

/// Lists and maps inside each other; the file needs six.
const MAX_DEPTH: usize = 32;

/// Keys, values, lists and maps, those that aliases repeat included.
const MAX_NODES: usize = 400_000;

/// Aliases (`*name`) in the file.
const MAX_ALIASES: usize = 1_000;

/// Where everything of a `tenant.yaml` is in its text, for checks that need other files.
#[derive(Clone, Debug)]
pub struct Places {
    root: Node,
}

impl Places {
    /// A mistake in what is at this path, with its line and column.
    pub fn mistake(&self, path: &Path, message: impl Into<String>) -> Mistake {
        let Place { line, column } = self.root.place_of(path);
        Mistake { line, column, path: path.to_string(), message: message.into() }
    }
}

impl Tenant {
    /// Reads and checks the text of a `tenant.yaml`. A text that says nothing is a tenant that
    /// has nothing.
    ///
    /// # Errors
    /// Every mistake found, each with its line, column and path.
    pub fn parse(yaml: &str) -> Result<Self, TenantErrors> {
        Self::parse_with(yaml, ParseOptions::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`Tenant::parse`].
    pub fn parse_with(yaml: &str, options: ParseOptions) -> Result<Self, TenantErrors> {
        Self::parse_located(yaml, options).map(|(tenant, _)| tenant)
    }

    /// The same, and where everything is in the text.
    ///
    /// # Errors
    /// As [`Tenant::parse`].
    pub fn parse_located(
        yaml: &str,
        options: ParseOptions,
    ) -> Result<(Self, Places), TenantErrors> {
        let root: Node = read(yaml)?;
        let mut report = Report::new(&root);
        if matches!(root.value, Value::Null) {
            return Ok((Self::default(), Places { root }));
        }
        shape::check(&root, &mut report);
        report.finish()?;
        let tenant: Self = read(yaml)?;
        let mut report = Report::new(&root);
        check::all(&tenant, options, &mut report);
        report.finish()?;
        Ok((tenant, Places { root }))
    }
}

fn read<T: DeserializeOwned>(yaml: &str) -> Result<T, TenantErrors> {
    if yaml.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; {MAX_BYTES} are allowed", yaml.len());
        return Err(TenantErrors::new(vec![mistake(Place::default(), message)]));
    }
    serde_saphyr::from_str_with_options(yaml, reader_options()).map_err(|error| {
        let error = error.without_snippet();
        let place = error.location().map_or_else(Place::default, Place::from);
        TenantErrors::new(vec![mistake(place, explain(error))])
    })
}

fn mistake(place: Place, message: String) -> Mistake {
    Mistake { line: place.line, column: place.column, path: String::new(), message }
}

fn reader_options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            // Beyond the depth, so that it is the depth that is reported.
            flow_nesting_limit: 2 * MAX_DEPTH,
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 3 * MAX_NODES,
            max_aliases: MAX_ALIASES,
            max_anchors: MAX_ALIASES,
            max_total_scalar_bytes: 2 * MAX_BYTES,
            max_recorded_anchor_events: MAX_NODES,
            max_recorded_anchor_bytes: 2 * MAX_BYTES,
            max_documents: 2,
        },
        alias_limits: alias_limits(),
        strict_booleans: true,
        reject_unsupported_tags: true,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

fn alias_limits() -> AliasLimits {
    serde_saphyr::alias_limits! {
        max_total_replayed_events: 20_000,
        max_replay_stack_depth: 8,
    }
}

/// The reader's message in the words of a person who writes a `tenant.yaml`.
fn explain(error: &Error) -> String {
    match error {
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("?");
            format!("the key {} is here for the second time", super::report::shown(key))
        }
        Error::UnknownAnchor { .. } => "the alias has no anchor (`&name`) before it".to_owned(),
        Error::MultipleDocuments { .. } => "a second document begins; one is allowed".to_owned(),
        Error::AliasError { error, .. } => explain(error),
        Error::Budget { breach, .. } => limit(breach).to_owned(),
        Error::AliasReplayLimitExceeded { .. } | Error::AliasReplayStackDepthExceeded { .. } => {
            ALIASES.to_owned()
        }
        other => without_place(&other.to_string()).to_owned(),
    }
}

/// Which limit of [`reader_options`] the file is beyond.
fn limit(breach: &BudgetBreach) -> &'static str {
    match breach {
        BudgetBreach::Depth { .. } => "lists and keys are too deep inside each other",
        BudgetBreach::Aliases { .. }
        | BudgetBreach::Anchors { .. }
        | BudgetBreach::AliasAnchorRatio { .. }
        | BudgetBreach::RecordedAnchorEvents { .. }
        | BudgetBreach::RecordedAnchorBytes { .. } => ALIASES,
        BudgetBreach::ScalarBytes { .. } => "the texts of the file are too long, aliases included",
        _ => "the file has too many keys and values",
    }
}

const ALIASES: &str = "aliases (`*name`) repeat too much; write it out";

/// The reader ends its messages with the place, which is said already.
fn without_place(message: &str) -> &str {
    message.rfind(" at line ").map_or(message, |end| &message[..end])
}
