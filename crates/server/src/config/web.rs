//! `[web]`, `[webrtc]`, `[desk]`: the pages, browsers' audio, agents' desktops.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::schema;

/// The pages of agents and administrators, and the interface behind them (docs/api/README.md).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WebConfig {
    /// Where they are served, such as `0.0.0.0:8443`. Without this key there are no pages.
    #[schemars(schema_with = "schema::optional_socket_address")]
    pub listen: Option<SocketAddr>,
    /// The certificate chain of HTTPS in a PEM file, the server's own first. It is read again when
    /// it changes. Without it loopback addresses are served without TLS, and others with a
    /// certificate that is made at the first start.
    pub certificate: Option<PathBuf>,
    /// The certificate's key, in a PEM file.
    pub key: Option<PathBuf>,
    /// The address that people use, such as `https://cc.example.com`: requests for other hosts
    /// are refused. Needed behind a proxy.
    pub public_url: Option<String>,
    /// Networks of proxies that speak HTTPS for this server: what they say of who asks
    /// (`X-Forwarded-For`, `X-Forwarded-Proto`) is believed. `listen` is then served without TLS
    /// unless there is a certificate, and to them alone.
    #[schemars(schema_with = "schema::networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Sites that may show the desktop in a frame, such as `https://acme.lightning.force.com`.
    pub embed_hosts: Vec<String>,
}

/// Browsers' audio (WebRTC).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WebrtcConfig {
    /// Whether agents may talk by their browsers; without it by SIP phones alone.
    pub enabled: bool,
    /// The addresses that browsers send audio to, the best first; each needs the ports of
    /// `rtp.ports`. Without this key it is the one that SIP is told.
    #[schemars(schema_with = "schema::addresses")]
    pub public_address: Vec<IpAddr>,
    /// Where browsers may connect by TCP whose networks let no UDP through, such as
    /// `0.0.0.0:8444`. Without this key there is UDP alone.
    #[schemars(schema_with = "schema::optional_socket_address")]
    pub tcp: Option<SocketAddr>,
    /// The port that browsers connect to, where a firewall turns another into that of `tcp`.
    #[schemars(range(min = 1, max = 65_535))]
    pub tcp_public_port: Option<u16>,
    /// What browsers are offered, in the order of preference. With G.711 first (`pcmu`, `pcma`)
    /// nothing is transcoded where the other side speaks it too. `opus` first makes up for packets
    /// that a network loses, and costs some CPU time for each call. What is not named is not
    /// offered.
    #[schemars(length(min = 1, max = 3))]
    pub codecs: Vec<BrowserCodec>,
}

/// How a browser's audio is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BrowserCodec {
    /// G.711 mu-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// Opus (RFC 7587), at 8 kHz.
    Opus,
}

impl Default for WebrtcConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            public_address: Vec::new(),
            tcp: None,
            tcp_public_port: None,
            codecs: vec![BrowserCodec::Pcmu, BrowserCodec::Pcma, BrowserCodec::Opus],
        }
    }
}

/// Agents' desktops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeskConfig {
    /// An agent whose pages are all gone becomes Idle after so many seconds; not in a call.
    #[schemars(range(min = 1, max = 3_600))]
    pub idle_after_s: u32,
    /// An agent whose pages are all gone is signed out after so many seconds; not in a call.
    #[schemars(range(min = 2, max = 86_400))]
    pub sign_out_after_s: u32,
    /// Contacts of the past stay in lists for so many days. Their steps can be shown as long as
    /// the journal keeps them (`journal.keep_h`).
    #[schemars(range(min = 1, max = 3_650))]
    pub history_days: u32,
    /// Variables of flows that may hold the caller's name, whatever their case; the first that
    /// has a value counts.
    pub name_variables: Vec<String>,
    /// Variables of flows that may hold how the name is read aloud (furigana).
    pub reading_variables: Vec<String>,
}

impl Default for DeskConfig {
    fn default() -> Self {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            idle_after_s: 60,
            sign_out_after_s: 300,
            history_days: 90,
            name_variables: texts(&[
                "customerName",
                "callerName",
                "contactName",
                "accountName",
                "name",
            ]),
            reading_variables: texts(&["customerNameReading", "customerNameKana", "nameReading"]),
        }
    }
}
