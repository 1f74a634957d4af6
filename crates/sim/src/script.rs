//! `call.yaml`: what a simulated caller, the agents and the servers do.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trunkline_contact::{Act, Destination};
use trunkline_model::http::{Answer, Outcome, Request, Target};
use trunkline_model::prompt::PlayFailure;
use trunkline_model::tenant::{Agent, EntryPoint, Tenant};
use trunkline_model::{AgentId, EntryPointId, Failure, FailureCode, QueueId};

/// A simulated call. Everything has a default: a script may be empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Script {
    /// The virtual time at which the call arrives (RFC 3339); 2026-01-05T15:00:00Z when left out.
    #[schemars(with = "Option<String>")]
    pub start: Option<Timestamp>,
    /// The calling number.
    pub ani: Option<String>,
    /// The dialled number.
    pub dnis: Option<String>,
    /// What the caller does.
    pub caller: Caller,
    /// What agents do: the first entry for the first offer, and so on; the last one stays.
    pub agents: Vec<AgentScript>,
    /// What agents do who are consulted: the first entry for the first offer of a consult, and so
    /// on; the last one stays.
    pub consulted: Vec<AgentScript>,
    /// Answers of servers, tried in order; what none of them answers is really sent.
    pub http: Vec<Stub>,
    /// What third parties do that are called, by transfers and by agents: the first entry for the
    /// first call, and so on; the last one stays.
    pub transfers: Vec<ThirdParty>,
    /// What the caller does when they are recorded: the first entry for the first recording, and so
    /// on; the last one stays.
    pub recordings: Vec<RecordingScript>,
    /// Prompts and music that cannot be played.
    pub prompts: Vec<FailingPrompt>,
}

/// What the caller does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Caller {
    /// Keys that they press.
    pub keys: Vec<Keys>,
    /// They hang up this many seconds after an agent answered.
    pub hang_up_after_answer_s: Option<f64>,
    /// They hang up this many seconds after the call arrived, answered or not.
    pub hang_up_at_s: Option<f64>,
    /// They hang up if no agent has answered after this many seconds.
    pub patience_s: f64,
}

impl Default for Caller {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            hang_up_after_answer_s: Some(30.0),
            hang_up_at_s: None,
            patience_s: 180.0,
        }
    }
}

/// Keys that the caller presses in one activity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The activity's label. Each entry serves one visit: a second one for the same label serves
    /// the second visit.
    #[serde(rename = "in")]
    pub activity: String,
    /// The keys, `0` to `9`, `*`, `#`, `A` to `D`; half a second apart.
    pub press: String,
    /// When the first key is pressed, in milliseconds after the activity began to listen: at once
    /// where a key ends its prompt, otherwise at the prompt's end.
    #[serde(default = "a_second")]
    pub after_ms: u64,
}

fn a_second() -> u64 {
    1_000
}

/// What an agent does with one offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AgentScript {
    /// Answers after this many seconds of ringing; null lets it ring.
    pub answer_after_s: Option<f64>,
    /// Declines instead, after this many seconds.
    pub decline_after_s: Option<f64>,
    /// What they do in the conversation. A consulted agent who does not have the contact may hold
    /// and resume in a conference.
    pub acts: Vec<ActScript>,
    /// Saves these variables while talking.
    pub edits: BTreeMap<String, String>,
    /// When they are saved, in seconds after answering.
    pub edit_after_s: f64,
    /// Hangs up this many seconds after answering; null leaves that to the caller.
    pub hang_up_after_s: Option<f64>,
    /// Saves these variables while wrapping up.
    pub wrap_up_edits: BTreeMap<String, String>,
    /// Finishes wrap-up after this many seconds; null leaves it to the timer.
    pub wrap_up_after_s: Option<f64>,
    /// The wrap-up code.
    pub wrap_up_code: String,
    /// Becomes Available again this many seconds after RONA.
    pub ready_after_rona_s: f64,
}

impl Default for AgentScript {
    fn default() -> Self {
        Self {
            answer_after_s: Some(5.0),
            decline_after_s: None,
            acts: Vec::new(),
            edits: BTreeMap::new(),
            edit_after_s: 2.0,
            hang_up_after_s: None,
            wrap_up_edits: BTreeMap::new(),
            wrap_up_after_s: Some(5.0),
            wrap_up_code: "Done".to_owned(),
            ready_after_rona_s: 10.0,
        }
    }
}

