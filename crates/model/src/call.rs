//! What a flow does with the line beside prompts: transfers, recordings, keys that are sent.

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, FailureCode};

/// Keys that can be sent on a line, beside the comma, which is a pause.
const KEYS: &str = "0123456789ABCD*#";

/// The most keys and pauses that are sent at once (Webex).
pub const MAX_SENT_DIGITS: usize = 32;

/// The longest reason for a failure that is kept, in characters: another system words it.
const LONGEST_REASON: usize = 200;

/// The most header fields of a transfer, either way.
pub const MAX_HEADERS: usize = 20;

/// The most bytes of the names and values of all header fields of a transfer, either way.
pub const MAX_HEADER_BYTES: usize = 1_000;

/// Whether the caller comes back from a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferKind {
    /// The caller stays with the third party; the flow is over when it answers.
    Blind,
    /// The caller comes back to the flow when the third party hangs up.
    Bridged,
}

/// A call to a third party, for the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Whether the caller comes back.
    pub kind: TransferKind,
    /// The number: digits, `*` and `#`, perhaps a `+` before them.
    pub number: String,
    /// Header fields of the INVITE. Their names begin with `X-`; at most [`MAX_HEADERS`] and
    /// [`MAX_HEADER_BYTES`].
    pub headers: Vec<(String, String)>,
    /// How long the third party may ring, in milliseconds.
    pub ring_timeout_ms: u64,
    /// The calling number to be shown; none for what the trunk shows by default.
    pub caller_id: Option<String>,
    /// Keys to be sent to the third party once it has answered: `0`-`9`, `A`-`D`, `*`, `#`; a comma
    /// is a pause of a second. Empty for none.
    pub digits: String,
}

/// What became of a [`Transfer`], or becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferOutcome {
    /// The third party has answered: it and the caller can talk.
    Connected,
    /// The third party is busy (486, 600) or declines (603).
    Busy,
    /// The third party did not answer while it might ring.
    NoAnswer,
    /// The call could not be made.
    Failed {
        /// The SIP status; 0 when there was no answer at all.
        status: u16,
        /// What happened, for a person.
        text: String,
    },
    /// The third party, who had answered, has hung up. The caller is still there.
    PartyHungUp {
        /// How long the two could talk, in milliseconds.
        talked_ms: u64,
        /// The `X-` header fields of its BYE; of more than [`MAX_HEADERS`] or
        /// [`MAX_HEADER_BYTES`] the rest is left out.
        headers: Vec<(String, String)>,
    },
}

impl TransferOutcome {
    /// Why the transfer failed, with Webex's number for a bridged one; none when it did not.
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Self::Connected | Self::PartyHungUp { .. } => None,
            Self::Busy => {
                Some(Failure::numbered(FailureCode::TransferBusy, 2, "the third party is busy"))
            }
            Self::NoAnswer => {
                let text = "the third party did not answer in time";
                Some(Failure::numbered(FailureCode::TransferNoAnswer, 3, text))
            }
            Self::Failed { status, text } => {
                let mut text: String = text.chars().take(LONGEST_REASON).collect();
                if *status > 0 {
                    text.push_str(&format!(" (SIP status {status})"));
                }
                Some(Failure::numbered(FailureCode::TransferFailed, 6, text))
            }
        }
    }
}

/// A recording of what the caller says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The longest recording, in milliseconds.
    pub max_ms: u64,
    /// Silence of this length ends the recording, in milliseconds.
    pub silence_ms: u64,
    /// Whether a beep comes first, which is not recorded.
    pub beeps: bool,
    /// The key that ends the recording: `#` or `*`.
    pub terminator: char,
}

/// Why a recording ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingEnd {
    /// The caller was silent.
    Silence,
    /// The caller pressed the terminator.
    Key,
    /// It became as long as it may be.
    MaxLength,
    /// The caller said nothing at all; there is no file.
    NoInput,
    /// It could not be made; there is no file.
    Failed {
        /// What happened, for a person.
        text: String,
    },
}

/// A conversation that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecording {
    /// The contact's recordings are numbered from 1.
    pub number: u32,
    /// The file's name or URI; empty when there is none.
    pub file: String,
    /// Its length, in milliseconds.
    pub duration_ms: u64,
    /// Why there is no file, or not the whole conversation in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Whether a text can be sent as keys: some keys, at most [`MAX_SENT_DIGITS`] with the pauses.
pub fn is_sendable(digits: &str) -> bool {
    let is_known = |c: char| c == ',' || KEYS.contains(c);
    let has_key = digits.chars().any(|c| KEYS.contains(c));
    digits.len() <= MAX_SENT_DIGITS && has_key && digits.chars().all(is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_cut_and_has_its_status() {
        let failed = |status, text: &str| {
            let outcome = TransferOutcome::Failed { status, text: text.to_owned() };
            outcome.failure().unwrap().description
        };
        assert_eq!(failed(404, "not found"), "not found (SIP status 404)");
        assert_eq!(failed(0, "no trunk"), "no trunk");
        assert_eq!(failed(0, &"é".repeat(9_000)).chars().count(), LONGEST_REASON);
    }

    #[test]
    fn keys_and_pauses_can_be_sent() {
        for good in ["1", "1,,2", "0123456789ABCD*#", ",1", &"1".repeat(32)] {
            assert!(is_sendable(good), "{good}");
        }
        for bad in ["", ",", "12 3", "a", "é", &"1".repeat(33)] {
            assert!(!is_sendable(bad), "{bad}");
        }
    }
}
