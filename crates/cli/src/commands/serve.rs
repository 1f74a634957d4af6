//! `trunkline serve`: the contact centre on the wire.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use serde_json::json;
use trunkline_server::config::{
    ConfigErrors, Finding, Problem as Wrong, Setup, SetupOptions, Severity, inspect,
};
use trunkline_server::ops::{End, Health, LogHandle, Metrics, Operation, log, operate};
use trunkline_server::{Server, Web};

use crate::problem::{FAILED, Problem, Result};
use crate::run::output;

/// Take calls until told to stop (SIGTERM or Ctrl-C; a second time stops at once).
///
/// SIGHUP reads the configuration anew without touching a call. See docs/serve.md.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "trunkline.toml")]
    config: PathBuf,
    /// Look whether everything is in order for a start, and start nothing.
    #[arg(long)]
    check: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Secrets may stand in the files themselves.
    #[arg(long)]
    allow_literal_secrets: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let options = SetupOptions { allow_literal_secrets: arguments.allow_literal_secrets };
    let setup = Setup::load(&arguments.config, options);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Problem::misuse(format!("threads: {error}")))?;
    if arguments.check {
        let _within = runtime.enter();
        return check(setup, arguments.json);
    }
    let setup = setup.map_err(Problem::misuse)?;
    let status = runtime.block_on(serve(setup, arguments.json));
    // A request that is still under way must not keep the program from ending.
    runtime.shutdown_background();
    status
}

fn check(setup: std::result::Result<Setup, ConfigErrors>, as_json: bool) -> Result<ExitCode> {
    let (found, summary) = match &setup {
        Ok(setup) => (inspect(setup), Some(setup.summary())),
        Err(errors) => (errors.problems().iter().cloned().map(Finding::error).collect(), None),
    };
    let fails = found.iter().any(|finding| finding.severity == Severity::Error);
    if as_json {
        let report = json!({"ok": !fails, "findings": found, "summary": summary});
        output::write(&format!("{report:#}"))?;
    } else {
        for Finding { severity, problem } in &found {
            let word = match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            output::write(&format!("{word}: {problem}"))?;
        }
        for line in summary.iter().flat_map(|summary| summary.lines()) {
            output::write(&line)?;
        }
        let count = found.len();
        output::write(&match (fails, count) {
            (true, _) => "not in order: the server would not start".to_owned(),
            (false, 0) => "in order".to_owned(),
            (false, 1) => "in order, with a warning".to_owned(),
            (false, count) => format!("in order, with {count} warnings"),
        })?;
    }
    Ok(if fails { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

/// What the server is about to do. Warnings go to the log.
fn print_summary(setup: &Setup, as_json: bool) -> Result<()> {
    let summary = setup.summary();
    if as_json {
        return output::write(&json!(summary).to_string());
    }
    summary.lines().iter().try_for_each(|line| output::write(line))
}

/// Where the pages are, once they are served. The link that makes the first administrator goes to
/// whoever started the server, and into no log.
fn print_pages(web: &Web, as_json: bool) -> Result<()> {
    let fingerprint = web.fingerprint();
    if as_json {
        let (url, setup) = (web.url(), web.setup_link());
        let pages = json!({"pages": {"url": url, "fingerprint": fingerprint, "setup": setup}});
        return output::write(&pages.to_string());
    }
    if let Some(fingerprint) = fingerprint {
        output::write(&format!("         certificate SHA-256 {fingerprint}"))?;
    }
    if let Some(link) = web.setup_link() {
        output::write(
            "         There is no administrator yet. Make one within 24 hours, once, at",
        )?;
        output::write(&format!("         {link}"))?;
    }
    Ok(())
}

async fn serve(mut setup: Setup, as_json: bool) -> Result<ExitCode> {
    let logs = log::install(&setup.config.log).map_err(Problem::misuse)?;
    setup.make_data_dir().map_err(|error| {
        let folder = setup.data_dir();
        Problem::misuse(format!("{} cannot be written: {error}", folder.display()))
    })?;
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let now_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    setup.settle(now_ms).map_err(Problem::misuse)?;
    print_summary(&setup, as_json)?;
    setup.warnings.iter().for_each(warn);
    run_server(setup, logs, as_json).await
}

fn warn(problem: &Wrong) {
    tracing::warn!("configuration: {problem}");
}

async fn run_server(setup: Setup, logs: LogHandle, as_json: bool) -> Result<ExitCode> {
    let (health, metrics) = (Health::default(), Metrics::new());
    // Dropped last, which waits until everything is written.
    let _logs = logs.clone();
    let server = Server::start(&setup, &health, &metrics).await;
    let mut server = server.map_err(Problem::misuse)?;
    server.web().map_or(Ok(()), |web| print_pages(web, as_json))?;
    let control = server.control();
    tracing::info!(config = %setup.file.display(), "calls are taken");
    let end = operate(Operation { setup, control, health, metrics, logs }).await;
    let end = end.map_err(Problem::misuse)?;
    match end {
        End::Drained => tracing::info!("stopped: all calls are over"),
        End::CutOff(calls) => tracing::warn!(calls, "stopped: calls were cut off after the limit"),
        End::AtOnce => tracing::warn!("stopped at once, as told"),
        End::Broken => tracing::error!("stopped: the switchboard is gone"),
    }
    server.close_pages().await;
    drop(server);
    match end {
        End::Drained | End::CutOff(_) | End::AtOnce => Ok(ExitCode::SUCCESS),
        End::Broken => Err(Problem::failed("the switchboard is gone; the log says why")),
    }
}
