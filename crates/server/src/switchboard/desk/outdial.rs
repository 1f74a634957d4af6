//! An agent calls a number: their phone rings first, or their page answers by itself; then the
//! number is called.

use trunkline_acd::AgentState;
use trunkline_contact::{Arrival, Outdial};
use trunkline_desk::{Reason, Refusal};
use trunkline_exchange::Input;
use trunkline_model::tenant::EntryPoint;
use trunkline_model::{AgentId, ContactId};

use super::super::Switchboard;

/// The most characters of a number as typed.
const MAX_NUMBER: usize = 64;

impl Switchboard {
    pub(super) fn desk_outdial(
        &mut self,
        agent: &AgentId,
        number: &str,
        shown: Option<&str>,
    ) -> Result<(), Refusal> {
        match self.exchange.routing().agent_state(agent) {
            Some(AgentState::Idle { .. } | AgentState::Available { .. }) => {}
            Some(AgentState::SignedOut) | None => return Err(Refusal::SignedOut),
            Some(
                AgentState::Reserved { .. }
                | AgentState::Engaged { .. }
                | AgentState::WrapUp { .. }
                | AgentState::Rona,
            ) => return Err(Refusal::NotNow(Reason::ContactFirst)),
        }
        let site = self.exchange.site().clone();
        let is_short = number.chars().count() <= MAX_NUMBER;
        let dialled = Some(number).filter(|_| is_short);
        let dialled = dialled.and_then(|number| trunkline_contact::dialled(&site.tenant, number));
        let dialled = dialled.ok_or_else(|| Refusal::Invalid {
            field: "number".to_owned(),
            problem: Reason::WrongNumber,
        })?;
        let known = site.tenant.agent(agent.as_str()).ok_or(Refusal::NoAgent)?;
        let profile = site.tenant.desktop_profile(known).filter(|profile| profile.outdial);
        let profile = profile.ok_or(Refusal::NotNow(Reason::NoOutdial))?;
        let anis = &profile.outdial_anis;
        let ani = match shown {
            None => anis.first(),
            Some(id) => Some(anis.iter().find(|it| it.number == id).ok_or_else(|| {
                Refusal::Invalid { field: "ani".to_owned(), problem: Reason::WrongAni }
            })?),
        };
        let point = entry_point(&site.tenant.entry_points, ani.map(|ani| ani.number.as_str()));
        let point = point.ok_or(Refusal::Unavailable(Reason::NoEntryPoint))?;
        let arrival = Arrival {
            contact: ContactId::new(uuid::Uuid::now_v7().to_string()),
            at_ms: self.now_ms,
            ani_received: ani.map(|ani| ani.number.clone()).unwrap_or_default(),
            dnis_received: dialled,
            entry_point: point.id.clone(),
            headers: Vec::new(),
            rescue: None,
            outdial: Some(Box::new(Outdial { agent: agent.clone() })),
        };
        self.begin_outdial(arrival)
    }

    fn begin_outdial(&mut self, arrival: Arrival) -> Result<(), Refusal> {
        let contact = arrival.contact.clone();
        self.arrived.push(contact);
        self.io.metrics.contact_begun();
        self.note_arrival(&arrival);
        let input = Input::Arrived(Box::new(arrival));
        let begun = self.exchange.handle(self.now_ms, input, &mut self.scribe);
        begun.map_err(|error| Refusal::Unavailable(error.to_string().into()))
    }
}

/// The entry point whose number is shown, or else the first.
fn entry_point<'a>(points: &'a [EntryPoint], shown: Option<&str>) -> Option<&'a EntryPoint> {
    let is_its = |point: &&EntryPoint| {
        shown.is_some_and(|shown| point.dnis.iter().any(|number| number == shown))
    };
    points.iter().find(is_its).or_else(|| points.first())
}
