//! Whose packets a leg takes, and where its own go (symmetric RTP).

use std::net::{IpAddr, SocketAddr};

use trunkline_media::plan::MediaPlan;
use trunkline_media::rtp::Header;

/// So many packets in sequence, of one address and one SSRC, prove a source that nothing speaks
/// for: 200 ms of audio.
const PROOF: u32 = 10;

/// So far may numbers jump within a proof.
const MAX_STEP: u16 = 5;

/// The peer's addresses, as signalled and as seen.
///
/// Packets go to the signalled address until the peer's come from elsewhere; then they go there,
/// and nobody else's are taken, but for those from the signalled address itself, which wins.
/// Elsewhere is another port of the host that was signalled or of the one that signals; any other
/// address, as of a phone behind NAT whose calls come through a proxy, must prove itself.
#[derive(Debug)]
pub(crate) struct Source {
    /// Our sockets have IPv6, where IPv4 addresses are written as IPv6 ones.
    is_ipv6: bool,
    signalled: Option<SocketAddr>,
    /// Where the signalling comes from.
    signaller: Option<IpAddr>,
    seen: Option<Seen>,
    /// Another source than the one seen may take its place.
    is_open: bool,
    candidate: Option<Candidate>,
    rtcp_signalled: Option<SocketAddr>,
    rtcp_seen: Option<SocketAddr>,
}

/// A source that was taken.
#[derive(Clone, Copy, Debug)]
struct Seen {
    address: SocketAddr,
    trust: Trust,
}

/// What speaks for a source, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    /// Nothing.
    Stranger,
    /// It is the signalled host, or the one that signals.
    Host,
    /// It is the signalled address.
    Signalled,
}

/// A stranger on its way to prove itself.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    address: SocketAddr,
    ssrc: u32,
    sequence: u16,
    packets: u32,
}

impl Source {
    /// For a socket that is bound to an address.
    pub(crate) fn new(bind: IpAddr) -> Self {
        Self {
            is_ipv6: bind.is_ipv6(),
            signalled: None,
            signaller: None,
            seen: None,
            is_open: true,
            candidate: None,
            rtcp_signalled: None,
            rtcp_seen: None,
        }
    }

    /// Takes a plan's addresses, and that of the signalling if it is known. What was seen is
    /// forgotten if the plan's are others than before.
    pub(crate) fn set_plan(&mut self, plan: &MediaPlan, signaller: Option<IpAddr>) {
        let remote = self.usable(plan.remote);
        if remote != self.signalled {
            (self.seen, self.rtcp_seen, self.candidate) = (None, None, None);
            self.is_open = true;
        }
        self.signalled = remote;
        self.signaller = signaller.or(self.signaller);
        self.rtcp_signalled = self.usable(plan.remote_rtcp);
    }

    fn usable(&self, address: SocketAddr) -> Option<SocketAddr> {
        if address.port() == 0 || address.ip().is_unspecified() {
            return None;
        }
        Some(as_bound(address, self.is_ipv6))
    }

    /// Whether a valid RTP packet from this address is the peer's.
    pub(crate) fn takes(&mut self, from: SocketAddr, header: &Header) -> bool {
        if self.seen.is_some_and(|seen| is_same(seen.address, from)) {
            self.is_open = false;
            return true;
        }
        let trust = self.trust(from);
        let is_better = self.seen.is_some_and(|seen| trust > seen.trust);
        let is_taken = is_better
            || match trust {
                Trust::Signalled => true,
                Trust::Host => self.is_open,
                Trust::Stranger => self.is_open && self.proves(from, header),
            };
        if is_taken {
            self.is_open = false;
            self.candidate = None;
            self.seen = Some(Seen { address: from, trust });
        }
        is_taken
    }

