//! Access tokens in use. They live in memory: a new start of the sandbox forgets them.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};

/// How many are kept; the oldest goes first.
const MAX_SESSIONS: usize = 10_000;

/// For whom a token stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) user: String,
    pub(crate) username: String,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
    /// Whether it was given for a refresh token.
    pub(crate) refreshed: bool,
}

/// The access tokens in use.
#[derive(Debug)]
pub(crate) struct Sessions {
    organization_id: String,
    lifetime: SignedDuration,
    tokens: HashMap<String, Session>,
}

impl Sessions {
    pub(crate) fn new(organization_id: &str, lifetime_seconds: u64) -> Self {
        let seconds = i64::try_from(lifetime_seconds).unwrap_or(i64::MAX).min(400_000_000);
        Sessions {
            organization_id: organization_id.to_owned(),
            lifetime: SignedDuration::from_secs(seconds),
            tokens: HashMap::new(),
        }
    }

    /// A new token for a user, in real time whatever the organisation's clock says.
    pub(super) fn open(
        &mut self,
        user: &str,
        username: &str,
        refreshed: bool,
    ) -> (String, Session) {
        let now = Timestamp::now();
        self.make_room(now);
        let session = Session {
            user: user.to_owned(),
            username: username.to_owned(),
            issued: now,
            expires: now.checked_add(self.lifetime).unwrap_or(Timestamp::MAX),
            refreshed,
        };
        let organization = self.organization_id.get(..15).unwrap_or(&self.organization_id);
        let token = format!("{organization}!AQ{}", random_text());
        self.tokens.insert(token.clone(), session.clone());
        (token, session)
    }

    fn make_room(&mut self, now: Timestamp) {
        if self.tokens.len() < MAX_SESSIONS {
            return;
        }
        self.tokens.retain(|_, session| session.expires > now);
        while self.tokens.len() >= MAX_SESSIONS {
            let oldest = self.tokens.iter().min_by_key(|(_, session)| session.issued);
            let Some(token) = oldest.map(|(token, _)| token.clone()) else { return };
            self.tokens.remove(&token);
        }
    }

    /// The session of a token that is still good.
    pub(super) fn find(&mut self, token: &str) -> Option<Session> {
        let session = self.tokens.get(token)?;
        if session.expires <= Timestamp::now() {
            self.tokens.remove(token);
            return None;
        }
        Some(session.clone())
    }

    /// Ends a session; whether there was one.
    pub(super) fn close(&mut self, token: &str) -> bool {
        self.tokens.remove(token).is_some()
    }

    /// Ends all sessions that were opened by a refresh token.
    pub(super) fn close_refreshed(&mut self) {
        self.tokens.retain(|_, session| !session.refreshed);
    }
}

/// 40 random bytes as text.
fn random_text() -> String {
    let mut bytes = [0_u8; 40];
    // The operating system's source does not fail once it has started.
    let filled = aws_lc_rs::rand::fill(&mut bytes);
    debug_assert!(filled.is_ok());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The signature over a token's identity and time, with the client's secret.
pub(super) fn signature(secret: &str, identity: &str, issued_at: &str) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = aws_lc_rs::hmac::sign(&key, format!("{identity}{issued_at}").as_bytes());
    STANDARD.encode(tag.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_until_they_end() {
        let mut sessions = Sessions::new("00D5g0000000001AAA", 60);
        let (token, session) = sessions.open("005x", "a@b", false);
        assert!(token.starts_with("00D5g0000000001!AQ") && token.len() > 60);
        assert_eq!(sessions.find(&token), Some(session));
        assert!(sessions.close(&token) && !sessions.close(&token));
        let mut ended = Sessions::new("00D5g0000000001AAA", 0);
        let (token, _) = ended.open("005x", "a@b", false);
        assert_eq!(ended.find(&token), None);
    }

    #[test]
    fn signatures_are_those_of_hmac() {
        // RFC 4231, test case 2, split where identity and time meet.
        assert_eq!(
            signature("Jefe", "what do ya want ", "for nothing?"),
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="
        );
    }
}
