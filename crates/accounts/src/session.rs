//! Sessions: who is signed in.

use std::net::IpAddr;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use utoipa::ToSchema;

use crate::accounts::Accounts;
use crate::actor::Actor;
use crate::audit::AuditEvent;
use crate::database::{Fault, parsed, place};
use crate::error::AccountsError;
use crate::ids::{SessionId, UserId};
use crate::name::cut;
use crate::secret::{self, Shown};
use crate::settings::{MINUTE_MS, Settings};
use crate::user::User;
use crate::users;

/// That a session was used is written down when the last note is this old, so that not every
/// request waits for the disk.
const NOTE_MS: i64 = MINUTE_MS;

/// A session that began this far in the future was made by a clock that was wrong: it is over,
/// else it would live for as long as the clock was ahead.
pub(crate) const AHEAD_MS: i64 = 15 * MINUTE_MS;

/// The longest description of a device that is kept, in characters.
const MAX_DEVICE_CHARS: usize = 200;

/// A session that is in force, with its user as they are now.
#[derive(Clone, Debug)]
pub struct Session {
    /// Id.
    pub id: SessionId,
    /// Who is signed in.
    pub user: User,
    /// When the user signed in.
    pub created_ms: i64,
    /// When it ends, used or not.
    pub ends_ms: i64,
    /// What requests that change something must bring along, in a header.
    pub csrf: Shown,
}

impl Session {
    /// Whether this is the session's CSRF token, in a time that does not tell where it differs.
    #[must_use]
    pub fn has_csrf(&self, token: &str) -> bool {
        secret::is_equal(self.csrf.reveal(), token)
    }

    /// The session's user as who does something.
    #[must_use]
    pub fn actor(&self, address: Option<IpAddr>) -> Actor {
        Actor { user: Some(self.user.id), name: self.user.name.clone(), address, token: None }
    }
}

/// A session that has just begun.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// What the browser's cookie holds; it is never seen again.
    pub token: Shown,
    /// The session.
    pub session: Session,
}

/// A session as its user and administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionSummary {
    /// Id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// When the user signed in.
    pub created_ms: i64,
    /// When it was last used, up to a minute ago.
    pub seen_ms: i64,
    /// From where the user signed in.
    #[schema(value_type = Option<String>)]
    pub address: Option<IpAddr>,
    /// What the browser says it is.
    pub device: String,
}

/// A session that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedSession {
    /// Which.
    pub session: SessionId,
    /// Whose it was.
    pub user: UserId,
    /// Why.
    pub why: WhyEnded,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyEnded {
    /// The user signed out.
    SignedOut,
    /// The user or an administrator ended it from elsewhere.
    Revoked,
    /// The password was changed.
    PasswordChanged,
    /// The user lost a role, or is another agent now.
    RightsChanged,
    /// The user was disabled or deleted.
    UserGone,
    /// It was not used for long, or its time was over.
    Expired,
    /// It made room for a newer one of the same user.
    MadeRoom,
}

impl Accounts {
    /// The session with this token, for a request; that it was used is noted.
    ///
    /// # Errors
    /// [`AccountsError::NoSession`], and failures of the database.
    pub fn session(&self, now_ms: i64, token: &str) -> Result<Session, AccountsError> {
        let found = self.db.read("read a session", |db| Ok(find(db, token)?))?;
        let (summary, user) = found.ok_or(AccountsError::NoSession)?;
        if user.disabled || !is_live(&self.settings, &summary, now_ms) {
            return Err(AccountsError::NoSession);
        }
        if now_ms.saturating_sub(summary.seen_ms) >= NOTE_MS {
            self.touch(now_ms, summary.id)?;
        }
        Ok(session_of(&self.settings, &summary, user, token))
    }

