//! `trunkline flow run`: one simulated call, with real HTTP requests in virtual time.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use trunkline_contact::{Arrival, Contact};
use trunkline_model::ContactId;
use trunkline_model::tenant::EntryPoint;
use trunkline_model::trace::Head;
use trunkline_sim::{Script, ScriptError, World, WorldOptions};
use trunkline_store::JournalSync;

use crate::problem::{Problem, Result};
use crate::run::journal::{Journal, JournalOptions};
use crate::run::printer::Printer;
use crate::run::shell::{self, Client};
use crate::run::writer::Writer;
use crate::run::{interactive, output};
use crate::site::{self, Loaded};

/// Run a flow for one simulated call: virtual time, real HTTP requests.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The exported flow.
    flow: PathBuf,
    /// The tenant; without one, what the flow refers to is stood in for.
    #[arg(long)]
    tenant: Option<PathBuf>,
    /// The calling number, as a trunk would send it.
    #[arg(long)]
    ani: Option<String>,
    /// The dialled number; the entry point's own when left out.
    #[arg(long)]
    dnis: Option<String>,
    /// What the caller, the agents and the servers do.
    #[arg(long)]
    script: Option<PathBuf>,
    /// Be the caller and the agent yourself, at the terminal or by lines of a pipe.
    #[arg(long)]
    interactive: bool,
    /// Journal the contact in this file (SQLite).
    #[arg(long)]
    journal: Option<PathBuf>,
    /// When the journal is on the disk: with each entry, within 50 ms and before each request, or
    /// when the system sees fit. [default: 50ms]
    #[arg(long, value_name = "WHEN", value_parser = journal_sync(), requires = "journal")]
    journal_sync: Option<JournalSync>,
    /// Print the trace as JSON lines (docs/trace.schema.json).
    #[arg(long)]
    json: bool,
    /// Print how open questions about Webex are answered in this run.
    #[arg(long)]
    explain_compat: bool,
    /// Let tenant.yaml hold secrets itself.
    #[arg(long)]
    allow_literal_secrets: bool,
    /// Send requests of stand-in connectors to this server instead of http://127.0.0.1:8090.
    #[arg(long, value_name = "URL")]
    sandbox_url: Option<String>,
}

fn journal_sync() -> impl TypedValueParser<Value = JournalSync> {
    PossibleValuesParser::new(["always", "50ms", "never"]).map(|text| match text.as_str() {
        "always" => JournalSync::Always,
        "never" => JournalSync::Never,
        _ => JournalSync::Within50Ms,
    })
}

/// The calling number when nobody names one.
const EXAMPLE_ANI: &str = "+14806754111";

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let script = read_script(arguments)?;
    let tenant = arguments.tenant.as_deref();
    let mut loaded = site::load(&arguments.flow, tenant, arguments.allow_literal_secrets)?;
    if let Some(url) = &arguments.sandbox_url {
        loaded.point_stand_ins_at(url)?;
    }
    if arguments.explain_compat {
        return explain(&loaded);
    }
    call(arguments, script, loaded)
}