/// Something that an agent does in a conversation. For a consult and a transfer one of `agent`,
/// `queue`, `entry_point` and `number` says where it goes; a transfer to nobody hands the caller to
/// the one who is consulted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActScript {
    /// When, in seconds after answering.
    pub after_s: f64,
    /// What.
    pub does: Does,
    /// An agent, by id or name.
    #[serde(default)]
    pub agent: Option<String>,
    /// A queue, by id or name.
    #[serde(default)]
    pub queue: Option<String>,
    /// An entry point, by id or name.
    #[serde(default)]
    pub entry_point: Option<String>,
    /// A number.
    #[serde(default)]
    pub number: Option<String>,
}

/// What an agent does in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// Puts the caller on hold; in a conference, steps out of it.
    Hold,
    /// Talks to the caller again.
    Resume,
    /// Asks somebody.
    Consult,
    /// Talks to the other of the two.
    Swap,
    /// Ends the consult.
    EndConsult,
    /// Joins all three.
    Conference,
    /// Drops the one who was consulted from the conference.
    Drop,
    /// Hands the caller over.
    Transfer,
}

/// What the third party of a transfer does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ThirdParty {
    /// Whether it answers.
    pub does: ThirdPartyDoes,
    /// Answers after this many seconds of ringing.
    pub answer_after_s: f64,
    /// Hangs up this many seconds after answering; null leaves that to the caller, who then does
    /// so `hang_up_after_answer_s` after the answer.
    pub hang_up_after_s: Option<f64>,
    /// The SIP status with which the call fails.
    pub status: u16,
}

/// Whether the third party of a transfer answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThirdPartyDoes {
    /// It answers.
    #[default]
    Answers,
    /// It is busy, or declines.
    IsBusy,
    /// It lets the telephone ring.
    Rings,
    /// The call fails.
    Fails,
}

/// What the caller does when they are recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RecordingScript {
    /// Speaks for this many seconds; 0 says nothing.
    pub speak_s: f64,
    /// What comes then.
    pub then: Then,
}

/// How a recording ends, unless it becomes too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// The caller is silent.
    #[default]
    Silence,
    /// The caller presses the key that ends it.
    Terminator,
    /// The recording fails.
    Fails,
}

/// A prompt or music that cannot be played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FailingPrompt {
    /// What a file's name or a spoken text of it contains; anything when left out.
    #[serde(default)]
    pub contains: String,
    /// Why it fails.
    pub fail: PlayFailure,
    /// How often it fails; always when left out.
    #[serde(default)]
    pub times: Option<u32>,
}

/// An answer of a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Stub {
    /// The method; any when left out.
    pub method: Option<String>,
    /// What the path or URL contains, in any case, `%XX` and `+` decoded or not; anything when
    /// left out.
    pub contains: String,
    /// How often this answers; always when left out.
    pub times: Option<u32>,
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// Header fields.
    pub headers: BTreeMap<String, String>,
    /// How long the answer takes, in milliseconds of virtual time. Longer than the request's
    /// timeout is a time-out.
    pub latency_ms: u64,
    /// Fails instead of answering.
    pub fail: Option<StubFailure>,
}

impl Default for Stub {
    fn default() -> Self {
        Self {
            method: None,
            contains: String::new(),
            times: None,
            status: 200,
            body: String::new(),
            headers: BTreeMap::new(),
            latency_ms: 50,
            fail: None,
        }
    }
}

/// How a request fails without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StubFailure {
    /// The host's name is unknown.
    Dns,
    /// The connection is refused.
    Connect,
    /// The certificate is bad.
    Tls,
    /// No answer in time.
    Timeout,
}

/// Why a script cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ScriptError {
    /// Line, from 1; 0 where it is not known.
    pub line: u64,
    /// Column, from 1; 0 where it is not known.
    pub column: u64,
    /// What is wrong.
    pub message: String,
}

impl Script {
    /// Reads `call.yaml`.
    pub fn parse(yaml: &str) -> Result<Self, ScriptError> {
        if yaml.trim().is_empty() {
            return Ok(Self::default());
        }
        let script: Self = serde_saphyr::from_str(yaml).map_err(|error| {
            let place = error.location();
            ScriptError {
                line: place.map_or(0, |place| place.line()),
                column: place.map_or(0, |place| place.column()),
                message: error.without_snippet().to_string(),
            }
        })?;
        script.check()?;
        Ok(script)
    }

