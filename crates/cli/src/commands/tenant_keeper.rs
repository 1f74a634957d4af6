//! Who keeps a tenant's configuration: a server, asked by its interface, or the folder of one on
//! this machine.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use trunkline_accounts::{Accounts, Actor, AuditEvent};
use trunkline_connector::{Client, Options};
use trunkline_model::http::{Body, Method, Request, Target};
use trunkline_model::tenant::connector::ConnectorKind;
use trunkline_model::tenant::{Auth, Connector, Http, Secret, Tenant, Writes};
use trunkline_server::config::{KeptTenant, keeper};
use trunkline_settings::{ApplyOptions, Author, Bundle, Plan};

use crate::problem::{Problem, Result};

/// The environment variable for the token.
const TOKEN: &str = "TRUNKLINE_TOKEN";

/// Who changes what is written straight into a server's folder. No user can have this name.
const AUTHOR: &str = "(trunkline apply)";

/// How long a server may take for an answer.
const TIMEOUT_MS: u64 = 60_000;

/// The largest answer, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// How long a running server may take until new calls meet a change.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whose configuration.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The address of a server, such as https://cc.example.com:8443.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// An API token of that server with the scope configuration:write (or :read for reading
    /// alone); TRUNKLINE_TOKEN in the environment is not seen by others on the machine.
    #[arg(long, value_name = "TOKEN", requires = "server")]
    token: Option<String>,
    /// The configuration of a server on this machine, whose folder is used.
    #[arg(long, value_name = "FILE", default_value = "trunkline.toml", conflicts_with = "server")]
    config: PathBuf,
}

/// A configuration to be applied.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) bundle: Bundle,
    /// The sounds that the bundle names.
    pub(crate) sounds: Vec<Vec<u8>>,
    pub(crate) keep_others: bool,
    pub(crate) allow_literal_secrets: bool,
    /// The revision that it was planned for.
    pub(crate) revision: Option<u64>,
    pub(crate) note: String,
}

/// Who keeps a configuration.
pub(crate) enum Keeper {
    /// A server, by its interface.
    Server(Server),
    /// The folder of a server.
    Folder(Box<KeptTenant>),
}

/// A server that is asked.
pub(crate) struct Server {
    client: Client,
    runtime: tokio::runtime::Runtime,
    url: String,
}

impl Which {
    pub(crate) fn open(&self) -> Result<Keeper> {
        let Some(url) = &self.server else {
            let kept = keeper(&self.config).map_err(Problem::misuse)?;
            return Ok(Keeper::Folder(Box::new(kept)));
        };
        let token = self.token.clone().or_else(|| std::env::var(TOKEN).ok());
        let token = token.filter(|it| !it.is_empty()).ok_or_else(|| {
            Problem::misuse(format!("an API token is needed: set {TOKEN}, or give --token"))
        })?;
        Server::new(url, token).map(Keeper::Server)
    }
}

impl Keeper {
    /// What applying would do, as the interface gives it.
    pub(crate) fn plan(&self, change: &Change) -> Result<Value> {
        match self {
            Self::Server(server) => server.post("/configuration/plan", change),
            Self::Folder(kept) => {
                let plan = kept.settings.plan(&change.bundle, options(change));
                as_json(&plan.map_err(Problem::failed)?)
            }
        }
    }

    /// Applies it. Gives what was done, as the interface gives it.
    pub(crate) fn apply(&self, change: &Change) -> Result<Value> {
        let kept = match self {
            Self::Server(server) => {
                change.sounds.iter().try_for_each(|sound| server.keep_sound(sound))?;
                return server.post("/configuration/apply", change);
            }
            Self::Folder(kept) => kept,
        };
        for sound in &change.sounds {
            kept.settings.keep_sound(now_ms(), sound).map_err(Problem::failed)?;
        }
        let author = Author::new(now_ms(), AUTHOR).note(change.note.as_str());
        let applied = kept.settings.apply(&author, &change.bundle, options(change));
        let applied = applied.map_err(Problem::failed)?;
        if !applied.plan.is_empty() {
            record(kept, &applied.plan, applied.revision)?;
        }
        as_json(&applied)
    }

    /// The configuration as files, and what was left out of them.
    pub(crate) fn export(&self) -> Result<(Bundle, Vec<String>)> {
        let server = match self {
            Self::Server(server) => server,
            Self::Folder(kept) => {
                let export = kept.settings.export().map_err(Problem::failed)?;
                return Ok((export.bundle, export.left_out));
            }
        };
        let answer = server.ask(Method::Get, "/configuration/export", None)?;
        let wrong = |error| Problem::failed(format!("{}: {error}", server.url));
        let read = |value: &Value| serde_json::from_value(value.clone()).map_err(wrong);
        let left_out = serde_json::from_value(answer["left_out"].clone()).map_err(wrong)?;
        let yaml = answer["yaml"].as_str().unwrap_or_default().to_owned();
        Ok((Bundle { yaml, flows: read(&answer["flows"])?, ..Bundle::default() }, left_out))
    }

