//! What the caller decides about the server.

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;

use crate::rate::Rate;

/// Where and how the interface is served.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; port 0 takes one that is free.
    pub listen: SocketAddr,
    /// HTTPS or not.
    pub transport: Transport,
    /// The address that people use (`https://cc.example`), if it is one: requests for other hosts,
    /// but for addresses and `localhost`, are refused.
    pub public_url: Option<String>,
    /// Networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. With
    /// [`Transport::Plain`] elsewhere than on loopback, they alone may connect.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins (`https://acme.my.salesforce.com`) that may show the pages under `/embed` in a
    /// frame.
    pub embed_hosts: Vec<String>,
    /// Limits against abuse.
    pub limits: ServeLimits,
}

/// HTTPS or not (decision 32).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// HTTP: on loopback, or for trusted proxies.
    Plain,
    /// HTTPS with a certificate chain and a key in PEM files, which are read again when they
    /// change.
    Files {
        /// The chain, the server's own certificate first.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// HTTPS with a certificate that is made at the first start and kept.
    SelfSigned {
        /// Where it is kept.
        folder: PathBuf,
        /// Hosts and addresses to name in it, beside `localhost` and its addresses.
        names: Vec<String>,
    },
}

/// Limits against abuse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServeLimits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once of one address; those of trusted proxies are not counted.
    pub connections_per_address: usize,
    /// Requests of one address.
    pub address: Rate,
    /// Requests of one user.
    pub user: Rate,
}

impl Default for ServeLimits {
    /// An office of some hundred agents behind one address fits.
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_address: 1_000,
            address: Rate { per_second: 200.0, burst: 2_000.0 },
            user: Rate { per_second: 20.0, burst: 100.0 },
        }
    }
}

impl Settings {
    /// Plain HTTP on a free port of loopback.
    pub fn loopback() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            transport: Transport::Plain,
            public_url: None,
            trusted_proxies: Vec::new(),
            embed_hosts: Vec::new(),
            limits: ServeLimits::default(),
        }
    }

    /// Host and port of the public address, as browsers send them.
    pub(crate) fn public_host(&self) -> Result<Option<String>, ApiError> {
        let Some(url) = &self.public_url else { return Ok(None) };
        let wrong = || ApiError::PublicUrl { url: url.clone() };
        let (rest, usual_port) = match url.split_once("://") {
            Some(("https", rest)) => (rest, ":443"),
            Some(("http", rest)) => (rest, ":80"),
            Some(_) | None => return Err(wrong()),
        };
        let host = rest.strip_suffix('/').unwrap_or(rest);
        let is_host = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
        if host.is_empty() || !host.chars().all(is_host) {
            return Err(wrong());
        }
        let host = host.strip_suffix(usual_port).unwrap_or(host);
        Ok(Some(host.to_ascii_lowercase()))
    }

    /// Refuses what would end in a header as something else than it is.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        let is_loopback = self.listen.ip().is_loopback();
        let is_plain = self.transport == Transport::Plain;
        if is_plain && !is_loopback && self.trusted_proxies.is_empty() {
            return Err(ApiError::Plain { listen: self.listen });
        }
        let is_origin = |c: char| c.is_ascii_alphanumeric() || "-.:[]*".contains(c);
        for host in &self.embed_hosts {
            let rest = host.strip_prefix("https://").or_else(|| host.strip_prefix("http://"));
            let is_good = rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_origin));
            if !is_good {
                return Err(ApiError::EmbedHost { host: host.clone() });
            }
        }
        Ok(())
    }
}

/// Why the interface cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Plain HTTP would be heard by others.
    #[error(
        "{listen} is no loopback address, and browsers give a microphone to HTTPS pages only; \
         set a certificate, or `trusted_proxies` if a proxy speaks HTTPS"
    )]
    Plain {
        /// Where it was to listen.
        listen: SocketAddr,
    },
    /// The public address is none.
    #[error("`public_url` {url:?} is no address; write it as https://cc.example.com")]
    PublicUrl {
        /// The address.
        url: String,
    },
    /// A host that is none.
    #[error("`embed_hosts` {host:?} is no origin; write it as https://acme.my.salesforce.com")]
    EmbedHost {
        /// The host.
        host: String,
    },
    /// The port is in use, or may not be used.
    #[error("cannot listen on {listen}: {source}")]
    Listen {
        /// Where.
        listen: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the certificate cannot be read or written.
    #[error("cannot {doing} {path}: {source}")]
    File {
        /// What was to be done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the certificate holds something else.
    #[error("{path}: {problem}")]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// The certificate could not be made.
    #[error("cannot make a certificate for {names}: {source}")]
    Make {
        /// For whom.
        names: String,
        /// Why.
        source: rcgen::Error,
    },
    /// TLS refuses its settings.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The OpenAPI document cannot be written.
    #[error("the OpenAPI document cannot be written: {0}")]
    Document(#[from] serde_json::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_and_proxies() {
        let mut settings = Settings::loopback();
        assert!(settings.check().is_ok());
        settings.listen = "0.0.0.0:80".parse().unwrap();
        assert!(matches!(settings.check(), Err(ApiError::Plain { .. })));
        settings.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        assert!(settings.check().is_ok());
    }

    #[test]
    fn a_public_address_gives_its_host() {
        let host = |url: &str| {
            Settings { public_url: Some(url.into()), ..Settings::loopback() }.public_host()
        };
        assert_eq!(host("https://CC.example/").unwrap().as_deref(), Some("cc.example"));
        assert_eq!(host("https://cc.example:443").unwrap().as_deref(), Some("cc.example"));
        assert_eq!(host("https://cc.example:8443").unwrap().as_deref(), Some("cc.example:8443"));
        for url in ["cc.example", "ftp://cc.example", "https://cc.example/path", "https://"] {
            assert!(host(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_embedding_host_cannot_write_the_policy() {
        for (host, is_good) in [
            ("https://acme.my.salesforce.com", true),
            ("https://*.lightning.force.com", true),
            ("acme.com", false),
            ("https://a.com; script-src *", false),
            ("https://a.com https://b.com", false),
        ] {
            let embed_hosts = vec![host.to_owned()];
            let settings = Settings { embed_hosts, ..Settings::loopback() };
            assert_eq!(settings.check().is_ok(), is_good, "{host}");
        }
    }
}
