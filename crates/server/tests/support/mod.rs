//! A server with the example's tenant, a CRM beside it, and phones.

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use trunkline_connector::{self as connector, Client};
use trunkline_model::http::{Method, Request, Target};
use trunkline_model::tenant::Tenant;
use trunkline_model::tenant::read::ParseOptions;
use trunkline_salesforce_sandbox::{Fixture, Options, Sandbox};
use trunkline_server::Server;
use trunkline_server::config::{Setup, SetupOptions};
use trunkline_server::ops::{Health, Metrics};
use trunkline_softphone::{Phone, PhoneSettings};

/// So many seconds.
pub fn within(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A running server with what is around it.
pub struct Floor {
    pub server: Server,
    pub folder: TempDir,
    pub sandbox: Sandbox,
    pub address: SocketAddr,
}

impl Floor {
    /// The example's tenant, its CRM, one agent's phone that may register.
    pub async fn start() -> Self {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flows/salesforce-data-dip");
        let fixture = std::fs::read_to_string(example.join("fixture.json")).unwrap();
        let fixture = Fixture::from_json(&fixture, "fixture.json").unwrap();
        let options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            fixture: Some(fixture),
            ..Options::default()
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        let tenant = std::fs::read_to_string(example.join("tenant.yaml")).unwrap();
        let tenant = tenant.replace("http://127.0.0.1:8090", &sandbox.base_url());
        let tenant = tenant + "\nrouting:\n  auto_wrap_up_s: 1\n";
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(example.join("flow.json"), folder.path().join("flow.json")).unwrap();
        std::fs::write(folder.path().join("tenant.yaml"), tenant).unwrap();
        let (server, address) = serve(folder.path()).await;
        Self { server, folder, sandbox, address }
    }

    /// The URI of a number at the server.
    pub fn uri(&self, number: &str) -> String {
        format!("sip:{number}@{}", self.address)
    }

    /// A phone that calls.
    pub async fn caller(&self, number: &str) -> Phone {
        Phone::start(PhoneSettings::loopback(number)).await.unwrap()
    }

    /// An agent's phone, registered.
    pub async fn agent(&self, user: &str) -> Phone {
        let registrar = format!("sip:{}", self.address);
        let settings = PhoneSettings::loopback(user).registered_at(registrar, "phone-password");
        let phone = Phone::start(settings).await.unwrap();
        phone.register().await.unwrap();
        phone
    }

    /// Comments that came to the CRM since the start, as soon as there is one.
    pub async fn comments_of_call(&self, limit: Duration) -> Vec<String> {
        let until = tokio::time::Instant::now() + limit;
        loop {
            let comments = self.comments().await;
            if !comments.is_empty() || tokio::time::Instant::now() > until {
                return comments;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn comments(&self) -> Vec<String> {
        let tenant = std::fs::read_to_string(self.folder.path().join("tenant.yaml")).unwrap();
        let options = ParseOptions { allow_literal_secrets: true };
        let tenant = Tenant::parse_with(&tenant, options).unwrap();
        let client = Client::new(&tenant, connector::Options::default()).unwrap();
        let query = "/services/data/v52.0/query?q=SELECT+CommentBody+FROM+CaseComment";
        let id = "salesforce".to_owned();
        let request = Request {
            method: Method::Get,
            target: Target::Connector { id, name: None, path: query.into() },
            query: Vec::new(),
            headers: Vec::new(),
            content_type: None,
            body: None,
            timeout_ms: 5_000,
            retries: 1,
            idempotency_key: None,
        };
        let answer = client.send(&request, None).await.result.unwrap();
        let answer: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let records = answer["records"].as_array().unwrap().iter();
        let bodies = records.map(|it| it["CommentBody"].as_str().unwrap().to_owned());
        // Those of the fixture are not ours.
        bodies.filter(|body| body.contains("Interaction")).collect()
    }
}

async fn serve(folder: &Path) -> (Server, SocketAddr) {
    for _ in 0..10 {
        let probe = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = probe.local_addr().unwrap();
        drop(probe);
        let port = address.port();
        let config = format!(
            "tenant = \"tenant.yaml\"\n\
             [sip]\nlisten = [\"{address}\"]\n\
             [rtp]\naddress = \"127.0.0.1\"\n\
             [[trunk]]\nname = \"carrier\"\nnetworks = [\"127.0.0.0/8\"]\n\
             [[phone]]\nuser = \"maria\"\npassword = \"phone-password\"\nagent = \"maria\"\n\
             [[phone]]\nuser = \"kenji\"\npassword = \"phone-password\"\nagent = \"kenji\"\n\
             [http]\nlisten = \"127.0.0.1:{port}\"\n"
        );
        let file = folder.join("trunkline.toml");
        std::fs::write(&file, config).unwrap();
        let setup = Setup::load(&file, SetupOptions { allow_literal_secrets: true }).unwrap();
        setup.make_data_dir().unwrap();
        let started = Server::start(&setup, &Health::default(), &Metrics::new()).await;
        if let Ok(server) = started {
            return (server, address);
        }
    }
    panic!("no port is free for SIP");
}
