//! `trunkline sandbox`: the stand-in for Salesforce, served until it is told to stop.

use std::io::{self, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use trunkline_salesforce_sandbox::{
    Credentials, Database, Fixture, Observer, Options, RequestLog, Sandbox, SandboxError,
};

use crate::problem::{Problem, Result};

/// How long open requests may take when the sandbox is told to stop.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// Serve a local stand-in for Salesforce until Ctrl-C.
///
/// It signs in integrations by OAuth2, answers REST and SOQL, and keeps its records in SQLite.
/// It protects nothing: never put real customers' data into it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = address)]
    #[arg(default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Where the records live: an SQLite file, or `:memory:`, where they end with the program.
    #[arg(long, value_name = "PATH", default_value = ":memory:")]
    db: PathBuf,
    /// Objects and records to start with; loaded only into a database without records.
    #[arg(long, value_name = "FILE")]
    fixture: Option<PathBuf>,
    /// A fixed time for TODAY and audit fields, such as 2026-03-18T15:30:00Z.
    #[arg(long, value_name = "TIME")]
    now: Option<jiff::Timestamp>,
    /// A PEM file whose RSA key may sign JWT bearer assertions; may be given more than once.
    #[arg(long, value_name = "FILE")]
    jwt_key: Vec<PathBuf>,
    /// The consumer key that may sign in [default: trunkline].
    #[arg(long, value_name = "TEXT")]
    client_id: Option<String>,
    /// The consumer secret [default: sandbox].
    #[arg(long, value_name = "TEXT")]
    client_secret: Option<String>,
    /// The user whom integrations run as [default: admin@sandbox.example].
    #[arg(long, value_name = "TEXT")]
    username: Option<String>,
    /// The password of this user and of the fixture's users [default: sandbox].
    #[arg(long, value_name = "TEXT")]
    password: Option<String>,
    /// A refresh token that always works [default: sandbox-refresh-token].
    #[arg(long, value_name = "TEXT")]
    refresh_token: Option<String>,
    /// Print no line for each request.
    #[arg(long)]
    quiet: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let options = options(arguments)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Problem::misuse(format!("threads: {error}")))?;
    let result = runtime.block_on(serve(options));
    // A request that is still being worked on must not keep the program from ending.
    runtime.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

fn options(arguments: &Arguments) -> Result<Options> {
    let fixture = arguments.fixture.as_deref().map(Fixture::read).transpose();
    let fixture = fixture.map_err(|error| Problem::misuse(format!("--fixture: {error}")))?;
    let database = match arguments.db.to_str() {
        Some(":memory:") => Database::Memory,
        _ => Database::File(arguments.db.clone()),
    };
    Ok(Options {
        listen: arguments.listen,
        database,
        fixture,
        now: arguments.now,
        credentials: credentials(arguments),
        jwt_public_keys: arguments.jwt_key.clone(),
        observer: (!arguments.quiet).then(|| Observer::new(print_request)),
        ..Options::default()
    })
}

fn credentials(arguments: &Arguments) -> Credentials {
    let usual = Credentials::default();
    let pick = |mine: &Option<String>, usual| mine.clone().unwrap_or(usual);
    Credentials {
        client_id: pick(&arguments.client_id, usual.client_id),
        client_secret: pick(&arguments.client_secret, usual.client_secret),
        username: pick(&arguments.username, usual.username),
        password: pick(&arguments.password, usual.password),
        refresh_token: pick(&arguments.refresh_token, usual.refresh_token),
    }
}

async fn serve(options: Options) -> Result<()> {
    // Before the first request, so that a signal that comes early is not the end of the process.
    let stop = stop_signal()?;
    let sandbox = Sandbox::start(options).await.map_err(named)?;
    say(&sandbox.banner());
    stop.await;
    if tokio::time::timeout(STOP_LIMIT, sandbox.stop()).await.is_err() {
        say("stopped with requests still open");
    }
    Ok(())
}

/// The error with the option that is to be changed.
fn named(error: SandboxError) -> Problem {
    let option = match &error {
        SandboxError::Listen { address, source } => {
            let text = format!("--listen {address}: {source}; choose another address or port");
            return Problem::misuse(text);
        }
        SandboxError::Database { .. } => "--db: ",
        SandboxError::JwtKey { .. } => "--jwt-key: ",
        SandboxError::Fixture { .. } | SandboxError::FixtureJson { .. } => "--fixture: ",
        _ => "",
    };
    Problem::misuse(format!("{option}{error}"))
}

/// Waits for Ctrl-C or, where there is one, the signal by which service managers stop programs.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|error| Problem::misuse(format!("signals: {error}")));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Nothing can tell it to stop but the end of the process.
            std::future::pending::<()>().await;
        }
    })
}

fn print_request(request: &RequestLog) {
    let path: String = request.path.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    say(&format!("{} {path} {}", request.method, request.status));
}

/// Prints a line. Who reads it may go away; the server goes on, as others still use it.
fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// An address with a port; a name is looked up, its IPv4 address first.
fn address(text: &str) -> std::result::Result<SocketAddr, String> {
    let found = text.to_socket_addrs().map_err(|_| {
        "an address and a port are wanted, such as 127.0.0.1:8090 or [::1]:8090".to_owned()
    })?;
    let found: Vec<SocketAddr> = found.collect();
    let first = found.iter().find(|it| it.is_ipv4()).or(found.first()).copied();
    first.ok_or_else(|| "this name has no address".to_owned())
}
