//! Contacts and one routing domain, joined.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use trunkline_acd::{self as acd, Routing};
use trunkline_contact::journal::InputRecord;
use trunkline_contact::{self as contact, Arrival, ArrivalError, Contact};
use trunkline_flow::Site;
use trunkline_model::routing::AgentDetails;
use trunkline_model::{AgentId, ContactId, Failure, FailureCode};

use crate::allocation::Allocations;
use crate::contacts::Contacts;
use crate::input::Input;
use crate::messages::{Told, agent_gone, message_to_contact, message_to_routing, named};
use crate::output::Output;
use crate::recorder::{ContactRecord, MessageId, Recorder, RoutingRecord, Sender};

/// One input from outside may lead to so many inputs of contacts and routing; what is beyond is
/// a circle that takes no time.
const MAX_STEPS: usize = 100_000;

/// What is to be told to a contact or to the queues.
enum Work {
    Contact { contact: ContactId, input: contact::Input, from: Option<MessageId> },
    Routing { input: acd::Input, from: Option<MessageId> },
}

/// What a panic carries.
type Panic = Box<dyn std::any::Any + Send>;

/// Contacts and their routing domain.
pub struct Exchange {
    site: Arc<Site>,
    routing: Routing,
    /// How many inputs routing has taken.
    routing_inputs: u64,
    contacts: Contacts,
    allocations: Allocations,
    /// Offers whose agents are not rung yet, by contact or consult: the contact says when.
    offers: HashMap<ContactId, (Arc<AgentDetails>, u64)>,
    work: VecDeque<Work>,
    outputs: VecDeque<Output>,
}

