//! Users: made, found, changed, deleted.

use std::net::IpAddr;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Transaction, params};
use trunkline_model::{AgentId, TeamId};

use crate::accounts::Accounts;
use crate::actor::Actor;
use crate::audit::AuditEvent;
use crate::database::{Fault, parsed, strange};
use crate::error::AccountsError;
use crate::ids::{SessionId, UserId};
use crate::name;
use crate::password;
use crate::preferences::Preferences;
use crate::role::{self, Role};
use crate::secret::Password;
use crate::session::{self, EndedSession, WhyEnded};
use crate::user::{Language, NewUser, User, UserChange, UserPage, UserSearch};

/// At most so many users.
const MAX_USERS: usize = 100_000;

/// The largest page.
const MAX_PAGE: usize = 200;

/// What sign-in needs to know of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) hash: Option<String>,
    pub(crate) disabled: bool,
}

impl Credentials {
    pub(crate) fn actor(&self, address: IpAddr) -> Actor {
        let name = self.name.clone();
        Actor { user: Some(self.id), name, address: Some(address), token: None }
    }
}

/// A user that is ready to be written.
pub(crate) struct Prepared {
    pub(crate) settings: UserChange,
    pub(crate) hash: Option<String>,
    pub(crate) must_change: bool,
}

impl Accounts {
    /// Makes a user. Waits for a password hash.
    ///
    /// # Errors
    /// [`AccountsError::Invalid`], [`AccountsError::Weak`], [`AccountsError::NameTaken`],
    /// [`AccountsError::AgentTaken`], [`AccountsError::TooMany`], and failures of the database.
    pub fn create_user(
        &self,
        now_ms: i64,
        by: &Actor,
        new: &NewUser,
    ) -> Result<User, AccountsError> {
        let mut users = self.create_users(now_ms, by, std::slice::from_ref(new))?;
        users.pop().ok_or(AccountsError::NotFound { what: "user" })
    }

    /// Makes several users, all or none. Waits for a password hash of each that has one.
    ///
    /// # Errors
    /// Those of [`Accounts::create_user`].
    pub fn create_users(
        &self,
        now_ms: i64,
        by: &Actor,
        new: &[NewUser],
    ) -> Result<Vec<User>, AccountsError> {
        let prepared = new.iter().map(|new| self.prepare(new)).collect::<Result<Vec<_>, _>>()?;
        self.db.write("make a user", |tx| {
            let make = |it: &Prepared| self.insert(tx, now_ms, by, it);
            prepared.iter().map(make).collect()
        })
    }

    /// The user with this id.
    ///
    /// # Errors
    /// [`AccountsError::NotFound`], and failures of the database.
    pub fn user(&self, id: UserId) -> Result<User, AccountsError> {
        let found = self.db.read("read a user", |db| Ok(by_id(db, id)?))?;
        found.ok_or(AccountsError::NotFound { what: "user" })
    }

