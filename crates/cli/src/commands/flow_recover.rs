//! `trunkline flow recover`: contacts that were cut off are finished by their ContactEnded flow.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::problem::Result;
use crate::run::printer::Printer;
use crate::run::shell::Client;
use crate::run::{journal, output, recovery};
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
    let contacts = journal::read(&arguments.journal)?;
    let cut_off: Vec<_> = contacts.into_iter().filter(|contact| !contact.is_closed).collect();
    if cut_off.is_empty() {
        output::write("no contact was cut off")?;
    }
    for read in cut_off {
        let tenant = match &arguments.tenant {
            Some(path) => site::read_tenant(path, arguments.allow_literal_secrets)?,
            None => recovery::tenant_with_sandbox_credentials(&read.head.tenant),
        };
        let base_dir = site::folder(arguments.tenant.as_deref().unwrap_or(Path::new(".")));
        let client = Client::for_tenant(&tenant, &base_dir, arguments.allow_literal_secrets)?;
        let printer = Printer::new(arguments.json);
        recovery::finish(&arguments.journal, read, &tenant, &client, printer)?;
    }
    Ok(ExitCode::SUCCESS)
}
