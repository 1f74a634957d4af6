//! The audit log: who did what, to what, when, from where, and what came of it.

use std::borrow::Cow;
use std::net::IpAddr;

use rusqlite::{Connection, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::Accounts;
use crate::actor::Actor;
use crate::database::{Fault, place};
use crate::error::AccountsError;
use crate::ids::{SessionId, TokenId, UserId};
use crate::name::cut;
use crate::settings::Settings;

/// The longest text in a record, in characters; longer ones are cut.
const MAX_CHARS: usize = 500;

/// The largest page.
const MAX_PAGE: usize = 200;

/// At most so many records are deleted at once, so that nobody waits for it.
const MAX_DELETED: i64 = 5_000;

/// Something that was done or refused, to be written down. No part of it may be secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// What: words with dots, such as `user.created`, `secure_value.read`.
    pub what: Cow<'static, str>,
    /// To what.
    pub object: Option<AuditObject>,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// More for people, at most 500 characters.
    pub detail: String,
}

/// To what something was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditObject {
    /// `user`, `session`, `token`, `queue`, `flow`, `contact`, …
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name at that time; may be empty.
    pub name: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused {
        /// The error's code.
        code: String,
    },
}

/// A record of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditRecord {
    /// Its number: grows with every record, whatever the clock does; not dense.
    pub seq: i64,
    /// When, by the server's clock.
    pub at_ms: i64,
    /// Who; none for the server itself and for who has not signed in.
    pub user: Option<UserId>,
    /// Their sign-in name at that time.
    pub name: String,
    /// The API token that was used, by its name.
    pub token: Option<String>,
    /// What.
    pub what: String,
    /// To what.
    pub object: Option<AuditObject>,
    /// From where.
    #[schema(value_type = Option<String>)]
    pub address: Option<IpAddr>,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// More for people.
    pub detail: String,
}

/// Which records are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditSearch {
    /// Only those before this number: [`AuditPage::next`] of the page before.
    pub before: Option<i64>,
    /// Only what this user did.
    pub user: Option<UserId>,
    /// Only those whose `what` begins so.
    pub what: Option<String>,
    /// At most so many, 1 to 200.
    pub limit: usize,
}

/// Records, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The records.
    pub records: Vec<AuditRecord>,
    /// Where the next page begins; none when this is the last one.
    pub next: Option<i64>,
}

impl AuditEvent {
    /// Something that was done.
    pub fn done(what: impl Into<Cow<'static, str>>) -> Self {
        let (what, detail) = (what.into(), String::new());
        Self { what, object: None, outcome: AuditOutcome::Done, detail }
    }

    /// Something that was refused, with the error's code.
    pub fn refused(what: impl Into<Cow<'static, str>>, code: &str) -> Self {
        let outcome = AuditOutcome::Refused { code: code.to_owned() };
        Self { what: what.into(), object: None, outcome, detail: String::new() }
    }

    /// To what.
    #[must_use]
    pub fn on(self, kind: &str, id: impl ToString, name: &str) -> Self {
        let (kind, id, name) = (kind.to_owned(), id.to_string(), name.to_owned());
        Self { object: Some(AuditObject { kind, id, name }), ..self }
    }

    /// More for people.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    pub(crate) fn on_user(self, id: UserId, name: &str) -> Self {
        self.on("user", id, name)
    }

    pub(crate) fn on_session(self, id: SessionId) -> Self {
        self.on("session", id, "")
    }

    pub(crate) fn on_token(self, id: TokenId, name: &str) -> Self {
        self.on("token", id, name)
    }
}

