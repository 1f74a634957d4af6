//! The one thread that owns contacts, queues and legs.
//!
//! It takes the events that have gathered, lets contacts and queues decide, has everything that
//! they took in written to the journal at once, and only then does what they want (decision 17).

mod agents;
mod audio;
mod calls;
mod carry_out;
mod clock;
mod control;
mod desk;
mod dial_plan;
mod event;
mod legs;
mod outgoing;
mod overload;
mod pace;
mod parties;
mod recordings;
mod reload;
mod requests;
mod scribe;
mod signalling;
mod timers;
mod transfers;
mod trial;

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use tokio::runtime::Handle;
use trunkline_connector::{Client, RetryStop};
use trunkline_exchange::{Exchange, Input, Output};
use trunkline_flow::Site;
use trunkline_journal::Recovered;
use trunkline_media_engine::Engine;
use trunkline_model::ContactId;
use trunkline_prompts::Library;
use trunkline_telephony::shell::Endpoint;

use crate::follow::Current;
pub(crate) use crate::ops::Metrics;
pub(crate) use agents::Devices;
pub use agents::Waits;
pub(crate) use clock::Clock;
pub(crate) use desk::{DeskEvent, DeskSettings, Desks, Reply};
use dial_plan::DialPlan;
pub(crate) use event::Event;
use legs::{LegId, Legs};
use overload::Overload;
pub(crate) use pace::Bell;
use pace::Pace;
pub(crate) use scribe::Scribe;
use timers::{Timer, Timers};
pub(crate) use trial::{TrialEvent, Trials};

/// So many events are taken before the journal is written: a batch is one commit, and nobody in
/// it waits longer than for the batch.
const MAX_BATCH: usize = 256;

/// What is done for a batch may lead to so many further rounds before the next batch is taken.
const MAX_ROUNDS: usize = 16;

/// The thread looks at its clock at least so often.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// Everything with which the switchboard reaches the world.
pub(crate) struct Io {
    pub(crate) runtime: Handle,
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) engine: Engine,
    pub(crate) library: Library,
    pub(crate) client: Client,
    pub(crate) events: Sender<Event>,
    /// Rings for new calls.
    pub(crate) bell: Bell,
    pub(crate) metrics: Metrics,
    /// Where recordings of callers go.
    pub(crate) recordings: PathBuf,
}

/// How calls are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// New calls are taken.
    Open,
    /// New calls are refused; those that are up go on.
    Draining,
    /// The thread ends.
    Over,
}

/// Contacts, queues, agents and legs.
pub(crate) struct Switchboard {
    exchange: Exchange,
    scribe: Scribe,
    io: Io,
    legs: Legs,
    devices: Devices,
    desks: Desks,
    trials: Trials,
    waits: Waits,
    dial_plan: DialPlan,
    timers: Timers,
    clock: Clock,
    now_ms: i64,
    pace: Pace,
    overload: Overload,
    admission: Admission,
    /// Recordings of callers that go on.
    recordings: HashMap<LegId, recordings::Asked>,
    /// Recordings of conversations that go on, by leg and number.
    call_recordings: HashMap<(LegId, u32), ContactId>,
    /// Keys that are being sent to callers.
    sending_digits: HashMap<LegId, u32>,
    /// The trunk by which calls go out.
    outbound_trunk: Option<String>,
    /// Requests under way.
    requests: HashMap<(ContactId, u32), RetryStop>,
    /// Keys to be sent to parties of transfers once they have answered.
    pending_digits: HashMap<LegId, String>,
    /// Contacts that arrived in this batch.
    arrived: Vec<ContactId>,
    /// What new contacts meet, as others see it.
    current: Current,
    /// Whose queues and agents there are.
    routing_site: Arc<Site>,
    /// Whether that is an older site than the one that new contacts meet.
    is_routing_old: bool,
    /// When that is looked at again.
    next_renewal_ms: i64,
    /// What came up while outputs were carried out.
    pending: VecDeque<Event>,
}

impl Switchboard {
    pub(crate) fn new(
        site: Arc<Site>,
        io: Io,
        scribe: Scribe,
        (devices, desks): (Devices, Desks),
        current: Current,
    ) -> Self {
        let clock = Clock::start();
        Self {
            dial_plan: DialPlan::new(&site.tenant),
            scribe,
            io,
            legs: Legs::default(),
            devices,
            desks,
            trials: Trials::default(),
            waits: Waits::default(),
            timers: Timers::default(),
            now_ms: clock.now_ms(),
            clock,
            pace: Pace::default(),
            overload: Overload::default(),
            admission: Admission::Open,
            recordings: HashMap::new(),
            call_recordings: HashMap::new(),
            sending_digits: HashMap::new(),
            outbound_trunk: None,
            requests: HashMap::new(),
            pending_digits: HashMap::new(),
            arrived: Vec::new(),
            current,
            routing_site: site.clone(),
            is_routing_old: false,
            next_renewal_ms: 0,
            exchange: Exchange::new(site),
            pending: VecDeque::new(),
        }
    }

