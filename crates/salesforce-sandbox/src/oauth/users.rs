//! Users as the sign-in knows them.

use rusqlite::OptionalExtension;

use super::OAuth;
use super::error::OAuthError;
use crate::schema::Schema;
use crate::store::Store;

/// A user's record, as far as signing in and identities need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) name: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) active: bool,
}

impl User {
    /// The user with this Id.
    pub(crate) fn by_id(store: &Store, id: &str) -> rusqlite::Result<Option<User>> {
        User::find(store, "Id = ?1", id)
    }

    /// The user with this name, in any case.
    pub(crate) fn by_username(store: &Store, username: &str) -> rusqlite::Result<Option<User>> {
        User::find(store, "Username = ?1 COLLATE soql", username)
    }

    /// Whom integrations run as: the configured user, or else the first active one.
    pub(crate) fn run_as(store: &Store, username: &str) -> rusqlite::Result<Option<User>> {
        match User::by_username(store, username)? {
            Some(user) => Ok(Some(user)),
            None if store
                .schema()
                .object("User")
                .is_some_and(|u| u.field("IsActive").is_some()) =>
            {
                User::find(store, "IsActive = 1 AND ?1 = ?1", "")
            }
            None => User::find(store, "?1 = ?1", ""),
        }
    }

    fn find(store: &Store, condition: &str, value: &str) -> rusqlite::Result<Option<User>> {
        let schema = store.schema();
        let column = |name: &str, missing: &str| has_column(&schema, name, missing);
        let sql = format!(
            "SELECT Id, {}, {}, {}, {}, {}, {} FROM User WHERE {condition} ORDER BY Id LIMIT 1",
            column("Username", "NULL"),
            column("Name", "NULL"),
            column("FirstName", "NULL"),
            column("LastName", "NULL"),
            column("Email", "NULL"),
            column("IsActive", "1"),
        );
        let user = store.db().prepare_cached(&sql)?.query_row([value], |row| {
            let username: Option<String> = row.get(1)?;
            Ok(User {
                id: row.get(0)?,
                name: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                username: username.unwrap_or_default(),
                first_name: row.get(3)?,
                last_name: row.get(4)?,
                email: row.get(5)?,
                active: row.get(6)?,
            })
        });
        user.optional()
    }
}

fn has_column(schema: &Schema, name: &str, missing: &str) -> String {
    let known = schema.object("User").is_some_and(|user| user.field(name).is_some());
    if known { name.to_owned() } else { missing.to_owned() }
}

impl OAuth<'_> {
    /// The user who may sign in by this name.
    pub(super) fn user(&self, username: &str) -> Result<User, OAuthError> {
        let configured = username.eq_ignore_ascii_case(&self.credentials.username);
        let user = if configured {
            User::by_id(self.store, self.run_as)?
        } else {
            User::by_username(self.store, username)?
        };
        let user = user.ok_or_else(|| OAuthError::grant("authentication failure"))?;
        if !user.active {
            return Err(OAuthError::new("inactive_user", "user is inactive"));
        }
        Ok(user)
    }
}