impl Exchange {
    /// An exchange without contacts, in which no agent is signed in.
    pub fn new(site: Arc<Site>) -> Self {
        Self {
            routing: Routing::new(&site.tenant),
            site,
            routing_inputs: 0,
            contacts: Contacts::default(),
            allocations: Allocations::default(),
            offers: HashMap::new(),
            work: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Contacts that arrive from now on meet this site. Queues and agents stay as they were until
    /// [`renew_routing`](Self::renew_routing).
    pub fn set_site(&mut self, site: Arc<Site>) {
        self.site = site;
    }

    /// Takes the queues and agents of the site over, if all who have a contact have a place there.
    /// Agents who are not there any more are signed out before. Gives whether it did.
    pub fn renew_routing(&mut self, now_ms: i64, recorder: &mut impl Recorder) -> bool {
        if !self.routing.can_renew(&self.site.tenant) {
            return false;
        }
        for agent in self.routing.leavers(&self.site.tenant) {
            self.route(acd::Input::SignOut { agent });
        }
        self.settle(now_ms, recorder);
        if !self.routing.renew(now_ms, &self.site.tenant) {
            return false;
        }
        // Others may serve those who wait.
        self.route(acd::Input::Tick);
        self.settle(now_ms, recorder);
        true
    }

    /// The site that contacts meet.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// The queues and agents.
    pub fn routing(&self) -> &Routing {
        &self.routing
    }

    /// A contact while it lives.
    pub fn contact(&self, id: &ContactId) -> Option<&Contact> {
        self.contacts.get(id).map(|life| &*life.contact)
    }

    /// How many inputs a contact has taken; none for one that is over.
    pub fn inputs_of(&self, id: &ContactId) -> Option<u64> {
        self.contacts.get(id).map(|life| life.inputs)
    }

    /// All contacts that are not over, in no order.
    pub fn contacts(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.iter()
    }

    /// How many contacts are not over.
    pub fn len(&self) -> usize {
        self.contacts.len()
    }

    /// Whether there are no contacts.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Goes on with a contact that was built again from its journal, after its last input.
    pub fn adopt(&mut self, contact: Box<Contact>, inputs: u64) {
        self.contacts.put(contact, inputs);
    }

    /// Drops a contact that somebody else has, or that never was. The queues forget it; nobody is
    /// told.
    pub fn forget(&mut self, id: &ContactId) {
        let Some(life) = self.contacts.take(id) else { return };
        open_consult(&life.contact).into_iter().for_each(|consult| self.withdraw(consult));
        if self.routing.knows(id) {
            self.withdraw(id.clone());
        }
    }

    fn withdraw(&mut self, contact: ContactId) {
        self.route(acd::Input::Withdraw { contact });
    }

    /// Inputs of routing are numbered after this one: an earlier run has taken so many.
    pub fn number_routing_from(&mut self, inputs: u64) {
        self.routing_inputs = inputs;
    }

    /// When [`Input::Tick`] is due, in milliseconds since the Unix epoch.
    pub fn wake_at(&self) -> Option<i64> {
        [self.contacts.wake_at(), self.routing.wake_at()].into_iter().flatten().min()
    }

    /// Whether [`Exchange::poll`] would give something.
    pub fn has_outputs(&self) -> bool {
        !self.outputs.is_empty()
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Takes an input, and everything that follows from it at this time.
    ///
    /// # Errors
    /// An [`Input::Arrived`] whose entry point or flow is not there; nothing has happened then.
    pub fn handle(
        &mut self,
        now_ms: i64,
        input: Input,
        recorder: &mut impl Recorder,
    ) -> Result<(), ArrivalError> {
        match input {
            Input::Arrived(arrival) => self.arrive(&arrival, recorder)?,
            Input::Contact { contact, input } => self.tell(contact, input),
            Input::Routing(acd::Input::LoseAgent { agent, contact }) => {
                self.agent_gone(contact, agent, true);
            }
            Input::Routing(input) => self.route(input),
            Input::AgentHungUp { contact, agent } => self.agent_gone(contact, agent, false),
            Input::Tick => self.tick(now_ms),
        }
        self.settle(now_ms, recorder);
        Ok(())
    }

    /// An agent hung up, or was lost.
    fn agent_gone(&mut self, contact: ContactId, agent: AgentId, is_lost: bool) {
        let id = contact::consult_of(&contact).map_or_else(|| contact.clone(), |(id, _)| id);
        for told in agent_gone(self.contact(&id), &contact, &agent, is_lost) {
            match told {
                Told::Contact(contact, input) => self.tell(contact, input),
                Told::Routing(input) => self.route(input),
            }
        }
    }

    fn tell(&mut self, contact: ContactId, input: contact::Input) {
        self.work.push_back(Work::Contact { contact, input, from: None });
    }

    fn route(&mut self, input: acd::Input) {
        self.work.push_back(Work::Routing { input, from: None });
    }

    fn tick(&mut self, now_ms: i64) {
        if self.routing.wake_at().is_some_and(|at_ms| at_ms <= now_ms) {
            self.route(acd::Input::Tick);
        }
        for contact in self.contacts.due(now_ms) {
            self.tell(contact, contact::Input::Flow(trunkline_flow::Input::Tick));
        }
    }

    /// Works until nothing follows any more.
    fn settle(&mut self, now_ms: i64, recorder: &mut impl Recorder) {
        for _ in 0..MAX_STEPS {
            let Some(work) = self.work.pop_front() else { return };
            match work {
                Work::Contact { contact, input, from } => {
                    self.give(now_ms, &contact, input, from, recorder);
                }
                Work::Routing { input, from } => self.give_routing(now_ms, input, from, recorder),
            }
        }
        // Steps without time are limited in each contact, so that this is a mistake of ours. What
        // is left waits for the next input rather than hold up all other calls.
    }

    fn arrive(
        &mut self,
        arrival: &Arrival,
        recorder: &mut impl Recorder,
    ) -> Result<(), ArrivalError> {
        if let Some(panic) = self.begin(arrival, recorder)? {
            self.crashed(arrival.at_ms, arrival, true, &*panic, recorder);
        }
        Ok(())
    }

    /// Begins a contact. Gives the panic if it came to one.
    fn begin(
        &mut self,
        arrival: &Arrival,
        recorder: &mut impl Recorder,
    ) -> Result<Option<Panic>, ArrivalError> {
        let site = &self.site;
        let begin = || {
            #[cfg(test)]
            tests::fault();
            Contact::arrive(site, arrival, false).map(Box::new)
        };
        let mut contact = match catch_unwind(AssertUnwindSafe(begin)) {
            Ok(begun) => begun?,
            Err(panic) => return Ok(Some(panic)),
        };
        let outputs: Vec<_> = std::iter::from_fn(|| contact.poll()).collect();
        recorder.arrived(arrival, &contact, &outputs);
        self.carry_out(arrival.at_ms, contact, 0, outputs);
        Ok(None)
    }

    fn give(
        &mut self,
        now_ms: i64,
        id: &ContactId,
        input: contact::Input,
        from: Option<MessageId>,
        recorder: &mut impl Recorder,
    ) {
        let Some(life) = self.contacts.take(id) else { return };
        let (mut contact, number) = (life.contact, life.inputs + 1);
        let hangs_up = matches!(input, contact::Input::CallerHungUp);
        let was_there = contact.is_caller_there() && !hangs_up;
        let consult = open_consult(&contact);
        let record = InputRecord { now_ms, input: input.clone() };
        let handle = AssertUnwindSafe(|| {
            #[cfg(test)]
            tests::fault();
            contact.handle(now_ms, input);
        });
        if let Err(panic) = catch_unwind(handle) {
            let arrival = contact.arrival().clone();
            consult.into_iter().for_each(|consult| self.withdraw(consult));
            return self.crashed(now_ms, &arrival, was_there, &*panic, recorder);
        }
        let outputs: Vec<_> = std::iter::from_fn(|| contact.poll()).collect();
        recorder.contact(&contact, &ContactRecord { number, record, from }, &outputs);
        self.carry_out(now_ms, contact, number, outputs);
    }

    /// Does what concerns queues, passes the rest on.
    fn carry_out(
        &mut self,
        now_ms: i64,
        contact: Box<Contact>,
        number: u64,
        outputs: Vec<contact::Output>,
    ) {
        let id = contact.id().clone();
        let mut is_over = false;
        for (place, output) in outputs.into_iter().enumerate() {
            is_over |= output == contact::Output::Ended;
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            let sender = Sender::Contact(id.clone());
            let message = MessageId { sender, input: number, output: place };
            self.wanted(now_ms, &id, output, message);
        }
        if !is_over {
            self.contacts.put(contact, number);
        }
    }

    fn wanted(&mut self, now_ms: i64, id: &ContactId, output: contact::Output, message: MessageId) {
        use trunkline_contact::Output as Wanted;
        let contact = id.clone();
        match output {
            asks @ (Wanted::Enqueue { .. }
            | Wanted::EnqueueToAgent { .. }
            | Wanted::SetPriority { .. }
            | Wanted::Escalate { .. }
            | Wanted::Withdraw
            | Wanted::LeaveAgent
            | Wanted::Ask { .. }
            | Wanted::EnqueueConsult { .. }
            | Wanted::Part { .. }
            | Wanted::TakeOver { .. }) => {
                let Some(input) = message_to_routing(id, &asks) else { return };
                self.work.push_back(Work::Routing { input, from: Some(message) });
            }
            Wanted::QueryQueue { id, queue, lookback_min } => {
                let lookback_ms = i64::from(lookback_min) * 60_000;
                let figures =
                    self.routing.figures_over(now_ms, &queue, Some(&contact), lookback_ms);
                self.answer(contact, trunkline_flow::Input::Figures { id, figures });
            }
            Wanted::Allocate { id, counter, weights } => {
                let index = self.allocations.next(&counter, &weights);
                self.answer(contact, trunkline_flow::Input::Allocated { id, index });
            }
            Wanted::Ring { consult, agent, caller_id } => {
                self.ring(named(contact, consult), &agent, caller_id);
            }
            Wanted::Ended => self.outputs.push_back(Output::Ended { contact }),
            output => self.outputs.push_back(Output::Contact { contact, output }),
        }
    }

    /// The contact wants the agent rung to whom it is on offer; nobody, if the offer has ended.
    fn ring(&mut self, contact: ContactId, agent: &AgentId, caller_id: Option<String>) {
        if self.offers.get(&contact).is_none_or(|(offered, _)| offered.id != *agent) {
            return;
        }
        if let Some((agent, ring_timeout_ms)) = self.offers.remove(&contact) {
            self.outputs.push_back(Output::Ring { contact, agent, ring_timeout_ms, caller_id });
        }
    }

    fn answer(&mut self, contact: ContactId, input: trunkline_flow::Input) {
        self.tell(contact, contact::Input::Flow(input));
    }

    fn give_routing(
        &mut self,
        now_ms: i64,
        input: acd::Input,
        from: Option<MessageId>,
        recorder: &mut impl Recorder,
    ) {
        self.routing_inputs += 1;
        let number = self.routing_inputs;
        self.routing.handle(now_ms, input.clone());
        let outputs: Vec<_> = std::iter::from_fn(|| self.routing.poll()).collect();
        recorder.routing(&RoutingRecord { number, now_ms, input, from }, &outputs);
        for (place, output) in outputs.into_iter().enumerate() {
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            let message = MessageId { sender: Sender::Routing, input: number, output: place };
            self.routed(output, message);
        }
    }

    /// Tells the contact and the shell what the queues decided.
    fn routed(&mut self, output: acd::Output, message: MessageId) {
        if let Some((contact, input)) = message_to_contact(&output) {
            self.work.push_back(Work::Contact { contact, input, from: Some(message) });
        }
        let output = match output {
            acd::Output::Offer { contact, agent, ring_timeout_ms, .. } => {
                self.offers.insert(contact, (agent, ring_timeout_ms));
                return;
            }
            acd::Output::Withdrawn { contact, agent, reason, .. } => {
                // Nobody was rung yet.
                if self.offers.remove(&contact).is_some() {
                    return;
                }
                Output::StopRinging { contact, agent, reason }
            }
            acd::Output::Connected { contact, agent } => {
                self.offers.remove(&contact);
                Output::Connect { contact, agent }
            }
            acd::Output::AgentLost { contact, agent, .. } => {
                Output::Release { contact, agent, wraps_up_without_end: false }
            }
            acd::Output::Parted { contact, agent } => {
                Output::Release { contact, agent, wraps_up_without_end: false }
            }
            acd::Output::TakenOver { contact, consult, agent } => {
                Output::TakenOver { contact, consult, agent: agent.id.clone() }
            }
            acd::Output::WrapUpStarted { contact, agent, auto_end_ms } => {
                Output::Release { contact, agent, wraps_up_without_end: auto_end_ms.is_none() }
            }
            acd::Output::Refused { input, reason } => Output::Refused { input, reason },
            acd::Output::AgentState { agent, state } => Output::AgentState { agent, state },
            acd::Output::Queued { contact, queue, .. } => Output::Queued { contact, queue },
            acd::Output::AgentNext { agent, next } => Output::AgentNext { agent, next },
            acd::Output::WrapUpExtended { contact, agent, auto_end_ms } => {
                Output::WrapUpExtended { contact, agent, auto_end_ms }
            }
            acd::Output::WrapUpEnded { .. }
            | acd::Output::Reply { .. }
            | acd::Output::SentToRecovery { .. }
            | acd::Output::TimedOut { .. }
            | acd::Output::SkillsIgnored { .. } => return,
        };
        self.outputs.push_back(output);
    }

    /// The contact's flow cannot be trusted any more. Its agent is free, and a caller who is still
    /// there goes to the fallback as another contact.
    fn crashed(
        &mut self,
        now_ms: i64,
        arrival: &Arrival,
        is_caller_there: bool,
        panic: &(dyn std::any::Any + Send),
        recorder: &mut impl Recorder,
    ) {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        let message = text.unwrap_or("without a message").to_owned();
        let contact = arrival.contact.clone();
        self.route(acd::Input::Withdraw { contact: contact.clone() });
        // One rescue is enough: what fails there too would fail for ever.
        let may_rescue = is_caller_there && arrival.rescue.is_none();
        let successor = may_rescue.then(|| ContactId::new(format!("{contact}-rescued")));
        let crashed =
            Output::Crashed { contact, successor: successor.clone(), message: message.clone() };
        self.outputs.push_back(crashed);
        let Some(contact) = successor else { return };
        let rescue = Some(Box::new(Failure::new(FailureCode::ProgramFault, message)));
        let arrival = Arrival { contact, at_ms: now_ms, rescue, ..arrival.clone() };
        // Whatever is wrong may be wrong here too; then the shell disconnects the caller.
        if !self.begin(&arrival, recorder).is_ok_and(|begun| begun.is_none()) {
            self.outputs.push_back(Output::Ended { contact: arrival.contact });
        }
    }
}

/// The name of the consult that the queues know beside the contact.
fn open_consult(contact: &Contact) -> Option<ContactId> {
    let consult = contact.conversation()?.consult()?;
    Some(contact::consult_name(contact.id(), consult.number()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::cell::Cell;
    use trunkline_acd::{AgentChoice, AgentState};
    use trunkline_model::{AgentId, EntryPointId};

    thread_local! {
        /// So many contacts are yet to panic.
        static FAULTS: Cell<u32> = const { Cell::new(0) };
    }

    /// Panics where a contact with a mistake in it would.
    pub(super) fn fault() {
        let left = FAULTS.get();
        if left > 0 {
            FAULTS.set(left - 1);
            panic!("a fault for a test");
        }
    }

    /// A flow that queues, in export form.
    fn site() -> Arc<Site> {
        let queue = json!({ "activityName": "queue-contact", "destination": "Support" });
        let start = json!({ "activityName": "NewPhoneContact" });
        let flow = json!({
            "id": "f", "flowId": "f", "name": "f", "flowType": "FLOW", "version": 1,
            "process": {
                "activities": {
                    "Start": { "id": "Start", "name": "Start", "group": "start",
                               "properties": start },
                    "Queue": { "id": "Queue", "name": "Queue", "group": "action",
                               "properties": queue },
                },
                "links": [{ "id": "l", "sourceActivityId": "Start", "targetActivityId": "Queue",
                            "conditionExpr": "out" }],
            },
        });
        let tenant = json!({
            "name": "Acme",
            "entry_points": [{ "id": "main", "name": "Main", "flow": "f",
                               "fallback": { "queue": "Support" } }],
            "queues": [{ "id": "q", "name": "Support", "groups": [{ "teams": ["Desk"] }] }],
            "teams": [{ "id": "desk", "name": "Desk" }],
            "agents": [{ "id": "ann", "name": "Ann", "teams": ["Desk"] }],
        });
        let flow = trunkline_flow::Flow::read(&flow.to_string()).unwrap().0;
        Arc::new(Site::new(serde_json::from_value(tenant).unwrap(), vec![Arc::new(flow)]))
    }

    fn call(exchange: &mut Exchange) -> Vec<Output> {
        let arrival = Arrival {
            contact: ContactId::new("c"),
            at_ms: 0,
            ani_received: "+14806754111".into(),
            dnis_received: "+18005550100".into(),
            entry_point: EntryPointId::new("main"),
            headers: Vec::new(),
            rescue: None,
            outdial: None,
        };
        give(exchange, Input::Arrived(Box::new(arrival)))
    }

    fn give(exchange: &mut Exchange, input: Input) -> Vec<Output> {
        exchange.handle(1_000, input, &mut ()).unwrap();
        std::iter::from_fn(|| exchange.poll()).collect()
    }

    fn key(exchange: &mut Exchange) -> Vec<Output> {
        let input = contact::Input::Flow(trunkline_flow::Input::Digit('1'));
        give(exchange, Input::Contact { contact: ContactId::new("c"), input })
    }

    fn crash(outputs: &[Output]) -> Option<ContactId> {
        let crashed = outputs.iter().find_map(|output| match output {
            Output::Crashed { contact, successor, message } => {
                assert_eq!(contact.as_str(), "c");
                assert_eq!(message, "a fault for a test");
                Some(successor.clone())
            }
            _ => None,
        });
        crashed.expect("it crashed")
    }

    #[test]
    fn a_contact_that_panics_is_rescued_by_another_in_the_fallback_queue() {
        let mut exchange = Exchange::new(site());
        call(&mut exchange);
        FAULTS.set(1);
        let outputs = key(&mut exchange);
        let rescued = crash(&outputs).unwrap();
        assert!(exchange.contact(&ContactId::new("c")).is_none());
        assert!(exchange.contact(&rescued).unwrap().is_caller_there());
        let queued = Output::Queued { contact: rescued.clone(), queue: "q".into() };
        assert!(outputs.contains(&queued), "{outputs:?}");
        assert!(!exchange.routing().knows(&ContactId::new("c")));
    }

    #[test]
    fn the_agent_of_a_contact_that_panics_is_free() {
        let mut exchange = Exchange::new(site());
        let agent = AgentId::new("ann");
        let sign_in =
            acd::Input::SignIn { agent: agent.clone(), session_id: "s".into(), team: None };
        give(&mut exchange, Input::Routing(sign_in));
        let state = AgentChoice::Available;
        let available = acd::Input::SetState { agent: agent.clone(), state };
        give(&mut exchange, Input::Routing(available));
        call(&mut exchange);
        let answer = acd::Input::Answer { agent: agent.clone(), contact: ContactId::new("c") };
        give(&mut exchange, Input::Routing(answer));
        assert!(matches!(exchange.routing().agent_state(&agent), Some(AgentState::Engaged { .. })));
        FAULTS.set(1);
        let outputs = key(&mut exchange);
        assert!(crash(&outputs).is_some());
        assert!(matches!(exchange.routing().agent_state(&agent), Some(AgentState::WrapUp { .. })));
        assert!(outputs.iter().any(|output| matches!(output, Output::Release { .. })));
    }

    #[test]
    fn a_contact_may_panic_when_it_arrives() {
        let mut exchange = Exchange::new(site());
        FAULTS.set(1);
        let rescued = crash(&call(&mut exchange)).unwrap();
        assert!(exchange.contact(&rescued).is_some());
    }

    #[test]
    fn who_cannot_be_rescued_either_is_over() {
        let mut exchange = Exchange::new(site());
        FAULTS.set(2);
        let outputs = call(&mut exchange);
        let rescued = crash(&outputs).unwrap();
        assert!(outputs.contains(&Output::Ended { contact: rescued }), "{outputs:?}");
        assert!(exchange.is_empty());
    }

    #[test]
    fn a_caller_who_hangs_up_needs_no_rescue() {
        let mut exchange = Exchange::new(site());
        call(&mut exchange);
        FAULTS.set(1);
        let contact = ContactId::new("c");
        let input = contact::Input::CallerHungUp;
        let outputs = give(&mut exchange, Input::Contact { contact, input });
        assert!(crash(&outputs).is_none(), "{outputs:?}");
    }
}
