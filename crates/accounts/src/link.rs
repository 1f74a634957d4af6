//! A link that signs a user in once, without a password: for the first visitor of a demonstration.
//! It is kept in memory alone, so that it ends with the program.

use std::net::IpAddr;
use std::sync::PoisonError;

use crate::accounts::Accounts;
use crate::error::AccountsError;
use crate::name;
use crate::secret::{self, Shown};
use crate::session::SignedIn;
use crate::settings::DAY_MS;
use crate::users;

/// A link is good for this long, in milliseconds.
const VALID_MS: i64 = DAY_MS;

/// The link that is valid now.
pub(crate) struct Link {
    hash: Vec<u8>,
    /// The user's name, as it is looked for.
    user: String,
    made_ms: i64,
}

impl Accounts {
    /// A new link's secret for the user with this sign-in name; one that was made before is not
    /// valid any more. It signs in once, within a day, as long as the program runs.
    ///
    /// # Errors
    /// [`AccountsError::NotFound`] for a name that nobody has, [`AccountsError::Secret`], and
    /// failures of the database.
    pub fn new_link(&self, now_ms: i64, name: &str) -> Result<Shown, AccountsError> {
        let user = name::key(name);
        let found = self.db.read("look for a user", |db| Ok(users::credentials(db, &user)?))?;
        found.ok_or(AccountsError::NotFound { what: "user" })?;
        let shown = Shown::random("")?;
        let link = Link { hash: secret::hash(shown.reveal()), user, made_ms: now_ms };
        *self.link.lock().unwrap_or_else(PoisonError::into_inner) = Some(link);
        Ok(shown)
    }

    /// Signs in by the link, which is used up. `device` is what the browser says it is.
    ///
    /// # Errors
    /// [`AccountsError::NoLink`] for a link that is not valid, or was used;
    /// [`AccountsError::Disabled`]; and failures of the database.
    pub fn sign_in_by_link(
        &self,
        now_ms: i64,
        link: &str,
        address: IpAddr,
        device: &str,
    ) -> Result<SignedIn, AccountsError> {
        let key = self.use_up(now_ms, link).ok_or(AccountsError::NoLink)?;
        let subject = self.name_subject(&key);
        let (decision, ended) = self.db.write("sign in by a link", |tx| {
            let Some(found) = users::credentials(tx, &key)? else {
                return Ok((Err(AccountsError::NoLink), Vec::new()));
            };
            self.let_in(tx, now_ms, &found, &subject, address, device)
        })?;
        self.announce(&ended);
        decision
    }

    /// Whom the link signs in; from now on nobody any more.
    fn use_up(&self, now_ms: i64, link: &str) -> Option<String> {
        let mut kept = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = secret::hash(link);
        let is_valid =
            |it: &mut Link| it.hash == hash && now_ms.saturating_sub(it.made_ms) < VALID_MS;
        kept.take_if(is_valid).map(|link| link.user)
    }
}
