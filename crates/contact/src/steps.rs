//! Lines of the trace for what happens to a contact outside its flow.

use trunkline_acd::OfferEnd;
use trunkline_flow::run::ContactEvent;
use trunkline_flow::run::convert::{display, text_of};
use trunkline_model::call::CallRecording;
use trunkline_model::routing::AgentDetails;
use trunkline_model::tenant::{EntryPoint, Tenant};
use trunkline_model::trace::{Datum, Fields, MASK};
use trunkline_model::{AgentId, Failure};

use crate::arrival::Arrival;
use crate::contact::Contact;
use crate::conversation::{ActRefusal, Destination};
use crate::pre_dial::Reason;

pub(crate) fn plain(what: &'static str) -> ContactEvent {
    ContactEvent { what, ..ContactEvent::default() }
}

pub(crate) fn arrived(arrival: &Arrival, tenant: &Tenant, entry: &EntryPoint) -> ContactEvent {
    let input = Fields::new()
        .with("ani_received", arrival.ani_received.as_str())
        .with("dnis_received", arrival.dnis_received.as_str());
    let output = Fields::new()
        .with("ani", arrival.ani(tenant))
        .with("dnis", arrival.dnis(tenant))
        .with("entry_point", entry.name.as_str());
    ContactEvent { what: "arrived", input, output, ..ContactEvent::default() }
}

pub(crate) fn disconnected(why: &str) -> ContactEvent {
    let input = Fields::new().with("by", why);
    ContactEvent { what: "disconnected", input, ..ContactEvent::default() }
}

pub(crate) fn offered(
    contact: &Contact,
    agent: &AgentDetails,
    ring_timeout_ms: u64,
) -> ContactEvent {
    let input = Fields::new()
        .with("agent", agent.name.as_str())
        .with("queue", agent.queue_name.as_str())
        .with("ring_timeout_ms", ring_timeout_ms);
    let output = Fields::new().with("pop_over", pop_over(contact, agent));
    ContactEvent { what: "offered", input, output, ..ContactEvent::default() }
}

/// An offer's end, for people.
pub(crate) fn why(reason: OfferEnd) -> &'static str {
    match reason {
        OfferEnd::Rona => "no answer",
        OfferEnd::Declined => "declined",
        OfferEnd::ContactLeft => "contact left",
        OfferEnd::AgentLeft => "agent signed out",
        OfferEnd::DeviceFailed => "device failed",
    }
}

pub(crate) fn offer_ended(agent: &AgentId, reason: OfferEnd) -> ContactEvent {
    let reason = why(reason);
    let input = Fields::new().with("agent", agent.as_str()).with("reason", reason);
    ContactEvent { what: "offer_ended", input, ..ContactEvent::default() }
}

pub(crate) fn answered(contact: &Contact, agent: &AgentDetails) -> ContactEvent {
    let input =
        Fields::new().with("agent", agent.name.as_str()).with("queue", agent.queue_name.as_str());
    let output = Fields::new().with("cad", cad(contact));
    ContactEvent { what: "answered", input, output, ..ContactEvent::default() }
}

pub(crate) fn agent(agent: &AgentId, what: &'static str) -> ContactEvent {
    let input = Fields::new().with("agent", agent.as_str());
    ContactEvent { what, input, ..ContactEvent::default() }
}

pub(crate) fn wrap_up_ended(agent: &AgentId, code: Option<String>) -> ContactEvent {
    let input = Fields::new().with("agent", agent.as_str()).with("code", code);
    ContactEvent { what: "wrap_up_ended", input, ..ContactEvent::default() }
}

pub(crate) fn edited(
    name: &str,
    value: &str,
    is_secure: bool,
    problem: Option<String>,
) -> ContactEvent {
    let value = if is_secure { MASK } else { value };
    let input = Fields::new().with("variable", name).with("value", value);
    let warnings = problem.map(|problem| format!("not saved: {problem}")).into_iter().collect();
    ContactEvent { what: "edited", input, warnings, ..ContactEvent::default() }
}

