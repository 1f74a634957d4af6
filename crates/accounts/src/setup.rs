//! The first administrator: made through a link that only the server's log shows.

use std::net::IpAddr;

use rusqlite::{Connection, OptionalExtension, params};

use crate::accounts::Accounts;
use crate::actor::Actor;
use crate::audit::AuditEvent;
use crate::error::{AccountsError, Weakness};
use crate::role::{Role, Roles};
use crate::secret::{self, Password, Shown};
use crate::session::{self, AHEAD_MS, SignedIn};
use crate::user::{Language, NewUser};
use crate::users;

/// The first administrator, as they describe themselves.
#[derive(Clone, Debug, Default)]
pub struct FirstAdministrator {
    /// The sign-in name.
    pub name: String,
    /// The name for people.
    pub display_name: String,
    /// The language of the pages.
    pub language: Language,
    /// The password; without one nothing is done.
    pub password: Option<Password>,
}

impl Accounts {
    /// A new link's secret, while there is no administrator: for each start of the server. The one
    /// before is not valid any more.
    ///
    /// # Errors
    /// [`AccountsError::Secret`], and failures of the database.
    pub fn new_setup(&self, now_ms: i64) -> Result<Option<Shown>, AccountsError> {
        let shown = Shown::random("")?;
        self.db.write("make a setup link", |tx| {
            tx.execute("DELETE FROM setup", [])?;
            if users::has_administrator(tx)? {
                return Ok(None);
            }
            let values = params![secret::hash(shown.reveal()), now_ms];
            tx.execute("INSERT INTO setup (only, hash, created_ms) VALUES (1, ?1, ?2)", values)?;
            self.note(tx, now_ms, &Actor::system(), &AuditEvent::done("setup.link_made"))?;
            Ok(Some(shown))
        })
    }

    /// Whether the link is valid now.
    ///
    /// # Errors
    /// [`AccountsError::NoSetup`], and failures of the database.
    pub fn check_setup(&self, now_ms: i64, link: &str) -> Result<(), AccountsError> {
        let valid =
            self.db.read("check a setup link", |db| Ok(self.is_valid(db, now_ms, link)?))?;
        if valid { Ok(()) } else { Err(AccountsError::NoSetup) }
    }

    /// Makes the first administrator and signs them in; the link is used up. Waits for a password
    /// hash.
    ///
    /// # Errors
    /// [`AccountsError::NoSetup`], [`AccountsError::Invalid`], [`AccountsError::Weak`],
    /// [`AccountsError::NameTaken`], and failures of the database. The link stays valid then.
    pub fn set_up(
        &self,
        now_ms: i64,
        link: &str,
        first: &FirstAdministrator,
        address: IpAddr,
        device: &str,
    ) -> Result<SignedIn, AccountsError> {
        // First, so that nobody without the link learns anything or keeps the machine busy.
        self.check_setup(now_ms, link)?;
        let password = first.password.clone();
        let password = password.ok_or(AccountsError::Weak(Weakness::TooShort))?;
        let prepared = self.prepare(&NewUser {
            name: first.name.clone(),
            display_name: first.display_name.clone(),
            language: first.language,
            roles: Roles::from([Role::Administrator]),
            password: Some(password),
            ..NewUser::default()
        })?;
        let (signed_in, ended) = self.db.write("make the first administrator", |tx| {
            if !self.is_valid(tx, now_ms, link)? {
                return Err(AccountsError::NoSetup.into());
            }
            tx.execute("DELETE FROM setup", [])?;
            let by = Actor { name: "setup".to_owned(), ..Actor::nobody(address) };
            let user = self.insert(tx, now_ms, &by, &prepared)?;
            let user = users::signed_in(tx, user.id, now_ms)?;
            let begun = session::begin(tx, &self.settings, now_ms, user, address, device)?;
            let event = AuditEvent::done("session.signed_in").on_session(begun.0.session.id);
            self.note(tx, now_ms, &begun.0.session.actor(Some(address)), &event)?;
            Ok(begun)
        })?;
        self.announce(&ended);
        Ok(signed_in)
    }

    fn is_valid(&self, db: &Connection, now_ms: i64, link: &str) -> rusqlite::Result<bool> {
        let sql = "SELECT created_ms FROM setup WHERE hash = ?1";
        let created = db.query_row(sql, [secret::hash(link)], |row| row.get::<_, i64>(0));
        let Some(created_ms) = created.optional()? else { return Ok(false) };
        let age_ms = now_ms.saturating_sub(created_ms);
        let in_time = (-AHEAD_MS..self.settings.setup_ms).contains(&age_ms);
        Ok(in_time && !users::has_administrator(db)?)
    }
}
