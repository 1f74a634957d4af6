//! Why something about accounts is not done.

use crate::user::User;

/// Why something is not done. [`AccountsError::code`] is stable.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The name or the password is wrong; which of them is not said.
    #[error("the name or the password is wrong")]
    BadCredentials,
    /// Too many failures: nobody gets in by this name, or from this address, for a while.
    #[error("too many failures; try again later, or ask an administrator to unlock you")]
    Locked {
        /// When the lock ends.
        until_ms: i64,
    },
    /// The password is right, but the user is disabled.
    #[error("this user is disabled; ask an administrator")]
    Disabled,
    /// Too many passwords are being checked at this moment.
    #[error("too many people sign in at this moment; try again in some seconds")]
    Busy,
    /// The session does not exist, has expired or was ended.
    #[error("you are not signed in, or not any more; sign in")]
    NoSession,
    /// The API token does not exist, has expired or was revoked.
    #[error("this API token does not exist, has expired or was revoked; make a new one")]
    NoToken,
    /// The link is wrong, used or older than a day, or there is an administrator already.
    #[error("this link is not valid (any more); the server prints a new one at its next start")]
    NoSetup,
    /// The link is wrong, used, or older than a day.
    #[error("this link is not valid (any more): it signs in once; sign in with a password")]
    NoLink,
    /// A value is not what it must be.
    #[error("{field}: {problem}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// The new password is too easy to guess, or too long.
    #[error("password: {0}")]
    Weak(Weakness),
    /// There is no such user, session or token.
    #[error("there is no such {what}")]
    NotFound {
        /// `user`, `session` or `token`.
        what: &'static str,
    },
    /// Another user has this sign-in name.
    #[error("name: another user has it already; choose another one")]
    NameTaken,
    /// Another user is this agent.
    #[error("agent: another user is this agent already")]
    AgentTaken,
    /// Somebody changed the user meanwhile; here is what they made of it.
    #[error("this user has changed meanwhile")]
    Stale(Box<User>),
    /// Nobody could administer the server any more.
    #[error("this is the last administrator; make another one first")]
    LastAdministrator,
    /// A limit is reached.
    #[error("there are {limit} {what} already, and no more are possible; delete some")]
    TooMany {
        /// `users` or `tokens`.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The system gave no random bytes, or the password could not be hashed.
    #[error("the system could not make a secret ({0})")]
    Secret(&'static str),
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
    #[error("cannot {doing} in {place}: the file is damaged; put a backup in its place")]
    Damaged {
        /// The file.
        place: String,
        /// What was to be done.
        doing: &'static str,
        /// What the engine says.
        source: rusqlite::Error,
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

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Shorter than 12 characters.
    #[error("it must have 12 characters or more")]
    TooShort,
    /// Longer than 128 characters.
    #[error("it must have 128 characters or fewer")]
    TooLong,
    /// It is little more than the user's name.
    #[error("it must not be made from the user's name")]
    IsName,
    /// It is one that people use often, or a simple row or repetition.
    #[error("it is one of those that are tried first; choose another one, such as four words")]
    TooCommon,
    /// It is the old one.
    #[error("it must not be the old one")]
    Unchanged,
}

impl Weakness {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooShort => "password_too_short",
            Self::TooLong => "password_too_long",
            Self::IsName => "password_is_name",
            Self::TooCommon => "password_too_common",
            Self::Unchanged => "password_unchanged",
        }
    }
}

impl AccountsError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadCredentials => "bad_credentials",
            Self::Locked { .. } => "locked",
            Self::Disabled => "disabled",
            Self::Busy => "busy",
            Self::NoSession => "no_session",
            Self::NoToken => "no_token",
            Self::NoSetup => "no_setup",
            Self::NoLink => "no_link",
            Self::Invalid { .. } => "invalid",
            Self::Weak(weakness) => weakness.code(),
            Self::NotFound { .. } => "not_found",
            Self::NameTaken => "name_taken",
            Self::AgentTaken => "agent_taken",
            Self::Stale(_) => "stale",
            Self::LastAdministrator => "last_administrator",
            Self::TooMany { .. } => "too_many",
            Self::Secret(_) => "no_secret",
            Self::Format { .. } => "storage_format",
            Self::Full { .. } => "storage_full",
            Self::Damaged { .. } => "storage_damaged",
            Self::Engine { .. } => "storage_failed",
        }
    }

    /// The field at fault, where there is one.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            Self::Weak(_) => Some("password"),
            Self::NameTaken => Some("name"),
            Self::AgentTaken => Some("agent"),
            Self::BadCredentials
            | Self::Locked { .. }
            | Self::Disabled
            | Self::Busy
            | Self::NoSession
            | Self::NoToken
            | Self::NoSetup
            | Self::NoLink
            | Self::NotFound { .. }
            | Self::Stale(_)
            | Self::LastAdministrator
            | Self::TooMany { .. }
            | Self::Secret(_)
            | Self::Format { .. }
            | Self::Full { .. }
            | Self::Damaged { .. }
            | Self::Engine { .. } => None,
        }
    }

    pub(crate) fn invalid(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid { field, problem: problem.into() }
    }
}
