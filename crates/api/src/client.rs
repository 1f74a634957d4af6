//! Where a request comes from: the client's address, how it came, and which origin is ours.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use ipnet::IpNet;

use crate::codes::Code;
use crate::problem::Problem;

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// Whether the connection itself is TLS.
    pub is_tls: bool,
}

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    /// The address: the peer's, or what a proxy that is trusted says.
    pub address: IpAddr,
    /// Whether the browser speaks HTTPS.
    pub is_https: bool,
    /// The host and port that the client asked for, checked to be no more than that.
    pub host: String,
}

/// Which hosts and proxies there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// The host (with its port, unless it is the usual one) that people use; any when none.
    pub public_host: Option<String>,
    /// Whose `X-Forwarded-…` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether peers that are no such proxy may speak plain HTTP, because nobody else hears it.
    pub is_loopback_only: bool,
}

impl Surroundings {
    /// Reads where a request comes from. Fails where the host is not ours, and where somebody
    /// speaks plain HTTP over a network.
    pub(crate) fn client(&self, peer: Peer, headers: &HeaderMap) -> Result<Client, Problem> {
        let is_proxy = self.is_trusted(peer.address);
        let mut client = Client {
            address: peer.address.to_canonical(),
            is_https: peer.is_tls,
            host: host(headers)?,
        };
        if is_proxy {
            client.address = self.forwarded_for(headers).unwrap_or(client.address);
            let proto = last(headers, "x-forwarded-proto");
            client.is_https |= proto.is_some_and(|proto| proto.eq_ignore_ascii_case("https"));
        } else if !peer.is_tls && !self.is_loopback_only && !peer.address.is_loopback() {
            return Err(Problem::of(Code::Plain));
        }
        if !self.is_ours(&client.host) {
            return Err(Problem::of(Code::OtherHost));
        }
        Ok(client)
    }

    /// Whether an address is that of a proxy whose word is taken.
    pub(crate) fn is_trusted(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }

    /// The last address of `X-Forwarded-For` that is no proxy of ours: what stands before it was
    /// written by others.
    fn forwarded_for(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
        let addresses = lines.iter().filter_map(|line| line.to_str().ok());
        let addresses = addresses.flat_map(|line| line.split(','));
        let mut known = None;
        for text in addresses.collect::<Vec<_>>().into_iter().rev() {
            let address: IpAddr = text.trim().parse().ok()?;
            known = Some(address.to_canonical());
            if !self.is_trusted(address) {
                break;
            }
        }
        known
    }

    /// Whether we answer for a host. Addresses and `localhost` belong to no domain that an
    /// attacker could point at us.
    fn is_ours(&self, host: &str) -> bool {
        let Some(public) = &self.public_host else { return true };
        let name = without_port(host);
        let is_local = name.eq_ignore_ascii_case("localhost")
            || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        is_local || public.eq_ignore_ascii_case(host)
    }
}

/// The `Host` header, if it is nothing but a host and a port: it goes into other headers.
fn host(headers: &HeaderMap) -> Result<String, Problem> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.ok_or_else(|| Problem::new(Code::Unreadable, "The Host header is missing."))?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    if host.is_empty() || host.len() > 255 || !host.chars().all(is_plain) {
        return Err(Problem::new(Code::Unreadable, "The Host header is no host."));
    }
    Ok(host.to_ascii_lowercase())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    }
}

fn last<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let line = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    line.rsplit(',').next().map(str::trim)
}

impl Client {
    /// Where the request that carries it comes from.
    pub(crate) fn of(request: &Parts) -> Result<Self, Problem> {
        let client = request.extensions.get::<Self>().cloned();
        client.ok_or_else(|| Problem::fault("a request without its client"))
    }

    /// Our origin, as the client sees us.
    pub(crate) fn origin(&self) -> String {
        let scheme = if self.is_https { "https" } else { "http" };
        format!("{scheme}://{}", self.host)
    }

