//! The teams that an agent may sign in to.

use trunkline_desk::Named;
use trunkline_model::tenant::{Agent, Tenant};

/// The agent's teams, the first first; any team for one who names none, and one for all where the
/// tenant has none.
pub(super) fn teams_of(tenant: &Tenant, agent: &Agent) -> Vec<Named> {
    let named = |id: &str, name: &str| Named { id: id.to_owned(), name: name.to_owned() };
    if tenant.teams.is_empty() {
        return vec![named("everyone", "Everyone")];
    }
    if agent.teams.is_empty() {
        return tenant.teams.iter().map(|team| named(team.id.as_str(), &team.name)).collect();
    }
    let teams = agent.teams.iter().filter_map(|team| tenant.team(team));
    let mut found: Vec<Named> = Vec::new();
    for team in teams {
        if !found.iter().any(|known| known.id == team.id.as_str()) {
            found.push(named(team.id.as_str(), &team.name));
        }
    }
    found
}
