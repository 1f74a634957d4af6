//! Callers' calls: how they come in, what their signalling tells, how they end.

use std::time::{Duration, Instant};

use trunkline_contact::{Arrival, Input as ContactInput};
use trunkline_exchange::Input;
use trunkline_model::{ContactId, EntryPointId};
use trunkline_telephony::call::{Cause, Event as CallEvent};
use trunkline_telephony::extension;
use trunkline_telephony::identity::Source;
use trunkline_telephony::message::Headers;
use trunkline_telephony::number::{self, Numbers};
use trunkline_telephony::shell::{IncomingCall, Notice};

use super::dial_plan::Destination;
use super::legs::{CallLeg, LegId, Line, Role};
use super::signalling::Signalling;
use super::{Admission, Event, Switchboard};
use crate::ops::{CallOutcome, contact_span};

/// How long a caller is asked to wait when no call can be taken, in seconds.
const RETRY_AFTER_S: &str = "5";

impl Switchboard {
    /// An INVITE: to a flow, to a service code, or refused.
    pub(super) fn incoming(&mut self, call: IncomingCall, waited: Duration) {
        let is_open = self.admission == Admission::Open && self.scribe.takes_calls();
        // Who came when there was too much to do is refused before more is done for them, so that
        // those who were taken are served in time.
        if self.overload.refuses(Instant::now(), waited) || !is_open {
            self.io.metrics.call_ended(CallOutcome::Overload);
            return refuse(call, 503);
        }
        let numbers = self.numbers(&call);
        let is_phone = matches!(call.identity(), Source::Phone(_));
        match self.dial_plan.find(&numbers.dnis, &numbers.dnis_received, is_phone) {
            Destination::EntryPoint { id, allows_anonymous } => {
                if *call.identity() == Source::Anonymous && !allows_anonymous {
                    self.io.metrics.call_ended(CallOutcome::Refused);
                    return refuse(call, 403);
                }
                self.arrive(call, id, numbers);
            }
            Destination::AgentState(state) => self.service(call, state),
            Destination::Unknown => {
                tracing::info!(dnis = numbers.dnis, "no entry point has this number");
                self.io.metrics.call_ended(CallOutcome::Refused);
                refuse(call, 404);
            }
        }
    }

    fn numbers(&self, call: &IncomingCall) -> Numbers {
        let Source::Trunk(_) = call.identity() else {
            let rules = self.exchange.site().tenant.numbers.clone();
            let rules = number::TrunkNumbers { rules, ..number::TrunkNumbers::default() };
            return number::numbers(call.invite(), &rules);
        };
        call.numbers()
    }

    fn arrive(&mut self, call: IncomingCall, entry_point: EntryPointId, numbers: Numbers) {
        let is_number_trusted = matches!(call.identity(), Source::Trunk(_));
        let contact = ContactId::new(uuid::Uuid::now_v7().to_string());
        let headers = extension::received(&call.invite().headers);
        let lower = |(name, value): (String, String)| (name.to_ascii_lowercase(), value);
        let arrival = Arrival {
            contact: contact.clone(),
            at_ms: self.now_ms,
            ani_received: numbers.ani_received,
            dnis_received: numbers.dnis_received,
            entry_point,
            headers: headers.into_iter().map(lower).collect(),
            rescue: None,
            outdial: None,
        };
        let Some(leg) = self.accept(call, Role::Caller(contact)) else { return };
        self.begin_contact(arrival, leg, is_number_trusted);
    }

    /// A caller is there, with their leg: the flow begins.
    pub(super) fn begin_contact(&mut self, arrival: Arrival, leg: LegId, is_number_trusted: bool) {
        let contact = arrival.contact.clone();
        let line = self.legs.line_mut(&contact);
        (line.caller, line.is_number_trusted) = (Some(leg), is_number_trusted);
        self.arrived.push(contact.clone());
        self.io.metrics.contact_begun();
        let tenant = &self.exchange.site().tenant;
        tracing::info!(
            %contact,
            ani = arrival.ani(tenant),
            dnis = arrival.dnis(tenant),
            entry_point = arrival.entry_point.as_str(),
            "call"
        );
        self.note_arrival(&arrival);
        let input = Input::Arrived(Box::new(arrival));
        if let Err(error) = self.exchange.handle(self.now_ms, input, &mut self.scribe) {
            tracing::error!(%contact, "{error}");
            self.legs.forget(&contact);
            if let Some(leg) = self.legs.get_mut(leg) {
                leg.end(500);
            }
        }
    }

