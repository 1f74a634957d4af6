//! The world: contacts, queues, a virtual clock, and everybody who acts by script.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use trunkline_acd::{
    AgentChoice, AgentState, Input as RoutingInput, Output as RoutingOutput, Routing,
};
use trunkline_contact::journal::InputRecord;
use trunkline_contact::{Arrival, ArrivalError, Consult, Contact, Input, Output, consult_name};
use trunkline_exchange::{Allocations, Told, agent_gone, message_to_contact, message_to_routing};
use trunkline_flow::Site;
use trunkline_model::http::{Outcome, Request};
use trunkline_model::{AgentId, ContactId};

use crate::moments::{Agenda, Happening, Slot};
use crate::recorder::Recorder;
use crate::script::Script;

/// A world stops by itself after this many happenings: something goes round in circles.
const MAX_HAPPENINGS: u64 = 1_000_000;

/// A world stops by itself after this much virtual time, in milliseconds: a week.
const MAX_DURATION_MS: i64 = 7 * 86_400_000;

/// How a world is set up.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// The virtual time at the start, in milliseconds since the Unix epoch.
    pub start_ms: i64,
    /// What the caller, the agents and the servers do.
    pub script: Script,
    /// Whether people at a terminal take the caller's and the agents' part: the script's caller
    /// and agents then do nothing.
    pub is_interactive: bool,
}

/// A request that nobody in the world answers.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingRequest {
    /// Whose it is; for [`World::answer`].
    pub(crate) slot: Slot,
    /// Its id.
    pub id: u32,
    /// The contact.
    pub contact: ContactId,
    /// The request.
    pub request: Request,
}

/// What [`World::advance`] came to.
#[derive(Debug)]
pub enum Advance {
    /// Something happened; there may be more.
    Moment,
    /// A request must be answered by [`World::answer`] before time goes on.
    Request(Box<PendingRequest>),
    /// Nothing will happen any more by itself.
    Idle,
    /// The limits of the simulation were reached; the text says which.
    Exhausted(&'static str),
}

pub(crate) struct Life {
    pub(crate) contact: Contact,
    pub(crate) arrival: Arrival,
    pub(crate) is_line_open: bool,
    /// How often each activity has asked for keys.
    pub(crate) asked: HashMap<String, usize>,
    /// The last ask whose keys were planned.
    pub(crate) last_ask: u32,
    /// When the last prompt ends by itself.
    pub(crate) prompt_ends_ms: i64,
    pub(crate) offers: usize,
    /// How often an agent was offered a consult about it.
    pub(crate) consult_offers: usize,
    /// How often the contact has called a third party.
    pub(crate) transfers: usize,
    /// How often the contact has recorded the caller.
    pub(crate) recordings: usize,
    /// When the recording of a conversation began that goes on.
    pub(crate) recorded_since_ms: i64,
    /// Whether the third party of a transfer has answered and not hung up.
    pub(crate) talks_to_third_party: bool,
}

/// Contacts, one routing domain and a clock that jumps from one moment to the next.
pub struct World<R: Recorder> {
    pub(crate) site: Arc<Site>,
    pub(crate) routing: Routing,
    pub(crate) options: WorldOptions,
    pub(crate) now_ms: i64,
    pub(crate) agenda: Agenda,
    pub(crate) lives: Vec<Option<Box<Life>>>,
    slots: HashMap<ContactId, Slot>,
    requests: VecDeque<PendingRequest>,
    allocations: Allocations,
    pub(crate) stub_uses: Vec<u32>,
    pub(crate) prompt_uses: Vec<u32>,
    /// Attempts of scripted requests under way: when each ends, and how.
    attempts: HashMap<(Slot, u32), Vec<(i64, Outcome)>>,
    pub(crate) recorder: R,
    happenings: u64,
    last_arrival_ms: i64,
    routing_wake_ms: Option<i64>,
    outputs: Vec<Output>,
}

impl<R: Recorder> World<R> {
    /// A world with every agent of the tenant signed in and Available.
    pub fn new(site: Arc<Site>, options: WorldOptions, recorder: R) -> Self {
        let routing = Routing::new(&site.tenant);
        let mut world = Self {
            routing,
            now_ms: options.start_ms,
            stub_uses: vec![0; options.script.http.len()],
            prompt_uses: vec![0; options.script.prompts.len()],
            agenda: Agenda::default(),
            lives: Vec::new(),
            slots: HashMap::new(),
            requests: VecDeque::new(),
            allocations: Allocations::default(),
            recorder,
            happenings: 0,
            last_arrival_ms: options.start_ms,
            routing_wake_ms: None,
            attempts: HashMap::new(),
            outputs: Vec::new(),
            options,
            site,
        };
        let agents: Vec<_> =
            world.site.tenant.agents.iter().map(|agent| agent.id.clone()).collect();
        for agent in agents {
            let session_id = format!("session-{agent}");
            world.route(RoutingInput::SignIn { agent: agent.clone(), session_id, team: None });
            world.route(RoutingInput::SetState { agent, state: AgentChoice::Available });
        }
        world
    }

