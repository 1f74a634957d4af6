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
    /// In a queue by skills: which of the agents who have them.
    #[serde(default)]
    pub selection: AgentSelection,
    /// Call distribution groups: the teams that serve the queue, widening over time.
    #[serde(default)]
    pub groups: Vec<DistributionGroup>,
    /// Agents, by id or name, who serve the queue themselves, whatever team they sign in to; in
    /// place of groups. Their order counts for `linear` and `circular`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<String>,
    /// Answered within this many seconds counts as in service level.
    #[serde(default = "twenty")]
    #[schemars(range(min = 1, max = 86_400))]
    pub service_level_s: u32,
    /// Callers who give up within this many seconds count as short abandoned: they are left out of
    /// the service level. 0 counts all of them.
    #[serde(default = "five")]
    #[schemars(range(max = 300))]
    pub short_abandon_s: u32,
    /// How many contacts may be in the queue at a time: waiting, on offer, or with an agent to
    /// whom it brought them. Any number when left out; what is beyond goes to the fallback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 200_000))]
    pub max_active_contacts: Option<u32>,
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
    /// The wrap-up codes after its contacts, by id or name; all of the tenant's when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wrap_up_codes: Vec<String>,
    /// Whether agents may pause the recording of the queue's conversations, so that card numbers
    /// and the like are not in it.
    #[serde(default = "yes")]
    pub pause_recording: bool,
    /// A paused recording goes on by itself after this many seconds; when left out, when the agent
    /// says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 86_400))]
    pub recording_pause_s: Option<u32>,
}

impl Queue {
    /// A queue that says nothing but what it is called: all teams serve it.
    pub fn named(id: &str, name: &str) -> Self {
        Self {
            id: id.into(),
            name: name.to_owned(),
            routing: RoutingType::default(),
            selection: AgentSelection::default(),
            groups: Vec::new(),
            agents: Vec::new(),
            service_level_s: twenty(),
            short_abandon_s: five(),
            max_active_contacts: None,
            max_time_in_queue_s: a_day(),
            overflow_number: None,
            music: None,
            wrap_up_codes: Vec::new(),
            pause_recording: yes(),
            recording_pause_s: None,
        }
    }
}

fn yes() -> bool {
    true
}

fn twenty() -> u32 {
    20
}

fn five() -> u32 {
    5
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
    /// The agents in turn: whoever comes after the one who was offered the last contact, in the
    /// order of the queue's teams and of `agents`.
    Circular,
    /// The first Available agent from the top, in the order of the queue's teams and of `agents`.
    Linear,
}

/// Which of the agents with the skills that a contact needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentSelection {
    /// The one who has been Available longest.
    #[default]
    LongestAvailable,
    /// The one with the highest sum of the proficiencies that the contact asks for, where one
    /// asked for with "at most" counts as 10 less the agent's; of equals the longest Available.
    BestAvailable,
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
    /// The site that it belongs to, by id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
}

impl Team {
    /// A team that says nothing but what it is called.
    pub fn named(id: &str, name: &str) -> Self {
        Self { id: id.into(), name: name.to_owned(), site: None }
    }
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
    /// The site where the agent works, by id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// How many contacts the agent takes at a time, by id or name of a multimedia profile; the
    /// site's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multimedia_profile: Option<String>,
    /// What the agent's desktop allows, by id or name of a desktop profile; everything when left
    /// out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop_profile: Option<String>,
}

impl Agent {
    /// An agent who says nothing but what they are called: they may sign in to any team.
    pub fn named(id: &str, name: &str) -> Self {
        Self {
            id: id.into(),
            name: name.to_owned(),
            email: String::new(),
            teams: Vec::new(),
            skills: BTreeMap::new(),
            phone: None,
            site: None,
            multimedia_profile: None,
            desktop_profile: None,
        }
    }
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
