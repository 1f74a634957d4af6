//! `tenant.yaml`: everything about one company that its flows refer to.
//!
//! The types here are the file's shape; `docs/tenant.schema.json` is generated from them.

pub mod business_hours;
mod check;
pub mod compatibility;
pub mod connector;
pub mod desktop;
pub mod entry_point;
mod guess;
pub mod mistake;
pub mod needs;
pub mod path;
pub mod read;
mod report;
pub mod routing;
pub mod schema;
mod shape;
pub mod site;
pub mod stand_in;
mod tree;
pub mod variable;
pub mod write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use business_hours::BusinessHours;
pub use compatibility::Compatibility;
pub use connector::{Auth, Connector, Http, Secret, Writes};
pub use desktop::{Code, DesktopProfile, OutdialAni};
pub use entry_point::{Answer, EntryPoint, OnUnhandledError, PostCall};
pub use mistake::{Mistake, TenantErrors};
pub use needs::Needs;
pub use path::Path;
pub use read::{ParseOptions, Places};
pub use routing::{Agent, DistributionGroup, Queue, RoutingSettings, Skill, Team};
pub use schema::{tenant_schema, trace_schema};
pub use site::{MultimediaProfile, Site};
pub use stand_in::stand_in;
pub use variable::{GlobalVariable, VariableType};
pub use write::{skeleton, skeleton_of};

use crate::number::NumberRules;

/// A tenant: one company's contact centre.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tenant {
    /// The company's name, for people.
    pub name: String,
    /// IANA time zone of everything that names none of its own; UTC when left out.
    pub time_zone: Option<String>,
    /// Flows that this tenant runs.
    pub flows: Vec<FlowFile>,
    /// Where contacts arrive.
    pub entry_points: Vec<EntryPoint>,
    /// Queues.
    pub queues: Vec<Queue>,
    /// Teams.
    pub teams: Vec<Team>,
    /// Agents.
    pub agents: Vec<Agent>,
    /// Skills that agents have and contacts need.
    pub skills: Vec<Skill>,
    /// Places where agents work.
    pub sites: Vec<Site>,
    /// How many contacts agents take at a time.
    pub multimedia_profiles: Vec<MultimediaProfile>,
    /// What agents' desktops allow.
    pub desktop_profiles: Vec<DesktopProfile>,
    /// Why agents are Idle; a usual few when left out.
    pub idle_codes: Vec<Code>,
    /// What comes of contacts; a usual few when left out.
    pub wrap_up_codes: Vec<Code>,
    /// Hosts that flows talk to, with their credentials.
    pub connectors: Vec<Connector>,
    /// Global variables.
    pub variables: Vec<GlobalVariable>,
    /// Opening hours.
    pub business_hours: Vec<BusinessHours>,
    /// Audio files.
    pub audio: Vec<AudioFile>,
    /// How numbers become E.164.
    pub numbers: NumberRules,
    /// Timers of routing.
    pub routing: RoutingSettings,
    /// Limits on where flows may send requests.
    pub http: Http,
    /// Answers to what no source settles (decision 6).
    pub compatibility: Compatibility,
}

/// A flow that the tenant runs: version 1 with the label Live (decision 12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowFile {
    /// Path of the exported flow, relative to this file.
    #[schemars(length(min = 1))]
    pub file: String,
}

/// An audio file of the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AudioFile {
    /// The name that flows use, extension included.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Path of the file, relative to this file; none where only its length matters (simulation).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its length in milliseconds; measured from the file when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 86_400_000))]
    pub duration_ms: Option<u64>,
    /// The SHA-256 of a sound that was uploaded, in hexadecimal: the server keeps it and plays it
    /// in place of the file. Uploads set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl Tenant {
    /// The queue with this id, or else with this name.
    pub fn queue(&self, id_or_name: &str) -> Option<&Queue> {
        let by_id = self.queues.iter().find(|queue| queue.id.as_str() == id_or_name);
        by_id.or_else(|| self.queues.iter().find(|queue| queue.name == id_or_name))
    }

    /// The team with this id, or else with this name.
    pub fn team(&self, id_or_name: &str) -> Option<&Team> {
        let by_id = self.teams.iter().find(|team| team.id.as_str() == id_or_name);
        by_id.or_else(|| self.teams.iter().find(|team| team.name == id_or_name))
    }

    /// The agent with this id, or else with this name.
    pub fn agent(&self, id_or_name: &str) -> Option<&Agent> {
        let by_id = self.agents.iter().find(|agent| agent.id.as_str() == id_or_name);
        by_id.or_else(|| self.agents.iter().find(|agent| agent.name == id_or_name))
    }

    /// The agent with this e-mail address, whatever its case.
    pub fn agent_with_email(&self, email: &str) -> Option<&Agent> {
        let email = email.trim();
        let mut agents = self.agents.iter().filter(|_| !email.is_empty());
        agents.find(|agent| agent.email.eq_ignore_ascii_case(email))
    }

    /// The connector with this id, or else with this name (imports lose ids, names stay).
    pub fn connector(&self, id: &str, name: Option<&str>) -> Option<&Connector> {
        let by_id = self.connectors.iter().find(|connector| connector.id.as_str() == id);
        let by_name = |name: &str| self.connectors.iter().find(|it| it.name == name);
        by_id.or_else(|| by_name(id)).or_else(|| name.and_then(by_name))
    }

    /// The business hours with this id, or else with this name.
    pub fn business_hours(&self, id_or_name: &str) -> Option<&BusinessHours> {
        let by_id = self.business_hours.iter().find(|hours| hours.id == id_or_name);
        by_id.or_else(|| self.business_hours.iter().find(|hours| hours.name == id_or_name))
    }

    /// The flow that each entry point names, for the caller to look up: what flows there are is
    /// only known when their files have been read. The path is for [`Places::mistake`].
    pub fn flow_references(&self) -> impl Iterator<Item = (&EntryPoint, Path)> {
        let points = self.entry_points.iter().enumerate();
        points.map(|(index, it)| (it, Path::root("entry_points").index(index).key("flow")))
    }

    /// The entry point with this id, or else with this name.
    pub fn entry_point(&self, id_or_name: &str) -> Option<&EntryPoint> {
        let by_id = self.entry_points.iter().find(|point| point.id.as_str() == id_or_name);
        by_id.or_else(|| self.entry_points.iter().find(|point| point.name == id_or_name))
    }
}
