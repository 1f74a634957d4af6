//! Stand-ins for what a flow refers to and a tenant does not have, so that a flow can be run
//! before anybody has written a `tenant.yaml`.

use std::collections::HashSet;

use jiff::civil::Time;

use super::business_hours::{Day, Shift};
use super::connector::ConnectorKind;
use super::needs::{distinct, slug, unused};
use super::{
    Agent, Answer, AudioFile, Auth, BusinessHours, Connector, DistributionGroup, EntryPoint,
    GlobalVariable, Needs, OnUnhandledError, PostCall, Queue, Secret, Team, Tenant, Writes,
};

/// Where the local Salesforce sandbox listens unless it is told otherwise.
/// Where stand-in connectors send: the address at which `trunkline sandbox` listens by default.
pub const SANDBOX_URL: &str = "http://127.0.0.1:8090";

/// The sandbox's token endpoint, client id and client secret.
const SANDBOX_TOKEN_PATH: &str = "/services/oauth2/token";
const SANDBOX_CLIENT: &str = "trunkline";
const SANDBOX_SECRET: &str = "sandbox";

/// How long an audio file plays of which there is only the name, in milliseconds.
const AUDIO_MS: u64 = 3_000;

const TEAM: &str = "Stand-in Team";
const AGENT: &str = "Stand-in Agent";

/// A number that is reserved for examples.
const EXAMPLE_NUMBER: &str = "+12025550100";

/// A tenant in which the flow can run, with everything that it needs made up, and notes that say
/// so.
pub fn stand_in(needs: &Needs) -> (Tenant, Vec<String>) {
    let mut tenant = Tenant { name: "Stand-in".to_owned(), ..Tenant::default() };
    let notes = tenant.complete(needs);
    (tenant, notes)
}

/// A thing by its name, and by its id where that says more.
fn called(name: &str, id: &str) -> String {
    if name == id { format!("`{name}`") } else { format!("`{name}` ({id})") }
}

impl Tenant {
    /// Adds stand-ins for what the flow needs and this tenant does not have, and nothing else.
    /// Each note says what was added. What the tenant has is not changed.
    pub fn complete(&mut self, needs: &Needs) -> Vec<String> {
        let mut notes = Vec::new();
        self.add_entry_point(needs, &mut notes);
        self.add_queues(needs, &mut notes);
        self.add_connectors(needs, &mut notes);
        self.add_business_hours(needs, &mut notes);
        self.add_audio(needs, &mut notes);
        self.add_globals(needs, &mut notes);
        notes
    }

    fn add_entry_point(&mut self, needs: &Needs, notes: &mut Vec<String>) {
        if self.entry_points.iter().any(|point| means(&point.flow, needs)) {
            return;
        }
        let names = self.entry_points.iter().flat_map(|it| [it.id.to_string(), it.name.clone()]);
        let taken: HashSet<String> = names.collect();
        let is_free =
            !self.entry_points.iter().any(|it| it.dnis.iter().any(|n| n == EXAMPLE_NUMBER));
        self.entry_points.push(EntryPoint {
            id: unused("stand-in", "-", &taken).into(),
            name: unused("Stand-in", " ", &taken),
            dnis: is_free.then(|| EXAMPLE_NUMBER.to_owned()).into_iter().collect(),
            flow: needs.flow_name().to_owned(),
            label: "Live".to_owned(),
            time_zone: None,
            fallback: None,
            answer: Answer::default(),
            post_call: PostCall::default(),
            on_unhandled_error: OnUnhandledError::default(),
            allow_anonymous: false,
        });
        let flow = needs.flow_name();
        notes.push(format!("stand-in entry point for flow `{flow}`: no entry point names it"));
    }

