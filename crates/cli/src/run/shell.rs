//! The shell that mixes virtual time with real HTTP (decision 5).

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Runtime;
use trunkline_connector::{Options, WriteDecision};
use trunkline_model::http::{Outcome, Rendered, Request, Target};
use trunkline_model::tenant::Tenant;
use trunkline_model::tenant::connector::{Connector, Writes};
use trunkline_sim::{Advance, PendingRequest, World};

use super::writer::Writer;
use crate::problem::{Problem, Result};
use crate::site::Loaded;

/// Sends requests for real.
pub(crate) struct Client {
    client: trunkline_connector::Client,
    runtime: Runtime,
}

impl Client {
    /// A client for the connectors of a tenant.
    pub(crate) fn new(loaded: &Loaded) -> Result<Self> {
        let literal = loaded.allow_literal_secrets;
        Self::for_tenant(&loaded.site.tenant, &loaded.base_dir, literal)
    }

    /// A client whose secret files are relative to `base_dir`.
    pub(crate) fn for_tenant(
        tenant: &Tenant,
        base_dir: &Path,
        allow_literal_secrets: bool,
    ) -> Result<Self> {
        let options = Options {
            base_dir: base_dir.to_owned(),
            allow_literal_secrets,
            write_policy: Arc::new(decide_write),
            ..Options::default()
        };
        let client = trunkline_connector::Client::new(tenant, options);
        Ok(Self { client: client.map_err(Problem::misuse)?, runtime: runtime()? })
    }

    /// Sends one request and waits for what comes of it.
    pub(crate) fn send(&self, request: &Request) -> Outcome {
        self.runtime.block_on(self.client.send(request, None))
    }
}

/// A runtime for the program's I/O.
pub(crate) fn runtime() -> Result<Runtime> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.map_err(|error| Problem::misuse(format!("the I/O threads cannot be started: {error}")))
}

/// Lets a world go on until nothing happens any more.
pub(crate) fn drive(world: &mut World<Writer>, client: &Client) -> Result<()> {
    while go_on(world, client)? {}
    Ok(())
}

/// Lets one thing happen. Gives whether there may be more.
pub(crate) fn go_on(world: &mut World<Writer>, client: &Client) -> Result<bool> {
    match world.advance() {
        Advance::Moment => {}
        Advance::Request(pending) => answer(world, client, &pending),
        Advance::Idle => return Ok(false),
        Advance::Exhausted(limit) => {
            return Err(Problem::failed(format!("the simulation was stopped: {limit}")));
        }
    }
    Ok(!world.recorder().has_problem())
}

fn answer(world: &mut World<Writer>, client: &Client, pending: &PendingRequest) {
    world.recorder().sync();
    if world.recorder().has_problem() {
        return;
    }
    let outcome = client.send(&pending.request);
    world.answer(pending, outcome);
}

/// Asks the person at the terminal before a request that changes data is sent; without a terminal
/// it is not sent, and the flow gets 204 (decision 9).
fn decide_write(connector: &Connector, request: &Request) -> WriteDecision {
    let stand_in = WriteDecision::StandIn(204);
    if connector.writes == Writes::Deny || !std::io::stdin().is_terminal() {
        return stand_in;
    }
    let target = match &request.target {
        Target::Connector { path, .. } => format!("{}{}", connector.base_url, written(path)),
        Target::Url(url) => written(url),
    };
    match ask(&format!("send {} {target}? [y/N] ", request.method.as_str())) {
        Some(answer) if answer.trim().eq_ignore_ascii_case("y") => WriteDecision::Allow,
        Some(_) | None => stand_in,
    }
}

/// A path or URL as it is written in the flow, with `…` for values: they may be secret.
fn written(rendered: &Rendered) -> String {
    let mut text = rendered.text.clone();
    for range in rendered.substituted.iter().rev() {
        text.replace_range(range.clone(), "…");
    }
    text
}

/// Asks a question at the terminal; none at the end of the input.
pub(crate) fn ask(question: &str) -> Option<String> {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{question}").and_then(|()| err.flush());
    drop(err);
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line),
    }
}
