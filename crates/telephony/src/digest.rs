//! Digest authentication (RFC 7616, RFC 8760 for SIP): MD5 and SHA-256, `qop=auth`.
//!
//! [`client`] answers a trunk's challenges, [`server`] makes challenges and checks answers. Neither
//! knows a clock or a random source. The library's own digest is not used: its token for SHA-256 is
//! not the RFC's (D22).

pub mod client;
mod fields;
pub mod server;

use std::fmt::Write;

use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// A name and its password.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The name.
    pub username: String,
    /// The password; never printed.
    pub password: SecretString,
}

/// A hash that both sides have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RFC 2617's, which phones still need.
    Md5,
    /// RFC 8760's.
    Sha256,
}

impl Algorithm {
    /// All of them, the better one first.
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Md5];

    /// The token in headers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// Reads the token; none means MD5. None for algorithms that are not supported.
    fn parse(token: Option<&str>) -> Option<Self> {
        let Some(token) = token else { return Some(Self::Md5) };
        [Self::Md5, Self::Sha256].into_iter().find(|a| token.eq_ignore_ascii_case(a.as_str()))
    }

    fn hex(self, text: &str) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A field of a digest header, such as its realm.
pub(crate) fn field(header: &str, name: &str) -> Option<String> {
    fields::Fields::parse(header)?.get(name).map(str::to_owned)
}

/// What goes into the response beside the password.
struct Parts<'a> {
    algorithm: Algorithm,
    realm: &'a str,
    nonce: &'a str,
    method: &'a str,
    uri: &'a str,
    /// `nc` and `cnonce` when `qop=auth` is used; None for servers of RFC 2069.
    auth: Option<(&'a str, &'a str)>,
}

impl Parts<'_> {
    fn response(&self, credentials: &Credentials) -> String {
        let Self { algorithm, realm, nonce, method, uri, auth } = self;
        let password = credentials.password.expose_secret();
        let ha1 = algorithm.hex(&format!("{}:{realm}:{password}", credentials.username));
        let ha2 = algorithm.hex(&format!("{method}:{uri}"));
        match auth {
            Some((nc, cnonce)) => algorithm.hex(&format!("{ha1}:{nonce}:{nc}:{cnonce}:auth:{ha2}")),
            None => algorithm.hex(&format!("{ha1}:{nonce}:{ha2}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(password: &str) -> Credentials {
        Credentials { username: "Mufasa".into(), password: password.into() }
    }

    #[test]
    fn the_rfcs_examples_come_out() {
        let rfc2617 = Parts {
            algorithm: Algorithm::Md5,
            realm: "testrealm@host.com",
            nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            method: "GET",
            uri: "/dir/index.html",
            auth: Some(("00000001", "0a4f113b")),
        };
        let response = rfc2617.response(&credentials("Circle Of Life"));
        assert_eq!(response, "6629fae49393a05397450978507c4ef1");
        let legacy = Parts { auth: None, ..rfc2617 };
        let response = legacy.response(&credentials("Circle Of Life"));
        assert_eq!(response, "670fd8c2df070c60b045671b8b24ff02");
        let rows = [
            (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
            (Algorithm::Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ];
        for (algorithm, expected) in rows {
            let rfc7616 = Parts {
                algorithm,
                realm: "http-auth@example.org",
                nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                method: "GET",
                uri: "/dir/index.html",
                auth: Some(("00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")),
            };
            assert_eq!(rfc7616.response(&credentials("Circle of Life")), expected);
        }
    }

    #[test]
    fn passwords_are_not_printed() {
        assert!(!format!("{:?}", credentials("canary")).contains("canary"));
    }
}
