//! `trunkline demo`: a whole contact centre on this machine. A phone calls the example flow by SIP,
//! the flow looks the caller up in the sandbox, an agent's phone answers; then both recordings are
//! measured and the CRM is asked whether the call is written down as it should be. On a terminal it
//! stays up with its pages, for people to be agents and callers themselves.

mod call;
mod crm;
mod place;
mod users;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use trunkline_accounts::DemoUser;
use trunkline_server::ops::{Health, Metrics, Operation, log, operate};
use trunkline_server::{Server, Web};

use self::place::Place;
use self::users::Users;
use crate::problem::{FAILED, Problem, Result};
use crate::run::output;
use crate::run::shell;

/// Play a real call through the whole program and check it: prints PASS, or what differs (exit
/// status 1). On a terminal it then stays up with its pages: be an agent in the browser.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// End after the call, also on a terminal.
    #[arg(long)]
    once: bool,
    /// Stay up after the call, also without a terminal.
    #[arg(long, conflicts_with = "once")]
    stay: bool,
    /// Leave the call out, and stay up at once.
    #[arg(long, conflicts_with = "once")]
    no_check: bool,
    /// Print JSON lines.
    #[arg(long)]
    json: bool,
    /// Where to keep the configuration, the journal and the recordings.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    place::require_speech()?;
    let runtime = shell::runtime()?;
    let status = runtime.block_on(demo(arguments));
    runtime.shutdown_background();
    status
}

async fn demo(arguments: &Arguments) -> Result<ExitCode> {
    let is_watched = !arguments.json && std::io::stdout().is_terminal();
    let stays = !arguments.once && (arguments.stay || arguments.no_check || is_watched);
    let teller = Teller { is_json: arguments.json };
    let place = Place::lay_out(arguments.dir.as_deref(), stays).await?;
    let logs = log::install(&place.setup.config.log).map_err(Problem::misuse)?;
    teller.tell(&format!("files are in {}", place.dir().display()))?;
    teller.tell(&format!("the CRM is the sandbox at {}", place.sandbox.base_url()))?;
    let (health, metrics) = (Health::default(), Metrics::new());
    let server = Server::start(&place.setup, &health, &metrics).await;
    let mut server = server.map_err(Problem::misuse)?;
    teller.tell(&format!("the server takes calls at {}", place.sip))?;
    let mut status = ExitCode::SUCCESS;
    if !arguments.no_check {
        let mut differences = call::play(&place, &teller).await?;
        differences.extend(crm::check(&place, &teller).await?);
        status = teller.conclude(&differences)?;
    }
    if stays {
        let users = users::make(&place, &server).await?;
        teller.invite(&place, &server, &users)?;
        let control = server.control();
        let setup = place.setup.clone();
        let ended = operate(Operation { setup, control, health, metrics, logs }).await;
        ended.map_err(Problem::misuse)?;
    }
    server.close_pages().await;
    drop(server);
    place.sandbox.stop().await;
    Ok(status)
}

/// Tells what happens.
struct Teller {
    is_json: bool,
}

impl Teller {
    fn tell(&self, text: &str) -> Result<()> {
        if self.is_json {
            return output::write(&serde_json::json!({"line": "event", "text": text}).to_string());
        }
        output::write(&format!("  {text}"))
    }

    /// What people can do now.
    fn invite(&self, place: &Place, server: &Server, made: &Users) -> Result<()> {
        let url = server.web().map(Web::url).unwrap_or_default();
        let Users { users, address } = made;
        if self.is_json {
            let user = |user: &DemoUser| {
                let password = user.password.reveal();
                serde_json::json!({"name": user.name, "password": password})
            };
            let users: Vec<_> = users.iter().map(user).collect();
            let line = serde_json::json!({
                "line": "ready", "url": url, "try": address, "users": users,
                "sip": place.sip.to_string(), "crm": place.sandbox.base_url(),
                "number": place::NUMBER,
            });
            return output::write(&line.to_string());
        }
        let mut lines = vec![
            String::new(),
            "Open this address in a browser and be caller and agent at once; it works once, without"
                .into(),
            "a password:".into(),
            format!("  {address}"),
            format!("The other pages are at {url}; these passwords are of this run:"),
        ];
        lines.extend(users.iter().map(|user| {
            let (name, shown, password) = (&user.name, &user.display_name, user.password.reveal());
            format!("  {name:<10} {password}   {shown}")
        }));
        lines.extend(place.invite_softphones());
        lines.iter().try_for_each(|line| output::write(line))
    }

    fn conclude(&self, differences: &[String]) -> Result<ExitCode> {
        let passes = differences.is_empty();
        let verdict = if passes { "PASS" } else { "FAIL" };
        if self.is_json {
            let line = serde_json::json!({
                "line": "verdict", "verdict": verdict, "differences": differences,
            });
            output::write(&line.to_string())?;
        } else {
            let why = ": the caller was greeted, heard and was heard, and the case has the call";
            output::write(&format!("\n{verdict}{}", if passes { why } else { "" }))?;
            differences.iter().try_for_each(|text| output::write(&format!("  {text}")))?;
        }
        Ok(if passes { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
    }
}
