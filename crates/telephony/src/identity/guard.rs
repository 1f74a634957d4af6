//! Challenges requests and checks what they answer.

use std::collections::HashMap;
use std::net::IpAddr;

use super::{Claim, Directory, Source, Trunk};
use crate::digest::field;
use crate::digest::server::{Denial, Verifier};
use crate::message::{Headers, Method, Request};

/// The most realms whose nonces are kept; a configuration has a handful.
const MAX_REALMS: usize = 64;

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screening {
    /// It is taken.
    Granted(Source),
    /// It has to prove who it is: 401 with these headers.
    Challenged(Headers),
    /// Its proof is wrong, which counts against its source: 403.
    Denied,
    /// It may not ask for this from where it is: 403.
    Forbidden,
    /// It gets no answer.
    Unknown,
}

/// The challenges of all realms.
pub struct Guard {
    secret: [u8; 32],
    verifiers: HashMap<String, Verifier>,
}

impl Guard {
    /// A guard; `secret` is random and is not told to anyone.
    pub fn new(secret: [u8; 32]) -> Self {
        Self { secret, verifiers: HashMap::new() }
    }

    /// Says what becomes of a request that begins something: INVITE and REGISTER.
    pub fn screen(
        &mut self,
        now_ms: u64,
        directory: &Directory,
        ip: IpAddr,
        request: &Request,
    ) -> Screening {
        let (trunks, phones) = match (request.method, directory.claim(ip, request)) {
            // Only phones register, and each time they prove who they are.
            (Method::Register, _) if directory.has_phones_at(ip) => (Vec::new(), true),
            (Method::Register, Claim::Unknown) => return Screening::Unknown,
            (Method::Register, _) => return Screening::Forbidden,
            (_, Claim::Granted(source)) => return Screening::Granted(source),
            (_, Claim::Challenge { trunks, phones }) => (trunks, phones),
            (_, Claim::Unknown) => return Screening::Unknown,
        };
        let realms = realms(directory, &trunks, phones);
        let mut is_stale = false;
        for header in request.headers.all("Authorization") {
            let Some(realm) = field(header, "realm").filter(|realm| realms.contains(realm)) else {
                continue;
            };
            self.verifier(&realm).set_algorithms(&directory.algorithms);
            match self.check(now_ms, ip, directory, (&trunks, phones), (&realm, header, request)) {
                Ok(source) => return Screening::Granted(source),
                Err(Denial::Wrong) => return Screening::Denied,
                Err(Denial::Stale) => is_stale = true,
                Err(Denial::Malformed) => {}
            }
        }
        let mut headers = Headers::default();
        for realm in realms {
            let verifier = self.verifier(&realm);
            verifier.set_algorithms(&directory.algorithms);
            for challenge in verifier.challenges(now_ms, ip, is_stale) {
                headers.push("WWW-Authenticate", challenge);
            }
        }
        Screening::Challenged(headers)
    }

    fn check(
        &mut self,
        now_ms: u64,
        ip: IpAddr,
        directory: &Directory,
        (trunks, phones): (&[&Trunk], bool),
        (realm, header, request): (&str, &str, &Request),
    ) -> Result<Source, Denial> {
        let method = request.method.as_str();
        let mut found = None;
        self.verifier(realm).verify(now_ms, ip, header, method, |name| {
            let (source, password) = password(directory, trunks, phones, realm, name)?;
            found = Some(source);
            Some(password)
        })?;
        found.ok_or(Denial::Wrong)
    }

    fn verifier(&mut self, realm: &str) -> &mut Verifier {
        // A reload brings other realms; the nonces of old ones are worth one round trip.
        if self.verifiers.len() >= MAX_REALMS && !self.verifiers.contains_key(realm) {
            self.verifiers.clear();
        }
        let secret = self.secret;
        self.verifiers.entry(realm.to_owned()).or_insert_with(|| Verifier::new(realm, secret))
    }
}

fn realms(directory: &Directory, trunks: &[&Trunk], phones: bool) -> Vec<String> {
    let digests = trunks.iter().filter_map(|trunk| trunk.digest.as_ref());
    let mut realms: Vec<String> = digests.map(|digest| digest.realm.clone()).collect();
    if phones {
        realms.push(directory.realm.clone());
    }
    realms.sort_unstable();
    realms.dedup();
    realms
}

