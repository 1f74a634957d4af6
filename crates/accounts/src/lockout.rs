//! Lock-out: after some failures nobody gets in by a name, or from an address, for a while, the
//! right password included.
//!
//! Names are locked whether or not they exist, so that a lock does not tell. Whoever guesses many
//! at once gains nothing: a lock counts when the password has been checked, not only before.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::accounts::Accounts;
use crate::actor::Actor;
use crate::audit::AuditEvent;
use crate::database::Fault;
use crate::error::AccountsError;
use crate::ids::UserId;
use crate::name;
use crate::secret;
use crate::users;

/// While so many failures are counted, those of names that do not exist are not written into the
/// audit log any more: a flood must not drive out what matters.
const MAX_NOTED_FAILURES: i64 = 1_000;

/// Whose failures are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    kind: Kind,
    hash: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Name,
    Address,
}

impl Kind {
    fn number(self) -> i64 {
        match self {
            Self::Name => 1,
            Self::Address => 2,
        }
    }
}

impl Accounts {
    /// The users who are locked now, and until when.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn locked_users(&self, now_ms: i64) -> Result<BTreeMap<UserId, i64>, AccountsError> {
        self.db.read("list locks", |db| {
            let sql = "SELECT subject, until_ms FROM locks WHERE kind = 1 AND until_ms > ?1";
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([now_ms], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let locks = rows.collect::<Result<BTreeMap<Vec<u8>, i64>, _>>()?;
            if locks.is_empty() {
                return Ok(BTreeMap::new());
            }
            let until = |key: &str| locks.get(&self.name_subject(key).hash).copied();
            let keys = users::keys(db)?;
            Ok(keys.into_iter().filter_map(|(id, key)| Some((id, until(&key)?))).collect())
        })
    }

    /// Unlocks a user's name: the failures so far are forgotten.
    ///
    /// # Errors
    /// [`AccountsError::NotFound`], and failures of the database.
    pub fn unlock(&self, now_ms: i64, by: &Actor, id: UserId) -> Result<(), AccountsError> {
        self.db.write("unlock a user", |tx| {
            let user = users::by_id(tx, id)?.ok_or(AccountsError::NotFound { what: "user" })?;
            forgive(tx, &self.name_subject(&name::key(&user.name)))?;
            let event = AuditEvent::done("user.unlocked").on_user(id, &user.name);
            self.note(tx, now_ms, by, &event)
        })
    }