    /// The user who is this agent of the tenant, if any.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn user_of_agent(&self, agent: &AgentId) -> Result<Option<User>, AccountsError> {
        let sql = format!("SELECT {COLUMNS} FROM users WHERE agent = ?1");
        self.db.read("read a user", |db| {
            Ok(db.prepare_cached(&sql)?.query_row([agent.as_str()], user_of).optional()?)
        })
    }

    /// Users that fit, by sign-in name.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn users(&self, search: &UserSearch) -> Result<UserPage, AccountsError> {
        let limit = search.limit.clamp(1, MAX_PAGE);
        let mut users = self.db.read("list users", |db| Ok(page(db, search, limit)?))?;
        let next = (users.len() > limit).then(|| {
            users.truncate(limit);
            users.last().map(|user| name::key(&user.name))
        });
        Ok(UserPage { users, next: next.flatten() })
    }

    /// Changes a user who is at this version. Whoever loses a role, is not the same agent any more
    /// or is disabled is signed out.
    ///
    /// # Errors
    /// [`AccountsError::Stale`] when the user is at another version,
    /// [`AccountsError::LastAdministrator`], and those of [`Accounts::create_user`].
    pub fn change_user(
        &self,
        now_ms: i64,
        by: &Actor,
        id: UserId,
        version: u64,
        change: UserChange,
    ) -> Result<User, AccountsError> {
        let change = change.checked()?;
        let (user, ended) = self.db.write("change a user", |tx| {
            let old = by_id(tx, id)?.ok_or(AccountsError::NotFound { what: "user" })?;
            if old.version != version {
                return Err(AccountsError::Stale(Box::new(old)).into());
            }
            update(tx, id, &change)?;
            keep_an_administrator(tx, &old)?;
            let event = AuditEvent::done("user.changed").on_user(id, &change.name);
            self.note(tx, now_ms, by, &event.detail(differences(&old, &change)))?;
            let ended = end_if_less(tx, &old, &change)?;
            let new = by_id(tx, id)?.ok_or(AccountsError::NotFound { what: "user" })?;
            Ok((new, ended))
        })?;
        self.announce(&ended);
        Ok(user)
    }

    /// Deletes a user, with sessions and tokens. The audit log keeps what they did.
    ///
    /// # Errors
    /// [`AccountsError::NotFound`], [`AccountsError::LastAdministrator`], and failures of the
    /// database.
    pub fn delete_user(&self, now_ms: i64, by: &Actor, id: UserId) -> Result<(), AccountsError> {
        let ended = self.db.write("delete a user", |tx| {
            let old = by_id(tx, id)?.ok_or(AccountsError::NotFound { what: "user" })?;
            let ended = session::end(tx, "user", &id.to_string(), None, WhyEnded::UserGone)?;
            tx.execute("DELETE FROM users WHERE id = ?1", [id.to_string()])?;
            keep_an_administrator(tx, &old)?;
            let event = AuditEvent::done("user.deleted").on_user(id, &old.name);
            self.note(tx, now_ms, by, &event)?;
            Ok(ended)
        })?;
        self.announce(&ended);
        Ok(())
    }

    /// Sets a user's password, as an administrator does, and ends all their sessions. Waits for a
    /// password hash.
    ///
    /// # Errors
    /// [`AccountsError::NotFound`], [`AccountsError::Weak`], [`AccountsError::Busy`], and failures
    /// of the database.
    pub fn set_password(
        &self,
        now_ms: i64,
        by: &Actor,
        id: UserId,
        new: &Password,
        must_change: bool,
    ) -> Result<(), AccountsError> {
        let user = self.user(id)?;
        password::check(new, &[&user.name, &user.display_name]).map_err(AccountsError::Weak)?;
        let hash = self.hasher.hash(new)?;
        let ended = self.db.write("set a password", |tx| {
            by_id(tx, id)?.ok_or(AccountsError::NotFound { what: "user" })?;
            set_password(tx, id, &hash, must_change)?;
            let event = AuditEvent::done("user.password_set").on_user(id, &user.name);
            self.note(tx, now_ms, by, &event)?;
            session::end(tx, "user", &id.to_string(), None, WhyEnded::PasswordChanged)
        })?;
        self.announce(&ended);
        Ok(())
    }

    /// Keeps what a user has chosen for the pages. This is not written into the audit log.
    ///
    /// # Errors
    /// [`AccountsError::Invalid`], [`AccountsError::NotFound`], and failures of the database.
    pub fn set_preferences(
        &self,
        id: UserId,
        language: Language,
        preferences: &Preferences,
    ) -> Result<User, AccountsError> {
        preferences.check()?;
        self.db.write("keep preferences", |tx| {
            let sql = "UPDATE users SET language = ?2, preferences = ?3 WHERE id = ?1";
            let values = params![id.to_string(), language.as_str(), json(preferences)?];
            tx.execute(sql, values)?;
            by_id(tx, id)?.ok_or_else(|| AccountsError::NotFound { what: "user" }.into())
        })
    }

    /// Whether somebody can administer the server.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn has_administrator(&self) -> Result<bool, AccountsError> {
        self.db.read("look for an administrator", |db| Ok(has_administrator(db)?))
    }

    /// Checks a new user, and makes the hash.
    pub(crate) fn prepare(&self, new: &NewUser) -> Result<Prepared, AccountsError> {
        let settings = new.settings().checked()?;
        let hash = match &new.password {
            Some(text) => {
                let names = [settings.name.as_str(), settings.display_name.as_str()];
                password::check(text, &names).map_err(AccountsError::Weak)?;
                Some(self.hasher.hash(text)?)
            }
            None => None,
        };
        Ok(Prepared { settings, hash, must_change: new.must_change_password })
    }

    pub(crate) fn insert(
        &self,
        tx: &Transaction<'_>,
        now_ms: i64,
        by: &Actor,
        new: &Prepared,
    ) -> Result<User, Fault> {
        let count: usize = tx
            .prepare_cached("SELECT count(*) FROM users")?
            .query_row([], |row| row.get::<_, i64>(0))?
            .try_into()
            .unwrap_or(usize::MAX);
        if count >= MAX_USERS {
            return Err(AccountsError::TooMany { what: "users", limit: MAX_USERS }.into());
        }
        let id = UserId::new(now_ms)?;
        let sql = "INSERT INTO users (id, version, name, name_key, display_name, search, language,
                                      roles, teams, disabled, must_change_password, password,
                                      created_ms, preferences)
                   VALUES (?1, 0, '', ?1, '', '', 'en', 0, '[]', 0, ?2, ?3, ?4, '{}')";
        let values = params![id.to_string(), new.must_change, new.hash, now_ms];
        tx.prepare_cached(sql)?.execute(values)?;
        update(tx, id, &new.settings)?;
        let event = AuditEvent::done("user.created").on_user(id, &new.settings.name);
        self.note(tx, now_ms, by, &event.detail(rights(&new.settings)))?;
        Ok(by_id(tx, id)?.ok_or(AccountsError::NotFound { what: "user" })?)
    }
}

