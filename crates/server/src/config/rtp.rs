//! `[rtp]`: addresses and ports of audio.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PortRange, SipConfig, schema, sip};

/// Audio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RtpConfig {
    /// The address at which audio is received.
    #[schemars(schema_with = "schema::address")]
    pub address: IpAddr,
    /// What others are told instead. Without this key `address`, and for 0.0.0.0 the first
    /// address that SIP tells.
    #[schemars(schema_with = "schema::optional_address")]
    pub advertised: Option<IpAddr>,
    /// The ports, such as `16384-32767`. Each leg takes two: an even one for RTP and the next for
    /// RTCP.
    #[schemars(schema_with = "schema::port_range")]
    pub ports: PortRange,
    /// Threads for audio.
    #[schemars(range(min = 1, max = 64))]
    pub threads: u32,
    /// A leg that sends no audio for so many seconds is taken as lost.
    #[schemars(range(min = 1, max = 3_600))]
    pub timeout_s: u32,
}

impl Default for RtpConfig {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::UNSPECIFIED.into(),
            advertised: None,
            ports: PortRange::DEFAULT,
            threads: 1,
            timeout_s: 20,
        }
    }
}

impl RtpConfig {
    /// The address that others are told, with what `[sip]` says where this table says nothing.
    pub fn told(&self, sip: &SipConfig) -> IpAddr {
        if let Some(address) = self.advertised {
            return address;
        }
        if !self.address.is_unspecified() {
            return self.address;
        }
        let is_v4 = self.address.is_ipv4();
        let addresses = sip.addresses().into_iter();
        let mut told = addresses.map(|it| it.advertised.unwrap_or(it.address).ip());
        told.find(|it| it.is_ipv4() == is_v4).unwrap_or_else(|| sip::outward(is_v4))
    }
}
