//! What agents' desktops offer: idle codes, wrap-up codes, profiles, numbers for outdial.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Agent, Queue, Tenant};

/// A code that an agent chooses: why they are Idle, or what came of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// Id, as reports name it.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Name for people, in English.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The name in other languages, by language (`ja`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// Whether it is the one that is taken when nobody chooses; the first one when none says so.
    #[serde(default)]
    pub default: bool,
}

/// What an agent's desktop allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DesktopProfile {
    /// Id.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Name for people.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Whether the desktop answers by itself.
    #[serde(default)]
    pub auto_answer: bool,
    /// Wrap-up ends by itself after this many seconds; 0 waits for the agent; as `routing` says
    /// when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 86_400))]
    pub auto_wrap_up_s: Option<u32>,
    /// The idle codes that it offers, by id or name; all of the tenant's when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub idle_codes: Vec<String>,
    /// The wrap-up codes that it offers, by id or name; all of the tenant's when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wrap_up_codes: Vec<String>,
    /// Whether the agent may call out.
    #[serde(default)]
    pub outdial: bool,
    /// The numbers that calls out may show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outdial_anis: Vec<OutdialAni>,
}

/// A number that calls out may show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutdialAni {
    /// Name for people.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The number, in E.164.
    pub number: String,
}

/// The idle codes of a tenant that has none of its own.
pub fn default_idle_codes() -> Vec<Code> {
    codes(&[
        ("break", "Break", "休憩"),
        ("lunch", "Lunch", "昼休憩"),
        ("meeting", "Meeting", "会議"),
        ("training", "Training", "研修"),
        ("away", "Away", "離席"),
    ])
}

/// The wrap-up codes of a tenant that has none of its own.
pub fn default_wrap_up_codes() -> Vec<Code> {
    codes(&[
        ("resolved", "Resolved", "解決"),
        ("follow-up", "Follow-up needed", "要フォロー"),
        ("transferred", "Transferred", "転送"),
        ("wrong-number", "Wrong number", "間違い電話"),
        ("other", "Other", "その他"),
    ])
}

fn codes(list: &[(&str, &str, &str)]) -> Vec<Code> {
    let code = |(place, (id, name, japanese)): (usize, &(&str, &str, &str))| Code {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        names: BTreeMap::from([("ja".to_owned(), (*japanese).to_owned())]),
        default: place == 0,
    };
    list.iter().enumerate().map(code).collect()
}

impl Tenant {
    /// The agent's desktop profile.
    pub fn desktop_profile(&self, agent: &Agent) -> Option<&DesktopProfile> {
        let name = agent.desktop_profile.as_deref()?;
        let by_id = self.desktop_profiles.iter().find(|it| it.id == name);
        by_id.or_else(|| self.desktop_profiles.iter().find(|it| it.name == name))
    }

    /// The idle codes that the agent may choose; the tenant's own, or else
    /// [`default_idle_codes`].
    pub fn idle_codes_of(&self, agent: &Agent) -> Vec<Code> {
        let all = own_or(&self.idle_codes, default_idle_codes);
        let wanted = self.desktop_profile(agent).map(|it| it.idle_codes.as_slice());
        chosen(all, wanted.unwrap_or_default())
    }

    /// The wrap-up codes that the agent may choose after a contact of this queue: those that both
    /// the queue and the desktop profile offer.
    pub fn wrap_up_codes_of(&self, agent: &Agent, queue: Option<&Queue>) -> Vec<Code> {
        let all = own_or(&self.wrap_up_codes, default_wrap_up_codes);
        let of_queue = queue.map(|it| it.wrap_up_codes.as_slice()).unwrap_or_default();
        let of_desktop = self.desktop_profile(agent).map(|it| it.wrap_up_codes.as_slice());
        chosen(chosen(all, of_queue), of_desktop.unwrap_or_default())
    }
}

fn own_or(own: &[Code], default: fn() -> Vec<Code>) -> Vec<Code> {
    if own.is_empty() { default() } else { own.to_vec() }
}

/// The codes with these ids or names; all when nothing is wanted.
fn chosen(all: Vec<Code>, wanted: &[String]) -> Vec<Code> {
    if wanted.is_empty() {
        return all;
    }
    let is_wanted = |code: &Code| wanted.iter().any(|it| *it == code.id || *it == code.name);
    all.into_iter().filter(is_wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(codes: &[Code]) -> Vec<&str> {
        codes.iter().map(|code| code.id.as_str()).collect()
    }

    #[test]
    fn a_desktop_offers_what_queue_and_profile_have_in_common() {
        let tenant: Tenant = serde_json::from_value(serde_json::json!({
            "queues": [{ "id": "q", "name": "Q", "wrap_up_codes": ["Sale", "no"] }],
            "wrap_up_codes": [{ "id": "sale", "name": "Sale" }, { "id": "no", "name": "No" },
                              { "id": "x", "name": "X" }],
            "desktop_profiles": [{ "id": "d", "name": "D", "wrap_up_codes": ["no", "x"] }],
            "agents": [{ "id": "a", "name": "A", "desktop_profile": "D" },
                       { "id": "b", "name": "B" }],
        }))
        .unwrap();
        let (ann, bob, queue) = (&tenant.agents[0], &tenant.agents[1], tenant.queue("q"));
        assert_eq!(ids(&tenant.wrap_up_codes_of(ann, queue)), ["no"]);
        assert_eq!(ids(&tenant.wrap_up_codes_of(ann, None)), ["no", "x"]);
        assert_eq!(ids(&tenant.wrap_up_codes_of(bob, queue)), ["sale", "no"]);
        assert_eq!(ids(&tenant.idle_codes_of(ann))[0], "break");
        assert_eq!(tenant.idle_codes_of(ann).iter().filter(|code| code.default).count(), 1);
    }
}
