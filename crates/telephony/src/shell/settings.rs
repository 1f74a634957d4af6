//! What an endpoint needs to know, and what it counts.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ipnet::IpNet;

use super::{AllowList, Bind};
use crate::digest::Algorithm;
use crate::gate::Limits;
use crate::identity::{Directory, Phone, Trunk};
use crate::registrar::Lifetimes;

/// What an endpoint needs to know. All but `binds`, `t1`, `keepalive` and `receive_buffer_bytes`
/// can be changed while it runs, with [`Endpoint::reload`](super::Endpoint::reload).
#[derive(Clone, Debug)]
pub struct Settings {
    /// The addresses to open.
    pub binds: Vec<Bind>,
    /// Where anonymous sources may be. Trunks and phones have networks of their own.
    pub allow: AllowList,
    /// The trunks; of several that fit an address the first is taken.
    pub trunks: Vec<Trunk>,
    /// The phones that may register and call.
    pub phones: Vec<Phone>,
    /// Where phones may be; loopback alone by default.
    pub phone_networks: Vec<IpNet>,
    /// The realm of the phones' challenges, `trunkline` by default.
    pub realm: String,
    /// The algorithms of challenges, in order. MD5 alone by default: many phones give up when a
    /// challenge names another one, in whatever order (baresip before 3.12), or look at the first
    /// alone. Where all phones know SHA-256, offer it first, as RFC 8760 wants.
    pub algorithms: Vec<Algorithm>,
    /// How long registrations last.
    pub lifetimes: Lifetimes,
    /// What one source may do.
    pub limits: Limits,
    /// The most calls at once; more are refused with 503.
    pub max_calls: usize,
    /// The round-trip time that retransmissions begin with (T1), 500 ms by default.
    pub t1: Duration,
    /// How often a peer that knows no session timers is asked, during a call, whether it is still
    /// there; 15 minutes by default, None: never.
    pub keepalive: Option<Duration>,
    /// The receive buffer of a UDP socket in bytes, 4 MiB by default. The system may give less.
    pub receive_buffer_bytes: usize,
}

impl Settings {
    /// Settings for one address, with the RFC's timers and at most 10,000 calls.
    pub fn new(address: SocketAddr, allow: AllowList) -> Self {
        let loopback = [IpNet::from(SocketAddr::from(([127, 0, 0, 1], 0)).ip())];
        let loopback_v6 = IpNet::from(std::net::IpAddr::from(std::net::Ipv6Addr::LOCALHOST));
        Self {
            binds: vec![Bind { address, advertised: None }],
            allow,
            trunks: Vec::new(),
            phones: Vec::new(),
            phone_networks: loopback.into_iter().chain([loopback_v6]).collect(),
            realm: "trunkline".into(),
            algorithms: vec![Algorithm::Md5],
            lifetimes: Lifetimes::default(),
            limits: Limits::default(),
            max_calls: 10_000,
            t1: Duration::from_millis(500),
            keepalive: Some(Duration::from_secs(900)),
            receive_buffer_bytes: 4 << 20,
        }
    }

    pub(super) fn directory(&self) -> Directory {
        let phones = self.phones.iter().map(|phone| (phone.user.clone(), phone.clone()));
        Directory {
            trunks: self.trunks.clone(),
            phones: phones.collect(),
            phone_networks: self.phone_networks.clone(),
            open_networks: self.allow.networks().to_vec(),
            realm: self.realm.clone(),
            algorithms: self.algorithms.clone(),
        }
    }
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What has been counted since the start.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Counters {
            $($(#[$doc])* pub $name: u64,)*
            /// Calls at this moment.
            pub calls: u64,
        }

        #[derive(Default)]
        pub(super) struct Counts {
            $(pub(super) $name: AtomicU64,)*
        }

        impl Counts {
            pub(super) fn read(&self, calls: usize) -> Counters {
                let calls = u64::try_from(calls).unwrap_or(u64::MAX);
                Counters { $($name: self.$name.load(Ordering::Relaxed),)* calls }
            }
        }
    };
}

counters! {
    /// Datagrams and connections of sources that are not allowed.
    dropped,
    /// Datagrams, connections and messages on connections of banned sources.
    banned,
    /// Datagrams and messages on connections that are no SIP.
    noise,
    /// Requests that were malformed and got 400, 416, 501, 505 or 513.
    malformed,
    /// Messages beyond the rates of their source.
    limited,
    /// INVITEs that were refused because there were too many calls or too much to do.
    overloaded,
    /// INVITEs that were refused because the endpoint takes no calls at present.
    drained,
    /// Connections that were closed because their peer did not read what it was sent.
    stalled,
    /// INVITEs and REGISTERs that were asked for a password.
    challenged,
    /// INVITEs and REGISTERs with a wrong password.
    denied,
    /// Bans that began.
    bans,
    /// Datagrams that arrived from sources that are allowed.
    received,
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
