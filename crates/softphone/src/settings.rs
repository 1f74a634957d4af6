//! What a phone needs to know.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;
use trunkline_telephony::address::Uri;
use trunkline_telephony::digest::Credentials;

/// The ports for RTP where nothing else is said.
pub const RTP_PORTS: RangeInclusive<u16> = 30_000..=39_999;

/// A phone's settings.
#[derive(Clone, Debug)]
pub struct PhoneSettings {
    /// Where SIP is spoken, by UDP and TCP. Port 0 takes a free one. The address is told to
    /// others, so that it must not be a wildcard.
    pub bind: SocketAddr,
    /// The name in its address, such as `anna` or `+14155550100`.
    pub user: String,
    /// The name that is shown to who is called.
    pub display: Option<String>,
    /// The name for digest authentication when it is not `user`.
    pub login: Option<String>,
    /// The password for registering and for calls.
    pub password: Option<SecretString>,
    /// Where it registers by UDP, such as `sip:127.0.0.1:5060`.
    pub registrar: Option<String>,
    /// How long a registration should hold, 1 s to a day.
    pub expires: Duration,
    /// The ports for RTP.
    pub rtp_ports: RangeInclusive<u16>,
    /// Who may speak to it. Everybody else is not heard.
    pub networks: Vec<IpNet>,
    /// How long it rings before a call counts as not answered.
    pub ring_limit: Duration,
    /// After how long without packets [`crate::Happened::MediaLost`] is told.
    pub media_timeout: Duration,
    /// The round-trip time that retransmissions begin with (T1), 500 ms by default.
    pub t1: Duration,
}

impl PhoneSettings {
    /// A phone at an address that everybody may call; three minutes of ringing.
    pub fn new(bind: SocketAddr, user: impl Into<String>) -> Self {
        let all = [IpAddr::from([0_u8; 4]), IpAddr::from([0_u16; 8])];
        Self {
            bind,
            user: user.into(),
            display: None,
            login: None,
            password: None,
            registrar: None,
            expires: Duration::from_secs(300),
            rtp_ports: RTP_PORTS,
            // A prefix of length 0 is always right.
            networks: all.iter().filter_map(|address| IpNet::new(*address, 0).ok()).collect(),
            ring_limit: Duration::from_secs(180),
            media_timeout: Duration::from_secs(10),
            t1: Duration::from_millis(500),
        }
    }

    /// A phone at a free port of this machine, for tests and demonstrations.
    pub fn loopback(user: impl Into<String>) -> Self {
        Self::new(SocketAddr::from(([127, 0, 0, 1], 0)), user)
    }

    /// With a registrar and the password for it.
    #[must_use]
    pub fn registered_at(
        mut self,
        registrar: impl Into<String>,
        password: impl Into<SecretString>,
    ) -> Self {
        (self.registrar, self.password) = (Some(registrar.into()), Some(password.into()));
        self
    }

    pub(crate) fn credentials(&self) -> Option<Credentials> {
        let username = self.login.as_ref().unwrap_or(&self.user).clone();
        Some(Credentials { username, password: self.password.clone()? })
    }

    /// The phone's own address, without brackets: at its registrar's, or where it can be reached.
    pub(crate) fn record(&self, address: SocketAddr) -> String {
        let host = self.registrar.as_deref().and_then(Uri::parse).map(|uri| uri.host);
        match host {
            Some(host) if !host.is_empty() => format!("sip:{}@{host}", self.user),
            Some(_) | None => format!("sip:{}@{address}", self.user),
        }
    }

    /// The value of `From`, without a tag.
    pub(crate) fn from(&self, address: SocketAddr) -> String {
        let record = self.record(address);
        match &self.display {
            Some(name) => format!("{} <{record}>", quoted(name)),
            None => format!("<{record}>"),
        }
    }
}

/// The address of this machine from which another is reached: no packet is sent for it.
///
/// # Errors
/// When there is no way to the other.
pub fn address_towards(other: SocketAddr) -> std::io::Result<IpAddr> {
    let any = match other {
        SocketAddr::V4(_) => IpAddr::from([0_u8; 4]),
        SocketAddr::V6(_) => IpAddr::from([0_u16; 8]),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(other)?;
    Ok(socket.local_addr()?.ip())
}

fn quoted(name: &str) -> String {
    let plain: String = name.chars().filter(|c| !c.is_control()).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_calls_itself_by_its_registrar() {
        let address = "192.0.2.7:5070".parse().unwrap();
        let mut settings = PhoneSettings::loopback("anna");
        assert_eq!(settings.from(address), "<sip:anna@192.0.2.7:5070>");
        settings.display = Some("Anna \"A\"\r\n".into());
        settings = settings.registered_at("sip:pbx.example:5062;transport=tcp", "secret");
        let from = "\"Anna \\\"A\\\"\" <sip:anna@pbx.example:5062>";
        assert_eq!(settings.from(address), from);
        assert!(!format!("{settings:?}").contains("secret"));
    }

    #[test]
    fn loopback_is_reached_from_loopback() {
        let here = address_towards("127.0.0.1:5060".parse().unwrap()).unwrap();
        assert!(here.is_loopback());
    }
}
