//! A server with a tenant and flows made for one test, what is around it, and who calls.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use trunkline_media::tone::Sine;
use trunkline_server::config::{Setup, SetupOptions};
use trunkline_server::ops::{AgentMode, Ask, ContactLine, Control, Health, Metrics, Reply};
use trunkline_server::{Server, Waits};
use trunkline_softphone::{Call, Phone, PhoneError, PhoneSettings, Recording};
use trunkline_telephony::call::Cause;
use trunkline_telephony::message::Headers;

use crate::builder::{Builder, merge};
use crate::crm::Crm;
use crate::ear::LIMIT;

/// The number that leads to the flow `f`.
pub(crate) const MAIN: &str = "+12025550100";

/// Who calls unless the test says otherwise.
pub(crate) const CALLER: &str = "+12025550142";

/// How a server refuses who came when there was too much to do.
pub(crate) const OVERLOAD: Cause = Cause::Refused { status: 503 };

/// The level of the tones in the tenant's files, in dBm0.
pub(crate) const LEVEL_DBM0: f64 = -12.0;

/// The tones of the tenant's files, in Hz.
pub(crate) const PROMPT_HZ: f64 = 440.0;
pub(crate) const OTHER_HZ: f64 = 700.0;
pub(crate) const MUSIC_HZ: f64 = 310.0;
pub(crate) const HOLD_HZ: f64 = 530.0;

/// The files with their length in milliseconds.
const FILES: [(&str, f64, usize); 5] = [
    ("prompt.wav", PROMPT_HZ, 2_000),
    ("long.wav", PROMPT_HZ, 20_000),
    ("other.wav", OTHER_HZ, 900),
    ("music.wav", MUSIC_HZ, 4_000),
    ("defaultmusic_on_hold.wav", HOLD_HZ, 4_000),
];

/// What a server is started with.
pub(crate) struct Plan {
    tenant: Value,
    flows: Vec<Builder>,
    config: String,
    sip: String,
    rtp: String,
    host: IpAddr,
    /// By IPv6 at the same port as well, with audio wherever the configuration puts it then.
    has_both: bool,
    waits: Waits,
}

impl Plan {
    /// A flow `f` for [`MAIN`], a queue, two agents.
    pub(crate) fn new(flow: Builder) -> Self {
        let agent = |id: &str| json!({ "id": id, "name": id, "teams": ["Desk"] });
        // One of them is not there.
        let names = FILES.iter().map(|(name, ..)| *name).chain(["gone.wav"]);
        let audio: Vec<_> = names.map(|name| json!({ "name": name, "file": name })).collect();
        let tenant = json!({
            "name": "Acme", "time_zone": "Etc/UTC",
            "queues": [{ "id": "q", "name": "Support", "music": "music.wav",
                         "groups": [{ "teams": ["Desk"] }] }],
            "teams": [{ "id": "desk", "name": "Desk" }],
            "agents": [agent("ann"), agent("bob")],
            "audio": audio,
            "http": { "allow_networks": ["127.0.0.0/8"] },
            "routing": { "ring_timeout_s": 15 },
        });
        let waits = Waits { agent_return_ms: 1_000, wrap_up_ms: 150 };
        let (config, sip, rtp) = (String::new(), String::new(), String::new());
        let host = Ipv4Addr::LOCALHOST.into();
        let (flows, has_both) = (vec![flow], false);
        Self { tenant, flows, config, sip, rtp, host, has_both, waits }.entry(json!({}))
    }

    /// With these keys of the tenant.
    pub(crate) fn tenant(mut self, more: Value) -> Self {
        merge(&mut self.tenant, more);
        self
    }

    /// With these keys of the entry point.
    pub(crate) fn entry(self, more: Value) -> Self {
        let mut entry = json!({ "id": "main", "name": "Main", "dnis": [MAIN], "flow": "f" });
        merge(&mut entry, more);
        self.tenant(json!({ "entry_points": [entry] }))
    }

    /// With these tables at the end of the configuration.
    pub(crate) fn config(mut self, more: &str) -> Self {
        self.config += more;
        self
    }

