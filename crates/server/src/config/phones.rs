//! `[phones]` and `[[phone]]`: agents' SIP phones.

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trunkline_model::ids::AgentId;
use trunkline_model::tenant::Secret;

use super::schema;

/// What holds for all agents' phones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PhonesConfig {
    /// The networks from which phones may register. The default is this machine and private
    /// networks (RFC 1918, RFC 4193).
    #[schemars(schema_with = "schema::networks")]
    pub networks: Vec<IpNet>,
    /// The realm of challenges. Phones keep passwords by it: do not change it without need.
    #[schemars(length(min = 1))]
    pub realm: String,
    /// What challenges to phones and trunks offer, the first choice first. Many phones give up when
    /// SHA-256 is offered, even beside MD5; where all know it, `["sha-256", "md5"]` is better.
    #[schemars(length(min = 1, max = 2))]
    pub digest: Vec<DigestAlgorithm>,
    /// The shortest registration that is taken, in seconds.
    #[schemars(range(min = 10, max = 86_400))]
    pub min_expires_s: u32,
    /// The longest registration that is granted, in seconds.
    #[schemars(range(min = 10, max = 86_400))]
    pub max_expires_s: u32,
}

impl Default for PhonesConfig {
    fn default() -> Self {
        let networks = [
            ([127, 0, 0, 0], 8),
            ([10, 0, 0, 0], 8),
            ([172, 16, 0, 0], 12),
            ([192, 168, 0, 0], 16),
        ];
        let v4 = networks.map(|(first, length)| IpNet::new_assert(first.into(), length));
        let (loopback, local) = ([0, 0, 0, 0, 0, 0, 0, 1_u16], [0xfc00, 0, 0, 0, 0, 0, 0, 0_u16]);
        let v6 = [(loopback, 128), (local, 7)];
        let v6 = v6.map(|(first, length)| IpNet::new_assert(first.into(), length));
        Self {
            networks: v4.into_iter().chain(v6).collect(),
            realm: "trunkline".to_owned(),
            digest: vec![DigestAlgorithm::Md5],
            min_expires_s: 60,
            max_expires_s: 3_600,
        }
    }
}

/// How a password is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DigestAlgorithm {
    /// RFC 8760's.
    #[serde(rename = "sha-256")]
    Sha256,
    /// RFC 2617's, which all phones know.
    #[serde(rename = "md5")]
    Md5,
}

/// An agent's SIP phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhoneConfig {
    /// The name by which it registers.
    #[schemars(length(min = 1))]
    pub user: String,
    /// Its password: `{ env = "NAME" }` or `{ file = "PATH" }`.
    pub password: Secret,
    /// The agent, by id. Without this key the agent of the tenant whose `phone:` is `user`.
    #[serde(default)]
    pub agent: Option<AgentId>,
}
