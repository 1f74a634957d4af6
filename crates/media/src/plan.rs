//! What two sides have agreed on for a leg's media, as signalling tells it to an engine.

use core::net::SocketAddr;

use crate::codec::Codec;

/// Who sends, from the point of view of the side that has the plan or wrote the description.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Both sides send.
    #[default]
    SendRecv,
    /// Only this side sends: the other side is on hold.
    SendOnly,
    /// Only the other side sends.
    RecvOnly,
    /// Nobody sends.
    Inactive,
}

impl Direction {
    /// Puts the direction together from its two halves.
    pub fn new(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// Whether this side sends.
    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether this side receives.
    pub fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same, seen from the other side.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self::new(self.receives(), self.sends())
    }
}

/// Where a leg receives RTP, as others are told: one address, or one of each IP family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnAddresses {
    /// The one that is told unless the other side is of the other family.
    pub usual: SocketAddr,
    /// The one of the other family.
    pub other: Option<SocketAddr>,
}

impl OwnAddresses {
    /// The address of a family, if there is one.
    pub fn of_family(&self, is_ipv4: bool) -> Option<SocketAddr> {
        [Some(self.usual), self.other].into_iter().flatten().find(|it| it.is_ipv4() == is_ipv4)
    }

    /// The same for the other side's family: its address is the usual one where there is one.
    #[must_use]
    pub fn towards(self, is_ipv4: bool) -> Self {
        match self.other {
            Some(other) if other.is_ipv4() == is_ipv4 && self.usual.is_ipv4() != is_ipv4 => {
                Self { usual: other, other: Some(self.usual) }
            }
            Some(_) | None => self,
        }
    }
}

impl From<SocketAddr> for OwnAddresses {
    fn from(usual: SocketAddr) -> Self {
        Self { usual, other: None }
    }
}

/// What has been agreed: everything that a media engine needs for a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaPlan {
    /// Where RTP is received.
    pub local: SocketAddr,
    /// Where RTP is sent to.
    pub remote: SocketAddr,
    /// Where RTCP is sent to: the same as `remote` when it is multiplexed.
    pub remote_rtcp: SocketAddr,
    /// Whether RTCP shares the port of RTP.
    pub rtcp_mux: bool,
    /// The codec of both directions.
    pub codec: Codec,
    /// The payload type for the codec, in packets that are sent and received.
    pub payload_type: u8,
    /// The payload type for telephone events; None when the other side has none.
    pub event_payload_type: Option<u8>,
    /// Milliseconds of audio in a packet that is sent: 20, 40 or 60.
    pub ptime_ms: u16,
    /// Who sends, from this side's point of view.
    pub direction: Direction,
}

impl MediaPlan {
    /// Whether the other side wants no audio: the call is on hold there.
    pub fn is_held_by_remote(&self) -> bool {
        !self.direction.sends()
    }
}
