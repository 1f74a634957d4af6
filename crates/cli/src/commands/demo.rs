//! `trunkline demo`: a whole contact centre on this machine. A phone calls the example flow by SIP,
//! the flow looks the caller up in the sandbox, an agent's phone answers; then both recordings are
//! measured and the CRM is asked whether the call is written down as it should be.

mod call;
mod crm;
mod place;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use trunkline_server::Server;
use trunkline_server::ops::{Health, Metrics, Operation, log, operate};

use self::place::Place;
use crate::problem::{FAILED, Problem, Result};
use crate::run::output;
use crate::run::shell;

/// Play a real call through the whole program and check it: prints PASS, or what differs (exit
/// status 1). On a terminal it then stays up, for a softphone to call.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// End after the call, also on a terminal.
    #[arg(long)]
    once: bool,
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
    let stays = !arguments.once && !arguments.json && std::io::stdout().is_terminal();
    let teller = Teller { is_json: arguments.json };
    let place = Place::lay_out(arguments.dir.as_deref(), stays).await?;
    let logs = log::install(&place.setup.config.log).map_err(Problem::misuse)?;
    teller.tell(&format!("files are in {}", place.dir().display()))?;
    teller.tell(&format!("the CRM is the sandbox at {}", place.sandbox.base_url()))?;
    let (health, metrics) = (Health::default(), Metrics::new());
    let server = Server::start(&place.setup, &health, &metrics).await;
    let server = server.map_err(Problem::misuse)?;
    teller.tell(&format!("the server takes calls at {}", place.sip))?;
    let mut differences = call::play(&place, &teller).await?;
    differences.extend(crm::check(&place, &teller).await?);
    let status = teller.conclude(&differences)?;
    if stays {
        place.invite_softphones().iter().try_for_each(|line| output::write(line))?;
        let control = server.control();
        let setup = place.setup.clone();
        let ended = operate(Operation { setup, control, health, metrics, logs }).await;
        ended.map_err(Problem::misuse)?;
    }
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
