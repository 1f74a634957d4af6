//! Loads a flow with the tenant that it runs in.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trunkline_flow::activities::Need;
use trunkline_flow::activities::prompts::is_built_in;
use trunkline_flow::flow::VariableSource;
use trunkline_flow::{Diagnostic, Flow, FlowKind, Site};
use trunkline_model::tenant::read::ParseOptions;
use trunkline_model::tenant::{EntryPoint, Needs, Tenant};

use crate::problem::{Problem, Result};

/// A flow with everything that it needs.
pub(crate) struct Loaded {
    pub(crate) site: Arc<Site>,
    pub(crate) flow: Arc<Flow>,
    /// The exports of all flows of the site, for the journal.
    pub(crate) exports: Vec<String>,
    /// Stand-ins and the like, for the head of the trace.
    pub(crate) notes: Vec<String>,
    /// The folder to which the tenant's paths are relative.
    pub(crate) base_dir: PathBuf,
    /// Whether the tenant may hold its secrets itself.
    pub(crate) allow_literal_secrets: bool,
}

impl Loaded {
    /// The entry point that runs the flow.
    pub(crate) fn entry_point(&self) -> Result<&EntryPoint> {
        let points = self.site.tenant.entry_points.iter();
        let mut runs_it = points.filter(|point| {
            self.site.flow_of(point).is_some_and(|flow| Arc::ptr_eq(flow, &self.flow))
        });
        runs_it.next().ok_or_else(|| {
            Problem::misuse(format!(
                "no entry point of the tenant runs the flow {}",
                self.flow.name
            ))
        })
    }

    /// Whether any flow of the site has secure variables.
    pub(crate) fn has_secure_variables(&self) -> bool {
        self.site.flows().iter().any(|flow| flow.has_secure_variables)
    }

    /// Points the stand-in connectors at another sandbox.
    pub(crate) fn point_stand_ins_at(&mut self, url: &str) -> Result<()> {
        let stand_in = trunkline_model::tenant::stand_in::SANDBOX_URL;
        let site = Arc::get_mut(&mut self.site)
            .ok_or_else(|| Problem::misuse("the site is in use already"))?;
        for connector in &mut site.tenant.connectors {
            if connector.base_url == stand_in {
                connector.base_url = url.trim_end_matches('/').to_owned();
            }
        }
        self.notes.push(format!("requests for {stand_in} go to {url}"));
        Ok(())
    }
}

/// A flow's file as read.
pub(crate) struct FlowFile {
    pub(crate) text: String,
    pub(crate) flow: Flow,
    pub(crate) found: Vec<Diagnostic>,
}

/// Reads a text file within the size that anything here reads.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let shown = path.display();
    let problem = |error: std::io::Error| Problem::misuse(format!("{shown}: {error}"));
    let file = File::open(path).map_err(problem)?;
    let most = trunkline_flow::json::MAX_BYTES as u64;
    let bytes = file.metadata().map_err(problem)?.len();
    if bytes > most {
        let text = format!("{shown}: the file has {bytes} bytes, but at most {most} are read");
        return Err(Problem::misuse(text));
    }
    // A pipe or a device has no length and may never end.
    let mut text = String::new();
    let mut limited = file.take(most + 1);
    limited.read_to_string(&mut text).map_err(problem)?;
    if text.len() as u64 > most {
        let text = format!("{shown}: it does not end within the {most} bytes that are read");
        return Err(Problem::misuse(text));
    }
    Ok(text)
}

/// Reads a flow's export.
pub(crate) fn read_flow(path: &Path) -> Result<FlowFile> {
    let text = read_text(path)?;
    let read = Flow::read(&text);
    let (flow, found) =
        read.map_err(|error| Problem::misuse(format!("{}: {error}", path.display())))?;
    Ok(FlowFile { text, flow, found })
}

/// Reads `tenant.yaml`.
pub(crate) fn read_tenant(path: &Path, allow_literal_secrets: bool) -> Result<Tenant> {
    let text = read_text(path)?;
    let options = ParseOptions { allow_literal_secrets };
    Tenant::parse_with(&text, options)
        .map_err(|errors| Problem::misuse(errors.named(&path.display().to_string())))
}

