//! Typed ids. All are short texts shared by reference, so a clone costs no allocation.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id with this text.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(Arc::from(text.as_ref()))
            }

            /// The id's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(Arc::from(text))
            }
        }
    };
}

id!(
    /// A contact (Webex calls it an interaction): globally unique and sortable, a UUIDv7 in text.
    ContactId
);
id!(
    /// A queue of the tenant.
    QueueId
);
id!(
    /// An agent of the tenant.
    AgentId
);
id!(
    /// A team of agents.
    TeamId
);
id!(
    /// An entry point: where contacts arrive and which flow they meet.
    EntryPointId
);
id!(
    /// A connector: a host and the credentials for it.
    ConnectorId
);
id!(
    /// A flow, by its `flowId` in the export.
    FlowId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_and_writes_as_plain_text() {
        let id: QueueId = serde_json::from_str("\"q-1\"").unwrap();
        assert_eq!(id.as_str(), "q-1");
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"q-1\"");
    }
}
