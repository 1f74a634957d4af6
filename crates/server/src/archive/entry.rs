//! A contact's line in lists of contacts of the past.

use trunkline_api::centre::ContactSearch;
use trunkline_desk::{Direction, PastContact, PastOutcome};
use trunkline_model::{AgentId, ContactId, TeamId};

/// What is kept of a contact when it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: ContactId,
    pub(crate) arrived_ms: i64,
    pub(crate) direction: Direction,
    pub(crate) customer_name: Option<String>,
    pub(crate) ani: String,
    pub(crate) dnis: String,
    /// The entry point's name.
    pub(crate) entry_point: String,
    /// The flow's name and version.
    pub(crate) flow: String,
    /// The last queue's name.
    pub(crate) queue: Option<String>,
    /// Everybody to whom it was offered, in the order of their first offer.
    pub(crate) agents: Vec<Seen>,
    /// The name of the last agent who answered.
    pub(crate) agent: Option<String>,
    /// How long agents and the caller talked, in milliseconds.
    pub(crate) talk_ms: i64,
    pub(crate) outcome: PastOutcome,
    /// The wrap-up code's name.
    pub(crate) wrap_up: Option<String>,
    /// Whether it goes on.
    pub(crate) is_live: bool,
    /// Whether it comes from an earlier run, which may have kept more of it.
    pub(crate) is_partial: bool,
}

/// An agent to whom a contact was offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) agent: AgentId,
    pub(crate) team: TeamId,
    /// Whether they answered.
    pub(crate) talked: bool,
}

impl Entry {
    /// Notes that it was offered to an agent, or that they answered.
    pub(crate) fn saw(&mut self, agent: &AgentId, team: &TeamId, talked: bool) {
        match self.agents.iter_mut().find(|it| it.agent == *agent) {
            Some(seen) => {
                seen.talked |= talked;
                seen.team.clone_from(team);
            }
            None => {
                let (agent, team) = (agent.clone(), team.clone());
                self.agents.push(Seen { agent, team, talked });
            }
        }
    }

    /// Whether a search is meant to find it.
    pub(crate) fn fits(&self, search: &ContactSearch) -> bool {
        let by_agent = search
            .agent
            .as_ref()
            .is_none_or(|agent| self.agents.iter().any(|seen| seen.agent == *agent));
        let by_team = search.teams.as_ref().is_none_or(|teams| {
            let is_one = |seen: &Seen| teams.iter().any(|team| team == seen.team.as_str());
            self.agents.iter().any(is_one)
        });
        let by_caller = search.ani.as_ref().is_none_or(|ani| *ani == self.ani);
        let is_before = search.before_ms.is_none_or(|before_ms| self.arrived_ms < before_ms);
        let is_after = search.from_ms.is_none_or(|from_ms| self.arrived_ms >= from_ms);
        by_agent && by_team && by_caller && is_before && is_after
    }

    /// Its line, as this agent sees it if one is named: who did not answer has missed it.
    pub(crate) fn line(&self, agent: Option<&AgentId>) -> PastContact {
        let seen = agent.and_then(|agent| self.agents.iter().find(|seen| seen.agent == *agent));
        let missed = seen.is_some_and(|seen| !seen.talked);
        PastContact {
            id: self.id.to_string(),
            arrived_ms: self.arrived_ms,
            direction: self.direction,
            customer_name: self.customer_name.clone(),
            ani: self.ani.clone(),
            queue: self.queue.clone(),
            agent: self.agent.clone(),
            talk_ms: self.talk_ms,
            outcome: if missed { PastOutcome::Missed } else { self.outcome },
            wrap_up: self.wrap_up.clone(),
            is_live: self.is_live,
        }
    }
}

/// A name for the database.
pub(super) fn word_of(outcome: PastOutcome) -> &'static str {
    match outcome {
        PastOutcome::Handled => "handled",
        PastOutcome::Missed => "missed",
        PastOutcome::Abandoned => "abandoned",
        PastOutcome::Transferred => "transferred",
        PastOutcome::SelfService => "self_service",
    }
}

/// What a name in the database means; an unknown one is of a later release.
pub(super) fn outcome_of(word: &str) -> PastOutcome {
    match word {
        "handled" => PastOutcome::Handled,
        "missed" => PastOutcome::Missed,
        "abandoned" => PastOutcome::Abandoned,
        "transferred" => PastOutcome::Transferred,
        _ => PastOutcome::SelfService,
    }
}

/// A name for the database.
pub(super) fn word_of_direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "inbound",
        Direction::Outdial => "outdial",
        Direction::Consult => "consult",
    }
}

/// What a name in the database means.
pub(super) fn direction_of(word: &str) -> Direction {
    match word {
        "outdial" => Direction::Outdial,
        "consult" => Direction::Consult,
        _ => Direction::Inbound,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn entry(id: &str, arrived_ms: i64) -> Entry {
        Entry {
            id: ContactId::new(id),
            arrived_ms,
            direction: Direction::Inbound,
            customer_name: Some("田中 ゆき".into()),
            ani: "+819012345678".into(),
            dnis: "+81120000123".into(),
            entry_point: "Main".into(),
            flow: "Dip 1".into(),
            queue: Some("Support".into()),
            agents: Vec::new(),
            agent: None,
            talk_ms: 1_200,
            outcome: PastOutcome::Handled,
            wrap_up: Some("Sale".into()),
            is_live: false,
            is_partial: false,
        }
    }

    #[test]
    fn who_did_not_answer_has_missed_it() {
        let mut one = entry("c", 5);
        let (ann, bob) = (AgentId::new("ann"), AgentId::new("bob"));
        one.saw(&ann, &TeamId::new("desk"), false);
        one.saw(&bob, &TeamId::new("desk"), false);
        one.saw(&bob, &TeamId::new("desk"), true);
        assert_eq!(one.line(Some(&ann)).outcome, PastOutcome::Missed);
        assert_eq!(one.line(Some(&bob)).outcome, PastOutcome::Handled);
        assert_eq!(one.line(None).outcome, PastOutcome::Handled);
        assert_eq!(one.agents.len(), 2);
    }

    #[test]
    fn searches_find_by_agent_team_caller_and_time() {
        let mut one = entry("c", 5);
        one.saw(&AgentId::new("ann"), &TeamId::new("desk"), true);
        let all = ContactSearch::default;
        assert!(one.fits(&all()));
        assert!(one.fits(&ContactSearch { agent: Some(AgentId::new("ann")), ..all() }));
        assert!(!one.fits(&ContactSearch { agent: Some(AgentId::new("bob")), ..all() }));
        assert!(one.fits(&ContactSearch { teams: Some(vec!["desk".into()]), ..all() }));
        assert!(!one.fits(&ContactSearch { teams: Some(Vec::new()), ..all() }));
        assert!(!one.fits(&ContactSearch { ani: Some("+1".into()), ..all() }));
        assert!(!one.fits(&ContactSearch { before_ms: Some(5), ..all() }));
        assert!(one.fits(&ContactSearch { from_ms: Some(5), ..all() }));
    }
}
