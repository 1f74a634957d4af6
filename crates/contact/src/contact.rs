//! The state machine of one contact.

use std::collections::VecDeque;
use std::sync::Arc;

use trunkline_acd::Leaving;
use trunkline_flow::{Flow, Run, Site};
use trunkline_model::routing::{AgentDetails, Priority};
use trunkline_model::tenant::EntryPoint;
use trunkline_model::tenant::compatibility::HangUpDuringRequest;
use trunkline_model::tenant::entry_point::Answer;
use trunkline_model::trace::Step;
use trunkline_model::{AgentId, ContactId, QueueId};

use crate::arrival::{Arrival, ArrivalError};
use crate::call_recording::RecordingPause;
use crate::conversation::{Arrangement, Conversation};
use crate::input::Input;
use crate::output::Output;
use crate::{pre_dial, steps};

/// What the caller is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// In the flow, perhaps waiting in a queue meanwhile.
    InFlow,
    /// Hears an apology, and is then disconnected.
    Apology { id: u32 },
    /// Waits for the third party to which the contact itself transfers them to answer.
    Transferring { id: u32, by_agent: bool },
    /// Talks to the third party of a blind transfer: the flow is over.
    Transferred { id: u32 },
    /// Talks to the agent, or is on hold, or in a conference; see [`Contact::conversation`].
    Talking,
    /// Waits for the agent to whom another handed them over.
    Asking,
    /// Is being called by an agent: their own device first, then the number.
    Calling { id: Option<u32> },
    /// The agent has left; an event flow may still speak to the caller.
    AgentLeft,
    /// Gone.
    Over,
}

/// What is left to do after the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterCall {
    /// The call goes on, or ContactEnded has not begun.
    NotBegun,
    /// ContactEnded is running.
    Running,
    /// Everything is done.
    Done,
}

/// One contact, from its arrival to the end of its last event flow.
pub struct Contact {
    pub(crate) id: ContactId,
    pub(crate) arrival: Arrival,
    pub(crate) site: Arc<Site>,
    pub(crate) entry: EntryPoint,
    pub(crate) run: Run,
    pub(crate) phase: Phase,
    pub(crate) queue: Option<QueueId>,
    /// The agent who is rung, talks, or talked last.
    pub(crate) agent: Option<AgentDetails>,
    /// The agent who talks, or talked last.
    pub(crate) spoke_with: Option<AgentDetails>,
    /// Agents who answered and have not finished wrapping up.
    pub(crate) working: Vec<AgentId>,
    pub(crate) after_call: AfterCall,
    /// The conversation with agents, while there is one.
    pub(crate) talk: Option<Conversation>,
    /// Who hears whom, as the shell was told last.
    pub(crate) arranged: Option<Arrangement>,
    /// How many consults there were.
    pub(crate) consults: u32,
    /// Legs that wait for PreDial.
    pub(crate) pre_dials: pre_dial::Legs,
    /// Whether the flow wants conversations recorded.
    pub(crate) wants_recording: bool,
    /// The recording that goes on.
    pub(crate) recording: Option<u32>,
    /// How many recordings of conversations there were.
    pub(crate) recordings: u32,
    /// The pause in recordings, while there is one.
    pub(crate) recording_pause: Option<RecordingPause>,
    /// How often an agent has handed the caller over without a consult.
    pub(crate) moves: u32,
    /// The priority in queues.
    pub(crate) priority: Priority,
    /// The queue in which it waits, or waited last.
    pub(crate) last_queue: Option<QueueId>,
    /// Of the flows before the present one.
    pub(crate) earlier_trace: Vec<Step>,
    /// Whether the call has been answered (decision 3).
    pub(crate) is_answered: bool,
    /// The queue's music that plays whenever nothing else does.
    pub(crate) queue_music: Option<String>,
    /// Music that could not be played: it is not tried again.
    pub(crate) failed_music: Option<String>,
    /// The flow's last blind transfer.
    pub(crate) blind_transfer: Option<u32>,
    /// Whether the contact has been sent to the entry point's fallback queue.
    pub(crate) has_fallen_back: bool,
    pub(crate) next_own_id: u32,
    pub(crate) outputs: VecDeque<Output>,
    pub(crate) now_ms: i64,
}

/// Ids of what the contact plays itself begin here; the flow's are below.
pub(crate) const FIRST_OWN_ID: u32 = 1 << 31;

// Outputs may hold secrets (decision 20).
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Contact");
        shown.field("id", &self.id).field("phase", &self.phase).field("run", &self.run);
        shown.finish_non_exhaustive()
    }
}

impl Contact {
    /// A contact that has arrived; its flow starts at once. Call [`Contact::poll`] afterwards.
    pub fn arrive(
        site: &Arc<Site>,
        arrival: &Arrival,
        is_traced: bool,
    ) -> Result<Self, ArrivalError> {
        let mut contact = Self::in_flow(site, arrival, None, is_traced)?;
        contact.step(|contact| steps::arrived(arrival, &contact.site.tenant, &contact.entry));
        if contact.entry.answer == Answer::Immediately && arrival.outdial.is_none() {
            contact.answer();
        }
        match (&arrival.rescue, &arrival.outdial) {
            (Some(failure), _) => contact.rescue(failure),
            (None, Some(outdial)) => contact.begin_outdial(outdial),
            (None, None) => contact.run.start(arrival.at_ms),
        }
        contact.settle();
        Ok(contact)
    }

