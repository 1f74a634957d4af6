//! Runs one contact's flow: sans-IO, the time as an argument, effects as data.
//!
//! A run has **threads**: the main flow and, beside it, the event flows. Each walks activities one
//! at a time. The thread that speaks to the caller is the *caller's thread*: the main flow, until
//! an OnGlobalError flow takes over.
//!
//! After every call, drain [`Run::poll`]; call again with [`Input::Tick`] when [`Run::wake_at`]
//! says so. The same calls with the same times give the same effects and the same trace.

pub mod convert;
mod cx;
mod effect;
mod errors;
mod scope;
mod secrets;
mod thread;
mod trace;
pub(crate) mod url;
mod view;

use std::collections::VecDeque;
use std::sync::Arc;

use trunkline_expr::Env;
use trunkline_model::prompt::PlayFailure;
use trunkline_model::tenant::{EntryPoint, OnUnhandledError};
use trunkline_model::trace::{Fields, Step as TraceStep};
use trunkline_model::{ContactId, Failure, FailureCode};

use crate::activities::{Recorded, Resume, Step};
use crate::flow::Flow;
use crate::outputs::Outputs;
use crate::site::Site;

pub use cx::{Assignment, Cx};
pub use effect::{Effect, Input, KeptBy, PopTarget, ScreenPop, Unhandled};
pub use thread::Wait;

use scope::Scope;
use thread::{Call, State, Thread};
use trace::Trace;

/// A flow that goes round without time passing stops after this many steps (decision 1).
pub const MAX_STEPS_WITHOUT_TIME: u32 = 1_000;

/// After this many prompts in a row that could not be played the flow goes round in circles.
const MAX_FAILED_PLAYS: u32 = 50;

/// The most flows of a contact that run at the same time.
const MAX_THREADS: usize = 1_000;

/// The event before a leg is dialled.
pub const PRE_DIAL: &str = "ContactPredial";

/// How much work one expression may do.
const EXPRESSION_FUEL: u64 = 200_000;

/// Something that happened to a contact outside its flow, for the trace.
#[derive(Clone, Debug, Default)]
pub struct ContactEvent {
    /// What happened: a past participle (`answered`).
    pub what: &'static str,
    /// The activity that it is about, if any.
    pub activity: String,
    /// What came in.
    pub input: Fields,
    /// What followed.
    pub output: Fields,
    /// Why, where it is a failure.
    pub failure: Option<Failure>,
    /// What the reader should notice.
    pub warnings: Vec<String>,
}

/// How far the run has gone without time passing. All threads count together: a flow and its
/// OnGlobalError flow may set each other off.
#[derive(Clone, Copy, Debug, Default)]
struct Spinning {
    at_ms: i64,
    steps: u32,
    /// How often the limit has stopped the run at this time.
    stops: u32,
}

/// One contact's flow while it runs.
pub struct Run {
    site: Arc<Site>,
    scopes: Vec<Scope>,
    /// The scope of the contact's present flow; go-to changes it.
    root: usize,
    threads: Vec<Thread>,
    /// The thread that speaks to the caller; none once the conversation or the call is over.
    caller: Option<usize>,
    /// The caller's thread that an answer stopped and that may go on again (decision 6).
    parked: Option<usize>,
    is_caller_there: bool,
    is_after_call: bool,
    is_queued: bool,
    is_with_agent: bool,
    arrival: Outputs,
    on_unhandled_error: OnUnhandledError,
    /// The entry point's time zone.
    time_zone: Option<String>,
    next_id: u32,
    /// The calling number that outbound legs show, if the flow has chosen one.
    caller_id: Option<String>,
    spinning: Spinning,
    /// How many prompts in a row could not be played.
    failed_plays: u32,
    /// How often the contact has gone to another flow.
    hand_offs: usize,
    /// How often an activity has begun to ask the caller for keys.
    asks: u32,
    effects: VecDeque<Effect>,
    trace: Trace,
    now_ms: i64,
}

