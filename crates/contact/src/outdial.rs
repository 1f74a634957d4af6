//! Calls that agents make: the agent's device first, then the number.
//!
//! The entry point's main flow does not run, since nobody arrives at it; its event flows do. The
//! contact's caller is the one who is called, its calling number the one that they are shown.

use serde::{Deserialize, Serialize};
use trunkline_acd::OfferEnd;
use trunkline_model::AgentId;
use trunkline_model::call::TransferOutcome;
use trunkline_model::routing::AgentDetails;

use crate::contact::{Contact, Phase};
use crate::conversation::{Arrangement, Party};
use crate::output::Output;
use crate::steps;

/// A call that an agent makes. The number is the arrival's DNIS, what it is shown the ANI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outdial {
    /// Who calls.
    pub agent: AgentId,
}

impl Contact {
    pub(crate) fn begin_outdial(&mut self, outdial: &Outdial) {
        // There is no call that could be answered.
        self.is_answered = true;
        self.phase = Phase::Calling { id: None };
        self.run.set_with_agent(true);
        let agent = outdial.agent.clone();
        self.want(Output::Ask { consult: None, agent, queue: None, is_own: true });
    }

    /// The agent's own device has answered: now the number is called.
    pub(crate) fn agent_is_there(&mut self, agent: AgentDetails) {
        self.step(|contact| steps::answered(contact, &agent));
        self.begin_work(&agent.id);
        let alone = vec![Party::Agent(agent.id.clone())];
        self.spoke_with = Some(agent.clone());
        self.agent = Some(agent);
        let number = self.arrival.dnis_received.clone();
        let shown = Some(self.arrival.ani_received.clone()).filter(|shown| !shown.is_empty());
        let id = self.dial(&number, shown, ("OUTDIAL", "Customer"));
        self.phase = Phase::Calling { id: Some(id) };
        let arrangement = Arrangement { alone, rings: true, ..Arrangement::default() };
        self.want(Output::Arrange(arrangement));
    }

    /// Something became of the call to the number. Gives whether it was that.
    pub(crate) fn number_called(&mut self, id: u32, outcome: &TransferOutcome) -> bool {
        if self.phase != (Phase::Calling { id: Some(id) }) {
            return false;
        }
        let Some(agent) = self.agent.as_ref().map(|agent| agent.id.clone()) else { return false };
        if *outcome == TransferOutcome::Connected {
            self.begin_talk(agent);
            self.arranged = None;
            self.step(|_| steps::plain("outdial_answered"));
            self.arrange();
            return true;
        }
        if let Some(failure) = outcome.failure() {
            self.step(|_| steps::failed("outdial_failed", &failure));
        }
        self.call_over();
        true
    }

    /// The agent did not take the call that they wanted to make.
    pub(crate) fn outdial_not_begun(&mut self, agent: &AgentId, reason: OfferEnd) {
        self.step(|_| steps::offer_ended(agent, reason));
        self.call_over();
    }
}
