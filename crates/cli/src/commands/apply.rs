//! `trunkline apply`: makes a tenant's configuration what a `tenant.yaml` says.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};
use trunkline_model::tenant::{ParseOptions, Tenant};
use trunkline_settings::Bundle;

use super::tenant_keeper::{Change, Which, sha256};
use crate::problem::{Problem, Result};
use crate::run::output;
use crate::site;

/// The largest audio file that is read, as the server reads it.
const MAX_AUDIO_BYTES: u64 = 64 << 20;

/// Make a tenant's configuration what a tenant.yaml says: all of it, or nothing.
///
/// Flows that are new become versions with the label Live. What the file does not name is
/// deleted, unless --keep-others is given. Audio files that are there go along, converted into
/// what telephones play. --plan shows what would be done.
///
/// With --server it goes by the interface of a server; without, straight into the server's
/// folder, beside a server that runs or not. New calls meet it within a second.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The tenant.yaml, or its folder.
    #[arg(value_name = "FILE|DIR", default_value = "tenant.yaml")]
    file: PathBuf,
    /// Only show what would be done.
    #[arg(long)]
    plan: bool,
    /// Keep what the file does not name.
    #[arg(long)]
    keep_others: bool,
    /// Why, for the history.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// Secrets may stand in the file itself; they are kept sealed.
    #[arg(long)]
    allow_literal_secrets: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let keeper = arguments.which.open()?;
    let (bundle, sounds) = read(&arguments.file)?;
    let change = Change {
        bundle,
        sounds,
        keep_others: arguments.keep_others,
        allow_literal_secrets: arguments.allow_literal_secrets,
        revision: None,
        note: arguments.note.clone(),
    };
    let plan = keeper.plan(&change)?;
    if arguments.plan {
        return print(&plan, arguments.json).map(|()| ExitCode::SUCCESS);
    }
    // What was shown is what is done, or nothing is.
    let change = Change { revision: plan["revision"].as_u64(), ..change };
    if !arguments.json {
        print(&plan, false)?;
    }
    let applied = keeper.apply(&change)?;
    if arguments.json {
        output::write(&format!("{applied:#}"))?;
    } else {
        output::write(&result(&applied))?;
    }
    for note in keeper.notes(applied["revision"].as_u64().unwrap_or_default())? {
        if !arguments.json {
            output::write(&format!("note: {note}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A `tenant.yaml` with the flows and the audio files that it names. Audio files that are not
/// there are not sent: the server may have them.
fn read(file: &Path) -> Result<(Bundle, Vec<Vec<u8>>)> {
    let file = if file.is_dir() { file.join("tenant.yaml") } else { file.to_path_buf() };
    let yaml = site::read_text(&file)?;
    let options = ParseOptions { allow_literal_secrets: true };
    let tenant = Tenant::parse_with(&yaml, options)
        .map_err(|errors| Problem::misuse(errors.named(&file.display().to_string())))?;
    let folder = site::folder(&file);
    let flow = |entry: &trunkline_model::tenant::FlowFile| {
        Ok((entry.file.clone(), site::read_text(&folder.join(&entry.file))?))
    };
    let flows = tenant.flows.iter().map(flow).collect::<Result<_>>()?;
    let mut bundle = Bundle { yaml, flows, ..Bundle::default() };
    let mut sounds = Vec::new();
    for audio in &tenant.audio {
        let Some(path) = audio.file.as_ref().map(|it| folder.join(it)) else { continue };
        if path.is_file() {
            let sound = sound(&path)?;
            bundle.sounds.insert(audio.name.clone(), sha256(&sound));
            sounds.push(sound);
        }
    }
    Ok((bundle, sounds))
}

/// An audio file as telephones play it.
fn sound(path: &Path) -> Result<Vec<u8>> {
    let wrong = |error: &dyn std::fmt::Display| {
        Problem::misuse(format!("the audio file {}: {error}", path.display()))
    };
    let size = std::fs::metadata(path).map_err(|error| wrong(&error))?.len();
    if size > MAX_AUDIO_BYTES {
        return Err(wrong(&"it is larger than 64 MB; convert or shorten it"));
    }
    let file = std::fs::read(path).map_err(|error| wrong(&error))?;
    trunkline_prompts::convert(&file).map_err(|error| wrong(&error))
}

fn result(applied: &Value) -> String {
    let revision = &applied["revision"];
    match is_empty(&applied["plan"]) {
        true => format!("nothing to do; revision {revision}"),
        false => format!("done: revision {revision}"),
    }
}

fn steps(plan: &Value) -> &[Value] {
    plan["steps"].as_array().map_or(&[], Vec::as_slice)
}

fn is_empty(plan: &Value) -> bool {
    steps(plan).iter().all(|step| step["action"] == json!("unchanged"))
}

fn print(plan: &Value, as_json: bool) -> Result<()> {
    if as_json {
        return output::write(&format!("{plan:#}"));
    }
    lines(plan).iter().try_for_each(|line| output::write(line))
}

/// A line for each thing that changes, and what it comes to.
fn lines(plan: &Value) -> Vec<String> {
    let changed = steps(plan).iter().filter_map(line);
    let count = |action: &str| {
        let steps = steps(plan).iter();
        steps.filter(|step| step["action"] == json!(action)).count()
    };
    let [more, other, fewer, same] = ["create", "update", "delete", "unchanged"].map(count);
    let sum = format!(
        "{more} to make, {other} to change, {fewer} to delete, {same} unchanged (revision {})",
        plan["revision"]
    );
    changed.chain([sum]).collect()
}

fn line(step: &Value) -> Option<String> {
    let text = |key: &str| plain(step[key].as_str().unwrap_or_default());
    let mark = match step["action"].as_str() {
        Some("create") => '+',
        Some("update") => '~',
        Some("delete") => '-',
        _ => return None,
    };
    let (kind, id, name) = (text("kind"), text("id"), text("name"));
    let mut line = format!("{mark} {kind}");
    if !id.is_empty() && id != kind {
        line.push_str(&format!(" {id}"));
    }
    if !name.is_empty() && name != id && name != kind {
        line.push_str(&format!(" ({name})"));
    }
    let fields = step["fields"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let fields: Vec<String> = fields.iter().filter_map(|it| it.as_str().map(plain)).collect();
    if !fields.is_empty() {
        line.push_str(&format!(": {}", fields.join(", ")));
    }
    Some(line)
}

/// On one line and without what a terminal would act upon.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_reads_as_a_list() {
        let step = |action: &str, kind: &str, id: &str, name: &str, fields: &[&str]| {
            let fields: Vec<Value> = fields.iter().map(|it| json!(it)).collect();
            json!({"action": action, "kind": kind, "id": id, "name": name, "fields": fields})
        };
        let plan = json!({"revision": 7, "steps": [
            step("update", "flow", "f1", "Dip", &["version", "Live"]),
            step("create", "queue", "support", "Support", &[]),
            step("unchanged", "team", "t", "T", &[]),
            step("delete", "agent", "maria", "maria", &[]),
            step("update", "queue", "", "", &["order"]),
            step("update", "numbers", "numbers", "numbers", &["country"]),
        ]});
        assert_eq!(
            lines(&plan),
            [
                "~ flow f1 (Dip): version, Live",
                "+ queue support (Support)",
                "- agent maria",
                "~ queue: order",
                "~ numbers: country",
                "1 to make, 3 to change, 1 to delete, 1 unchanged (revision 7)",
            ]
        );
        assert!(!is_empty(&plan));
        assert!(is_empty(&json!({"steps": [step("unchanged", "team", "t", "T", &[])]})));
    }
}