pub(crate) fn pop_shown(agent: &AgentId, label: &str, outcome: &str) -> ContactEvent {
    let input =
        Fields::new().with("agent", agent.as_str()).with("label", label).with("outcome", outcome);
    ContactEvent { what: "pop_shown", input, ..ContactEvent::default() }
}

pub(crate) fn rescued(failure: &Failure, target: String) -> ContactEvent {
    ContactEvent {
        what: "sent_to_fallback",
        input: Fields::new().with("to", target),
        failure: Some(failure.clone()),
        ..ContactEvent::default()
    }
}

/// The agent whom the contact waited for does not come.
pub(crate) fn sent_to_recovery(queue: &str) -> ContactEvent {
    let input = Fields::new().with("queue", queue);
    ContactEvent { what: "sent_to_recovery_queue", input, ..ContactEvent::default() }
}

/// Something of the contact's own that failed.
pub(crate) fn failed(what: &'static str, failure: &Failure) -> ContactEvent {
    ContactEvent { what, failure: Some(failure.clone()), ..ContactEvent::default() }
}

/// What the contact plays itself, beside its flow.
pub(crate) fn played(what: &str) -> ContactEvent {
    let output = Fields::new().with("heard", what);
    ContactEvent { what: "played", output, ..ContactEvent::default() }
}

pub(crate) fn transferred(number: &str) -> ContactEvent {
    let input = Fields::new().with("number", number);
    ContactEvent { what: "transferred", input, ..ContactEvent::default() }
}

/// What the agent sees while it rings: the flow's pop-over variables in its order.
fn pop_over(contact: &Contact, agent: &AgentDetails) -> Fields {
    let mut shown = Fields::new();
    for name in &contact.run().flow().pop_over {
        let variable = contact.run().cad().find(|(variable, _)| *variable.name == **name);
        match (name.as_str(), variable) {
            (_, Some((variable, value))) => {
                let text = if variable.is_secure { MASK.to_owned() } else { display(value) };
                shown.put(label(variable), text);
            }
            ("virtualTeamName", None) => shown.put("queue", agent.queue_name.as_str()),
            ("ani", None) => shown.put("ani", start_output(contact, "ANI")),
            ("dn", None) => shown.put("dn", start_output(contact, "DNIS")),
            (_, None) => {}
        }
    }
    shown
}

fn start_output(contact: &Contact, name: &str) -> Datum {
    contact.run().arrival().get(name).map(text_of).into()
}

/// The agent's variables with their labels.
pub(crate) fn cad(contact: &Contact) -> Fields {
    let mut shown = Fields::new();
    for (variable, value) in contact.run().cad() {
        let text = if variable.is_secure { MASK.to_owned() } else { display(value) };
        shown.put(label(variable), text);
    }
    shown
}

fn label(variable: &trunkline_flow::Variable) -> String {
    let label = variable.desktop_label.as_str();
    if label.is_empty() { variable.name.to_string() } else { label.to_owned() }
}

/// Where a consult or transfer goes, for people.
fn target(contact: &Contact, to: &Destination) -> String {
    let tenant = &contact.site.tenant;
    match to {
        Destination::Agent(id) => {
            let agent = tenant.agents.iter().find(|agent| agent.id == *id);
            format!("agent {}", agent.map_or(id.as_str(), |agent| &agent.name))
        }
        Destination::Queue(id) => {
            let queue = tenant.queue(id.as_str());
            format!("queue {}", queue.map_or(id.as_str(), |queue| &queue.name))
        }
        Destination::EntryPoint(id) => {
            let entry = tenant.entry_point(id.as_str());
            format!("entry point {}", entry.map_or(id.as_str(), |entry| &entry.name))
        }
        Destination::Number { number, .. } => format!("number {number}"),
    }
}

fn to(contact: &Contact, agent: &AgentId, to: &Destination, what: &'static str) -> ContactEvent {
    let input = Fields::new().with("agent", agent.as_str()).with("to", target(contact, to));
    ContactEvent { what, input, ..ContactEvent::default() }
}

pub(crate) fn consulted(contact: &Contact, agent: &AgentId, whom: &Destination) -> ContactEvent {
    to(contact, agent, whom, "consulted")
}

