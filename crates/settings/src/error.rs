//! Why something about the configuration is not done.

use serde::Serialize;
use serde_json::Value;
use trunkline_flow::FlowError;
use trunkline_model::tenant::TenantErrors;
use trunkline_store::seal::SealError;
use utoipa::ToSchema;

use crate::kind::Kind;
use crate::labels::Labelled;
use crate::object::Object;

/// Why something is not done. [`SettingsError::code`] is stable.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Somebody changed the object meanwhile: here are both values.
    #[error("this {} has changed meanwhile", .0.kind)]
    Stale(Box<Stale>),
    /// Somebody moved the label meanwhile.
    #[error("this label was moved meanwhile; it is now on version {}", .0.number)]
    StaleLabel(Labelled),
    /// The configuration has changed since the plan was made.
    #[error("the configuration has changed since the plan was made; make a new plan")]
    StalePlan {
        /// The newest revision.
        revision: u64,
    },
    /// The tenant would not be in order.
    #[error("{}", problems(.0))]
    Invalid(Vec<Problem>),
    /// The `tenant.yaml` is not in order.
    #[error("{0}")]
    Yaml(TenantErrors),
    /// The text is no flow at all. Anything less is a finding.
    #[error("{file}: {source}")]
    NotAFlow {
        /// The file, or `flow`.
        file: String,
        /// What it is instead.
        source: FlowError,
    },
    /// Others refer to it.
    #[error("it is in use by {}; change them first", usages(.0))]
    InUse(Vec<Usage>),
    /// There is no such object, version or label.
    #[error("there is no such {what}")]
    NotFound {
        /// `object`, `flow`, `version` or `label`.
        what: &'static str,
    },
    /// A limit is reached.
    #[error("{what}: at most {limit} are possible")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Another key sealed what is in the file.
    #[error(
        "{place} was sealed with another key: set TRUNKLINE_KEY, or put back the key file, of the \
         server that wrote it"
    )]
    WrongKey {
        /// The file.
        place: String,
    },
    /// A secret could not be sealed or opened.
    #[error("a secret of the connector {connector} cannot be read: {source}; write it again")]
    Secret {
        /// The connector's id.
        connector: String,
        /// Why.
        source: SealError,
    },
    /// The file is not ours, or a newer release's.
    #[error("{place} cannot be used: {advice}")]
    Format {
        /// The file.
        place: String,
        /// What to do.
        advice: &'static str,
    },
    /// The disk is full.
    #[error("cannot {doing} in {place}: the disk is full; make room")]
    Full {
        /// The file.
        place: String,
        /// What was to be done.
        doing: &'static str,
    },
    /// The file is damaged.
    #[error("cannot {doing} in {place}: the file is damaged ({reason}); put a backup in its place")]
    Damaged {
        /// The file.
        place: String,
        /// What was to be done.
        doing: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The database failed.
    #[error("cannot {doing} in {place}: {source}")]
    Engine {
        /// The file.
        place: String,
        /// What was to be done.
        doing: &'static str,
        /// What the engine says.
        source: rusqlite::Error,
    },
}

/// Two changes that build on the same version.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = StaleObject)]
pub struct Stale {
    /// The kind.
    pub kind: Kind,
    /// The object now; none when it was deleted.
    pub current: Option<Object>,
    /// The value that was to be put, secrets masked; none for a deletion.
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    pub yours: Option<Value>,
}

/// Something wrong in the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConfigurationProblem)]
pub struct Problem {
    /// The kind of the object; none for the whole.
    pub kind: Option<Kind>,
    /// The object's id.
    pub id: String,
    /// The field within the object's value, such as `groups[0].teams[1]`; empty for the whole.
    pub field: String,
    /// What is wrong, and what would be right. It holds no secret.
    pub message: String,
}

/// Who refers to something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Usage {
    /// The kind's word, or `flow`.
    pub kind: String,
    /// The id.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// The field, or the activity of the flow.
    pub field: String,
}

impl Problem {
    pub(crate) fn of(kind: Kind, id: &str, field: &str, message: impl Into<String>) -> Self {
        let (id, field) = (id.to_owned(), field.to_owned());
        Self { kind: Some(kind), id, field, message: message.into() }
    }
}

impl SettingsError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stale(_) | Self::StaleLabel(_) => "stale",
            Self::StalePlan { .. } => "stale_plan",
            Self::Invalid(_) | Self::Yaml(_) => "invalid_configuration",
            Self::NotAFlow { .. } => "not_a_flow",
            Self::InUse(_) => "in_use",
            Self::NotFound { .. } => "not_found",
            Self::TooMany { .. } => "too_many",
            Self::WrongKey { .. } => "wrong_key",
            Self::Secret { .. } => "unreadable_secret",
            Self::Format { .. } => "storage_format",
            Self::Full { .. } => "storage_full",
            Self::Damaged { .. } => "storage_damaged",
            Self::Engine { .. } => "storage_failed",
        }
    }
}

fn problems(all: &[Problem]) -> String {
    let one = |it: &Problem| {
        let kind = it.kind.map_or("tenant", Kind::as_str);
        let dot = if it.field.is_empty() { "" } else { ": " };
        format!("{kind} {}{dot}{}: {}", it.id, it.field, it.message)
    };
    all.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn usages(all: &[Usage]) -> String {
    let one = |it: &Usage| format!("{} {} ({})", it.kind, it.name, it.field);
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}