    /// Gives a call its media and its place among the legs. None when it is refused: no port is
    /// left, or its offer does not fit.
    pub(super) fn accept(&mut self, call: IncomingCall, role: Role) -> Option<LegId> {
        let _lines_name_it = role.contact().map(|contact| contact_span(contact).entered());
        let id = self.legs.fresh_id();
        let media = match self.io.engine.open(id.0) {
            Ok(media) => media,
            Err(error) => {
                tracing::error!("no call can be taken: {error}");
                self.io.metrics.call_ended(CallOutcome::Overload);
                refuse(call, 503);
                return None;
            }
        };
        let handle = match call.accept(media.addresses(), |_| {}) {
            Ok(handle) => handle,
            Err(error) => {
                tracing::error!("a call could not be taken: {error}");
                return None;
            }
        };
        if handle.is_over() {
            // Such as 488: it is on its way, and there is nothing that a flow could do.
            self.io.metrics.call_ended(CallOutcome::Refused);
            return None;
        }
        let (control, notices) = handle.split();
        self.listen(id, notices);
        self.legs.add(id, CallLeg::new(role, media, Signalling::Sip(control)));
        Some(id)
    }

    /// Has a call's notices sent here.
    pub(super) fn listen(&self, leg: LegId, mut notices: trunkline_telephony::shell::CallNotices) {
        let events = self.io.events.clone();
        self.io.runtime.spawn(async move {
            let mut has_ended = false;
            while let Some(notice) = notices.next().await {
                has_ended |= matches!(notice, Notice::Event(CallEvent::Ended(_)));
                if events.send(Event::Signal { leg, notice }).is_err() {
                    return;
                }
            }
            if !has_ended {
                // The call's task made a mistake: whoever is on the line must not wait for ever.
                let notice = Notice::Event(CallEvent::Ended(Cause::Lost { status: 500 }));
                let _ = events.send(Event::Signal { leg, notice });
            }
        });
    }

    /// News of a call's signalling.
    pub(super) fn signal(&mut self, id: LegId, notice: Notice) {
        let Some(leg) = self.legs.get_mut(id) else { return };
        match notice {
            Notice::StartMedia(plan) | Notice::ChangeMedia(plan) => leg.media.start(plan),
            Notice::StopMedia => leg.media.stop(),
            Notice::Event(CallEvent::KeyPressed { key, .. }) => self.key(id, key),
            Notice::Event(CallEvent::Answered) => self.leg_answered(id),
            Notice::Event(CallEvent::Held) => self.held(id, true),
            Notice::Event(CallEvent::Resumed) => self.held(id, false),
            Notice::Event(CallEvent::Ended(cause)) => self.leg_ended(id, &cause),
            Notice::Event(CallEvent::Progressed { .. } | CallEvent::ChangeRefused { .. }) => {}
        }
    }

    fn leg_answered(&mut self, id: LegId) {
        let now_ms = self.now_ms;
        // Too late: it has been told to end.
        let Some(leg) = self.legs.get_mut(id).filter(|leg| !leg.is_leaving) else { return };
        match leg.role.clone() {
            Role::Caller(contact) => drop(self.dialled_answered(&contact, id)),
            Role::Service => leg.media.play(super::audio::TONE, super::agents::confirmation()),
            Role::Agent { contact, agent } => {
                leg.is_answered = true;
                self.agent_answered(contact, agent);
            }
            Role::Party { contact, transfer } => {
                (leg.is_answered, leg.answered_ms) = (true, now_ms);
                self.party_answered(&contact, transfer, id);
            }
        }
    }

    pub(super) fn leg_ended(&mut self, id: LegId, cause: &Cause) {
        let Some(leg) = self.legs.remove(id) else { return };
        self.recordings.remove(&id);
        self.sending_digits.remove(&id);
        self.pending_digits.remove(&id);
        match &leg.role {
            Role::Caller(contact) => {
                tracing::info!(%contact, ?cause, "call ended");
                if self.outdial_left(contact, id, cause) {
                    return;
                }
                self.caller_left(contact.clone());
            }
            Role::Agent { contact, agent } => self.agent_leg_ended(id, &leg, contact, agent, cause),
            Role::Party { contact, transfer } => {
                self.party_left(contact, id, *transfer, &leg, cause);
            }
            Role::Service => {}
        }
    }

    fn caller_left(&mut self, contact: ContactId) {
        if self.legs.line(&contact).is_some() {
            let line = self.legs.line_mut(&contact);
            line.caller = None;
            line.is_bridged = false;
            let outcome = outcome(line);
            self.io.metrics.call_ended(outcome);
        }
        self.end_party(&contact);
        self.end_dialled(&contact);
        self.before_end(&contact);
        self.exchange(Input::Contact { contact, input: ContactInput::CallerHungUp });
    }
}

/// Refuses a call before anything is done for it.
pub(super) fn refuse(call: IncomingCall, status: u16) {
    let headers = Headers::default();
    let headers = if status == 503 { headers.with("Retry-After", RETRY_AFTER_S) } else { headers };
    call.reject(status, headers);
}

pub(super) fn outcome(line: &Line) -> CallOutcome {
    match line {
        line if line.was_handled => CallOutcome::Handled,
        line if line.was_transferred => CallOutcome::Transferred,
        line if line.queue.is_some() => CallOutcome::Abandoned,
        _ => CallOutcome::SelfService,
    }
}
