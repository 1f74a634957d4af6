//! ANI and DNIS of a call: which header of a trunk's INVITE has them, and their E.164 form (D4).

use trunkline_model::number::{self, ANONYMOUS, NumberRules};

use crate::address::{NameAddr, Uri, unescape};
use crate::message::Request;

/// Where a trunk puts the dialled number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DnisSource {
    /// The Request-URI.
    #[default]
    RequestUri,
    /// The `To` header: the number dialled before the trunk's own routing.
    To,
    /// The first number that was diverted here (the last `Diversion` header, RFC 5806), else the
    /// Request-URI.
    Diversion,
}

/// How to read a trunk's numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrunkNumbers {
    /// Whether `P-Asserted-Identity` is believed (RFC 3325). Only from a carrier under contract.
    pub trust_identity: bool,
    /// Where the dialled number is.
    pub dnis: DnisSource,
    /// How numbers become E.164.
    pub rules: NumberRules,
}

/// The two numbers of a call, before and after the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// The caller as received.
    pub ani_received: String,
    /// The caller as a flow sees it: E.164, `anonymous`, or escaped data.
    pub ani: String,
    /// The dialled number as received.
    pub dnis_received: String,
    /// The dialled number as a flow sees it.
    pub dnis: String,
}

/// Takes the numbers out of an INVITE.
pub fn numbers(invite: &Request, trunk: &TrunkNumbers) -> Numbers {
    let ani_received = caller(invite, trunk);
    let dnis_received = dialled(invite, trunk.dnis);
    Numbers {
        ani: number::normalise(&ani_received, &trunk.rules),
        dnis: number::normalise(&dnis_received, &trunk.rules),
        ani_received,
        dnis_received,
    }
}

fn caller(invite: &Request, trunk: &TrunkNumbers) -> String {
    let headers = &invite.headers;
    let asserted = trunk.trust_identity.then(|| {
        // A number is preferred where a trunk asserts a SIP and a telephone identity.
        let is_tel =
            |value: &&str| NameAddr::parse(value).is_some_and(|a| a.uri.starts_with("tel:"));
        let name = "P-Asserted-Identity";
        headers.list(name).find(is_tel).or_else(|| headers.list(name).next())
    });
    let is_private = headers.all("Privacy").flat_map(|value| value.split(';')).any(|word| {
        ["id", "user", "header"].iter().any(|private| word.trim().eq_ignore_ascii_case(private))
    });
    if is_private {
        return ANONYMOUS.to_owned();
    }
    let value = asserted.flatten().or_else(|| headers.get("From")).unwrap_or_default();
    let Some(address) = NameAddr::parse(value) else { return ANONYMOUS.to_owned() };
    let is_anonymous_host = Uri::parse(address.uri)
        .is_some_and(|uri| uri.host.to_ascii_lowercase().ends_with("anonymous.invalid"));
    if is_anonymous_host { ANONYMOUS.to_owned() } else { user_of(address.uri) }
}

fn dialled(invite: &Request, source: DnisSource) -> String {
    let headers = &invite.headers;
    let of_header = |value: Option<&str>| {
        value.and_then(NameAddr::parse).map(|a| user_of(a.uri)).filter(|user| !user.is_empty())
    };
    let found = match source {
        DnisSource::RequestUri => None,
        DnisSource::To => of_header(headers.get("To")),
        DnisSource::Diversion => of_header(headers.list("Diversion").last()),
    };
    found.unwrap_or_else(|| user_of(&invite.uri))
}

/// The user part without escapes; a number from `tel` with its visual separators.
fn user_of(uri: &str) -> String {
    Uri::parse(uri).map(|uri| unescape(uri.user)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Headers, Method, ServerTx};

    fn invite(headers: &[(&str, &str)]) -> Request {
        let headers: Headers =
            headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let (tx, method) = (ServerTx(1), Method::Invite);
        let uri = "sip:+14155550100@192.0.2.1;user=phone".to_owned();
        Request { tx, method, uri, cseq: 1, headers, body: Vec::new() }
    }

    fn ani(headers: &[(&str, &str)], trust_identity: bool) -> String {
        numbers(&invite(headers), &TrunkNumbers { trust_identity, ..Default::default() }).ani
    }

    #[test]
    fn the_caller_is_the_asserted_identity_where_it_is_trusted() {
        let from = ("From", "\"Eve\" <sip:+19995550111@h>;tag=1");
        let asserted = ("P-Asserted-Identity", "<sip:+14805550122@h>");
        assert_eq!(ani(&[from, asserted], true), "+14805550122");
        assert_eq!(ani(&[from, asserted], false), "+19995550111");
        assert_eq!(ani(&[from], true), "+19995550111");
        let both = ("P-Asserted-Identity", "<sip:alice@h>, <tel:+1-480-555-0122>");
        assert_eq!(ani(&[from, both], true), "+14805550122");
    }

    #[test]
    fn a_withheld_number_is_anonymous() {
        let asserted = ("P-Asserted-Identity", "<tel:+14805550122>");
        let from = ("From", "<sip:+14805550122@h>;tag=1");
        for headers in [
            &[("From", "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1")][..],
            &[from, asserted, ("Privacy", "critical; id")],
            &[("From", "<sip:c8f1@anonymous.invalid>;tag=2")],
            &[("From", "<sip:broken")],
            &[],
        ] {
            assert_eq!(ani(headers, true), "anonymous", "{headers:?}");
        }
    }

    #[test]
    fn strange_callers_are_data() {
        let from = ("From", "<sip:x%27%20OR%201@h>;tag=1");
        assert_eq!(ani(&[from], false), "x%27%20OR%201");
    }

    #[test]
    fn the_dialled_number_comes_from_where_the_trunk_puts_it() {
        let headers = [
            ("To", "<sip:0312345678@h>"),
            ("Diversion", "<sip:+14155550102@h>;reason=no-answer, <tel:+1-415-555-0101>"),
        ];
        let rules =
            NumberRules { default_country_code: Some("81".into()), ..NumberRules::default() };
        let rules = NumberRules { national_prefix: Some("0".into()), ..rules };
        for (dnis, expected) in [
            (DnisSource::RequestUri, "+14155550100"),
            (DnisSource::To, "+81312345678"),
            (DnisSource::Diversion, "+14155550101"),
        ] {
            let trunk = TrunkNumbers { dnis, rules: rules.clone(), ..Default::default() };
            let numbers = numbers(&invite(&headers), &trunk);
            assert_eq!(numbers.dnis, expected);
        }
        let trunk = TrunkNumbers { dnis: DnisSource::Diversion, ..Default::default() };
        assert_eq!(numbers(&invite(&[]), &trunk).dnis, "+14155550100");
    }
}
