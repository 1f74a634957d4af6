//! A page of a desktop: what it is shown, what it says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use trunkline_desk::{
    Choice, Command, ContactView, DeskView, Device, FromDesk, Gone, Phase, Pop, Refusal, SignIn,
    StateKind, ToDesk, Variables, WrapUpAction,
};
use trunkline_model::AgentId;

use crate::browser::Browser;
use crate::centre::Centre;
use crate::ear::LIMIT;

/// What a page says that may not use its microphone.
pub(crate) const NO_MICROPHONE: f64 = 0.0;

/// A page.
pub(crate) struct Page {
    centre: Arc<dyn trunkline_api::centre::Centre>,
    agent: AgentId,
    tab: String,
    say: mpsc::Sender<FromDesk>,
    view: watch::Receiver<Option<DeskView>>,
    seen: Arc<Mutex<Seen>>,
    reading: tokio::task::JoinHandle<()>,
}

/// What else it was told.
#[derive(Default)]
struct Seen {
    pops: Vec<Pop>,
    gone: Option<Gone>,
    audio: Option<Arc<Browser>>,
    offers: usize,
    ends: usize,
}

impl Page {
    /// Opens a page in a tab, says hello, and waits for the first view.
    pub(crate) async fn open(centre: &Centre, agent: &str, tab: &str, says_hz: f64) -> Self {
        Self::attach(centre, agent, tab, None, says_hz).await
    }

    /// A page that was there before comes back; it has seen this view.
    pub(crate) async fn attach(
        centre: &Centre,
        agent: &str,
        tab: &str,
        seen: Option<u64>,
        says_hz: f64,
    ) -> Self {
        let centre = centre.server.as_ref().unwrap().centre();
        let agent = AgentId::new(agent);
        let link = centre.attach(&agent).await.unwrap();
        let (shown, view) = watch::channel(None);
        let (told, say) = (Arc::<Mutex<Seen>>::default(), link.say);
        let reading = read(link.events, say.clone(), shown, told.clone(), says_hz);
        let reading = tokio::spawn(reading);
        let tab = tab.to_owned();
        let hello = FromDesk::Hello { tab: tab.clone(), seen, wants_audio: true };
        say.send(hello).await.unwrap();
        Self { centre, agent, tab, say, view, seen: told, reading }
    }

    pub(crate) async fn say(&self, message: FromDesk) {
        self.say.send(message).await.unwrap();
    }

    pub(crate) async fn command(&self, command: Command) -> Result<(), Refusal> {
        timeout(LIMIT, self.centre.command(&self.agent, command)).await.unwrap()
    }

    pub(crate) async fn sign_in(&self, device: Device) -> Result<(), Refusal> {
        self.sign_in_as(device, false).await
    }

    pub(crate) async fn sign_in_as(&self, device: Device, take_over: bool) -> Result<(), Refusal> {
        let (team, tab) = (None, self.tab.clone());
        let label = format!("Test, {}", self.tab);
        self.command(Command::SignIn(SignIn { team, device, tab, label, take_over })).await
    }

    /// Signs in and is Available.
    pub(crate) async fn available(&self, device: Device) {
        self.sign_in(device).await.unwrap();
        self.until("the audio is here", |view| view.audio_owner.is_some()).await;
        self.command(Command::SetState(Choice::Available)).await.unwrap();
        // Somebody may wait already.
        self.until("not Idle any more", |view| view.state.kind != StateKind::Idle).await;
    }

    /// The newest view.
    pub(crate) fn view(&self) -> DeskView {
        self.view.borrow().clone().unwrap()
    }

