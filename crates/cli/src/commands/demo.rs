//! `trunkline demo`: one whole call of the example flow against the sandbox over real HTTP, and
//! then the question to the CRM whether the call is written down on the case as it should be.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use trunkline_contact::Arrival;
use trunkline_flow::{Flow, Site};
use trunkline_jsonpath::{Document, Json, Path};
use trunkline_model::ContactId;
use trunkline_model::http::{Method, Request, Target};
use trunkline_model::tenant::Tenant;
use trunkline_model::trace::{Head, SCHEMA_VERSION};
use trunkline_salesforce_sandbox::{Fixture, Options, Sandbox};
use trunkline_sim::{Script, World, WorldOptions};

use crate::problem::{FAILED, Problem, Result};
use crate::run::output;
use crate::run::printer::Printer;
use crate::run::shell::{self, Client};
use crate::run::writer::Writer;
use crate::site::Loaded;

/// Play one whole call of the example flow and check the CRM afterwards: prints PASS, or what
/// differs (exit status 1).
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Play the call once and end. It is all that the demo does so far.
    #[arg(long)]
    once: bool,
    /// Print the trace as JSON lines.
    #[arg(long)]
    json: bool,
}

const FLOW: &str = include_str!("../../../../flows/salesforce-data-dip/flow.json");
const TENANT: &str = include_str!("../../../../flows/salesforce-data-dip/tenant.yaml");
const FIXTURE: &str = include_str!("../../../../flows/salesforce-data-dip/fixture.json");
const CALL: &str = include_str!("../../../../flows/salesforce-data-dip/calls/known-caller.yaml");

/// The case of the fixture that the call is about, and how many comments it begins with.
const CASE: &str = "5005g00000HbCs2AAF";
const COMMENTS_BEFORE: usize = 1;

/// The connector of the example's tenant.
const CONNECTOR: &str = "salesforce";

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let _ = arguments.once;
    let runtime = shell::runtime()?;
    let sandbox = runtime.block_on(start_sandbox())?;
    let loaded = load(&sandbox.base_url())?;
    let client = Client::new(&loaded)?;
    let script = Script::parse(CALL).map_err(Problem::misuse)?;
    let arrival = arrival(&loaded, &script)?;
    let contact = arrival.contact.clone();
    play(&loaded, &client, script.clone(), arrival, arguments.json)?;
    let differences = check(&client, &contact, &script)?;
    runtime.block_on(sandbox.stop());
    conclude(&differences, arguments.json)
}

async fn start_sandbox() -> Result<Sandbox> {
    let fixture = Fixture::from_json(FIXTURE, "fixture.json").map_err(Problem::misuse)?;
    let options = Options {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        fixture: Some(fixture),
        ..Options::default()
    };
    Sandbox::start(options).await.map_err(Problem::misuse)
}

fn load(base_url: &str) -> Result<Loaded> {
    let (flow, _) = Flow::read(FLOW).map_err(Problem::misuse)?;
    let mut tenant = Tenant::parse(TENANT).map_err(Problem::misuse)?;
    for connector in &mut tenant.connectors {
        base_url.clone_into(&mut connector.base_url);
    }
    let flow = Arc::new(flow);
    Ok(Loaded {
        site: Arc::new(Site::new(tenant, vec![Arc::clone(&flow)])),
        flow,
        exports: Vec::new(),
        notes: vec![
            "the example of flows/salesforce-data-dip".to_owned(),
            format!("Salesforce is the sandbox at {base_url}"),
            "the caller and the agent follow calls/known-caller.yaml; time is virtual, HTTP is real"
                .to_owned(),
        ],
        base_dir: ".".into(),
        allow_literal_secrets: false,
    })
}

fn arrival(loaded: &Loaded, script: &Script) -> Result<Arrival> {
    let entry = loaded.entry_point()?;
    Ok(Arrival {
        contact: ContactId::new(uuid::Uuid::now_v7().to_string()),
        at_ms: script.start_ms(),
        ani_received: script.ani.clone().unwrap_or_default(),
        dnis_received: entry.dnis.first().cloned().unwrap_or_default(),
        entry_point: entry.id.clone(),
        headers: Vec::new(),
        rescue: None,
    })
}

