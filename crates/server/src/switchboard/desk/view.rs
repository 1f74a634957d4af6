//! Everything that a desktop shows at a moment.

use trunkline_acd::NextState;
use trunkline_desk::{AgentState, Choice, Code, DeskView, Device, Features, Named, Outdial};
use trunkline_model::AgentId;
use trunkline_model::tenant::desktop::Code as TenantCode;
use trunkline_model::tenant::{Agent, Queue, Tenant};

use super::super::Switchboard;
use super::super::parties::about;
use super::announce::shown_code;
use super::teams::teams_of;

impl Switchboard {
    /// What the agent's desktop shows; its number and time are set when it is sent. None for an
    /// agent that the tenant does not have.
    pub(super) fn view_of(&mut self, agent: &AgentId) -> Option<DeskView> {
        let contact = self.contact_view(agent);
        let may_pause_recording = self.may_pause_recording(agent);
        let site = self.exchange.site().clone();
        let tenant = &site.tenant;
        let known = tenant.agent(agent.as_str())?;
        let wrap_up_codes = self.wrap_up_codes(agent);
        let devices = self.devices_of(agent);
        let routed = self.exchange.routing().agent_view(agent);
        let has_phone = self.devices.phone_of(agent).is_some();
        let desktop = self.desks.desktop_mut(agent);
        let is_in = desktop.state.kind != trunkline_desk::StateKind::SignedOut;
        let teams = teams_of(tenant, known);
        let seat = desktop.seat.as_ref();
        let team = match seat {
            Some(seat) => teams.iter().find(|team| team.id == seat.team.as_str()).cloned(),
            None if is_in => teams.first().cloned(),
            None => None,
        };
        // Who works with a phone alone has no seat (decision 25).
        let device = seat.map(|seat| seat.device);
        let device = device.or((is_in && has_phone).then_some(Device::SipPhone));
        if desktop.queues.is_empty()
            && let Some(team) = &team
        {
            desktop.queues = idle_queues(tenant, &team.id);
        }
        Some(DeskView {
            seq: desktop.seq,
            server_ms: 0,
            agent: Named { id: agent.to_string(), name: known.name.clone() },
            team,
            teams,
            device,
            devices,
            state: AgentState {
                since_ms: routed.as_ref().map_or(0, |it| it.since_ms),
                ..desktop.state.clone()
            },
            next: routed.and_then(|it| it.next).and_then(choice),
            idle_codes: codes(tenant.idle_codes_of(known)),
            wrap_up_codes: codes(wrap_up_codes),
            contact,
            queues: if is_in { desktop.queues.clone() } else { Vec::new() },
            outdial: outdial(tenant, known).filter(|_| self.outbound_trunk.is_some()),
            features: Features { may_pause_recording, ..features(tenant, known) },
            audio_owner: desktop.audio_page().and_then(|page| page.tab.clone()),
        })
    }

    /// Whether the queue of the agent's contact lets them pause its recording.
    fn may_pause_recording(&self, agent: &AgentId) -> bool {
        let task = self.desks.task(agent);
        let contact = task.and_then(|task| self.exchange.contact(&about(&task.contact)));
        contact.is_none_or(|contact| contact.lets_recordings_pause())
    }

    fn devices_of(&self, agent: &AgentId) -> Vec<Device> {
        let browser = self.desks.settings.has_browsers.then_some(Device::Browser);
        let phone = self.devices.phone_of(agent).map(|_| Device::SipPhone);
        browser.into_iter().chain(phone).collect()
    }
}

/// A choice for after the contact, if it is one of the agent's own.
fn choice(next: NextState) -> Option<Choice> {
    match next {
        NextState::Available => Some(Choice::Available),
        NextState::Idle { code } => Some(Choice::Idle { code: shown_code(&code) }),
        NextState::SignedOut => None,
    }
}

/// Whether agents of a team serve a queue.
pub(super) fn serves(tenant: &Tenant, team: &str, queue: &Queue) -> bool {
    if queue.groups.is_empty() {
        return true;
    }
    let mut names = queue.groups.iter().flat_map(|group| &group.teams);
    names.any(|name| tenant.team(name).is_some_and(|it| it.id.as_str() == team))
}

/// The queues of a team before anybody has looked at their figures.
fn idle_queues(tenant: &Tenant, team: &str) -> Vec<trunkline_desk::QueueFigures> {
    let queues = tenant.queues.iter().filter(|queue| serves(tenant, team, queue));
    let idle = |queue: &Queue| trunkline_desk::QueueFigures {
        id: queue.id.to_string(),
        name: queue.name.clone(),
        waiting: 0,
        longest_since_ms: None,
    };
    queues.map(idle).collect()
}

fn codes(codes: Vec<TenantCode>) -> Vec<Code> {
    let chosen = codes.iter().position(|code| code.default).unwrap_or(0);
    let shown = |(place, code): (usize, TenantCode)| Code {
        id: code.id,
        name: code.name,
        is_default: place == chosen,
    };
    codes.into_iter().enumerate().map(shown).collect()
}

fn outdial(tenant: &Tenant, agent: &Agent) -> Option<Outdial> {
    let profile = tenant.desktop_profile(agent).filter(|profile| profile.outdial)?;
    let anis = profile.outdial_anis.iter();
    let anis = anis.map(|ani| Named { id: ani.number.clone(), name: ani.name.clone() });
    Some(Outdial { anis: anis.collect() })
}

fn features(tenant: &Tenant, agent: &Agent) -> Features {
    let profile = tenant.desktop_profile(agent);
    Features {
        auto_answer: profile.is_some_and(|profile| profile.auto_answer),
        may_end_call: true,
        may_pause_recording: true,
    }
}