    /// A sound that was uploaded.
    pub(crate) fn sound(&self, sha256: &str) -> Result<Vec<u8>> {
        let missing = || Problem::failed(format!("the sound {sha256} is not there any more"));
        match self {
            Self::Server(server) => {
                let answer = server.ask(Method::Get, &format!("/sounds/{sha256}"), None)?;
                let text = answer["base64"].as_str().unwrap_or_default();
                let sound = BASE64.decode(text.as_bytes()).map_err(Problem::failed)?;
                if self::sha256(&sound) == sha256 { Ok(sound) } else { Err(missing()) }
            }
            Self::Folder(kept) => {
                let sound = kept.settings.sound(sha256).map_err(Problem::failed)?;
                sound.ok_or_else(missing)
            }
        }
    }

    /// Waits until new calls of a server meet the revision. Gives what they do not meet, and why.
    pub(crate) fn notes(&self, revision: u64) -> Result<Vec<String>> {
        let Self::Server(server) = self else { return Ok(Vec::new()) };
        let end = Instant::now() + PATIENCE;
        loop {
            let state = server.ask(Method::Get, "/configuration", None)?;
            let notes = state["notes"].as_array().map_or(&[] as &[Value], Vec::as_slice);
            let notes: Vec<String> =
                notes.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
            let is_there = state["in_force"].as_u64() >= Some(revision);
            if is_there || !notes.is_empty() || Instant::now() >= end {
                return Ok(notes);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn options(change: &Change) -> ApplyOptions {
    ApplyOptions {
        allow_literal_secrets: change.allow_literal_secrets,
        keep_others: change.keep_others,
        expected_revision: change.revision,
        is_only_source: false,
        ..ApplyOptions::of_server()
    }
}

/// Writes it into the server's audit log, where there is one.
fn record(kept: &KeptTenant, plan: &Plan, revision: u64) -> Result<()> {
    if !kept.accounts.exists() {
        return Ok(());
    }
    let settings = trunkline_accounts::Settings::default();
    let accounts = Accounts::open(&kept.accounts, settings).map_err(Problem::failed)?;
    let changes = plan.steps.iter().filter(|it| it.action != trunkline_settings::Action::Unchanged);
    let detail = format!("revision {revision}: {} changes by {AUTHOR}", changes.count());
    let event = AuditEvent::done("configuration.applied").detail(detail);
    accounts.record(now_ms(), &Actor::system(), &event).map_err(Problem::failed)
}

/// The name of a sound.
pub(crate) fn sha256(sound: &[u8]) -> String {
    HEXLOWER.encode(&trunkline_store::sha256(sound))
}

fn now_ms() -> i64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn as_json(value: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Problem::failed)
}

impl Server {
    fn new(url: &str, token: String) -> Result<Self> {
        let url = url.trim_end_matches('/').to_owned();
        let connector = Connector {
            id: "server".into(),
            name: "server".to_owned(),
            kind: ConnectorKind::Custom,
            base_url: url.clone(),
            auth: Auth::Bearer { token: Secret::Literal(token) },
            writes: Writes::Allow,
            soql_guard: Some(false),
            resend_in_doubt: false,
            max_body_bytes: MAX_BYTES,
        };
        let (connectors, http) = (vec![connector], Http::default());
        let tenant = Tenant { connectors, http, ..Tenant::default() };
        let options = Options { allow_literal_secrets: true, ..Options::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Problem::misuse(format!("threads: {error}")))?;
        let client = {
            let _within = runtime.enter();
            Client::new(&tenant, options).map_err(Problem::misuse)?
        };
        Ok(Self { client, runtime, url })
    }

    fn keep_sound(&self, sound: &[u8]) -> Result<()> {
        let body = json!({ "base64": BASE64.encode(sound) });
        self.ask(Method::Post, "/sounds", Some(body.to_string())).map(drop)
    }

    fn post(&self, path: &str, change: &Change) -> Result<Value> {
        let mut body = json!({
            "yaml": change.bundle.yaml,
            "flows": change.bundle.flows,
            "sounds": change.bundle.sounds,
            "keep_others": change.keep_others,
            "note": change.note,
        });
        if let Some(revision) = change.revision {
            body["revision"] = revision.into();
        }
        self.ask(Method::Post, path, Some(body.to_string()))
    }

    fn ask(&self, method: Method, path: &str, body: Option<String>) -> Result<Value> {
        let path = format!("/api/v1{path}");
        let request = Request {
            method,
            target: Target::Connector {
                id: "server".to_owned(),
                name: None,
                path: path.as_str().into(),
            },
            query: Vec::new(),
            headers: Vec::new(),
            content_type: body.as_ref().map(|_| "application/json".to_owned()),
            body: body.map(Body::Text),
            timeout_ms: TIMEOUT_MS,
            retries: 0,
            idempotency_key: None,
        };
        let outcome = self.runtime.block_on(self.client.send(&request, None));
        let answer = outcome
            .result
            .map_err(|failure| Problem::failed(format!("{}: {}", self.url, failure.description)))?;
        let value: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        if answer.status < 300 {
            return Ok(value);
        }
        Err(Problem::failed(refusal(answer.status, &value)))
    }
}

/// Why a server refused, in lines.
fn refusal(status: u16, problem: &Value) -> String {
    let text = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
    let code = text("code");
    if code.is_empty() {
        return format!("the server answered with the status {status}; is it a Trunkline server?");
    }
    let said = if text("detail").is_empty() { text("title") } else { text("detail") };
    format!("{said} ({code})")
}