fn call(arguments: &Arguments, script: Script, mut loaded: Loaded) -> Result<ExitCode> {
    let arrival = arrival(arguments, &script, &loaded)?;
    loaded.notes.extend(assumptions(arguments, &script, &loaded));
    let head = Head {
        version: trunkline_model::trace::SCHEMA_VERSION,
        flow: loaded.flow.name.clone(),
        flow_version: loaded.flow.version,
        contact: arrival.contact.clone(),
        started_ms: arrival.at_ms,
        notes: loaded.notes.clone(),
    };
    let client = Client::new(&loaded)?;
    let journal = open_journal(arguments, &loaded)?;
    let mut printer = Printer::new(arguments.json);
    printer.head(&head)?;
    let options =
        WorldOptions { start_ms: arrival.at_ms, script, is_interactive: arguments.interactive };
    let writer = Writer::new(Some(printer), journal);
    let mut world = World::new(loaded.site.clone(), options, writer);
    let contact = arrival.contact.clone();
    world.call(arrival).map_err(Problem::misuse)?;
    let ended = if arguments.interactive {
        interactive::play(&mut world, &client, &contact)
    } else {
        shell::drive(&mut world, &client)
    };
    world.recorder().finish()?;
    ended?;
    match world.contact(&contact) {
        Some(contact) => Err(Problem::failed(standstill(contact))),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Why a contact still lives although nothing happens any more.
fn standstill(contact: &Contact) -> String {
    let what = if contact.is_talking() {
        "the caller and the agent talk, and the script has neither of them hang up"
    } else if contact.is_caller_there() {
        "the caller is on the line, and the script does not have them hang up"
    } else {
        "the agent wraps up, and neither the script nor `auto_wrap_up_s` ends that"
    };
    format!("the contact has not ended: {what}")
}

fn read_script(arguments: &Arguments) -> Result<Script> {
    let Some(path) = &arguments.script else { return Ok(Script::default()) };
    let text = site::read_text(path)?;
    Script::parse(&text).map_err(|error| {
        let shown = path.display();
        let ScriptError { line, column, message } = error;
        // 0 is a place that is not known.
        let place = if line == 0 { String::new() } else { format!(":{line}:{column}") };
        Problem::misuse(format!("{shown}{place}: {message}"))
    })
}

fn arrival(arguments: &Arguments, script: &Script, loaded: &Loaded) -> Result<Arrival> {
    let entry = loaded.entry_point()?;
    let dnis = arguments.dnis.clone().or_else(|| script.dnis.clone());
    let ani = arguments.ani.clone().or_else(|| script.ani.clone());
    Ok(Arrival {
        contact: ContactId::new(uuid::Uuid::now_v7().to_string()),
        at_ms: script.start_ms(),
        ani_received: ani.unwrap_or_else(|| EXAMPLE_ANI.to_owned()),
        dnis_received: dnis.or_else(|| first_number(entry)).unwrap_or_default(),
        entry_point: entry.id.clone(),
        headers: Vec::new(),
        rescue: None,
        outdial: None,
    })
}

fn first_number(entry: &EntryPoint) -> Option<String> {
    entry.dnis.first().cloned()
}

/// What is stood in for people whom neither a script nor anybody at the terminal speaks for.
fn assumptions(arguments: &Arguments, script: &Script, loaded: &Loaded) -> Vec<String> {
    let mut notes = Vec::new();
    if arguments.script.is_none() && !arguments.interactive {
        notes.push(
            "no script: the caller presses nothing and hangs up 30 s after an agent answers (or \
             after 3 minutes); the agent answers after 5 s, edits nothing and wraps up in 5 s"
                .to_owned(),
        );
    }
    // At the terminal too: nobody there speaks for third parties.
    if script.transfers.is_empty() && has_transfers(loaded) {
        notes.push(
            "no transfers in the script: whom the flow calls answers after 5 s and hangs up 30 s \
             later"
                .to_owned(),
        );
    }
    if arguments.ani.is_none() && script.ani.is_none() && !arguments.interactive {
        notes.push(format!("no --ani: the call comes from {EXAMPLE_ANI}"));
    }
    notes
}

/// Whether the flow, or one that runs with it, calls third parties.
fn has_transfers(loaded: &Loaded) -> bool {
    let mut nodes = loaded.site.flows().iter().flat_map(|flow| &flow.nodes);
    nodes.any(|node| matches!(&*node.kind, "blind-transfer" | "bridged-transfer"))
}

fn open_journal(arguments: &Arguments, loaded: &Loaded) -> Result<Option<Journal>> {
    let Some(path) = &arguments.journal else { return Ok(None) };
    let sync = match arguments.journal_sync.unwrap_or_default() {
        // The person at the terminal may think for hours: nothing may wait for the disk meanwhile.
        JournalSync::Within50Ms if arguments.interactive => JournalSync::Always,
        sync => sync,
    };
    let options = JournalOptions {
        tenant: loaded.site.tenant.clone(),
        exports: loaded.exports.clone(),
        has_secrets: loaded.has_secure_variables(),
        sync,
    };
    Journal::create(path, options).map(Some)
}

fn explain(loaded: &Loaded) -> Result<ExitCode> {
    for (key, value, meaning, is_default) in loaded.site.tenant.compatibility.explain() {
        let mark = if is_default { " (default)" } else { "" };
        output::write(&format!("{key}: {value}{mark}\n    {meaning}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
