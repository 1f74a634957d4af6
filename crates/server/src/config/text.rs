//! Texts with a form of their own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A host and, if any, a port: `sip.example.com`, `192.0.2.1:5080`, `[2001:db8::1]:5060`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// The host: a name, an IPv4 address, or an IPv6 address in brackets.
    pub host: String,
    /// The port; None where the usual one is meant.
    pub port: Option<u16>,
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

impl FromStr for HostPort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (host, rest) = match text.strip_prefix('[').and_then(|it| it.split_once(']')) {
            Some((inner, rest)) if inner.parse::<std::net::Ipv6Addr>().is_ok() => {
                (format!("[{inner}]"), rest)
            }
            Some(_) => return Err("has no IPv6 address in its brackets".to_owned()),
            None => {
                let end = text.find(':').unwrap_or(text.len());
                (text[..end].to_owned(), &text[end..])
            }
        };
        if !host.starts_with('[') && !is_host(&host) {
            return Err("is not a host".to_owned());
        }
        let port = match rest.strip_prefix(':') {
            None if rest.is_empty() => None,
            Some(port) => Some(port.parse().ok().filter(|it| *it > 0).ok_or("has a wrong port")?),
            None => return Err("is not a host and a port".to_owned()),
        };
        Ok(Self { host, port })
    }
}

fn is_host(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    !text.is_empty() && text.len() <= 253 && text.chars().all(fits)
}

impl Serialize for HostPort {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HostPort {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_ports_or_none() {
        for (text, host, port) in [
            ("sip.example.com", "sip.example.com", None),
            ("192.0.2.1:5080", "192.0.2.1", Some(5080)),
            ("[2001:db8::1]", "[2001:db8::1]", None),
            ("[2001:db8::1]:5061", "[2001:db8::1]", Some(5061)),
        ] {
            let read: HostPort = text.parse().unwrap();
            assert_eq!((read.host.as_str(), read.port), (host, port));
            assert_eq!(read.to_string(), text);
        }
        for bad in ["", "a b", "sip:host", "host:0", "host:99999", "2001:db8::1", "[x]:1", "h:"] {
            assert!(bad.parse::<HostPort>().is_err(), "{bad}");
        }
    }
}
