//! Accounts with some users, in a folder that is gone afterwards.
#![allow(dead_code, reason = "each test file uses its part")]

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Deref;

use tempfile::TempDir;
use trunkline_accounts::{
    Accounts, AccountsError, Actor, AuditSearch, Cost, NewUser, Role, Roles, Settings, SignedIn,
    User,
};

/// The day on which everything happens.
pub(crate) const NOW: i64 = 1_790_000_000_000;

/// From where it happens.
pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// From where it happens otherwise.
pub(crate) const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

/// Accounts in a folder.
pub(crate) struct Office {
    pub(crate) dir: TempDir,
    accounts: Accounts,
}

impl Deref for Office {
    type Target = Accounts;

    fn deref(&self) -> &Accounts {
        &self.accounts
    }
}

/// Settings with cheap hashes.
pub(crate) fn cheap() -> Settings {
    Settings { cost: Cost::TEST, hashes_waiting: 1_000, ..Settings::default() }
}

/// The password of the user with this name.
pub(crate) fn good(name: &str) -> String {
    format!("{name} rides a green tractor")
}

/// A user to be made.
pub(crate) fn new_user(name: &str, role: Role) -> NewUser {
    NewUser {
        name: name.to_owned(),
        display_name: name.to_uppercase(),
        roles: Roles::from([role]),
        password: Some(good(name).into()),
        ..NewUser::default()
    }
}

impl Office {
    /// Nobody is there.
    pub(crate) fn empty() -> Self {
        Self::with(cheap())
    }

    /// Nobody is there, with these settings.
    pub(crate) fn with(settings: Settings) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let accounts = Accounts::open(dir.path().join("accounts.sqlite"), settings).unwrap();
        Self { dir, accounts }
    }

    /// `admin`, and the agents `aki` and `ben`.
    pub(crate) fn staffed() -> Self {
        Self::empty().staff()
    }

    /// The same with other settings.
    pub(crate) fn staffed_with(settings: Settings) -> Self {
        Self::with(settings).staff()
    }

    fn staff(self) -> Self {
        let users = [
            new_user("admin", Role::Administrator),
            new_user("aki", Role::Agent),
            new_user("ben", Role::Agent),
        ];
        self.create_users(NOW, &Actor::system(), &users).unwrap();
        self
    }

    /// The file opened anew, as after a start.
    pub(crate) fn reopened(self) -> Self {
        let Self { dir, accounts } = self;
        let settings = *accounts.settings();
        drop(accounts);
        let accounts = Accounts::open(dir.path().join("accounts.sqlite"), settings).unwrap();
        Self { dir, accounts }
    }

    /// Signs in with the right password.
    pub(crate) fn enter(&self, now_ms: i64, name: &str) -> SignedIn {
        self.sign_in(now_ms, name, &good(name).into(), HERE, "test").unwrap()
    }

    /// Tries a password, and gives the error's code or the empty text.
    pub(crate) fn try_password(
        &self,
        now_ms: i64,
        name: &str,
        password: &str,
        from: IpAddr,
    ) -> &'static str {
        let done = self.sign_in(now_ms, name, &password.into(), from, "test");
        done.map_or_else(|error| error.code(), |_| "")
    }

    /// The user with this name.
    pub(crate) fn named(&self, name: &str) -> User {
        let search = trunkline_accounts::UserSearch {
            text: name.to_owned(),
            limit: 200,
            ..Default::default()
        };
        let users = self.users(&search).unwrap().users;
        users.into_iter().find(|user| user.name == name).unwrap()
    }

    /// What the newest records say, the newest first.
    pub(crate) fn newest(&self, limit: usize) -> Vec<String> {
        let page = self.audit(&AuditSearch { limit, ..AuditSearch::default() }).unwrap();
        page.records.into_iter().map(|record| record.what).collect()
    }
}

/// The code of what was refused.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, AccountsError>) -> &'static str {
    result.unwrap_err().code()
}

/// The hashes of all passwords in the file, by sign-in name.
pub(crate) fn hashes(path: &std::path::Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut statement =
        connection.prepare("SELECT coalesce(password, '') FROM users ORDER BY name_key").unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}