    /// The virtual time, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Who writes things down.
    pub fn recorder(&mut self) -> &mut R {
        &mut self.recorder
    }

    /// A contact while it lives.
    pub fn contact(&self, id: &ContactId) -> Option<&Contact> {
        let slot = *self.slots.get(id)?;
        self.lives[slot].as_ref().map(|life| &life.contact)
    }

    /// The queues and agents.
    pub fn routing(&self) -> &Routing {
        &self.routing
    }

    /// A call arrives.
    pub fn call(&mut self, arrival: Arrival) -> Result<(), ArrivalError> {
        self.now_ms = self.now_ms.max(arrival.at_ms);
        self.last_arrival_ms = self.now_ms;
        self.recorder.arrived(&arrival);
        let contact = Contact::arrive(&self.site, &arrival, self.recorder.wants_trace())?;
        let id = arrival.contact.clone();
        let life = Life {
            contact,
            arrival,
            is_line_open: true,
            asked: HashMap::new(),
            last_ask: 0,
            prompt_ends_ms: 0,
            offers: 0,
            consult_offers: 0,
            transfers: 0,
            recordings: 0,
            recorded_since_ms: 0,
            talks_to_third_party: false,
        };
        let slot = self.lives.len();
        self.lives.push(Some(Box::new(life)));
        self.slots.insert(id, slot);
        self.plan_caller(slot);
        self.settle(slot, None);
        Ok(())
    }

    /// Lets the next thing happen.
    pub fn advance(&mut self) -> Advance {
        if let Some(request) = self.requests.pop_front() {
            return Advance::Request(Box::new(request));
        }
        let Some((at_ms, happening)) = self.agenda.take() else { return Advance::Idle };
        if at_ms - self.last_arrival_ms > MAX_DURATION_MS {
            return Advance::Exhausted("a week of virtual time went by since the last call");
        }
        self.happenings += 1;
        if self.happenings > MAX_HAPPENINGS + 1_000 * self.lives.len() as u64 {
            return Advance::Exhausted("a million things happened");
        }
        self.now_ms = self.now_ms.max(at_ms);
        self.happen(happening);
        Advance::Moment
    }

    /// When the next thing happens by itself, in milliseconds since the Unix epoch.
    pub fn next_at(&self) -> Option<i64> {
        self.agenda.next_at()
    }

    /// Answers a request: the answer arrives after the time that it took.
    pub fn answer(&mut self, request: &PendingRequest, outcome: Outcome) {
        let took_ms = i64::try_from(outcome.duration_ms).unwrap_or(i64::MAX / 4);
        let happening =
            Happening::Http { slot: request.slot, id: request.id, outcome: Box::new(outcome) };
        self.agenda.add(self.now_ms + took_ms, happening);
    }

    /// Something happens to a contact, from outside the script (a terminal, a test).
    pub fn inject(&mut self, contact: &ContactId, input: Input) {
        let Some(&slot) = self.slots.get(contact) else { return };
        if input == Input::CallerHungUp {
            return self.hang_up(slot);
        }
        self.give(slot, input);
    }

    /// An agent does something, from outside the script.
    pub fn inject_agent(&mut self, input: RoutingInput) {
        self.route(input);
    }

    /// The agent of a contact hangs up, from outside the script.
    pub fn inject_agent_hang_up(&mut self, contact: &ContactId) {
        let slot = self.slots.get(contact).copied();
        let agent = self.contact(contact).and_then(|it| it.agent()).map(|agent| agent.id.clone());
        if let (Some(slot), Some(agent)) = (slot, agent) {
            self.agent_hangs_up(slot, agent);
        }
    }

