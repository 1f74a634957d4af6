//! What kinds of objects there are: one line for each key of `tenant.yaml`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// A kind of object.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConfigurationKind)]
pub enum Kind {
    /// The company: its name and time zone. There is one.
    Company,
    /// Where contacts arrive.
    EntryPoint,
    /// A queue.
    Queue,
    /// A team.
    Team,
    /// An agent.
    Agent,
    /// A skill, by its name.
    Skill,
    /// A place where agents work.
    Site,
    /// How many contacts agents take at a time.
    MultimediaProfile,
    /// What agents' desktops allow.
    DesktopProfile,
    /// Why agents are Idle.
    IdleCode,
    /// What came of contacts.
    WrapUpCode,
    /// A host that flows talk to, with its credentials.
    Connector,
    /// A global variable, by its name.
    Variable,
    /// Opening hours.
    BusinessHours,
    /// An audio file, by its name.
    Audio,
    /// How numbers become E.164. There is one.
    Numbers,
    /// Timers of routing. There is one.
    Routing,
    /// Limits on where flows may send requests. There is one.
    Http,
    /// Answers to what no source settles. There is one.
    Compatibility,
}

/// Where objects of a kind stand in `tenant.yaml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// In the list under `key`; `id` is the key of an object's id.
    List { key: &'static str, id: &'static str },
    /// The value of `key`.
    One { key: &'static str },
    /// Some keys of the file itself.
    Keys(&'static [&'static str]),
}

impl Kind {
    /// All kinds, in the order of `tenant.yaml`.
    pub const ALL: [Self; 19] = [
        Self::Company,
        Self::EntryPoint,
        Self::Queue,
        Self::Team,
        Self::Agent,
        Self::Skill,
        Self::Site,
        Self::MultimediaProfile,
        Self::DesktopProfile,
        Self::IdleCode,
        Self::WrapUpCode,
        Self::Connector,
        Self::Variable,
        Self::BusinessHours,
        Self::Audio,
        Self::Numbers,
        Self::Routing,
        Self::Http,
        Self::Compatibility,
    ];

    /// The word for the kind, as it stands in JSON and in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::EntryPoint => "entry_point",
            Self::Queue => "queue",
            Self::Team => "team",
            Self::Agent => "agent",
            Self::Skill => "skill",
            Self::Site => "site",
            Self::MultimediaProfile => "multimedia_profile",
            Self::DesktopProfile => "desktop_profile",
            Self::IdleCode => "idle_code",
            Self::WrapUpCode => "wrap_up_code",
            Self::Connector => "connector",
            Self::Variable => "variable",
            Self::BusinessHours => "business_hours",
            Self::Audio => "audio",
            Self::Numbers => "numbers",
            Self::Routing => "routing",
            Self::Http => "http",
            Self::Compatibility => "compatibility",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether there is exactly one object of the kind; its id is the kind's word.
    #[must_use]
    pub fn is_single(self) -> bool {
        !matches!(self.shape(), Shape::List { .. })
    }

    pub(crate) fn shape(self) -> Shape {
        let list = |key| Shape::List { key, id: "id" };
        let named = |key| Shape::List { key, id: "name" };
        match self {
            Self::Company => Shape::Keys(&["name", "time_zone"]),
            Self::EntryPoint => list("entry_points"),
            Self::Queue => list("queues"),
            Self::Team => list("teams"),
            Self::Agent => list("agents"),
            Self::Skill => named("skills"),
            Self::Site => list("sites"),
            Self::MultimediaProfile => list("multimedia_profiles"),
            Self::DesktopProfile => list("desktop_profiles"),
            Self::IdleCode => list("idle_codes"),
            Self::WrapUpCode => list("wrap_up_codes"),
            Self::Connector => list("connectors"),
            Self::Variable => named("variables"),
            Self::BusinessHours => list("business_hours"),
            Self::Audio => named("audio"),
            Self::Numbers => Shape::One { key: "numbers" },
            Self::Routing => Shape::One { key: "routing" },
            Self::Http => Shape::One { key: "http" },
            Self::Compatibility => Shape::One { key: "compatibility" },
        }
    }

    /// The id that an object of the kind has by its value.
    pub(crate) fn id_of(self, value: &Value) -> Option<String> {
        match self.shape() {
            Shape::List { id, .. } => match value.get(id) {
                Some(Value::String(id)) => Some(id.clone()),
                // As in `tenant.yaml`, a number may stand for text.
                Some(Value::Number(id)) => Some(id.to_string()),
                _ => None,
            },
            Shape::One { .. } | Shape::Keys(_) => Some(self.as_str().to_owned()),
        }
    }

    /// The name for people in an object's value, or else its id.
    pub(crate) fn name_of(value: &Value, id: &str) -> String {
        let name = value.get("name").and_then(Value::as_str);
        name.unwrap_or(id).to_owned()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_tenant_is_a_kind() {
        let tenant = serde_json::to_value(trunkline_model::tenant::Tenant::default()).unwrap();
        let mut known = vec!["flows"];
        for kind in Kind::ALL {
            match kind.shape() {
                Shape::List { key, .. } | Shape::One { key } => known.push(key),
                Shape::Keys(keys) => known.extend(keys),
            }
        }
        for key in tenant.as_object().unwrap().keys() {
            assert!(known.contains(&key.as_str()), "`{key}` has no kind: add one");
        }
        for key in known {
            assert!(tenant.get(key).is_some(), "`{key}` is no key of the tenant");
        }
    }

    #[test]
    fn a_kind_is_written_by_its_word() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
    }
}
