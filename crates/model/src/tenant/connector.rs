//! Connectors: hosts that flows talk to, and the credentials for them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::ConnectorId;

/// A host and the credentials for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connector {
    /// Id, as flows name it.
    #[schemars(length(min = 1))]
    pub id: ConnectorId,
    /// Name, as flows name it too.
    #[schemars(length(min = 1))]
    pub name: String,
    /// What is at the other end.
    #[serde(default)]
    pub kind: ConnectorKind,
    /// Scheme, host and, if any, a path that every request path is appended to.
    pub base_url: String,
    /// How requests are authorised.
    #[serde(default)]
    pub auth: Auth,
    /// Whether requests that change data may be sent (decision 9).
    #[serde(default)]
    pub writes: Writes,
    /// Whether a value that would end a quoted SOQL literal stops the request (decision 8); by
    /// default for Salesforce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soql_guard: Option<bool>,
    /// Whether a request in doubt after a crash is sent again by event flows (decision 18).
    #[serde(default = "yes")]
    pub resend_in_doubt: bool,
    /// The largest answer body that is read, in bytes.
    #[serde(default = "one_mebibyte")]
    #[schemars(range(min = 1, max = 67_108_864))]
    pub max_body_bytes: u64,
}

fn yes() -> bool {
    true
}

fn one_mebibyte() -> u64 {
    1 << 20
}

impl Connector {
    /// Whether [`Connector::soql_guard`] is in force.
    pub fn guards_soql(&self) -> bool {
        self.soql_guard.unwrap_or(self.kind == ConnectorKind::Salesforce)
    }
}

/// What is at the other end of a connector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectorKind {
    /// Any HTTP server.
    #[default]
    Custom,
    /// Salesforce's REST API.
    Salesforce,
}

/// Whether requests that change data may be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Writes {
    /// Yes.
    Allow,
    /// The person at the terminal is asked; without a terminal they are denied, except to
    /// loopback hosts. A server treats this as allow.
    #[default]
    Ask,
    /// No.
    Deny,
}

/// How requests are authorised.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "type", deny_unknown_fields)]
pub enum Auth {
    /// Not at all.
    #[default]
    None,
    /// HTTP Basic (RFC 7617).
    Basic {
        /// User name.
        username: String,
        /// Password.
        password: Secret,
    },
    /// A fixed bearer token (RFC 6750).
    Bearer {
        /// The token.
        token: Secret,
    },
    /// OAuth 2.0, client credentials grant (RFC 6749, section 4.4).
    ClientCredentials {
        /// Token endpoint; a path is taken relative to the base URL.
        token_url: String,
        /// Client id.
        client_id: String,
        /// Client secret.
        client_secret: Secret,
        /// Scopes to ask for.
        #[serde(default)]
        scopes: Vec<String>,
    },
    /// OAuth 2.0, resource owner password grant (RFC 6749, section 4.3).
    Password {
        /// Token endpoint; a path is taken relative to the base URL.
        token_url: String,
        /// Client id.
        client_id: String,
        /// Client secret.
        client_secret: Secret,
        /// User name.
        username: String,
        /// Password (for Salesforce with the security token appended).
        password: Secret,
        /// Scopes to ask for.
        #[serde(default)]
        scopes: Vec<String>,
    },
    /// OAuth 2.0, JWT bearer grant signed with RS256 (RFC 7523).
    JwtBearer {
        /// Token endpoint; a path is taken relative to the base URL.
        token_url: String,
        /// Issuer: the client id (Salesforce: consumer key).
        client_id: String,
        /// Subject: the user to act as.
        subject: String,
        /// Audience (Salesforce: `https://login.salesforce.com`).
        audience: String,
        /// RSA private key in PEM.
        private_key: Secret,
        /// Scopes to ask for.
        #[serde(default)]
        scopes: Vec<String>,
    },
    /// OAuth 2.0, refresh token grant (RFC 6749, section 6).
    RefreshToken {
        /// Token endpoint; a path is taken relative to the base URL.
        token_url: String,
        /// Client id.
        client_id: String,
        /// Client secret; none for a public client.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_secret: Option<Secret>,
        /// The refresh token.
        refresh_token: Secret,
        /// Scopes to ask for.
        #[serde(default)]
        scopes: Vec<String>,
    },
}

/// A secret: where to find it, or (only with `--allow-literal-secrets`) the secret itself
/// (decision 31). Its value is never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Secret {
    /// In an environment variable.
    Env {
        /// The variable's name.
        #[schemars(length(min = 1))]
        env: String,
    },
    /// In a file, without the newline at its end.
    File {
        /// Path, relative to `tenant.yaml`.
        #[schemars(length(min = 1))]
        file: String,
    },
    /// In the file itself.
    Literal(String),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env { env } => write!(f, "Secret(env {env})"),
            Self::File { file } => write!(f, "Secret(file {file})"),
            Self::Literal(_) => f.write_str("Secret(•••)"),
        }
    }
}

/// Limits on where flows may send requests (decision 10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Networks (CIDR) that no request may reach, checked after name resolution on every hop.
    /// Link-local and metadata addresses are denied always.
    pub deny_networks: Vec<String>,
    /// Private or loopback networks (CIDR) that requests may reach although such ranges are
    /// denied by default. Hosts that a connector names are allowed by that.
    pub allow_networks: Vec<String>,
}
