//! Runs a flow alone: effects as lines, answers by hand, the trace as lines.

use std::sync::Arc;

use trunkline_expr::Value;
use trunkline_flow::outputs::Outputs;
use trunkline_flow::run::{Effect, Input};
use trunkline_flow::{Flow, Run, Site};
use trunkline_model::ContactId;
use trunkline_model::call::{RecordingEnd, Transfer, TransferOutcome};
use trunkline_model::http::{Answer, Body, Outcome, Request, Target};
use trunkline_model::prompt::{PlayFailure, Prompt};
use trunkline_model::tenant::{EntryPoint, OnUnhandledError, Tenant};
use trunkline_model::trace::Step;
use trunkline_model::{Failure, FailureCode};

use crate::builder::Builder;

/// Monday, 2026-01-05, 15:00 in UTC.
pub(crate) const NOON_MS: i64 = 1_767_625_200_000;

/// A run with everything that came out of it.
pub(crate) struct Driver {
    pub(crate) run: Run,
    pub(crate) now_ms: i64,
    pub(crate) effects: Vec<Effect>,
    pub(crate) steps: Vec<Step>,
}

/// What a run is set up with.
pub(crate) struct Setup {
    pub(crate) tenant: Tenant,
    pub(crate) flows: Vec<Arc<Flow>>,
    pub(crate) on_unhandled_error: OnUnhandledError,
    pub(crate) now_ms: i64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            tenant: tenant("{}"),
            flows: Vec::new(),
            on_unhandled_error: OnUnhandledError::Keep,
            now_ms: NOON_MS,
        }
    }
}

/// A tenant with two queues, and what the YAML-like JSON adds.
pub(crate) fn tenant(json: &str) -> Tenant {
    let mut all = serde_json::json!({
        "queues": [{ "id": "q1", "name": "Sales" }, { "id": "q2", "name": "Support" }],
        "audio": [{ "name": "hello.wav", "duration_ms": 4000 }],
    });
    crate::builder::merge(&mut all, serde_json::from_str(json).unwrap());
    serde_json::from_value(all).unwrap()
}

/// Starts a flow with the ordinary tenant.
pub(crate) fn start(builder: &Builder) -> Driver {
    Setup::default().start(builder)
}

impl Setup {
    /// The ordinary setup with this tenant.
    pub(crate) fn with(tenant_json: &str) -> Self {
        Self { tenant: tenant(tenant_json), ..Self::default() }
    }

    /// Starts the flow.
    pub(crate) fn start(self, builder: &Builder) -> Driver {
        self.start_flow(builder.read())
    }

    /// Starts a flow that was read otherwise.
    pub(crate) fn start_flow(self, flow: Arc<Flow>) -> Driver {
        let mut flows = self.flows;
        flows.push(Arc::clone(&flow));
        let site = Arc::new(Site::new(self.tenant, flows));
        let mut entry: EntryPoint =
            serde_json::from_str(r#"{"id": "ep", "name": "Main", "flow": "f"}"#).unwrap();
        entry.on_unhandled_error = self.on_unhandled_error;
        let arrival = Outputs::NONE
            .with("ANI", Value::from("+14806754111"))
            .with("DNIS", Value::from("+18005550100"));
        let mut run = Run::new(site, flow, arrival, &entry);
        run.trace_from(ContactId::new("c1"), self.now_ms);
        run.start(self.now_ms);
        let now_ms = self.now_ms;
        let mut driver = Driver { run, now_ms, effects: Vec::new(), steps: Vec::new() };
        driver.drain();
        driver
    }
}

impl Driver {
    fn drain(&mut self) {
        self.effects.extend(std::iter::from_fn(|| self.run.poll()));
        self.steps.extend(self.run.take_trace());
    }

    /// Gives an input after some time.
    pub(crate) fn give(&mut self, after_ms: i64, input: Input) -> &mut Self {
        self.now_ms += after_ms;
        self.run.handle(self.now_ms, input);
        self.drain();
        self
    }

    /// Something happens to the contact. Gives whether the flow has something wired for it.
    pub(crate) fn event(&mut self, specification: &str, outputs: Outputs) -> bool {
        let has_flow = self.run.event(self.now_ms, specification, outputs);
        self.drain();
        has_flow
    }

    /// Calls something of the run and takes what comes of it.
    pub(crate) fn with(&mut self, call: impl FnOnce(&mut Run, i64)) -> &mut Self {
        call(&mut self.run, self.now_ms);
        self.drain();
        self
    }

