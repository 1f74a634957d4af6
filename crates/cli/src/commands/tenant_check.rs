//! `trunkline tenant check`: mistakes in a tenant.yaml, also in what it names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use trunkline_flow::{Flow, Site, json};
use trunkline_model::tenant::path::Path as Place;
use trunkline_model::tenant::read::{ParseOptions, Places};
use trunkline_model::tenant::{Mistake, Tenant, TenantErrors};

use crate::problem::{FAILED, Result};
use crate::run::output;
use crate::site;

/// Look for mistakes in a tenant.yaml, also in the flows and audio files that it names.
///
/// Each mistake is a line `FILE:LINE:COLUMN: PATH: message`; then the exit status is 1.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The tenant.yaml.
    #[arg(default_value = "tenant.yaml")]
    file: PathBuf,
    /// Secrets may stand in the file itself.
    #[arg(long)]
    allow_literal_secrets: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let text = site::read_text(&arguments.file)?;
    let name = arguments.file.display().to_string();
    let options = ParseOptions { allow_literal_secrets: arguments.allow_literal_secrets };
    let checked = Tenant::parse_located(&text, options).and_then(|(tenant, places)| {
        let summary = summary(&tenant);
        let mistakes = outside(tenant, &places, &site::folder(&arguments.file));
        if mistakes.is_empty() { Ok(summary) } else { Err(TenantErrors::new(mistakes)) }
    });
    match checked {
        Ok(summary) => {
            output::write(&format!("{name}: in order: {summary}"))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(errors) => {
            output::write(&errors.named(&name).to_string())?;
            Ok(ExitCode::from(FAILED))
        }
    }
}

/// Mistakes that only show in other files.
fn outside(tenant: Tenant, places: &Places, base_dir: &Path) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let flows = flows(&tenant, places, base_dir, &mut mistakes);
    audio(&tenant, places, base_dir, &mut mistakes);
    let unread = tenant.flows.len() - flows.len();
    let site = Site::new(tenant, flows);
    for (point, path) in site.tenant.flow_references() {
        if site.flow_of(point).is_none() {
            mistakes.push(places.mistake(&path, no_such_flow(&site, &point.flow, unread)));
        }
    }
    mistakes
}

/// A path of the file as seen from here.
fn within(base_dir: &Path, file: &str) -> PathBuf {
    if base_dir == Path::new(".") { PathBuf::from(file) } else { base_dir.join(file) }
}

/// The flows that can be read.
fn flows(
    tenant: &Tenant,
    places: &Places,
    base_dir: &Path,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Arc<Flow>> {
    let mut flows = Vec::new();
    for (index, entry) in tenant.flows.iter().enumerate() {
        match read_flow(&within(base_dir, &entry.file)) {
            Ok(flow) => flows.push(Arc::new(flow)),
            Err(message) => {
                let path = Place::root("flows").index(index).key("file");
                mistakes.push(places.mistake(&path, message));
            }
        }
    }
    flows
}

fn read_flow(path: &Path) -> std::result::Result<Flow, String> {
    let bytes = size_of(path)?;
    if bytes > json::MAX_BYTES as u64 {
        let most = json::MAX_BYTES;
        return Err(format!("the file has {bytes} bytes, but at most {most} are read"));
    }
    let text =
        fs::read_to_string(path).map_err(|error| cannot_be_read(path, &error.to_string()))?;
    let read = Flow::read(&text);
    read.map(|(flow, _)| flow).map_err(|error| format!("{}: {error}", path.display()))
}

fn audio(tenant: &Tenant, places: &Places, base_dir: &Path, mistakes: &mut Vec<Mistake>) {
    for (index, audio) in tenant.audio.iter().enumerate() {
        let Some(file) = &audio.file else { continue };
        let path = Place::root("audio").index(index).key("file");
        match size_of(&within(base_dir, file)) {
            Ok(0) => mistakes.push(places.mistake(&path, "the file is empty")),
            Ok(_) => {}
            Err(message) => mistakes.push(places.mistake(&path, message)),
        }
    }
}

/// The size in bytes, if this is a file.
fn size_of(path: &Path) -> std::result::Result<u64, String> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(metadata.len()),
        Ok(_) => Err(cannot_be_read(path, "it is no file")),
        Err(error) => Err(cannot_be_read(path, &error.to_string())),
    }
}

fn cannot_be_read(path: &Path, reason: &str) -> String {
    format!("{} cannot be read: {reason}; paths are relative to this file", path.display())
}

fn no_such_flow(site: &Site, wanted: &str, unread: usize) -> String {
    const MOST: usize = 8;
    let names: Vec<String> =
        site.flows().iter().take(MOST).map(|flow| format!("`{}`", flow.name)).collect();
    let mut known = match names.is_empty() {
        true => "`flows` names none that can be read".to_owned(),
        false => format!("`flows` has {}", names.join(", ")),
    };
    if site.flows().len() > MOST {
        known.push_str(" and others");
    }
    if unread > 0 && !names.is_empty() {
        known.push_str(", and files that cannot be read");
    }
    format!("no flow that a call can reach has the name or id `{wanted}`; {known}")
}

fn summary(tenant: &Tenant) -> String {
    let counts = [
        (tenant.flows.len(), "flow", "flows"),
        (tenant.entry_points.len(), "entry point", "entry points"),
        (tenant.queues.len(), "queue", "queues"),
        (tenant.agents.len(), "agent", "agents"),
        (tenant.connectors.len(), "connector", "connectors"),
        (tenant.audio.len(), "audio file", "audio files"),
    ];
    let parts = counts.map(|(count, one, many)| {
        let word = if count == 1 { one } else { many };
        format!("{count} {word}")
    });
    parts.join(", ")
}
