//! What a load has measured.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rtp::Tally;
use crate::summary::Spread;

/// How the calls ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calls {
    /// Placed.
    pub placed: u64,
    /// Answered with 200.
    pub answered: u64,
    /// Answered, and ended as the scenario says.
    pub completed: u64,
    /// Refused with 503.
    pub refused: u64,
    /// All others, by what went wrong.
    pub failed: BTreeMap<String, u64>,
    /// INVITEs sent again.
    pub invites_resent: u64,
    /// BYEs sent again.
    pub byes_resent: u64,
    /// 200s to an INVITE that came again.
    pub answers_repeated: u64,
    /// Requests of the server that came again.
    pub requests_repeated: u64,
}

impl Calls {
    /// How many calls failed; refused ones are not among them.
    pub fn failures(&self) -> u64 {
        self.failed.values().sum()
    }
}

/// What the agents' phones did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PhoneFigures {
    /// Phones that are registered.
    pub registered: u64,
    /// INVITEs.
    pub offers: u64,
    /// Of those, answered.
    pub answered: u64,
    /// Of those, taken back by CANCEL.
    pub cancelled: u64,
    /// 200s that never got their ACK.
    pub unacknowledged: u64,
    /// The most that talked at once.
    pub most_talking: u64,
}

/// What a load has measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Calls a second that were wanted.
    pub rate_asked: f64,
    /// Calls a second that were placed.
    pub rate_reached: f64,
    /// The most that a call was placed too late, in ms.
    pub worst_lag_ms: f64,
    /// How the calls ended.
    pub calls: Calls,
    /// From sending the INVITE to receiving the 200, in ms.
    pub invite_to_answer_ms: Spread,
    /// The same of calls that were placed half a second after the first one, or later.
    pub invite_to_answer_settled_ms: Spread,
    /// The same of refused calls, to the 503.
    pub invite_to_refusal_ms: Spread,
    /// From the 200 to the server's BYE, in ms.
    pub answer_to_bye_ms: Spread,
    /// From sending the ACK to the first packet of audio, in ms.
    pub ack_to_packet_ms: Spread,
    /// From sending the ACK to the first packet that one can hear, in ms.
    pub ack_to_sound_ms: Spread,
    /// Audio, while measuring.
    pub rtp: Tally,
    /// From one party's sending of audio to the other's receiving it, in ms.
    pub relay_ms: Spread,
    /// The agents' phones.
    pub phones: Option<PhoneFigures>,
}
