//! Users as others see them, and what can be changed about them.

use serde::{Deserialize, Serialize};
use trunkline_model::{AgentId, TeamId};
use utoipa::ToSchema;

use crate::error::AccountsError;
use crate::ids::UserId;
use crate::name;
use crate::preferences::Preferences;
use crate::role::{Role, Roles};
use crate::secret::Password;

/// At most so many teams can be listed for a user.
const MAX_TEAMS: usize = 500;

/// The longest id of an agent or a team, in characters.
const MAX_ID_CHARS: usize = 128;

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Grows with each change by an administrator; a change names the version that it builds on.
    pub version: u64,
    /// The sign-in name. Neither case nor width of its letters counts.
    pub name: String,
    /// The name for people.
    pub display_name: String,
    /// The language of the pages.
    pub language: Language,
    /// What the user is.
    #[schema(value_type = Vec<Role>)]
    pub roles: Roles,
    /// The agent of the tenant that the user is.
    #[schema(value_type = Option<String>)]
    pub agent: Option<AgentId>,
    /// The teams that a supervisor may see.
    #[schema(value_type = Vec<String>)]
    pub teams: Vec<TeamId>,
    /// Whether the user may not sign in, nor use tokens.
    pub disabled: bool,
    /// Whether the user has to choose another password before anything else.
    pub must_change_password: bool,
    /// Whether there is a password; without one the user cannot sign in.
    pub has_password: bool,
    /// When the user was made.
    pub created_ms: i64,
    /// When the user last signed in.
    pub last_sign_in_ms: Option<i64>,
    /// What the user has chosen for the pages.
    pub preferences: Preferences,
}

impl User {
    /// Whether the user has this role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// The language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Language {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        if text == "ja" { Self::Ja } else { Self::En }
    }
}

/// A user to be made.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// The sign-in name: 1 to 254 letters, digits and `.`, `_`, `-`, `@`, `+`.
    pub name: String,
    /// The name for people, 1 to 100 characters.
    pub display_name: String,
    /// The language of the pages.
    pub language: Language,
    /// What the user is; one role or more.
    pub roles: Roles,
    /// The agent of the tenant that the user is; nobody else's.
    pub agent: Option<AgentId>,
    /// The teams that a supervisor may see.
    pub teams: Vec<TeamId>,
    /// The password; without one the user cannot sign in until an administrator sets one.
    pub password: Option<Password>,
    /// Whether the user has to choose another password at the first sign-in.
    pub must_change_password: bool,
}

/// What an administrator makes of a user: everything but the password, which has its own ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChange {
    /// As in [`NewUser`].
    pub name: String,
    /// As in [`NewUser`].
    pub display_name: String,
    /// As in [`NewUser`].
    pub language: Language,
    /// As in [`NewUser`].
    pub roles: Roles,
    /// As in [`NewUser`].
    pub agent: Option<AgentId>,
    /// As in [`NewUser`].
    pub teams: Vec<TeamId>,
    /// Whether the user may not sign in, nor use tokens.
    pub disabled: bool,
}

impl From<&User> for UserChange {
    /// The change that leaves everything as it is.
    fn from(user: &User) -> Self {
        Self {
            name: user.name.clone(),
            display_name: user.display_name.clone(),
            language: user.language,
            roles: user.roles.clone(),
            agent: user.agent.clone(),
            teams: user.teams.clone(),
            disabled: user.disabled,
        }
    }
}

/// Which users are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserSearch {
    /// Only those whose names hold this text, whatever its case; all when empty.
    pub text: String,
    /// Only those with this role.
    pub role: Option<Role>,
    /// Only those after this cursor: [`UserPage::next`] of the page before.
    pub after: Option<String>,
    /// At most so many, 1 to 200.
    pub limit: usize,
}

/// Users, by sign-in name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPage {
    /// The users.
    pub users: Vec<User>,
    /// Where the next page begins; none when this is the last one.
    pub next: Option<String>,
}

impl UserChange {
    /// The change with its names trimmed and in normal form.
    pub(crate) fn checked(mut self) -> Result<Self, AccountsError> {
        self.name = name::checked(&self.name)?;
        self.display_name = name::display(&self.display_name)?;
        if self.roles.is_empty() {
            return Err(AccountsError::invalid("roles", "a user has one role or more"));
        }
        if let Some(agent) = &self.agent {
            check_id("agent", agent.as_str())?;
        }
        if self.teams.len() > MAX_TEAMS {
            let problem = format!("at most {MAX_TEAMS} teams can be listed");
            return Err(AccountsError::invalid("teams", problem));
        }
        self.teams.iter().try_for_each(|team| check_id("teams", team.as_str()))?;
        Ok(self)
    }
}

impl NewUser {
    pub(crate) fn settings(&self) -> UserChange {
        UserChange {
            name: self.name.clone(),
            display_name: self.display_name.clone(),
            language: self.language,
            roles: self.roles.clone(),
            agent: self.agent.clone(),
            teams: self.teams.clone(),
            disabled: false,
        }
    }
}

fn check_id(field: &'static str, id: &str) -> Result<(), AccountsError> {
    if id.trim().is_empty() || id.chars().count() > MAX_ID_CHARS || id.chars().any(char::is_control)
    {
        let problem = format!("an id has 1 to {MAX_ID_CHARS} characters");
        return Err(AccountsError::invalid(field, problem));
    }
    Ok(())
}