    /// Unlocks an address: the failures so far are forgotten.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn unlock_address(
        &self,
        now_ms: i64,
        by: &Actor,
        address: IpAddr,
    ) -> Result<(), AccountsError> {
        self.db.write("unlock an address", |tx| {
            forgive(tx, &self.address_subject(address))?;
            self.note(
                tx,
                now_ms,
                by,
                &AuditEvent::done("address.unlocked").on("address", address, ""),
            )
        })
    }

    /// The name, by its key.
    pub(crate) fn name_subject(&self, key: &str) -> Subject {
        Subject { kind: Kind::Name, hash: secret::keyed_hash(&self.pepper, key.as_bytes()) }
    }

    /// The address, or the network of an IPv6 address.
    pub(crate) fn address_subject(&self, address: IpAddr) -> Subject {
        let text = network(address).to_string();
        Subject { kind: Kind::Address, hash: secret::keyed_hash(&self.pepper, text.as_bytes()) }
    }

    /// An error while one of them is locked.
    pub(crate) fn check_locks(
        &self,
        tx: &Transaction<'_>,
        now_ms: i64,
        subjects: &[Subject],
    ) -> Result<(), Fault> {
        self.mend_clock(tx, now_ms)?;
        let mut latest = None;
        for subject in subjects {
            latest = latest.max(locked_until(tx, now_ms, subject)?);
        }
        latest.map_or(Ok(()), |until_ms| Err(AccountsError::Locked { until_ms }.into()))
    }

    /// Counts a failure of each, and locks those that have had too many.
    pub(crate) fn count_failure(
        &self,
        tx: &Transaction<'_>,
        now_ms: i64,
        subjects: &[Subject],
    ) -> Result<(), Fault> {
        let oldest_ms = now_ms.saturating_sub(self.settings.failure_window_ms);
        tx.prepare_cached("DELETE FROM failures WHERE at_ms <= ?1")?.execute([oldest_ms])?;
        for subject in subjects {
            let values = params![subject.kind.number(), subject.hash, now_ms];
            tx.prepare_cached("INSERT INTO failures VALUES (?1, ?2, ?3)")?.execute(values)?;
            let sql = "SELECT count(*) FROM failures WHERE kind = ?1 AND subject = ?2";
            let values = params![subject.kind.number(), subject.hash];
            let count: u32 = tx.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
            if count >= self.most_failures(subject) {
                self.lock(tx, now_ms, subject)?;
            }
        }
        Ok(())
    }

    fn most_failures(&self, subject: &Subject) -> u32 {
        match subject.kind {
            Kind::Name => self.settings.failures_per_name,
            Kind::Address => self.settings.failures_per_address,
        }
    }

    fn lock(&self, tx: &Transaction<'_>, now_ms: i64, subject: &Subject) -> Result<(), Fault> {
        forgive(tx, subject)?;
        let until_ms = now_ms.saturating_add(self.settings.lock_ms);
        let values = params![subject.kind.number(), subject.hash, until_ms];
        tx.prepare_cached("INSERT INTO locks VALUES (?1, ?2, ?3)")?.execute(values)?;
        Ok(())
    }

    /// After the clock went back, failures and locks must not last for longer than they would
    /// have lasted if they had begun now.
    fn mend_clock(&self, tx: &Transaction<'_>, now_ms: i64) -> Result<(), Fault> {
        let latest_ms = now_ms.saturating_add(self.settings.lock_ms);
        let sql = "UPDATE locks SET until_ms = ?1 WHERE until_ms > ?1";
        tx.prepare_cached(sql)?.execute([latest_ms])?;
        let sql = "UPDATE failures SET at_ms = ?1 WHERE at_ms > ?1";
        tx.prepare_cached(sql)?.execute([now_ms])?;
        Ok(())
    }
}

/// Whether one of them is locked, without the disk: what is asked before a password is checked.
pub(crate) fn is_locked(
    db: &Connection,
    now_ms: i64,
    subjects: &[Subject],
) -> rusqlite::Result<bool> {
    for subject in subjects {
        if locked_until(db, now_ms, subject)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Forgets the failures and the lock of a subject.
pub(crate) fn forgive(tx: &Transaction<'_>, subject: &Subject) -> Result<(), Fault> {
    for table in ["failures", "locks"] {
        let sql = format!("DELETE FROM {table} WHERE kind = ?1 AND subject = ?2");
        tx.prepare_cached(&sql)?.execute(params![subject.kind.number(), subject.hash])?;
    }
    Ok(())
}

/// Deletes what is over.
pub(crate) fn forget(tx: &Transaction<'_>, now_ms: i64, window_ms: i64) -> Result<(), Fault> {
    tx.execute("DELETE FROM locks WHERE until_ms <= ?1", [now_ms])?;
    tx.execute("DELETE FROM failures WHERE at_ms <= ?1", [now_ms.saturating_sub(window_ms)])?;
    Ok(())
}

/// Whether so many have failed lately that only those of users are written down.
pub(crate) fn is_flood(tx: &Transaction<'_>) -> Result<bool, Fault> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM failures WHERE kind = 1 LIMIT ?1)";
    let count: i64 = tx.query_row(sql, [MAX_NOTED_FAILURES], |row| row.get(0))?;
    Ok(count >= MAX_NOTED_FAILURES)
}

fn locked_until(db: &Connection, now_ms: i64, subject: &Subject) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT until_ms FROM locks WHERE kind = ?1 AND subject = ?2 AND until_ms > ?3";
    let values = params![subject.kind.number(), subject.hash, now_ms];
    db.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()
}

/// What one customer of a provider has: a /64, or an address of IPv4.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_address_stands_for_its_network() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
    }
}