    /// With these keys of `[sip]`.
    pub(crate) fn sip(mut self, more: &str) -> Self {
        self.sip += more;
        self
    }

    /// With these keys of `[rtp]`.
    pub(crate) fn rtp(mut self, more: &str) -> Self {
        self.rtp += more;
        self
    }

    /// By IPv6.
    pub(crate) fn by_ipv6(mut self) -> Self {
        self.host = Ipv6Addr::LOCALHOST.into();
        self
    }

    /// By IPv4 and IPv6.
    pub(crate) fn by_both(mut self) -> Self {
        self.has_both = true;
        self
    }

    /// With so much time for agents whose media are gone.
    pub(crate) fn waits(mut self, return_within: Duration) -> Self {
        self.waits.agent_return_ms = i64::try_from(return_within.as_millis()).unwrap();
        self
    }

    /// With so much time for agents to wrap up.
    pub(crate) fn wrap_up(mut self, within: Duration) -> Self {
        self.waits.wrap_up_ms = i64::try_from(within.as_millis()).unwrap();
        self
    }

    pub(crate) async fn start(self) -> Centre {
        let crm = Crm::start().await;
        let folder = tempfile::tempdir().unwrap();
        write_audio(folder.path());
        let mut names = Vec::new();
        for (place, flow) in self.flows.iter().enumerate() {
            let name = format!("{place}.json");
            write_flow(folder.path(), &name, flow, &crm);
            names.push(json!({ "file": name }));
        }
        let tenant = self.tenant(json!({ "flows": names }));
        // JSON is YAML.
        std::fs::write(folder.path().join("tenant.yaml"), tenant.tenant.to_string()).unwrap();
        let (health, metrics) = (Health::default(), Metrics::new());
        let at = SocketAddr::from((tenant.host, 0));
        let (server, address, setup) = tenant.serve(folder.path(), at, &health, &metrics).await;
        let control = server.control();
        let server = Some(server);
        Centre { server, control, health, metrics, folder, address, crm, setup, plan: tenant }
    }

    async fn serve(
        &self,
        folder: &Path,
        at: SocketAddr,
        health: &Health,
        metrics: &Metrics,
    ) -> (Server, SocketAddr, Setup) {
        start(folder, at, |address| self.toml(address), (health, metrics), self.waits).await
    }

    fn toml(&self, address: SocketAddr) -> String {
        let phone = |user: &str| {
            format!(
                "[[phone]]\nuser = \"{user}\"\npassword = \"secret-word\"\nagent = \"{user}\"\n"
            )
        };
        let (sip, rtp, config, host) = (&self.sip, &self.rtp, &self.config, self.host);
        let (listen, audio) = match self.has_both {
            true => (format!("\"{address}\", \"[::1]:{}\"", address.port()), String::new()),
            false => (format!("\"{address}\""), format!("address = \"{host}\"")),
        };
        format!(
            "tenant = \"tenant.yaml\"\n[sip]\nlisten = [{listen}]\n{sip}\n\
             [rtp]\n{audio}\n{rtp}\n\
             [http]\nlisten = \"{address}\"\n{}{}{config}\n",
            phone("ann"),
            phone("bob"),
        ) + match config.contains("[[trunk]]") {
            true => "",
            false => "[[trunk]]\nname = \"carrier\"\nnetworks = [\"127.0.0.0/8\", \"::1/128\"]\n",
        }
    }
}

fn write_flow(folder: &Path, name: &str, flow: &Builder, crm: &Crm) {
    let text = flow.text().replace("http://crm", &crm.url());
    std::fs::write(folder.join(name), text).unwrap();
}

fn write_audio(folder: &Path) {
    for (name, frequency_hz, length_ms) in FILES {
        let samples = Sine::new(frequency_hz, LEVEL_DBM0).take(length_ms * 8);
        std::fs::write(folder.join(name), Recording::new(samples).to_wav().unwrap()).unwrap();
    }
}

