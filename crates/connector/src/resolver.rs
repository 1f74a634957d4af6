//! How host names become addresses, and the check of every address before it is used. Since the
//! connection goes to the very addresses that were checked, a name cannot be bound to another one
//! between the check and the use.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use url::{Host, Url};

use crate::network::{Denial, Networks};

/// The addresses of a name, to come.
pub type Addresses<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Looks up the addresses of a host name.
pub trait Resolve: Send + Sync {
    /// The addresses of `host`, best first. No address at all counts as an error.
    fn resolve<'a>(&'a self, host: &'a str) -> Addresses<'a>;
}

/// The operating system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> Addresses<'a> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Why a host has no address to connect to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LookupError {
    /// The name has no address.
    #[error("the host name {host} cannot be resolved ({reason}); check its spelling and the DNS")]
    Unknown {
        /// The name.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// Every address is in a network that must not be reached.
    #[error("{host} has the address {address}, which may not be reached: {denial}")]
    Denied {
        /// The name.
        host: String,
        /// One of its addresses.
        address: IpAddr,
        /// Why not.
        denial: Denial,
    },
}

/// A resolver that gives only addresses that may be reached.
#[derive(Clone)]
pub(crate) struct GuardedResolver {
    pub(crate) names: Arc<dyn Resolve>,
    pub(crate) networks: Arc<Networks>,
}

impl GuardedResolver {
    /// The addresses of a host that may be reached; at least one.
    pub(crate) async fn lookup(&self, host: &str) -> Result<Vec<IpAddr>, LookupError> {
        let found = self.names.resolve(host).await;
        let unknown = |reason| LookupError::Unknown { host: host.to_owned(), reason };
        let found = found.map_err(|error| unknown(error.to_string()))?;
        let Some(first) = found.first().copied() else {
            return Err(unknown("it has no address".to_owned()));
        };
        let mut denied = None;
        let mut allowed = found;
        allowed.retain(|address| match self.networks.check(host, *address) {
            Ok(()) => true,
            Err(denial) => {
                denied.get_or_insert(denial);
                false
            }
        });
        match denied {
            Some(denial) if allowed.is_empty() => {
                Err(LookupError::Denied { host: host.to_owned(), address: first, denial })
            }
            Some(_) | None => Ok(allowed),
        }
    }

    /// The addresses of a URL's host, which may be an address itself.
    pub(crate) async fn lookup_url(&self, url: &Url) -> Result<Vec<IpAddr>, LookupError> {
        match literal(url) {
            Some(address) => self.check_literal(url, address).map(|()| vec![address]),
            None => self.lookup(url.host_str().unwrap_or_default()).await,
        }
    }

    /// Checks a URL whose host is an address: no name is resolved for such a one.
    pub(crate) fn check_url(&self, url: &Url) -> Result<(), LookupError> {
        literal(url).map_or(Ok(()), |address| self.check_literal(url, address))
    }

    fn check_literal(&self, url: &Url, address: IpAddr) -> Result<(), LookupError> {
        let host = url.host_str().unwrap_or_default();
        self.networks.check(host, address).map_err(|denial| LookupError::Denied {
            host: host.to_owned(),
            address,
            denial,
        })
    }
}

fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
    }
}

impl reqwest::dns::Resolve for GuardedResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let this = self.clone();
        Box::pin(async move {
            let found = this.lookup(name.as_str()).await?;
            Ok(sockets(found))
        })
    }
}

/// The resolver for proxies, which the operator chose and may be anywhere.
#[derive(Clone)]
pub(crate) struct OpenResolver(pub(crate) Arc<dyn Resolve>);

impl reqwest::dns::Resolve for OpenResolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let names = Arc::clone(&self.0);
        Box::pin(async move { Ok(sockets(names.resolve(name.as_str()).await?)) })
    }
}

fn sockets(addresses: Vec<IpAddr>) -> reqwest::dns::Addrs {
    Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)))
}
