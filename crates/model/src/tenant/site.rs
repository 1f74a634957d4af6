//! Sites, and how many contacts agents take at a time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Agent, Tenant};

/// A place where agents work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Id.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Name for people.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The multimedia profile of its agents who have none of their own, by id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multimedia_profile: Option<String>,
}

/// How many contacts of each channel an agent takes at a time. Voice is the only channel yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MultimediaProfile {
    /// Id.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Name for people.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Calls: 1, or 0 for an agent whom queues offer none.
    #[serde(default = "one")]
    #[schemars(range(max = 1))]
    pub voice: u8,
}

fn one() -> u8 {
    1
}

impl Tenant {
    /// The agent's multimedia profile: their own, or else their site's.
    pub fn multimedia_profile(&self, agent: &Agent) -> Option<&MultimediaProfile> {
        let of_site = || {
            let site = agent.site.as_deref()?;
            let site = self.sites.iter().find(|it| it.id == site || it.name == site)?;
            site.multimedia_profile.as_deref()
        };
        let name = agent.multimedia_profile.as_deref().or_else(of_site)?;
        self.multimedia_profiles.iter().find(|it| it.id == name || it.name == name)
    }

    /// Whether queues may offer the agent calls.
    pub fn takes_voice(&self, agent: &Agent) -> bool {
        self.multimedia_profile(agent).is_none_or(|it| it.voice > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_takes_calls_unless_a_profile_says_otherwise() {
        let tenant: Tenant = serde_json::from_value(serde_json::json!({
            "multimedia_profiles": [{ "id": "none", "name": "No calls", "voice": 0 },
                                    { "id": "calls", "name": "Calls" }],
            "sites": [{ "id": "s", "name": "South", "multimedia_profile": "none" }],
            "agents": [
                { "id": "a", "name": "A" },
                { "id": "b", "name": "B", "site": "South" },
                { "id": "c", "name": "C", "site": "s", "multimedia_profile": "Calls" },
            ],
        }))
        .unwrap();
        let takes: Vec<_> = tenant.agents.iter().map(|it| tenant.takes_voice(it)).collect();
        assert_eq!(takes, [true, false, true]);
    }
}
