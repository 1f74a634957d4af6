//! API tokens: access for programs, in a user's name and with fewer rights.

use std::net::IpAddr;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::Accounts;
use crate::actor::Actor;
use crate::audit::AuditEvent;
use crate::database::parsed;
use crate::error::AccountsError;
use crate::ids::{TokenId, UserId};
use crate::name;
use crate::scope::{self, Scope, Scopes};
use crate::secret::{self, Shown};
use crate::settings::{DAY_MS, MINUTE_MS};
use crate::user::User;
use crate::users;

/// What every API token begins with, so that scanners for leaked secrets know it.
const PREFIX: &str = "trunkline_";

/// At most so many tokens a user may have.
const MAX_TOKENS: usize = 50;

/// The longest life of a token.
const MAX_LIFE_MS: i64 = 366 * DAY_MS;

/// That a token was used is written down when the last note is this old.
const NOTE_MS: i64 = MINUTE_MS;

/// An API token without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApiToken {
    /// Id.
    pub id: TokenId,
    /// In whose name it acts.
    pub user: UserId,
    /// What it is for, in the user's words.
    pub name: String,
    /// What it may be used for.
    #[schema(value_type = Vec<Scope>)]
    pub scopes: Scopes,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends.
    pub expires_ms: i64,
    /// When it was last used, up to a minute ago.
    pub used_ms: Option<i64>,
}

/// An API token to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// What it is for: 1 to 100 characters.
    pub name: String,
    /// What it may be used for: one scope or more.
    pub scopes: Scopes,
    /// When it ends: later than now, within 366 days.
    pub expires_ms: i64,
}

/// A token in use, with its user as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUse {
    /// The token.
    pub token: ApiToken,
    /// In whose name it acts.
    pub user: User,
}

impl TokenUse {
    /// The token's user as who does something.
    #[must_use]
    pub fn actor(&self, address: Option<IpAddr>) -> Actor {
        let token = Some(self.token.name.clone());
        Actor { user: Some(self.user.id), name: self.user.name.clone(), address, token }
    }
}

impl NewToken {
    fn checked(&self, now_ms: i64) -> Result<String, AccountsError> {
        if self.scopes.is_empty() {
            return Err(AccountsError::invalid("scopes", "a token has one scope or more"));
        }
        let life_ms = self.expires_ms.saturating_sub(now_ms);
        if !(1..=MAX_LIFE_MS).contains(&life_ms) {
            let problem = "a token ends later than now, and within 366 days";
            return Err(AccountsError::invalid("expires_ms", problem));
        }
        name::display(&self.name)
            .map_err(|_| AccountsError::invalid("name", "a token's name has 1 to 100 characters"))
    }
}

impl Accounts {
    /// Makes a token for the user. Its text is shown this once.
    ///
    /// # Errors
    /// [`AccountsError::Invalid`], [`AccountsError::NotFound`], [`AccountsError::TooMany`], and
    /// failures of the database.
    pub fn create_token(
        &self,
        now_ms: i64,
        by: &Actor,
        user: UserId,
        new: &NewToken,
    ) -> Result<(Shown, ApiToken), AccountsError> {
        let name = new.checked(now_ms)?;
        let shown = Shown::random(PREFIX)?;
        let token = ApiToken {
            id: TokenId::new(now_ms)?,
            user,
            name,
            scopes: new.scopes.clone(),
            created_ms: now_ms,
            expires_ms: new.expires_ms,
            used_ms: None,
        };
        self.db.write("make a token", |tx| {
            let owner = users::by_id(tx, user)?;
            let owner = owner.ok_or(AccountsError::NotFound { what: "user" })?;
            if of_user(tx, Some(user))?.len() >= MAX_TOKENS {
                return Err(AccountsError::TooMany { what: "tokens", limit: MAX_TOKENS }.into());
            }
            insert(tx, &token, &shown)?;
            let event = AuditEvent::done("token.created").on_token(token.id, &token.name);
            self.note(tx, now_ms, by, &event.detail(format!("of {}", owner.name)))
        })?;
        Ok((shown, token))
    }

