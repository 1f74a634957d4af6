//! A call over a trunk: who it says it is from, where it goes first and where next.

use super::{Outbound, Trunk, escape_user};
use crate::call::{Config, Target};
use crate::digest::Credentials;
use crate::extension;
use crate::message::Headers;

/// How long a target that says nothing at all is waited for, in milliseconds.
const TARGET_PATIENCE_MS: u64 = 4_000;

/// What a call over a trunk needs to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrunkCall {
    /// The trunk's name.
    pub trunk: String,
    /// The number to call, as the trunk wants it.
    pub number: String,
    /// The caller's number; empty or `anonymous` withholds it.
    pub caller: String,
    /// The caller's name, empty for none.
    pub display: String,
    /// `X-` headers, as far as the trunk's list has them.
    pub headers: Vec<(String, String)>,
}

/// A call that can be placed.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The first target.
    pub target: Target,
    alternatives: Vec<String>,
    redirect_hosts: Vec<String>,
    target_patience_ms: u64,
    credentials: Option<Credentials>,
}

impl Placed {
    /// Gives a call's configuration what the trunk wants.
    pub fn configure(&self, config: &mut Config) {
        config.alternatives = self.alternatives.clone();
        config.redirect_hosts = self.redirect_hosts.clone();
        config.target_patience_ms = self.target_patience_ms;
        config.credentials = self.credentials.clone();
    }
}

impl TrunkCall {
    /// The call for its trunk. None when no calls go out over it.
    pub fn place(&self, trunk: &Trunk) -> Option<Placed> {
        let outbound = trunk.outbound.as_ref()?;
        let mut uris = outbound.targets.iter().map(|target| target.uri(&self.number));
        let uri = uris.next()?;
        let host = &outbound.targets.first()?.host;
        let wanted = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut headers = extension::allowed(wanted, &trunk.send_headers);
        let from = self.identify(outbound, host, &mut headers);
        let target = Target { to: format!("<{uri}>"), uri, from, call_id: String::new(), headers };
        let hosts = outbound.targets.iter().map(|target| target.host.clone());
        let patience_ms = match outbound.target_patience_ms {
            0 => TARGET_PATIENCE_MS,
            patience_ms => patience_ms,
        };
        Some(Placed {
            target,
            alternatives: uris.collect(),
            redirect_hosts: hosts.filter(|_| outbound.follow_redirects).collect(),
            target_patience_ms: patience_ms,
            credentials: outbound.credentials.clone(),
        })
    }

    /// `From`, and the headers that go with it (RFC 3323, RFC 3325).
    fn identify(&self, outbound: &Outbound, host: &str, headers: &mut Headers) -> String {
        let host = outbound.from_host.as_deref().unwrap_or(host);
        let caller = Some(self.caller.as_str()).filter(|caller| !caller.is_empty());
        let known = caller.filter(|caller| *caller != trunkline_model::number::ANONYMOUS);
        let account = outbound.from_user.as_deref();
        // A carrier has to know the account even where the other side shall not.
        if let Some(user) = known.or(account).filter(|_| outbound.assert_identity) {
            headers.push("P-Asserted-Identity", format!("<sip:{}@{host}>", escape_user(user)));
        }
        let Some(known) = known else {
            headers.push("Privacy", "id");
            return match account {
                Some(account) => format!("\"Anonymous\" <sip:{}@{host}>", escape_user(account)),
                None => "\"Anonymous\" <sip:anonymous@anonymous.invalid>".to_owned(),
            };
        };
        let user = escape_user(account.unwrap_or(known));
        format!("{}<sip:{user}@{host}>", quoted(&self.display))
    }
}

fn quoted(display: &str) -> String {
    if display.is_empty() {
        return String::new();
    }
    let plain = display.chars().filter(|c| !c.is_control());
    let escaped = plain.flat_map(|c| match c {
        '"' | '\\' => ['\\', c].into_iter().take(2),
        _ => [c, c].into_iter().take(1),
    });
    format!("\"{}\" ", escaped.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::super::{Transport, TrunkTarget};
    use super::*;

    fn trunk(outbound: Outbound) -> Trunk {
        let target = |host: &str| TrunkTarget { host: host.into(), transport: Transport::Udp };
        let targets = vec![target("a.example"), target("b.example:5080")];
        let outbound = Some(Outbound { targets, ..outbound });
        Trunk {
            name: "t".into(),
            outbound,
            send_headers: vec!["X-Case".into()],
            ..Trunk::default()
        }
    }

    fn call(caller: &str, display: &str) -> TrunkCall {
        let headers = vec![("X-Case".into(), "5".into()), ("X-Other".into(), "6".into())];
        let (caller, display) = (caller.into(), display.into());
        TrunkCall { trunk: "t".into(), number: "+14155550100".into(), caller, display, headers }
    }

    #[test]
    fn a_call_goes_to_each_target_in_turn_with_what_is_allowed() {
        let outbound = Outbound { assert_identity: true, ..Outbound::default() };
        let placed = call("+14805550122", "Bell \"A\"").place(&trunk(outbound)).unwrap();
        assert_eq!(placed.target.uri, "sip:+14155550100@a.example");
        assert_eq!(placed.alternatives, ["sip:+14155550100@b.example:5080"]);
        assert_eq!(placed.target.from, "\"Bell \\\"A\\\"\" <sip:+14805550122@a.example>");
        let headers: Vec<_> = placed.target.headers.iter().collect();
        let identity = ("P-Asserted-Identity", "<sip:+14805550122@a.example>");
        assert_eq!(headers, [("X-Case", "5"), identity]);
        assert!(placed.redirect_hosts.is_empty() && placed.target_patience_ms == 4_000);
        assert!(call("", "").place(&Trunk::default()).is_none());
    }

    #[test]
    fn a_withheld_number_is_in_no_header() {
        for caller in ["", "anonymous"] {
            let placed = call(caller, "Bell").place(&trunk(Outbound::default())).unwrap();
            assert_eq!(placed.target.from, "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
            assert_eq!(placed.target.headers.get("Privacy"), Some("id"));
            assert_eq!(placed.target.headers.get("P-Asserted-Identity"), None);
        }
    }

    #[test]
    fn an_account_stands_in_from_and_the_number_is_asserted() {
        let outbound = Outbound {
            from_user: Some("acct".into()),
            from_host: Some("pbx.example".into()),
            assert_identity: true,
            follow_redirects: true,
            ..Outbound::default()
        };
        let placed = call("+1480", "").place(&trunk(outbound)).unwrap();
        assert_eq!(placed.target.from, "<sip:acct@pbx.example>");
        let asserted = placed.target.headers.get("P-Asserted-Identity");
        assert_eq!(asserted, Some("<sip:+1480@pbx.example>"));
        assert_eq!(placed.redirect_hosts, ["a.example", "b.example:5080"]);
    }
}
