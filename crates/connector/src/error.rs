//! What can be wrong with a tenant's connectors before any request is sent.

use std::path::PathBuf;

/// Why a [`Client`](crate::Client) could not be made. No message holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    /// The base URL or the token URL is not a whole http or https URL.
    #[error(
        "connector {connector}: {field} is not usable: {reason}; \
         give a whole URL such as https://example.my.salesforce.com"
    )]
    Url {
        /// The connector's name.
        connector: String,
        /// `base_url` or `auth.token_url`.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The environment variable of a secret is not set or empty.
    #[error(
        "connector {connector}: the secret {field} is to come from the environment variable \
         {name}, which is not set; set it and start again"
    )]
    SecretEnv {
        /// The connector's name.
        connector: String,
        /// The secret's key in `auth`.
        field: &'static str,
        /// The variable's name.
        name: String,
    },
    /// The file of a secret cannot be used.
    #[error(
        "connector {connector}: the secret {field} is to come from the file {path}, \
         which cannot be used: {reason}; check the path and its permissions"
    )]
    SecretFile {
        /// The connector's name.
        connector: String,
        /// The secret's key in `auth`.
        field: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A secret is written in the file itself (decision 31).
    #[error(
        "connector {connector}: the secret {field} is written in tenant.yaml itself; \
         write {{env: NAME}} or {{file: PATH}} instead, or start with --allow-literal-secrets"
    )]
    SecretLiteral {
        /// The connector's name.
        connector: String,
        /// The secret's key in `auth`.
        field: &'static str,
    },
    /// The private key of a JWT bearer grant is not an RSA key in PEM.
    #[error(
        "connector {connector}: auth.private_key is not an RSA private key in PEM; \
         it begins with -----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----"
    )]
    PrivateKey {
        /// The connector's name.
        connector: String,
    },
    /// A network of `http.deny_networks` or `http.allow_networks` is no CIDR.
    #[error("http.{list}: {text:?} is not a network; write one such as 10.0.0.0/8 or fd00::/8")]
    Network {
        /// The list's key.
        list: &'static str,
        /// What stands there.
        text: String,
    },
    /// The file of additional certificate authorities cannot be used.
    #[error("SSL_CERT_FILE names {path}, which cannot be used: {reason}; give a PEM file")]
    CertFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A proxy of the environment is not usable.
    #[error(
        "the environment variable {variable} is not a usable proxy URL; write http://host:port"
    )]
    Proxy {
        /// The variable's name.
        variable: &'static str,
    },
    /// The HTTP library could not be set up.
    #[error("the HTTP client could not be set up: {0}")]
    Setup(String),
}