    fn check(&self) -> Result<(), ScriptError> {
        let fault = |message: String| Err(ScriptError { line: 0, column: 0, message });
        for keys in &self.caller.keys {
            let is_key = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#' | 'A'..='D');
            if !keys.press.chars().all(is_key) {
                let pressed = &keys.press;
                return fault(format!("press: {pressed:?} holds more than 0-9, *, #, A-D"));
            }
        }
        const A_DAY_MS: u64 = 86_400_000;
        let times = self.caller.keys.iter().map(|keys| ("after_ms", keys.after_ms));
        let times = times.chain(self.http.iter().map(|stub| ("latency_ms", stub.latency_ms)));
        if let Some((key, ms)) = times.into_iter().find(|(_, ms)| *ms > A_DAY_MS) {
            return fault(format!("{key}: {ms} ms is more than a day"));
        }
        match self.seconds().find(|(_, s)| !(0.0..=86_400.0).contains(s)) {
            Some((key, seconds)) => fault(format!("{key}: {seconds} s is not from 0 to 86400 s")),
            None => Ok(()),
        }
    }

    /// Every time in the script that counts in seconds, with its key.
    fn seconds(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let caller = [
            ("hang_up_after_answer_s", self.caller.hang_up_after_answer_s),
            ("hang_up_at_s", self.caller.hang_up_at_s),
            ("patience_s", Some(self.caller.patience_s)),
        ];
        let agents = self.agents.iter().chain(&self.consulted).flat_map(|agent| {
            [
                ("answer_after_s", agent.answer_after_s),
                ("decline_after_s", agent.decline_after_s),
                ("edit_after_s", Some(agent.edit_after_s)),
                ("hang_up_after_s", agent.hang_up_after_s),
                ("wrap_up_after_s", agent.wrap_up_after_s),
                ("ready_after_rona_s", Some(agent.ready_after_rona_s)),
            ]
        });
        let acts = self.agents.iter().chain(&self.consulted).flat_map(|agent| &agent.acts);
        let acts = acts.map(|act| ("after_s", Some(act.after_s)));
        let third_parties = self.transfers.iter().flat_map(|it| {
            [("answer_after_s", Some(it.answer_after_s)), ("hang_up_after_s", it.hang_up_after_s)]
        });
        let recordings = self.recordings.iter().map(|it| ("speak_s", Some(it.speak_s)));
        let given =
            caller.into_iter().chain(agents).chain(acts).chain(third_parties).chain(recordings);
        given.filter_map(|(key, seconds)| seconds.map(|seconds| (key, seconds)))
    }

    /// The virtual time of the arrival, in milliseconds since the Unix epoch.
    pub fn start_ms(&self) -> i64 {
        const MONDAY_MORNING_IN_NEW_YORK_MS: i64 = 1_767_625_200_000;
        self.start.map_or(MONDAY_MORNING_IN_NEW_YORK_MS, Timestamp::as_millisecond)
    }
}

impl ActScript {
    /// As the contact takes it. What names nobody is refused there.
    pub(crate) fn act(&self, tenant: &Tenant) -> Act {
        let to = self.to(tenant);
        let nobody = || Destination::Number { number: String::new(), caller_id: None };
        match self.does {
            Does::Hold => Act::Hold,
            Does::Resume => Act::Resume,
            Does::Consult => Act::Consult { to: to.unwrap_or_else(nobody) },
            Does::Swap => Act::Swap,
            Does::EndConsult => Act::EndConsult,
            Does::Conference => Act::Conference,
            Does::Drop => Act::Drop,
            Does::Transfer => Act::Transfer { to },
        }
    }

    fn to(&self, tenant: &Tenant) -> Option<Destination> {
        if let Some(name) = &self.agent {
            let is_it = |it: &&Agent| it.id.as_str() == name || it.name == *name;
            let found = tenant.agents.iter().find(is_it);
            let id = found.map_or_else(|| AgentId::new(name), |agent| agent.id.clone());
            return Some(Destination::Agent(id));
        }
        if let Some(name) = &self.queue {
            let id = tenant.queue(name).map_or_else(|| QueueId::new(name), |it| it.id.clone());
            return Some(Destination::Queue(id));
        }
        if let Some(name) = &self.entry_point {
            let is_it = |it: &&EntryPoint| it.id.as_str() == name || it.name == *name;
            let found = tenant.entry_points.iter().find(is_it);
            let id = found.map_or_else(|| EntryPointId::new(name), |it| it.id.clone());
            return Some(Destination::EntryPoint(id));
        }
        let number = self.number.clone()?;
        Some(Destination::Number { number, caller_id: None })
    }
}