pub(crate) fn handed_over(contact: &Contact, agent: &AgentId, whom: &Destination) -> ContactEvent {
    to(contact, agent, whom, "handed_over")
}

pub(crate) fn handed_to_consulted(contact: &Contact, agent: &AgentId) -> ContactEvent {
    let consult = contact.conversation().and_then(|talk| talk.consult());
    let whom = consult.map(|consult| match consult.agent() {
        Some(agent) => format!("agent {}", agent.name),
        None => target(contact, consult.to()),
    });
    let input = Fields::new().with("agent", agent.as_str()).with("to", whom.unwrap_or_default());
    ContactEvent { what: "handed_over", input, ..ContactEvent::default() }
}

pub(crate) fn consult_offered(agent: &AgentDetails, ring_timeout_ms: u64) -> ContactEvent {
    let input =
        Fields::new().with("agent", agent.name.as_str()).with("ring_timeout_ms", ring_timeout_ms);
    ContactEvent { what: "consult_offered", input, ..ContactEvent::default() }
}

/// A leg waits for PreDial.
pub(crate) fn pre_dial(reason: &Reason<'_>) -> ContactEvent {
    let input = Fields::new()
        .with("operation", reason.operation)
        .with("participant", reason.participant)
        .with("number", reason.number);
    ContactEvent { what: "pre_dial", input, ..ContactEvent::default() }
}

pub(crate) fn pre_dial_too_slow() -> ContactEvent {
    let text = "PreDial takes too long: the leg is dialled without it".to_owned();
    ContactEvent { what: "pre_dial_ended", warnings: vec![text], ..ContactEvent::default() }
}

/// A recording of the conversation begins or ends.
pub(crate) fn recording(what: &'static str, number: u32) -> ContactEvent {
    let input = Fields::new().with("recording", u64::from(number));
    ContactEvent { what, input, ..ContactEvent::default() }
}

/// An agent pauses a recording; it goes on by itself after some time if there is a limit.
pub(crate) fn recording_paused(agent: &AgentId, number: u32, limit_s: Option<u32>) -> ContactEvent {
    let mut input =
        Fields::new().with("recording", u64::from(number)).with("agent", agent.as_str());
    if let Some(limit_s) = limit_s {
        input.put("limit_s", u64::from(limit_s));
    }
    ContactEvent { what: "recording_paused", input, ..ContactEvent::default() }
}

/// A paused recording goes on: an agent said so, or else its time was over.
pub(crate) fn recording_resumed(agent: Option<&AgentId>, number: u32) -> ContactEvent {
    let mut input = Fields::new().with("recording", u64::from(number));
    if let Some(agent) = agent {
        input.put("agent", agent.as_str());
    }
    ContactEvent { what: "recording_resumed", input, ..ContactEvent::default() }
}

/// The file of a recorded conversation is there.
pub(crate) fn call_recorded(recording: &CallRecording) -> ContactEvent {
    let input = Fields::new().with("recording", u64::from(recording.number));
    let output = Fields::new()
        .with("file", recording.file.as_str())
        .with("duration_ms", recording.duration_ms);
    let warnings = recording.problem.clone().into_iter().collect();
    ContactEvent { what: "call_recorded", input, output, warnings, ..ContactEvent::default() }
}

pub(crate) fn consult_ended(reason: &str) -> ContactEvent {
    because("consult_ended", reason)
}

/// Nobody took a caller who was handed over, or a call that an agent wanted to make.
pub(crate) fn not_taken(reason: &str) -> ContactEvent {
    because("not_taken", reason)
}

fn because(what: &'static str, reason: &str) -> ContactEvent {
    let input = Fields::new().with("reason", reason);
    ContactEvent { what, input, ..ContactEvent::default() }
}

pub(crate) fn act_refused(agent: &AgentId, refusal: &ActRefusal) -> ContactEvent {
    let input = Fields::new().with("agent", agent.as_str()).with("reason", refusal.to_string());
    ContactEvent { what: "refused", input, ..ContactEvent::default() }
}