/// Starts a server for the tenant in a folder, with more tables of configuration.
pub(crate) async fn serve(folder: &Path, tables: &str) -> (Server, SocketAddr) {
    let write = |address: SocketAddr| {
        format!(
            "tenant = \"tenant.yaml\"\n[sip]\nlisten = [\"{address}\"]\n\
             [rtp]\naddress = \"127.0.0.1\"\n[http]\nlisten = \"{address}\"\n{tables}"
        )
    };
    let (health, metrics) = (Health::default(), Metrics::new());
    let (at, waits) = (SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), Waits::default());
    let (server, address, _) = start(folder, at, write, (&health, &metrics), waits).await;
    (server, address)
}

async fn start(
    folder: &Path,
    at: SocketAddr,
    config: impl Fn(SocketAddr) -> String,
    (health, metrics): (&Health, &Metrics),
    waits: Waits,
) -> (Server, SocketAddr, Setup) {
    let mut last = String::new();
    for _ in 0..10 {
        // Another program may be faster to take the port.
        let Ok(socket) = UdpSocket::bind(at) else {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        };
        let address = socket.local_addr().unwrap();
        drop(socket);
        let file = folder.join("trunkline.toml");
        std::fs::write(&file, config(address)).unwrap();
        let setup = Setup::load(&file, SetupOptions { allow_literal_secrets: true }).unwrap();
        setup.make_data_dir().unwrap();
        match Server::start_with(&setup, health, metrics, waits).await {
            Ok(server) => return (server, address, setup),
            Err(error) => last = error.to_string(),
        }
    }
    panic!("{last}");
}

/// A running server with what is around it.
pub(crate) struct Centre {
    pub(crate) server: Option<Server>,
    pub(crate) control: Arc<dyn Control>,
    pub(crate) health: Health,
    pub(crate) metrics: Metrics,
    pub(crate) folder: TempDir,
    pub(crate) address: SocketAddr,
    pub(crate) crm: Crm,
    pub(crate) setup: Setup,
    plan: Plan,
}

impl Centre {
    /// The URI of a number at the server.
    pub(crate) fn uri(&self, number: &str) -> String {
        format!("sip:{number}@{}", self.address)
    }

    /// What a phone of this user is started with, at a free port of the server's host.
    pub(crate) fn phone_of(&self, user: &str) -> PhoneSettings {
        PhoneSettings::new(SocketAddr::from((self.address.ip(), 0)), user)
    }

    /// A phone that calls.
    pub(crate) async fn phone(&self) -> Phone {
        Phone::start(self.phone_of(CALLER)).await.unwrap()
    }

    /// Calls a number, whatever comes of it.
    pub(crate) async fn try_number(&self, number: &str) -> Call {
        let phone = self.phone().await;
        phone.dial(&self.uri(number), Headers::default()).await.unwrap()
    }

