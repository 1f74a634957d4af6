//! Registers a phone (RFC 3261, section 10): a core without sockets and clock.
//!
//! [`Registration`] writes the requests and judges the responses; [`crate::Phone`] sends them.

use std::time::Duration;

use trunkline_telephony::address::NameAddr;
use trunkline_telephony::digest::{Credentials, client};
use trunkline_telephony::message::{ClientTx, Headers, Method, OutRequest, Response};

/// How often one registration is asked for: the first request, an answer to its challenge, one to
/// a stale nonce, one with a longer time.
const MAX_ROUNDS: u8 = 4;

/// The longest time that is asked for when a registrar wants more than was wished.
const MAX_EXPIRES_S: u32 = 86_400;

/// What a registration needs to know.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The registrar's URI: the Request-URI of REGISTER.
    pub registrar: String,
    /// The address of record, such as `sip:anna@pbx.example`.
    pub record: String,
    /// Where calls for it go, a URI without brackets.
    pub contact: String,
    /// Name and password, when the registrar asks.
    pub credentials: Option<Credentials>,
    /// The `Call-ID` of all requests, unique.
    pub call_id: String,
    /// The tag of `From`.
    pub tag: String,
    /// Randomness for client nonces.
    pub seed: u64,
}

/// What follows from a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Nothing yet.
    Wait,
    /// Ask once more with this request.
    Again(Box<OutRequest>),
    /// It is done; for so long, unless it was to be removed.
    Done {
        /// How long it holds.
        expires: Duration,
    },
    /// It is refused.
    Refused {
        /// The status.
        status: u16,
        /// Whether name or password are wrong: the challenge was answered, and came again or was
        /// followed by 403.
        is_wrong_password: bool,
    },
}

/// One phone's registration: it numbers the requests and remembers the one that is open.
#[derive(Clone, Debug)]
pub struct Registration {
    identity: Identity,
    cseq: u32,
    wanted_s: u32,
    rounds: u8,
    has_answered: bool,
    random: u64,
}

impl Registration {
    /// A registration that nobody has heard of yet.
    pub fn new(identity: Identity) -> Self {
        let random = identity.seed;
        Self { identity, cseq: 0, wanted_s: 0, rounds: 0, has_answered: false, random }
    }

    /// Begins to register, or to refresh, for so many seconds; 0 removes the registration.
    pub fn begin(&mut self, expires_s: u32) -> OutRequest {
        (self.rounds, self.has_answered, self.wanted_s) = (1, false, expires_s);
        self.request(None)
    }

    /// Judges a response to the last request.
    pub fn on_response(&mut self, response: &Response) -> Answered {
        match response.status {
            0..200 => Answered::Wait,
            200..300 => Answered::Done { expires: self.granted(response) },
            401 | 407 => self.on_challenge(response),
            423 => self.on_too_brief(response),
            // Some registrars, ours too, say it with 403 rather than with another challenge.
            403 => Answered::Refused { status: 403, is_wrong_password: self.has_answered },
            status => Answered::Refused { status, is_wrong_password: false },
        }
    }

    fn on_challenge(&mut self, response: &Response) -> Answered {
        let status = response.status;
        let is_wrong_password = self.has_answered && !is_stale(response);
        let refused = Answered::Refused { status, is_wrong_password };
        if is_wrong_password || self.rounds >= MAX_ROUNDS {
            return refused;
        }
        let Some(credentials) = self.identity.credentials.clone() else { return refused };
        let cnonce = format!("{:016x}", self.random());
        let uri = &self.identity.registrar;
        let Some(header) = client::respond(response, &credentials, "REGISTER", uri, &cnonce) else {
            return refused;
        };
        self.has_answered = true;
        self.rounds += 1;
        Answered::Again(Box::new(self.request(Some(header))))
    }

    /// RFC 3261, section 10.2.8: the registrar wants a longer time.
    fn on_too_brief(&mut self, response: &Response) -> Answered {
        let least = response.headers.get("Min-Expires").and_then(|text| text.trim().parse().ok());
        match least {
            Some(least) if self.rounds < MAX_ROUNDS && self.wanted_s < least => {
                self.wanted_s = least.min(MAX_EXPIRES_S);
                self.rounds += 1;
                // The new request is challenged anew.
                self.has_answered = false;
                Answered::Again(Box::new(self.request(None)))
            }
            Some(_) | None => Answered::Refused { status: 423, is_wrong_password: false },
        }
    }

    /// The time of this phone's contact in the response, else that of `Expires`, else the one that
    /// was asked for.
    fn granted(&self, response: &Response) -> Duration {
        let own = response.headers.list("Contact").filter_map(NameAddr::parse);
        let own = own.filter(|contact| is_same_place(contact.uri, &self.identity.contact));
        let of_contact = own.filter_map(|contact| contact.param("expires")?.parse().ok()).next();
        let of_header = || response.headers.get("Expires")?.trim().parse().ok();
        let seconds: u32 = of_contact.or_else(of_header).unwrap_or(self.wanted_s);
        Duration::from_secs(seconds.into())
    }

    fn request(&mut self, authorization: Option<(&'static str, String)>) -> OutRequest {
        self.cseq += 1;
        let Identity { registrar, record, contact, call_id, tag, .. } = &self.identity;
        let mut headers = Headers::default();
        headers.push("From", format!("<{record}>;tag={tag}"));
        headers.push("To", format!("<{record}>"));
        headers.push("Call-ID", call_id);
        headers.push("Contact", format!("<{contact}>"));
        headers.push("Expires", self.wanted_s.to_string());
        if let Some((name, value)) = authorization {
            headers.push(name, value);
        }
        let (uri, tx) = (registrar.clone(), ClientTx(u64::from(self.cseq)));
        let (method, cseq, body) = (Method::Register, self.cseq, Vec::new());
        OutRequest { tx, method, uri, cseq, headers, body, cancels: None }
    }

    /// SplitMix64: nonces need to differ, not to be secret.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ (mixed >> 31)
    }
}