impl Accounts {
    /// Writes down what was done elsewhere.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn record(&self, now_ms: i64, by: &Actor, event: &AuditEvent) -> Result<(), AccountsError> {
        self.db.write("write the audit log", |tx| self.note(tx, now_ms, by, event))
    }

    /// Records, the newest first.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn audit(&self, search: &AuditSearch) -> Result<AuditPage, AccountsError> {
        let limit = search.limit.clamp(1, MAX_PAGE);
        let mut records = self.db.read("read the audit log", |db| Ok(page(db, search, limit)?))?;
        let next = (records.len() > limit).then(|| {
            records.truncate(limit);
            records.last().map(|record| record.seq)
        });
        Ok(AuditPage { records, next: next.flatten() })
    }

    /// Writes down what a transaction does, within it.
    pub(crate) fn note(
        &self,
        tx: &Transaction<'_>,
        now_ms: i64,
        by: &Actor,
        event: &AuditEvent,
    ) -> Result<(), Fault> {
        let sql = "INSERT INTO audit (at_ms, user, name, token, what, object_kind, object_id,
                                      object_name, address, refused, detail)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let object = event.object.as_ref();
        let refused = match &event.outcome {
            AuditOutcome::Done => "",
            AuditOutcome::Refused { code } => code,
        };
        let values = params![
            now_ms,
            by.user.map(String::from),
            cut(&by.name, MAX_CHARS),
            by.token,
            event.what,
            object.map(|it| &it.kind),
            object.map(|it| cut(&it.id, MAX_CHARS)),
            object.map(|it| cut(&it.name, MAX_CHARS)),
            by.address.map(|address| address.to_string()),
            refused,
            cut(&event.detail, MAX_CHARS)
        ];
        tx.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }
}

/// One record more than the limit, which says whether there is another page.
fn page(db: &Connection, search: &AuditSearch, limit: usize) -> rusqlite::Result<Vec<AuditRecord>> {
    let sql = "SELECT seq, at_ms, user, name, token, what, object_kind, object_id, object_name,
                      address, refused, detail
               FROM audit
               WHERE seq < ?1 AND (?2 IS NULL OR user = ?2)
                 AND (?3 IS NULL OR substr(what, 1, length(?3)) = ?3)
               ORDER BY seq DESC LIMIT ?4";
    let values = params![
        search.before.unwrap_or(i64::MAX),
        search.user.map(String::from),
        search.what,
        i64::try_from(limit + 1).unwrap_or(i64::MAX)
    ];
    db.prepare_cached(sql)?.query_map(values, record_of)?.collect()
}

fn record_of(row: &Row<'_>) -> rusqlite::Result<AuditRecord> {
    let kind: Option<String> = row.get(6)?;
    let object = match kind {
        Some(kind) => Some(AuditObject { kind, id: row.get(7)?, name: row.get(8)? }),
        None => None,
    };
    let code: String = row.get(10)?;
    let done = code.is_empty();
    let outcome = if done { AuditOutcome::Done } else { AuditOutcome::Refused { code } };
    Ok(AuditRecord {
        seq: row.get(0)?,
        at_ms: row.get(1)?,
        user: place(row, 2)?,
        name: row.get(3)?,
        token: row.get(4)?,
        what: row.get(5)?,
        object,
        address: place(row, 9)?,
        outcome,
        detail: row.get(11)?,
    })
}

/// Deletes records whose time is over, some thousand at once. Gives how many.
pub(crate) fn forget(
    tx: &Transaction<'_>,
    settings: &Settings,
    now_ms: i64,
) -> Result<usize, Fault> {
    let newest: i64 = tx.query_row("SELECT coalesce(max(seq), 0) FROM audit", [], first)?;
    let before = |count: u64| newest.saturating_sub(i64::try_from(count).unwrap_or(i64::MAX));
    let old_ms = now_ms.saturating_sub(settings.audit_keep_ms);
    // The newest record of all that are too old; those before it go too, as the log is in order.
    let sql = "SELECT coalesce(max(seq), 0) FROM audit WHERE at_ms < ?1";
    let too_old: i64 = tx.query_row(sql, [old_ms], first)?;
    let wanted = too_old.max(before(settings.audit_most)).min(before(settings.audit_least));
    let oldest: i64 = tx.query_row("SELECT coalesce(min(seq), 0) FROM audit", [], first)?;
    if oldest == 0 || wanted < oldest {
        return Ok(0);
    }
    let floor = wanted.min(oldest.saturating_add(MAX_DELETED - 1));
    tx.execute("UPDATE audit_floor SET seq = max(seq, ?1)", [floor])?;
    Ok(tx.execute("DELETE FROM audit WHERE seq <= ?1", [floor])?)
}

fn first(row: &Row<'_>) -> rusqlite::Result<i64> {
    row.get(0)
}
