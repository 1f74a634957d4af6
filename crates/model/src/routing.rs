//! Words between a contact and the queues: priorities, skills, queue figures, agent details.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, QueueId, TeamId};

/// A contact's priority in a queue: 1 is the highest, 10 the lowest and the default (Webex: P1 to
/// P9, anything else is 10).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Priority(u8);

impl Priority {
    /// The lowest priority, which a contact has unless its flow says otherwise.
    pub const LOWEST: Priority = Priority(10);

    /// P1 to P9; every other number is the lowest priority, as in Webex.
    pub fn new(number: i64) -> Self {
        match u8::try_from(number) {
            Ok(level @ 1..=9) => Self(level),
            Ok(_) | Err(_) => Self::LOWEST,
        }
    }

    /// The number, 1 to 10.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for Priority {
    fn default() -> Self {
        Self::LOWEST
    }
}

/// How a skill of an agent is compared with what a contact needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkillCondition {
    /// Text, boolean or enumeration: the same value.
    Is,
    /// Text, boolean or enumeration: another value.
    IsNot,
    /// Proficiency of at least this.
    AtLeast,
    /// Proficiency of at most this.
    AtMost,
}

/// One skill that a contact needs. All of a contact's requirements must be met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SkillRequirement {
    /// The skill's name or id.
    pub skill: String,
    /// The comparison.
    pub condition: SkillCondition,
    /// The value to compare with, as text (`8`, `true`, `gold`).
    pub value: String,
}

/// What a contact needs from some time on, in place of what it needed before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Relaxation {
    /// Seconds after the former requirements began to count.
    pub after_s: u32,
    /// The new requirements; none takes any agent.
    pub skills: Vec<SkillRequirement>,
}

/// What the queues answer to a contact that asked for something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoutingReply {
    /// The distribution groups after an escalation.
    Groups {
        /// The group that serves the contact now, 1 is the first; earlier ones go on serving.
        current: u32,
        /// How many groups the queue has.
        total: u32,
    },
    /// What became of a contact that was queued to an agent.
    ToAgent(ToAgent),
    /// The contact waits in no queue.
    NotQueued,
    /// The contact's queue has no distribution groups.
    NoGroups,
}

/// What became of a contact that was queued to an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToAgent {
    /// Where the contact is now, or why it is where it was before.
    pub outcome: ToAgentOutcome,
    /// What the agent was doing.
    pub agent: AgentSeen,
    /// The queue that the contact is in now; none when it is in none.
    pub queue: Option<QueueId>,
}

/// Where a contact is that was queued to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToAgentOutcome {
    /// The agent is being rung.
    Reserved,
    /// It waits for the agent.
    Parked,
    /// The agent does not take contacts now: it waits in the recovery queue.
    Recovery,
    /// Nowhere else: the agent is Idle or set to RONA.
    Unavailable,
    /// Nowhere else: a contact keeps the agent.
    Busy,
    /// Nowhere else: the agent is not signed in.
    NotSignedIn,
    /// Nowhere else: there is no such agent.
    UnknownAgent,
    /// Nowhere else: there is no such queue.
    UnknownQueue,
    /// Nowhere else: an agent has the contact.
    Connected,
}

/// What an agent was doing, as Queue To Agent tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentSeen {
    /// There is no such agent, or they are not signed in.
    NotThere,
    /// Available, or with a contact.
    Available,
    /// Idle, or set to RONA.
    Idle {
        /// The idle code.
        code: String,
    },
}

/// Who answered or was offered a contact, as event outputs show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgentDetails {
    /// The agent.
    pub id: AgentId,
    /// Display name.
    pub name: String,
    /// E-mail address; empty when the tenant has none.
    pub email: String,
    /// The agent's desktop session; unique per sign-in.
    pub session_id: String,
    /// The team that the agent is signed in to.
    pub team_id: TeamId,
    /// That team's name.
    pub team_name: String,
    /// The queue that the contact came through.
    pub queue_id: QueueId,
    /// That queue's name.
    pub queue_name: String,
}

/// A queue's figures at one moment, as the activity `queue-lookup` (Get Queue Info) gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QueueFigures {
    /// The contact's place, 1 is next; for a contact that is not in the queue, waiting + 1.
    pub position: u32,
    /// Estimated wait in milliseconds; none while there is too little data.
    pub estimated_wait_ms: Option<u64>,
    /// Agents signed in to the contact's current distribution groups.
    pub logged_on_agents_current: u32,
    /// Agents signed in to any group of the queue.
    pub logged_on_agents_all: u32,
    /// Agents of the current groups who are Available.
    pub available_agents_current: u32,
    /// Agents of any group who are Available.
    pub available_agents_all: u32,
    /// Contacts waiting now.
    pub calls_queued_now: u32,
    /// How long the oldest of them has waited, in milliseconds.
    pub oldest_call_ms: u64,
    /// The contact's current distribution group, 1 is the first; 0 when not queued.
    pub current_group: u32,
    /// How many groups the queue has.
    pub total_groups: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_one_to_nine_are_the_lowest_priority() {
        for (number, level) in [(1, 1), (9, 9), (10, 10), (0, 10), (-3, 10), (300, 10)] {
            assert_eq!(Priority::new(number).get(), level);
        }
    }
}
