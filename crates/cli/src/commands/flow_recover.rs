//! `trunkline flow recover`: contacts that were cut off are finished by their ContactEnded flow.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use trunkline_journal::ReadContact;

use crate::problem::{FAILED, Problem, Result};
use crate::run::journal::{self, Wanted};
use crate::run::printer::Printer;
use crate::run::recovery::{self, Finish};
use crate::run::shell::Client;
use crate::site;

/// Finish contacts that were cut off: their calls are gone, what follows a call is still done.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The journal that `flow run --journal` wrote.
    journal: PathBuf,
    /// The tenant, for the connectors' credentials; the journal holds none.
    #[arg(long)]
    tenant: Option<PathBuf>,
    /// Let tenant.yaml hold secrets itself.
    #[arg(long)]
    allow_literal_secrets: bool,
    /// Print the trace as JSON lines.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let cut_off = journal::read(&arguments.journal, Wanted::Open)?;
    if cut_off.is_empty() {
        notice("no contact was cut off");
    }
    let mut status = ExitCode::SUCCESS;
    for read in cut_off {
        // One contact that cannot be read or finished must not keep the others.
        if let Err(problem) = read.and_then(|read| finish_or_say(arguments, read, &mut status)) {
            status = problem.report();
        }
    }
    Ok(status)
}

fn finish_or_say(arguments: &Arguments, read: ReadContact, status: &mut ExitCode) -> Result<()> {
    let contact = read.arrival.contact.clone();
    match finish(arguments, read)? {
        Finish::Ended => {}
        Finish::TakenOver => {
            notice(&format!("contact {contact}: another process is finishing it"));
            *status = ExitCode::from(FAILED);
        }
    }
    Ok(())
}

fn finish(arguments: &Arguments, read: ReadContact) -> Result<Finish> {
    let tenant = match &arguments.tenant {
        Some(path) => site::read_tenant(path, arguments.allow_literal_secrets)?,
        None if !read.site.needs_credentials().is_empty() => {
            return Err(Problem::misuse(format!(
                "contact {}: name the tenant with --tenant; the journal does not hold the \
                 credentials of {}",
                read.arrival.contact,
                read.site.needs_credentials().join(", ")
            )));
        }
        None => recovery::tenant_with_sandbox_credentials(read.site.tenant()),
    };
    let base_dir = site::folder(arguments.tenant.as_deref().unwrap_or(Path::new(".")));
    let client = Client::for_tenant(&tenant, &base_dir, arguments.allow_literal_secrets)?;
    let printer = Printer::new(arguments.json);
    recovery::finish(&arguments.journal, read, &tenant, &client, printer)
}

/// Says something on standard error, so that standard output stays the trace alone.
#[expect(clippy::print_stderr, reason = "a message for the person at the terminal")]
fn notice(text: &str) {
    eprintln!("{text}");
}
