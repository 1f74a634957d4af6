//! Pages: they come, say what they have to say, and go.

use tokio::sync::mpsc;
use trunkline_api::centre::PageLink;
use trunkline_desk::{Elsewhere, FromDesk, Gone, Quality, Refusal, ToDesk};
use trunkline_model::AgentId;

use super::super::{Event, Switchboard};
use super::desktop::{Page, PageId, browser_of};
use super::event::{DeskEvent, Reply};

/// So many messages may wait for a page, and from it.
const MAX_WAITING: usize = 64;

/// Pages that an agent may have open.
const MAX_PAGES: usize = 16;

/// The longest name of a tab, in bytes.
const MAX_TAB: usize = 128;

impl Switchboard {
    pub(super) fn attach(&mut self, agent: &AgentId, reply: Reply<PageLink>) {
        // Whoever asked may be gone; then the link's end is the page's.
        let _ = reply.send(self.attached(agent));
    }

    fn attached(&mut self, agent: &AgentId) -> Result<PageLink, Refusal> {
        if self.exchange.site().tenant.agent(agent.as_str()).is_none() {
            return Err(Refusal::NoAgent);
        }
        let open = self.desks.desktop(agent).map_or(0, |desktop| desktop.pages.len());
        if open >= MAX_PAGES {
            let text = format!("you have {MAX_PAGES} pages open already; close some of them");
            return Err(Refusal::Unavailable(text.into()));
        }
        self.desks.last_page += 1;
        let id = PageId(self.desks.last_page);
        let (tell, events) = mpsc::channel(MAX_WAITING);
        let (say, said) = mpsc::channel(MAX_WAITING);
        self.listen_to_page(agent.clone(), id, said);
        let page = Page { id, tab: None, is_outside: false, tell };
        self.desks.desktop_mut(agent).pages.push(page);
        Ok(PageLink { events, say })
    }

    fn listen_to_page(&self, agent: AgentId, page: PageId, mut said: mpsc::Receiver<FromDesk>) {
        let events = self.io.events.clone();
        self.io.runtime.spawn(async move {
            while let Some(message) = said.recv().await {
                let (agent, message) = (agent.clone(), Box::new(message));
                let event = DeskEvent::Said { agent, page, message };
                if events.send(Event::Desk(event)).is_err() {
                    return;
                }
            }
            let _ = events.send(Event::Desk(DeskEvent::Left { agent, page }));
        });
    }

    pub(super) fn page_said(&mut self, agent: &AgentId, page: PageId, message: FromDesk) {
        let desktop = self.desks.desktop_mut(agent);
        let Some(known) = desktop.page_mut(page) else { return };
        if let FromDesk::Hello { tab, seen, wants_audio } = message {
            if tab.len() > MAX_TAB {
                let code = "bad-tab".to_owned();
                let text = format!("a tab's name has at most {MAX_TAB} bytes");
                let _ = known.tell.try_send(ToDesk::Refused { code, text });
                return;
            }
            return self.page_hello(agent, page, &tab, seen, wants_audio);
        }
        if matches!(message, FromDesk::Ping) {
            let server_ms = self.now_ms;
            // One that does not read is let go with the next view.
            let _ = known.tell.try_send(ToDesk::Pong { server_ms });
            return;
        }
        if known.is_outside || known.tab.is_none() {
            return;
        }
        match message {
            FromDesk::Hello { .. } | FromDesk::Ping => {}
            FromDesk::ClaimAudio => self.claim_audio(agent, page),
            FromDesk::AudioAnswer { leg, sdp } => self.audio_answered(agent, page, &leg, &sdp),
            FromDesk::AudioFailed { leg, why } => self.audio_failed(agent, &leg, &why),
            FromDesk::Quality { leg, quality } => note_quality(agent, &leg, quality),
        }
    }

    fn page_hello(
        &mut self,
        agent: &AgentId,
        id: PageId,
        tab: &str,
        seen: Option<u64>,
        wants_audio: bool,
    ) {
        self.sit_again(agent, tab);
        let elsewhere = self.elsewhere(agent, tab);
        let desktop = self.desks.desktop_mut(agent);
        let Some(page) = desktop.page_mut(id) else { return };
        page.tab = Some(tab.to_owned());
        page.is_outside = elsewhere.is_some();
        if let Some(elsewhere) = elsewhere {
            let why = Gone::Elsewhere { elsewhere };
            let _ = page.tell.try_send(ToDesk::SignedOut { why });
            return;
        }
        desktop.gone_since_ms = None;
        desktop.is_given_up = false;
        let has_owner = desktop.audio_page().is_some();
        if wants_audio && !has_owner {
            desktop.audio = Some(tab.to_owned());
        }
        let owns_audio = desktop.audio.as_deref() == Some(tab);
        if seen.is_none_or(|seen| seen != desktop.seq) {
            self.show_at(agent, id);
        }
        self.pops_again(agent, id);
        if owns_audio {
            self.suspect_page(agent, false);
            self.audio_again(agent, seen.is_none());
        }
        self.desks.mark(agent);
    }

    /// The desktop that a tab is not part of.
    pub(super) fn elsewhere(&self, agent: &AgentId, tab: &str) -> Option<Elsewhere> {
        let desktop = self.desks.desktop(agent)?;
        let seat = desktop.seat.as_ref().filter(|seat| seat.browser != browser_of(tab))?;
        let talking = desktop.task.as_ref().filter(|task| task.ended_ms.is_none());
        Some(Elsewhere {
            label: seat.label.clone(),
            since_ms: seat.since_ms,
            talking_since_ms: talking.and_then(|task| task.answered_ms),
        })
    }

    pub(super) fn page_left(&mut self, agent: &AgentId, id: PageId) {
        let now_ms = self.now_ms;
        let desktop = self.desks.desktop_mut(agent);
        desktop.pages.retain(|page| page.id != id);
        let is_alone = !desktop.pages.iter().any(|page| !page.is_outside);
        if is_alone && desktop.seat.is_some() {
            desktop.gone_since_ms.get_or_insert(now_ms);
        }
        // The audio stays that tab's: it may come back. Another takes it by asking for it.
        if desktop.audio_page().is_none() {
            self.suspect_page(agent, true);
        }
        self.desks.mark(agent);
    }

    /// The audio goes to this page's tab.
    fn claim_audio(&mut self, agent: &AgentId, id: PageId) {
        let desktop = self.desks.desktop_mut(agent);
        let Some(tab) = desktop.page_mut(id).and_then(|page| page.tab.clone()) else { return };
        if desktop.audio.as_ref() == Some(&tab) {
            return;
        }
        desktop.audio = Some(tab);
        self.audio_again(agent, true);
        self.desks.mark(agent);
    }
}

fn note_quality(agent: &AgentId, leg: &str, quality: Quality) {
    let Quality { round_trip_ms, jitter_ms, loss_percent } = quality;
    tracing::debug!(%agent, leg, round_trip_ms, jitter_ms, loss_percent, "audio at the browser");
}
