//! A server with a user for each role, two of them agents.

use std::sync::Arc;

use serde_json::{Value, json};
use trunkline_accounts::{
    Accounts, Actor, Cost, NewToken, NewUser, Role, Roles, Scope, Scopes, Settings as Accounting,
    User,
};
use trunkline_api::{Running, Settings, serve};
use trunkline_settings::Settings as Configuration;
use trunkline_store::seal::Key;

use crate::double::{Double, Scripted};
use crate::http::{Ask, Reply};

/// The users: name, role, the agent that they are, the team that they may see.
pub(crate) const PEOPLE: [(&str, Role, Option<&str>, Option<&str>); 6] = [
    ("ada", Role::Administrator, None, None),
    ("flo", Role::FlowDeveloper, None, None),
    ("sue", Role::Supervisor, None, Some("billing")),
    ("ann", Role::Agent, Some("ann"), None),
    ("bob", Role::Agent, Some("bob"), None),
    ("aud", Role::Auditor, None, None),
];

pub(crate) struct House {
    pub running: Running,
    pub accounts: Arc<Accounts>,
    pub double: Arc<Double>,
    pub configuration: Arc<Configuration>,
    /// Where users sign in; gone with the house.
    _folder: tempfile::TempDir,
}

pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

pub(crate) fn password(name: &str) -> String {
    format!("{name} rides a green tractor")
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Settings::loopback()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        Self::empty(settings).await.with_people()
    }

    /// With users, and a centre of the test's own.
    pub(crate) async fn people(centre: impl FnOnce(Arc<Double>) -> Scripted) -> Self {
        Self::around(Settings::loopback(), centre).await.with_people()
    }

    fn with_people(self) -> Self {
        let house = self;
        let people: Vec<_> = PEOPLE
            .iter()
            .map(|(name, role, agent, team)| NewUser {
                name: (*name).to_owned(),
                display_name: name.to_uppercase(),
                roles: Roles::from([*role]),
                agent: agent.map(Into::into),
                teams: team.iter().map(|team| (*team).into()).collect(),
                password: Some(password(name).into()),
                ..NewUser::default()
            })
            .collect();
        house.accounts.create_users(now_ms(), &Actor::system(), &people).unwrap();
        house
    }

    /// Without users.
    pub(crate) async fn empty(settings: Settings) -> Self {
        Self::around(settings, |double| Scripted { double, trial: None }).await
    }

    async fn around(settings: Settings, centre: impl FnOnce(Arc<Double>) -> Scripted) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let accounting =
            Accounting { cost: Cost::TEST, hashes_waiting: 1_000, ..Accounting::default() };
        let path = folder.path().join("accounts.sqlite");
        let accounts = Arc::new(Accounts::open(path, accounting).unwrap());
        let double = Double::new();
        let centre = Arc::new(centre(Arc::clone(&double)));
        let configuration = Arc::new(Configuration::in_memory(Key::from_bytes([7; 32])).unwrap());
        let (users, kept) = (Arc::clone(&accounts), Arc::clone(&configuration));
        let running = serve(settings, centre, users, kept).await.unwrap();
        Self { running, accounts, double, configuration, _folder: folder }
    }

    pub(crate) fn port(&self) -> u16 {
        self.running.address().port()
    }

    pub(crate) async fn ask(&self, ask: &Ask) -> Reply {
        ask.to(self.port()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask(&Ask::get(path)).await
    }

    pub(crate) fn user(&self, name: &str) -> User {
        let search = trunkline_accounts::UserSearch { limit: 200, ..Default::default() };
        let page = self.accounts.users(&search).unwrap();
        page.users.into_iter().find(|user| user.name == name).unwrap()
    }

    /// Signs in through the interface.
    pub(crate) async fn sign_in(&self, name: &str) -> Page {
        let body = json!({"name": name, "password": password(name)});
        let reply = self.ask(&Ask::new("POST", "/api/v1/session").json(&body)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        Page::new(self.port(), &reply)
    }

    /// An API token's text.
    pub(crate) fn token(&self, name: &str, scopes: &[Scope]) -> String {
        let user = self.user(name).id;
        let new = NewToken {
            name: "for tests".into(),
            scopes: Scopes::from_iter(scopes.iter().copied()),
            expires_ms: now_ms() + 3_600_000,
        };
        let made = self.accounts.create_token(now_ms(), &Actor::system(), user, &new).unwrap();
        made.0.reveal().to_owned()
    }
}

/// A page of a user who has signed in.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub port: u16,
    pub cookie: String,
    pub csrf: String,
    pub me: Value,
}

impl Page {
    pub(crate) fn new(port: u16, reply: &Reply) -> Self {
        let me = reply.json();
        let csrf = me["csrf"].as_str().unwrap().to_owned();
        Self { port, cookie: reply.cookie(), csrf, me }
    }

    /// The request as the page's browser sends it.
    pub(crate) fn dress(&self, ask: Ask) -> Ask {
        let ask = ask
            .header("cookie", &self.cookie)
            .header("origin", &format!("http://localhost:{}", self.port))
            .header("sec-fetch-site", "same-origin");
        ask.header("x-trunkline-csrf", &self.csrf)
    }

    pub(crate) async fn ask(&self, ask: Ask) -> Reply {
        self.dress(ask).to(self.port).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask(Ask::get(path)).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        self.ask(Ask::new(method, path).json(body)).await
    }

    pub(crate) async fn post(&self, path: &str) -> Reply {
        self.ask(Ask::new("POST", path)).await
    }
}