    /// The agents who are set to RONA, and so get no contact.
    pub fn agents_in_rona(&self) -> Vec<AgentId> {
        let agents = self.site.tenant.agents.iter().map(|agent| &agent.id);
        let in_rona = |id: &&AgentId| self.routing.agent_state(id) == Some(AgentState::Rona);
        agents.filter(in_rona).cloned().collect()
    }

    /// Whether a request waits for its answer.
    pub fn has_requests(&self) -> bool {
        !self.requests.is_empty()
    }

    /// Moves the clock to a time at which nothing happens. What was due before has to have
    /// happened; the clock never goes back.
    pub fn pass_time(&mut self, until_ms: i64) {
        let next_ms = self.agenda.next_at().unwrap_or(until_ms);
        self.now_ms = self.now_ms.max(until_ms.min(next_ms));
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Press { slot, ask, key } => {
                if self.life(slot).is_none_or(|life| life.contact.run().ask_number() != ask) {
                    return;
                }
                self.give(slot, Input::Flow(trunkline_flow::Input::Digit(key)));
            }
            Happening::HangUp { slot } => self.hang_up(slot),
            Happening::LosePatience { slot } => {
                let is_talking =
                    |life: &Life| life.contact.is_talking() || life.talks_to_third_party;
                if self.life(slot).is_some_and(|life| !is_talking(life)) {
                    self.hang_up(slot);
                }
            }
            Happening::Played { slot, id } => {
                self.give(slot, Input::Flow(trunkline_flow::Input::Played { id }));
            }
            Happening::Http { slot, id, outcome } => {
                self.attempts.remove(&(slot, id));
                self.give(slot, Input::Flow(trunkline_flow::Input::Http { id, outcome }));
            }
            Happening::ContactTick { slot } => {
                let wake_at = self.life(slot).and_then(|life| life.contact.wake_at());
                if wake_at.is_some_and(|at_ms| at_ms <= self.now_ms) {
                    self.give(slot, Input::Flow(trunkline_flow::Input::Tick));
                }
            }
            Happening::ForOffer { slot, offer, then } => {
                if self.life(slot).is_some_and(|life| life.offers == offer) {
                    self.happen(*then);
                }
            }
            // Not at once: a flow that asks again and again must not nest.
            Happening::Given { slot, input } => self.give(slot, *input),
            Happening::ThirdPartyAnswers { slot, id, hangs_up_after_s } => {
                self.third_party_answers(slot, id, hangs_up_after_s);
            }
            Happening::ThirdPartyHangsUp { slot, id, answered_ms } => {
                self.third_party_hangs_up(slot, id, answered_ms);
            }
            Happening::RoutingTick => {
                self.routing_wake_ms = None;
                self.route(RoutingInput::Tick);
            }
            desk => self.desk_happening(desk),
        }
    }

    fn hang_up(&mut self, slot: Slot) {
        if self.life(slot).is_some_and(|life| life.is_line_open) {
            self.close_line(slot);
            self.give(slot, Input::CallerHungUp);
        }
    }

    fn close_line(&mut self, slot: Slot) {
        if let Some(life) = self.lives[slot].as_mut() {
            life.is_line_open = false;
        }
    }

    pub(crate) fn life(&self, slot: Slot) -> Option<&Life> {
        self.lives.get(slot).and_then(Option::as_deref)
    }

    /// Gives a contact an input and does what it wants.
    pub(crate) fn give(&mut self, slot: Slot, input: Input) {
        let now_ms = self.now_ms;
        let Some(life) = self.lives.get_mut(slot).and_then(Option::as_mut) else { return };
        if self.recorder.wants_inputs() {
            let record = InputRecord { now_ms, input: input.clone() };
            life.contact.handle(now_ms, input);
            self.settle(slot, Some(record));
        } else {
            life.contact.handle(now_ms, input);
            self.settle(slot, None);
        }
    }

