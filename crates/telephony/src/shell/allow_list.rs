//! Which sources may speak to an endpoint at all.

use std::net::IpAddr;

use ipnet::IpNet;

/// Networks whose datagrams and connections are taken; all others are dropped unread. Responses to
/// own requests are no exception, so trunks and phones that are called belong here too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList {
    networks: Vec<IpNet>,
}

impl AllowList {
    /// A list of networks. An empty one lets nobody in.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self { networks: networks.into_iter().collect() }
    }

    /// The networks.
    pub fn networks(&self) -> &[IpNet] {
        &self.networks
    }

    /// Whether the source may speak. An IPv4 address in IPv6 form counts as IPv4.
    pub fn allows(&self, source: IpAddr) -> bool {
        let source = source.to_canonical();
        self.networks.iter().any(|network| network.contains(&source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_networks_are_allowed() {
        let networks = ["192.0.2.0/24", "2001:db8::/32"].map(|text| text.parse().unwrap());
        let list = AllowList::new(networks);
        for (source, expected) in [
            ("192.0.2.77", true),
            ("::ffff:192.0.2.77", true),
            ("2001:db8::1", true),
            ("192.0.3.1", false),
            ("::1", false),
        ] {
            assert_eq!(list.allows(source.parse().unwrap()), expected, "{source}");
        }
        assert!(!AllowList::default().allows("127.0.0.1".parse().unwrap()));
    }
}
