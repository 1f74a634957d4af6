//! What contacts and queues do, as desktops and lists of contacts see it.

use std::sync::Arc;

use trunkline_acd::{AgentState as Routed, OfferEnd};
use trunkline_contact::Arrival;
use trunkline_desk::{AgentState, Device, Direction, PastOutcome, StateKind};
use trunkline_exchange::Output;
use trunkline_model::routing::AgentDetails;
use trunkline_model::tenant::PostCall;
use trunkline_model::{AgentId, ContactId, QueueId};

use super::super::Switchboard;
use super::super::parties::about;
use super::desktop::{Desktop, Task};
use crate::archive::Entry;

/// The idle code of an agent who has just signed in, as pages know it.
const SIGNED_IN: &str = "signed_in";

/// The idle code of an agent whose device was lost, as pages know it.
const LOST_CONNECTION: &str = "lost_connection";

impl Switchboard {
    /// Looks at what is going to be done.
    pub(in super::super) fn announce(&mut self, output: &Output) {
        if let Some(contact) = output.contact() {
            self.desks.touch(contact);
            self.touch_consulted(contact);
        }
        match output {
            Output::Queued { contact, queue } => self.note_queue(contact, queue),
            Output::Ring { contact, agent, ring_timeout_ms, .. } => {
                self.note_offer(contact, agent, *ring_timeout_ms);
            }
            Output::StopRinging { contact, agent, reason } => {
                self.note_offer_end(contact, agent, *reason);
            }
            Output::Connect { contact, agent } => self.note_answer(contact, agent),
            Output::TakenOver { contact, consult, agent } => {
                self.note_taken_over(contact, consult, agent);
            }
            Output::Release { contact, agent, .. } => self.note_release(contact, agent),
            Output::AgentState { agent, state } => self.note_state(agent, state),
            Output::Ended { contact } | Output::Crashed { contact, .. } => self.note_end(contact),
            _ => {}
        }
    }

    /// A contact has arrived, or was left by an earlier run.
    pub(in super::super) fn note_arrival(&mut self, arrival: &Arrival) {
        let site = self.exchange.site();
        let point = site.tenant.entry_point(arrival.entry_point.as_str());
        let flow = point.and_then(|point| site.flow_of(point));
        // The customer's number, by which their contacts are found: who calls, or who is called.
        let (direction, ani) = match arrival.outdial {
            Some(_) => (Direction::Outdial, arrival.dnis(&site.tenant)),
            None => (Direction::Inbound, arrival.ani(&site.tenant)),
        };
        let entry = Entry {
            id: arrival.contact.clone(),
            arrived_ms: arrival.at_ms,
            direction,
            customer_name: None,
            ani,
            dnis: arrival.dnis(&site.tenant),
            entry_point: point.map(|point| point.name.clone()).unwrap_or_default(),
            flow: flow.map(|flow| format!("{} {}", flow.name, flow.version)).unwrap_or_default(),
            queue: None,
            agents: Vec::new(),
            agent: None,
            talk_ms: 0,
            outcome: PastOutcome::SelfService,
            wrap_up: None,
            is_live: true,
            is_partial: false,
        };
        self.desks.entries.insert(arrival.contact.clone(), Box::new(entry));
    }

    /// A contact of an earlier run goes on, or has ended: what was known of it then is kept.
    pub(in super::super) fn note_recovered(&mut self, arrival: &Arrival, has_ended: bool) {
        self.note_arrival(arrival);
        if let Some(entry) = self.desks.entries.get_mut(&arrival.contact) {
            entry.is_partial = true;
        }
        if has_ended {
            self.note_end(&arrival.contact);
        }
    }

    fn note_queue(&mut self, contact: &ContactId, queue: &QueueId) {
        let name = self.exchange.site().tenant.queue(queue.as_str()).map(|it| it.name.clone());
        if let Some(entry) = self.desks.entries.get_mut(contact) {
            entry.queue = name;
            if entry.outcome == PastOutcome::SelfService {
                entry.outcome = PastOutcome::Abandoned;
            }
        }
        let now_ms = self.now_ms;
        self.legs.line_mut(contact).queued_ms.get_or_insert(now_ms);
    }

