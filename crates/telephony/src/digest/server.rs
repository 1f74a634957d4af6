//! Makes challenges and checks answers.

use std::collections::BTreeMap;
use std::net::IpAddr;

use secrecy::SecretString;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::fields::{Fields, quote};
use super::{Algorithm, Credentials, Parts, hex};

/// How long a nonce may be used, in milliseconds.
pub const NONCE_LIFETIME_MS: u64 = 300_000;

/// The most nonces in use whose counts are remembered. When there are more, the oldest become
/// stale, which costs their owners one round trip.
pub const MAX_NONCES: usize = 10_000;

/// Why an answer was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Denial {
    /// It is no digest answer to this realm, or lacks a field.
    #[error("the credentials are not an answer to the challenge")]
    Malformed,
    /// The nonce is too old or its count was used before: challenge again with `stale=true`.
    #[error("the nonce is not fresh any more")]
    Stale,
    /// The name is unknown or the password wrong; which of them is not told.
    #[error("unknown name or wrong password")]
    Wrong,
}

/// Challenges of one realm.
pub struct Verifier {
    realm: String,
    secret: [u8; 32],
    algorithms: Vec<Algorithm>,
    issued: u64,
    /// The highest count seen for each nonce in use; nonces sort by their time.
    counts: BTreeMap<String, u32>,
    /// Nonces before this time are stale.
    oldest_ms: u64,
}

impl Verifier {
    /// A verifier; `secret` is random and is not told to anyone.
    pub fn new(realm: impl Into<String>, secret: [u8; 32]) -> Self {
        let (issued, counts, oldest_ms) = (0, BTreeMap::new(), 0);
        let algorithms = Algorithm::ALL.to_vec();
        Self { realm: realm.into(), secret, algorithms, issued, counts, oldest_ms }
    }

    /// Offers and takes these algorithms alone, in this order; without any it is all of them.
    pub fn set_algorithms(&mut self, algorithms: &[Algorithm]) {
        let all = if algorithms.is_empty() { &Algorithm::ALL } else { algorithms };
        self.algorithms.clear();
        self.algorithms.extend_from_slice(all);
    }

    /// The values of the `WWW-Authenticate` headers, one for each algorithm. Only the address that
    /// they are for can answer them.
    pub fn challenges(&mut self, now_ms: u64, ip: IpAddr, is_stale: bool) -> Vec<String> {
        self.issued = self.issued.wrapping_add(1);
        let nonce = self.nonce(now_ms, self.issued, ip);
        let stale = if is_stale { ", stale=true" } else { "" };
        let realm = quote(&self.realm);
        let challenge = |algorithm: Algorithm| {
            let algorithm = algorithm.as_str();
            let head = format!("Digest realm={realm}, nonce=\"{nonce}\", algorithm={algorithm}");
            format!("{head}, qop=\"auth\"{stale}")
        };
        self.algorithms.iter().copied().map(challenge).collect()
    }

    /// Checks an `Authorization` header; `password_of` finds the password of a name. Gives the
    /// name.
    ///
    /// The digest's URI is not compared with the Request-URI, which proxies may change; method,
    /// nonce and count keep an answer from being used twice.
    ///
    /// # Errors
    /// When the answer is malformed, stale or wrong.
    pub fn verify(
        &mut self,
        now_ms: u64,
        ip: IpAddr,
        authorization: &str,
        method: &str,
        password_of: impl FnOnce(&str) -> Option<SecretString>,
    ) -> Result<String, Denial> {
        let fields = Fields::parse(authorization).ok_or(Denial::Malformed)?;
        let field = |name: &str| fields.get(name).ok_or(Denial::Malformed);
        let algorithm = Algorithm::parse(fields.get("algorithm"))
            .filter(|algorithm| self.algorithms.contains(algorithm))
            .ok_or(Denial::Malformed)?;
        let (nonce, nc, cnonce) = (field("nonce")?, field("nc")?, field("cnonce")?);
        let (username, response) = (field("username")?, field("response")?);
        if field("realm")? != self.realm || !field("qop")?.eq_ignore_ascii_case("auth") {
            return Err(Denial::Malformed);
        }
        let has_form = nc.len() == 8 && nc.bytes().all(|byte| byte.is_ascii_hexdigit());
        let count = u32::from_str_radix(nc, 16).ok().filter(|_| has_form);
        let count = count.ok_or(Denial::Malformed)?;
        self.check_nonce(now_ms, ip, nonce)?;
        let password = password_of(username).ok_or(Denial::Wrong)?;
        let credentials = Credentials { username: username.to_owned(), password };
        let (realm, uri, auth) = (self.realm.as_str(), field("uri")?, Some((nc, cnonce)));
        let parts = Parts { algorithm, realm, nonce, method, uri, auth };
        if !is_same(&parts.response(&credentials), response) {
            return Err(Denial::Wrong);
        }
        self.count(now_ms, nonce, count)?;
        Ok(credentials.username)
    }

