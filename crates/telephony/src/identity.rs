//! Who is who: trunks, phones, and what a request's source may claim to be.
//!
//! [`Directory`] holds what an operator has configured. It says which addresses may speak at all
//! ([`Directory::admits`]) and what a request has to prove ([`Directory::claim`]); [`guard::Guard`]
//! makes the challenges and checks the answers.

pub mod guard;
pub mod outbound;

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;
use secrecy::SecretString;

use crate::address::{NameAddr, Uri, unescape};
use crate::digest::{Algorithm, Credentials};
use crate::message::Request;
use crate::number::TrunkNumbers;

/// Who a call comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The trunk of this name, by its address or its digest.
    Trunk(String),
    /// The phone of this user, by its digest.
    Phone(String),
    /// A source that may speak and is nobody in particular. Such a call reaches a flow only where
    /// the entry point allows it.
    Anonymous,
}

/// How messages travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Datagrams.
    #[default]
    Udp,
    /// A stream.
    Tcp,
}

/// A connection to a carrier or another exchange.
#[derive(Clone, Debug, Default)]
pub struct Trunk {
    /// Its name, unique.
    pub name: String,
    /// Where its requests come from. With [`Self::digest`] an empty list means: from wherever
    /// anonymous sources may speak.
    pub networks: Vec<IpNet>,
    /// What its INVITEs have to prove; None: the address is proof enough.
    pub digest: Option<TrunkDigest>,
    /// How its numbers are read (D4).
    pub numbers: TrunkNumbers,
    /// How calls go out over it; None: none do.
    pub outbound: Option<Outbound>,
    /// The `X-` headers that flows may send on its calls.
    pub send_headers: Vec<String>,
    /// The most new calls a second that it may bring; None: as many as there is room for.
    pub calls_per_s: Option<u32>,
}

/// What the INVITEs of a trunk have to prove.
#[derive(Clone, Debug)]
pub struct TrunkDigest {
    /// The realm of the challenge.
    pub realm: String,
    /// The name and password that the other side knows.
    pub credentials: Credentials,
}

/// How calls go out over a trunk.
#[derive(Clone, Debug, Default)]
pub struct Outbound {
    /// Where to, in the order of preference; the next is taken when one fails.
    pub targets: Vec<TrunkTarget>,
    /// The answer to its challenges.
    pub credentials: Option<Credentials>,
    /// The user part of `From` where it has to be the account's name instead of the caller's
    /// number, which then goes into `P-Asserted-Identity` alone.
    pub from_user: Option<String>,
    /// The host part of `From`; None: the target's.
    pub from_host: Option<String>,
    /// Whether to tell the caller's number in `P-Asserted-Identity` (RFC 3325), which a carrier
    /// under contract believes.
    pub assert_identity: bool,
    /// How long a target that says nothing at all is waited for, in milliseconds, 0 for 4,000.
    pub target_patience_ms: u64,
    /// Whether a redirection (3xx) is followed, at most three times and to the hosts of `targets`
    /// only; otherwise it is a refusal.
    pub follow_redirects: bool,
}

/// One address of a trunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrunkTarget {
    /// Host with or without a port: `sip.example.net`, `192.0.2.1:5080`, `[2001:db8::1]`.
    pub host: String,
    /// How to reach it.
    pub transport: Transport,
}

impl TrunkTarget {
    /// The Request-URI for a user behind the target.
    pub fn uri(&self, user: &str) -> String {
        let transport = match self.transport {
            Transport::Udp => "",
            Transport::Tcp => ";transport=tcp",
        };
        format!("sip:{}@{}{transport}", escape_user(user), self.host)
    }

    /// The address, where the host is one.
    pub fn ip(&self) -> Option<IpAddr> {
        let socket = self.host.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip());
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        socket.or_else(|| bare.parse().ok())
    }
}

/// A SIP phone that may register and call.
#[derive(Clone, Debug)]
pub struct Phone {
    /// Its user: the user part of its address of record and its name in digests.
    pub user: String,
    /// Its password.
    pub password: SecretString,
}

/// Everybody that is known.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// The trunks; of several that fit an address the first is taken.
    pub trunks: Vec<Trunk>,
    /// The phones by their users.
    pub phones: HashMap<String, Phone>,
    /// Where phones may be.
    pub phone_networks: Vec<IpNet>,
    /// Where anonymous sources may be.
    pub open_networks: Vec<IpNet>,
    /// The realm of the phones' challenges.
    pub realm: String,
    /// The algorithms of all challenges, in order; empty for all that there are.
    pub algorithms: Vec<Algorithm>,
}

