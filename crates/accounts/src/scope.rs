//! Scopes: what an API token may be used for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an API token may be used for, at most what its user's roles allow.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
pub enum Scope {
    /// Reads the configuration.
    #[serde(rename = "configuration:read")]
    ConfigurationRead,
    /// Changes the configuration.
    #[serde(rename = "configuration:write")]
    ConfigurationWrite,
    /// Reads flows.
    #[serde(rename = "flows:read")]
    FlowsRead,
    /// Uploads flows and moves their labels.
    #[serde(rename = "flows:write")]
    FlowsWrite,
    /// Reads contacts and their traces.
    #[serde(rename = "contacts:read")]
    ContactsRead,
    /// Does what an agent does at the desktop.
    #[serde(rename = "desk")]
    Desk,
    /// Reads users.
    #[serde(rename = "users:read")]
    UsersRead,
    /// Changes users.
    #[serde(rename = "users:write")]
    UsersWrite,
    /// Reads the audit log.
    #[serde(rename = "audit:read")]
    AuditRead,
}

/// A set of scopes.
pub type Scopes = BTreeSet<Scope>;

impl Scope {
    /// All scopes, in the order of their type.
    pub const ALL: [Self; 9] = [
        Self::ConfigurationRead,
        Self::ConfigurationWrite,
        Self::FlowsRead,
        Self::FlowsWrite,
        Self::ContactsRead,
        Self::Desk,
        Self::UsersRead,
        Self::UsersWrite,
        Self::AuditRead,
    ];

    /// The name as it is written in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConfigurationRead => "configuration:read",
            Self::ConfigurationWrite => "configuration:write",
            Self::FlowsRead => "flows:read",
            Self::FlowsWrite => "flows:write",
            Self::ContactsRead => "contacts:read",
            Self::Desk => "desk",
            Self::UsersRead => "users:read",
            Self::UsersWrite => "users:write",
            Self::AuditRead => "audit:read",
        }
    }

    /// Its bit in the database; never given to another scope.
    pub(crate) fn bit(self) -> i64 {
        match self {
            Self::ConfigurationRead => 1,
            Self::ConfigurationWrite => 2,
            Self::FlowsRead => 4,
            Self::FlowsWrite => 8,
            Self::ContactsRead => 16,
            Self::Desk => 32,
            Self::UsersRead => 64,
            Self::UsersWrite => 128,
            Self::AuditRead => 256,
        }
    }
}

pub(crate) fn to_bits(scopes: &Scopes) -> i64 {
    scopes.iter().map(|scope| scope.bit()).sum()
}

pub(crate) fn from_bits(bits: i64) -> Scopes {
    Scope::ALL.into_iter().filter(|scope| bits & scope.bit() != 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_scopes_survives_the_database() {
        for bits in 0..512 {
            assert_eq!(to_bits(&from_bits(bits)), bits);
        }
    }

    #[test]
    fn a_scope_is_written_by_its_name() {
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
    }
}