    /// Time, number and a mark, of these and the address, that only the secret's holder can
    /// make. The message is of fixed length and the hash is cut, so that hashing the secret in
    /// front is a sound mark.
    fn nonce(&self, at_ms: u64, number: u64, ip: IpAddr) -> String {
        let ip = match ip.to_canonical() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        let mut hash = Sha256::new();
        hash.update(self.secret);
        hash.update(at_ms.to_be_bytes());
        hash.update(number.to_be_bytes());
        hash.update(ip.octets());
        format!("{at_ms:016x}{number:016x}{}", hex(&hash.finalize()[..16]))
    }

    fn check_nonce(&self, now_ms: u64, ip: IpAddr, nonce: &str) -> Result<(), Denial> {
        let number = |range| nonce.get(range).and_then(|text| u64::from_str_radix(text, 16).ok());
        let (Some(at_ms), Some(count)) = (number(0..16), number(16..32)) else {
            return Err(Denial::Stale);
        };
        let is_ours = is_same(&self.nonce(at_ms, count, ip), nonce);
        let is_fresh = at_ms >= self.oldest_ms && at_ms.saturating_add(NONCE_LIFETIME_MS) > now_ms;
        if is_ours && is_fresh { Ok(()) } else { Err(Denial::Stale) }
    }

    fn count(&mut self, now_ms: u64, nonce: &str, count: u32) -> Result<(), Denial> {
        let last = self.counts.get(nonce).copied().unwrap_or(0);
        if count <= last {
            return Err(Denial::Stale);
        }
        self.counts.insert(nonce.to_owned(), count);
        let limit = format!("{:016x}", now_ms.saturating_sub(NONCE_LIFETIME_MS));
        while let Some(entry) = self.counts.first_entry() {
            if *entry.key() >= limit {
                break;
            }
            entry.remove();
        }
        if self.counts.len() > MAX_NONCES
            && let Some((oldest, _)) = self.counts.pop_first()
        {
            let at_ms = oldest.get(0..16).and_then(|text| u64::from_str_radix(text, 16).ok());
            self.oldest_ms = at_ms.unwrap_or(now_ms).saturating_add(1);
        }
        Ok(())
    }
}