// Effects, keys and trace may hold secrets (decision 20).
impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Run");
        shown.field("flow", &self.flow().name).field("activity", &self.caller_activity());
        shown.finish_non_exhaustive()
    }
}

impl Run {
    /// A run of this flow, not yet started. `arrival` are the outputs of the start activity.
    pub fn new(site: Arc<Site>, flow: Arc<Flow>, arrival: Outputs, entry: &EntryPoint) -> Self {
        let scope = Scope::new(flow, &site.tenant);
        let mut trace = Trace::default();
        scope.add_secrets(&mut trace.secrets);
        Self {
            site,
            scopes: vec![scope],
            root: 0,
            threads: Vec::new(),
            caller: None,
            parked: None,
            is_caller_there: true,
            is_after_call: false,
            is_queued: false,
            is_with_agent: false,
            arrival,
            on_unhandled_error: entry.on_unhandled_error,
            time_zone: entry.time_zone.clone(),
            next_id: 1,
            caller_id: None,
            spinning: Spinning::default(),
            failed_plays: 0,
            hand_offs: 0,
            asks: 0,
            effects: VecDeque::new(),
            trace,
            now_ms: 0,
        }
    }

    /// Makes the run keep a trace, whose times count from `started_ms`.
    pub fn trace_from(&mut self, contact: ContactId, started_ms: i64) {
        self.trace.contact = Some(contact);
        self.trace.started_ms = started_ms;
    }

    /// The trace since the last call.
    pub fn take_trace(&mut self) -> Vec<TraceStep> {
        self.trace.take()
    }

    /// Masks the secrets that this run has seen in a text.
    pub fn mask(&self, text: &mut String) {
        self.trace.secrets.mask_text(text);
    }

    /// The flow that the contact is in; go-to changes it.
    pub fn flow(&self) -> &Arc<Flow> {
        &self.scopes[self.root].flow
    }