    /// Takes what a contact wants, has it written down, and does it.
    fn settle(&mut self, slot: Slot, record: Option<InputRecord>) {
        let mut outputs = std::mem::take(&mut self.outputs);
        let Some(life) = self.lives[slot].as_mut() else { return };
        outputs.extend(std::iter::from_fn(|| life.contact.poll()));
        if self.recorder.wants_inputs() {
            match &record {
                Some(record) => self.recorder.input(&life.arrival, record, &outputs),
                None => self.recorder.started(&life.arrival, &outputs),
            }
        }
        if self.recorder.wants_trace() {
            let steps = life.contact.take_trace();
            if !steps.is_empty() {
                self.recorder.trace(&life.arrival, steps);
            }
        }
        let wake_at = life.contact.wake_at();
        if let Some(at_ms) = wake_at {
            self.agenda.add(at_ms, Happening::ContactTick { slot });
        }
        for output in outputs.drain(..) {
            self.carry_out(slot, output);
        }
        self.plan_keys(slot);
        // Outputs of nested contacts may have taken the buffer's place; keep the larger one.
        if self.outputs.capacity() < outputs.capacity() {
            self.outputs = outputs;
        }
    }

    fn carry_out(&mut self, slot: Slot, output: Output) {
        match output {
            Output::Http { id, request, .. } => self.send(slot, id, *request),
            Output::Play { id, prompts } => self.play(slot, id, &prompts),
            Output::PlayMusic { id, music } => self.play_music(slot, id, &music),
            Output::QueueMusic { file: Some(file) } => self.play_queue_music(slot, &file),
            Output::Transfer { id, transfer } => self.call_third_party(slot, id, &transfer),
            Output::SendDigits { id, digits, tone_ms, pause_ms } => {
                self.send_digits(slot, id, &digits, tone_ms + pause_ms);
            }
            Output::Record { id, recording } => self.record(slot, id, recording),
            Output::Allocate { id, counter, weights } => {
                let index = self.allocations.next(&counter, &weights);
                let input = trunkline_flow::Input::Allocated { id, index };
                self.plan_given(0, slot, Input::Flow(input));
            }
            Output::QueryQueue { id, queue, lookback_min } => {
                let contact = self.life(slot).map(|life| life.contact.id().clone());
                let figures = self.routing.figures_over(
                    self.now_ms,
                    &queue,
                    contact.as_ref(),
                    i64::from(lookback_min) * 60_000,
                );
                let input = trunkline_flow::Input::Figures { id, figures };
                self.plan_given(0, slot, Input::Flow(input));
            }
            Output::Disconnect => self.close_line(slot),
            Output::Ring { consult, agent, .. } => self.ring(slot, consult, &agent),
            Output::RecordCall { .. } => self.record_call(slot),
            Output::StopCallRecording { number } => self.call_recorded(slot, number),
            Output::Dial { id, transfer } => self.call_third_party(slot, id, &transfer),
            Output::HangUpParty { .. } => {
                if let Some(life) = self.lives[slot].as_mut() {
                    life.talks_to_third_party = false;
                }
            }
            asks @ (Output::Enqueue { .. }
            | Output::EnqueueToAgent { .. }
            | Output::SetPriority { .. }
            | Output::Escalate { .. }
            | Output::Withdraw
            | Output::LeaveAgent
            | Output::Ask { .. }
            | Output::EnqueueConsult { .. }
            | Output::Part { .. }
            | Output::TakeOver { .. }) => {
                let Some(contact) = self.contact_id(slot) else { return };
                let Some(input) = message_to_routing(&contact, &asks) else { return };
                self.route(input);
            }
            Output::Ended => self.end(slot),
            Output::StopRetries { id } => self.stop_retries(slot, id),
            // What was stopped still ends in the agenda; nobody waits for it then.
            Output::StopPlaying { .. }
            | Output::StopRecording { .. }
            | Output::PauseCallRecording { .. }
            | Output::QueueMusic { file: None }
            | Output::Answer
            | Output::Arrange(_)
            | Output::SetCallerId { .. }
            | Output::ScreenPop { .. }
            | Output::Notice(_) => {}
        }
    }

    fn send(&mut self, slot: Slot, id: u32, request: Request) {
        let Some(contact) = self.contact_id(slot) else { return };
        let pending = PendingRequest { slot, id, contact, request };
        let attempts = self.stubbed(&pending.request);
        match attempts.last() {
            Some((_, outcome)) => {
                self.answer(&pending, outcome.clone());
                if attempts.len() > 1 {
                    self.attempts.insert((slot, id), attempts);
                }
            }
            None => self.requests.push_back(pending),
        }
    }