/// Compares without telling by the time how much is the same.
fn is_same(expected: &str, got: &str) -> bool {
    let pairs = expected.bytes().zip(got.bytes());
    let difference = pairs.fold(0, |sum, (a, b)| sum | (a ^ b.to_ascii_lowercase()));
    expected.len() == got.len() && difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::client;
    use crate::message::{ClientTx, Headers, Response};

    const NOW_MS: u64 = 1_000_000_000;
    const IP: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn verifier() -> Verifier {
        Verifier::new("pbx.example", [7; 32])
    }

    fn answer(challenge: &str, password: &str) -> String {
        let headers = Headers::default().with("WWW-Authenticate", challenge);
        let response = Response { tx: ClientTx(1), status: 401, headers, body: Vec::new() };
        let credentials = Credentials { username: "anna".into(), password: password.into() };
        client::respond(&response, &credentials, "REGISTER", "sip:pbx.example", "c1").unwrap().1
    }

    fn check(verifier: &mut Verifier, now_ms: u64, header: &str) -> Result<String, Denial> {
        verifier.verify(now_ms, IP, header, "REGISTER", |name| {
            (name == "anna").then(|| "secret".into())
        })
    }

    #[test]
    fn both_algorithms_are_offered_and_checked() {
        let mut verifier = verifier();
        let challenges = verifier.challenges(NOW_MS, IP, false);
        assert!(challenges[0].contains("algorithm=SHA-256") && challenges[1].contains("=MD5"));
        for at in 0..2 {
            let challenges = verifier.challenges(NOW_MS, IP, false);
            let header = answer(&challenges[at], "secret");
            assert_eq!(check(&mut verifier, NOW_MS, &header), Ok("anna".into()));
            assert_eq!(check(&mut verifier, NOW_MS, &header), Err(Denial::Stale), "a replay");
        }
    }

    #[test]
    fn wrong_answers_are_denied() {
        let mut verifier = verifier();
        let challenge = verifier.challenges(NOW_MS, IP, false).remove(0);
        let good = answer(&challenge, "secret");
        let rows = [
            (answer(&challenge, "wrong"), Denial::Wrong),
            (good.replace("anna", "eve"), Denial::Wrong),
            (good.replace("sip:pbx.example", "sip:other"), Denial::Wrong),
            (good.replace("realm=\"pbx.example\"", "realm=\"x\""), Denial::Malformed),
            (good.replace("nc=00000001", "nc=+0000001"), Denial::Malformed),
            (good.replace("qop=auth", "qop=auth-int"), Denial::Malformed),
            (good.replace("algorithm=SHA-256", "algorithm=SHA-1"), Denial::Malformed),
            (good.replace("nonce=\"0", "nonce=\"1"), Denial::Stale),
            (good.replace("nonce=\"", "nonce=\"\u{e9}"), Denial::Stale),
            ("Digest".into(), Denial::Malformed),
            (String::new(), Denial::Malformed),
        ];
        for (header, expected) in rows {
            assert_eq!(check(&mut verifier, NOW_MS, &header), Err(expected), "{header}");
        }
        assert_eq!(check(&mut verifier, NOW_MS, &good), Ok("anna".into()));
        let wrong = verifier.verify(NOW_MS, IP, &good, "INVITE", |_| Some("secret".into()));
        assert_eq!(wrong, Err(Denial::Wrong), "another method");
    }

    #[test]
    fn nonces_grow_old_and_belong_to_one_verifier() {
        let mut verifier = verifier();
        let header = answer(&verifier.challenges(NOW_MS, IP, false)[0], "secret");
        let late_ms = NOW_MS + NONCE_LIFETIME_MS;
        assert_eq!(check(&mut verifier, late_ms, &header), Err(Denial::Stale));
        let mut other = Verifier::new("pbx.example", [8; 32]);
        assert_eq!(check(&mut other, NOW_MS, &header), Err(Denial::Stale));
        assert!(verifier.challenges(NOW_MS, IP, true)[0].ends_with("stale=true"));
    }

    #[test]
    fn nonces_belong_to_an_address() {
        let mut verifier = verifier();
        let header = answer(&verifier.challenges(NOW_MS, IP, false)[0], "secret");
        let find = |name: &str| (name == "anna").then(|| "secret".into());
        let mut from =
            |ip: &str| verifier.verify(NOW_MS, ip.parse().unwrap(), &header, "REGISTER", find);
        assert_eq!(from("192.0.2.2"), Err(Denial::Stale));
        assert_eq!(from("2001:db8::1"), Err(Denial::Stale));
        assert_eq!(from("::ffff:192.0.2.1"), Ok("anna".into()), "the same in IPv6 form");
    }

    #[test]
    fn only_offered_algorithms_are_taken() {
        let mut verifier = verifier();
        let md5 = answer(&verifier.challenges(NOW_MS, IP, false)[1], "secret");
        verifier.set_algorithms(&[Algorithm::Sha256]);
        assert_eq!(verifier.challenges(NOW_MS, IP, false).len(), 1);
        assert_eq!(check(&mut verifier, NOW_MS, &md5), Err(Denial::Malformed));
        verifier.set_algorithms(&[]);
        assert_eq!(check(&mut verifier, NOW_MS, &md5), Ok("anna".into()));
    }

    #[test]
    fn remembered_counts_are_limited() {
        let mut verifier = verifier();
        let headers: Vec<String> = (0..MAX_NONCES as u64 + 5)
            .map(|at| answer(&verifier.challenges(NOW_MS + at, IP, false)[0], "secret"))
            .collect();
        for header in &headers {
            assert_eq!(check(&mut verifier, NOW_MS, header), Ok("anna".into()));
        }
        assert_eq!(verifier.counts.len(), MAX_NONCES);
        assert_eq!(check(&mut verifier, NOW_MS, &headers[0]), Err(Denial::Stale));
    }
}
