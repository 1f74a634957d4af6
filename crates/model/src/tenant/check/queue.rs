//! Queues: teams, overflow, music.

use super::{Names, ParseOptions, Path, Report, Tenant, teams, telephone};
use crate::tenant::Queue;
use crate::tenant::routing::{AgentSelection, RoutingType};

/// Reports teams and agents that do not exist, and overflows and music that cannot be.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    let teams = teams(tenant);
    let audio = tenant.audio.iter().map(|file| (file.name.as_str(), file.name.as_str()));
    let audio = Names::new("audio file", "audio", audio);
    let names = tenant.agents.iter().map(|it| (it.id.as_str(), it.name.as_str()));
    let agents = Names::new("agent", "agents", names);
    for (index, queue) in tenant.queues.iter().enumerate() {
        let path = Path::root("queues").index(index);
        for (number, group) in queue.groups.iter().enumerate() {
            let path = path.key("groups").index(number).key("teams");
            for (position, team) in group.teams.iter().enumerate() {
                teams.check(team, &path.index(position), report);
            }
        }
        agents.check_all(&queue.agents, &path.key("agents"), report);
        members(queue, &path, report);
        if let Some(number) = &queue.overflow_number {
            telephone::check_target(number, &path.key("overflow_number"), report);
        }
        if let Some(music) = &queue.music {
            audio.check(music, &path.key("music"), report);
        }
    }
}

/// A queue is served by teams or by agents, and only agents with skills can be weighed.
fn members(queue: &Queue, path: &Path, report: &mut Report<'_>) {
    if !queue.agents.is_empty() && !queue.groups.is_empty() {
        report.at(&path.key("agents"), || {
            "a queue is served by `groups` of teams or by `agents`; leave one of them out".into()
        });
    }
    if !queue.agents.is_empty() && queue.routing == RoutingType::SkillsBased {
        report.at(&path.key("agents"), || {
            "a queue by skills is served by `groups` of teams, not by `agents`".into()
        });
    }
    let is_weighed = queue.selection == AgentSelection::BestAvailable;
    if is_weighed && queue.routing != RoutingType::SkillsBased {
        report.at(&path.key("selection"), || {
            "`best_available` weighs skills: write `routing: skills_based`".into()
        });
    }
}
