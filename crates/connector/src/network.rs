//! Which addresses requests may reach (decision 10): a server that lets flows name URLs must not
//! become a way into the networks around it.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use trunkline_model::tenant::connector::Http;

use crate::error::ConnectorError;

/// Reached by nobody: link-local, multicast, reserved, and the metadata services of clouds that
/// sit outside link-local space.
const NEVER: &[&str] = &[
    "169.254.0.0/16",
    "fe80::/10",
    "224.0.0.0/4",
    "ff00::/8",
    "240.0.0.0/4",
    "100.100.100.200/32",
    "168.63.129.16/32",
    "192.0.0.192/32",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
];

/// Reached only when allowed: this host and private ranges (RFC 6890).
const PRIVATE: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "::/128",
    "::1/128",
    "fc00::/7",
    "fec0::/10",
];

/// Why an address may not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denial {
    /// Link-local, metadata, multicast or reserved.
    #[error("link-local, metadata and reserved addresses are never reached")]
    Never,
    /// In `http.deny_networks`.
    #[error("it is in http.deny_networks")]
    Listed,
    /// Loopback or private, and not allowed.
    #[error(
        "loopback and private addresses are reached only when they are in http.allow_networks or \
         a connector names the host"
    )]
    Private,
}

/// The tenant's rules about addresses.
#[derive(Debug)]
pub(crate) struct Networks {
    never: Vec<IpNet>,
    private: Vec<IpNet>,
    deny: Vec<IpNet>,
    allow: Vec<IpNet>,
    hosts: HashSet<String>,
}

impl Networks {
    /// The rules of `http`; `hosts` are those that connectors name.
    pub(crate) fn new(
        http: &Http,
        hosts: impl IntoIterator<Item = String>,
    ) -> Result<Self, ConnectorError> {
        let hosts = hosts.into_iter().map(|host| plain_host(&host)).collect();
        Ok(Self {
            never: fixed(NEVER),
            private: fixed(PRIVATE),
            deny: parse(&http.deny_networks, "deny_networks")?,
            allow: parse(&http.allow_networks, "allow_networks")?,
            hosts,
        })
    }

    /// Whether a connection for `host` may go to `address`.
    pub(crate) fn check(&self, host: &str, address: IpAddr) -> Result<(), Denial> {
        let address = innermost(address);
        let within = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&address));
        if within(&self.never) {
            return Err(Denial::Never);
        }
        if within(&self.deny) {
            return Err(Denial::Listed);
        }
        let allowed =
            !within(&self.private) || within(&self.allow) || self.hosts.contains(&plain_host(host));
        if allowed { Ok(()) } else { Err(Denial::Private) }
    }
}

/// Whether a host is this machine itself, as far as its name tells.
pub(crate) fn is_loopback_host(host: &str) -> bool {
    let host = plain_host(host);
    match host.parse::<IpAddr>() {
        Ok(address) => innermost(address).is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

/// A host as it is compared: lower case, without brackets or the dot of a full name.
pub(crate) fn plain_host(host: &str) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// The IPv4 address that an IPv6 address stands for, if it does: mapped and compatible (RFC 4291),
/// NAT64 (RFC 6052) and 6to4 (RFC 3056).
fn innermost(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let v4 = match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(joined(high, low))
        }
        [0x2002, high, low, ..] => Some(joined(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if v6 > Ipv6Addr::LOCALHOST => Some(joined(high, low)),
        _ => None,
    };
    v4.map_or(address, IpAddr::V4)
}

fn joined(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(high) << 16 | u32::from(low))
}

fn fixed(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

fn parse(texts: &[String], list: &'static str) -> Result<Vec<IpNet>, ConnectorError> {
    let network = |text: &String| {
        let text = text.trim();
        let single = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse()
            .or_else(|_| single())
            .map_err(|_| ConnectorError::Network { list, text: text.to_owned() })
    };
    texts.iter().map(network).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(deny: &[&str], allow: &[&str], hosts: &[&str]) -> Networks {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let http = Http { deny_networks: owned(deny), allow_networks: owned(allow) };
        Networks::new(&http, hosts.iter().map(|host| (*host).to_owned())).unwrap()
    }

    fn check(networks: &Networks, host: &str, address: &str) -> Result<(), Denial> {
        networks.check(host, address.parse().unwrap())
    }

    #[test]
    fn the_fixed_lists_are_all_networks() {
        assert_eq!(fixed(NEVER).len(), NEVER.len());
        assert_eq!(fixed(PRIVATE).len(), PRIVATE.len());
    }

    #[test]
    fn by_default_only_public_addresses_are_reached() {
        let networks = networks(&[], &[], &[]);
        for public in ["93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822", "172.32.0.1"] {
            assert_eq!(check(&networks, "h", public), Ok(()), "{public}");
        }
        let private = [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "::1",
            "::",
            "fd12::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::127.0.0.1",
        ];
        for address in private {
            assert_eq!(check(&networks, "h", address), Err(Denial::Private), "{address}");
        }
    }

    #[test]
    fn metadata_and_link_local_are_never_reached() {
        let all = ["0.0.0.0/0", "::/0"];
        let networks = networks(&[], &all, &["metadata"]);
        let never = [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "fe80::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "224.0.0.1",
            "255.255.255.255",
            "ff02::1",
            "64:ff9b::a9fe:a9fe",
        ];
        for address in never {
            assert_eq!(check(&networks, "metadata", address), Err(Denial::Never), "{address}");
        }
    }

    #[test]
    fn lists_and_connectors_open_and_close_networks() {
        let networks = networks(&["10.9.0.0/16", "203.0.113.7"], &["10.0.0.0/8"], &["CRM.local."]);
        assert_eq!(check(&networks, "h", "10.1.0.1"), Ok(()));
        assert_eq!(check(&networks, "h", "10.9.0.1"), Err(Denial::Listed));
        assert_eq!(check(&networks, "h", "203.0.113.7"), Err(Denial::Listed));
        assert_eq!(check(&networks, "crm.local", "192.168.0.9"), Ok(()));
        assert_eq!(check(&networks, "crm.local", "10.9.0.1"), Err(Denial::Listed));
        assert_eq!(check(&networks, "other.local", "192.168.0.9"), Err(Denial::Private));
    }

    #[test]
    fn a_list_with_nonsense_is_refused() {
        let http = Http { deny_networks: vec!["10.0.0.0/40".to_owned()], ..Http::default() };
        let error = Networks::new(&http, []).unwrap_err();
        assert!(error.to_string().contains("http.deny_networks"), "{error}");
    }

    #[test]
    fn loopback_hosts_are_known_by_name_and_address() {
        for host in ["localhost", "LOCALHOST.", "x.localhost", "127.0.0.1", "[::1]"] {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in ["localhost.example", "10.0.0.1", "::2", "example"] {
            assert!(!is_loopback_host(host), "{host}");
        }
    }
}
