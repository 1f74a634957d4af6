//! The tenant that the server keeps: changes beside it, versions of flows, files that count and
//! files that do not.

use std::time::Duration;

use serde_json::json;
use trunkline_server::config::{KeptTenant, Setup, SetupOptions, TenantSource, keeper};
use trunkline_server::ops::{AgentMode, Ask};
use trunkline_settings::{Author, FlowUpload, Kind, Label, Put, Trust};

use crate::builder::Builder;
use crate::centre::{Centre, MUSIC_HZ, OTHER_HZ, PROMPT_HZ, Plan, ending, file};
use crate::ear::{LIMIT, hears, hears_from};

fn says(name: &str) -> Builder {
    let flow = Builder::flow("f").act("Say", "play-message", file(name));
    ending(flow.act("Bye", "disconnect-contact", json!({})).row("Start Say Bye"))
}

fn queues(queue: &str) -> Builder {
    ending(Builder::flow("f").queue("Queue", queue).end("End").row("Start Queue End"))
}

/// The settings as another process has them.
fn beside(centre: &Centre) -> KeptTenant {
    keeper(&centre.setup.file).unwrap()
}

fn ada() -> Author {
    Author::new(1, "ada")
}

/// Waits until new contacts meet what is kept; gives what they do not.
async fn in_force(centre: &Centre, kept: &KeptTenant) -> Vec<String> {
    let revision = kept.settings.revision().unwrap();
    let until = tokio::time::Instant::now() + LIMIT;
    loop {
        let now = centre.server.as_ref().unwrap().centre().in_force().await.unwrap();
        if now.revision == revision {
            return now.notes;
        }
        assert!(tokio::time::Instant::now() < until, "{now:?}, not {revision}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// Uploads a flow as the next version of `f`.
fn upload(centre: &Centre, kept: &KeptTenant, flow: &Builder) -> (String, u64) {
    let text = flow.text().replace("http://crm", &centre.crm.url());
    let known = kept.settings.flows().unwrap()[0].id.clone();
    let upload = FlowUpload { flow: Some(known.clone()), file: None, text };
    (known, kept.settings.upload(&ada(), upload).unwrap().number)
}

fn put(kept: &KeptTenant, kind: Kind, value: serde_json::Value) -> Result<u64, String> {
    let id = value["id"].as_str().unwrap().to_owned();
    let expected = kept.settings.get(kind, &id).map_or(0, |object| object.version);
    let put = Put { kind, id, expected, value, trust: Trust::Interface };
    kept.settings.put(&ada(), put).map(|it| it.version).map_err(|error| error.to_string())
}

async fn call_hears(centre: &Centre, frequency_hz: f64) {
    let call = centre.call().await;
    hears_from(&call, 0, frequency_hz).await;
    call.ended(LIMIT).await.unwrap();
    // A kill between its last request and the answer would send that again.
    centre.is_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_choose_the_version_that_new_calls_meet() {
    let centre = Plan::new(says("prompt.wav")).start().await;
    let kept = beside(&centre);
    call_hears(&centre, PROMPT_HZ).await;
    let (flow, number) = upload(&centre, &kept, &says("other.wav"));
    assert_eq!(in_force(&centre, &kept).await, [""; 0]);
    call_hears(&centre, PROMPT_HZ).await;
    // The entry point runs Test from now on, which is the new version; Live stays.
    kept.settings.move_label(&ada(), &flow, Label::Test, number, 0).unwrap();
    let mut main = kept.settings.get(Kind::EntryPoint, "main").unwrap().value;
    main["label"] = json!("Test");
    put(&kept, Kind::EntryPoint, main.clone()).unwrap();
    assert_eq!(in_force(&centre, &kept).await, [""; 0]);
    call_hears(&centre, OTHER_HZ).await;
    main["label"] = json!("Live");
    put(&kept, Kind::EntryPoint, main).unwrap();
    assert_eq!(in_force(&centre, &kept).await, [""; 0]);
    call_hears(&centre, PROMPT_HZ).await;
    kept.settings.move_label(&ada(), &flow, Label::Live, number, 1).unwrap();
    assert_eq!(in_force(&centre, &kept).await, [""; 0]);
    call_hears(&centre, OTHER_HZ).await;
    centre.has_ended(5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_and_agents_are_taken_over_while_callers_wait_and_nobody_loses_a_place() {
    let centre = Plan::new(queues("Support")).start().await;
    let kept = beside(&centre);
    let agents = centre.ask(Ask::Agents).await.len();
    put(&kept, Kind::Agent, json!({"id": "cid", "name": "Cid", "teams": ["Desk"]})).unwrap();
    assert_eq!(in_force(&centre, &kept).await, [""; 0], "nobody waits");
    assert_eq!(centre.ask(Ask::Agents).await.len(), agents + 1);
    assert_eq!(centre.agent_mode("cid").await, AgentMode::SignedOut);

    let first = centre.call().await;
    hears(&first, MUSIC_HZ).await;
    let new = json!({"id": "vip", "name": "VIP", "music": "other.wav"});
    put(&kept, Kind::Queue, new).unwrap();
    let (flow, number) = upload(&centre, &kept, &queues("VIP"));
    kept.settings.move_label(&ada(), &flow, Label::Live, number, 1).unwrap();
    assert_eq!(in_force(&centre, &kept).await, [""; 0], "one waits, and keeps their place");
    let call = centre.call().await;
    hears(&call, OTHER_HZ).await;
    assert_eq!(waiting(&centre).await, [("Support".to_owned(), 1), ("VIP".to_owned(), 1)]);

    // A queue in which somebody waits does not go before they do.
    let objects = kept.settings.list(Kind::Queue).unwrap();
    let old = objects.iter().find(|it| it.value["name"] == "Support").unwrap();
    kept.settings.delete(&ada(), Kind::Queue, &old.id, old.version).unwrap();
    let notes = in_force(&centre, &kept).await;
    assert!(notes.iter().any(|note| note.contains("stay as they were")), "{notes:?}");
    first.hang_up();
    let until = tokio::time::Instant::now() + LIMIT;
    while !in_force(&centre, &kept).await.is_empty() {
        assert!(tokio::time::Instant::now() < until, "the queues are not taken over");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    assert_eq!(waiting(&centre).await, [("VIP".to_owned(), 1)]);
    call.hang_up();
    centre.has_ended(2).await;
}

/// Queues in which somebody waits.
async fn waiting(centre: &Centre) -> Vec<(String, u64)> {
    let queues = centre.ask(Ask::Queues).await.into_iter();
    let mut waiting: Vec<(String, u64)> =
        queues.filter(|it| it.waiting > 0).map(|it| (it.queue, it.waiting)).collect();
    waiting.sort();
    waiting
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_counts_until_somebody_changes_the_tenant_otherwise() {
    let mut centre = Plan::new(says("prompt.wav")).start().await;
    assert_eq!(centre.setup.source, TenantSource::File);
    assert_eq!(centre.reload(&says("other.wav")).await, [""; 0]);
    call_hears(&centre, OTHER_HZ).await;
    let kept = beside(&centre);
    let versions = kept.settings.flow_versions(&kept.settings.flows().unwrap()[0].id).unwrap();
    assert_eq!(versions.len(), 2, "a reload makes a version");
    centre.kill();
    centre.start_again().await;
    call_hears(&centre, OTHER_HZ).await;

    let (flow, number) = upload(&centre, &kept, &says("long.wav"));
    in_force(&centre, &kept).await;
    // The file is not what counts any more: it is told, and not taken over.
    assert_eq!(centre.reload(&says("prompt.wav")).await, [""; 0]);
    let options = SetupOptions { allow_literal_secrets: true };
    let setup = Setup::load(&centre.setup.file, options).unwrap();
    assert_eq!(setup.source, TenantSource::Kept);
    let warning = setup.warnings.iter().find(|it| it.message.contains("trunkline apply"));
    assert!(warning.unwrap().message.contains("1 to be changed"), "{:?}", setup.warnings);
    call_hears(&centre, OTHER_HZ).await;
    centre.kill();
    centre.start_again().await;
    call_hears(&centre, OTHER_HZ).await;
    kept.settings.move_label(&ada(), &flow, Label::Live, number, 2).unwrap();
    // Without its file the server starts too.
    std::fs::remove_file(centre.folder.path().join("tenant.yaml")).unwrap();
    centre.kill();
    centre.start_again().await;
    let call = centre.call().await;
    hears_from(&call, 0, PROMPT_HZ).await;
    call.hang_up();
    centre.has_ended(5).await;
}