    /// The token with this text, for a request; that it was used is noted.
    ///
    /// # Errors
    /// [`AccountsError::NoToken`], and failures of the database.
    pub fn token(&self, now_ms: i64, text: &str) -> Result<TokenUse, AccountsError> {
        if !text.starts_with(PREFIX) {
            return Err(AccountsError::NoToken);
        }
        let found = self.db.read("read a token", |db| {
            let Some(token) = find(db, text)? else { return Ok(None) };
            Ok(users::by_id(db, token.user)?.map(|user| TokenUse { token, user }))
        })?;
        let found = found.ok_or(AccountsError::NoToken)?;
        if found.user.disabled || found.token.expires_ms <= now_ms {
            return Err(AccountsError::NoToken);
        }
        let noted_ms = found.token.used_ms.unwrap_or(i64::MIN);
        if now_ms.saturating_sub(noted_ms) >= NOTE_MS {
            self.note_use(now_ms, found.token.id)?;
        }
        Ok(found)
    }

    fn note_use(&self, now_ms: i64, id: TokenId) -> Result<(), AccountsError> {
        self.db.write("note a token's use", |tx| {
            let sql = "UPDATE tokens SET used_ms = ?2 WHERE id = ?1";
            Ok(tx.prepare_cached(sql)?.execute(params![id.to_string(), now_ms]).map(drop)?)
        })
    }

    /// The user's tokens, or everybody's; the newest first, expired ones too until they are swept.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn tokens(&self, user: Option<UserId>) -> Result<Vec<ApiToken>, AccountsError> {
        self.db.read("list tokens", |db| Ok(of_user(db, user)?))
    }

    /// The token with this id.
    ///
    /// # Errors
    /// [`AccountsError::NotFound`], and failures of the database.
    pub fn token_by_id(&self, id: TokenId) -> Result<ApiToken, AccountsError> {
        let sql = format!("SELECT {COLUMNS} FROM tokens WHERE id = ?1");
        let found = self.db.read("read a token", |db| {
            Ok(db.query_row(&sql, [id.to_string()], token_of).optional()?)
        })?;
        found.ok_or(AccountsError::NotFound { what: "token" })
    }

    /// Revokes a token: it is gone at once.
    ///
    /// # Errors
    /// [`AccountsError::NotFound`], and failures of the database.
    pub fn revoke_token(&self, now_ms: i64, by: &Actor, id: TokenId) -> Result<(), AccountsError> {
        self.db.write("revoke a token", |tx| {
            let sql = "DELETE FROM tokens WHERE id = ?1 RETURNING name";
            let name: Option<String> =
                tx.query_row(sql, [id.to_string()], |row| row.get(0)).optional()?;
            let name = name.ok_or(AccountsError::NotFound { what: "token" })?;
            self.note(tx, now_ms, by, &AuditEvent::done("token.revoked").on_token(id, &name))
        })
    }
}

const COLUMNS: &str = "id, user, name, scopes, created_ms, expires_ms, used_ms";

fn insert(db: &Connection, token: &ApiToken, shown: &Shown) -> rusqlite::Result<()> {
    let sql = "INSERT INTO tokens (id, user, hash, name, scopes, created_ms, expires_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let values = params![
        token.id.to_string(),
        token.user.to_string(),
        secret::hash(shown.reveal()),
        token.name,
        scope::to_bits(&token.scopes),
        token.created_ms,
        token.expires_ms
    ];
    db.execute(sql, values).map(drop)
}

fn find(db: &Connection, text: &str) -> rusqlite::Result<Option<ApiToken>> {
    let sql = format!("SELECT {COLUMNS} FROM tokens WHERE hash = ?1");
    db.prepare_cached(&sql)?.query_row([secret::hash(text)], token_of).optional()
}

fn of_user(db: &Connection, user: Option<UserId>) -> rusqlite::Result<Vec<ApiToken>> {
    let sql =
        format!("SELECT {COLUMNS} FROM tokens WHERE ?1 IS NULL OR user = ?1 ORDER BY rowid DESC");
    db.prepare_cached(&sql)?.query_map([user.map(String::from)], token_of)?.collect()
}

fn token_of(row: &Row<'_>) -> rusqlite::Result<ApiToken> {
    Ok(ApiToken {
        id: parsed(row, 0)?,
        user: parsed(row, 1)?,
        name: row.get(2)?,
        scopes: scope::from_bits(row.get(3)?),
        created_ms: row.get(4)?,
        expires_ms: row.get(5)?,
        used_ms: row.get(6)?,
    })
}