/// When a registration that holds so long is refreshed: a minute before its end, or at two thirds
/// of a short one, so that a lost attempt can be repeated.
pub fn refresh_after(expires: Duration) -> Duration {
    let minute = Duration::from_secs(60);
    expires.saturating_sub(minute).max(expires * 2 / 3)
}

fn is_stale(response: &Response) -> bool {
    let names = ["WWW-Authenticate", "Proxy-Authenticate"];
    let mut challenges = names.iter().flat_map(|name| response.headers.all(name));
    challenges.any(|challenge| {
        let compact: String = challenge.to_ascii_lowercase();
        compact.contains("stale=true") || compact.contains("stale=\"true\"")
    })
}

/// Registrars may add parameters, so that only what stands before them is compared.
fn is_same_place(one: &str, other: &str) -> bool {
    let place = |uri: &str| uri.split(';').next().unwrap_or_default().to_ascii_lowercase();
    place(one) == place(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(password: Option<&str>) -> Registration {
        let credentials = password
            .map(|password| Credentials { username: "anna".into(), password: password.into() });
        Registration::new(Identity {
            registrar: "sip:pbx.example".into(),
            record: "sip:anna@pbx.example".into(),
            contact: "sip:anna@192.0.2.7:5070".into(),
            credentials,
            call_id: "id".into(),
            tag: "t".into(),
            seed: 1,
        })
    }

    fn response(status: u16, headers: &[(&str, &str)]) -> Response {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Response { tx: ClientTx(1), status, headers, body: Vec::new() }
    }

    const CHALLENGE: (&str, &str) =
        ("WWW-Authenticate", "Digest realm=\"pbx\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"");

    #[test]
    fn a_challenge_is_answered_with_the_next_number() {
        let mut registration = registration(Some("secret"));
        let first = registration.begin(300);
        assert_eq!((first.method, first.cseq), (Method::Register, 1));
        assert_eq!(first.headers.get("Expires"), Some("300"));
        assert_eq!(registration.on_response(&response(100, &[])), Answered::Wait);
        let Answered::Again(second) = registration.on_response(&response(401, &[CHALLENGE])) else {
            panic!("a second request");
        };
        assert_eq!(second.cseq, 2);
        assert_eq!(second.headers.get("Call-ID"), first.headers.get("Call-ID"));
        let answer = second.headers.get("Authorization").unwrap();
        assert!(answer.contains("algorithm=SHA-256") && answer.contains("uri=\"sip:pbx.example\""));
        let contact = "<sip:other@192.0.2.9>;expires=9, <sip:anna@192.0.2.7:5070;ob>;expires=120";
        let ok = response(200, &[("Contact", contact)]);
        let expires = Duration::from_secs(120);
        assert_eq!(registration.on_response(&ok), Answered::Done { expires });
    }

    #[test]
    fn a_wrong_password_is_told_from_a_stale_nonce() {
        let mut registration = registration(Some("wrong"));
        registration.begin(300);
        assert!(matches!(
            registration.on_response(&response(401, &[CHALLENGE])),
            Answered::Again(_)
        ));
        let stale = (CHALLENGE.0, "Digest realm=\"pbx\", nonce=\"n2\", qop=\"auth\", stale=true");
        assert!(matches!(registration.on_response(&response(401, &[stale])), Answered::Again(_)));
        assert_eq!(
            registration.on_response(&response(401, &[CHALLENGE])),
            Answered::Refused { status: 401, is_wrong_password: true }
        );
    }

    #[test]
    fn challenges_end() {
        let mut registration = registration(Some("x"));
        registration.begin(300);
        let stale = (CHALLENGE.0, "Digest realm=\"pbx\", nonce=\"n2\", qop=\"auth\", stale=true");
        let mut rounds = 0;
        while let Answered::Again(_) = registration.on_response(&response(401, &[stale])) {
            rounds += 1;
            assert!(rounds < 10);
        }
        assert_eq!(rounds, 3);
    }

    #[test]
    fn without_a_password_a_challenge_is_a_refusal() {
        let mut registration = registration(None);
        registration.begin(300);
        assert_eq!(
            registration.on_response(&response(401, &[CHALLENGE])),
            Answered::Refused { status: 401, is_wrong_password: false }
        );
    }

    #[test]
    fn a_longer_time_is_granted_to_the_registrar() {
        let mut registration = registration(None);
        registration.begin(10);
        let brief = response(423, &[("Min-Expires", "60")]);
        let Answered::Again(again) = registration.on_response(&brief) else {
            panic!("a longer time");
        };
        assert_eq!(again.headers.get("Expires"), Some("60"));
        let refused = Answered::Refused { status: 423, is_wrong_password: false };
        assert_eq!(registration.on_response(&brief), refused, "it has asked for that");
        let ok = response(200, &[("Expires", "60")]);
        let expires = Duration::from_secs(60);
        assert_eq!(registration.on_response(&ok), Answered::Done { expires });
    }

    #[test]
    fn it_is_refreshed_before_its_end() {
        for (expires, after) in [(3_600, 3_540), (90, 60), (3, 2), (0, 0)] {
            assert_eq!(refresh_after(Duration::from_secs(expires)), Duration::from_secs(after));
        }
    }
}