    /// A contact whose flow has not started: this one, or else the entry point's.
    pub(crate) fn in_flow(
        site: &Arc<Site>,
        arrival: &Arrival,
        present: Option<&Arc<Flow>>,
        is_traced: bool,
    ) -> Result<Self, ArrivalError> {
        let id = arrival.entry_point.as_str();
        let entry = site.tenant.entry_point(id);
        let entry = entry.ok_or_else(|| ArrivalError::EntryPoint(arrival.entry_point.clone()))?;
        let flow = site.flow_of(entry).ok_or_else(|| ArrivalError::Flow {
            entry_point: entry.name.clone(),
            flow: entry.flow.clone(),
        })?;
        let outputs = arrival.outputs(&site.tenant, entry, flow);
        let present = Arc::clone(present.unwrap_or(flow));
        let mut run = Run::new(Arc::clone(site), present, outputs, entry);
        if is_traced {
            run.trace_from(arrival.contact.clone(), arrival.at_ms);
        }
        Ok(Self {
            id: arrival.contact.clone(),
            arrival: arrival.clone(),
            site: Arc::clone(site),
            entry: entry.clone(),
            run,
            phase: Phase::InFlow,
            queue: None,
            agent: None,
            spoke_with: None,
            working: Vec::new(),
            after_call: AfterCall::NotBegun,
            talk: None,
            arranged: None,
            consults: 0,
            pre_dials: pre_dial::Legs::new(),
            wants_recording: false,
            recording: None,
            recordings: 0,
            recording_pause: None,
            moves: 0,
            priority: Priority::LOWEST,
            last_queue: None,
            earlier_trace: Vec::new(),
            is_answered: false,
            queue_music: None,
            failed_music: None,
            blind_transfer: None,
            has_fallen_back: false,
            next_own_id: FIRST_OWN_ID,
            outputs: VecDeque::new(),
            now_ms: arrival.at_ms,
        })
    }

    /// Takes an input. One that does not fit the contact's state has no effect.
    pub fn handle(&mut self, now_ms: i64, input: Input) {
        self.now_ms = now_ms;
        match input {
            Input::Flow(trunkline_flow::Input::Played { id }) => self.played(id),
            Input::Flow(trunkline_flow::Input::PlayFailed { id, reason, text }) => {
                self.play_failed(id, reason, text);
            }
            Input::Flow(trunkline_flow::Input::TransferEnded { id, outcome }) => {
                self.transfer_ended(id, outcome);
            }
            Input::Flow(trunkline_flow::Input::Routed { id, reply }) => self.routed(id, reply),
            Input::SentToRecovery { queue } => self.sent_to_recovery(queue),
            Input::QueueMusicFailed { reason, text } => self.queue_music_failed(reason, text),
            Input::Flow(trunkline_flow::Input::Tick) => {
                self.dial_overdue();
                self.end_overdue_pause();
                self.run.handle(now_ms, trunkline_flow::Input::Tick);
            }
            Input::Flow(input) => self.run.handle(now_ms, input),
            Input::CallerHungUp => self.caller_hung_up(),
            Input::Offered { agent, ring_timeout_ms } => self.offered(agent, ring_timeout_ms),
            Input::OfferEnded { agent, reason } => self.offer_ended(&agent, reason),
            Input::Answered { agent } => self.answered(agent),
            Input::AgentHungUp { agent } => self.agent_hung_up(&agent),
            Input::Acted { agent, act } => self.acted(&agent, act),
            Input::Consult { consult, news } => self.consult_news(consult, news),
            Input::ConsultedLeft { consult, agent, is_lost } => {
                self.consulted_has_left(consult, &agent, is_lost);
            }
            Input::LeftConference { agent, is_lost } => self.left_conference(&agent, is_lost),
            Input::TakenOver { agent } => self.taken_over(agent),
            Input::AskRefused { reason } => self.ask_refused(&reason),
            Input::Requeued { agent } => self.requeued(&agent),
            Input::AgentLost { agent } => self.agent_lost(&agent),
            Input::WrapUpStarted { agent } => self.wrap_up_started(&agent),
            Input::WrapUpEnded { agent, code } => self.wrap_up_ended(&agent, code),
            Input::Edited { name, value } => self.edited(&name, &value),
            Input::PopShown { agent, label, outcome } => {
                self.step(|_| steps::pop_shown(&agent, &label, &outcome));
            }
            Input::CallRecorded(recording) => self.call_recorded(&recording),
            Input::EnqueueRefused { reason } => self.enqueue_refused(&reason),
            Input::TimedOut { overflow_number } => self.timed_out(overflow_number),
            Input::Recovered => self.recovered(),
        }
        self.settle();
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When `Input::Flow(Tick)` is due, in milliseconds since the Unix epoch.
    pub fn wake_at(&self) -> Option<i64> {
        let own = [self.pre_dial_until(), self.recording_pause_until()];
        own.into_iter().chain([self.run.wake_at()]).flatten().min()
    }

    /// The trace since the last call; empty unless the contact is traced.
    pub fn take_trace(&mut self) -> Vec<Step> {
        let mut steps = std::mem::take(&mut self.earlier_trace);
        steps.append(&mut self.run.take_trace());
        steps
    }

    /// The contact's id.
    pub fn id(&self) -> &ContactId {
        &self.id
    }

    /// How the contact arrived.
    pub fn arrival(&self) -> &Arrival {
        &self.arrival
    }

    /// The contact's flow while it runs.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Whether nothing will ever come from this contact again.
    pub fn is_ended(&self) -> bool {
        self.after_call == AfterCall::Done
    }

    /// Whether the caller is on the line.
    pub fn is_caller_there(&self) -> bool {
        self.phase != Phase::Over
    }

    /// Whether the caller is with an agent: they talk, or the caller is on hold.
    pub fn is_talking(&self) -> bool {
        self.phase == Phase::Talking
    }

    /// Whether the caller and the third party of a blind transfer are talking.
    pub fn is_transferred(&self) -> bool {
        matches!(self.phase, Phase::Transferred { .. })
    }

    /// The agent who is rung, talks, or talked last.
    pub fn agent(&self) -> Option<&AgentDetails> {
        self.agent.as_ref()
    }

    /// Whether agents may still change variables: until ContactEnded begins, which reads them.
    pub fn takes_edits(&self) -> bool {
        self.after_call == AfterCall::NotBegun
    }

    /// The site that the contact arrived at.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    fn played(&mut self, id: u32) {
        if self.phase == (Phase::Apology { id }) {
            return self.disconnect("apology played");
        }
        self.run.handle(self.now_ms, trunkline_flow::Input::Played { id });
    }