/// Writes what can be changed about a user, and counts the version.
pub(crate) fn update(tx: &Transaction<'_>, id: UserId, change: &UserChange) -> Result<(), Fault> {
    let sql = "UPDATE users SET version = version + 1, name = ?2, name_key = ?3,
                      display_name = ?4, search = ?5, language = ?6, roles = ?7, agent = ?8,
                      teams = ?9, disabled = ?10
               WHERE id = ?1";
    let key = name::key(&change.name);
    let values = params![
        id.to_string(),
        change.name,
        key,
        change.display_name,
        format!("{key} {}", searched(&change.display_name)),
        change.language.as_str(),
        role::to_bits(&change.roles),
        change.agent.as_ref().map(AgentId::as_str),
        json(&change.teams)?,
        change.disabled
    ];
    let done = tx.prepare_cached(sql)?.execute(values);
    done.map(drop).map_err(taken)
}

/// Which of the two that must be unique is taken.
fn taken(error: rusqlite::Error) -> Fault {
    if error.sqlite_error_code() != Some(ErrorCode::ConstraintViolation) {
        return error.into();
    }
    match error.to_string() {
        text if text.contains("users.name_key") => AccountsError::NameTaken.into(),
        text if text.contains("users.agent") => AccountsError::AgentTaken.into(),
        _ => error.into(),
    }
}

fn keep_an_administrator(tx: &Transaction<'_>, old: &User) -> Result<(), Fault> {
    if old.is(Role::Administrator) && !old.disabled && !has_administrator(tx)? {
        return Err(AccountsError::LastAdministrator.into());
    }
    Ok(())
}

/// Ends the user's sessions when they may less than before, or are another agent.
fn end_if_less(
    tx: &Transaction<'_>,
    old: &User,
    new: &UserChange,
) -> Result<Vec<EndedSession>, Fault> {
    let why = if new.disabled {
        WhyEnded::UserGone
    } else if !old.roles.is_subset(&new.roles) || (old.agent.is_some() && old.agent != new.agent) {
        WhyEnded::RightsChanged
    } else {
        return Ok(Vec::new());
    };
    session::end(tx, "user", &old.id.to_string(), None::<SessionId>, why)
}

/// What was changed, for the audit log.
fn differences(old: &User, new: &UserChange) -> String {
    let before = UserChange::from(old);
    let mut all = Vec::new();
    let mut compare = |what: &str, a: String, b: String| {
        if a != b {
            all.push(format!("{what}: {a} -> {b}"));
        }
    };
    compare("name", before.name.clone(), new.name.clone());
    compare("display name", before.display_name.clone(), new.display_name.clone());
    compare("rights", rights(&before), rights(new));
    compare("disabled", before.disabled.to_string(), new.disabled.to_string());
    all.join("; ")
}

fn rights(user: &UserChange) -> String {
    let mut text = user.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(agent) = &user.agent {
        text.push_str(&format!(", agent {agent}"));
    }
    if !user.teams.is_empty() {
        let teams: Vec<&str> = user.teams.iter().map(TeamId::as_str).collect();
        text.push_str(&format!(", teams {}", teams.join(" ")));
    }
    text
}

/// A text without case and width, for searches.
fn searched(text: &str) -> String {
    name::normal(&name::normal(text).to_lowercase()).into_owned()
}