    fn add_queues(&mut self, needs: &Needs, notes: &mut Vec<String>) {
        let all = distinct(needs.queues.iter());
        let missing = all
            .into_iter()
            .filter(|(id, name)| self.queue(id).or_else(|| self.queue(name)).is_none());
        let missing: Vec<(String, String)> = missing.collect();
        if missing.is_empty() {
            return;
        }
        let team = self.stand_in_team(notes);
        for (id, name) in missing {
            notes.push(format!("stand-in queue {}, served by `{TEAM}`", called(&name, &id)));
            self.queues.push(queue(&id, &name, &team));
        }
    }

    /// The id of the stand-in team, which is added with its agent when it is not there yet.
    fn stand_in_team(&mut self, notes: &mut Vec<String>) -> String {
        let id = slug(TEAM);
        if !self.teams.iter().any(|team| team.id.as_str() == id) {
            self.teams.push(Team::named(&id, TEAM));
        }
        let agent_id = slug(AGENT);
        if !self.agents.iter().any(|agent| agent.id.as_str() == agent_id) {
            let teams = vec![id.clone()];
            self.agents.push(Agent { teams, ..Agent::named(&agent_id, AGENT) });
            notes.push(format!("stand-in agent `{AGENT}` in team `{TEAM}`"));
        }
        id
    }

    fn add_connectors(&mut self, needs: &Needs, notes: &mut Vec<String>) {
        for (id, name) in distinct(needs.connectors.iter()) {
            if self.connector(&id, Some(&name)).is_some() {
                continue;
            }
            let shown = called(&name, &id);
            notes.push(format!(
                "stand-in connector {shown}: the sandbox at {SANDBOX_URL}, started by \
                 `trunkline sandbox`"
            ));
            self.connectors.push(connector(id, name));
        }
    }

    fn add_business_hours(&mut self, needs: &Needs, notes: &mut Vec<String>) {
        for (id, name) in distinct(needs.business_hours.iter()) {
            if self.business_hours(&id).or_else(|| self.business_hours(&name)).is_some() {
                continue;
            }
            notes.push(format!("stand-in business hours {}: always open", called(&name, &id)));
            self.business_hours.push(always_open(id, name));
        }
    }

    fn add_audio(&mut self, needs: &Needs, notes: &mut Vec<String>) {
        for name in needs.audio.iter().filter(|name| !name.trim().is_empty()) {
            if self.audio.iter().any(|audio| audio.name == *name) {
                continue;
            }
            notes.push(format!("stand-in audio file `{name}`: {AUDIO_MS} ms of nothing"));
            self.audio.push(AudioFile {
                name: name.clone(),
                file: None,
                duration_ms: Some(AUDIO_MS),
                sha256: None,
            });
        }
    }

    fn add_globals(&mut self, needs: &Needs, notes: &mut Vec<String>) {
        for (name, kind, value) in needs.globals.iter().filter(|it| !it.0.trim().is_empty()) {
            if self.variables.iter().any(|variable| variable.name == *name) {
                continue;
            }
            notes.push(format!("stand-in global variable `{name}` with the value in the flow"));
            self.variables.push(GlobalVariable {
                id: String::new(),
                name: name.clone(),
                kind: *kind,
                value: value.clone(),
            });
        }
    }
}

/// Whether an entry point's `flow` means this flow: by name, by path, or by the file's name with
/// or without its extension.
fn means(reference: &str, needs: &Needs) -> bool {
    let file = needs.file.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let names = [needs.flow_name(), &needs.file, file, stem];
    names.iter().any(|name| !name.is_empty() && *name == reference)
}

fn queue(id: &str, name: &str, team: &str) -> Queue {
    let groups = vec![DistributionGroup { teams: vec![team.to_owned()], duration_s: 0 }];
    Queue { groups, ..Queue::named(id, name) }
}

fn connector(id: String, name: String) -> Connector {
    Connector {
        id: id.into(),
        name,
        kind: ConnectorKind::Salesforce,
        base_url: SANDBOX_URL.to_owned(),
        auth: Auth::ClientCredentials {
            token_url: SANDBOX_TOKEN_PATH.to_owned(),
            client_id: SANDBOX_CLIENT.to_owned(),
            client_secret: Secret::Literal(SANDBOX_SECRET.to_owned()),
            scopes: Vec::new(),
        },
        writes: Writes::default(),
        soql_guard: None,
        resend_in_doubt: true,
        max_body_bytes: 1 << 20,
    }
}

