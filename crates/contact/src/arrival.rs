//! How a contact arrives: numbers, entry point, and the outputs of its start activity.

use serde::{Deserialize, Serialize};
use trunkline_expr::Value;
use trunkline_flow::{Flow, outputs::Outputs};
use trunkline_model::number::normalise;
use trunkline_model::tenant::{EntryPoint, Tenant};
use trunkline_model::{ContactId, EntryPointId, Failure};

use crate::outdial::Outdial;

/// A call as it arrives at an entry point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The contact's id.
    pub contact: ContactId,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// The calling number as received.
    pub ani_received: String,
    /// The dialled number as received.
    pub dnis_received: String,
    /// The entry point.
    pub entry_point: EntryPointId,
    /// `X-` headers of the call, names in lower case, at most 20 and 1,000 bytes in all.
    pub headers: Vec<(String, String)>,
    /// Set for a contact in place of one over which the program made a mistake: its flow does not
    /// start, and the caller goes to the fallback destination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rescue: Option<Box<Failure>>,
    /// Set for a call that an agent makes: the DNIS is the number, the ANI what it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outdial: Option<Box<Outdial>>,
}

/// Why a call cannot become a contact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArrivalError {
    /// The tenant has no such entry point.
    #[error("the tenant has no entry point {0:?}; add it under `entry_points:` in tenant.yaml")]
    EntryPoint(EntryPointId),
    /// The entry point's flow is not loaded.
    #[error(
        "the entry point {entry_point} runs the flow {flow:?}, but no flow of that name is loaded; \
         name its export under `flows:` in tenant.yaml"
    )]
    Flow {
        /// The entry point's name.
        entry_point: String,
        /// The flow that it names.
        flow: String,
    },
}

impl Arrival {
    /// The calling number as the flow sees it.
    pub fn ani(&self, tenant: &Tenant) -> String {
        normalise(&self.ani_received, &tenant.numbers)
    }

    /// The dialled number as the flow sees it.
    pub fn dnis(&self, tenant: &Tenant) -> String {
        normalise(&self.dnis_received, &tenant.numbers)
    }

    /// The outputs of the start activity.
    pub(crate) fn outputs(&self, tenant: &Tenant, entry: &EntryPoint, flow: &Flow) -> Outputs {
        let text = |text: &str| Value::from(text.to_owned());
        let org = flow.export().get("orgId").as_text().unwrap_or_default();
        Outputs::NONE
            .with("ANI", self.ani(tenant))
            .with("DNIS", self.dnis(tenant))
            .with("InteractionId", text(self.contact.as_str()))
            .with("EntryPointId", text(entry.id.as_str()))
            .with("PSTNRegion", text(""))
            .with("FlowId", text(flow.id.as_str()))
            .with("FlowVersionLabel", text(&entry.label))
            .with("OrgId", text(org))
            .with("Headers", header_map(&self.headers))
            .with("CallbackType", text(""))
            .with("CallbackReason", text(""))
            .with("ScheduleSourceInteractionId", text(""))
    }
}

fn header_map(headers: &[(String, String)]) -> Value<'static> {
    if headers.is_empty() {
        return Value::from_json("{}").unwrap_or(Value::Null);
    }
    let map: std::collections::BTreeMap<_, _> = headers.iter().cloned().collect();
    let text = serde_json::to_string(&map).unwrap_or_default();
    Value::from_json(&text).unwrap_or(Value::Null)
}
