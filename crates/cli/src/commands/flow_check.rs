//! `trunkline flow check`: mistakes in flows, found without a call.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::Value;
use trunkline_flow::check::{self, output as forms};
use trunkline_flow::{Diagnostic, Site};

use crate::problem::{FAILED, MISUSE, Problem, Result};
use crate::run::output;
use crate::{files, site};

/// Look for mistakes in flows. Exit status 1 when there are errors or warnings.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Exported flows.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Also look for what this tenant lacks: connectors, queues, audio files, subflows.
    #[arg(long)]
    tenant: Option<PathBuf>,
    /// Repair what can be repaired for certain, and nothing else, in the files themselves.
    #[arg(long)]
    fix: bool,
    /// How to print the findings.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Leave out notes.
    #[arg(long)]
    no_notes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: place, message, excerpt, advice.
    Text,
    /// For scripts: an array with an object per file.
    Json,
    /// For code hosts and editors: SARIF 2.1.0.
    Sarif,
}

/// A checked file.
struct Checked {
    name: String,
    text: String,
    found: Vec<Diagnostic>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut status = 0;
    let mut checked = Vec::new();
    for path in &arguments.files {
        match check_file(path, arguments) {
            Ok(file) => {
                if check::fails(&file.found) {
                    status = status.max(FAILED);
                }
                checked.push(file);
            }
            Err(problem) => {
                // The other files are still worth checking.
                problem.report();
                status = MISUSE;
            }
        }
    }
    print(&checked, arguments.format)?;
    Ok(ExitCode::from(status))
}

fn check_file(path: &Path, arguments: &Arguments) -> Result<Checked> {
    let file = site::read_flow(path)?;
    let found = findings(&file, path, arguments)?;
    let name = path.display().to_string();
    let fixed = if arguments.fix { check::fix(&file.text, &found) } else { None };
    let Some(fixed) = fixed else {
        return Ok(Checked { name, text: file.text, found: shown(found, arguments) });
    };
    files::replace(path, &fixed.text)?;
    for applied in &fixed.applied {
        let activity = applied.activity.as_deref().unwrap_or("the flow");
        notice(&format!("{name}: {activity}: {} ({})", applied.title, applied.rule));
    }
    let again = site::read_flow(path)?;
    let found = findings(&again, path, arguments)?;
    Ok(Checked { name, text: again.text, found: shown(found, arguments) })
}

fn findings(file: &site::FlowFile, path: &Path, arguments: &Arguments) -> Result<Vec<Diagnostic>> {
    let site = arguments.tenant.as_deref().map(|tenant| tenant_site(tenant, path)).transpose()?;
    Ok(check::check(&file.flow, file.found.clone(), site.as_ref()))
}

/// The tenant as it is, without stand-ins.
fn tenant_site(tenant_path: &Path, flow_path: &Path) -> Result<Site> {
    let tenant = site::read_tenant(tenant_path, true)?;
    let flows = site::all_flows(&tenant, &site::folder(tenant_path), flow_path)?;
    Ok(Site::new(tenant, flows))
}

fn shown(mut found: Vec<Diagnostic>, arguments: &Arguments) -> Vec<Diagnostic> {
    if arguments.no_notes {
        found.retain(|finding| finding.severity > trunkline_flow::Severity::Note);
    }
    found
}

fn print(checked: &[Checked], format: Format) -> Result<()> {
    match format {
        Format::Text => {
            for file in checked {
                let text = forms::text(&file.name, &file.text, &file.found);
                output::write(text.trim_end())?;
            }
            Ok(())
        }
        Format::Json => {
            let reports = documents(checked, forms::json)?;
            output::write(&pretty(&Value::Array(reports))?)
        }
        Format::Sarif => {
            let mut logs = documents(checked, forms::sarif)?;
            let runs = logs.iter_mut().flat_map(|log| match log["runs"].take() {
                Value::Array(runs) => runs,
                _ => Vec::new(),
            });
            let runs: Vec<_> = runs.collect();
            // One log holds a run per file.
            let mut log = logs.into_iter().next().unwrap_or_else(empty_log);
            log["runs"] = Value::Array(runs);
            output::write(&pretty(&log)?)
        }
    }
}

fn empty_log() -> Value {
    serde_json::json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
    })
}

fn documents(
    checked: &[Checked],
    form: fn(&str, &str, &[Diagnostic]) -> String,
) -> Result<Vec<Value>> {
    let document = |file: &Checked| {
        serde_json::from_str(&form(&file.name, &file.text, &file.found)).map_err(Problem::misuse)
    };
    checked.iter().map(document).collect()
}

fn pretty(value: &Value) -> Result<String> {
    serde_json::to_string_pretty(value).map_err(Problem::misuse)
}

/// Says on standard error what was repaired, so that standard output stays the report alone.
#[expect(clippy::print_stderr, reason = "a message for the person at the terminal")]
fn notice(text: &str) {
    eprintln!("fixed: {text}");
}
