//! What a user has chosen for the pages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::AccountsError;

/// At most this many shortcuts are remapped.
const MAX_SHORTCUTS: usize = 64;

/// The longest name of an action or a key combination, in characters.
const MAX_SHORTCUT_CHARS: usize = 64;

/// What a user has chosen for the pages; the language is with the user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Preferences {
    /// Light or dark.
    pub theme: Theme,
    /// How close rows are.
    pub density: Density,
    /// Shortcuts that were remapped: action to key combination, as the pages name them. At most
    /// 64, each text up to 64 characters.
    pub shortcuts: BTreeMap<String, String>,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the operating system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How close rows are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// Rows of 40 px.
    #[default]
    Comfortable,
    /// Rows of 32 px.
    Compact,
}

impl Preferences {
    pub(crate) fn check(&self) -> Result<(), AccountsError> {
        if self.shortcuts.len() > MAX_SHORTCUTS {
            let limit = format!("at most {MAX_SHORTCUTS} shortcuts can be remapped");
            return Err(AccountsError::invalid("shortcuts", limit));
        }
        let texts = self.shortcuts.iter().flat_map(|(action, keys)| [action, keys]);
        for text in texts {
            if text.is_empty() || text.chars().count() > MAX_SHORTCUT_CHARS {
                let limit = format!("each text has 1 to {MAX_SHORTCUT_CHARS} characters");
                return Err(AccountsError::invalid("shortcuts", limit));
            }
        }
        Ok(())
    }
}
