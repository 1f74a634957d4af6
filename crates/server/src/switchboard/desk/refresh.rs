//! Sends what has changed to the pages that show it.

use std::collections::HashMap;

use trunkline_api::centre::ContactSearch;
use trunkline_desk::{DeskView, PastContact, PathStep, QueueFigures, Refusal, ToDesk};
use trunkline_model::{AgentId, ContactId};

use super::super::{Event, Switchboard};
use super::desktop::{Desktop, PageId};
use super::dossier::PathState;
use super::event::DeskEvent;

/// How often desktops without pages are looked after.
const TICK_MS: i64 = 1_000;

/// How often the figures of queues are sent, if they have changed: they do with each call, and
/// all agents of a queue see them.
const FIGURES_EVERY_TICKS: i64 = 2;

/// What a contact did is read again no sooner than this after the last time, in milliseconds:
/// that is a replay of its journal.
const PATH_REST_MS: i64 = 3_000;

/// Contacts that go on in an answer.
const MAX_LIVE: usize = 200;

impl Switchboard {
    /// What is due by time alone.
    pub(in super::super) fn tick_desks(&mut self) {
        if self.now_ms < self.desks.next_tick_ms {
            return;
        }
        self.desks.next_tick_ms = self.now_ms + TICK_MS;
        self.look_after_vanished();
        for agent in std::mem::take(&mut self.desks.path_later) {
            self.ask_for_path(&agent);
        }
        if (self.now_ms / TICK_MS) % FIGURES_EVERY_TICKS == 0 {
            self.new_figures();
        }
    }

    /// Makes the views of agents anew who may see something else now, and sends those that differ.
    pub(in super::super) fn refresh_desks(&mut self) {
        if self.desks.dirty.is_empty() {
            return;
        }
        for agent in std::mem::take(&mut self.desks.dirty) {
            let has_pages =
                self.desks.desktop(&agent).is_some_and(|desktop| !desktop.pages.is_empty());
            if !has_pages {
                continue;
            }
            self.ask_for_path(&agent);
            self.show(&agent);
        }
    }

    /// Sends the view if it differs from the last one.
    fn show(&mut self, agent: &AgentId) {
        let Some(mut view) = self.view_of(agent) else { return };
        let now_ms = self.now_ms;
        let desktop = self.desks.desktop_mut(agent);
        if desktop.shown.as_deref().is_some_and(|shown| is_same(shown, &view)) {
            return;
        }
        desktop.seq += 1;
        (view.seq, view.server_ms) = (desktop.seq, now_ms);
        let view = Box::new(view);
        desktop.tell(&ToDesk::View { view: view.clone() });
        desktop.shown = Some(view);
    }

    /// Sends a page what the others show.
    pub(super) fn show_at(&mut self, agent: &AgentId, page: PageId) {
        let Ok(view) = self.desk_view_for(agent) else { return };
        if let Some(page) = self.desks.desktop_mut(agent).page_mut(page) {
            // One that does not read is let go with the next view.
            let _ = page.tell.try_send(ToDesk::View { view });
        }
    }

    pub(super) fn desk_view_for(&mut self, agent: &AgentId) -> Result<Box<DeskView>, Refusal> {
        let mut view = self.view_of(agent).ok_or(Refusal::NoAgent)?;
        view.seq = self.desks.desktop(agent).map_or(0, |desktop| desktop.seq);
        view.server_ms = self.now_ms;
        Ok(Box::new(view))
    }

    /// Has the steps of the agent's contact read, if something has happened: now or a little later.
    fn ask_for_path(&mut self, agent: &AgentId) {
        let Some(contact) = self.desks.task(agent).map(|task| task.contact.clone()) else { return };
        let now_ms = self.now_ms;
        let Some(dossier) = self.desks.dossiers.get_mut(&contact) else { return };
        match dossier.path_state {
            PathState::Asked { .. } | PathState::Fresh => return,
            PathState::Old if now_ms < dossier.path_rest_until_ms => {
                self.desks.path_later.insert(agent.clone());
                return;
            }
            PathState::Old => {}
        }
        dossier.path_state = PathState::Asked { again: false };
        dossier.path_rest_until_ms = now_ms + PATH_REST_MS;
        let events = self.io.events.clone();
        let of = contact.clone();
        self.desks.archive.path(contact, move |path| {
            let _ = events.send(Event::Desk(DeskEvent::Path { contact: of, path }));
        });
    }

