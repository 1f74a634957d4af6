//! Opus at the edge of a browser's leg: behind it all is G.711, whatever the browser speaks.

use std::collections::VecDeque;
use std::sync::Arc;

use trunkline_media::codec::Codec;
use trunkline_media::dtmf;
use trunkline_media::opus::{OpusIn, OpusOut, Take};
use trunkline_media::rtp::{Header, Packet};
use trunkline_media::{Error, SAMPLE_RATE_HZ};
use trunkline_webrtc::{Agreed, Heard};

/// A packet as the leg takes it.
#[derive(Clone, Debug)]
pub(crate) struct Sound {
    pub(crate) heard: Heard,
    /// It was lost, and stands for what it may have been: nothing that was received.
    pub(crate) is_made_up: bool,
}

impl From<Heard> for Sound {
    fn from(heard: Heard) -> Self {
        Self { heard, is_made_up: false }
    }
}

/// Between a browser that speaks Opus and its leg.
#[derive(Debug)]
pub(crate) struct OpusEdge {
    inbound: OpusIn,
    outbound: OpusOut,
    payload_type: u8,
    event_payload_type: Option<u8>,
    slow_event_payload_type: Option<u8>,
    /// Ticks of the browser's durations of keys in one of ours.
    event_ticks: u16,
}

impl OpusEdge {
    pub(crate) fn new(inner: Codec, agreed: &Agreed) -> Result<Self, Error> {
        let ticks = agreed.event_clock_rate_hz / SAMPLE_RATE_HZ;
        Ok(Self {
            inbound: OpusIn::new(inner.law())?,
            outbound: OpusOut::new(inner.law(), agreed.payload_type)?,
            payload_type: agreed.payload_type,
            event_payload_type: agreed.event_payload_type,
            slow_event_payload_type: agreed.slow_event_payload_type,
            event_ticks: u16::try_from(ticks).unwrap_or(1).max(1),
        })
    }

    /// Adds what comes of a browser's packet. What is no Opus gives nothing.
    pub(crate) fn hear(&mut self, heard: &Heard, sounds: &mut VecDeque<Sound>) {
        let header = heard.header;
        if let Some(ticks) = self.ticks_of(header.payload_type) {
            // The leg knows keys by the type that was agreed on first.
            let payload_type = self.event_payload_type.unwrap_or(header.payload_type);
            let header = Header { payload_type, ..self.inbound.event(header) };
            let payload = scaled(&heard.payload, |duration| duration / ticks).into();
            sounds.push_back(Sound::from(Heard { header, payload }));
            return;
        }
        if header.payload_type != self.payload_type {
            return;
        }
        let packet = Packet { header, payload: &heard.payload, ..Packet::default() };
        // The leg knows the audio by the type that was agreed on.
        let payload_type = self.payload_type;
        self.inbound.packet(&packet, &mut |given, payload| {
            let is_made_up = given.sequence != header.sequence;
            let header = Header { payload_type, ..given };
            sounds.push_back(Sound {
                heard: Heard { header, payload: Arc::from(payload) },
                is_made_up,
            });
        });
    }

    /// Ticks of durations of keys in one of ours; none if they are no keys.
    fn ticks_of(&self, payload_type: u8) -> Option<u16> {
        if Some(payload_type) == self.event_payload_type {
            return Some(self.event_ticks);
        }
        (Some(payload_type) == self.slow_event_payload_type).then_some(1)
    }

    /// Gives the packets that a packet of the leg becomes.
    pub(crate) fn say(&mut self, packet: &Packet<'_>, take: &mut Take<'_>) {
        if packet.header.payload_type == self.payload_type {
            return self.outbound.frame(packet.header, packet.payload, take);
        }
        let Some(header) = self.outbound.event(packet.header) else { return };
        // A key that is held for longer than can be said stays at the longest.
        let payload = scaled(packet.payload, |duration| duration.saturating_mul(self.event_ticks));
        take(header, &payload);
    }
}

/// An event's payload with its duration on another clock.
fn scaled(payload: &[u8], duration: impl Fn(u16) -> u16) -> Vec<u8> {
    let Ok(event) = dtmf::Payload::parse(payload) else { return payload.to_vec() };
    let event = dtmf::Payload { duration: duration(event.duration), ..event };
    event.to_bytes().to_vec()
}