pub(crate) fn has_administrator(db: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM users WHERE roles & ?1 <> 0 AND disabled = 0)";
    db.prepare_cached(sql)?.query_row([Role::Administrator.bit()], |row| row.get(0))
}

/// The id and the name's key of every user.
pub(crate) fn keys(db: &Connection) -> rusqlite::Result<Vec<(UserId, String)>> {
    let mut statement = db.prepare_cached("SELECT id, name_key FROM users")?;
    statement.query_map([], |row| Ok((parsed(row, 0)?, row.get(1)?)))?.collect()
}

pub(crate) fn credentials(db: &Connection, key: &str) -> rusqlite::Result<Option<Credentials>> {
    let sql = "SELECT id, name, password, disabled FROM users WHERE name_key = ?1";
    let of = |row: &Row<'_>| {
        let (id, name) = (parsed(row, 0)?, row.get(1)?);
        Ok(Credentials { id, name, hash: row.get(2)?, disabled: row.get(3)? })
    };
    db.prepare_cached(sql)?.query_row([key], of).optional()
}

/// Replaces the hash by one of the same password.
pub(crate) fn set_hash(tx: &Transaction<'_>, id: UserId, hash: &str) -> Result<(), Fault> {
    let sql = "UPDATE users SET password = ?2 WHERE id = ?1";
    Ok(tx.execute(sql, params![id.to_string(), hash]).map(drop)?)
}

/// Sets another password.
pub(crate) fn set_password(
    tx: &Transaction<'_>,
    id: UserId,
    hash: &str,
    must_change: bool,
) -> Result<(), Fault> {
    let sql = "UPDATE users SET password = ?2, must_change_password = ?3 WHERE id = ?1";
    Ok(tx.execute(sql, params![id.to_string(), hash, must_change]).map(drop)?)
}

/// Notes that the user signs in.
pub(crate) fn signed_in(tx: &Transaction<'_>, id: UserId, now_ms: i64) -> Result<User, Fault> {
    let sql = "UPDATE users SET last_sign_in_ms = ?2 WHERE id = ?1";
    tx.prepare_cached(sql)?.execute(params![id.to_string(), now_ms])?;
    Ok(by_id(tx, id)?.ok_or(AccountsError::NotFound { what: "user" })?)
}

const COLUMNS: &str = "id, version, name, display_name, language, roles, agent, teams, disabled, \
                       must_change_password, password IS NOT NULL, created_ms, last_sign_in_ms, \
                       preferences";

pub(crate) fn by_id(db: &Connection, id: UserId) -> rusqlite::Result<Option<User>> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE id = ?1");
    db.prepare_cached(&sql)?.query_row([id.to_string()], user_of).optional()
}

/// One user more than the limit, who says whether there is another page.
fn page(db: &Connection, search: &UserSearch, limit: usize) -> rusqlite::Result<Vec<User>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM users
         WHERE name_key > ?1 AND instr(search, ?2) > 0 AND (?3 = 0 OR roles & ?3 <> 0)
         ORDER BY name_key LIMIT ?4"
    );
    let values = params![
        search.after.as_deref().unwrap_or_default(),
        searched(search.text.trim()),
        search.role.map_or(0, Role::bit),
        i64::try_from(limit + 1).unwrap_or(i64::MAX)
    ];
    db.prepare_cached(&sql)?.query_map(values, user_of)?.collect()
}

fn user_of(row: &Row<'_>) -> rusqlite::Result<User> {
    let language: String = row.get(4)?;
    let agent: Option<String> = row.get(6)?;
    let (teams, preferences): (String, String) = (row.get(7)?, row.get(13)?);
    let version: i64 = row.get(1)?;
    Ok(User {
        id: parsed(row, 0)?,
        version: version.unsigned_abs(),
        name: row.get(2)?,
        display_name: row.get(3)?,
        language: Language::parse(&language),
        roles: role::from_bits(row.get(5)?),
        agent: agent.map(AgentId::from),
        teams: serde_json::from_str(&teams).map_err(|error| strange(7, error))?,
        disabled: row.get(8)?,
        must_change_password: row.get(9)?,
        has_password: row.get(10)?,
        created_ms: row.get(11)?,
        last_sign_in_ms: row.get(12)?,
        preferences: serde_json::from_str(&preferences).map_err(|error| strange(13, error))?,
    })
}

fn json(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    let failed = |error| rusqlite::Error::ToSqlConversionFailure(Box::new(error));
    serde_json::to_string(value).map_err(failed)
}
