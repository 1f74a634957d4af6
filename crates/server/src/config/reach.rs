//! What the two files together do not do although it looks meant.

use trunkline_model::tenant::{EntryPoint, Path, Tenant};

use super::load::TenantFile;
use super::mistake::Problem;
use super::shape::shown;
use super::tree::Places;
use super::{Config, PhoneAccount};

/// Numbers that nobody can reach, agents whose phone cannot ring, transfers without a trunk.
pub(super) fn warnings(
    config: &Config,
    tenant: &Tenant,
    phones: &[PhoneAccount],
    places: &Places,
    tenant_places: &TenantFile,
) -> Vec<Problem> {
    let mut found = Vec::new();
    for (index, point) in tenant.entry_points.iter().enumerate() {
        let path = Path::root("entry_points").index(index);
        let told = entry_point(config, point);
        found.extend(told.into_iter().map(|text| tenant_places.problem(&path, text)));
    }
    found.extend(agents(config, tenant, phones, tenant_places));
    found.extend(transfers(config, tenant, tenant_places));
    found.extend(anonymous(config, tenant, places));
    found.extend(ports(config, places));
    found
}

fn takes_calls(config: &Config) -> bool {
    config.trunks.iter().any(|it| !it.networks.is_empty() || it.digest.is_some())
}

fn entry_point(config: &Config, point: &EntryPoint) -> Option<String> {
    let name = shown(&point.name);
    if point.dnis.is_empty() {
        return Some(format!("no call reaches {name}: it has no number under `dnis`"));
    }
    if !takes_calls(config) && config.sip.anonymous_networks.is_empty() {
        let phones = if config.phone.is_empty() { "nobody" } else { "only agents' phones" };
        let text = "trunkline.toml has no `[[trunk]]` with `networks` or `digest`";
        return Some(format!("{phones} can call {name}: {text}"));
    }
    let open = !config.sip.anonymous_networks.is_empty();
    (point.allow_anonymous && !open).then(|| {
        format!("{name} has `allow_anonymous`, but `sip.anonymous_networks` lets nobody in")
    })
}

fn anonymous(config: &Config, tenant: &Tenant, places: &Places) -> Option<Problem> {
    let open = !config.sip.anonymous_networks.is_empty();
    let wanted = tenant.entry_points.iter().any(|it| it.allow_anonymous);
    (open && !wanted).then(|| {
        let path = Path::root("sip").key("anonymous_networks");
        places.problem(&path, "no entry point of the tenant has `allow_anonymous`")
    })
}

fn agents(
    config: &Config,
    tenant: &Tenant,
    phones: &[PhoneAccount],
    places: &TenantFile,
) -> Vec<Problem> {
    let goes_out = config.trunks.iter().any(|it| it.outbound.is_some());
    let mut found = Vec::new();
    for (index, agent) in tenant.agents.iter().enumerate() {
        if phones.iter().any(|it| it.agent == agent.id) {
            continue;
        }
        let Some(phone) = &agent.phone else { continue };
        let is_number = phone.trim_start_matches('+').bytes().all(|it| it.is_ascii_digit());
        if is_number && goes_out {
            continue;
        }
        let path = Path::root("agents").index(index).key("phone");
        let text = if is_number {
            "no trunk has `outbound`, so this number cannot be called"
        } else {
            "trunkline.toml has no `[[phone]]` of this user, so it cannot register"
        };
        found.push(places.problem(&path, text));
    }
    found
}

/// Numbers of the tenant that need a trunk.
fn transfers(config: &Config, tenant: &Tenant, places: &TenantFile) -> Vec<Problem> {
    if config.trunks.iter().any(|it| it.outbound.is_some()) {
        return Vec::new();
    }
    let overflow = tenant.queues.iter().enumerate();
    let overflow = overflow.filter(|(_, queue)| queue.overflow_number.is_some());
    let overflow =
        overflow.map(|(index, _)| Path::root("queues").index(index).key("overflow_number"));
    let fallback = tenant.entry_points.iter().enumerate();
    let fallback = fallback.filter(|(_, point)| {
        matches!(point.fallback, Some(trunkline_model::tenant::entry_point::Fallback::Number(_)))
    });
    let fallback =
        fallback.map(|(index, _)| Path::root("entry_points").index(index).key("fallback"));
    let text = "no trunk has `outbound`, so this number cannot be called";
    overflow.chain(fallback).map(|path| places.problem(&path, text)).collect()
}

/// Each SIP call takes a leg.
fn ports(config: &Config, places: &Places) -> Option<Problem> {
    let (legs, calls) = (config.rtp.ports.legs(), config.sip.max_calls);
    (legs < calls).then(|| {
        let text = format!(
            "has room for {legs} calls, so the {calls} of `sip.max_calls` are never reached"
        );
        places.problem(&Path::root("rtp").key("ports"), text)
    })
}