    /// Whether the `Origin` header is there and ours.
    pub(crate) fn has_our_origin(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
        origin.is_some_and(|origin| origin.eq_ignore_ascii_case(&self.origin()))
    }

    /// Whether the browser says that another origin's page sent the request; none where it says
    /// nothing, as programs do.
    pub(crate) fn is_foreign(&self, headers: &HeaderMap) -> Option<bool> {
        let site = headers.get("sec-fetch-site").map(|site| site.as_bytes() != b"same-origin");
        let origin = headers.contains_key(header::ORIGIN).then(|| !self.has_our_origin(headers));
        match (site, origin) {
            (None, None) => None,
            (site, origin) => Some(site.unwrap_or(false) || origin.unwrap_or(false)),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(parts)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn peer(address: &str, is_tls: bool) -> Peer {
        Peer { address: address.parse().unwrap(), is_tls }
    }

    fn proxied() -> Surroundings {
        Surroundings {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            ..Surroundings::default()
        }
    }

    const HOST: (&str, &str) = ("host", "cc.example");

    #[test]
    fn a_proxy_is_believed_and_nobody_else() {
        let lines = [
            HOST,
            ("x-forwarded-for", "6.6.6.6, 1.2.3.4, 10.0.0.9"),
            ("x-forwarded-proto", "https"),
        ];
        let from_proxy = proxied().client(peer("10.0.0.1", false), &headers(&lines)).unwrap();
        assert_eq!(from_proxy.address.to_string(), "1.2.3.4");
        assert_eq!(from_proxy.origin(), "https://cc.example");
        let direct = proxied().client(peer("9.9.9.9", true), &headers(&lines)).unwrap();
        assert_eq!(direct.address.to_string(), "9.9.9.9");
        let plain = proxied().client(peer("9.9.9.9", false), &headers(&lines)).unwrap_err();
        assert_eq!(plain.code(), "plain-http");
    }

    #[test]
    fn a_lie_within_the_chain_is_not_read() {
        let lines = [HOST, ("x-forwarded-for", "10.0.0.7, lie, 10.0.0.9")];
        let client = proxied().client(peer("10.0.0.1", false), &headers(&lines)).unwrap();
        assert_eq!(client.address.to_string(), "10.0.0.1");
    }

    #[test]
    fn only_our_hosts_are_answered() {
        let ours = Surroundings { public_host: Some("cc.example".into()), ..Default::default() };
        for (host, is_ours) in [
            ("cc.example", true),
            ("CC.example", true),
            ("localhost:8443", true),
            ("[::1]:8443", true),
            ("192.0.2.7", true),
            ("evil.example", false),
            ("cc.example:99", false),
            ("a b", false),
            ("a;b", false),
            ("", false),
        ] {
            let answer = ours.client(peer("127.0.0.1", true), &headers(&[("host", host)]));
            assert_eq!(answer.is_ok(), is_ours, "{host}");
        }
    }

    #[test]
    fn a_page_of_another_origin_is_foreign() {
        let client = Client {
            address: "127.0.0.1".parse().unwrap(),
            is_https: true,
            host: "cc.example".into(),
        };
        for (lines, expected) in [
            (vec![], None),
            (vec![("origin", "https://cc.example")], Some(false)),
            (vec![("origin", "http://cc.example")], Some(true)),
            (vec![("origin", "null")], Some(true)),
            (vec![("origin", "https://cc.example:444")], Some(true)),
            (vec![("sec-fetch-site", "same-origin")], Some(false)),
            (vec![("sec-fetch-site", "same-site")], Some(true)),
            (vec![("sec-fetch-site", "none")], Some(true)),
            (vec![("sec-fetch-site", "same-origin"), ("origin", "https://a")], Some(true)),
        ] {
            assert_eq!(client.is_foreign(&headers(&lines)), expected, "{lines:?}");
        }
    }
}