    /// Calls [`MAIN`]; nobody has answered yet, but there is a contact, or was.
    pub(crate) async fn dial(&self, headers: Headers) -> Call {
        let until = tokio::time::Instant::now() + LIMIT;
        let phone = self.phone().await;
        loop {
            let call = phone.dial(&self.uri(MAIN), headers.clone()).await.unwrap();
            call.record().unwrap();
            while call.cause().is_none() {
                if !self.contacts().await.is_empty() {
                    return call;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            if call.cause() != Some(OVERLOAD) {
                return call;
            }
            assert!(tokio::time::Instant::now() < until, "the server is always overloaded");
        }
    }

    /// Calls [`MAIN`] from a phone of its own and waits for the answer. A server on a machine
    /// under load may ask it to try again.
    pub(crate) async fn call(&self) -> Call {
        let phone = self.phone().await;
        for _ in 0..20 {
            let call = phone.dial(&self.uri(MAIN), Headers::default()).await.unwrap();
            call.record().unwrap();
            match call.answered(LIMIT).await {
                Ok(_) => return call,
                Err(PhoneError::Over { cause: OVERLOAD, .. }) => {}
                Err(error) => panic!("{error}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("the server is overloaded all the time");
    }

    /// An agent's phone, registered; the agent is signed in, and a contact that waits rings at once.
    pub(crate) async fn agent(&self, user: &str) -> Phone {
        let registrar = format!("sip:{}", self.address);
        let settings = self.phone_of(user).registered_at(registrar, "secret-word");
        let phone = Phone::start(settings).await.unwrap();
        phone.register().await.unwrap();
        let until = tokio::time::Instant::now() + LIMIT;
        while self.agent_mode(user).await == AgentMode::SignedOut {
            assert!(tokio::time::Instant::now() < until, "{user} is not signed in");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        phone
    }

    pub(crate) async fn ask<T>(&self, ask: impl FnOnce(Reply<T>) -> Ask) -> T {
        let (reply, answer) = oneshot::channel();
        self.control.ask(ask(reply));
        tokio::time::timeout(LIMIT, answer).await.unwrap().unwrap()
    }

    pub(crate) async fn contacts(&self) -> Vec<ContactLine> {
        self.ask(|reply| Ask::Contacts(100, reply)).await
    }

    pub(crate) async fn agent_mode(&self, id: &str) -> AgentMode {
        let agents = self.ask(Ask::Agents).await;
        agents.iter().find(|agent| agent.agent.as_str() == id).unwrap().state
    }

    /// Waits until an agent is in this state.
    pub(crate) async fn agent_is(&self, id: &str, mode: AgentMode) {
        let until = tokio::time::Instant::now() + LIMIT;
        loop {
            let now = self.agent_mode(id).await;
            if now == mode {
                return;
            }
            assert!(tokio::time::Instant::now() < until, "{id} is {now:?}, not {mode:?}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Waits until the only contact is in this state.
    pub(crate) async fn state_is(&self, state: &str) {
        let until = tokio::time::Instant::now() + LIMIT;
        loop {
            let contacts = self.contacts().await;
            if contacts.iter().map(|contact| contact.state.as_str()).eq([state]) {
                return;
            }
            assert!(tokio::time::Instant::now() < until, "not {state}: {contacts:?}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Waits until no contact is left.
    pub(crate) async fn is_empty(&self) {
        let until = tokio::time::Instant::now() + LIMIT;
        loop {
            let contacts = self.contacts().await;
            if contacts.is_empty() {
                return;
            }
            assert!(tokio::time::Instant::now() < until, "still there: {contacts:?}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Waits until all contacts are over; so many ContactEnded flows have run, and no more.
    pub(crate) async fn has_ended(&self, count: usize) {
        self.crm.came("/ended", count).await;
        self.is_empty().await;
        assert_eq!(self.crm.count("/ended"), count);
    }

    /// The server is gone as if it had been killed, but for what its threads still had in hand.
    pub(crate) fn kill(&mut self) {
        self.server = None;
    }

    /// Starts it again on the same data, at another address.
    pub(crate) async fn start_again(&mut self) {
        let at = SocketAddr::from((self.address.ip(), 0));
        self.health = Health::default();
        let (server, address, setup) =
            self.plan.serve(self.folder.path(), at, &self.health, &self.metrics).await;
        self.control = server.control();
        (self.server, self.address, self.setup) = (Some(server), address, setup);
    }

    /// Puts another flow in place and reloads.
    pub(crate) async fn reload(&self, flow: &Builder) -> Vec<String> {
        write_flow(self.folder.path(), "0.json", flow, &self.crm);
        let options = SetupOptions { allow_literal_secrets: true };
        let setup = Setup::load(&self.setup.file, options).unwrap();
        self.ask(|reply| Ask::Reload(Box::new(setup), reply)).await
    }
}

/// Adds a ContactEnded flow that tells the CRM.
pub(crate) fn ending(flow: Builder) -> Builder {
    let flow = flow.event("ContactEnded", "PhoneContactEnded");
    let body = json!({ "httpContentType": "Application/JSON", "httpRequestBody": "{{ NewPhoneContact.InteractionId }}" });
    let flow = flow.http("Tell", "POST", "http://crm/ended", body, &[]).end("Told");
    flow.row("ContactEnded Tell Told")
}

/// The properties of a prompt of one file.
pub(crate) fn file(name: &str) -> Value {
    json!({ "prompts": [{ "type": "audio", "value": name }] })
}
