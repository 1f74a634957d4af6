//! Faults that tests switch on, one at a time, to prove that the model notices each of them.
//!
//! Each breaks a single rule. In the program they are constants, and so nothing at all.

/// A rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Contacts have no priority.
    IgnorePriority,
    /// Contacts have no enqueue time.
    IgnoreEnqueueTime,
    /// Contacts that joined together go by the last id first.
    IgnoreId,
    /// Every agent meets every requirement.
    IgnoreSkills,
    /// All groups serve at once.
    IgnoreGroups,
    /// Groups never join.
    NeverWiden,
    /// Idle agents are offered contacts.
    OfferToIdle,
    /// Requirements are never relaxed.
    IgnoreRelaxations,
    /// A contact on offer waits on.
    DoubleOffer,
    /// A contact whose offer ended is forgotten.
    LoseOnRequeue,
    /// A contact whose offer ended goes to the end.
    RequeueAtTheEnd,
    /// The worst of the available agents.
    WorstAvailable,
    /// The shortest available agent.
    ShortestAvailable,
    /// Linear queues take the longest available agent.
    LinearByTime,
    /// Circular queues begin at the top.
    CircularFromTheTop,
    /// A contact that waits for one agent comes after those of queues.
    ParkedLast,
    /// Nobody goes to a recovery queue.
    NoRecovery,
    /// Nobody waits too long.
    NoTimeout,
    /// An agent who did not answer is Available.
    RonaAvailable,
    /// A changed priority counts from the next queue on.
    PriorityLater,
    /// Changed requirements count from the next queue on.
    SkillsLater,
    /// An agent whose contact left goes to the end.
    PlaceLost,
    /// A choice of a busy agent is forgotten.
    PendingForgotten,
    /// Groups are never skipped.
    IgnoreAvailability,
    /// A contact goes back to its queue for ever.
    ReturnForEver,
    /// An agent's new skills count from the next sign-in on.
    AgentSkillsLater,
    /// Full queues take more.
    IgnoreMaximum,
    /// Nobody is left to wrap up.
    SkipWrapUp,
}

/// All of them.
#[cfg(test)]
pub(crate) const ALL: [Fault; 28] = [
    Fault::IgnorePriority,
    Fault::IgnoreEnqueueTime,
    Fault::IgnoreId,
    Fault::IgnoreSkills,
    Fault::IgnoreGroups,
    Fault::NeverWiden,
    Fault::OfferToIdle,
    Fault::IgnoreRelaxations,
    Fault::DoubleOffer,
    Fault::LoseOnRequeue,
    Fault::RequeueAtTheEnd,
    Fault::WorstAvailable,
    Fault::ShortestAvailable,
    Fault::LinearByTime,
    Fault::CircularFromTheTop,
    Fault::ParkedLast,
    Fault::NoRecovery,
    Fault::NoTimeout,
    Fault::RonaAvailable,
    Fault::PriorityLater,
    Fault::SkillsLater,
    Fault::PlaceLost,
    Fault::PendingForgotten,
    Fault::IgnoreAvailability,
    Fault::ReturnForEver,
    Fault::AgentSkillsLater,
    Fault::IgnoreMaximum,
    Fault::SkipWrapUp,
];

#[cfg(test)]
thread_local! {
    static PRESENT: std::cell::Cell<Option<Fault>> = const { std::cell::Cell::new(None) };
}

/// Breaks a rule in this thread, or none any more.
#[cfg(test)]
pub(crate) fn switch(fault: Option<Fault>) {
    PRESENT.set(fault);
}

/// Whether this rule is broken.
#[cfg(test)]
pub(crate) fn has(fault: Fault) -> bool {
    PRESENT.get() == Some(fault)
}

/// Whether this rule is broken: never.
#[cfg(not(test))]
pub(crate) const fn has(_: Fault) -> bool {
    false
}
