//! The example flow on a real call: a caller, its CRM over HTTP, an agent's phone.

use std::path::Path;
use std::time::Duration;

use trunkline_connector::{self as connector, Client};
use trunkline_model::http::{Method, Request, Target};
use trunkline_model::tenant::Tenant;
use trunkline_model::tenant::read::ParseOptions;
use trunkline_salesforce_sandbox::{Fixture, Options, Sandbox};
use trunkline_softphone::{Phone, PhoneSettings};
use trunkline_telephony::message::Headers;

use crate::centre::{CALLER, MAIN, serve};
use crate::ear::{LIMIT, hears};

const CALLER_HZ: f64 = 850.0;
const AGENT_HZ: f64 = 1_150.0;

/// The folder of the example, with its CRM at another port.
async fn example() -> (tempfile::TempDir, Sandbox, String) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flows/salesforce-data-dip");
    let fixture = std::fs::read_to_string(example.join("fixture.json")).unwrap();
    let fixture = Fixture::from_json(&fixture, "fixture.json").unwrap();
    let listen = ([127, 0, 0, 1], 0).into();
    let options = Options { listen, fixture: Some(fixture), ..Options::default() };
    let sandbox = Sandbox::start(options).await.unwrap();
    let tenant = std::fs::read_to_string(example.join("tenant.yaml")).unwrap();
    let tenant = tenant.replace("http://127.0.0.1:8090", &sandbox.base_url());
    let tenant = tenant + "\nrouting:\n  auto_wrap_up_s: 1\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(example.join("flow.json"), folder.path().join("flow.json")).unwrap();
    std::fs::write(folder.path().join("tenant.yaml"), &tenant).unwrap();
    (folder, sandbox, tenant)
}

const PHONES: &str = "[[trunk]]\nname = \"carrier\"\nnetworks = [\"127.0.0.0/8\"]\n\
                      [[phone]]\nuser = \"maria\"\npassword = \"secret-word\"\nagent = \"maria\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_greeted_queued_and_answered_and_the_case_gets_a_comment() {
    let (folder, _sandbox, tenant) = example().await;
    let (_server, address) = serve(folder.path(), PHONES).await;
    let caller = Phone::start(PhoneSettings::loopback(CALLER)).await.unwrap();
    let uri = format!("sip:{MAIN}@{address}");
    let call = caller.dial(&uri, Headers::default()).await.unwrap();
    call.record().unwrap();
    call.answered(LIMIT).await.unwrap();
    let settings = PhoneSettings::loopback("maria");
    let settings = settings.registered_at(format!("sip:{address}"), "secret-word");
    let agent = Phone::start(settings).await.unwrap();
    agent.register().await.unwrap();
    let offer = tokio::time::timeout(LIMIT * 2, agent.incoming()).await.unwrap().unwrap();
    let greeting = call.heard_since(0);
    let greeting = greeting.part(greeting.first_sound().unwrap(), Duration::from_secs(2));
    assert!(greeting.measure().is_speech, "{:?}", greeting.measure());
    let desk = offer.answer();
    desk.record().unwrap();
    desk.answered(LIMIT).await.unwrap();
    call.play_tone(CALLER_HZ, -10.0);
    desk.play_tone(AGENT_HZ, -10.0);
    hears(&call, AGENT_HZ).await;
    hears(&desk, CALLER_HZ).await;
    call.hang_up();
    desk.ended(LIMIT).await.unwrap();
    let comments = comments_of_call(&tenant).await;
    assert_eq!(comments.len(), 1, "{comments:?}");
    assert!(comments[0].contains("Maria Lind"), "{comments:?}");
}

/// Comments that came to the CRM since the start, as soon as there is one.
async fn comments_of_call(tenant: &str) -> Vec<String> {
    let options = ParseOptions { allow_literal_secrets: true };
    let tenant = Tenant::parse_with(tenant, options).unwrap();
    let client = Client::new(&tenant, connector::Options::default()).unwrap();
    let until = tokio::time::Instant::now() + LIMIT;
    loop {
        let comments = comments(&client).await;
        if !comments.is_empty() || tokio::time::Instant::now() > until {
            return comments;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn comments(client: &Client) -> Vec<String> {
    let query = "/services/data/v52.0/query?q=SELECT+CommentBody+FROM+CaseComment";
    let request = Request {
        method: Method::Get,
        target: Target::Connector { id: "salesforce".into(), name: None, path: query.into() },
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
    bodies.filter(|body| body.contains("answered by")).collect()
}