    fn note_offer(&mut self, contact: &ContactId, agent: &Arc<AgentDetails>, ring_ms: u64) {
        let now_ms = self.now_ms;
        let queued_ms = self.legs.line(contact).and_then(|line| line.queued_ms);
        let queue = Some(agent.queue_id.clone()).filter(|queue| !queue.as_str().is_empty());
        let task = Task {
            contact: contact.clone(),
            queue,
            offered_ms: now_ms,
            waited_ms: queued_ms.map_or(0, |queued_ms| now_ms - queued_ms),
            ring_until_ms: now_ms.saturating_add_unsigned(ring_ms),
            answered_ms: None,
            ended_ms: None,
            held_since_ms: None,
            code: None,
            is_muted: false,
            has_no_audio: false,
        };
        self.desks.desktop_mut(&agent.id).task = Some(task);
        let at = self.desks.at.entry(contact.clone()).or_default();
        if !at.contains(&agent.id) {
            at.push(agent.id.clone());
        }
        self.desks.dossiers.entry(contact.clone()).or_default().touch();
        if let Some(entry) = self.desks.entries.get_mut(contact) {
            entry.saw(&agent.id, &agent.team_id, false);
        }
        self.desks.mark(&agent.id);
    }

    fn note_offer_end(&mut self, contact: &ContactId, agent: &AgentId, reason: OfferEnd) {
        let desktop = self.desks.desktop_mut(agent);
        desktop.missed = why_missed(desktop, contact, reason);
        self.drop_task(contact, agent);
        let entry = self.desks.entries.get_mut(contact);
        if let (OfferEnd::ContactLeft, Some(entry)) = (reason, entry) {
            // The caller gave up, or was sent elsewhere; the agent has missed nothing.
            entry.agents.retain(|seen| seen.talked || seen.agent != *agent);
        }
    }

    fn note_answer(&mut self, contact: &ContactId, agent: &Arc<AgentDetails>) {
        let now_ms = self.now_ms;
        if let Some(task) = self.desks.task_mut(&agent.id).filter(|task| task.contact == *contact) {
            task.answered_ms = Some(now_ms);
        }
        if let Some(entry) = self.desks.entries.get_mut(contact) {
            entry.saw(&agent.id, &agent.team_id, true);
            entry.agent = Some(agent.name.clone());
            entry.outcome = PastOutcome::Handled;
            // What is known now is in lists even after a crash.
            let known = Entry { is_live: false, ..(**entry).clone() };
            self.desks.archive.keep(known);
        }
        self.desks.mark(&agent.id);
    }

    /// Who is consulted about the contact sees it too.
    fn touch_consulted(&mut self, contact: &ContactId) {
        let consults = self.legs.line(contact).map(|line| line.consults.clone());
        for consult in consults.unwrap_or_default() {
            self.desks.touch(&consult);
        }
        let parent = about(contact);
        if parent != *contact {
            self.desks.touch(&parent);
        }
    }

    /// The agent who was consulted has the contact: it goes by its own name from now on.
    fn note_taken_over(&mut self, contact: &ContactId, consult: &ContactId, agent: &AgentId) {
        let Some(task) = self.desks.task_mut(agent).filter(|task| task.contact == *consult) else {
            return;
        };
        task.contact = contact.clone();
        task.held_since_ms = None;
        self.left_contact(consult, agent);
        let at = self.desks.at.entry(contact.clone()).or_default();
        if !at.contains(agent) {
            at.push(agent.clone());
        }
        let site = self.exchange.site().clone();
        if let Some((known, entry)) =
            site.tenant.agent(agent.as_str()).zip(self.desks.entries.get_mut(contact))
        {
            entry.agent = Some(known.name.clone());
        }
        self.desks.mark(agent);
    }

    /// The agent's part in the conversation is over: wrap-up, or the agent was lost.
    fn note_release(&mut self, contact: &ContactId, agent: &AgentId) {
        let (now_ms, until_ms) = (self.now_ms, self.wrap_up_until_ms(agent));
        let Some(task) = self.desks.task_mut(agent).filter(|task| task.contact == *contact) else {
            return;
        };
        task.held_since_ms = None;
        let was_talking = task.ended_ms.is_none().then_some(task.answered_ms).flatten();
        task.ended_ms.get_or_insert(now_ms);
        if let (Some(since_ms), Some(entry)) = (was_talking, self.desks.entries.get_mut(contact)) {
            entry.talk_ms += now_ms - since_ms;
        }
        if let Some(until_ms) = until_ms {
            self.watch_wrap_up(contact, agent, until_ms);
        }
        self.desks.mark(agent);
    }

    fn note_state(&mut self, agent: &AgentId, state: &Routed) {
        let (now_ms, shown) = (self.now_ms, shown_state(state));
        let desktop = self.desks.desktop_mut(agent);
        let (kind, code) = match shown {
            (StateKind::Rona, _) => (StateKind::Rona, desktop.missed.map(str::to_owned)),
            shown => shown,
        };
        let is_same = desktop.state.kind == kind && desktop.state.code == code;
        if !is_same {
            desktop.state = AgentState { kind, code, since_ms: now_ms };
        }
        let is_busy = matches!(kind, StateKind::Offered | StateKind::Engaged | StateKind::WrapUp);
        if !is_busy {
            let task = desktop.task.take();
            if kind == StateKind::SignedOut {
                self.leave_seat(agent);
            }
            if let Some(task) = task {
                self.left_contact(&task.contact, agent);
            }
        }
        self.desks.mark(agent);
    }

