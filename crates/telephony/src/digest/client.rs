//! Answers a challenge.

use super::fields::{Fields, quote};
use super::{Algorithm, Credentials, Parts};
use crate::message::Response;

/// The header that answers the first challenge of a 401 or 407 that can be answered (RFC 8760,
/// section 2.4), as name and value. None for other responses and for challenges with an unknown
/// algorithm or protection.
///
/// `cnonce` is a fresh random text of letters and digits. Each answer uses its nonce once.
pub fn respond(
    response: &Response,
    credentials: &Credentials,
    method: &str,
    uri: &str,
    cnonce: &str,
) -> Option<(&'static str, String)> {
    let (asks, answers) = match response.status {
        401 => ("WWW-Authenticate", "Authorization"),
        407 => ("Proxy-Authenticate", "Proxy-Authorization"),
        _ => return None,
    };
    let mut challenges = response.headers.all(asks);
    let value = challenges.find_map(|header| answer(header, credentials, method, uri, cnonce))?;
    Some((answers, value))
}

fn answer(
    header: &str,
    credentials: &Credentials,
    method: &str,
    uri: &str,
    cnonce: &str,
) -> Option<String> {
    const NC: &str = "00000001";
    let fields = Fields::parse(header)?;
    let algorithm = Algorithm::parse(fields.get("algorithm"))?;
    let (realm, nonce) = (fields.get("realm")?, fields.get("nonce")?);
    let has_auth = match fields.get("qop") {
        Some(list) if list.split(',').any(|qop| qop.trim().eq_ignore_ascii_case("auth")) => true,
        Some(_) => return None,
        None => false,
    };
    let auth = has_auth.then_some((NC, cnonce));
    let parts = Parts { algorithm, realm, nonce, method, uri, auth };
    let mut out = format!(
        "Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\", algorithm={}",
        quote(&credentials.username),
        quote(realm),
        quote(nonce),
        quote(uri),
        parts.response(credentials),
        algorithm.as_str(),
    );
    if has_auth {
        out.push_str(&format!(", qop=auth, nc={NC}, cnonce=\"{cnonce}\""));
    }
    if let Some(opaque) = fields.get("opaque") {
        out.push_str(&format!(", opaque={}", quote(opaque)));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{ClientTx, Headers};

    fn respond_to(status: u16, challenges: &[&str]) -> Option<(&'static str, String)> {
        let name = if status == 407 { "Proxy-Authenticate" } else { "WWW-Authenticate" };
        let headers: Headers =
            challenges.iter().map(|value| (name.to_owned(), (*value).to_owned())).collect();
        let response = Response { tx: ClientTx(1), status, headers, body: Vec::new() };
        let credentials = Credentials { username: "Mufasa".into(), password: "x".into() };
        respond(&response, &credentials, "INVITE", "sip:a@b", "c0")
    }

    #[test]
    fn the_first_challenge_that_is_understood_is_answered() {
        let (name, value) = respond_to(401, &[
            "Digest realm=\"r\", nonce=\"n1\", algorithm=SHA-512-256, qop=\"auth\"",
            "Digest realm=\"r\", nonce=\"n2\", algorithm=SHA-256, qop=\"auth,auth-int\", opaque=\"o\"",
            "Digest realm=\"r\", nonce=\"n3\", qop=\"auth\"",
        ])
        .unwrap();
        assert_eq!(name, "Authorization");
        assert!(value.contains("nonce=\"n2\"") && value.contains("algorithm=SHA-256"), "{value}");
        assert!(value.contains("qop=auth, nc=00000001, cnonce=\"c0\", opaque=\"o\""), "{value}");
    }

    #[test]
    fn old_servers_and_proxies_are_answered_and_strange_ones_are_not() {
        let (name, value) = respond_to(407, &["Digest realm=\"r\", nonce=\"n\""]).unwrap();
        assert_eq!(name, "Proxy-Authorization");
        assert!(!value.contains("qop"), "{value}");
        assert_eq!(respond_to(401, &["Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\""]), None);
        assert_eq!(respond_to(401, &["Digest nonce=\"n\""]), None);
        assert_eq!(respond_to(401, &["Basic realm=\"r\""]), None);
        assert_eq!(respond_to(403, &["Digest realm=\"r\", nonce=\"n\""]), None);
    }
}