impl Stub {
    pub(crate) fn answers(&self, request: &Request) -> bool {
        let is_method = self
            .method
            .as_ref()
            .is_none_or(|method| method.eq_ignore_ascii_case(request.method.as_str()));
        is_method && self.is_in(request)
    }

    fn is_in(&self, request: &Request) -> bool {
        let text = match &request.target {
            Target::Connector { path, .. } => &path.text,
            Target::Url(url) => &url.text,
        };
        let wanted = self.contains.to_lowercase();
        text.to_lowercase().contains(&wanted) || decoded(text).to_lowercase().contains(&wanted)
    }

    pub(crate) fn outcome(&self, request: &Request) -> Outcome {
        let failure = match self.fail {
            Some(StubFailure::Dns) => Some((FailureCode::Dns, "the host's name is unknown")),
            Some(StubFailure::Connect) => Some((FailureCode::Connect, "connection refused")),
            Some(StubFailure::Tls) => Some((FailureCode::Tls, "the certificate is not valid")),
            Some(StubFailure::Timeout) => Some((FailureCode::Timeout, "no answer in time")),
            None if self.latency_ms > request.timeout_ms => {
                Some((FailureCode::Timeout, "no answer in time"))
            }
            None => None,
        };
        let is_timeout = matches!(failure, Some((FailureCode::Timeout, _)));
        let result = match failure {
            Some((code, text)) => Err(Failure::new(code, format!("{text} (scripted)"))),
            None => Ok(self.answer()),
        };
        Outcome {
            result,
            duration_ms: if is_timeout { request.timeout_ms } else { self.latency_ms },
            attempts: 1,
            stand_in: Some("answered by the script".to_owned()),
        }
    }

    fn answer(&self) -> Answer {
        let headers = self.headers.iter();
        Answer {
            status: self.status,
            headers: headers.map(|(name, value)| (name.to_lowercase(), value.clone())).collect(),
            body: self.body.clone(),
        }
    }
}

/// A URL with `%XX` and `+` decoded, for reading only.
fn decoded(url: &str) -> String {
    let (bytes, mut out, mut at) = (url.as_bytes(), Vec::with_capacity(url.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let hex = url.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, hex) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 3;
            }
            (b'+', _) => {
                out.push(b' ');
                at += 1;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The JSON Schema of `call.yaml`.
pub fn json_schema() -> schemars::Schema {
    schemars::schema_for!(Script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_with_its_defaults() {
        let script = Script::parse(
            "ani: '+14806754111'\ncaller:\n  keys:\n    - {in: Menu, press: '1'}\nhttp:\n  - \
             {contains: 'from contact', status: 404}\n",
        )
        .unwrap();
        assert_eq!(script.caller.keys[0].after_ms, 1_000);
        assert_eq!(script.caller.hang_up_after_answer_s, Some(30.0));
        assert_eq!(script.http[0].status, 404);
        assert_eq!(Script::parse("").unwrap(), Script::default());
    }

    #[test]
    fn mistakes_have_their_place() {
        let error = Script::parse("ani: x\ncaler: {}\n").unwrap_err();
        assert_eq!(error.line, 2, "{error}");
        assert!(Script::parse("caller: {keys: [{in: A, press: 'x'}]}").is_err());
        for seconds in ["-5", ".nan", "1e9"] {
            let error = Script::parse(&format!("caller: {{patience_s: {seconds}}}")).unwrap_err();
            assert!(error.message.starts_with("patience_s"), "{error}");
        }
    }

    #[test]
    fn stubs_are_found_in_encoded_urls() {
        let stub = Stub { contains: "FROM Contact".into(), ..Stub::default() };
        let request = Request {
            method: trunkline_model::http::Method::Get,
            target: Target::Url("https://x/query?q=SELECT+Id+FROM%20Contact".into()),
            query: Vec::new(),
            headers: Vec::new(),
            content_type: None,
            body: None,
            timeout_ms: 2_000,
            retries: 0,
            idempotency_key: None,
        };
        assert!(stub.answers(&request));
        assert!(stub.outcome(&request).result.is_ok());
        let slow = Stub { latency_ms: 3_000, ..stub };
        assert_eq!(slow.outcome(&request).result.unwrap_err().code, FailureCode::Timeout);
    }
}