    /// Whether the session is still in force, for a connection that it opened long ago; this does
    /// not count as using it.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn is_live(&self, now_ms: i64, id: SessionId) -> Result<bool, AccountsError> {
        let found = self.db.read("read a session", |db| Ok(summary(db, id)?))?;
        Ok(found.is_some_and(|found| is_live(&self.settings, &found, now_ms)))
    }

    /// Notes that the session is used, for connections that live long; nothing happens when it is
    /// over.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn touch(&self, now_ms: i64, id: SessionId) -> Result<(), AccountsError> {
        self.db.write("note a session's use", |tx| {
            // One that has expired is not brought back.
            let sql = "UPDATE sessions SET seen_ms = ?2
                       WHERE id = ?1 AND seen_ms > ?3 AND created_ms > ?4";
            let idle_ms = now_ms.saturating_sub(self.settings.session_idle_ms);
            let old_ms = now_ms.saturating_sub(self.settings.session_ms);
            let values = params![id.to_string(), now_ms, idle_ms, old_ms];
            Ok(tx.prepare_cached(sql)?.execute(values).map(drop)?)
        })
    }

    /// The user's sessions, the newest first, those in force only.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn sessions(
        &self,
        now_ms: i64,
        user: UserId,
    ) -> Result<Vec<SessionSummary>, AccountsError> {
        let mut all = self.db.read("list sessions", |db| Ok(of_user(db, user)?))?;
        all.retain(|it| is_live(&self.settings, it, now_ms));
        Ok(all)
    }

    /// Ends the session with this token; that there is none (any more) is no error.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn sign_out(
        &self,
        now_ms: i64,
        token: &str,
        address: Option<IpAddr>,
    ) -> Result<(), AccountsError> {
        let ended = self.db.write("sign out", |tx| {
            let Some((summary, user)) = find(tx, token)? else { return Ok(Vec::new()) };
            let actor = Actor { user: Some(user.id), name: user.name, address, token: None };
            let event = AuditEvent::done("session.signed_out").on_session(summary.id);
            self.note(tx, now_ms, &actor, &event)?;
            end(tx, "id", &summary.id.to_string(), None, WhyEnded::SignedOut)
        })?;
        self.announce(&ended);
        Ok(())
    }

    /// Ends one session of a user.
    ///
    /// # Errors
    /// [`AccountsError::NotFound`], and failures of the database.
    pub fn end_session(&self, now_ms: i64, by: &Actor, id: SessionId) -> Result<(), AccountsError> {
        let ended = self.db.write("end a session", |tx| {
            let ended = end(tx, "id", &id.to_string(), None, WhyEnded::Revoked)?;
            if ended.is_empty() {
                return Err(AccountsError::NotFound { what: "session" }.into());
            }
            let event = AuditEvent::done("session.revoked").on_session(id);
            self.note(tx, now_ms, by, &event)?;
            Ok(ended)
        })?;
        self.announce(&ended);
        Ok(())
    }

    /// Ends all sessions of a user, but for the one to be kept. Gives how many there were.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn end_sessions(
        &self,
        now_ms: i64,
        by: &Actor,
        user: UserId,
        keep: Option<SessionId>,
    ) -> Result<usize, AccountsError> {
        let ended = self.db.write("end sessions", |tx| {
            let ended = end(tx, "user", &user.to_string(), keep, WhyEnded::Revoked)?;
            let count = format!("{} sessions", ended.len());
            let event = AuditEvent::done("session.all_revoked").on_user(user, "").detail(count);
            self.note(tx, now_ms, by, &event)?;
            Ok(ended)
        })?;
        self.announce(&ended);
        Ok(ended.len())
    }

    /// Sessions that end from now on, whoever ends them. Who falls more than 1,024 behind is told
    /// so by the receiver, and asks [`Accounts::is_live`] instead. That a session has expired is
    /// only noticed by [`Accounts::sweep`].
    #[must_use]
    pub fn ended_sessions(&self) -> broadcast::Receiver<EndedSession> {
        self.ended.subscribe()
    }

    /// Tells who listens; after the commit.
    pub(crate) fn announce(&self, ended: &[EndedSession]) {
        for one in ended {
            // Nobody may listen.
            let _ = self.ended.send(*one);
        }
    }
}

/// Begins a session of the user.
pub(crate) fn begin(
    tx: &Transaction<'_>,
    settings: &Settings,
    now_ms: i64,
    user: User,
    address: IpAddr,
    device: &str,
) -> Result<(SignedIn, Vec<EndedSession>), Fault> {
    let token = Shown::random("")?;
    let summary = SessionSummary {
        id: SessionId::new(now_ms)?,
        user: user.id,
        created_ms: now_ms,
        seen_ms: now_ms,
        address: Some(address),
        device: cut(device, MAX_DEVICE_CHARS),
    };
    let ended = make_room(tx, settings, user.id)?;
    let sql = "INSERT INTO sessions (id, user, hash, created_ms, seen_ms, address, device)
               VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)";
    let values = params![
        summary.id.to_string(),
        user.id.to_string(),
        secret::hash(token.reveal()),
        now_ms,
        address.to_string(),
        summary.device
    ];
    tx.prepare_cached(sql)?.execute(values)?;
    let session = session_of(settings, &summary, user, token.reveal());
    Ok((SignedIn { token, session }, ended))
}