    /// The caller presses keys, half a second apart.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.chars() {
            self.give(500, Input::Digit(key));
        }
        self
    }

    /// Lets time pass until the run's next timer, which is due.
    pub(crate) fn wait(&mut self) -> &mut Self {
        let due_ms = self.run.wake_at().expect("no timer is running");
        self.give(due_ms - self.now_ms, Input::Tick)
    }

    /// What is playing ends, some seconds later.
    pub(crate) fn played(&mut self) -> &mut Self {
        let id = self.last_id(|effect| match effect {
            Effect::Play { id, .. } | Effect::PlayMusic { id, .. } => Some(*id),
            _ => None,
        });
        self.give(4_000, Input::Played { id })
    }

    /// What is playing fails.
    pub(crate) fn play_fails(&mut self, reason: PlayFailure) -> &mut Self {
        let id = self.last_id(|effect| match effect {
            Effect::Play { id, .. } | Effect::PlayMusic { id, .. } => Some(*id),
            _ => None,
        });
        self.give(20, Input::PlayFailed { id, reason, text: "cannot be played".to_owned() })
    }

    /// Something becomes of the last transfer.
    pub(crate) fn transferred(&mut self, outcome: TransferOutcome) -> &mut Self {
        let id = self.last_id(|effect| match effect {
            Effect::Transfer { id, .. } => Some(*id),
            _ => None,
        });
        self.give(5_000, Input::TransferEnded { id, outcome })
    }

    /// The last recording ends.
    pub(crate) fn recorded(&mut self, reason: RecordingEnd) -> &mut Self {
        let id = self.last_id(|effect| match effect {
            Effect::Record { id, .. } => Some(*id),
            _ => None,
        });
        let file = "message-1.wav".to_owned();
        self.give(6_000, Input::Recorded { id, file, duration_ms: 5_400, reason })
    }

    /// The last request is answered.
    pub(crate) fn answer(&mut self, status: u16, body: &str) -> &mut Self {
        let answer = Answer { status, headers: Vec::new(), body: body.to_owned() };
        self.outcome(Ok(answer))
    }

    /// The last request fails.
    pub(crate) fn refuse(&mut self, code: FailureCode) -> &mut Self {
        self.outcome(Err(Failure::new(code, "no answer")))
    }

    /// The last request ends.
    pub(crate) fn outcome(&mut self, result: Result<Answer, Failure>) -> &mut Self {
        let id = self.last_id(|effect| match effect {
            Effect::Http { id, .. } => Some(*id),
            _ => None,
        });
        let outcome = Outcome { result, duration_ms: 80, attempts: 1, stand_in: None };
        self.give(80, Input::Http { id, outcome: Box::new(outcome) })
    }

    pub(crate) fn last_id(&self, of: impl Fn(&Effect) -> Option<u32>) -> u32 {
        self.effects.iter().rev().find_map(of).expect("nothing of that kind was wanted")
    }

    /// The last request.
    pub(crate) fn request(&self) -> &Request {
        let request = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Http { request, .. } => Some(&**request),
            _ => None,
        });
        request.expect("no request was sent")
    }

    /// A variable as JSON.
    pub(crate) fn var(&self, name: &str) -> String {
        self.run.variable(name).expect("no such variable").to_json()
    }

    /// The ways taken: `Start.out Set.out End`, failures as `Get!TL-HTTP-DNS.error`.
    pub(crate) fn path(&self) -> String {
        let lines = self.steps.iter().filter(|step| {
            // Activities that take time write what went in first.
            step.port.is_some() || step.failure.is_some() || step.input.is_empty()
        });
        lines.map(way).collect::<Vec<_>>().join(" ")
    }

    /// The effects so far, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.effects.iter().map(line).collect()
    }

    /// The step that left an activity last.
    pub(crate) fn step(&self, activity: &str) -> &Step {
        let steps = self.steps.iter().rev();
        let left = |step: &&Step| step.port.is_some() || step.failure.is_some();
        let found = steps.filter(left).find(|step| step.activity == activity);
        found.unwrap_or_else(|| panic!("{activity} was not left: {}", self.path()))
    }

    /// What an activity gave, as JSON.
    pub(crate) fn out(&self, activity: &str, name: &str) -> String {
        let datum = self.step(activity).output.get(name);
        serde_json::to_string(&datum).unwrap()
    }

    /// The description of an activity's failure.
    pub(crate) fn failure(&self, activity: &str) -> &Failure {
        let step = self.step(activity);
        step.failure.as_ref().unwrap_or_else(|| panic!("{activity} did not fail"))
    }
}

fn way(step: &Step) -> String {
    let failure = step.failure.as_ref().map(|it| format!("!{}", it.code.as_str()));
    let port = step.port.as_ref().map(|port| format!(".{port}"));
    format!("{}{}{}", step.activity, failure.unwrap_or_default(), port.unwrap_or_default())
}

