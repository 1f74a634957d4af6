//! Sites and multimedia profiles that teams and agents name.

use super::{Names, ParseOptions, Path, Report, Tenant};

/// Reports sites and multimedia profiles that do not exist.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    let names = tenant.sites.iter().map(|it| (it.id.as_str(), it.name.as_str()));
    let sites = Names::new("site", "sites", names);
    let names = tenant.multimedia_profiles.iter().map(|it| (it.id.as_str(), it.name.as_str()));
    let profiles = Names::new("multimedia profile", "multimedia_profiles", names);
    for (index, site) in tenant.sites.iter().enumerate() {
        let path = Path::root("sites").index(index);
        profiles.check_some(&site.multimedia_profile, &path.key("multimedia_profile"), report);
    }
    for (index, team) in tenant.teams.iter().enumerate() {
        sites.check_some(&team.site, &Path::root("teams").index(index).key("site"), report);
    }
    for (index, agent) in tenant.agents.iter().enumerate() {
        let path = Path::root("agents").index(index);
        sites.check_some(&agent.site, &path.key("site"), report);
        profiles.check_some(&agent.multimedia_profile, &path.key("multimedia_profile"), report);
    }
}
