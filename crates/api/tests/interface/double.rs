//! A contact centre that remembers what it was asked and answers by a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;
use trunkline_api::centre::{
    Answer, Centre, ConnectorReport, ConnectorStage, ContactRecord, ContactSearch, InForce,
    PageLink, StageStatus, TryIt,
};
use trunkline_desk::{
    AgentState, Command, DeskView, Direction, Features, FromDesk, Named, PastContact, PastOutcome,
    Reason, Refusal, StateKind, Target, ToDesk,
};
use trunkline_model::{AgentId, ContactId};
use trunkline_settings::Trial;

/// The contact of agent `ann` of team `billing`, and one of `bob` of `sales`.
pub(crate) const ANNS: &str = "contact-of-ann";
pub(crate) const BOBS: &str = "contact-of-bob";

#[derive(Default)]
pub(crate) struct Double {
    asked: Mutex<Asked>,
}

#[derive(Default)]
struct Asked {
    commands: Vec<(AgentId, Command)>,
    searches: Vec<ContactSearch>,
    refusals: VecDeque<Refusal>,
    heard: Vec<FromDesk>,
    pages: Vec<mpsc::Sender<ToDesk>>,
}

impl Double {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// The next command is refused.
    pub(crate) fn refuse(&self, refusal: Refusal) {
        self.asked.lock().unwrap().refusals.push_back(refusal);
    }

    pub(crate) fn take_commands(&self) -> Vec<(AgentId, Command)> {
        std::mem::take(&mut self.asked.lock().unwrap().commands)
    }

    pub(crate) fn take_searches(&self) -> Vec<ContactSearch> {
        std::mem::take(&mut self.asked.lock().unwrap().searches)
    }

    /// The pages that were attached and are there yet.
    pub(crate) fn pages(&self) -> Vec<mpsc::Sender<ToDesk>> {
        let mut asked = self.asked.lock().unwrap();
        asked.pages.retain(|page| !page.is_closed());
        asked.pages.clone()
    }

    /// Lets go of all pages.
    pub(crate) fn let_go(&self) {
        self.asked.lock().unwrap().pages.clear();
    }

    pub(crate) fn heard(&self) -> Vec<FromDesk> {
        self.asked.lock().unwrap().heard.clone()
    }
}

/// The centre's handle on the double: what is asked of it may outlive the question.
pub(crate) struct Scripted {
    pub(crate) double: Arc<Double>,
    /// What may be tried; nothing unless the test says so.
    pub(crate) trial: Option<Arc<dyn TryIt>>,
}

fn ready<T: Send + 'static>(answer: Result<T, Refusal>) -> Answer<T> {
    Box::pin(async move { answer })
}

pub(crate) fn view(seq: u64) -> DeskView {
    let named = |id: &str| Named { id: id.into(), name: id.to_uppercase() };
    DeskView {
        seq,
        server_ms: 1,
        agent: named("ann"),
        teams: vec![named("billing")],
        team: None,
        device: None,
        devices: Vec::new(),
        state: AgentState { kind: StateKind::SignedOut, code: None, since_ms: 0 },
        next: None,
        idle_codes: Vec::new(),
        wrap_up_codes: Vec::new(),
        contact: None,
        queues: Vec::new(),
        outdial: None,
        features: Features { auto_answer: false, may_end_call: true, may_pause_recording: true },
        audio_owner: None,
    }
}

fn past(id: &str) -> PastContact {
    PastContact {
        id: id.into(),
        arrived_ms: 1,
        direction: Direction::Inbound,
        customer_name: None,
        ani: "+14806754111".into(),
        queue: None,
        agent: None,
        talk_ms: 0,
        outcome: PastOutcome::Handled,
        wrap_up: None,
        is_live: false,
    }
}

fn record(id: &str, agent: &str, team: &str) -> ContactRecord {
    ContactRecord {
        contact: past(id),
        entry_point: "Main".into(),
        dnis: "+18005550100".into(),
        flow: "Dip 1".into(),
        agents: vec![agent.into()],
        teams: vec![team.into()],
        trace: vec![serde_json::json!({"t_ms": 0}), serde_json::json!({"t_ms": 5})],
        variables: Vec::new(),
        path: Vec::new(),
    }
}

/// Whose contact it is.
fn owner(contact: &str) -> Option<&'static str> {
    match contact {
        ANNS => Some("ann"),
        BOBS => Some("bob"),
        _ => None,
    }
}