    fn drop_task(&mut self, contact: &ContactId, agent: &AgentId) {
        let desktop = self.desks.desktop_mut(agent);
        if desktop.task.as_ref().is_some_and(|task| task.contact == *contact) {
            desktop.task = None;
        }
        self.left_contact(contact, agent);
        self.desks.mark(agent);
    }

    fn left_contact(&mut self, contact: &ContactId, agent: &AgentId) {
        let Some(agents) = self.desks.at.get_mut(contact) else { return };
        agents.retain(|it| it != agent);
        if agents.is_empty() {
            self.desks.at.remove(contact);
        }
    }

    /// Nothing more comes of the contact.
    fn note_end(&mut self, contact: &ContactId) {
        for agent in self.desks.at.remove(contact).unwrap_or_default() {
            let desktop = self.desks.desktop_mut(&agent);
            if desktop.task.as_ref().is_some_and(|task| task.contact == *contact) {
                desktop.task = None;
            }
            self.desks.mark(&agent);
        }
        self.desks.dossiers.remove(contact);
        if self.desks.drafts.remove(contact).is_some() {
            self.desks.book.forget(contact);
        }
        if let Some(mut entry) = self.desks.entries.remove(contact) {
            entry.is_live = false;
            if self.legs.line(contact).is_some_and(|line| line.was_transferred) {
                entry.outcome = PastOutcome::Transferred;
            }
            self.desks.archive.keep(*entry);
        }
    }

    /// The call is about to be over: what was typed is saved where ContactEnded does not wait for
    /// the wrap-up (decision 11).
    pub(in super::super) fn before_end(&mut self, contact: &ContactId) {
        let Some(known) = self.exchange.contact(contact) else { return };
        let tenant = &self.exchange.site().tenant;
        let point = tenant.entry_point(known.arrival().entry_point.as_str());
        if point.is_some_and(|point| point.post_call == PostCall::AtHangup) {
            self.save_drafts(contact);
        }
        self.note_customer(contact);
    }

    /// The contact is nobody's here any more, and never was, or is another process's.
    pub(in super::super) fn forget_contact(&mut self, contact: &ContactId) {
        self.desks.entries.remove(contact);
        self.note_end(contact);
    }

    /// What is known only while the contact is there.
    pub(in super::super) fn note_customer(&mut self, contact: &ContactId) {
        let Some(known) = self.exchange.contact(contact) else { return };
        let name = self.customer_name(known);
        if let Some(entry) = self.desks.entries.get_mut(contact).filter(|_| name.is_some()) {
            entry.customer_name = name;
        }
    }
}

fn shown_state(state: &Routed) -> (StateKind, Option<String>) {
    match state {
        Routed::SignedOut => (StateKind::SignedOut, None),
        Routed::Idle { code } => (StateKind::Idle, Some(shown_code(code))),
        Routed::Available { .. } => (StateKind::Available, None),
        Routed::Reserved { .. } => (StateKind::Offered, None),
        Routed::Engaged { .. } => (StateKind::Engaged, None),
        Routed::WrapUp { .. } => (StateKind::WrapUp, None),
        Routed::Rona => (StateKind::Rona, None),
    }
}

/// Why an offer came to nothing, in words that pages know; none where nobody answered.
fn why_missed(desktop: &Desktop, contact: &ContactId, reason: OfferEnd) -> Option<&'static str> {
    let task = desktop.task_of(contact.as_str());
    let talks_by_page = desktop.seat.as_ref().is_some_and(|seat| seat.device == Device::Browser);
    match reason {
        OfferEnd::Declined => Some("declined"),
        OfferEnd::Rona if talks_by_page && desktop.gone_since_ms.is_some() => Some(LOST_CONNECTION),
        OfferEnd::Rona if task.is_some_and(|task| task.has_no_audio) => Some("microphone"),
        OfferEnd::Rona | OfferEnd::ContactLeft | OfferEnd::AgentLeft | OfferEnd::DeviceFailed => {
            None
        }
    }
}

/// A code of the queues as pages know it.
pub(super) fn shown_code(code: &str) -> String {
    match code {
        trunkline_acd::SIGNED_IN => SIGNED_IN.to_owned(),
        trunkline_acd::LOST_CONNECTION => LOST_CONNECTION.to_owned(),
        code => code.to_owned(),
    }
}
