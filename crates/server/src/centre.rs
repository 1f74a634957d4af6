//! The contact centre as its interface sees it.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use tokio::sync::oneshot;
use trunkline_api::centre::{
    Answer, Centre, ConnectorReport, ContactRecord, ContactSearch, InForce, PageLink, PhoneLink,
    TryIt,
};
use trunkline_desk::{
    CaseOf, CaseView, Command, DeskView, PastContact, Reason, Refusal, Target, TrialView,
};
use trunkline_model::{AgentId, ContactId};
use trunkline_settings::Trial;

use crate::archive::Archive;
use crate::audio;
use crate::follow::Current;
use crate::switchboard::{DeskEvent, Event, Reply, TrialEvent};
use crate::trial;

/// How long the switchboard may take for an answer.
const LIMIT: Duration = Duration::from_secs(5);

/// Asks the switchboard, and the archive for what is past.
#[derive(Clone)]
pub(crate) struct Asking {
    pub(crate) events: Sender<Event>,
    pub(crate) archive: Archive,
    pub(crate) current: Current,
    /// Whether it may be tried from its pages.
    pub(crate) may_be_tried: bool,
}

impl Asking {
    /// Sends a question at once; the answer comes when the switchboard has time.
    fn ask<T: Send + 'static>(&self, question: impl FnOnce(Reply<T>) -> DeskEvent) -> Answer<T> {
        self.put(|reply| Event::Desk(question(reply)))
    }

    fn put<T: Send + 'static>(&self, question: impl FnOnce(Reply<T>) -> Event) -> Answer<T> {
        let (reply, answer) = oneshot::channel();
        let sent = self.events.send(question(reply));
        Box::pin(async move {
            let gone = || Refusal::Unavailable(Reason::Stopping);
            sent.map_err(|_| gone())?;
            match tokio::time::timeout(LIMIT, answer).await {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Err(gone()),
                Err(_) => Err(Refusal::Unavailable(Reason::TooBusy)),
            }
        })
    }
}

impl Centre for Asking {
    fn view(&self, agent: &AgentId) -> Answer<DeskView> {
        let view = self.ask(|reply| DeskEvent::View { agent: agent.clone(), reply });
        Box::pin(async move { view.await.map(|view| *view) })
    }

    fn command(&self, agent: &AgentId, command: Command) -> Answer<()> {
        let (agent, command) = (agent.clone(), Box::new(command));
        self.ask(|reply| DeskEvent::Command { agent, command, reply })
    }

    fn targets(&self, agent: &AgentId, search: &str) -> Answer<Vec<Target>> {
        let (agent, search) = (agent.clone(), search.to_owned());
        self.ask(|reply| DeskEvent::Targets { agent, search, reply })
    }

    fn secure_value(&self, agent: &AgentId, contact: &ContactId, variable: &str) -> Answer<String> {
        let (agent, contact) = (agent.clone(), contact.clone());
        let variable = variable.to_owned();
        self.ask(|reply| DeskEvent::Secure { agent, contact, variable, reply })
    }

    fn attach(&self, agent: &AgentId) -> Answer<PageLink> {
        self.ask(|reply| DeskEvent::Attach { agent: agent.clone(), reply })
    }

    fn contacts(&self, search: ContactSearch) -> Answer<Vec<PastContact>> {
        let asked = search.clone();
        let live = self.ask(|reply| DeskEvent::Live { search: asked, reply });
        let archive = self.archive.clone();
        Box::pin(async move { archive.search(search, live.await?).await })
    }

    fn contact(&self, contact: &ContactId) -> Answer<ContactRecord> {
        let contact = contact.clone();
        let asked = contact.clone();
        let live = self.ask(|reply| DeskEvent::LiveEntry { contact: asked, reply });
        let archive = self.archive.clone();
        Box::pin(async move { archive.record(contact, live.await?).await })
    }

    fn in_force(&self) -> Answer<InForce> {
        let in_force = self.current.in_force();
        Box::pin(async move { Ok(in_force) })
    }

    fn test_connector(&self, trial: Trial) -> Answer<ConnectorReport> {
        let setup = self.current.setup();
        Box::pin(async move { Ok(trial::report(trial, &setup).await) })
    }

    fn convert_audio(&self, file: Vec<u8>) -> Answer<Vec<u8>> {
        Box::pin(audio::convert(file))
    }

    fn audio(&self, name: &str) -> Answer<Option<Vec<u8>>> {
        Box::pin(audio::wav(self.current.library(), name.to_owned()))
    }

    fn try_it(&self) -> Option<Arc<dyn TryIt>> {
        self.may_be_tried.then(|| Arc::new(self.clone()) as Arc<dyn TryIt>)
    }
}

impl TryIt for Asking {
    fn view(&self) -> Answer<TrialView> {
        self.put(|reply| Event::Trial(TrialEvent::View { reply }))
    }

    fn phone(&self) -> Answer<PhoneLink> {
        self.put(|reply| Event::Trial(TrialEvent::Open { reply }))
    }

    fn speak(&self, text: &str) -> Answer<Vec<u8>> {
        let text = text.to_owned();
        self.put(|reply| Event::Trial(TrialEvent::Speak { text, reply }))
    }

    fn case(&self, of: CaseOf) -> Answer<Option<CaseView>> {
        self.put(|reply| Event::Trial(TrialEvent::Case { of, reply }))
    }
}
