//! `[rtp]`: addresses and ports of audio.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PortRange, SipConfig, WebrtcConfig, schema, sip};

/// Audio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RtpConfig {
    /// The address at which audio is received. Without this key that of `sip.listen`, if that is
    /// one alone and `webrtc.public_address` names no others; else all of the machine, those of
    /// IPv6 too where `sip.listen` has one.
    #[schemars(schema_with = "schema::optional_address")]
    pub address: Option<IpAddr>,
    /// What others are told instead. Without this key `address`, and where that is a wildcard or
    /// not there the first address of each IP family that SIP tells.
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
            address: None,
            advertised: None,
            ports: PortRange::DEFAULT,
            threads: 1,
            timeout_s: 20,
        }
    }
}

impl RtpConfig {
    /// The address at which audio is received. A packet from a socket of all addresses leaves
    /// with whichever the system likes, and browsers take it from no other than the one they were
    /// told: where SIP has one address, audio has it too.
    pub fn bind(&self, sip: &SipConfig, webrtc: &WebrtcConfig) -> IpAddr {
        if let Some(address) = self.address {
            return address;
        }
        let mut listen = sip.listen.iter().map(SocketAddr::ip);
        let first = listen.next().unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        if webrtc.public_address.is_empty() && listen.all(|it| it == first) {
            return first;
        }
        match sip.listen.iter().any(SocketAddr::is_ipv6) {
            true => Ipv6Addr::UNSPECIFIED.into(),
            false => Ipv4Addr::UNSPECIFIED.into(),
        }
    }

    /// The addresses that others are told, with what `[sip]` says where this table says nothing:
    /// one, or one of each IP family where audio is had over both.
    pub fn told(&self, sip: &SipConfig) -> Vec<IpAddr> {
        if let Some(address) = self.address.filter(|it| !it.is_unspecified()) {
            return vec![self.advertised.unwrap_or(address)];
        }
        let has_ipv6 = self.address.is_none_or(|it| it.is_ipv6());
        let mut told: Vec<IpAddr> = self.advertised.into_iter().collect();
        for listen in sip.addresses() {
            let ip = listen.advertised.unwrap_or(listen.address).ip();
            let is_new = told.iter().all(|it| it.is_ipv4() != ip.is_ipv4());
            if is_new && (ip.is_ipv4() || has_ipv6) {
                told.push(ip);
            }
        }
        if told.is_empty() {
            told.push(sip::outward(self.address.is_none_or(|it| it.is_ipv4())));
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_is_had_over_each_family_that_sip_has() {
        // Addresses of SIP, that of audio, one for browsers; what is bound, and what is told.
        let rows = [
            ("127.0.0.1", None, None, "127.0.0.1", "127.0.0.1"),
            ("127.0.0.1 127.0.0.1", None, None, "127.0.0.1", "127.0.0.1"),
            ("127.0.0.1", None, Some("192.0.2.7"), "0.0.0.0", "127.0.0.1"),
            ("127.0.0.1 127.0.0.2", None, None, "0.0.0.0", "127.0.0.1"),
            ("::1", None, None, "::1", "::1"),
            ("::1", None, Some("192.0.2.7"), "::", "::1"),
            ("127.0.0.1 ::1", None, None, "::", "127.0.0.1 ::1"),
            ("::1 127.0.0.1 127.0.0.2", None, None, "::", "::1 127.0.0.1"),
            ("127.0.0.1 ::1", Some("::1"), None, "::1", "::1"),
            ("127.0.0.1 ::1", Some("0.0.0.0"), None, "0.0.0.0", "127.0.0.1"),
        ];
        for (listen, address, browsers, bind, told) in rows {
            let ip = |text: &str| text.parse::<IpAddr>().unwrap();
            let listen = listen.split(' ').map(|it| SocketAddr::new(ip(it), 5060)).collect();
            let sip = SipConfig { listen, ..SipConfig::default() };
            let public_address = browsers.map(ip).into_iter().collect();
            let webrtc = WebrtcConfig { public_address, ..WebrtcConfig::default() };
            let config = RtpConfig { address: address.map(ip), ..RtpConfig::default() };
            let texts: Vec<_> = config.told(&sip).iter().map(ToString::to_string).collect();
            let got = (config.bind(&sip, &webrtc).to_string(), texts.join(" "));
            assert_eq!(got, (bind.into(), told.into()));
        }
    }

    #[test]
    fn behind_a_translation_the_own_address_is_bound_and_the_public_one_told() {
        let public: IpAddr = "203.0.113.9".parse().unwrap();
        let listen = vec!["192.0.2.7:5060".parse().unwrap()];
        let sip = SipConfig { listen, advertised: vec![public], ..SipConfig::default() };
        let config = RtpConfig::default();
        assert_eq!(config.bind(&sip, &WebrtcConfig::default()), sip.listen[0].ip());
        assert_eq!(config.told(&sip), [public]);
    }
}
