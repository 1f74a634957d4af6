//! Housekeeping: what is over is deleted.

use crate::accounts::Accounts;
use crate::audit;
use crate::error::AccountsError;
use crate::lockout;
use crate::session;
use crate::settings::DAY_MS;

/// An API token that has expired stays in lists for so long, so that one sees why it fails.
const EXPIRED_TOKEN_MS: i64 = 30 * DAY_MS;

/// What was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions that had expired.
    pub sessions: usize,
    /// API tokens that had expired long ago.
    pub tokens: usize,
    /// Audit records whose time is over: 5,000 at once at the most.
    pub audit_records: usize,
}

impl Accounts {
    /// Deletes what is over: to be called once a minute or so.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn sweep(&self, now_ms: i64) -> Result<Swept, AccountsError> {
        let (swept, ended) = self.db.write("tidy up the accounts", |tx| {
            let ended = session::end_expired(tx, &self.settings, now_ms)?;
            let old_ms = now_ms.saturating_sub(EXPIRED_TOKEN_MS);
            let tokens = tx.execute("DELETE FROM tokens WHERE expires_ms <= ?1", [old_ms])?;
            lockout::forget(tx, now_ms, self.settings.failure_window_ms)?;
            let audit_records = audit::forget(tx, &self.settings, now_ms)?;
            Ok((Swept { sessions: ended.len(), tokens, audit_records }, ended))
        })?;
        self.announce(&ended);
        Ok(swept)
    }
}
