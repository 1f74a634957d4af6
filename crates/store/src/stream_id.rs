//! Names of streams.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::StoreError;

/// The name of a stream: 1 to 120 characters of `A-Z a-z 0-9 . _ -`, by custom `kind.uuid`
/// (`contact.0190…`), so that it serves as a key, a message subject and a file name as it is.
///
/// A name is never used twice: after a purge some stores can no longer tell an old owner from a
/// new one, hence the UUIDv7 in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StreamId(String);

impl StreamId {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 120;

    /// Checks a name.
    ///
    /// # Errors
    /// [`StoreError::BadStreamId`] for an empty or long name or another character.
    pub fn new(name: impl Into<String>) -> Result<Self, StoreError> {
        let name = name.into();
        let fits = !name.is_empty() && name.len() <= Self::MAX_LEN;
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if fits && name.bytes().all(plain) {
            return Ok(Self(name));
        }
        Err(StoreError::BadStreamId { name: name.chars().take(Self::MAX_LEN).collect() })
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for StreamId {
    type Error = StoreError;

    fn try_from(name: String) -> Result<Self, StoreError> {
        Self::new(name)
    }
}

impl From<StreamId> for String {
    fn from(id: StreamId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_plain_names_only() {
        assert!(StreamId::new("contact.0190c0de-0000-7000-8000-000000000000").is_ok());
        assert!(StreamId::new("a".repeat(120)).is_ok());
        for bad in ["", "a b", "a*", "a>", "ä", "a/b", "a\n", &"a".repeat(121)] {
            assert!(StreamId::new(bad).is_err(), "{bad:?}");
        }
    }
}
