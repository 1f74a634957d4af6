//! Trunks and phones with their passwords found.

use std::path::Path;

use secrecy::SecretString;
use trunkline_model::ids::AgentId;
use trunkline_model::tenant::{Path as Place, Tenant};

use super::mistake::Problem;
use super::secret::{self, Env};
use super::shape::{did_you_mean, shown};
use super::tree::Places;
use super::{Config, PhoneConfig, TrunkConfig};

/// A name and its password; `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The name.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

/// A trunk with its passwords.
#[derive(Clone, Debug)]
pub struct TrunkAccount {
    /// What the file says.
    pub config: TrunkConfig,
    /// What its calls have to show.
    pub inbound: Option<Credentials>,
    /// What answers its challenges.
    pub outbound: Option<Credentials>,
}

/// An agent's phone with its password.
#[derive(Clone, Debug)]
pub struct PhoneAccount {
    /// What it registers with.
    pub credentials: Credentials,
    /// Whose it is.
    pub agent: AgentId,
}

/// The trunks of a configuration, and what its phones register with, in their order; what is wrong
/// is added to `problems`.
pub(super) fn find(
    config: &Config,
    places: &Places,
    base_dir: &Path,
    env: Env<'_>,
    problems: &mut Vec<Problem>,
) -> (Vec<TrunkAccount>, Vec<Credentials>) {
    let mut finder = Finder { places, base_dir, env, problems };
    let trunks = config.trunks.iter().enumerate();
    let trunks = trunks.map(|(index, trunk)| finder.trunk(index, trunk)).collect();
    let phones = config.phone.iter().enumerate();
    let phones = phones.filter_map(|(index, phone)| {
        let place = Place::root("phone").index(index).key("password");
        finder.credentials(&phone.user, &phone.password, &place)
    });
    (trunks, phones.collect())
}

/// Whose phones these are, and what is wrong with those that are nobody's.
pub(super) fn phones(
    config: &Config,
    tenant: &Tenant,
    places: &Places,
    credentials: &[Credentials],
) -> (Vec<PhoneAccount>, Vec<Problem>) {
    let (mut phones, mut problems) = (Vec::new(), Vec::new());
    for (index, phone) in config.phone.iter().enumerate() {
        match agent_of(phone, tenant) {
            Ok(agent) => {
                let its = credentials.iter().find(|it| it.user == phone.user);
                let its = its.map(|it| PhoneAccount { credentials: it.clone(), agent });
                phones.extend(its);
            }
            Err((key, message)) => {
                let place = Place::root("phone").index(index).key(key);
                problems.push(places.problem(&place, message));
            }
        }
    }
    (phones, problems)
}

struct Finder<'a> {
    places: &'a Places,
    base_dir: &'a Path,
    env: Env<'a>,
    problems: &'a mut Vec<Problem>,
}

impl Finder<'_> {
    fn credentials(
        &mut self,
        user: &str,
        password: &trunkline_model::tenant::Secret,
        place: &Place,
    ) -> Option<Credentials> {
        match secret::resolve(password, self.base_dir, self.env) {
            Ok(password) => Some(Credentials { user: user.to_owned(), password }),
            Err(message) => {
                self.problems.push(self.places.problem(place, message));
                None
            }
        }
    }

    fn trunk(&mut self, index: usize, trunk: &TrunkConfig) -> TrunkAccount {
        let place = Place::root("trunk").index(index);
        let inbound = trunk.digest.as_ref().and_then(|digest| {
            let place = place.key("digest").key("password");
            self.credentials(&digest.user, &digest.password, &place)
        });
        let outbound = trunk.outbound.as_ref().and_then(|outbound| {
            let place = place.key("outbound").key("password");
            let (user, password) = (outbound.user.as_deref()?, outbound.password.as_ref()?);
            self.credentials(user, password, &place)
        });
        TrunkAccount { config: trunk.clone(), inbound, outbound }
    }
}

/// Whose phone it is, or the key at fault and what is wrong.
fn agent_of(phone: &PhoneConfig, tenant: &Tenant) -> Result<AgentId, (&'static str, String)> {
    let agents = &tenant.agents;
    let Some(id) = &phone.agent else {
        let has_it = agents.iter().find(|it| it.phone.as_deref() == Some(phone.user.as_str()));
        return has_it.map(|it| it.id.clone()).ok_or_else(|| {
            let user = shown(&phone.user);
            let message = format!(
                "no agent of the tenant has `phone: {}`; name the agent here with `agent`",
                user.trim_matches('`')
            );
            ("user", message)
        });
    };
    let known = agents.iter().find(|it| it.id == *id || it.name == id.as_str());
    known.map(|it| it.id.clone()).ok_or_else(|| {
        let names: Vec<&str> = agents.iter().map(|it| it.id.as_str()).collect();
        let guess = did_you_mean(id.as_str(), &names);
        ("agent", format!("the tenant has no agent {}{guess}", shown(id.as_str())))
    })
}
