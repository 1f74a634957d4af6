//! What a contact carries across releases: a snapshot, which is read whatever the semantics.
//!
//! Replay needs the very program that wrote a journal. After an upgrade that changed what inputs
//! lead to, a contact that was cut off goes on from here instead: its call is over, its variables
//! are those of the snapshot, and its ContactEnded runs (decision 21).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use trunkline_flow::Site;
use trunkline_flow::run::ContactEvent;
use trunkline_model::FlowId;
use trunkline_model::routing::AgentDetails;

use crate::arrival::{Arrival, ArrivalError};
use crate::contact::{AfterCall, Contact, Phase};

/// A contact at some moment, in terms that every release understands. Fields are only ever added,
/// with a default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// How the contact arrived.
    pub arrival: Arrival,
    /// The flow that the contact is in; go-to may have changed it.
    pub flow: SavedFlow,
    /// That flow's variables, in its order.
    #[serde(default)]
    pub variables: Vec<SavedVariable>,
    /// The agent who talks, or talked last.
    #[serde(default)]
    pub agent: Option<AgentDetails>,
    /// Whether ContactEnded had begun.
    #[serde(default)]
    pub contact_ended_begun: bool,
}

/// Which flow a contact is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFlow {
    /// Its id.
    pub id: FlowId,
    /// Its name, by which it is found where the id is not known.
    pub name: String,
    /// Its revision number.
    pub version: i64,
}

/// A variable with its value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedVariable {
    /// The name; its case counts.
    pub name: String,
    /// The value as text, JSON for documents; none where the variable has no value.
    pub text: Option<String>,
    /// Whether somebody set it; if not, it is a default (decision 2).
    pub is_set: bool,
    /// Whether it is secure: then it is given to secure variables alone.
    #[serde(default)]
    pub is_secure: bool,
}

// Values may be secret (decision 20), so Debug does not show them.
impl std::fmt::Debug for SavedVariable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("SavedVariable");
        shown.field("name", &self.name).field("is_set", &self.is_set).finish_non_exhaustive()
    }
}

/// Ids of effects begin here in a contact that goes on from a snapshot: those of the contact
/// before it are far below, and an idempotency key made of one must not come again for something
/// else. Whoever goes on once more from the same snapshot uses the same ids, and the same keys.
const FIRST_ID: u32 = 1 << 30;

impl Contact {
    /// The contact as another release can take it over.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let flow = self.run.flow();
        let variables = self.run.variables().map(|(variable, text, is_set)| SavedVariable {
            name: variable.name.to_string(),
            text,
            is_set,
            is_secure: variable.is_secure,
        });
        Snapshot {
            arrival: self.arrival.clone(),
            flow: SavedFlow { id: flow.id.clone(), name: flow.name.clone(), version: flow.version },
            variables: variables.collect(),
            agent: self.spoke_with.clone(),
            contact_ended_begun: self.after_call != AfterCall::NotBegun,
        }
    }

    /// The contact of a snapshot. Its call is over; it runs ContactEnded, perhaps once more, when
    /// it is given [`Input::Recovered`](crate::Input::Recovered). What cannot be taken over is a
    /// warning in its trace.
    ///
    /// # Errors
    /// As [`Contact::arrive`].
    pub fn from_snapshot(
        site: &Arc<Site>,
        arrival: &Arrival,
        snapshot: &Snapshot,
        now_ms: i64,
        is_traced: bool,
    ) -> Result<Self, ArrivalError> {
        let saved = &snapshot.flow;
        let flow = site.flow(saved.id.as_str(), &saved.name);
        let mut contact = Self::in_flow(site, arrival, flow, is_traced)?;
        let mut warnings = Vec::new();
        let present = contact.run.flow();
        if flow.is_none() || present.version != saved.version {
            warnings.push(format!(
                "the contact was in the flow {} version {}; it goes on in {} version {}",
                saved.name, saved.version, present.name, present.version
            ));
        }
        for variable in &snapshot.variables {
            if let Err(problem) = contact.restore(variable) {
                let name = &variable.name;
                warnings.push(format!("the variable {name} has its default: {problem}"));
            }
        }
        contact.spoke_with = snapshot.agent.clone();
        contact.agent = snapshot.agent.clone();
        if snapshot.contact_ended_begun {
            let text = "ContactEnded had begun and runs again: what it sends may come twice";
            warnings.push(text.to_owned());
        }
        contact.end_call(now_ms, warnings);
        Ok(contact)
    }

    /// The contact of a journal that has no snapshot: like [`Contact::from_snapshot`], with all
    /// variables at their defaults and no agent.
    ///
    /// # Errors
    /// As [`Contact::arrive`].
    pub fn without_snapshot(
        site: &Arc<Site>,
        arrival: &Arrival,
        now_ms: i64,
        is_traced: bool,
    ) -> Result<Self, ArrivalError> {
        let mut contact = Self::in_flow(site, arrival, None, is_traced)?;
        let text = "the journal holds no snapshot: all variables have their defaults";
        contact.end_call(now_ms, vec![text.to_owned()]);
        Ok(contact)
    }

    fn restore(&mut self, saved: &SavedVariable) -> Result<(), String> {
        // Where it is not secure any more, the trace would show it.
        if saved.is_secure && !self.run.is_secure(&saved.name) {
            return Err("it was secure and is not any more".to_owned());
        }
        self.run.restore_variable(&saved.name, saved.text.as_deref(), saved.is_set)
    }

    fn end_call(&mut self, now_ms: i64, warnings: Vec<String>) {
        self.now_ms = now_ms;
        self.phase = Phase::Over;
        self.run.number_from(FIRST_ID);
        self.run.caller_gone(now_ms, false);
        self.step(|_| ContactEvent { what: "recovered", warnings, ..ContactEvent::default() });
    }
}
