//! Why an input was refused or a skill requirement left out.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why an input did not fit the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No such agent in the tenant.
    #[error("the tenant has no such agent; add it to `agents` or send a known id")]
    UnknownAgent,
    /// No such queue in the tenant.
    #[error("the tenant has no such queue; add it to `queues` or use the fallback queue")]
    UnknownQueue,
    /// The contact is not waiting, on offer or in a conversation.
    #[error("the contact is not in routing: it never was, or it has left; nothing to do")]
    UnknownContact,
    /// The agent may not sign in to that team, or to any.
    #[error("the agent may not sign in to this team; add the team to the agent's `teams`")]
    NotInTeam,
    /// The agent is not signed in.
    #[error("the agent is not signed in; sign in first")]
    SignedOut,
    /// Another team was chosen while a contact is with the agent.
    #[error("the agent is busy with a contact; change the team when it is finished")]
    AgentBusy,
    /// The agent is neither Available nor Idle, so that nobody can ask for them.
    #[error("the agent is neither Available nor Idle; ask somebody else, or later")]
    AgentNotFree,
    /// The contact is not (or no longer) on offer to this agent.
    #[error("the contact is not on offer to this agent any more; stop ringing")]
    NotOffered,
    /// The agent is not in a conversation with this contact.
    #[error("the agent is not in a conversation with this contact; nothing to hang up")]
    NotConnected,
    /// The agent does not wrap up this contact.
    #[error("the agent is not wrapping up this contact; the wrap-up has ended or never began")]
    NotInWrapUp,
    /// The contact is in a conversation, so it cannot be queued or changed in a queue.
    #[error("the contact is in a conversation with an agent; end that first")]
    ContactConnected,
    /// The queue holds as many contacts as it may.
    #[error("the queue has as many contacts as its `max_active_contacts` allows")]
    QueueFull,
    /// The tenant has no such skill, or it cannot have this value.
    #[error("the agent cannot have these skills: the tenant's `skills` have none of such a value")]
    WrongSkill,
    /// No such team in the tenant.
    #[error("the tenant has no such team; add it to `teams` or send a known id")]
    UnknownTeam,
    /// Wrap-up does not end by itself, or has been extended as often as it may.
    #[error("wrap-up cannot be extended: it has no end, or has been extended {times} times",
        times = crate::limits::MAX_WRAP_UP_EXTENSIONS)]
    NotExtendable,
    /// The queue has no distribution groups, or the contact waits for one agent.
    #[error("the contact is in no distribution group; nothing to escalate")]
    NoGroups,
    /// The domain holds as many contacts as it may.
    #[error("the routing domain is full; let contacts leave or refuse calls earlier")]
    Full,
    /// An id, code or session is longer than allowed.
    #[error("a text is longer than {limit} bytes; shorten it", limit = crate::limits::MAX_TEXT)]
    TextTooLong,
}

/// Why a contact's skill requirements cannot be used (it is then routed without them).
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkillProblem {
    /// The tenant has no such skill.
    #[error("the tenant has no skill `{skill}`; add it to `skills` or correct the flow")]
    UnknownSkill {
        /// The skill's name in the requirement.
        skill: String,
    },
    /// The comparison does not fit the skill's type.
    #[error("skill `{skill}` cannot be compared so: a proficiency takes >= or <=, others IS")]
    WrongCondition {
        /// The skill.
        skill: String,
    },
    /// The value is none that the skill can have.
    #[error("skill `{skill}` cannot have the value `{value}`; correct the flow")]
    WrongValue {
        /// The skill.
        skill: String,
        /// The value in the requirement.
        value: String,
    },
    /// More requirements than a contact may have.
    #[error("a contact may have {limit} skill requirements; ask for fewer",
        limit = crate::limits::MAX_REQUIREMENTS)]
    TooMany,
    /// More different sets of requirements wait than the domain can tell apart quickly.
    #[error("{limit} different sets of skill requirements wait already; use fewer combinations",
        limit = crate::limits::MAX_SKILL_SETS)]
    TooManySets,
}
