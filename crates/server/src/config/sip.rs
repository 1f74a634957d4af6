//! `[sip]`: addresses, limits against abuse.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::schema;

/// Signalling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SipConfig {
    /// Where SIP is received, by UDP and TCP.
    #[schemars(schema_with = "schema::socket_addresses")]
    pub listen: Vec<SocketAddr>,
    /// What others are told instead of an address of `listen`, at most one address of each IP
    /// family: the public address behind a translation. Without this key, a listening address of
    /// 0.0.0.0 is told as the address by which this machine reaches others.
    #[schemars(schema_with = "schema::addresses")]
    pub advertised: Vec<IpAddr>,
    /// The most SIP calls at once, those to agents' phones and over trunks included; more get 503.
    #[schemars(range(min = 1, max = 100_000))]
    pub max_calls: u32,
    /// Networks from which anybody may call those entry points that have `allow_anonymous`.
    #[schemars(schema_with = "schema::networks")]
    pub anonymous_networks: Vec<IpNet>,
    /// How fast one source may send requests.
    pub rate: RateConfig,
    /// Which sources get no answer any more.
    pub ban: BanConfig,
}

impl Default for SipConfig {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, 5060))],
            advertised: Vec::new(),
            max_calls: 2_000,
            anonymous_networks: Vec::new(),
            rate: RateConfig::default(),
            ban: BanConfig::default(),
        }
    }
}

/// How fast one source may send INVITE and REGISTER. What is over it is refused once with 503 and
/// then not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RateConfig {
    /// Requests in a second of a phone or an anonymous source.
    #[schemars(range(min = 1, max = 100_000))]
    pub per_second: u32,
    /// So many may come at once.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub burst: u32,
    /// Requests in a second of one address of a trunk.
    #[schemars(range(min = 1, max = 100_000))]
    pub trunk_per_second: u32,
}

impl Default for RateConfig {
    fn default() -> Self {
        Self { per_second: 20, burst: 100, trunk_per_second: 1_000 }
    }
}

/// When a source is banned: its wrong passwords. Addresses in `networks` of a trunk are never
/// banned, since anybody can make datagrams that seem to come from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BanConfig {
    /// So many wrong passwords ban.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub failures: u32,
    /// Within so many seconds.
    #[schemars(range(min = 1, max = 86_400))]
    pub within_s: u32,
    /// For so many seconds.
    #[schemars(range(min = 1, max = 604_800))]
    pub for_s: u32,
}

impl Default for BanConfig {
    fn default() -> Self {
        Self { failures: 10, within_s: 60, for_s: 600 }
    }
}

/// An address of `listen` with what others are told instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SipListen {
    /// Where SIP is received.
    pub address: SocketAddr,
    /// What others are told; None where it is the address itself.
    pub advertised: Option<SocketAddr>,
}

impl SipConfig {
    /// The addresses with what others are told. For a wildcard address without an advertised one
    /// the system is asked by which address it reaches others; nothing is sent for that.
    pub fn addresses(&self) -> Vec<SipListen> {
        self.listen.iter().map(|&address| self.address(address)).collect()
    }

    fn address(&self, address: SocketAddr) -> SipListen {
        let family = self.advertised.iter().find(|it| it.is_ipv4() == address.is_ipv4());
        let own = || address.ip().is_unspecified().then(|| outward(address.is_ipv4()));
        let told = family.copied().or_else(own);
        let advertised = told.map(|ip| SocketAddr::new(ip, address.port()));
        SipListen { address, advertised: advertised.filter(|it| *it != address) }
    }
}

/// The address by which this machine reaches others; loopback where it reaches nobody.
pub(super) fn outward(is_v4: bool) -> IpAddr {
    // Addresses for documentation (RFC 5737, RFC 3849): connecting a UDP socket sends nothing.
    let (any, far): (IpAddr, IpAddr) = if is_v4 {
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into())
    } else {
        let far = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
        (Ipv6Addr::UNSPECIFIED.into(), far.into())
    };
    let found = UdpSocket::bind((any, 0)).and_then(|socket| {
        socket.connect((far, 9))?;
        socket.local_addr()
    });
    let loopback: IpAddr =
        if is_v4 { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
    found.map_or(loopback, |address| address.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_told_an_address_that_they_can_reach() {
        let config = SipConfig {
            listen: ["0.0.0.0:5060", "192.0.2.7:5080", "[2001:db8::7]:5060"]
                .map(|it| it.parse().unwrap())
                .to_vec(),
            advertised: vec!["203.0.113.9".parse().unwrap()],
            ..SipConfig::default()
        };
        let told: Vec<_> = config.addresses().into_iter().map(|it| it.advertised).collect();
        let public = |port| Some(SocketAddr::from(([203, 0, 113, 9], port)));
        assert_eq!(told, [public(5060), public(5080), None]);
    }

    #[test]
    fn a_wildcard_address_is_never_told() {
        let addresses = SipConfig::default().addresses();
        assert!(
            addresses.iter().all(|it| it.advertised.is_some_and(|it| !it.ip().is_unspecified()))
        );
    }
}