    fn trust(&self, from: SocketAddr) -> Trust {
        if self.signalled.is_some_and(|signalled| is_same(signalled, from)) {
            return Trust::Signalled;
        }
        let hosts = [self.signalled.map(|signalled| signalled.ip()), self.signaller];
        let ip = from.ip().to_canonical();
        let is_host = hosts.iter().flatten().any(|host| host.to_canonical() == ip);
        if is_host { Trust::Host } else { Trust::Stranger }
    }

    /// Counts a stranger's packets. Whoever comes between begins anew.
    fn proves(&mut self, from: SocketAddr, header: &Header) -> bool {
        let Header { ssrc, sequence, .. } = *header;
        let before = self.candidate.filter(|candidate| {
            let step = sequence.wrapping_sub(candidate.sequence);
            let is_next = (1..=MAX_STEP).contains(&step);
            is_same(candidate.address, from) && candidate.ssrc == ssrc && is_next
        });
        let packets = before.map_or(1, |candidate| candidate.packets + 1);
        self.candidate = Some(Candidate { address: from, ssrc, sequence, packets });
        packets >= PROOF
    }

    /// Whether an RTCP packet from this address is the peer's; answers then go there.
    pub(crate) fn takes_rtcp(&mut self, from: SocketAddr) -> bool {
        let known = [self.seen.map(|seen| seen.address), self.rtcp_signalled];
        if !known.iter().flatten().any(|address| address.ip() == from.ip()) {
            return false;
        }
        self.rtcp_seen = Some(from);
        true
    }

    /// Where RTP goes.
    pub(crate) fn remote(&self) -> Option<SocketAddr> {
        self.seen.map(|seen| seen.address).or(self.signalled)
    }

    /// Where RTCP goes.
    pub(crate) fn remote_rtcp(&self, is_muxed: bool) -> Option<SocketAddr> {
        if is_muxed {
            return self.remote();
        }
        self.rtcp_seen.or(self.rtcp_signalled)
    }

    /// The peer has fallen silent: who comes next decides anew. Until then ours go on to where
    /// they went.
    pub(crate) fn reopen(&mut self) {
        self.is_open = true;
        self.candidate = None;
    }
}

