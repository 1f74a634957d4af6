//! Queues: teams, overflow, music.

use super::{Names, ParseOptions, Path, Report, Tenant, teams, telephone};

/// Reports groups of teams that do not exist, and overflows and music that cannot be.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    let teams = teams(tenant);
    let audio = tenant.audio.iter().map(|file| (file.name.as_str(), file.name.as_str()));
    let audio = Names::new("audio file", "audio", audio);
    for (index, queue) in tenant.queues.iter().enumerate() {
        let path = Path::root("queues").index(index);
        for (number, group) in queue.groups.iter().enumerate() {
            let path = path.key("groups").index(number).key("teams");
            for (position, team) in group.teams.iter().enumerate() {
                teams.check(team, &path.index(position), report);
            }
        }
        if let Some(number) = &queue.overflow_number {
            telephone::check_target(number, &path.key("overflow_number"), report);
        }
        if let Some(music) = &queue.music {
            audio.check(music, &path.key("music"), report);
        }
    }
}
