//! The variables and outputs of one running flow or subflow.

use std::sync::Arc;

use trunkline_expr::Value;
use trunkline_model::tenant::Tenant;

use crate::flow::{Flow, VariableSource};
use crate::outputs::Outputs;
use crate::read::default_value;

use super::secrets::Secrets;

/// A variable's present value.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) value: Value<'static>,
    /// Whether an activity, the agent or a caller of this subflow has set it.
    pub(super) is_set: bool,
}

// Values may be secret (decision 20), so Debug does not show them.
impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_set { "set" } else { "default" })
    }
}

/// The state of one flow in a contact.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) flow: Arc<Flow>,
    pub(super) slots: Vec<Slot>,
    pub(super) outputs: Vec<Outputs>,
    pub(super) visits: Vec<u32>,
}

impl Scope {
    pub(super) fn new(flow: Arc<Flow>, tenant: &Tenant) -> Self {
        let slots = flow.variables.iter().map(|variable| Slot {
            value: match variable.source {
                VariableSource::Global => global(variable, tenant),
                VariableSource::Local
                | VariableSource::SubflowInput
                | VariableSource::SubflowOutput => variable.default.clone(),
            },
            is_set: false,
        });
        Self {
            slots: slots.collect(),
            outputs: vec![Outputs::NONE; flow.nodes.len()],
            visits: vec![0; flow.nodes.len()],
            flow,
        }
    }

    /// Remembers the values of secure variables, which no trace may show.
    pub(super) fn add_secrets(&self, secrets: &mut Secrets) {
        for (variable, slot) in self.flow.variables.iter().zip(&self.slots) {
            if variable.is_secure {
                secrets.add_value(&slot.value);
            }
        }
    }
}

/// The tenant's value of a global variable; the export's own where the tenant has none.
fn global(variable: &crate::flow::Variable, tenant: &Tenant) -> Value<'static> {
    let configured = tenant.variables.iter().find(|global| *global.name == *variable.name);
    let value = configured.map(|global| default_value(variable.kind, global.value.as_deref()));
    value.and_then(Result::ok).unwrap_or_else(|| variable.default.clone())
}
