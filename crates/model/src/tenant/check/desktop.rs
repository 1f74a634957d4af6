//! Desktop profiles, codes and numbers for outdial.

use super::{Names, ParseOptions, Path, Report, Tenant, shown, telephone};
use crate::tenant::Code;
use crate::tenant::desktop::{default_idle_codes, default_wrap_up_codes};

/// Reports profiles and codes that do not exist, two defaults, and numbers that are none.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    let names = tenant.desktop_profiles.iter().map(|it| (it.id.as_str(), it.name.as_str()));
    let profiles = Names::new("desktop profile", "desktop_profiles", names);
    for (index, agent) in tenant.agents.iter().enumerate() {
        let path = Path::root("agents").index(index).key("desktop_profile");
        profiles.check_some(&agent.desktop_profile, &path, report);
    }
    let (usual_idle, usual_wrap_up) = (default_idle_codes(), default_wrap_up_codes());
    let idle = pairs(usable(&tenant.idle_codes, &usual_idle));
    let wrap_up = pairs(usable(&tenant.wrap_up_codes, &usual_wrap_up));
    let idle = Names::new("idle code", "idle_codes", idle);
    let wrap_up = Names::new("wrap-up code", "wrap_up_codes", wrap_up);
    for (index, queue) in tenant.queues.iter().enumerate() {
        let path = Path::root("queues").index(index).key("wrap_up_codes");
        wrap_up.check_all(&queue.wrap_up_codes, &path, report);
    }
    for (index, profile) in tenant.desktop_profiles.iter().enumerate() {
        let path = Path::root("desktop_profiles").index(index);
        idle.check_all(&profile.idle_codes, &path.key("idle_codes"), report);
        wrap_up.check_all(&profile.wrap_up_codes, &path.key("wrap_up_codes"), report);
        for (position, ani) in profile.outdial_anis.iter().enumerate() {
            let path = path.key("outdial_anis").index(position).key("number");
            telephone::check_target(&ani.number, &path, report);
        }
    }
    one_default(&tenant.idle_codes, "idle_codes", report);
    one_default(&tenant.wrap_up_codes, "wrap_up_codes", report);
}

fn usable<'a>(own: &'a [Code], usual: &'a [Code]) -> &'a [Code] {
    if own.is_empty() { usual } else { own }
}

fn pairs(codes: &[Code]) -> impl Iterator<Item = (&str, &str)> {
    codes.iter().map(|code| (code.id.as_str(), code.name.as_str()))
}

fn one_default(codes: &[Code], list: &'static str, report: &mut Report<'_>) {
    let mut defaults = codes.iter().enumerate().filter(|(_, code)| code.default);
    let Some((_, first)) = defaults.next() else { return };
    for (index, _) in defaults {
        report.at(&Path::root(list).index(index).key("default"), || {
            format!("{} is the default already; there can be one only", shown(&first.name))
        });
    }
}
