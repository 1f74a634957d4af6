//! Calls that go out: to agents' phones and to third parties.

use trunkline_model::ContactId;
use trunkline_telephony::call::{Config, Target};
use trunkline_telephony::identity::outbound::TrunkCall;
use trunkline_telephony::message::Headers;
use trunkline_telephony::shell::Binding;

use super::Switchboard;
use super::legs::{CallLeg, LegId, Role};
use super::signalling::Signalling;
use crate::ops::contact_span;

/// How somebody is reached.
pub(super) enum Way {
    /// A phone that is registered here.
    Phone(Box<Binding>, Target),
    /// A number behind a trunk.
    Trunk(TrunkCall),
}

impl Switchboard {
    /// Places a call with media of its own. None when no port is left or too many calls are up.
    pub(super) fn dial(&mut self, way: &Way, role: Role, ring_limit_ms: u64) -> Option<LegId> {
        let _lines_name_it = role.contact().map(|contact| contact_span(contact).entered());
        let id = self.legs.fresh_id();
        let failed = |error: &dyn std::error::Error| tracing::error!("no call is placed: {error}");
        let media = self.io.engine.open(id.0).inspect_err(|error| failed(error)).ok()?;
        let adjust = |config: &mut Config| config.ring_limit_ms = ring_limit_ms;
        let endpoint = &self.io.endpoint;
        let placed = match way {
            Way::Phone(binding, target) => {
                endpoint.call_binding(binding, target.clone(), media.addresses(), adjust)
            }
            Way::Trunk(call) => endpoint.call_trunk(call, media.addresses(), adjust),
        };
        let (control, notices) = placed.inspect_err(|error| failed(error)).ok()?.split();
        self.listen(id, notices);
        self.legs.add(id, CallLeg::new(role, media, Signalling::Sip(control)));
        Some(id)
    }

    /// The caller's number as the flow sees it.
    pub(super) fn ani_of(&self, contact: &ContactId) -> String {
        // Of a consult: its contact's.
        let contact = self.exchange.contact(&super::parties::about(contact));
        let arrival = contact.map(trunkline_contact::Contact::arrival);
        arrival.map(|it| it.ani(&self.exchange.site().tenant)).unwrap_or_default()
    }
}

/// A call to a phone of this server that shows the caller's number.
pub(super) fn target(caller: &str, user: &str) -> Target {
    let is_number =
        !caller.is_empty() && caller.bytes().all(|b| b"+*#".contains(&b) || b.is_ascii_digit());
    let from = match is_number {
        true => format!("\"{caller}\" <sip:{caller}@trunkline.invalid>"),
        // RFC 3323, section 4.1.1.3.
        false => "\"Anonymous\" <sip:anonymous@anonymous.invalid>".to_owned(),
    };
    Target {
        uri: String::new(),
        to: format!("<sip:{user}@trunkline.invalid>"),
        from,
        call_id: String::new(),
        headers: Headers::default(),
    }
}