fn play(
    loaded: &Loaded,
    client: &Client,
    script: Script,
    arrival: Arrival,
    is_json: bool,
) -> Result<()> {
    let mut printer = Printer::new(is_json);
    printer.head(&Head {
        version: SCHEMA_VERSION,
        flow: loaded.flow.name.clone(),
        flow_version: loaded.flow.version,
        contact: arrival.contact.clone(),
        started_ms: arrival.at_ms,
        notes: loaded.notes.clone(),
    })?;
    let options = WorldOptions { start_ms: arrival.at_ms, script, is_interactive: false };
    let writer = Writer::new(Some(printer), None);
    let mut world = World::new(Arc::clone(&loaded.site), options, writer);
    world.call(arrival).map_err(Problem::misuse)?;
    shell::drive(&mut world, client)?;
    world.recorder().finish()
}

/// Asks the CRM for the comments of the case and says what is not as it should be.
fn check(client: &Client, contact: &ContactId, script: &Script) -> Result<Vec<String>> {
    let comments = comments(client)?;
    let mut differences = Vec::new();
    if comments.len() != COMMENTS_BEFORE + 1 {
        differences.push(format!(
            "the case has {} comments; it had {COMMENTS_BEFORE} before the call: {} are expected",
            comments.len(),
            COMMENTS_BEFORE + 1
        ));
    }
    let ours: Vec<_> = comments.iter().filter(|body| body.contains(contact.as_str())).collect();
    let [body] = ours.as_slice() else {
        differences.push(format!(
            "{} comments name the contact {contact}; exactly one should",
            ours.len()
        ));
        return Ok(differences);
    };
    let agent = script.agents.first();
    let notes = agent.and_then(|agent| agent.wrap_up_edits.get("notes"));
    let wanted =
        [("the agent's name", "Maria Lind"), ("the agent's notes", notes.map_or("", |it| it))];
    for (what, text) in wanted {
        if !body.contains(text) {
            differences.push(format!("the comment lacks {what} {text:?}; it is {body:?}"));
        }
    }
    Ok(differences)
}

fn comments(client: &Client) -> Result<Vec<String>> {
    let path = format!(
        "/services/data/v52.0/query?q=SELECT+CommentBody+FROM+CaseComment+WHERE+ParentId='{CASE}'"
    );
    let request = Request {
        method: Method::Get,
        target: Target::Connector {
            id: CONNECTOR.to_owned(),
            name: None,
            path: path.as_str().into(),
        },
        query: Vec::new(),
        headers: Vec::new(),
        content_type: None,
        body: None,
        timeout_ms: 5_000,
        retries: 1,
        idempotency_key: None,
    };
    let answer = client.send(&request).result.map_err(|failure| {
        Problem::failed(format!("the CRM could not be asked: {}", failure.description))
    })?;
    let path = Path::compile("$.records[*].CommentBody").map_err(Problem::failed)?;
    let document = Document::parse(&answer.body).map_err(Problem::failed)?;
    let found = path.read(&document).map_err(Problem::failed)?;
    Ok(found.elements().iter().filter_map(Json::as_str).map(str::to_owned).collect())
}

fn conclude(differences: &[String], is_json: bool) -> Result<ExitCode> {
    if is_json {
        let verdict = if differences.is_empty() { "PASS" } else { "FAIL" };
        let line = serde_json::json!({
            "line": "verdict", "verdict": verdict, "differences": differences,
        });
        output::write(&line.to_string())?;
    } else if differences.is_empty() {
        output::write("\nPASS: the case has exactly one new comment, with the agent's notes")?;
    } else {
        output::write("\nFAIL")?;
        differences.iter().try_for_each(|text| output::write(&format!("  {text}")))?;
    }
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}