    /// Works until it is told to stop.
    pub(crate) fn run(mut self, events: &Receiver<Event>) {
        self.io.bell.wakes_this_thread();
        while self.admission != Admission::Over {
            self.take_batch(events);
            self.run_due();
            self.commit_and_carry_out();
            self.refresh_desks();
            self.refresh_trials();
        }
    }

    /// Waits for events, or until something is due.
    fn take_batch(&mut self, events: &Receiver<Event>) {
        self.pace.wait();
        let first = match self.pending.pop_front() {
            Some(event) => Some(event),
            None => match events.recv_timeout(self.patience()) {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(Event::Stop),
            },
        };
        self.now_ms = self.clock.now_ms();
        let Some(first) = first else { return };
        self.take(first);
        let mut taken = 1;
        while taken < MAX_BATCH
            && let Some(event) = self.pending.pop_front().or_else(|| events.try_recv().ok())
        {
            self.take(event);
            taken += 1;
        }
        self.pace.took(taken);
    }

    fn patience(&self) -> Duration {
        // What was left after so many rounds is not to wait for the next event.
        if self.exchange.has_outputs() {
            return Duration::ZERO;
        }
        let times = [self.exchange.wake_at(), self.timers.next_at(), self.scribe.wake_at()];
        let Some(at_ms) = times.into_iter().flatten().min() else { return LONGEST_SLEEP };
        let left_ms = u64::try_from(at_ms - self.clock.now_ms()).unwrap_or(0);
        // A millisecond at least: what is due and does not go away must not keep a core busy.
        Duration::from_millis(left_ms.max(1)).min(LONGEST_SLEEP)
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Call { call, since } => self.incoming(*call, since.elapsed()),
            Event::Signal { leg, notice } => self.signal(leg, notice),
            Event::Media(event) => self.media(event),
            Event::Phone(notice) => self.phone(notice),
            Event::Phones { user, phones } => self.keep_phones(user, phones),
            Event::Http { contact, id, outcome } => self.answered(contact, id, outcome),
            Event::PromptFailed { contact, id, failure } => {
                self.prompt_failed(contact, id, &failure);
            }
            Event::Told { contact, input } => {
                self.exchange(Input::Contact { contact, input: *input });
            }
            Event::Synced { outputs, is_synced } => self.synced(outputs, is_synced),
            Event::Desk(event) => self.desk(event),
            Event::Trial(event) => self.trial(event),
            Event::Asked(ask) => self.asked(*ask),
            Event::Tenant(prepared, reply) => {
                // Whoever asked and does not wait any more wants no answer.
                let _ = reply.send(self.tenant_changed(&prepared));
            }
            Event::Reloaded(prepared, reply) => {
                drop(reply.send(self.reload(*prepared)));
            }
            Event::Stop => self.admission = Admission::Over,
        }
    }

    fn run_due(&mut self) {
        while let Some(timer) = self.timers.due(self.now_ms) {
            match timer {
                Timer::AgentLost { leg } => self.agent_did_not_come_back(leg),
                Timer::WrapUpOver { contact, agent } => self.end_wrap_up(&agent, &contact),
                Timer::WrapUpDue { contact, agent } => self.wrap_up_due(&agent, &contact),
            }
        }
        self.tick_desks();
        if self.is_routing_old && self.next_renewal_ms <= self.now_ms {
            self.renew_routing();
        }
        if self.exchange.wake_at().is_some_and(|at_ms| at_ms <= self.now_ms) {
            self.exchange(Input::Tick);
        }
    }

    /// Lets contacts and queues decide; what they want is carried out after the batch.
    fn exchange(&mut self, input: Input) {
        // Only an arrival can fail, and those go by `arrive`.
        let _ = self.exchange.handle(self.now_ms, input, &mut self.scribe);
    }

    fn tell_flow(&mut self, contact: ContactId, input: trunkline_flow::Input) {
        let input = trunkline_contact::Input::Flow(input);
        self.exchange(Input::Contact { contact, input });
    }

    /// Not at once: the contact is in the middle of its outputs.
    fn tell_flow_later(&mut self, contact: ContactId, input: trunkline_flow::Input) {
        let input = Box::new(trunkline_contact::Input::Flow(input));
        self.pending.push_back(Event::Told { contact, input });
    }

    /// Writes down what was taken in and does what follows, until nothing follows any more: to do
    /// one thing may lead to another, as when an agent is to be rung who has no phone.
    fn commit_and_carry_out(&mut self) {
        for _ in 0..MAX_ROUNDS {
            let outputs: Vec<Output> = std::iter::from_fn(|| self.exchange.poll()).collect();
            let is_last = outputs.is_empty();
            self.commit(outputs);
            if is_last || self.admission == Admission::Over {
                break;
            }
        }
        for contact in self.scribe.take_touched() {
            self.desks.touch(&contact);
            self.touch_trial(&contact);
        }
        self.scribe.tend(self.now_ms);
    }

    fn commit(&mut self, outputs: Vec<Output>) {
        let arrived = std::mem::take(&mut self.arrived);
        let committed = self.scribe.commit(self.now_ms);
        if committed.is_over {
            tracing::error!("another process has taken over the queues: this one stops");
            self.admission = Admission::Over;
            return;
        }
        self.desks.confirm(!committed.has_failed);
        let (begun, refused) =
            if committed.has_failed { (Vec::new(), arrived) } else { (arrived, Vec::new()) };
        refused.iter().for_each(|contact| self.refuse_contact(contact));
        committed.fenced.iter().for_each(|contact| self.lose_contact(contact));
        let is_gone =
            |contact: &ContactId| refused.contains(contact) || committed.fenced.contains(contact);
        let outputs = outputs.into_iter().filter(|output| !output.contact().is_some_and(is_gone));
        self.carry_out_written(outputs.collect(), !committed.has_failed);
        for contact in begun {
            self.legs.caller_mut(&contact).into_iter().for_each(|caller| caller.waits());
        }
    }

    /// Does what was written down. What could not be written down may go on here, but nothing is
    /// written to other systems for it.
    fn carry_out_written(&mut self, outputs: Vec<Output>, is_written: bool) {
        let (writing, others): (Vec<_>, Vec<_>) = outputs.into_iter().partition(requests::writes);
        // What is written to other systems waits until the journal is on the disk.
        if !is_written {
            writing.into_iter().for_each(|output| self.not_sent(output));
        } else if !writing.is_empty() {
            writing.iter().for_each(|output| self.expect_request(output));
            self.scribe.sync_then(writing);
        }
        others.into_iter().for_each(|output| self.carry_out(output));
    }

    /// The journal is on the disk, or cannot be brought there.
    fn synced(&mut self, outputs: Vec<Output>, is_synced: bool) {
        for output in outputs {
            if is_synced { self.carry_out(output) } else { self.not_sent(output) }
        }
    }

    /// The journal could not take the contact: it never was, and the caller is told to try again.
    fn refuse_contact(&mut self, contact: &ContactId) {
        self.exchange.forget(contact);
        self.scribe.writer().forget(contact);
        self.forget_contact(contact);
        let Some(line) = self.legs.forget(contact) else { return };
        // Whoever rings or talks must not stay behind alone.
        for id in line.caller.into_iter().chain(line.agent).chain(line.party).chain(line.ringing) {
            if let Some(leg) = self.legs.get_mut(id) {
                leg.end(503);
            }
        }
    }

    /// Another process has the contact.
    fn lose_contact(&mut self, contact: &ContactId) {
        tracing::error!(%contact, "another process has taken over the contact");
        self.refuse_contact(contact);
    }

    /// Goes on with what an earlier run left: event flows after calls that a crash cut off, and
    /// the agents' states.
    pub(crate) fn recover(&mut self, recovered: Recovered) {
        for problem in &recovered.problems {
            tracing::error!(stream = %problem.stream, "not recovered: {}", problem.text);
        }
        let count = recovered.contacts.len();
        if count > 0 {
            tracing::warn!(count, "contacts of an earlier run go on after their calls");
        }
        self.exchange.number_routing_from(recovered.routing_inputs);
        self.devices.remember(&recovered.seats);
        let committed = self.scribe.commit(self.now_ms);
        let mut wanted = Vec::new();
        for it in recovered.contacts {
            let contact = it.contact.id().clone();
            if committed.fenced.contains(&contact) {
                continue;
            }
            tracing::info!(%contact, note = it.note, "recovered");
            self.note_recovered(&it.arrival, it.is_ended());
            if !it.is_ended() {
                self.exchange.adopt(it.contact, it.inputs);
            }
            let outputs = it.outputs.into_iter();
            let output = |output| Output::Contact { contact: contact.clone(), output };
            wanted.extend(outputs.map(output));
        }
        if !committed.has_failed {
            let exchange = &self.exchange;
            self.desks.forget_drafts_but(|contact| exchange.contact(contact).is_some());
        }
        self.carry_out_written(wanted, !committed.has_failed);
    }

    /// Agents are waited for as long as this.
    pub(crate) fn wait_for_agents(&mut self, waits: Waits) {
        self.waits = waits;
    }

    /// Its pages may be tried.
    pub(crate) fn may_be_tried(&mut self, trials: Trials) {
        if trials.is_on() {
            self.scribe.touch_all();
        }
        self.trials = trials;
    }

    /// Calls to numbers go out by this trunk.
    pub(crate) fn call_out_by(&mut self, trunk: Option<String>) {
        self.outbound_trunk = trunk;
    }
}
