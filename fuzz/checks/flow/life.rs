//! Runs a flow for one contact that gets an answer to everything it asks for.

use std::collections::VecDeque;
use std::sync::Arc;

use trunkline_flow::activities::Need;
use trunkline_flow::check::check as find;
use trunkline_flow::outputs::Outputs;
use trunkline_flow::{Effect, Flow, Input, Run, Site};
use trunkline_model::call::{RecordingEnd, TransferOutcome};
use trunkline_model::http::{Answer, Outcome};
use trunkline_model::prompt::PlayFailure;
use trunkline_model::routing::{AgentSeen, QueueFigures, RoutingReply, ToAgent, ToAgentOutcome};
use trunkline_model::tenant::{Needs, OnUnhandledError, Tenant, stand_in};
use trunkline_model::trace::Step;
use trunkline_model::{ContactId, Failure, FailureCode, QueueId};

/// How many things happen to a contact at the most, before and after its call.
const MOST_INPUTS: usize = 24;

/// When the call begins: 2026-01-01, 00:00 UTC.
const BEGIN_MS: i64 = 1_767_225_600_000;

/// What servers answer, one after the other; nothing at all is one of the answers.
const ANSWERS: [(u16, &str); 6] = [
    (200, r#"{"totalSize":1,"records":[{"Id":"001A","Name":"Acme","Phone":null,"n":1.5e3}]}"#),
    (404, r#"[{"errorCode":"NOT_FOUND","message":"not here"}]"#),
    (0, ""),
    (200, "<html><body>Sign in</body></html>"),
    (204, ""),
    (503, "busy"),
];

/// Runs the flow under both ways to treat errors, and once more: the same again is the same.
pub(super) fn check(flow: Flow) {
    let (tenant, _) = stand_in(&needs_of(&flow));
    let flow = Arc::new(flow);
    let site = Arc::new(Site::new(tenant, vec![Arc::clone(&flow)]));
    drop(find(&flow, Vec::new(), Some(&site)));
    let live = |on_unhandled_error| Life::begin(&site, &flow, on_unhandled_error).live();
    drop(live(OnUnhandledError::Disconnect));
    let (effects, trace) = live(OnUnhandledError::Keep);
    let again = live(OnUnhandledError::Keep);
    assert_eq!(effects, again.0, "the same inputs, other effects");
    assert_eq!(trace, again.1, "the same inputs, another trace");
}

/// What the flow refers to, so that the tenant has it.
fn needs_of(flow: &Flow) -> Needs {
    let mut needs = Needs { flow: flow.name.clone(), ..Needs::default() };
    let pair = |id: &str, name: Option<&str>| (id.to_owned(), name.unwrap_or_default().to_owned());
    for need in flow.nodes.iter().flat_map(|node| node.activity.needs()) {
        match need {
            Need::Queue { id, name } => needs.queues.push(pair(id, name)),
            Need::Connector { id, name } => needs.connectors.push(pair(id, name)),
            Need::BusinessHours { id, name } => needs.business_hours.push(pair(id, name)),
            Need::Audio(name) => needs.audio.push(name.to_owned()),
            Need::Subflow { .. } | Need::Flow { .. } => {}
        }
    }
    needs
}

/// A contact, and what it still waits for.
struct Life {
    run: Run,
    now_ms: i64,
    waiting: VecDeque<Input>,
    effects: Vec<Effect>,
    trace: Vec<Step>,
    count: usize,
}

impl Life {
    fn begin(site: &Arc<Site>, flow: &Arc<Flow>, on_unhandled_error: OnUnhandledError) -> Self {
        let mut entry = entry_point(&site.tenant);
        entry.on_unhandled_error = on_unhandled_error;
        let arrival = Outputs::NONE
            .with("ANI", "+12025550123".to_owned())
            .with("DNIS", "+12025550100".to_owned());
        let mut run = Run::new(Arc::clone(site), Arc::clone(flow), arrival, &entry);
        run.trace_from(ContactId::new("contact"), BEGIN_MS);
        let (waiting, effects, trace) = (VecDeque::new(), Vec::new(), Vec::new());
        Self { run, now_ms: BEGIN_MS, waiting, effects, trace, count: 0 }
    }

    /// The call, the events of the call, its end, and the events after it.
    fn live(mut self) -> (Vec<Effect>, Vec<Step>) {
        self.run.start(self.now_ms);
        self.drain();
        self.turn();
        self.happen();
        self.run.set_queued(true);
        self.turn();
        self.run.caller_gone(self.now_ms, true);
        self.drain();
        self.turn();
        self.run.begin_after_call();
        self.happen();
        self.turn();
        (self.effects, self.trace)
    }

    /// Every event of the flow happens once.
    fn happen(&mut self) {
        let flow = Arc::clone(self.run.flow());
        for event in flow.events.iter().take(MOST_INPUTS) {
            let outputs = Outputs::NONE.with("AgentId", "agent".to_owned());
            self.run.event(self.now_ms, &event.specification, outputs);
            self.drain();
        }
    }

    /// Answers, lets time pass and presses keys until nothing is waited for.
    fn turn(&mut self) {
        for _ in 0..MOST_INPUTS {
            let input = if let Some(answer) = self.waiting.pop_front() {
                self.now_ms += 40;
                answer
            } else if self.run.asks_for_keys().is_some() && self.count % 4 != 3 {
                self.now_ms += 300;
                Input::Digit(char::from(b"1#20*7A"[self.count % 7]))
            } else if let Some(due_ms) = self.run.wake_at() {
                assert!(due_ms >= self.now_ms, "woken {due_ms} ms, it is {} ms", self.now_ms);
                self.now_ms = due_ms;
                Input::Tick
            } else {
                return;
            };
            let is_tick = input == Input::Tick;
            self.run.handle(self.now_ms, input);
            self.count += 1;
            self.drain();
            let is_late = self.run.wake_at().is_some_and(|due_ms| due_ms <= self.now_ms);
            assert!(!(is_tick && is_late), "woken, and due again at once");
        }
    }

    fn drain(&mut self) {
        while let Some(effect) = self.run.poll() {
            self.waiting.extend(self.answer(&effect));
            self.effects.push(effect);
        }
        for step in self.run.take_trace() {
            self.run.mask(&mut step.activity.clone());
            self.trace.push(step);
        }
    }

    fn answer(&self, effect: &Effect) -> Option<Input> {
        let turn = self.count + self.effects.len();
        match effect {
            Effect::Http { id, .. } => {
                Some(Input::Http { id: *id, outcome: Box::new(outcome(turn)) })
            }
            Effect::Play { id, .. } | Effect::PlayMusic { id, .. } => Some(if turn % 7 == 5 {
                let text = "no such file".to_owned();
                Input::PlayFailed { id: *id, reason: PlayFailure::FileMissing, text }
            } else {
                Input::Played { id: *id }
            }),
            Effect::Transfer { id, .. } => {
                Some(Input::TransferEnded { id: *id, outcome: transferred(turn) })
            }
            Effect::SendDigits { id, .. } => Some(Input::DigitsSent { id: *id }),
            Effect::Record { id, .. } => Some(recorded(*id, turn)),
            Effect::QueryQueue { id, .. } => {
                Some(Input::Figures { id: *id, figures: figures(turn) })
            }
            Effect::Escalate { id, .. } => Some(Input::Routed { id: *id, reply: groups(turn) }),
            Effect::EnqueueToAgent { id, queue, .. } => {
                Some(Input::Routed { id: *id, reply: to_agent(turn, queue) })
            }
            Effect::Allocate { id, weights, .. } => {
                Some(Input::Allocated { id: *id, index: turn % weights.len().max(1) })
            }
            Effect::StopRetries { .. }
            | Effect::StopPlaying { .. }
            | Effect::SetCallerId { .. }
            | Effect::StopRecording { .. }
            | Effect::Enqueue { .. }
            | Effect::SetPriority { .. }
            | Effect::ScreenPop(_)
            | Effect::Disconnect
            | Effect::FlowEnded
            | Effect::EventEnded { .. }
            | Effect::PromptFailed { .. }
            | Effect::Unhandled(_)
            | Effect::ShowCallerId { .. }
            | Effect::PreDialEnded
            | Effect::RecordCalls { .. }
            | Effect::Rescue { .. } => None,
        }
    }
}

fn entry_point(tenant: &Tenant) -> trunkline_model::tenant::EntryPoint {
    tenant.entry_points.first().expect("a stand-in tenant has an entry point").clone()
}

fn groups(turn: usize) -> RoutingReply {
    match turn % 3 {
        0 => RoutingReply::NotQueued,
        1 => RoutingReply::NoGroups,
        _ => RoutingReply::Groups { current: 2, total: 3 },
    }
}

fn to_agent(turn: usize, queue: &QueueId) -> RoutingReply {
    let (outcome, agent) = match turn % 4 {
        0 => (ToAgentOutcome::Reserved, AgentSeen::Available),
        1 => (ToAgentOutcome::Parked, AgentSeen::Idle { code: "Lunch".to_owned() }),
        2 => (ToAgentOutcome::Recovery, AgentSeen::Available),
        _ => (ToAgentOutcome::NotSignedIn, AgentSeen::NotThere),
    };
    let queue = (turn % 4 != 3).then(|| queue.clone());
    RoutingReply::ToAgent(ToAgent { outcome, agent, queue })
}

fn transferred(turn: usize) -> TransferOutcome {
    match turn % 5 {
        0 => TransferOutcome::Connected,
        1 => TransferOutcome::Busy,
        2 => TransferOutcome::NoAnswer,
        3 => TransferOutcome::Failed { status: 404, text: "not found".to_owned() },
        _ => {
            let headers = vec![("X-Result".to_owned(), "done".to_owned())];
            TransferOutcome::PartyHungUp { talked_ms: 7_000, headers }
        }
    }
}

fn recorded(id: u32, turn: usize) -> Input {
    let reason = match turn % 3 {
        0 => RecordingEnd::Silence,
        1 => RecordingEnd::NoInput,
        _ => RecordingEnd::Failed { text: "no space".to_owned() },
    };
    Input::Recorded { id, file: "recording.wav".to_owned(), duration_ms: 3_000, reason }
}

fn outcome(turn: usize) -> Outcome {
    let (status, body) = ANSWERS[turn % ANSWERS.len()];
    let result = match status {
        0 => Err(Failure::new(FailureCode::Timeout, "no answer within 2,000 ms")),
        _ => Ok(Answer {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_owned(),
        }),
    };
    Outcome { result, duration_ms: 40, attempts: 1, stand_in: None }
}

fn figures(turn: usize) -> Option<QueueFigures> {
    (!turn.is_multiple_of(3)).then(|| QueueFigures {
        position: 3,
        estimated_wait_ms: (turn % 3 == 1).then_some(95_000),
        ..QueueFigures::default()
    })
}