    pub(super) fn path_made(&mut self, contact: &ContactId, path: Vec<PathStep>) {
        let Some(dossier) = self.desks.dossiers.get_mut(contact) else { return };
        let is_old = dossier.path_state == PathState::Asked { again: true };
        dossier.path_state = if is_old { PathState::Old } else { PathState::Fresh };
        dossier.path = path;
        let agents = self.desks.at.get(contact).cloned().unwrap_or_default();
        self.desks.dirty.extend(agents);
    }

    /// The figures of queues, once for all desktops that show them.
    fn new_figures(&mut self) {
        let shows = |desktop: &Desktop| desktop.seat.is_some() && !desktop.pages.is_empty();
        if !self.desks.desktops.values().any(shows) {
            return;
        }
        let routing = self.exchange.routing();
        let tenant = &self.exchange.site().tenant;
        let mut by_id: HashMap<&str, QueueFigures> = HashMap::new();
        for queue in &tenant.queues {
            let figures = routing.figures(self.now_ms, &queue.id, None);
            let oldest_ms = figures.as_ref().map_or(0, |it| it.oldest_call_ms);
            let waiting = routing.waiting(&queue.id) as u64;
            let since_ms = self.now_ms.saturating_sub_unsigned(oldest_ms);
            let (id, name) = (queue.id.to_string(), queue.name.clone());
            let longest_since_ms = (waiting > 0).then_some(since_ms);
            let figures = QueueFigures { id, name, waiting, longest_since_ms };
            by_id.insert(queue.id.as_str(), figures);
        }
        let of_team = |team: &str| -> Vec<QueueFigures> {
            let queues =
                tenant.queues.iter().filter(|queue| super::view::serves(tenant, team, queue));
            queues.filter_map(|queue| by_id.get(queue.id.as_str()).cloned()).collect()
        };
        let mut by_team: HashMap<String, Vec<QueueFigures>> = HashMap::new();
        for (agent, desktop) in self.desks.desktops.iter_mut().filter(|(_, it)| shows(it)) {
            let Some(seat) = &desktop.seat else { continue };
            let team = seat.team.as_str();
            let figures = by_team.entry(team.to_owned()).or_insert_with(|| of_team(team));
            if desktop.queues != *figures {
                desktop.queues.clone_from(figures);
                self.desks.dirty.insert(agent.clone());
            }
        }
    }

    pub(super) fn live(&self, search: &ContactSearch) -> Vec<PastContact> {
        let mut found: Vec<PastContact> = Vec::new();
        let entries = self.desks.entries.values().filter(|entry| entry.fits(search));
        for entry in entries {
            found.push(entry.line(search.agent.as_ref()));
        }
        found.sort_by(|a, b| (b.arrived_ms, &b.id).cmp(&(a.arrived_ms, &a.id)));
        found.truncate(search.limit.clamp(1, MAX_LIVE));
        found
    }
}

/// Whether two views show the same; when they were made does not matter.
fn is_same(one: &DeskView, other: &DeskView) -> bool {
    // The cheapest first: most differ in the state or in the contact.
    one.state == other.state
        && one.contact == other.contact
        && one.next == other.next
        && one.queues == other.queues
        && one.audio_owner == other.audio_owner
        && one.device == other.device
        && one.team == other.team
        && one.devices == other.devices
        && one.teams == other.teams
        && one.idle_codes == other.idle_codes
        && one.wrap_up_codes == other.wrap_up_codes
        && one.outdial == other.outdial
        && one.features == other.features
        && one.agent == other.agent
}