/// The folder of a file.
pub(crate) fn folder(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Loads a flow with its tenant, or with stand-ins for what the tenant does not have.
pub(crate) fn load(
    flow_path: &Path,
    tenant_path: Option<&Path>,
    allow_literal_secrets: bool,
) -> Result<Loaded> {
    let main = read_flow(flow_path)?;
    let mut tenant = match tenant_path {
        Some(path) => read_tenant(path, allow_literal_secrets)?,
        None => Tenant { name: "Stand-in".to_owned(), ..Tenant::default() },
    };
    let base_dir = folder(tenant_path.unwrap_or(flow_path));
    let mut files = other_flows(&tenant, &base_dir, flow_path)?;
    let mut notes = Vec::new();
    add_neighbours(&main.flow, &mut files, &folder(flow_path), &mut notes);
    let mut needs = needs_of(&main.flow, flow_path);
    for file in &files {
        add_needs(&file.flow, &mut needs);
    }
    if main.flow.kind == FlowKind::Subflow {
        return Err(Problem::misuse(format!(
            "{}: this is a subflow; run a flow that calls it",
            flow_path.display()
        )));
    }
    notes.extend(mistakes(&main.found));
    notes.extend(tenant.complete(&needs));
    let mut exports = vec![without_diagram(&main.flow)];
    exports.extend(files.iter().map(|file| without_diagram(&file.flow)));
    let flow = Arc::new(main.flow);
    let mut flows = vec![Arc::clone(&flow)];
    flows.extend(files.into_iter().map(|file| Arc::new(file.flow)));
    Ok(Loaded {
        site: Arc::new(Site::new(tenant, flows)),
        flow,
        exports,
        notes,
        base_dir,
        allow_literal_secrets,
    })
}

/// What the reader found wrong with the flow, in a line for the head of the trace.
fn mistakes(found: &[Diagnostic]) -> Option<String> {
    let errors = found.iter().filter(|it| it.severity == trunkline_flow::Severity::Error).count();
    (errors > 0).then(|| format!("the flow has {errors} errors: `trunkline flow check` shows them"))
}

/// The export without what is only drawn: a journal needs what runs.
fn without_diagram(flow: &Flow) -> String {
    use trunkline_flow::json::Json;
    fn strip(value: &Json) -> Json {
        match value {
            Json::Object(members) => {
                let kept = members.iter().filter(|(key, _)| key != "diagram");
                Json::Object(kept.map(|(key, value)| (key.clone(), strip(value))).collect())
            }
            Json::Array(elements) => Json::Array(elements.iter().map(strip).collect()),
            other => other.clone(),
        }
    }
    strip(flow.export()).to_text()
}

/// The tenant's other flows.
fn other_flows(tenant: &Tenant, base_dir: &Path, flow_path: &Path) -> Result<Vec<FlowFile>> {
    let main = flow_path.canonicalize().ok();
    let mut files = Vec::new();
    for entry in &tenant.flows {
        let path = base_dir.join(&entry.file);
        if path.canonicalize().ok() != main || main.is_none() {
            files.push(read_flow(&path)?);
        }
    }
    Ok(files)
}

/// The flow with the tenant's other flows, and nothing that is not there.
pub(crate) fn all_flows(
    tenant: &Tenant,
    base_dir: &Path,
    flow_path: &Path,
) -> Result<Vec<Arc<Flow>>> {
    let mut flows = vec![Arc::new(read_flow(flow_path)?.flow)];
    let others = other_flows(tenant, base_dir, flow_path)?;
    flows.extend(others.into_iter().map(|file| Arc::new(file.flow)));
    Ok(flows)
}

/// Adds subflows and flows that the flow names and that lie beside it under that name.
fn add_neighbours(flow: &Flow, files: &mut Vec<FlowFile>, folder: &Path, notes: &mut Vec<String>) {
    let named = flow.nodes.iter().flat_map(|node| node.activity.needs());
    for need in named {
        let (Need::Subflow { name, .. } | Need::Flow { name, .. }) = need else { continue };
        let is_plain = !name.is_empty() && !name.contains(['/', '\\']) && !name.starts_with('.');
        let is_there = files.iter().any(|file| file.flow.name == name);
        if !is_plain || is_there {
            continue;
        }
        let path = folder.join(format!("{name}.json"));
        if let Ok(file) = read_flow(&path) {
            notes.push(format!("{name} is taken from {}", path.display()));
            files.push(file);
        }
    }
}

/// Everything that a flow refers to outside itself.
pub(crate) fn needs_of(flow: &Flow, path: &Path) -> Needs {
    let mut needs =
        Needs { flow: flow.name.clone(), file: path.display().to_string(), ..Needs::default() };
    add_needs(flow, &mut needs);
    needs
}

fn add_needs(flow: &Flow, needs: &mut Needs) {
    for need in flow.nodes.iter().flat_map(|node| node.activity.needs()) {
        let named = |id: &str, name: Option<&str>| (id.to_owned(), name.unwrap_or(id).to_owned());
        match need {
            Need::Queue { id, name } => add(&mut needs.queues, named(id, name)),
            Need::Connector { id, name } => add(&mut needs.connectors, named(id, name)),
            Need::BusinessHours { id, name } => add(&mut needs.business_hours, named(id, name)),
            Need::Audio(file) if is_built_in(file) => {}
            Need::Audio(file) => add(&mut needs.audio, file.to_owned()),
            Need::Subflow { .. } | Need::Flow { .. } => {}
        }
    }
    for variable in flow.variables.iter().filter(|it| it.source == VariableSource::Global) {
        let value = variable.default_text.clone();
        add(&mut needs.globals, (variable.name.to_string(), variable.kind, value));
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
