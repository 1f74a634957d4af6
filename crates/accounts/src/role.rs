//! Roles: what a user is.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a user is. A user may be several at once.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Changes users, configuration and connectors.
    Administrator,
    /// Uploads flows, moves their labels, reads traces.
    FlowDeveloper,
    /// Sees the teams that they may see.
    Supervisor,
    /// Takes contacts, as one agent of the tenant.
    Agent,
    /// Reads everything, the audit log too, and changes nothing.
    Auditor,
}

/// A set of roles.
pub type Roles = BTreeSet<Role>;

impl Role {
    /// All roles, in the order of their type.
    pub const ALL: [Self; 5] =
        [Self::Administrator, Self::FlowDeveloper, Self::Supervisor, Self::Agent, Self::Auditor];

    /// The name as it is written in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::FlowDeveloper => "flow_developer",
            Self::Supervisor => "supervisor",
            Self::Agent => "agent",
            Self::Auditor => "auditor",
        }
    }

    /// Its bit in the database; never given to another role.
    pub(crate) fn bit(self) -> i64 {
        match self {
            Self::Administrator => 1,
            Self::FlowDeveloper => 2,
            Self::Supervisor => 4,
            Self::Agent => 8,
            Self::Auditor => 16,
        }
    }
}

pub(crate) fn to_bits(roles: &Roles) -> i64 {
    roles.iter().map(|role| role.bit()).sum()
}

pub(crate) fn from_bits(bits: i64) -> Roles {
    Role::ALL.into_iter().filter(|role| bits & role.bit() != 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_roles_survives_the_database() {
        for bits in 0..32 {
            assert_eq!(to_bits(&from_bits(bits)), bits);
        }
    }

    #[test]
    fn a_role_is_written_by_its_name() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
    }
}