    /// The outputs of the start activity.
    pub fn arrival(&self) -> &Outputs {
        &self.arrival
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When [`Input::Tick`] is due, in milliseconds since the Unix epoch.
    pub fn wake_at(&self) -> Option<i64> {
        let due = self.threads.iter().filter_map(|thread| match thread.state {
            State::Waiting(Wait::Keys { until_ms, .. }) => until_ms,
            State::Waiting(_) | State::Ready | State::Suspended(_) | State::Ended => None,
        });
        due.min()
    }

    /// Starts the main flow.
    pub fn start(&mut self, now_ms: i64) {
        self.now_ms = now_ms;
        let Some(start) = self.scopes[self.root].flow.start else {
            let failure = Failure::new(FailureCode::Target, "the flow has no start activity");
            self.effects.push_back(Effect::Rescue { failure });
            return;
        };
        self.caller = Some(self.threads.len());
        self.threads.push(Thread::new("", self.root, start, Outputs::NONE));
        self.walk();
    }

    /// Takes an input; one that nobody waits for has no effect.
    pub fn handle(&mut self, now_ms: i64, input: Input) {
        self.now_ms = now_ms;
        match input {
            Input::Http { id, outcome } => self.wake(Wait::Http(id), Resume::Http(&outcome)),
            Input::Figures { id, figures } => {
                self.wake(Wait::Figures(id), Resume::Figures(figures.as_ref()));
            }
            Input::Routed { id, reply } => self.wake(Wait::Reply(id), Resume::Routed(&reply)),
            Input::Allocated { id, index } => {
                self.wake(Wait::Allocation(id), Resume::Allocated(index));
            }
            Input::Played { id } => self.played(id),
            Input::PlayFailed { id, reason, text } => self.play_failed(id, reason, text),
            Input::TransferEnded { id, outcome } => {
                self.wake(Wait::Transfer(id), Resume::Transfer(&outcome));
            }
            Input::DigitsSent { id } => self.wake(Wait::Digits(id), Resume::DigitsSent),
            Input::Recorded { id, file, duration_ms, reason } => {
                let recorded = Recorded { file: &file, duration_ms, reason: &reason };
                self.wake(Wait::Recording(id), Resume::Recorded(recorded));
            }
            Input::Digit(key) => self.digit(key),
            Input::Tick => self.tick(),
        }
        self.walk();
    }

    /// Something happened to the contact: runs the event flow for it, if the flow has one with
    /// something wired. Gives whether it has.
    pub fn event(&mut self, now_ms: i64, specification: &str, outputs: Outputs) -> bool {
        self.now_ms = now_ms;
        let started = self.start_event(specification, outputs, None);
        self.walk();
        started
    }

    /// Whether the flow does something at this event.
    pub fn handles_event(&self, specification: &str) -> bool {
        let flow = &self.scopes[self.root].flow;
        let event = flow.event(specification);
        event.is_some_and(|event| flow.nodes[event.node].link("out").is_some())
    }

    /// An agent answered, or the contact left the flow in another way: the caller's thread stops
    /// where it stands and never goes on. Results of its open request are never written.
    pub fn stop_caller_flow(&mut self, now_ms: i64) {
        self.now_ms = now_ms;
        let Some(caller) = self.caller.take() else { return };
        self.interrupt(caller);
        for index in 0..self.threads.len() {
            if self.threads[index].handles == Some(caller) {
                self.interrupt(index);
            }
        }
    }

    /// The same, but [`Run::resume_caller_flow`] may let the thread go on.
    pub fn park_caller_flow(&mut self, now_ms: i64) {
        let caller = self.caller;
        self.stop_caller_flow(now_ms);
        self.parked = caller;
    }

    /// Lets the caller's thread go on that [`Run::park_caller_flow`] stopped: the activity at which
    /// it stood begins again. Gives whether there was one.
    pub fn resume_caller_flow(&mut self, now_ms: i64) -> bool {
        self.now_ms = now_ms;
        let Some(parked) = self.parked.take() else { return false };
        self.caller = Some(parked);
        self.threads[parked].state = State::Ready;
        self.walk();
        true
    }

    /// The caller is gone: the caller's thread stops. An open request of it may finish, without
    /// being tried again, when `finish_request` (decision 6); until [`Run::has_open_request`]
    /// is false, ContactEnded must wait.
    pub fn caller_gone(&mut self, now_ms: i64, finish_request: bool) {
        self.now_ms = now_ms;
        self.is_caller_there = false;
        match self.callers_request() {
            Some(id) if finish_request => self.effects.push_back(Effect::StopRetries { id }),
            Some(_) | None => self.stop_caller_flow(now_ms),
        }
        self.silence_events();
        self.walk();
    }

    /// Ends the event flows that have to do with a caller who is gone: nothing will tell them that
    /// their prompt has been played.
    fn silence_events(&mut self) {
        for index in 0..self.threads.len() {
            let thread = &mut self.threads[index];
            if !thread.needs_line() || thread.event.is_empty() {
                continue;
            }
            let failed = thread.handles.take();
            self.interrupt(index);
            if let Some(failed) = failed {
                self.keep(failed);
            }
            self.event_ended(index);
        }
    }

    /// The call is over: what begins from now on runs after it.
    pub fn begin_after_call(&mut self) {
        self.is_after_call = true;
    }

    /// Whether the caller's thread waits for an answer although the caller is gone.
    pub fn has_open_request(&self) -> bool {
        self.callers_request().is_some()
    }

    /// The open request of the caller's thread, or of the OnGlobalError flow that it waits for.
    fn callers_request(&self) -> Option<u32> {
        let mut threads = self.threads.iter().enumerate();
        threads.find_map(|(index, thread)| thread.open_request().filter(|_| self.is_callers(index)))
    }

    fn is_callers(&self, index: usize) -> bool {
        let handles = self.threads[index].handles;
        self.caller.is_some_and(|caller| caller == index || handles == Some(caller))
    }

    /// Whether any event flow is still running.
    pub fn has_running_events(&self) -> bool {
        self.threads.iter().any(|thread| !thread.event.is_empty() && !thread.is_ended())
    }

    /// The label of the activity that waits for keys of the caller, if one does.
    pub fn asks_for_keys(&self) -> Option<&str> {
        let thread = &self.threads[self.caller?];
        let asks = matches!(thread.state, State::Waiting(Wait::Keys { .. }));
        asks.then(|| &*self.scopes[thread.scope].flow.nodes[thread.node].label)
    }

    /// Tells one visit of an activity that asks for keys from the next: how often that has begun.
    pub fn ask_number(&self) -> u32 {
        self.asks
    }

    /// Whether a key pressed now would count, and not be swallowed by a prompt.
    pub fn hears_keys_now(&self) -> bool {
        let Some(caller) = self.caller else { return false };
        let thread = &self.threads[caller];
        let activity = &self.scopes[thread.scope].flow.nodes[thread.node].activity;
        match thread.state {
            State::Waiting(Wait::Keys { playing: Some(_), .. }) => activity.is_interruptible(),
            State::Waiting(Wait::Keys { playing: None, .. }) => true,
            State::Waiting(_) | State::Ready | State::Suspended(_) | State::Ended => false,
        }
    }

    /// The label of the activity at which the caller's thread stands.
    pub fn caller_activity(&self) -> Option<&str> {
        let thread = &self.threads[self.caller?];
        Some(&*self.scopes[thread.scope].flow.nodes[thread.node].label)
    }

    /// The calling number that outbound legs show, if the flow has chosen one.
    pub fn caller_id(&self) -> Option<&str> {
        self.caller_id.as_deref()
    }

    /// Says whether the contact is in a queue; some activities depend on it.
    pub fn set_queued(&mut self, is_queued: bool) {
        self.is_queued = is_queued;
    }

    /// Says whether the caller talks to an agent or to the third party of a transfer: event flows
    /// then speak to nobody alone, and the contact cannot be queued.
    pub fn set_with_agent(&mut self, is_with_agent: bool) {
        self.is_with_agent = is_with_agent;
    }

    fn wake(&mut self, wait: Wait, event: Resume<'_>) {
        let Some(index) = self.threads.iter().position(|it| it.waits_for(wait)) else { return };
        self.resume(index, event);
        // The caller's flow that outlived its caller ends with the request it waited for.
        if !self.is_caller_there && self.is_callers(index) {
            self.stop_caller_flow(self.now_ms);
        }
    }

    fn played(&mut self, id: u32) {
        let index = self.threads.iter().position(|thread| thread.playing() == Some(id));
        self.failed_plays = 0;
        if let Some(index) = index {
            self.resume(index, Resume::Played);
        }
    }

    /// The activity that played leaves by its port for failures.
    fn play_failed(&mut self, id: u32, reason: PlayFailure, text: String) {
        let index = self.threads.iter().position(|thread| thread.playing() == Some(id));
        let Some(index) = index else { return };
        let flow = Arc::clone(&self.scopes[self.threads[index].scope].flow);
        self.failed_plays += 1;
        if self.failed_plays <= MAX_FAILED_PLAYS {
            return self.fail(index, &flow, Failure::new(reason.code(), text));
        }
        // Time passes between the failures, so that no other limit stops a port that leads back.
        let text = format!("{MAX_FAILED_PLAYS} prompts in a row could not be played: {text}");
        let failure = Failure::new(FailureCode::Spin, text);
        self.write_step(index, &flow, None, Some(failure.clone()));
        self.unhandled(index, failure);
    }

    fn digit(&mut self, key: char) {
        let Some(caller) = self.caller else { return };
        if matches!(self.threads[caller].state, State::Waiting(Wait::Keys { .. })) {
            self.resume(caller, Resume::Digit(key));
        }
    }

    fn tick(&mut self) {
        for index in 0..self.threads.len() {
            let due = match self.threads[index].state {
                State::Waiting(Wait::Keys { until_ms, .. }) => until_ms,
                State::Waiting(_) | State::Ready | State::Suspended(_) | State::Ended => None,
            };
            if due.is_some_and(|until_ms| until_ms <= self.now_ms) {
                self.resume(index, Resume::Timer);
            }
        }
    }

    /// Walks every thread until all of them wait.
    fn walk(&mut self) {
        while let Some(index) = self.threads.iter().position(|it| matches!(it.state, State::Ready))
        {
            self.enter(index);
        }
    }

    /// Begins the activity at which a thread stands.
    fn enter(&mut self, index: usize) {
        let (scope, node) = (self.threads[index].scope, self.threads[index].node);
        let flow = Arc::clone(&self.scopes[scope].flow);
        let entered = &flow.nodes[node];
        self.scopes[scope].visits[node] += 1;
        self.scopes[scope].outputs[node].clear();
        if let Some(failure) = self.beyond_limits(index, entered) {
            let step = Step::Fail(failure);
            return self.finish(index, &flow, step);
        }
        self.threads[index].keys.clear();
        let step = entered.activity.start(&mut Cx::new(self, index, &flow));
        // What fails has not spoken to the caller.
        let speaks = entered.descriptor.is_some_and(|it| it.is_caller_facing);
        if speaks && !matches!(step, Step::Fail(_)) {
            self.take_over(index);
        }
        if matches!(step, Step::Wait(Wait::Keys { .. })) {
            self.asks += 1;
        }
        self.finish(index, &flow, step);
    }

    fn resume(&mut self, index: usize, event: Resume<'_>) {
        let (scope, node) = (self.threads[index].scope, self.threads[index].node);
        let flow = Arc::clone(&self.scopes[scope].flow);
        let step = flow.nodes[node].activity.resume(&mut Cx::new(self, index, &flow), event);
        self.finish(index, &flow, step);
    }

    fn beyond_limits(&mut self, index: usize, node: &crate::flow::Node) -> Option<Failure> {
        if self.spinning.at_ms != self.now_ms {
            self.spinning = Spinning { at_ms: self.now_ms, ..Spinning::default() };
        }
        self.spinning.steps += 1;
        if self.spinning.steps > MAX_STEPS_WITHOUT_TIME {
            self.spinning.steps = 0;
            self.spinning.stops += 1;
            let text = format!("{MAX_STEPS_WITHOUT_TIME} steps went by without any time passing");
            return Some(Failure::new(FailureCode::Spin, text));
        }
        let limit = node.descriptor.and_then(|it| it.loop_limit)?;
        let thread = &self.threads[index];
        let visits = self.scopes[thread.scope].visits[thread.node];
        (visits > limit).then(|| {
            let text = format!("the activity was passed more than {limit} times");
            Failure::new(FailureCode::LoopLimit, text)
        })
    }

    /// Does what an activity's step says.
    fn finish(&mut self, index: usize, flow: &Flow, step: Step) {
        let node = self.threads[index].node;
        match step {
            Step::Wait(wait) => self.threads[index].state = State::Waiting(wait),
            Step::Exit(port) => {
                self.write_step(index, flow, Some(&port), None);
                match flow.nodes[node].link(&port) {
                    Some(target) => self.go(index, target),
                    None => self.unwired(index, flow, &port),
                }
            }
            Step::End => {
                self.write_step(index, flow, None, None);
                self.end_thread(index);
            }
            Step::Fail(failure) => self.fail(index, flow, failure),
            Step::Call { flow: subflow, inputs } => self.call(index, subflow, inputs),
            Step::Return => self.return_from_subflow(index, flow),
            Step::GoTo { flow: target, inputs } => {
                self.write_step(index, flow, None, None);
                self.go_to(index, target, inputs);
            }
        }
    }

    fn go(&mut self, index: usize, node: usize) {
        self.threads[index].node = node;
        self.threads[index].state = State::Ready;
    }

    fn unwired(&mut self, index: usize, flow: &Flow, port: &str) {
        let node = &flow.nodes[self.threads[index].node];
        let is_callers = self.caller == Some(index);
        if !is_callers {
            return self.end_thread(index);
        }
        let text = format!("the port {port} of {} leads nowhere", node.label);
        self.unhandled(index, Failure::new(FailureCode::Dangling, text));
    }

    fn end_thread(&mut self, index: usize) {
        self.threads[index].state = State::Ended;
        let handles = self.threads[index].handles;
        if self.caller == Some(index) {
            self.caller = None;
            self.effects.push_back(Effect::FlowEnded);
        } else if let Some(failed) = handles {
            self.keep(failed);
        }
        if !self.threads[index].event.is_empty() {
            self.event_ended(index);
        }
    }

    fn event_ended(&mut self, index: usize) {
        let event = self.threads[index].event.clone();
        if self.threads[index].is_pre_dial {
            self.effects.push_back(Effect::PreDialEnded);
        }
        self.effects.push_back(Effect::EventEnded { event });
    }

    fn interrupt(&mut self, index: usize) {
        if let Some(id) = self.threads[index].playing() {
            self.effects.push_back(Effect::StopPlaying { id });
        }
        if let Some(id) = self.threads[index].recording() {
            self.effects.push_back(Effect::StopRecording { id });
        }
        if let Some(id) = self.threads[index].open_request() {
            self.effects.push_back(Effect::StopRetries { id });
        }
        if matches!(
            self.threads[index].state,
            State::Waiting(Wait::Http(_) | Wait::Figures(_) | Wait::Reply(_) | Wait::Allocation(_))
        ) {
            self.write_interrupted(index);
        }
        let state = std::mem::replace(&mut self.threads[index].state, State::Ended);
        if let State::Suspended(failure) = state {
            self.report(index, failure, KeptBy::Overtaken);
        }
    }

    /// The trace line of an activity that is cut off while it waits for an answer.
    fn write_interrupted(&mut self, index: usize) {
        if !self.trace.is_on() {
            return;
        }
        let flow = Arc::clone(&self.scopes[self.threads[index].scope].flow);
        let text = "interrupted: its answer will not be used".to_owned();
        self.threads[index].warnings.push(text);
        self.write_step(index, &flow, None, None);
    }

    fn start_event(
        &mut self,
        specification: &str,
        outputs: Outputs,
        handles: Option<usize>,
    ) -> bool {
        let flow = &self.scopes[self.root].flow;
        let Some(event) = flow.event(specification) else { return false };
        let Some(first) = flow.nodes[event.node].link("out") else { return false };
        let mut thread = Thread::new(&event.name, self.root, first, outputs);
        thread.handles = handles;
        thread.is_handler = handles.is_some();
        thread.is_pre_dial = crate::flow::bare_specification(specification) == PRE_DIAL;
        match self.unused_thread() {
            Some(index) => self.threads[index] = thread,
            None if self.threads.len() < MAX_THREADS => self.threads.push(thread),
            None => return false,
        }
        true
    }

    /// The place of a thread that has ended and that nobody refers to. A long call that fails now
    /// and then must not run out of threads before its ContactEnded.
    fn unused_thread(&self) -> Option<usize> {
        (0..self.threads.len()).find(|&index| {
            self.threads[index].is_ended()
                && self.caller != Some(index)
                && self.parked != Some(index)
                && self.threads.iter().all(|thread| thread.handles != Some(index))
        })
    }

    fn call(&mut self, index: usize, subflow: Arc<Flow>, inputs: Vec<cx::Assignment>) {
        if !self.threads[index].calls.is_empty() {
            let text = "a subflow cannot call a subflow (as in Webex)";
            let flow = Arc::clone(&self.scopes[self.threads[index].scope].flow);
            return self.fail(index, &flow, Failure::new(FailureCode::Unsupported, text));
        }
        let Some(start) = subflow.start else {
            let text = format!("the subflow {} has no start activity", subflow.name);
            let flow = Arc::clone(&self.scopes[self.threads[index].scope].flow);
            return self.fail(index, &flow, Failure::new(FailureCode::Target, text));
        };
        let scope = self.add_scope(subflow, inputs);
        let thread = &mut self.threads[index];
        thread.calls.push(Call { scope: thread.scope, node: thread.node });
        thread.scope = scope;
        self.go(index, start);
    }

    fn return_from_subflow(&mut self, index: usize, flow: &Flow) {
        self.write_step(index, flow, None, None);
        let Some(call) = self.threads[index].calls.pop() else {
            return self.end_thread(index);
        };
        let ended = std::mem::replace(&mut self.threads[index].scope, call.scope);
        self.threads[index].node = call.node;
        self.resume(index, Resume::Returned { scope: ended });
    }

    fn go_to(&mut self, index: usize, target: Arc<Flow>, inputs: Vec<cx::Assignment>) {
        let Some(start) = target.start else { return self.end_thread(index) };
        self.hand_offs += 1;
        self.root = self.add_scope(target, inputs);
        let thread = &mut self.threads[index];
        thread.calls.clear();
        thread.scope = self.root;
        self.go(index, start);
    }

    /// Begins a scope, in the place of one that nothing refers to any more if there is one: loops
    /// that call a subflow must not pile up scopes.
    fn add_scope(&mut self, flow: Arc<Flow>, inputs: Vec<cx::Assignment>) -> usize {
        let mut scope = Scope::new(flow, &self.site.tenant);
        cx::assign_all(&mut scope, inputs);
        scope.add_secrets(&mut self.trace.secrets);
        let unused = (0..self.scopes.len()).find(|&index| self.is_unused_scope(index));
        match unused {
            Some(index) => {
                self.scopes[index] = scope;
                index
            }
            None => {
                self.scopes.push(scope);
                self.scopes.len() - 1
            }
        }
    }

    fn is_unused_scope(&self, scope: usize) -> bool {
        let uses = |(index, thread): (usize, &Thread)| {
            let is_alive = !thread.is_ended() || self.parked == Some(index);
            let is_in = thread.scope == scope || thread.calls.iter().any(|it| it.scope == scope);
            is_alive && is_in
        };
        scope != self.root && !self.threads.iter().enumerate().any(uses)
    }

    fn env(&self) -> Env {
        Env { now_ms: self.now_ms, fuel: EXPRESSION_FUEL, ..Env::default() }
    }

    /// Writes the trace line of a thread's present activity.
    fn write_step(
        &mut self,
        index: usize,
        flow: &Flow,
        port: Option<&str>,
        failure: Option<Failure>,
    ) {
        let Some(contact) = self.trace.contact.clone() else { return };
        let thread = &mut self.threads[index];
        let node = &flow.nodes[thread.node];
        let step = TraceStep {
            t_ms: self.now_ms - self.trace.started_ms,
            contact,
            thread: thread.name.clone(),
            activity: node.label.to_string(),
            kind: node.kind.to_string(),
            port: port.map(str::to_owned),
            input: std::mem::take(&mut thread.input),
            output: std::mem::take(&mut thread.output),
            failure,
            warnings: std::mem::take(&mut thread.warnings),
        };
        self.trace.push(step);
    }

    /// Adds a line to the trace for something that happened to the contact outside its flow.
    pub fn write_contact_step(&mut self, now_ms: i64, event: ContactEvent) {
        let Some(contact) = self.trace.contact.clone() else { return };
        self.trace.push(TraceStep {
            t_ms: now_ms - self.trace.started_ms,
            contact,
            thread: "contact".to_owned(),
            activity: event.activity,
            kind: format!("contact.{}", event.what),
            port: None,
            input: event.input,
            output: event.output,
            failure: event.failure,
            warnings: event.warnings,
        });
    }

    /// Whether a trace is kept.
    pub fn is_traced(&self) -> bool {
        self.trace.is_on()
    }
}