/// An address as a socket has it: one of IPv6 has IPv4 ones in a form of its own.
pub(crate) fn as_bound(address: SocketAddr, is_ipv6: bool) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if is_ipv6 => {
            SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port())
        }
        SocketAddr::V4(_) | SocketAddr::V6(_) => address,
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

    /// Where calls of a phone behind NAT come from.
    const NAT: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));

    fn takes(source: &mut Source, from: &str) -> bool {
        source.takes(at(from), &Header::default())
    }

    /// Whether one of so many packets of a source was taken, and which.
    fn first_taken(source: &mut Source, from: &str, ssrc: u32, packets: u16) -> Option<u16> {
        (1..=packets).find(|number| {
            let header = Header { ssrc, sequence: 65_530_u16.wrapping_add(*number), ..default() };
            source.takes(at(from), &header)
        })
    }

    fn default() -> Header {
        Header::default()
    }

    #[test]
    fn the_first_source_is_kept_and_the_signalled_one_wins() {
        let mut source = Source::new(Ipv4Addr::LOCALHOST.into());
        source.set_plan(&plan("10.0.0.1:4000"), NAT);
        assert_eq!(source.remote(), Some(at("10.0.0.1:4000")));
        assert!(takes(&mut source, "192.0.2.1:6000"), "NAT");
        assert_eq!(source.remote(), Some(at("192.0.2.1:6000")));
        assert!(!takes(&mut source, "192.0.2.9:6000"));
        source.set_plan(&plan("10.0.0.1:4000"), None);
        assert_eq!(source.remote(), Some(at("192.0.2.1:6000")), "nothing has changed");
        assert!(takes(&mut source, "10.0.0.1:4000"));
        assert!(!takes(&mut source, "192.0.2.1:6000"));
        source.set_plan(&plan("10.0.0.1:4010"), None);
        assert_eq!(source.remote(), Some(at("10.0.0.1:4010")));
        assert!(takes(&mut source, "192.0.2.1:6002"));
    }

    #[test]
    fn strangers_are_not_taken_before_they_have_proved_themselves() {
        let mut source = Source::new(Ipv4Addr::LOCALHOST.into());
        source.set_plan(&plan("10.0.0.1:4000"), NAT);
        assert_eq!(first_taken(&mut source, "203.0.113.9:6000", 5, 9), None);
        assert_eq!(source.remote(), Some(at("10.0.0.1:4000")));
        // Another SSRC, another address, or the same number again begin anew.
        assert_eq!(first_taken(&mut source, "203.0.113.9:6000", 6, 9), None);
        assert_eq!(first_taken(&mut source, "203.0.113.9:6002", 6, 9), None);
        assert!((0..40).all(|_| !takes(&mut source, "203.0.113.9:6002")));
        assert!(takes(&mut source, "192.0.2.1:6000"), "who signals is believed at once");
        assert_eq!(first_taken(&mut source, "203.0.113.9:6000", 5, 40), None, "it is too late");
    }

    #[test]
    fn who_has_proved_itself_gives_way_to_who_is_known() {
        let mut source = Source::new(Ipv4Addr::LOCALHOST.into());
        source.set_plan(&plan("10.0.0.1:4000"), NAT);
        assert_eq!(first_taken(&mut source, "203.0.113.9:6000", 5, 40), Some(10));
        assert_eq!(source.remote(), Some(at("203.0.113.9:6000")));
        assert_eq!(first_taken(&mut source, "203.0.113.8:6000", 5, 40), None, "it is settled");
        assert!(takes(&mut source, "192.0.2.1:6000"));
        assert!(!takes(&mut source, "203.0.113.9:6000"));
        assert!(takes(&mut source, "10.0.0.1:4000"));
        assert!(!takes(&mut source, "192.0.2.1:6000"));
    }

    #[test]
    fn a_silent_peer_may_come_back_from_elsewhere() {
        let mut source = Source::new(Ipv4Addr::LOCALHOST.into());
        source.set_plan(&plan("10.0.0.1:4000"), NAT);
        assert!(takes(&mut source, "192.0.2.1:6000"));
        source.reopen();
        assert_eq!(source.remote(), Some(at("192.0.2.1:6000")));
        assert!(!takes(&mut source, "203.0.113.9:6000"));
        assert!(takes(&mut source, "192.0.2.1:6002"));
        assert!(!takes(&mut source, "192.0.2.1:6000"));
    }

    #[test]
    fn rtcp_is_taken_from_the_peers_address_alone() {
        let mut source = Source::new(Ipv4Addr::LOCALHOST.into());
        source.set_plan(&plan("10.0.0.1:4000"), NAT);
        assert_eq!(source.remote_rtcp(false), Some(at("10.0.0.1:4001")));
        assert!(!source.takes_rtcp(at("192.0.2.1:6001")));
        assert!(takes(&mut source, "192.0.2.1:6000"));
        assert!(source.takes_rtcp(at("192.0.2.1:7777")));
        assert_eq!(source.remote_rtcp(false), Some(at("192.0.2.1:7777")));
        assert_eq!(source.remote_rtcp(true), Some(at("192.0.2.1:6000")));
    }

    #[test]
    fn addresses_that_are_none_are_not_sent_to() {
        let mut source = Source::new(Ipv6Addr::UNSPECIFIED.into());
        source.set_plan(&plan("0.0.0.0:4000"), None);
        assert_eq!(source.remote(), None);
        source.set_plan(&plan("10.0.0.1:0"), None);
        assert_eq!(source.remote(), None);
        source.set_plan(&plan("10.0.0.1:4000"), None);
        assert_eq!(source.remote(), Some(at("[::ffff:10.0.0.1]:4000")));
    }
}
