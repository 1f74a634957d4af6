//! Which dialled number leads where.

use std::collections::HashMap;

use trunkline_acd::AgentChoice;
use trunkline_model::EntryPointId;
use trunkline_model::tenant::Tenant;

/// Where a call goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// To the flow of an entry point.
    EntryPoint { id: EntryPointId, allows_anonymous: bool },
    /// An agent's phone sets the agent's state (decision 25).
    AgentState(AgentChoice),
    /// Nowhere.
    Unknown,
}

/// The tenant's numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct DialPlan {
    entry_points: HashMap<String, (EntryPointId, bool)>,
}

impl DialPlan {
    /// Numbers in E.164 as `tenant.yaml` lists them; an entry point's id leads to it as well, so
    /// that a phone without a number plan can dial it.
    pub(crate) fn new(tenant: &Tenant) -> Self {
        let mut entry_points = HashMap::new();
        for point in &tenant.entry_points {
            let target = (point.id.clone(), point.allow_anonymous);
            for number in &point.dnis {
                entry_points.entry(number.clone()).or_insert_with(|| target.clone());
            }
            entry_points.entry(point.id.as_str().to_owned()).or_insert(target);
        }
        Self { entry_points }
    }

    /// Where a dialled number leads: as normalised first, then as it was dialled.
    pub(crate) fn find(&self, dnis: &str, received: &str, is_phone: bool) -> Destination {
        match received {
            "*1" if is_phone => return Destination::AgentState(AgentChoice::Available),
            "*0" if is_phone => {
                let code = "Phone".to_owned();
                return Destination::AgentState(AgentChoice::Idle { code });
            }
            _ => {}
        }
        let found = self.entry_points.get(dnis).or_else(|| self.entry_points.get(received));
        found.map_or(Destination::Unknown, |(id, allows_anonymous)| Destination::EntryPoint {
            id: id.clone(),
            allows_anonymous: *allows_anonymous,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trunkline_model::tenant::EntryPoint;

    fn plan() -> DialPlan {
        let point: EntryPoint = serde_json::from_value(serde_json::json!({
            "id": "main", "name": "Main", "flow": "f", "dnis": ["+12025550100"],
            "allow_anonymous": true,
        }))
        .unwrap();
        DialPlan::new(&Tenant { entry_points: vec![point], ..Tenant::default() })
    }

    #[test]
    fn numbers_and_ids_lead_to_entry_points() {
        let main =
            Destination::EntryPoint { id: EntryPointId::new("main"), allows_anonymous: true };
        assert_eq!(plan().find("+12025550100", "2025550100", false), main);
        assert_eq!(plan().find("main", "main", false), main);
        assert_eq!(plan().find("+1999", "+1999", false), Destination::Unknown);
    }

    #[test]
    fn service_codes_are_for_phones() {
        let available = Destination::AgentState(AgentChoice::Available);
        assert_eq!(plan().find("*1", "*1", true), available);
        assert_eq!(plan().find("*1", "*1", false), Destination::Unknown);
        assert!(matches!(plan().find("*0", "*0", true), Destination::AgentState(_)));
    }
}
