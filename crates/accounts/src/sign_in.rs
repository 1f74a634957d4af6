//! Signing in by name and password, and changing one's password.

use std::net::IpAddr;

use rusqlite::Transaction;

use crate::accounts::Accounts;
use crate::actor::Actor;
use crate::audit::AuditEvent;
use crate::database::Fault;
use crate::error::{AccountsError, Weakness};
use crate::lockout::{self, Subject};
use crate::name;
use crate::password;
use crate::secret::Password;
use crate::session::{self, EndedSession, Session, SignedIn, WhyEnded};
use crate::users::{self, Credentials};

/// What a transaction decided: a refusal that is written down is committed like a success.
type Decision<T> = Result<T, AccountsError>;

impl Accounts {
    /// Signs in. Waits for a password hash: asynchronous callers use a thread that may block.
    ///
    /// Wrong names and wrong passwords get the same answer after the same time. `device` is what
    /// the browser says it is.
    ///
    /// # Errors
    /// [`AccountsError::BadCredentials`]; [`AccountsError::Locked`] while the name or the address
    /// is locked, whatever the password; [`AccountsError::Disabled`] after the right password;
    /// [`AccountsError::Busy`]; and failures of the database.
    pub fn sign_in(
        &self,
        now_ms: i64,
        name: &str,
        password: &Password,
        address: IpAddr,
        device: &str,
    ) -> Result<SignedIn, AccountsError> {
        let key = name::key(name);
        let subjects = [self.name_subject(&key), self.address_subject(address)];
        self.refuse_locked(now_ms, &subjects)?;
        let found = self.db.read("look for a user", |db| Ok(users::credentials(db, &key)?))?;
        let hash = found.as_ref().and_then(|found| found.hash.as_deref());
        let is_right = self.hasher.verify(password, hash)?;
        let better = match hash {
            Some(hash) if is_right && self.hasher.is_outdated(hash) => {
                Some(self.hasher.hash(password)?)
            }
            Some(_) | None => None,
        };
        let (decision, ended) = self.db.write("sign in", |tx| {
            self.check_locks(tx, now_ms, &subjects)?;
            let now = users::credentials(tx, &key)?;
            if is_right && now != found {
                // Somebody changed the user while the password was checked: it is to be tried
                // against what is there now, and is no failure.
                return Err(AccountsError::Busy.into());
            }
            let Some(now) = now.filter(|_| is_right) else {
                let by =
                    found.as_ref().map_or_else(|| Actor::nobody(address), |it| it.actor(address));
                return Ok((Err(self.fail(tx, now_ms, &subjects, &by)?), Vec::new()));
            };
            if let Some(better) = &better {
                users::set_hash(tx, now.id, better)?;
            }
            self.let_in(tx, now_ms, &now, &subjects[0], address, device)
        })?;
        self.announce(&ended);
        decision
    }

    /// Changes the password of who is signed in, and ends their other sessions. Waits for two
    /// password hashes.
    ///
    /// # Errors
    /// [`AccountsError::BadCredentials`] when the old one is wrong, which counts as a failure to
    /// sign in; [`AccountsError::Locked`]; [`AccountsError::Weak`]; [`AccountsError::Busy`];
    /// [`AccountsError::NoSession`]; and failures of the database.
    pub fn change_password(
        &self,
        now_ms: i64,
        session: &Session,
        old: &Password,
        new: &Password,
        address: IpAddr,
    ) -> Result<(), AccountsError> {
        let user = &session.user;
        let key = name::key(&user.name);
        let subjects = [self.name_subject(&key), self.address_subject(address)];
        self.refuse_locked(now_ms, &subjects)?;
        let found = self.db.read("look for a user", |db| Ok(users::credentials(db, &key)?))?;
        let found = found.filter(|found| found.id == user.id).ok_or(AccountsError::NoSession)?;
        let by = session.actor(Some(address));
        if !self.hasher.verify(old, found.hash.as_deref())? {
            let refusal = self.db.write("count a failure", |tx| {
                self.check_locks(tx, now_ms, &subjects)?;
                self.fail(tx, now_ms, &subjects, &by)
            })?;
            return Err(refusal);
        }
        password::check(new, &[&user.name, &user.display_name]).map_err(AccountsError::Weak)?;
        if name::normal(old.as_str()) == name::normal(new.as_str()) {
            return Err(AccountsError::Weak(Weakness::Unchanged));
        }
        let hash = self.hasher.hash(new)?;
        let ended = self.db.write("change a password", |tx| {
            self.check_locks(tx, now_ms, &subjects)?;
            if users::credentials(tx, &key)?.as_ref() != Some(&found) {
                return Err(AccountsError::NoSession.into());
            }
            users::set_password(tx, user.id, &hash, false)?;
            let event = AuditEvent::done("user.password_changed").on_user(user.id, &user.name);
            self.note(tx, now_ms, &by, &event)?;
            let id = user.id.to_string();
            session::end(tx, "user", &id, Some(session.id), WhyEnded::PasswordChanged)
        })?;
        self.announce(&ended);
        Ok(())
    }

    /// A quick answer while somebody is locked. The lock of a clock that was ahead is left to the
    /// transaction that mends it.
    fn refuse_locked(&self, now_ms: i64, subjects: &[Subject]) -> Result<(), AccountsError> {
        let locked =
            self.db.read("look for locks", |db| Ok(lockout::is_locked(db, now_ms, subjects)?))?;
        if !locked {
            return Ok(());
        }
        // The refusal must not undo the mending.
        self.db.write("look for locks", |tx| match self.check_locks(tx, now_ms, subjects) {
            Ok(()) => Ok(Ok(())),
            Err(Fault::Refused(refusal)) => Ok(Err(refusal)),
            Err(fault) => Err(fault),
        })?
    }

    pub(crate) fn let_in(
        &self,
        tx: &Transaction<'_>,
        now_ms: i64,
        found: &Credentials,
        name: &Subject,
        address: IpAddr,
        device: &str,
    ) -> Result<(Decision<SignedIn>, Vec<EndedSession>), Fault> {
        let by = found.actor(address);
        if found.disabled {
            let refusal = AccountsError::Disabled;
            let event = AuditEvent::refused("session.signed_in", refusal.code());
            self.note(tx, now_ms, &by, &event)?;
            return Ok((Err(refusal), Vec::new()));
        }
        lockout::forgive(tx, name)?;
        let user = users::signed_in(tx, found.id, now_ms)?;
        let (signed_in, ended) = session::begin(tx, &self.settings, now_ms, user, address, device)?;
        let event = AuditEvent::done("session.signed_in").on_session(signed_in.session.id);
        self.note(tx, now_ms, &by, &event)?;
        Ok((Ok(signed_in), ended))
    }

    /// Counts and writes down a wrong password. What was typed as a name is not written: people
    /// type passwords there.
    fn fail(
        &self,
        tx: &Transaction<'_>,
        now_ms: i64,
        subjects: &[Subject],
        by: &Actor,
    ) -> Result<AccountsError, Fault> {
        self.count_failure(tx, now_ms, subjects)?;
        let refusal = AccountsError::BadCredentials;
        if by.user.is_some() || !lockout::is_flood(tx)? {
            let event = AuditEvent::refused("session.signed_in", refusal.code());
            self.note(tx, now_ms, by, &event)?;
        }
        let locked = self.check_locks(tx, now_ms, subjects);
        if let Err(Fault::Refused(AccountsError::Locked { until_ms })) = locked {
            let event = AuditEvent::refused("session.locked", "locked");
            self.note(tx, now_ms, by, &event.detail(format!("until {until_ms}")))?;
        }
        Ok(refusal)
    }
}
