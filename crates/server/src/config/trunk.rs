//! `[[trunk]]`: carriers and other exchanges.

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trunkline_model::number::NumberRules;
use trunkline_model::tenant::Secret;

use super::{HostPort, schema};

/// A carrier or another exchange.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrunkConfig {
    /// Its name in logs and metrics.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The networks that its calls come from. With `digest` alone, anywhere.
    #[serde(default)]
    #[schemars(schema_with = "schema::networks")]
    pub networks: Vec<IpNet>,
    /// The name and password that it has to show, besides coming from `networks` if there are
    /// any.
    #[serde(default)]
    pub digest: Option<DigestConfig>,
    /// Whether its `P-Asserted-Identity` is believed (RFC 3325): only for a carrier under
    /// contract. Otherwise the caller's number is that of `From`.
    #[serde(default)]
    pub trusted_identity: bool,
    /// The header with the dialled number.
    #[serde(default)]
    pub dnis_from: DnisHeader,
    /// How its numbers become E.164; the tenant's rules without this key.
    #[serde(default)]
    pub numbers: Option<NumberRules>,
    /// Headers beginning with `X-` that flows may send to it; `X-*` stands for all that begin so.
    #[serde(default)]
    pub send_headers: Vec<String>,
    /// How calls go out: transfers to numbers.
    #[serde(default)]
    pub outbound: Option<OutboundConfig>,
}

/// Where a trunk puts the dialled number (D4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DnisHeader {
    /// The Request-URI.
    #[default]
    RequestUri,
    /// `To`: the number dialled before the trunk's own routing.
    To,
    /// The first number that was diverted (`Diversion`, RFC 5806), else the Request-URI.
    Diversion,
}

/// A name and a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DigestConfig {
    /// The name.
    #[schemars(length(min = 1))]
    pub user: String,
    /// The password: `{ env = "NAME" }` or `{ file = "PATH" }`.
    pub password: Secret,
    /// The realm of the challenge; that of `[phones]` without this key.
    #[serde(default)]
    pub realm: Option<String>,
}

/// How calls go out by a trunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutboundConfig {
    /// Hosts, each with a port if it is not 5060; the next one is tried when one does not answer
    /// or is overloaded.
    #[schemars(schema_with = "schema::host_ports")]
    pub targets: Vec<HostPort>,
    /// How it is reached.
    #[serde(default)]
    pub transport: Transport,
    /// The name for its challenges.
    #[serde(default)]
    pub user: Option<String>,
    /// The password for its challenges: `{ env = "NAME" }` or `{ file = "PATH" }`.
    #[serde(default)]
    pub password: Option<Secret>,
    /// The number in `From` of all calls that go out, for a carrier that takes no other. The
    /// number of the caller, or that of the flow's set-caller-id, is then in
    /// `P-Asserted-Identity` alone.
    #[serde(default)]
    pub caller_id: Option<String>,
}

/// A transport of SIP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// UDP.
    #[default]
    Udp,
    /// TCP.
    Tcp,
}
