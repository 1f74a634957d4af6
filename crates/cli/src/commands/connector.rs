//! `trunkline connector …`: the connectors of a tenant, listed and tried.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;
use trunkline_connector::{Client, Options, Report, Stage, StageReport, Status};
use trunkline_model::tenant::connector::{Connector, ConnectorKind};
use trunkline_model::tenant::{Auth, Tenant, Writes};

use crate::problem::{FAILED, Problem, Result};
use crate::run::output;
use crate::site;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Test(Test),
    List(List),
}

/// Try a connector step by step: address, connection, certificate, token, API. Reads only.
///
/// The exit status is 1 when a step failed; its line says what to do.
#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// The connector's name or id.
    name: String,
    #[command(flatten)]
    source: Source,
}

/// List the connectors of a tenant. Secrets are not shown.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, clap::Args)]
struct Source {
    /// The tenant.yaml.
    #[arg(long, value_name = "FILE", default_value = "tenant.yaml")]
    tenant: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Secrets may stand in the file itself.
    #[arg(long)]
    allow_literal_secrets: bool,
}

impl Source {
    fn read(&self) -> Result<Tenant> {
        site::read_tenant(&self.tenant, self.allow_literal_secrets)
    }
}

pub(crate) fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Test(arguments) => test(&arguments),
        Command::List(arguments) => list(&arguments.source),
    }
}

fn test(arguments: &Test) -> Result<ExitCode> {
    let mut tenant = arguments.source.read()?;
    let Some(connector) = tenant.connector(&arguments.name, None).cloned() else {
        return Err(no_such(&arguments.name, &tenant, &arguments.source.tenant));
    };
    // The secrets of the others need not be there.
    tenant.connectors = vec![connector.clone()];
    let report = diagnose(&tenant, &connector, &arguments.source)?;
    match arguments.source.json {
        true => output::write(&json(&report)?)?,
        false => output::write(text(&report).trim_end())?,
    }
    Ok(if report.passed() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

fn no_such(name: &str, tenant: &Tenant, file: &Path) -> Problem {
    let names: Vec<&str> = tenant.connectors.iter().map(|it| it.name.as_str()).collect();
    let known = match names.is_empty() {
        true => "has none".to_owned(),
        false => format!("has: {}", names.join(", ")),
    };
    Problem::misuse(format!("there is no connector `{name}`; {} {known}", file.display()))
}

fn diagnose(tenant: &Tenant, connector: &Connector, source: &Source) -> Result<Report> {
    let options = Options {
        base_dir: site::folder(&source.tenant),
        allow_literal_secrets: source.allow_literal_secrets,
        ..Options::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Problem::misuse(format!("the runtime: {error}")))?;
    let client = match Client::new(tenant, options) {
        Ok(client) => client,
        Err(error) => return Ok(not_configured(connector, &error.to_string())),
    };
    let has_watcher = io::stderr().is_terminal();
    if has_watcher {
        // A terminal that is gone needs no progress.
        let _ = write!(io::stderr(), "trying {} …", connector.name);
    }
    let report = runtime.block_on(client.diagnose(connector.id.as_str()));
    if has_watcher {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    Ok(report)
}

/// The report of a connector for which nothing could be sent, such as for want of its secret.
fn not_configured(connector: &Connector, error: &str) -> Report {
    let (detail, advice) = match error.rsplit_once("; ") {
        Some((detail, advice)) => (detail, Some(advice.to_owned())),
        None => (error, None),
    };
    let failed = StageReport {
        stage: Stage::Config,
        status: Status::Failed,
        duration_ms: 0,
        detail: detail.to_owned(),
        advice,
    };
    let later = [Stage::Dns, Stage::Tcp, Stage::Tls, Stage::Token, Stage::Scope, Stage::Api];
    let skipped = later.map(|stage| StageReport {
        stage,
        status: Status::Skipped,
        duration_ms: 0,
        detail: "an earlier stage failed".to_owned(),
        advice: None,
    });
    Report {
        connector: connector.name.clone(),
        base_url: Some(connector.base_url.clone()),
        stages: std::iter::once(failed).chain(skipped).collect(),
    }
}

/// A line for the connector and one for each stage: mark, stage, time, what was found, what to do.
fn text(report: &Report) -> String {
    let mut out = String::new();
    let url = report.base_url.as_deref().unwrap_or("no base URL");
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{} ({})", plain(&report.connector), plain(url));
    for stage in &report.stages {
        let (mark, time) = match stage.status {
            Status::Ok => ('✓', format!("{} ms", stage.duration_ms)),
            Status::Failed => ('✗', format!("{} ms", stage.duration_ms)),
            Status::Skipped => ('-', "skipped".to_owned()),
        };
        let advice = stage.advice.as_ref().map_or_else(String::new, |it| format!("; {it}"));
        let detail = plain(&format!("{}{advice}", stage.detail));
        let _ = writeln!(out, "  {mark} {:<6} {time:>8}  {detail}", stage.stage.label());
    }
    out
}

/// What a server said, on one line and without what a terminal would act upon.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What is listed of a connector.
#[derive(Serialize)]
struct Listed<'t> {
    name: &'t str,
    id: &'t str,
    kind: &'static str,
    base_url: &'t str,
    auth: &'static str,
    writes: &'static str,
}

fn list(source: &Source) -> Result<ExitCode> {
    let tenant = source.read()?;
    let all: Vec<Listed<'_>> = tenant.connectors.iter().map(listed).collect();
    if source.json {
        output::write(&json(&all)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if all.is_empty() {
        output::write(&format!("{} has no connectors", source.tenant.display()))?;
    }
    for it in &all {
        let auth = it.auth;
        output::write(&format!(
            "{} (id {}): {} at {}, auth {auth}, writes {}",
            plain(it.name),
            plain(it.id),
            it.kind,
            it.base_url,
            it.writes
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn listed(connector: &Connector) -> Listed<'_> {
    Listed {
        name: &connector.name,
        id: connector.id.as_str(),
        kind: match connector.kind {
            ConnectorKind::Custom => "custom",
            ConnectorKind::Salesforce => "salesforce",
        },
        base_url: &connector.base_url,
        auth: match connector.auth {
            Auth::None => "none",
            Auth::Basic { .. } => "basic",
            Auth::Bearer { .. } => "bearer",
            Auth::ClientCredentials { .. } => "client_credentials",
            Auth::Password { .. } => "password",
            Auth::JwtBearer { .. } => "jwt_bearer",
            Auth::RefreshToken { .. } => "refresh_token",
        },
        writes: match connector.writes {
            Writes::Allow => "allow",
            Writes::Ask => "ask",
            Writes::Deny => "deny",
        },
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(value).map_err(Problem::misuse)
}
