//! Figures of SIP and RTP for the metrics.

use std::sync::Arc;

use trunkline_media_engine::Engine;
use trunkline_telephony::shell::Endpoint;

use crate::ops::{Metrics, RtpFigures, SipFigures};

/// Lets the metrics read what sockets count, when somebody asks for them.
pub(crate) fn observe(
    metrics: &Metrics,
    endpoint: &Arc<Endpoint>,
    engine: &Engine,
    phones: Vec<String>,
) {
    // Metrics must not keep sockets open after the server.
    let (endpoint, engine) = (Arc::downgrade(endpoint), engine.clone());
    metrics.observe_sip(move || {
        endpoint.upgrade().map(|endpoint| sip(&endpoint, &phones)).unwrap_or_default()
    });
    metrics.observe_rtp(move || rtp(&engine));
}

fn sip(endpoint: &Endpoint, phones: &[String]) -> SipFigures {
    let counters = endpoint.counters();
    let registered = phones.iter().filter(|user| !endpoint.bindings(user).is_empty()).count();
    SipFigures {
        calls: counters.calls,
        registered: registered as u64,
        banned: endpoint.banned().len() as u64,
        dropped: counters.dropped + counters.banned + counters.noise,
        malformed: counters.malformed,
        overloaded: counters.overloaded,
        rate_limited: counters.limited,
        auth_failures: counters.denied,
    }
}

fn rtp(engine: &Engine) -> RtpFigures {
    let counters = engine.counters();
    RtpFigures {
        legs: counters.legs_open,
        ports_free: counters.ports_free,
        received: counters.received,
        sent: counters.sent,
        wrong_source: counters.wrong_source,
        unparsable: counters.unparsable,
        send_failures: counters.send_failures,
        late_frames: counters.late_frames,
        worst_lateness_s: counters.worst_lateness.as_secs_f64(),
    }
}