/// What a request has to prove.
#[derive(Clone, Debug)]
pub enum Claim<'a> {
    /// Nothing: its address says who it is.
    Granted(Source),
    /// That it knows one of these passwords.
    Challenge {
        /// The trunks that it may be.
        trunks: Vec<&'a Trunk>,
        /// Whether it may be a phone.
        phones: bool,
    },
    /// It may only answer what it is asked.
    Unknown,
}

impl Directory {
    /// Whether anything from the address is read at all.
    pub fn admits(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        contains(&self.open_networks, ip)
            || self.has_phones_at(ip)
            || self.trunks.iter().any(|trunk| trunk.speaks_from(ip))
    }

    /// The trunk that the address alone proves.
    pub fn trunk_at(&self, ip: IpAddr) -> Option<&Trunk> {
        let ip = ip.to_canonical();
        self.trunks.iter().find(|t| t.digest.is_none() && contains(&t.networks, ip))
    }

    /// Whether the address is in any trunk's networks, whatever else the trunk has to prove.
    pub fn has_trunk_at(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.trunks.iter().any(|trunk| contains(&trunk.networks, ip))
    }

    /// The trunk of a name.
    pub fn trunk(&self, name: &str) -> Option<&Trunk> {
        self.trunks.iter().find(|trunk| trunk.name == name)
    }

    /// Whether phones may be at the address.
    pub fn has_phones_at(&self, ip: IpAddr) -> bool {
        !self.phones.is_empty() && contains(&self.phone_networks, ip.to_canonical())
    }

    /// What an INVITE from the address has to prove. Who says to be a phone that is known here has
    /// to prove that, whatever else may be at its address.
    pub fn claim(&self, ip: IpAddr, request: &Request) -> Claim<'_> {
        let ip = ip.to_canonical();
        let phones = self.has_phones_at(ip);
        if phones && self.phones.contains_key(&from_user(request)) {
            return Claim::Challenge { trunks: Vec::new(), phones };
        }
        if let Some(trunk) = self.trunk_at(ip) {
            return Claim::Granted(Source::Trunk(trunk.name.clone()));
        }
        let is_open = contains(&self.open_networks, ip);
        let speaks = |trunk: &&Trunk| match trunk.networks.is_empty() {
            true => is_open,
            false => contains(&trunk.networks, ip),
        };
        let trunks: Vec<&Trunk> =
            self.trunks.iter().filter(|trunk| trunk.digest.is_some()).filter(speaks).collect();
        match (trunks.is_empty(), is_open, phones) {
            (false, _, _) => Claim::Challenge { trunks, phones },
            (true, true, _) => Claim::Granted(Source::Anonymous),
            (true, false, true) => Claim::Challenge { trunks, phones },
            (true, false, false) => Claim::Unknown,
        }
    }
}

impl Trunk {
    /// Whether its requests, or its responses to ours, come from the address.
    fn speaks_from(&self, ip: IpAddr) -> bool {
        let targets = self.outbound.iter().flat_map(|outbound| &outbound.targets);
        contains(&self.networks, ip) || targets.filter_map(TrunkTarget::ip).any(|t| t == ip)
    }
}

fn contains(networks: &[IpNet], ip: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&ip))
}

/// The user part of `From`, without escapes.
pub(crate) fn from_user(request: &Request) -> String {
    let address = request.headers.get("From").and_then(NameAddr::parse);
    let uri = address.and_then(|address| Uri::parse(address.uri));
    uri.map(|uri| unescape(uri.user)).unwrap_or_default()
}