fn password(
    directory: &Directory,
    trunks: &[&Trunk],
    phones: bool,
    realm: &str,
    name: &str,
) -> Option<(Source, secrecy::SecretString)> {
    for trunk in trunks {
        let Some(digest) = &trunk.digest else { continue };
        if digest.realm == realm && digest.credentials.username == name {
            let password = digest.credentials.password.clone();
            return Some((Source::Trunk(trunk.name.clone()), password));
        }
    }
    let is_phones = phones && directory.realm == realm;
    let phone = directory.phones.get(name).filter(|_| is_phones)?;
    Some((Source::Phone(phone.user.clone()), phone.password.clone()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{directory, request};
    use super::*;
    use crate::digest::{Credentials, client};
    use crate::message::{ClientTx, Response};

    fn answered(request: &Request, headers: Headers, name: &str, password: &str) -> Request {
        let response = Response { tx: ClientTx(1), status: 401, headers, body: Vec::new() };
        let credentials = Credentials { username: name.into(), password: password.into() };
        let method = request.method.as_str();
        let (header, value) =
            client::respond(&response, &credentials, method, "sip:pbx", "c").unwrap();
        let mut request = request.clone();
        request.headers.push(header, value);
        request
    }

    fn challenged(screening: Screening) -> Headers {
        let Screening::Challenged(headers) = screening else { panic!("{screening:?}") };
        headers
    }

    #[test]
    fn phones_and_digest_trunks_prove_who_they_are() {
        let (directory, mut guard) = (directory(), Guard::new([1; 32]));
        for (ip, from, name, password, source) in [
            ("10.0.0.1", "<sip:anna@h>", "anna", "secret", Source::Phone("anna".into())),
            ("198.51.100.1", "<sip:+1@h>", "acme", "t", Source::Trunk("acme".into())),
        ] {
            let ip = ip.parse().unwrap();
            let invite = request(Method::Invite, from);
            let headers = challenged(guard.screen(5, &directory, ip, &invite));
            assert_eq!(headers.all("WWW-Authenticate").count(), 2, "both algorithms");
            let good = answered(&invite, headers.clone(), name, password);
            let screening = guard.screen(5, &directory, ip, &good);
            assert_eq!(screening, Screening::Granted(source));
            // The same answer once more is a replay.
            let again = challenged(guard.screen(5, &directory, ip, &good));
            assert!(again.get("WWW-Authenticate").unwrap().contains("stale=true"));
            let headers = challenged(guard.screen(5, &directory, ip, &invite));
            let wrong = answered(&invite, headers.clone(), name, "guess");
            assert_eq!(guard.screen(5, &directory, ip, &wrong), Screening::Denied);
            let nobody = answered(&invite, headers, "nobody", password);
            assert_eq!(guard.screen(5, &directory, ip, &nobody), Screening::Denied);
        }
    }

    #[test]
    fn a_phone_may_answer_all_challenges_at_once() {
        let (directory, mut guard) = (directory(), Guard::new([1; 32]));
        let ip = "10.0.0.1".parse().unwrap();
        let register = request(Method::Register, "<sip:anna@h>");
        let headers = challenged(guard.screen(5, &directory, ip, &register));
        let mut both = register.clone();
        for challenge in headers.all("WWW-Authenticate") {
            let one = Headers::default().with("WWW-Authenticate", challenge);
            let answer = answered(&register, one, "anna", "secret");
            both.headers.push("Authorization", answer.headers.get("Authorization").unwrap());
        }
        assert_eq!(both.headers.all("Authorization").count(), 2);
        let screening = guard.screen(5, &directory, ip, &both);
        assert_eq!(screening, Screening::Granted(Source::Phone("anna".into())));
    }

    #[test]
    fn only_phones_register() {
        let (directory, mut guard) = (directory(), Guard::new([1; 32]));
        let register = request(Method::Register, "<sip:anna@h>");
        let mut screen = |ip: &str| guard.screen(5, &directory, ip.parse().unwrap(), &register);
        challenged(screen("10.0.0.1"));
        challenged(screen("192.0.2.200"));
        assert_eq!(screen("192.0.2.1"), Screening::Forbidden);
        assert_eq!(screen("172.16.0.1"), Screening::Forbidden);
        assert_eq!(screen("203.0.113.9"), Screening::Unknown);
    }

    #[test]
    fn another_realms_answer_proves_nothing() {
        let (directory, mut guard) = (directory(), Guard::new([1; 32]));
        let ip = "198.51.100.1".parse().unwrap();
        let invite = request(Method::Invite, "<sip:anna@h>");
        let mut phone = invite.clone();
        phone.headers.push("Authorization", "Digest username=\"anna\", realm=\"pbx\", nonce=\"x\"");
        challenged(guard.screen(5, &directory, ip, &phone));
        phone.headers.push("Authorization", "NoOneKnowsThisScheme opaque=\"x\"");
        challenged(guard.screen(5, &directory, ip, &phone));
    }
}
