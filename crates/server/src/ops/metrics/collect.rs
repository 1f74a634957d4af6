//! Figures that are read when somebody asks for them.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::ops::health::Health;
use crate::ops::process;

/// What SIP has counted since the start, and what is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SipFigures {
    /// Calls and agents' legs now.
    pub calls: u64,
    /// Phones registered now.
    pub registered: u64,
    /// Sources banned now.
    pub banned: u64,
    /// Datagrams and connections of sources that may not speak.
    pub dropped: u64,
    /// Requests that were malformed.
    pub malformed: u64,
    /// INVITEs refused because there were too many calls.
    pub overloaded: u64,
    /// Requests over their source's rate.
    pub rate_limited: u64,
    /// Wrong passwords.
    pub auth_failures: u64,
}

/// What RTP has counted since the start, and what is now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RtpFigures {
    /// Legs open now.
    pub legs: u64,
    /// Pairs of ports free now.
    pub ports_free: u64,
    /// Packets taken.
    pub received: u64,
    /// Packets sent.
    pub sent: u64,
    /// Packets from another source than the leg's peer.
    pub wrong_source: u64,
    /// Datagrams that are neither RTP nor RTCP.
    pub unparsable: u64,
    /// Datagrams that the system refused to send.
    pub send_failures: u64,
    /// Frames more than 20 ms behind their stream's own grid (D27).
    pub late_frames: u64,
    /// The longest that a frame was behind, in seconds.
    pub worst_lateness_s: f64,
}

/// A reader of figures of one kind.
pub(super) type Read<T> = Box<dyn Fn() -> T + Send + Sync>;

fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let metric = ConstCounter::new(value);
    let encoder = encoder.encode_descriptor(name, help, None, metric.metric_type())?;
    metric.encode(encoder)
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: f64) -> fmt::Result {
    let metric = ConstGauge::new(value);
    let encoder = encoder.encode_descriptor(name, help, None, metric.metric_type())?;
    metric.encode(encoder)
}

#[expect(clippy::cast_precision_loss, reason = "counts of things that are there now are small")]
fn count(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    gauge(encoder, name, help, value as f64)
}

pub(super) struct Sip(pub(super) Read<SipFigures>);

impl Collector for Sip {
    fn encode(&self, mut out: DescriptorEncoder<'_>) -> fmt::Result {
        let figures = (self.0)();
        let out = &mut out;
        count(out, "trunkline_sip_calls", "SIP calls now, agents' legs included", figures.calls)?;
        count(out, "trunkline_sip_phones", "Phones registered now", figures.registered)?;
        count(out, "trunkline_sip_banned", "Sources banned now", figures.banned)?;
        let help = "Datagrams and connections of sources that may not speak";
        counter(out, "trunkline_sip_dropped", help, figures.dropped)?;
        counter(out, "trunkline_sip_malformed", "Malformed requests", figures.malformed)?;
        let help = "Calls refused with 503 because there were too many";
        counter(out, "trunkline_sip_overloaded", help, figures.overloaded)?;
        let help = "Requests over their source's rate";
        counter(out, "trunkline_sip_rate_limited", help, figures.rate_limited)?;
        counter(out, "trunkline_sip_auth_failures", "Wrong passwords", figures.auth_failures)
    }
}

pub(super) struct Rtp(pub(super) Read<RtpFigures>);

impl Collector for Rtp {
    fn encode(&self, mut out: DescriptorEncoder<'_>) -> fmt::Result {
        let figures = (self.0)();
        let out = &mut out;
        count(out, "trunkline_rtp_legs", "Legs with audio now", figures.legs)?;
        count(out, "trunkline_rtp_ports_free", "Pairs of ports free now", figures.ports_free)?;
        counter(out, "trunkline_rtp_packets_received", "Packets taken", figures.received)?;
        counter(out, "trunkline_rtp_packets_sent", "Packets sent", figures.sent)?;
        let help = "Packets from another source than the leg's peer";
        counter(out, "trunkline_rtp_wrong_source", help, figures.wrong_source)?;
        let help = "Datagrams that are neither RTP nor RTCP";
        counter(out, "trunkline_rtp_unparsable", help, figures.unparsable)?;
        let help = "Datagrams that the system refused to send";
        counter(out, "trunkline_rtp_send_failures", help, figures.send_failures)?;
        let help = "Frames more than 20 ms behind their stream's own grid";
        counter(out, "trunkline_rtp_late_frames", help, figures.late_frames)?;
        let help = "The longest that a frame was behind its grid";
        gauge(out, "trunkline_rtp_worst_lateness_seconds", help, figures.worst_lateness_s)
    }
}

pub(super) struct Log(pub(super) Read<u64>);

impl Collector for Log {
    fn encode(&self, mut out: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Lines of the log that could not be written in time";
        counter(&mut out, "trunkline_log_lines_dropped", help, (self.0)())
    }
}

#[derive(Debug)]
pub(super) struct Ready(pub(super) Health);

impl Collector for Ready {
    fn encode(&self, mut out: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Whether new calls are taken: 1 or 0";
        let ready = if self.0.is_ready() { 1.0 } else { 0.0 };
        gauge(&mut out, "trunkline_ready", help, ready)?;
        let metric = ConstGauge::new(0_i64);
        let (name, help) = ("trunkline_check", "Whether this is in order: 1 or 0");
        let mut family = out.encode_descriptor(name, help, None, metric.metric_type())?;
        for (check, why) in self.0.checks() {
            let value = ConstGauge::new(i64::from(why.is_none()));
            value.encode(family.encode_family(&[("check", check.as_str())])?)?;
        }
        Ok(())
    }
}

/// Figures of the process, by the names that all exporters use.
#[derive(Debug)]
pub(super) struct Process;

impl Collector for Process {
    fn encode(&self, mut out: DescriptorEncoder<'_>) -> fmt::Result {
        let Some(figures) = process::figures() else { return Ok(()) };
        let out = &mut out;
        let help = "Memory in use";
        count(out, "process_resident_memory_bytes", help, figures.resident_bytes)?;
        let metric = ConstCounter::new(figures.cpu_s);
        let (name, help) = ("process_cpu_seconds", "Processor time used");
        let encoder = out.encode_descriptor(name, help, None, metric.metric_type())?;
        metric.encode(encoder)?;
        count(out, "process_threads", "Threads", figures.threads)?;
        count(out, "process_open_fds", "Open files and sockets", figures.open_files)
    }
}

macro_rules! opaque {
    ($($name:ident),+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        })+
    };
}

opaque!(Sip, Rtp, Log);