/// The contact that a command is about.
fn subject(command: &Command) -> Option<&str> {
    match command {
        Command::SignIn(_)
        | Command::SignOut
        | Command::SetState(_)
        | Command::ClearNext
        | Command::Outdial { .. } => None,
        Command::Answer { contact }
        | Command::Decline { contact }
        | Command::Hold { contact }
        | Command::Resume { contact }
        | Command::Keys { contact, .. }
        | Command::Consult { contact, .. }
        | Command::Swap { contact }
        | Command::EndConsult { contact }
        | Command::Conference { contact }
        | Command::Drop { contact, .. }
        | Command::Transfer { contact, .. }
        | Command::PauseRecording { contact, .. }
        | Command::Mute { contact, .. }
        | Command::End { contact }
        | Command::Save { contact, .. }
        | Command::Draft { contact, .. }
        | Command::WrapUp { contact, .. }
        | Command::PopShown { contact, .. } => Some(contact),
    }
}

impl Centre for Scripted {
    fn view(&self, _: &AgentId) -> Answer<DeskView> {
        ready(Ok(view(1)))
    }

    fn command(&self, agent: &AgentId, command: Command) -> Answer<()> {
        let mut asked = self.double.asked.lock().unwrap();
        if let Some(refusal) = asked.refusals.pop_front() {
            return ready(Err(refusal));
        }
        if subject(&command).is_some_and(|contact| owner(contact) != Some(agent.as_str())) {
            return ready(Err(Refusal::NotYours));
        }
        asked.commands.push((agent.clone(), command));
        ready(Ok(()))
    }

    fn targets(&self, _: &AgentId, _: &str) -> Answer<Vec<Target>> {
        ready(Ok(Vec::new()))
    }

    fn secure_value(&self, agent: &AgentId, contact: &ContactId, _: &str) -> Answer<String> {
        let is_own = owner(contact.as_str()) == Some(agent.as_str());
        ready(if is_own { Ok("4111 1111".into()) } else { Err(Refusal::NotYours) })
    }

    fn attach(&self, _: &AgentId) -> Answer<PageLink> {
        let (tell, events) = mpsc::channel(64);
        let (say, mut said) = mpsc::channel(64);
        self.double.asked.lock().unwrap().pages.push(tell);
        let double = Arc::clone(&self.double);
        tokio::spawn(async move {
            while let Some(message) = said.recv().await {
                double.asked.lock().unwrap().heard.push(message);
            }
        });
        ready(Ok(PageLink { events, say }))
    }

    fn contacts(&self, search: ContactSearch) -> Answer<Vec<PastContact>> {
        self.double.asked.lock().unwrap().searches.push(search);
        ready(Ok(vec![past(ANNS)]))
    }

    fn contact(&self, contact: &ContactId) -> Answer<ContactRecord> {
        ready(match contact.as_str() {
            ANNS => Ok(record(ANNS, "ann", "billing")),
            BOBS => Ok(record(BOBS, "bob", "sales")),
            _ => Err(Refusal::Unreachable(Reason::NoContact)),
        })
    }

    fn in_force(&self) -> Answer<InForce> {
        ready(Ok(InForce::default()))
    }

    /// Connectors pass whose secret is `right`.
    fn test_connector(&self, trial: Trial) -> Answer<ConnectorReport> {
        let is_right = serde_json::to_string(&trial.connector.auth).unwrap().contains("\"right\"");
        let stage = ConnectorStage {
            stage: "token".into(),
            status: if is_right { StageStatus::Ok } else { StageStatus::Failed },
            duration_ms: 3,
            detail: "asked".into(),
            advice: None,
        };
        ready(Ok(ConnectorReport {
            connector: trial.connector.name,
            base_url: trial.connector.base_url,
            passed: is_right,
            stages: vec![stage],
        }))
    }

    /// WAV files are fine as they are, others are none.
    fn convert_audio(&self, file: Vec<u8>) -> Answer<Vec<u8>> {
        let field = "file".to_owned();
        let refusal = Refusal::Invalid { field, problem: Reason::NotAudio };
        ready(if file.starts_with(b"RIFF") { Ok(file) } else { Err(refusal) })
    }

    /// One file lies beside the `tenant.yaml`.
    fn audio(&self, name: &str) -> Answer<Option<Vec<u8>>> {
        ready(Ok((name == "beside.wav").then(|| b"RIFF beside".to_vec())))
    }

    fn try_it(&self) -> Option<Arc<dyn TryIt>> {
        self.trial.clone()
    }
}