    /// Waits for a view of which this holds.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&DeskView) -> bool) -> DeskView {
        let mut view = self.view.clone();
        let found = view.wait_for(|view| view.as_ref().is_some_and(&holds));
        match timeout(LIMIT, found).await {
            Ok(found) => found.unwrap().clone().unwrap(),
            Err(_) => panic!("not: {what}: {:#?}", self.view.borrow()),
        }
    }

    pub(crate) async fn state(&self, kind: StateKind) -> DeskView {
        self.until(&format!("{kind:?}"), |view| view.state.kind == kind).await
    }

    /// Waits until the contact is in this phase.
    pub(crate) async fn phase(&self, phase: Phase) -> ContactView {
        let is_it = |view: &DeskView| view.contact.as_ref().is_some_and(|it| it.phase == phase);
        self.until(&format!("{phase:?}"), is_it).await.contact.unwrap()
    }

    /// The contact's id.
    pub(crate) fn contact(&self) -> String {
        self.view().contact.unwrap().id
    }

    pub(crate) async fn answer(&self) -> ContactView {
        let contact = self.phase(Phase::Offered).await.id;
        self.command(Command::Answer { contact }).await.unwrap();
        self.phase(Phase::Talking).await
    }

    pub(crate) async fn save(&self, name: &str, value: &str) -> Result<(), Refusal> {
        let version = self.view().contact.unwrap().variables_version;
        self.save_on(version, name, value, false).await
    }

    pub(crate) async fn save_on(
        &self,
        version: u64,
        name: &str,
        value: &str,
        overwrite: bool,
    ) -> Result<(), Refusal> {
        let values = vec![(name.to_owned(), value.to_owned())];
        let variables = Variables { version, values, overwrite };
        self.command(Command::Save { contact: self.contact(), variables }).await
    }

    pub(crate) async fn draft(&self, name: &str, value: &str) {
        let values = vec![(name.to_owned(), value.to_owned())];
        let contact = self.contact();
        self.command(Command::Draft { contact, values }).await.unwrap();
    }

    pub(crate) async fn wrapped_up(&self, code: Option<&str>) -> Result<(), Refusal> {
        let action = WrapUpAction::Done { code: code.map(str::to_owned) };
        self.command(Command::WrapUp { contact: self.contact(), action }).await
    }

    /// Wraps up as soon as the conversation is over.
    pub(crate) async fn wrapped_up_after(&self) {
        self.phase(Phase::WrapUp).await;
        self.wrapped_up(None).await.unwrap();
    }

    /// The audio that was connected last.
    pub(crate) async fn audio(&self) -> Arc<Browser> {
        let until = tokio::time::Instant::now() + LIMIT;
        loop {
            let audio = self.seen.lock().unwrap().audio.clone();
            if let Some(audio) = audio.filter(|audio| audio.is_connected()) {
                return audio;
            }
            assert!(tokio::time::Instant::now() < until, "no audio");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How many offers and ends of audio came.
    pub(crate) fn audio_counts(&self) -> (usize, usize) {
        let seen = self.seen.lock().unwrap();
        (seen.offers, seen.ends)
    }

    pub(crate) fn pops(&self) -> Vec<Pop> {
        self.seen.lock().unwrap().pops.clone()
    }

    /// Waits until the page is told that the desktop is not the agent's any more.
    pub(crate) async fn gone(&self) -> Gone {
        let until = tokio::time::Instant::now() + LIMIT;
        loop {
            let gone = self.seen.lock().unwrap().gone.clone();
            if let Some(gone) = gone {
                return gone;
            }
            assert!(tokio::time::Instant::now() < until, "still here: {:?}", self.view());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The page goes, without a word: its connection and its audio break off.
    pub(crate) fn vanish(self) {
        self.reading.abort();
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

async fn read(
    mut events: mpsc::Receiver<ToDesk>,
    say: mpsc::Sender<FromDesk>,
    shown: watch::Sender<Option<DeskView>>,
    told: Arc<Mutex<Seen>>,
    says_hz: f64,
) {
    while let Some(event) = events.recv().await {
        match event {
            ToDesk::View { view } => drop(shown.send(Some(*view))),
            ToDesk::Pop { pop } => told.lock().unwrap().pops.push(pop),
            ToDesk::SignedOut { why } => told.lock().unwrap().gone = Some(why),
            ToDesk::AudioOffer { leg, .. } if says_hz == NO_MICROPHONE => {
                let why = "NotAllowedError: Permission denied".to_owned();
                let _ = say.send(FromDesk::AudioFailed { leg, why }).await;
            }
            ToDesk::AudioOffer { leg, sdp } => {
                let (browser, answer) = Browser::answer(&sdp, says_hz);
                {
                    let mut told = told.lock().unwrap();
                    told.audio = Some(Arc::new(browser));
                    told.offers += 1;
                }
                let _ = say.send(FromDesk::AudioAnswer { leg, sdp: answer }).await;
            }
            ToDesk::AudioEnd { .. } => {
                let mut told = told.lock().unwrap();
                told.audio = None;
                told.ends += 1;
            }
            ToDesk::Refused { .. } | ToDesk::Pong { .. } => {}
        }
    }
}