fn make_room(
    tx: &Transaction<'_>,
    settings: &Settings,
    user: UserId,
) -> Result<Vec<EndedSession>, Fault> {
    let mut ended = Vec::new();
    for old in of_user(tx, user)?.iter().skip(settings.sessions_per_user.saturating_sub(1)) {
        ended.extend(end(tx, "id", &old.id.to_string(), None, WhyEnded::MadeRoom)?);
    }
    Ok(ended)
}

/// Ends the sessions whose `column` (`id` or `user`) has this value.
pub(crate) fn end(
    tx: &Transaction<'_>,
    column: &'static str,
    value: &str,
    keep: Option<SessionId>,
    why: WhyEnded,
) -> Result<Vec<EndedSession>, Fault> {
    let sql = format!("DELETE FROM sessions WHERE {column} = ?1 AND id <> ?2 RETURNING id, user");
    let keep = keep.map(String::from).unwrap_or_default();
    let mut statement = tx.prepare_cached(&sql)?;
    let rows = statement.query_map([value, &keep], |row| ended_of(row, why))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends what is over by the clock.
pub(crate) fn end_expired(
    tx: &Transaction<'_>,
    settings: &Settings,
    now_ms: i64,
) -> Result<Vec<EndedSession>, Fault> {
    let sql = "DELETE FROM sessions
               WHERE seen_ms <= ?1 OR created_ms <= ?2 OR created_ms > ?3 RETURNING id, user";
    let times = params![
        now_ms.saturating_sub(settings.session_idle_ms),
        now_ms.saturating_sub(settings.session_ms),
        now_ms.saturating_add(AHEAD_MS)
    ];
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(times, |row| ended_of(row, WhyEnded::Expired))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn ended_of(row: &Row<'_>, why: WhyEnded) -> rusqlite::Result<EndedSession> {
    Ok(EndedSession { session: parsed(row, 0)?, user: parsed(row, 1)?, why })
}

fn is_live(settings: &Settings, session: &SessionSummary, now_ms: i64) -> bool {
    let idle = now_ms.saturating_sub(session.seen_ms) < settings.session_idle_ms;
    let age_ms = now_ms.saturating_sub(session.created_ms);
    idle && age_ms < settings.session_ms && age_ms >= -AHEAD_MS
}

fn session_of(settings: &Settings, summary: &SessionSummary, user: User, token: &str) -> Session {
    Session {
        id: summary.id,
        user,
        created_ms: summary.created_ms,
        ends_ms: summary.created_ms.saturating_add(settings.session_ms),
        csrf: secret::csrf(token),
    }
}

const COLUMNS: &str = "sessions.id, sessions.user, sessions.created_ms, sessions.seen_ms, \
                       sessions.address, sessions.device";

fn find(db: &Connection, token: &str) -> rusqlite::Result<Option<(SessionSummary, User)>> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE hash = ?1");
    let hash = secret::hash(token);
    let found = db.prepare_cached(&sql)?.query_row([hash], summary_of).optional()?;
    let Some(summary) = found else { return Ok(None) };
    let user = users::by_id(db, summary.user)?;
    Ok(user.map(|user| (summary, user)))
}

fn summary(db: &Connection, id: SessionId) -> rusqlite::Result<Option<SessionSummary>> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE id = ?1");
    db.prepare_cached(&sql)?.query_row([id.to_string()], summary_of).optional()
}

/// The newest first. Ids are in the order in which sessions began, but for a clock that went back.
fn of_user(db: &Connection, user: UserId) -> rusqlite::Result<Vec<SessionSummary>> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE user = ?1 ORDER BY rowid DESC");
    db.prepare_cached(&sql)?.query_map([user.to_string()], summary_of)?.collect()
}

fn summary_of(row: &Row<'_>) -> rusqlite::Result<SessionSummary> {
    Ok(SessionSummary {
        id: parsed(row, 0)?,
        user: parsed(row, 1)?,
        created_ms: row.get(2)?,
        seen_ms: row.get(3)?,
        address: place(row, 4)?,
        device: row.get(5)?,
    })
}