/// An effect as a line.
pub(crate) fn line(effect: &Effect) -> String {
    match effect {
        Effect::Http { request, .. } => request_line(request),
        Effect::StopRetries { .. } => "stop retries".to_owned(),
        Effect::Play { prompts, .. } => format!("play {}", prompts_line(prompts)),
        Effect::PlayMusic { music, .. } => {
            format!("music {} {} {:?}", music.file, music.offset_ms, music.duration_ms)
        }
        Effect::StopPlaying { .. } => "stop playing".to_owned(),
        Effect::Transfer { transfer, .. } => transfer_line(transfer),
        Effect::SetCallerId { number } => format!("caller id {number}"),
        Effect::ShowCallerId { number } => format!("caller id {number} for this leg"),
        Effect::PreDialEnded => "leg may be dialled".into(),
        Effect::RecordCalls { wanted } => format!("record calls: {wanted}"),
        Effect::SendDigits { digits, tone_ms, pause_ms, .. } => {
            format!("send {digits} {tone_ms}/{pause_ms}")
        }
        Effect::Record { recording: it, .. } => {
            let beep = if it.beeps { " beep" } else { "" };
            format!("record {} {} {}{beep}", it.max_ms, it.silence_ms, it.terminator)
        }
        Effect::StopRecording { .. } => "stop recording".to_owned(),
        Effect::Enqueue { queue, priority, skills, relaxations, check_availability } => {
            let steps = relaxations
                .iter()
                .map(|it| format!(" after {}s{}", it.after_s, skills_line(&it.skills)))
                .collect::<String>();
            let checked = if *check_availability { " checked" } else { "" };
            let skills = skills_line(skills);
            format!("enqueue {queue} P{}{skills}{steps}{checked}", priority.get())
        }
        Effect::EnqueueToAgent { agent, queue, priority, park, recovery, .. } => {
            let parks = if *park { " park" } else { "" };
            let recovery = recovery.as_ref().map(|it| format!(" else {it}")).unwrap_or_default();
            format!("to {agent} for {queue} P{}{parks}{recovery}", priority.get())
        }
        Effect::SetPriority { priority } => format!("priority P{}", priority.get()),
        Effect::Escalate { all, .. } => {
            format!("escalate {}", if *all { "all" } else { "next" })
        }
        Effect::QueryQueue { queue, lookback_min, .. } => format!("query {queue} {lookback_min}"),
        Effect::Allocate { counter, weights, .. } => format!("allocate {counter} {weights:?}"),
        Effect::ScreenPop(pop) => {
            format!("pop {:?} {:?} {} {:?}", pop.target, pop.label, pop.url, pop.from_defaults)
        }
        Effect::Disconnect => "disconnect".to_owned(),
        Effect::FlowEnded => "flow ended".to_owned(),
        Effect::EventEnded { event } => format!("{event} ended"),
        Effect::PromptFailed { activity, failure } => {
            format!("prompt failed {activity} {}", failure.code.as_str())
        }
        Effect::Unhandled(it) => {
            let code = it.failure.code.as_str();
            format!("unhandled {} {} {code} {:?}", it.thread, it.activity, it.kept_by)
        }
        Effect::Rescue { failure } => format!("rescue {}", failure.code.as_str()),
    }
}

fn transfer_line(transfer: &Transfer) -> String {
    let headers = transfer.headers.iter().map(|(name, value)| format!(" {name}={value}"));
    let headers: String = headers.collect();
    let shown = transfer.caller_id.as_deref().map(|number| format!(" as {number}"));
    let digits = match transfer.digits.as_str() {
        "" => String::new(),
        digits => format!(" then {digits}"),
    };
    format!(
        "{:?} {} {}{}{digits}{headers}",
        transfer.kind,
        transfer.number,
        transfer.ring_timeout_ms,
        shown.unwrap_or_default(),
    )
}

fn skills_line(skills: &[trunkline_model::routing::SkillRequirement]) -> String {
    skills.iter().map(|it| format!(" {} {:?} {}", it.skill, it.condition, it.value)).collect()
}

pub(crate) fn request_line(request: &Request) -> String {
    let target = match &request.target {
        Target::Connector { id, name, path } => {
            format!("[{id}/{}]{}", name.as_deref().unwrap_or_default(), path.text)
        }
        Target::Url(url) => url.text.clone(),
    };
    let body = match &request.body {
        None => String::new(),
        Some(Body::Text(text)) => format!(" {text}"),
        Some(Body::Form(fields)) => format!(" form {fields:?}"),
        Some(Body::GraphQl { query, variables }) => format!(" graphql {query} {variables}"),
    };
    format!("{} {target}{body}", request.method.as_str())
}

pub(crate) fn prompts_line(prompts: &[Prompt]) -> String {
    let line = |prompt: &Prompt| match prompt {
        Prompt::Audio { file } => format!("[{file}]"),
        Prompt::Speech { text, .. } => text.clone(),
    };
    prompts.iter().map(line).collect::<Vec<_>>().join(" ")
}
