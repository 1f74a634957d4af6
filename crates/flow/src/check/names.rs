//! What a name in an expression means, and what a misspelt one may have meant.

use crate::flow::{FlowKind, Node, is_start_name, same_event_name};

use super::Subject;

/// What the first name of a reference means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning<'f> {
    /// A flow variable.
    Variable,
    /// The start of the flow, by one of its two names.
    Start,
    /// An activity.
    Activity(&'f Node),
    /// An event, by its place in the flow's events.
    Event(usize),
    /// Something that the caller of this subflow may have.
    OfCaller,
    /// Nothing.
    Unknown,
}

/// The names by which flows call the events of Webex.
const EVENTS: [&str; 12] = [
    "AgentAccepted",
    "AgentAnswered",
    "AgentDisconnected",
    "AgentOffered",
    "CallbackFailed",
    "ContactAniUpdated",
    "ContactEnded",
    "ContactReservationStarted",
    "OnGlobalError",
    "OutboundCampaignCallResult",
    "PhoneContactEnded",
    "PreDial",
];

/// The longest name, in bytes, for which a better spelling is looked for, and the most names that
/// are looked at.
const MAX_NAME: usize = 64;
const MAX_CANDIDATES: usize = 2_000;

impl<'f> Subject<'f> {
    /// What a name means.
    pub(super) fn meaning(&self, name: &str) -> Meaning<'f> {
        let flow = self.flow;
        if flow.variable(name).is_some() {
            return Meaning::Variable;
        }
        let by_label = flow.labelled(name);
        let is_event = |place: usize| flow.events.iter().position(|event| event.node == place);
        if let Some(event) = by_label.and_then(is_event) {
            return Meaning::Event(event);
        }
        match by_label {
            Some(place) if Some(place) != flow.start => Meaning::Activity(&flow.nodes[place]),
            Some(_) => Meaning::Start,
            None if is_start_name(name) => Meaning::Start,
            None => match flow.events.iter().position(|event| same_event_name(event, name)) {
                Some(event) => Meaning::Event(event),
                None if flow.kind == FlowKind::Subflow && EVENTS.contains(&name) => {
                    Meaning::OfCaller
                }
                None => Meaning::Unknown,
            },
        }
    }

    /// Every name that an expression of the flow may begin with.
    pub(super) fn names(&self) -> impl Iterator<Item = &'f str> {
        let variables = self.flow.variables.iter().map(|variable| &*variable.name);
        let labels = self.flow.nodes.iter().map(|node| &*node.label);
        variables.chain(labels).chain(["NewPhoneContact", "NewContact"])
    }
}

/// A better spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spelling<'n> {
    /// The name.
    pub(super) name: &'n str,
    /// Whether it is certain: the only name that differs in nothing but upper and lower case.
    pub(super) is_certain: bool,
}

/// The name that `name` is most likely a misspelling of.
pub(super) fn spelling<'n>(
    name: &str,
    names: impl Iterator<Item = &'n str>,
) -> Option<Spelling<'n>> {
    if name.len() > MAX_NAME {
        return None;
    }
    let names: Vec<_> = names.filter(|it| it.len() <= MAX_NAME).take(MAX_CANDIDATES).collect();
    let mut same = names.iter().filter(|it| it.eq_ignore_ascii_case(name));
    if let Some(first) = same.next() {
        return Some(Spelling { name: first, is_certain: same.next().is_none() });
    }
    let wanted = name.to_ascii_lowercase();
    let distance = |it: &&str| strsim::osa_distance(&wanted, &it.to_ascii_lowercase());
    let limit = (name.chars().count() / 4).max(1);
    let close = names.into_iter().map(|it| (distance(&it), it)).min()?;
    (close.0 <= limit).then_some(Spelling { name: close.1, is_certain: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_difference_in_case_is_certain() {
        let long = "x".repeat(MAX_NAME + 1);
        let of = |name, names: &[&'static str]| {
            spelling(name, names.iter().copied()).map(|it| (it.name, it.is_certain))
        };
        let names = ["ApiKey", "OptionEntered", "x"];
        assert_eq!(of("apiKey", &names), Some(("ApiKey", true)));
        assert_eq!(of("apikey", &["ApiKey", "aPIkey"]), Some(("ApiKey", false)));
        assert_eq!(of("OptionEnterd", &names), Some(("OptionEntered", false)));
        assert_eq!(of("callType", &names), None);
        assert_eq!(of(long.as_str(), &names), None);
        assert_eq!(of("y", &[]), None);
    }
}
