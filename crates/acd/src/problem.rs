//! What is odd in a tenant's routing configuration. None of it stops the domain.

use thiserror::Error;

/// Something in the tenant that routing had to leave out or replace.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// A distribution group names a team that is not there.
    #[error("queue `{queue}` names the unknown team `{team}`; correct it or add the team")]
    UnknownTeamOfQueue {
        /// The queue's id.
        queue: String,
        /// The name that was not found.
        team: String,
    },
    /// A queue names an agent who is not there.
    #[error("queue `{queue}` names the unknown agent `{agent}`; correct it or add the agent")]
    UnknownAgentOfQueue {
        /// The queue's id.
        queue: String,
        /// The name that was not found.
        agent: String,
    },
    /// An agent names a team that is not there.
    #[error("agent `{agent}` names the unknown team `{team}`; correct it or add the team")]
    UnknownTeamOfAgent {
        /// The agent's id.
        agent: String,
        /// The name that was not found.
        team: String,
    },
    /// An agent has a skill that the tenant does not declare.
    #[error("agent `{agent}` has the undeclared skill `{skill}`; add it to `skills`")]
    UnknownSkill {
        /// The agent's id.
        agent: String,
        /// The skill's name.
        skill: String,
    },
    /// An agent's skill has a value of another type, or outside its range.
    #[error("agent `{agent}` has a value of skill `{skill}` that the skill cannot have")]
    WrongSkillValue {
        /// The agent's id.
        agent: String,
        /// The skill's name.
        skill: String,
    },
    /// Two things of one kind share an id; the first is used.
    #[error("the {kind} id `{id}` is there twice; the first one is used")]
    DuplicateId {
        /// `queue`, `team` or `agent`.
        kind: &'static str,
        /// The id.
        id: String,
    },
    /// A time is outside its range.
    #[error("{what} must be 1 to {max} seconds; {used} is used")]
    TimeOutOfRange {
        /// Which setting, with its queue.
        what: String,
        /// The upper bound, in seconds.
        max: u32,
        /// What is used instead, in seconds.
        used: u32,
    },
    /// More of something than a domain takes.
    #[error("more than {limit} {what}; the rest are left out")]
    TooMany {
        /// What there is too much of.
        what: String,
        /// The limit.
        limit: usize,
    },
}