    fn caller_hung_up(&mut self) {
        if self.phase == Phase::Over {
            return;
        }
        self.step(|_| steps::plain("caller_hung_up"));
        self.call_over();
    }

    /// Ends the call from our side.
    pub(crate) fn disconnect(&mut self, why: &str) {
        if self.phase == Phase::Over {
            return;
        }
        self.step(|_| steps::disconnected(why));
        self.want(Output::Disconnect);
        self.call_over();
    }

    /// The caller is gone, whoever ended it.
    pub(crate) fn call_over(&mut self) {
        let is_joined = self.talk.as_ref().is_some_and(Conversation::is_conference);
        self.leave_consult(if is_joined { Leaving::WrapsUp } else { Leaving::Free });
        self.end_talk();
        self.forget_legs();
        self.recording_pause = None;
        let before = std::mem::replace(&mut self.phase, Phase::Over);
        self.queue_music = None;
        match before {
            Phase::Talking | Phase::Calling { .. } => self.want(Output::LeaveAgent),
            Phase::Asking => self.want(Output::Withdraw),
            _ if self.queue.is_some() => self.want(Output::Withdraw),
            Phase::InFlow
            | Phase::Apology { .. }
            | Phase::Transferring { .. }
            | Phase::Transferred { .. }
            | Phase::AgentLeft
            | Phase::Over => {}
        }
        self.leave_queue();
        let finish = self.site.tenant.compatibility.hang_up_during_request;
        self.run.caller_gone(self.now_ms, finish == HangUpDuringRequest::Finish);
    }

    pub(crate) fn leave_queue(&mut self) {
        self.queue = None;
        self.run.set_queued(false);
        self.stop_queue_music();
    }

    /// Wants something done; the call is answered before what needs audio (decision 3).
    pub(crate) fn want(&mut self, output: Output) {
        if output.needs_audio() {
            self.answer();
        }
        self.outputs.push_back(output);
    }

    pub(crate) fn answer(&mut self) {
        if !self.is_answered {
            self.is_answered = true;
            self.outputs.push_back(Output::Answer);
        }
    }

    pub(crate) fn own_id(&mut self) -> u32 {
        let id = self.next_own_id;
        self.next_own_id += 1;
        id
    }

    fn recovered(&mut self) {
        if self.phase != Phase::Over {
            self.step(|_| steps::plain("recovered"));
            self.call_over();
        }
        // The agent's desktop has lost the contact as well.
        self.working.clear();
    }

    fn edited(&mut self, name: &str, value: &str) {
        let result = match self.after_call {
            AfterCall::NotBegun => self.run.edit_variable(name, value),
            AfterCall::Running => Err("the contact's ContactEnded has begun".to_owned()),
            AfterCall::Done => return,
        };
        let is_secure = self.run.is_secure(name);
        self.step(|_| steps::edited(name, value, is_secure, result.err()));
    }

    /// Adds a line to the trace, if one is kept.
    pub(crate) fn step(&mut self, event: impl FnOnce(&Self) -> trunkline_flow::run::ContactEvent) {
        if self.run.is_traced() {
            let event = event(self);
            self.run.write_contact_step(self.now_ms, event);
        }
    }
}
