//! Queues, teams, agents and skills of a tenant.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, QueueId, TeamId};

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Id, as flows name it.
    #[schemars(length(min = 1))]
    pub id: QueueId,
    /// Name for people.
    #[schemars(length(min = 1))]
    pub name: String,
    /// How an agent is chosen.
    #[serde(default)]
    pub routing: RoutingType,
    /// Call distribution groups: the teams that serve the queue, widening over time.
    #[serde(default)]
    pub groups: Vec<DistributionGroup>,
    /// Answered within this many seconds counts as in service level.
    #[serde(default = "twenty")]
    #[schemars(range(min = 1, max = 86_400))]
    pub service_level_s: u32,
    /// A contact that waited this long leaves the queue for its overflow; Webex's limit of 86,400
    /// seconds when left out.
    #[serde(default = "a_day")]
    #[schemars(range(min = 1, max = 86_400))]
    pub max_time_in_queue_s: u32,
    /// The number to which a contact that waited too long is transferred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overflow_number: Option<String>,
    /// The audio file that is played to waiting contacts when no flow plays anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub music: Option<String>,
}

fn twenty() -> u32 {
    20
}

fn a_day() -> u32 {
    86_400
}

/// How an agent is chosen for a queue's contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoutingType {
    /// The agent who has been Available longest.
    #[default]
    LongestAvailableAgent,
    /// Among agents with the skills that the contact needs.
    SkillsBased,
}

/// A call distribution group: teams that join in serving a queue after some time. Groups are
/// cumulative: the first one's teams go on serving when the second joins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DistributionGroup {
    /// The teams, by id or name.
    pub teams: Vec<String>,
    /// Seconds that a contact waits in this group before the next one joins; 0 joins it at once.
    #[serde(default)]
    #[schemars(range(max = 86_400))]
    pub duration_s: u32,
}

/// A team of agents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Id.
    #[schemars(length(min = 1))]
    pub id: TeamId,
    /// Name for people.
    #[schemars(length(min = 1))]
    pub name: String,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Id.
    #[schemars(length(min = 1))]
    pub id: AgentId,
    /// Name for people.
    #[schemars(length(min = 1))]
    pub name: String,
    /// E-mail address.
    #[serde(default)]
    pub email: String,
    /// Teams that the agent may sign in to, by id or name; the first one unless chosen.
    #[serde(default)]
    pub teams: Vec<String>,
    /// Skills by name: a proficiency 0 to 10, true or false, or a text.
    #[serde(default)]
    pub skills: BTreeMap<String, SkillValue>,
    /// The agent's telephone: a SIP user name or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// A skill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Skill {
    /// The skill's name, as flows and agents use it.
    #[schemars(length(min = 1))]
    pub name: String,
    /// What values it takes.
    #[serde(rename = "type")]
    pub kind: SkillType,
    /// The values of an enumeration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// What values a skill takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkillType {
    /// True or false.
    Boolean,
    /// 0 to 10.
    Proficiency,
    /// Free text.
    Text,
    /// One of the listed values.
    Enum,
}

/// How much of a skill an agent has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum SkillValue {
    /// True or false.
    Boolean(bool),
    /// 0 to 10.
    Proficiency(#[schemars(range(max = 10))] u8),
    /// Text or a listed value.
    Text(String),
}

/// Timers of routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RoutingSettings {
    /// An agent who does not answer within this many seconds is set to RONA and the contact goes
    /// back to its queue (recommended by Webex: 12).
    #[schemars(range(min = 1, max = 600))]
    pub ring_timeout_s: u32,
    /// Wrap-up ends by itself after this many seconds; 0 waits for the agent.
    #[schemars(range(max = 86_400))]
    pub auto_wrap_up_s: u32,
}

impl Default for RoutingSettings {
    fn default() -> Self {
        Self { ring_timeout_s: 12, auto_wrap_up_s: 0 }
    }
}
