//! Passwords, tokens and links: values that are never printed.

use std::fmt;

use aws_lc_rs::{constant_time, digest, hmac, rand};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::error::AccountsError;

/// Random bytes of a token: 256 bits.
const TOKEN_BYTES: usize = 32;

/// A password as somebody typed it. It prints as `•••` and is wiped when it is dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// The password with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(•••)")
    }
}

/// A token, a link's secret or a password that was just made: shown once, kept as a hash. It
/// prints as `•••`.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown(Zeroizing<String>);

impl Shown {
    pub(crate) fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// A random token: this prefix, and 256 bits in base64url (RFC 4648, section 5).
    pub(crate) fn random(prefix: &str) -> Result<Self, AccountsError> {
        let bytes = Zeroizing::new(random::<TOKEN_BYTES>()?);
        let text = Zeroizing::new(BASE64URL_NOPAD.encode(bytes.as_slice()));
        Ok(Self::new(format!("{prefix}{}", *text)))
    }

    /// The text, for whom it is meant.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown(•••)")
    }
}

/// Bytes from the system's random source.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], AccountsError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| AccountsError::Secret("it gave no random bytes"))?;
    Ok(bytes)
}

/// What is kept of a token. A fast hash is enough for 256 random bits.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, token.as_bytes()).as_ref().to_vec()
}

/// Names a text under a key, so that a copy of the database does not give away the text.
pub(crate) fn keyed_hash(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}

/// The CSRF token of a session: whoever has it has either the session's token or a page that was
/// given it. Nothing of it is kept.
pub(crate) fn csrf(session_token: &str) -> Shown {
    let name = keyed_hash(session_token.as_bytes(), b"trunkline csrf 1");
    Shown::new(BASE64URL_NOPAD.encode(&name))
}

/// Whether two texts are equal, in a time that does not tell where they differ.
pub(crate) fn is_equal(a: &str, b: &str) -> bool {
    constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_random_and_safe_in_cookies() {
        let (a, b) = (Shown::random("").unwrap(), Shown::random("").unwrap());
        assert_ne!(a, b);
        assert_eq!(a.reveal().len(), 43);
        let is_safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        assert!(a.reveal().chars().all(is_safe));
        assert!(Shown::random("trunkline_").unwrap().reveal().starts_with("trunkline_"));
    }

    #[test]
    fn a_csrf_token_belongs_to_its_session_and_does_not_give_it_away() {
        assert_eq!(csrf("one").reveal(), csrf("one").reveal());
        assert_ne!(csrf("one").reveal(), csrf("two").reveal());
        assert!(is_equal("same", "same") && !is_equal("same", "sama") && !is_equal("same", ""));
    }

    #[test]
    fn nothing_secret_prints() {
        let password: Password = serde_json::from_str("\"correct horse battery\"").unwrap();
        let shown = format!("{password:?} {:?}", Shown::new("token-value".to_owned()));
        assert_eq!(shown, "Password(•••) Shown(•••)");
    }
}
