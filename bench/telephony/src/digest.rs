//! Digest authentication of a client (RFC 7616) with MD5, as far as a load tool needs it.

use md5::{Digest, Md5};

/// Who proves who they are.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

/// The value of an `Authorization` header for a challenge, or nothing if it asks for what this
/// does not know.
pub fn answer(
    challenge: &str,
    credentials: &Credentials,
    method: &str,
    uri: &str,
) -> Option<String> {
    let realm = field(challenge, "realm")?;
    let nonce = field(challenge, "nonce")?;
    let algorithm = field(challenge, "algorithm").unwrap_or("MD5");
    if !algorithm.eq_ignore_ascii_case("MD5") {
        return None;
    }
    let Credentials { user, password } = credentials;
    let ha1 = hex(&format!("{user}:{realm}:{password}"));
    let ha2 = hex(&format!("{method}:{uri}"));
    let opaque = field(challenge, "opaque");
    let opaque = opaque.map(|value| format!(", opaque=\"{value}\"")).unwrap_or_default();
    let head = format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
         algorithm=MD5{opaque}"
    );
    let offers_auth = field(challenge, "qop").is_some_and(|qop| qop.contains("auth"));
    if !offers_auth {
        let response = hex(&format!("{ha1}:{nonce}:{ha2}"));
        return Some(format!("{head}, response=\"{response}\""));
    }
    // Each nonce is used once, so the count is always one and the client's nonce may be constant.
    let response = hex(&format!("{ha1}:{nonce}:00000001:bench:auth:{ha2}"));
    Some(format!("{head}, qop=auth, nc=00000001, cnonce=\"bench\", response=\"{response}\""))
}

fn field<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    let fields = challenge.trim_start().strip_prefix("Digest")?;
    let mut rest = fields;
    while let Some((key, after)) = rest.split_once('=') {
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if key.trim_matches([' ', ',']).eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
        rest = next;
    }
    None
}

fn hex(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_2617_without_qop_is_answered() {
        let credentials = Credentials { user: "Mufasa".into(), password: "Circle Of Life".into() };
        let challenge = "Digest realm=\"testrealm@host.com\", \
            nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"x\", algorithm=MD5";
        let answer = answer(challenge, &credentials, "GET", "/dir/index.html").unwrap();
        // The response that RFC 2069's form gives for these values.
        assert!(answer.contains("response=\"670fd8c2df070c60b045671b8b24ff02\""), "{answer}");
        assert!(answer.contains("opaque=\"x\""));
    }

    #[test]
    fn other_algorithms_are_not_answered() {
        let credentials = Credentials { user: "a".into(), password: "b".into() };
        let challenge = "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256, qop=\"auth\"";
        assert_eq!(answer(challenge, &credentials, "REGISTER", "sip:a"), None);
    }
}
