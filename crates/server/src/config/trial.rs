//! `[try]`: the page on which one person is caller and agent at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trunkline_model::tenant::{Path, Tenant};

use super::Config;
use super::mistake::Problem;
use super::tree::Places;

/// The page `/try`: whoever is signed in calls from the browser, sees what the flow does, and the
/// case in the CRM. For servers with sample data: all connectors must be on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TryConfig {
    /// Whether there is such a page. `trunkline demo` switches it on.
    pub enabled: bool,
    /// Numbers that it suggests to call from.
    pub callers: Vec<TryCaller>,
}

/// A number to call from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TryCaller {
    /// The number, in E.164.
    pub number: String,
    /// Whose it is.
    pub name: String,
}

/// Nobody plays with data of customers: what is wrong is added to `problems`.
pub(super) fn check(
    config: &Config,
    tenant: &Tenant,
    places: &Places,
    problems: &mut Vec<Problem>,
) {
    if !config.trial.enabled {
        return;
    }
    for connector in tenant.connectors.iter().filter(|it| !is_here(&it.base_url)) {
        let message = format!(
            "is for sample data, but the connector `{}` leads to {}; use `trunkline sandbox`, or \
             leave `enabled` out",
            connector.name, connector.base_url
        );
        problems.push(places.problem(&Path::root("try").key("enabled"), message));
    }
}

/// Whether an address is on this machine.
fn is_here(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let is_loopback = |ip: std::net::IpAddr| ip.is_loopback();
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn sample_data_is_on_this_machine() {
        for here in ["http://127.0.0.1:8090", "http://localhost/x", "http://[::1]:80/"] {
            assert!(is_here(here), "{here}");
        }
        for elsewhere in
            ["https://acme.my.salesforce.com", "http://127.0.0.1.example", "http://127.0.0.1@evil"]
        {
            assert!(!is_here(elsewhere), "{elsewhere}");
        }
    }
}