fn always_open(id: String, name: String) -> BusinessHours {
    // From midnight to midnight: an end at or before the start is on the next day.
    let shift = Shift {
        name: "Always".to_owned(),
        days: vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun],
        from: Time::midnight(),
        to: Time::midnight(),
    };
    BusinessHours {
        id,
        name,
        time_zone: None,
        working_hours: vec![shift],
        holidays: Vec::new(),
        overrides: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::VariableType;
    use super::super::business_hours::Opening;
    use super::*;

    fn pair(id: &str, name: &str) -> (String, String) {
        (id.to_owned(), name.to_owned())
    }

    fn needs() -> Needs {
        Needs {
            flow: "Dip".into(),
            file: "flows/dip.json".into(),
            queues: vec![pair("q1", "Support"), pair("", "Sales")],
            connectors: vec![pair("c1", "CRM")],
            business_hours: vec![pair("h1", "Office")],
            audio: vec!["hold.wav".into()],
            globals: vec![("Global_Language".into(), VariableType::String, Some("en-US".into()))],
        }
    }

    #[test]
    fn a_stand_in_has_everything_that_the_flow_needs() {
        let (mut tenant, notes) = stand_in(&needs());
        assert_eq!(notes.len(), 8, "{notes:#?}");
        assert_eq!(tenant.entry_points[0].flow, "Dip");
        for name in ["q1", "Support", "Sales"] {
            let queue = tenant.queue(name).unwrap();
            assert_eq!(queue.groups[0].teams, [tenant.teams[0].id.as_str()]);
        }
        assert_eq!((tenant.teams.len(), tenant.agents.len()), (1, 1));
        assert_eq!(tenant.agents[0].name, "Stand-in Agent");
        assert_eq!(tenant.connector("c1", None).unwrap().base_url, "http://127.0.0.1:8090");
        for now_ms in [0, 86_399_999, 3 * 86_400_000] {
            let hours = tenant.business_hours("Office").unwrap();
            assert_eq!(hours.at(now_ms, None), Opening::WorkingHours("Always"));
        }
        let before = tenant.clone();
        assert_eq!(tenant.complete(&needs()), Vec::<String>::new());
        assert_eq!(tenant, before);
    }

    #[test]
    fn a_stand_in_would_pass_the_checks_of_a_file() {
        let (tenant, _) = stand_in(&needs());
        let text = serde_json::to_string(&tenant).unwrap();
        assert_eq!(Tenant::parse(&text).unwrap(), tenant);
    }

    #[test]
    fn only_what_is_missing_is_added() {
        let mut tenant = Tenant::parse(
            "entry_points: [{id: e, name: E, flow: dip.json}]\n\
             teams: [{id: t, name: T}]\n\
             agents: [{id: a, name: A, teams: [t]}]\n\
             queues: [{id: other, name: Support, groups: [{teams: [T]}]}]\n\
             connectors: [{id: x, name: CRM, base_url: 'https://example.com'}]\n\
             business_hours: [{id: h1, name: H}]\n\
             audio: [{name: hold.wav}]\n",
        )
        .unwrap();
        let before = tenant.clone();
        assert_eq!(
            tenant.complete(&needs()),
            [
                "stand-in agent `Stand-in Agent` in team `Stand-in Team`",
                "stand-in queue `Sales` (sales), served by `Stand-in Team`",
                "stand-in global variable `Global_Language` with the value in the flow",
            ]
        );
        assert_eq!(tenant.queues[0], before.queues[0]);
        assert_eq!(tenant.connectors, before.connectors);
        assert_eq!(tenant.entry_points, before.entry_points);
        assert_eq!(tenant.agents.len(), 2);
    }
}