    /// The answers of the script's servers, tried again on 5xx as often as the request says: when
    /// each attempt ends, and the outcome if it is the last one.
    fn stubbed(&mut self, request: &Request) -> Vec<(i64, Outcome)> {
        let mut attempts: Vec<(i64, Outcome)> = Vec::new();
        while let Some(next) = self.stubbed_once(request) {
            let before = attempts.last().map(|(_, outcome)| outcome);
            let outcome = Outcome {
                duration_ms: next.duration_ms + before.map_or(0, |it| it.duration_ms),
                attempts: 1 + before.map_or(0, |it| it.attempts),
                ..next
            };
            let is_last = outcome.attempts > request.retries || !is_server_error(&outcome);
            let took_ms = i64::try_from(outcome.duration_ms).unwrap_or(i64::MAX / 4);
            attempts.push((self.now_ms + took_ms, outcome));
            if is_last {
                break;
            }
        }
        attempts
    }

    /// A scripted request must not be tried again: the attempt under way is its last. The later
    /// answer, planned already, finds nobody who waits for it.
    fn stop_retries(&mut self, slot: Slot, id: u32) {
        let Some(attempts) = self.attempts.remove(&(slot, id)) else { return };
        let under_way = attempts.into_iter().find(|(end_ms, _)| *end_ms >= self.now_ms);
        if let Some((end_ms, outcome)) = under_way {
            let happening = Happening::Http { slot, id, outcome: Box::new(outcome) };
            self.agenda.add(end_ms, happening);
        }
    }

    fn stubbed_once(&mut self, request: &Request) -> Option<Outcome> {
        let stubs = &self.options.script.http;
        let is_left = |place: usize| stubs[place].times.is_none_or(|it| self.stub_uses[place] < it);
        let found = (0..stubs.len()).find(|&it| is_left(it) && stubs[it].answers(request))?;
        self.stub_uses[found] += 1;
        Some(stubs[found].outcome(request))
    }

    fn end(&mut self, slot: Slot) {
        // The slot is not used again: old happenings may still name it.
        if let Some(life) = self.lives[slot].take() {
            self.slots.remove(life.contact.id());
        }
    }

    pub(crate) fn contact_id(&self, slot: Slot) -> Option<ContactId> {
        self.life(slot).map(|life| life.contact.id().clone())
    }

    /// Gives the queues an input and tells the contacts what comes of it.
    pub(crate) fn route(&mut self, input: RoutingInput) {
        self.routing.handle(self.now_ms, input);
        self.after_routing();
    }

    fn after_routing(&mut self) {
        while let Some(output) = self.routing.poll() {
            self.routed(output);
        }
        let wake_at = self.routing.wake_at();
        if let Some(at_ms) = wake_at
            && self.routing_wake_ms.is_none_or(|planned| at_ms < planned)
        {
            self.routing_wake_ms = Some(at_ms);
            self.agenda.add(at_ms, Happening::RoutingTick);
        }
    }

    fn routed(&mut self, output: RoutingOutput) {
        let message = message_to_contact(&output);
        let slot = message.as_ref().and_then(|(contact, _)| self.slots.get(contact).copied());
        self.plan_agent(slot, &output);
        if let (Some(slot), Some((_, input))) = (slot, message) {
            self.give(slot, input);
        }
    }

    /// The agent of a contact hangs up: the queues and the contact both hear of it.
    pub(crate) fn agent_hangs_up(&mut self, slot: Slot, agent: AgentId) {
        let Some(life) = self.life(slot).filter(|life| life.contact.is_talking()) else { return };
        let name = device_of(&life.contact, &agent);
        for told in agent_gone(Some(&life.contact), &name, &agent, false) {
            match told {
                Told::Contact(_, input) => self.give(slot, input),
                Told::Routing(input) => self.routing.handle(self.now_ms, input),
            }
        }
        self.after_routing();
    }
}

/// What the agent's device belongs to: the consult for which they were asked, or the contact.
fn device_of(contact: &Contact, agent: &AgentId) -> ContactId {
    let consult = contact.conversation().and_then(|talk| talk.consult());
    let is_theirs = |it: &&Consult| it.agent().is_some_and(|it| it.id == *agent);
    match consult.filter(is_theirs) {
        Some(consult) => consult_name(contact.id(), consult.number()),
        None => contact.id().clone(),
    }
}
fn is_server_error(outcome: &Outcome) -> bool {
    outcome.result.as_ref().is_ok_and(|answer| answer.status >= 500)
}