/// A user part with everything escaped that might end it (RFC 3261, section 19.1.2).
pub(crate) fn escape_user(user: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,/".contains(&byte);
    user.bytes().fold(String::with_capacity(user.len()), |mut text, byte| {
        match is_plain(byte) {
            true => text.push(char::from(byte)),
            false => text.push_str(&format!("%{byte:02X}")),
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Headers, Method, ServerTx};

    pub(super) fn request(method: Method, from: &str) -> Request {
        let headers = Headers::default().with("From", from).with("To", "<sip:anna@pbx>");
        let uri = "sip:pbx".to_owned();
        Request { tx: ServerTx(1), method, uri, cseq: 1, headers, body: Vec::new() }
    }

    fn nets(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    pub(super) fn directory() -> Directory {
        let trunk = |name: &str, networks: &[&str]| Trunk {
            name: name.into(),
            networks: nets(networks),
            ..Trunk::default()
        };
        let credentials = Credentials { username: "acme".into(), password: "t".into() };
        let digest = Some(TrunkDigest { realm: "acme.example".into(), credentials });
        let targets =
            vec![TrunkTarget { host: "203.0.113.9:5080".into(), transport: Transport::Tcp }];
        let outbound = Some(Outbound { targets, ..Outbound::default() });
        let anna = Phone { user: "anna".into(), password: "secret".into() };
        Directory {
            trunks: vec![
                trunk("carrier", &["192.0.2.0/24"]),
                Trunk { digest, ..trunk("acme", &["198.51.100.0/24"]) },
                Trunk { outbound, ..trunk("out", &[]) },
            ],
            phones: HashMap::from([("anna".into(), anna)]),
            phone_networks: nets(&["10.0.0.0/8", "192.0.2.128/25"]),
            open_networks: nets(&["172.16.0.0/12"]),
            realm: "pbx".into(),
            algorithms: Vec::new(),
        }
    }

    #[test]
    fn a_source_is_what_its_address_and_its_from_say() {
        let directory = directory();
        let rows = [
            ("192.0.2.1", "<sip:+1480@h>", "Granted(Trunk(\"carrier\"))"),
            ("192.0.2.200", "<sip:+1480@h>", "Granted(Trunk(\"carrier\"))"),
            ("192.0.2.200", "<sip:ann%61@h>", "challenge [] true"),
            ("192.0.2.1", "<sip:anna@h>", "Granted(Trunk(\"carrier\"))"),
            ("198.51.100.1", "<sip:x@h>", "challenge [\"acme\"] false"),
            ("10.1.1.1", "<sip:eve@h>", "challenge [] true"),
            ("172.16.0.1", "<sip:eve@h>", "Granted(Anonymous)"),
            ("::ffff:172.16.0.1", "<sip:eve@h>", "Granted(Anonymous)"),
            ("203.0.113.9", "<sip:x@h>", "Unknown"),
            ("203.0.113.1", "<sip:x@h>", "Unknown"),
        ];
        for (ip, from, expected) in rows {
            let request = request(Method::Invite, from);
            let claim = match directory.claim(ip.parse().unwrap(), &request) {
                Claim::Challenge { trunks, phones } => {
                    let names: Vec<&str> = trunks.iter().map(|t| t.name.as_str()).collect();
                    format!("challenge {names:?} {phones}")
                }
                other => format!("{other:?}"),
            };
            assert_eq!(claim, expected, "{ip} {from}");
        }
    }

    #[test]
    fn answers_of_a_trunks_targets_are_read_and_strangers_are_not() {
        let directory = directory();
        for (ip, expected) in [
            ("203.0.113.9", true),
            ("203.0.113.8", false),
            ("10.9.9.9", true),
            ("198.51.100.7", true),
            ("8.8.8.8", false),
        ] {
            assert_eq!(directory.admits(ip.parse().unwrap()), expected, "{ip}");
        }
        assert!(!Directory::default().admits("127.0.0.1".parse().unwrap()));
        let has_trunk = |ip: &str| directory.has_trunk_at(ip.parse().unwrap());
        assert!(has_trunk("192.0.2.1") && has_trunk("198.51.100.7"), "with a digest and without");
        assert!(!has_trunk("10.1.1.1") && !has_trunk("203.0.113.9"));
    }

    #[test]
    fn a_targets_uri_keeps_the_user_in_its_place() {
        let target = TrunkTarget { host: "h:5080".into(), transport: Transport::Tcp };
        assert_eq!(target.uri("+1480"), "sip:+1480@h:5080;transport=tcp");
        assert_eq!(target.uri("a@b;x"), "sip:a%40b%3Bx@h:5080;transport=tcp");
        let v6 = TrunkTarget { host: "[2001:db8::1]".into(), transport: Transport::Udp };
        assert_eq!(v6.ip(), Some("2001:db8::1".parse().unwrap()));
    }
}
