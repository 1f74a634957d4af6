//! Whose packets a leg takes, and where its own go (symmetric RTP).

use std::net::{IpAddr, SocketAddr};

use trunkline_media::plan::MediaPlan;

/// The peer's addresses, as signalled and as seen.
///
/// Packets go to the signalled address until a valid packet comes from elsewhere; then they go
/// there, and nobody else's are taken, but for those from the signalled address itself, which wins.
#[derive(Debug)]
pub(crate) struct Source {
    /// Our sockets have IPv6, where IPv4 addresses are written as IPv6 ones.
    is_ipv6: bool,
    signalled: Option<SocketAddr>,
    seen: Option<SocketAddr>,
    /// Another source than the one seen may take its place.
    is_open: bool,
    rtcp_signalled: Option<SocketAddr>,
    rtcp_seen: Option<SocketAddr>,
}

impl Source {
    /// For a socket that is bound to an address.
    pub(crate) fn new(bind: IpAddr) -> Self {
        Self {
            is_ipv6: bind.is_ipv6(),
            signalled: None,
            seen: None,
            is_open: true,
            rtcp_signalled: None,
            rtcp_seen: None,
        }
    }

    /// Takes a plan's addresses. What was seen is forgotten if they are others than before.
    pub(crate) fn set_plan(&mut self, plan: &MediaPlan) {
        let remote = self.usable(plan.remote);
        if remote != self.signalled {
            (self.seen, self.rtcp_seen) = (None, None);
            self.is_open = true;
        }
        self.signalled = remote;
        self.rtcp_signalled = self.usable(plan.remote_rtcp);
    }

    fn usable(&self, address: SocketAddr) -> Option<SocketAddr> {
        if address.port() == 0 || address.ip().is_unspecified() {
            return None;
        }
        match address {
            SocketAddr::V4(v4) if self.is_ipv6 => {
                Some(SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port()))
            }
            SocketAddr::V4(_) | SocketAddr::V6(_) => Some(address),
        }
    }

    /// Whether a valid RTP packet from this address is the peer's. The first one decides.
    pub(crate) fn takes(&mut self, from: SocketAddr) -> bool {
        if self.seen.is_some_and(|seen| is_same(seen, from)) {
            self.is_open = false;
            return true;
        }
        let is_signalled = self.signalled.is_some_and(|signalled| is_same(signalled, from));
        if !self.is_open && !is_signalled {
            return false;
        }
        self.is_open = false;
        self.seen = Some(from);
        true
    }

    /// Whether an RTCP packet from this address is the peer's; answers then go there.
    pub(crate) fn takes_rtcp(&mut self, from: SocketAddr) -> bool {
        let known = [self.seen, self.rtcp_signalled];
        if !known.iter().flatten().any(|address| address.ip() == from.ip()) {
            return false;
        }
        self.rtcp_seen = Some(from);
        true
    }

    /// Where RTP goes.
    pub(crate) fn remote(&self) -> Option<SocketAddr> {
        self.seen.or(self.signalled)
    }

    /// Where RTCP goes.
    pub(crate) fn remote_rtcp(&self, is_muxed: bool) -> Option<SocketAddr> {
        if is_muxed {
            return self.remote();
        }
        self.rtcp_seen.or(self.rtcp_signalled)
    }

    /// The peer has fallen silent: the next valid packet decides anew. Until then ours go on to
    /// where they went.
    pub(crate) fn reopen(&mut self) {
        self.is_open = true;
    }
}

/// Scopes of link-local addresses are not signalled.
fn is_same(one: SocketAddr, other: SocketAddr) -> bool {
    one.port() == other.port() && one.ip() == other.ip()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};
    use trunkline_media::codec::Codec;
    use trunkline_media::plan::Direction;

    fn plan(remote: &str) -> MediaPlan {
        let remote: SocketAddr = remote.parse().unwrap();
        MediaPlan {
            local: remote,
            remote,
            remote_rtcp: SocketAddr::new(remote.ip(), remote.port().saturating_add(1)),
            rtcp_mux: false,
            codec: Codec::Pcmu,
            payload_type: 0,
            event_payload_type: None,
            ptime_ms: 20,
            direction: Direction::SendRecv,
        }
    }

    fn at(address: &str) -> SocketAddr {
        address.parse().unwrap()
    }

    #[test]
    fn the_first_source_is_kept_and_the_signalled_one_wins() {
        let mut source = Source::new(Ipv4Addr::LOCALHOST.into());
        source.set_plan(&plan("10.0.0.1:4000"));
        assert_eq!(source.remote(), Some(at("10.0.0.1:4000")));
        assert!(source.takes(at("192.0.2.1:6000")), "NAT");
        assert_eq!(source.remote(), Some(at("192.0.2.1:6000")));
        assert!(!source.takes(at("192.0.2.9:6000")));
        source.set_plan(&plan("10.0.0.1:4000"));
        assert_eq!(source.remote(), Some(at("192.0.2.1:6000")), "nothing has changed");
        assert!(source.takes(at("10.0.0.1:4000")));
        assert!(!source.takes(at("192.0.2.1:6000")));
        source.set_plan(&plan("10.0.0.1:4010"));
        assert_eq!(source.remote(), Some(at("10.0.0.1:4010")));
        assert!(source.takes(at("192.0.2.1:6002")));
    }

    #[test]
    fn a_silent_peer_may_come_back_from_elsewhere() {
        let mut source = Source::new(Ipv4Addr::LOCALHOST.into());
        source.set_plan(&plan("10.0.0.1:4000"));
        assert!(source.takes(at("192.0.2.1:6000")));
        source.reopen();
        assert_eq!(source.remote(), Some(at("192.0.2.1:6000")));
        assert!(source.takes(at("192.0.2.1:6002")));
        assert!(!source.takes(at("192.0.2.1:6000")));
    }

    #[test]
    fn rtcp_is_taken_from_the_peers_address_alone() {
        let mut source = Source::new(Ipv4Addr::LOCALHOST.into());
        source.set_plan(&plan("10.0.0.1:4000"));
        assert_eq!(source.remote_rtcp(false), Some(at("10.0.0.1:4001")));
        assert!(!source.takes_rtcp(at("192.0.2.1:6001")));
        assert!(source.takes(at("192.0.2.1:6000")));
        assert!(source.takes_rtcp(at("192.0.2.1:7777")));
        assert_eq!(source.remote_rtcp(false), Some(at("192.0.2.1:7777")));
        assert_eq!(source.remote_rtcp(true), Some(at("192.0.2.1:6000")));
    }

    #[test]
    fn addresses_that_are_none_are_not_sent_to() {
        let mut source = Source::new(Ipv6Addr::UNSPECIFIED.into());
        source.set_plan(&plan("0.0.0.0:4000"));
        assert_eq!(source.remote(), None);
        source.set_plan(&plan("10.0.0.1:0"));
        assert_eq!(source.remote(), None);
        source.set_plan(&plan("10.0.0.1:4000"));
        assert_eq!(source.remote(), Some(at("[::ffff:10.0.0.1]:4000")));
    }
}
