//! Counts of an engine, for metrics.

use std::time::Duration;

/// Counts since the start, but for those that say otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// RTP packets that came from the right source and were taken.
    pub received: u64,
    /// RTP packets sent: frames of our own, keys, relayed packets.
    pub sent: u64,
    /// RTP packets relayed between bridged legs; they are among those sent.
    pub relayed: u64,
    /// Datagrams from another source than the leg's peer, ignored.
    pub wrong_source: u64,
    /// Datagrams that are neither RTP nor RTCP, or of a payload type that was not agreed on.
    pub unparsable: u64,
    /// RTCP datagrams taken.
    pub rtcp_received: u64,
    /// RTCP datagrams sent.
    pub rtcp_sent: u64,
    /// Datagrams that the system refused to send.
    pub send_failures: u64,
    /// Frames that left more than 20 ms behind their stream's own grid (D27), because the thread
    /// was kept from running; and frames left out because it was for over 100 ms. What those would
    /// have played comes in the next.
    pub late_frames: u64,
    /// The longest that a frame was behind its grid.
    pub worst_lateness: Duration,
    /// Legs open now.
    pub legs_open: u64,
    /// Pairs of ports free now.
    pub ports_free: u64,
}

impl Counters {
    /// Adds another thread's counts.
    pub(crate) fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.sent += other.sent;
        self.relayed += other.relayed;
        self.wrong_source += other.wrong_source;
        self.unparsable += other.unparsable;
        self.rtcp_received += other.rtcp_received;
        self.rtcp_sent += other.rtcp_sent;
        self.send_failures += other.send_failures;
        self.late_frames += other.late_frames;
        self.worst_lateness = self.worst_lateness.max(other.worst_lateness);
        self.legs_open += other.legs_open;
        self.ports_free += other.ports_free;
    }
}
