//! `trunkline flow replay`: a contact built again from its journal, without a network.

use std::path::PathBuf;
use std::process::ExitCode;

use trunkline_journal::{ReadContact, replay};
use trunkline_model::trace::{Head, SCHEMA_VERSION};

use crate::problem::{Problem, Result};
use crate::run::journal::{self, Wanted};
use crate::run::printer::Printer;

/// Build contacts again from their journal and print their trace.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The journal that `flow run --journal` wrote.
    journal: PathBuf,
    /// Only this contact.
    #[arg(long)]
    contact: Option<String>,
    /// Print the trace as JSON lines (docs/trace.schema.json).
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let wanted = arguments.contact.as_deref().map_or(Wanted::All, Wanted::One);
    let contacts = journal::read(&arguments.journal, wanted)?;
    if contacts.is_empty() {
        let what = match &arguments.contact {
            Some(id) => format!("there is no such contact: {id}"),
            None => "there is no contact in this journal".to_owned(),
        };
        return Err(Problem::misuse(format!("{}: {what}", arguments.journal.display())));
    }
    for contact in contacts {
        print(contact?, arguments.json)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(read: ReadContact, is_json: bool) -> Result<()> {
    read.check_replayable().map_err(Problem::misuse)?;
    let replayed = replay(read.site.site(), &read.arrival, &read.inputs, true);
    let replayed = replayed.map_err(Problem::misuse)?;
    let flow = replayed.contact.run().flow();
    let mut notes = vec!["replayed from a journal".to_owned()];
    if !read.is_closed {
        notes.push("the contact was cut off; `trunkline flow recover` finishes it".to_owned());
    }
    let mut printer = Printer::new(is_json);
    printer.head(&Head {
        version: SCHEMA_VERSION,
        flow: flow.name.clone(),
        flow_version: flow.version,
        contact: read.arrival.contact.clone(),
        started_ms: read.arrival.at_ms,
        notes,
    })?;
    replayed.trace.into_iter().try_for_each(|step| printer.step(step))
}
