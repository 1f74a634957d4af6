//! The kinds of payload that packets carry.
//!
//! A further codec is a variant of [`Codec`]; the compiler then names every place that must know
//! it. The interface already allows for what G.722 (16 kHz sound on an 8 kHz RTP clock) and Opus
//! (48 kHz clock, payloads of any length) need.

use crate::{FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, g711};

/// Payload type of PCMU (RFC 3551 section 6).
pub const PCMU: u8 = 0;

/// Payload type of PCMA (RFC 3551 section 6).
pub const PCMA: u8 = 8;

/// Payload type of G.722 (RFC 3551 section 6), not encoded here yet.
pub const G722: u8 = 9;

/// Payload type of comfort noise at 8 kHz (RFC 3389).
pub const COMFORT_NOISE: u8 = 13;

/// How audio is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// G.711 mu-law, 64 kbit/s.
    Pcmu,
    /// G.711 A-law, 64 kbit/s.
    Pcma,
}

impl Codec {
    /// Every codec, in the order of preference.
    pub const ALL: [Self; 2] = [Self::Pcmu, Self::Pcma];

    /// The name in SDP (RFC 4855).
    pub fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
        }
    }

    /// The payload type that needs no `rtpmap`, if the codec has one.
    pub fn static_payload_type(self) -> Option<u8> {
        match self {
            Self::Pcmu => Some(PCMU),
            Self::Pcma => Some(PCMA),
        }
    }

    /// Rate of RTP timestamps in Hz.
    pub fn clock_rate_hz(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma => SAMPLE_RATE_HZ,
        }
    }

    /// How far timestamps go on from one frame of 20 ms to the next.
    pub fn timestamp_step(self) -> u32 {
        self.clock_rate_hz() / 1000 * FRAME_MS
    }

    /// Bytes of a frame of 20 ms; `None` where they vary.
    pub fn frame_bytes(self) -> Option<usize> {
        match self {
            Self::Pcmu | Self::Pcma => Some(FRAME_SAMPLES),
        }
    }

    /// The byte that stands for silence.
    pub fn silence(self) -> u8 {
        self.law().silence()
    }

    /// The companding law of a G.711 codec.
    pub fn law(self) -> g711::Law {
        match self {
            Self::Pcmu => g711::Law::Mu,
            Self::Pcma => g711::Law::A,
        }
    }

    /// Encodes samples at 8 kHz to the end of `out`.
    pub fn encode(self, samples: &[i16], out: &mut Vec<u8>) {
        let start = out.len();
        out.resize(start + samples.len(), 0);
        g711::encode(self.law(), samples, &mut out[start..]);
    }

    /// Decodes a payload to samples at 8 kHz at the end of `out`.
    pub fn decode(self, payload: &[u8], out: &mut Vec<i16>) {
        let start = out.len();
        out.resize(start + payload.len(), 0);
        g711::decode(self.law(), payload, &mut out[start..]);
    }
}

/// What a packet with a certain payload type carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PayloadKind {
    /// Audio.
    Audio(Codec),
    /// Keys pressed (RFC 4733).
    TelephoneEvent,
    /// The level of background noise while nobody speaks (RFC 3389).
    ComfortNoise,
}

/// Which payload types one direction of a leg has agreed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PayloadMap {
    kinds: [Option<(u8, PayloadKind)>; PayloadMap::LIMIT],
}

impl PayloadMap {
    /// How many payload types a map holds.
    pub const LIMIT: usize = 8;

    /// Sets what a payload type (0 to 127) carries. False if the map is full or the type no type.
    pub fn insert(&mut self, payload_type: u8, kind: PayloadKind) -> bool {
        if payload_type > 127 {
            return false;
        }
        let same = |slot: &&mut Option<(u8, PayloadKind)>| {
            slot.is_none_or(|(number, _)| number == payload_type)
        };
        let Some(slot) = self.kinds.iter_mut().find(same) else { return false };
        *slot = Some((payload_type, kind));
        true
    }

    /// What packets of this payload type carry.
    pub fn get(&self, payload_type: u8) -> Option<PayloadKind> {
        let entries = self.kinds.iter().flatten();
        entries.copied().find(|(number, _)| *number == payload_type).map(|(_, kind)| kind)
    }

    /// The first payload type that carries this.
    pub fn number_of(&self, kind: PayloadKind) -> Option<u8> {
        let entries = self.kinds.iter().flatten();
        entries.copied().find(|(_, other)| *other == kind).map(|(number, _)| number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_rfc_3551() {
        assert_eq!(Codec::Pcmu.static_payload_type(), Some(0));
        assert_eq!(Codec::Pcma.static_payload_type(), Some(8));
        for codec in Codec::ALL {
            assert_eq!((codec.timestamp_step(), codec.frame_bytes()), (160, Some(160)));
        }
    }

    #[test]
    fn encodes_and_decodes_frames() {
        for codec in Codec::ALL {
            let (mut bytes, mut samples) = (vec![1], vec![2]);
            codec.encode(&[0, 1000, -1000], &mut bytes);
            codec.decode(&bytes[1..], &mut samples);
            assert_eq!((bytes.len(), samples.len(), samples[0]), (4, 4, 2));
            assert!((samples[2] - 1000).abs() < 32 && (samples[3] + 1000).abs() < 32);
        }
        assert_eq!((Codec::Pcmu.silence(), Codec::Pcma.silence()), (0xFF, 0xD5));
    }

    #[test]
    fn maps_are_bounded() {
        let mut map = PayloadMap::default();
        assert!(map.insert(0, PayloadKind::Audio(Codec::Pcmu)));
        assert!(map.insert(101, PayloadKind::TelephoneEvent));
        assert!(map.insert(101, PayloadKind::TelephoneEvent), "again");
        assert!(!map.insert(128, PayloadKind::ComfortNoise));
        assert_eq!(map.get(101), Some(PayloadKind::TelephoneEvent));
        assert_eq!(map.get(8), None);
        assert_eq!(map.number_of(PayloadKind::Audio(Codec::Pcmu)), Some(0));
        assert_eq!(map.number_of(PayloadKind::ComfortNoise), None);
        assert!((102..108).all(|number| map.insert(number, PayloadKind::TelephoneEvent)));
        assert!(!map.insert(108, PayloadKind::TelephoneEvent));
    }
}
