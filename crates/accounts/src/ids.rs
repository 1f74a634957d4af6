//! Ids of users, sessions and API tokens.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::{Builder, Uuid};

use crate::error::AccountsError;
use crate::secret;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// A UUIDv7: unique everywhere, and sorted by when it was made.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            ToSchema,
        )]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String)]
        pub struct $name(Uuid);

        impl $name {
            pub(crate) fn new(now_ms: i64) -> Result<Self, AccountsError> {
                Ok(Self(uuid_v7(now_ms)?))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = uuid::Error;

            fn try_from(text: String) -> Result<Self, uuid::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

id!(
    /// A user.
    UserId
);
id!(
    /// A session, by which it is listed and ended; it gives no access.
    SessionId
);
id!(
    /// An API token, by which it is listed and revoked; it gives no access.
    TokenId
);

fn uuid_v7(now_ms: i64) -> Result<Uuid, AccountsError> {
    let random = secret::random::<10>()?;
    // A clock before 1970 makes ids that sort first; they are unique all the same.
    let ms = u64::try_from(now_ms).unwrap_or(0);
    Ok(Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_7_with_its_time_in_front() {
        let id = UserId::new(1_700_000_000_123).unwrap();
        assert_eq!(id.0.get_version_num(), 7);
        assert!(id.to_string().starts_with("018bcfe5-687b-7"), "{id}");
        assert!(UserId::new(1_700_000_000_124).unwrap() > id);
        assert_ne!(UserId::new(1_700_000_000_123).unwrap(), id);
    }

    #[test]
    fn an_id_reads_and_writes_as_text_and_survives_odd_clocks() {
        let id = SessionId::new(-5).unwrap();
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<SessionId>(&json).unwrap(), id);
        assert!(serde_json::from_str::<SessionId>("\"x\"").is_err());
        assert!(UserId::new(i64::MAX).is_ok());
    }
}
