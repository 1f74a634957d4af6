//! What a running flow may look things up in: the tenant's configuration and its flows.

use std::collections::BTreeMap;
use std::sync::Arc;

use trunkline_model::EntryPointId;
use trunkline_model::tenant::{EntryPoint, Tenant};

use crate::flow::{Flow, FlowKind};

/// A tenant and its flows, fixed for as long as a contact lives.
#[derive(Debug, Default)]
pub struct Site {
    /// The tenant's configuration.
    pub tenant: Tenant,
    flows: Vec<Arc<Flow>>,
    /// Where entry points have another version of their flow than the first: its place.
    versions: BTreeMap<EntryPointId, usize>,
}

impl Site {
    /// A site with these flows. Of several versions of one flow the first is the one that other
    /// flows find.
    pub fn new(tenant: Tenant, flows: Vec<Arc<Flow>>) -> Self {
        Self { tenant, flows, versions: BTreeMap::new() }
    }

    /// The same, but these entry points run the flows at these places, whatever they name: other
    /// versions of their flows (decision 12).
    #[must_use]
    pub fn with_versions(self, versions: BTreeMap<EntryPointId, usize>) -> Self {
        Self { versions, ..self }
    }

    /// Which entry points run the flow at which place, where that is not what they name.
    pub fn versions(&self) -> &BTreeMap<EntryPointId, usize> {
        &self.versions
    }

    /// Whether any flow has secure variables.
    pub fn has_secure_variables(&self) -> bool {
        self.flows.iter().any(|flow| flow.has_secure_variables)
    }

    /// All flows.
    pub fn flows(&self) -> &[Arc<Flow>] {
        &self.flows
    }

    /// The flow with this id, or else with this name: ids change on import, names stay.
    pub fn flow(&self, id: &str, name: &str) -> Option<&Arc<Flow>> {
        self.find(FlowKind::Flow, id, name)
    }

    /// The subflow with this id, or else with this name.
    pub fn subflow(&self, id: &str, name: &str) -> Option<&Arc<Flow>> {
        self.find(FlowKind::Subflow, id, name)
    }

    fn find(&self, kind: FlowKind, id: &str, name: &str) -> Option<&Arc<Flow>> {
        let mut of_kind = self.flows.iter().filter(|flow| flow.kind == kind);
        let by_id = of_kind.clone().find(|flow| !id.is_empty() && flow.id.as_str() == id);
        by_id.or_else(|| of_kind.find(|flow| !name.is_empty() && flow.name == name))
    }

    /// The flow that an entry point names, by name, id, or file name without its ending, in the
    /// version that it runs.
    pub fn flow_of(&self, entry_point: &EntryPoint) -> Option<&Arc<Flow>> {
        if let Some(place) = self.versions.get(&entry_point.id) {
            return self.flows.get(*place);
        }
        let wanted = entry_point.flow.as_str();
        let stem = wanted.rsplit('/').next().unwrap_or(wanted);
        let stem = stem.strip_suffix(".json").unwrap_or(stem);
        self.flow(wanted, wanted).or_else(|| self.flow("", stem))
    }
}
