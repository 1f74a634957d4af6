//! `trunkline tenant init`: the tenant.yaml that flows need, to be filled in.

use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use trunkline_flow::activities::Need;
use trunkline_flow::{Flow, FlowKind};
use trunkline_model::tenant::{Needs, skeleton_of};

use crate::problem::{Problem, Result};
use crate::run::output;
use crate::{files, site};

/// Write the tenant.yaml that these flows need, to be filled in.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Exported flows; subflows that they call are named too.
    #[arg(value_name = "FLOW", required = true)]
    flows: Vec<PathBuf>,
    /// The file to write; standard output when left out.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there.
    #[arg(long, requires = "output")]
    force: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let target = arguments.output.as_deref();
    if let Some(target) = target {
        // Before the work; what counts is that it is refused again when it is written.
        refuse_existing(target, arguments.force)?;
    }
    let mut flows = Vec::new();
    for path in &arguments.flows {
        let written = as_seen_from(path, target)?;
        flows.push((site::read_flow(path)?.flow, written));
    }
    let text = skeleton_of(&needs_of_all(&flows)?);
    match target {
        Some(target) => save(target, &text, arguments.force)?,
        None => output::write(text.trim_end())?,
    }
    for name in missing(&flows) {
        note(&format!("a flow calls `{name}`, which is not among these; name its export too"));
    }
    Ok(ExitCode::SUCCESS)
}

/// What the flows need. A subflow has no entry point of its own: it is said to belong to the
/// first flow that is none.
fn needs_of_all(flows: &[(Flow, PathBuf)]) -> Result<Vec<Needs>> {
    let main = flows.iter().find(|(flow, _)| flow.kind == FlowKind::Flow);
    let Some((main, _)) = main else {
        let text = "these are subflows, which no call can reach; name a flow that calls them too";
        return Err(Problem::misuse(text));
    };
    let needs = flows.iter().map(|(flow, path)| {
        let mut needs = site::needs_of(flow, path);
        if flow.kind == FlowKind::Subflow {
            needs.flow.clone_from(&main.name);
        }
        needs
    });
    Ok(needs.collect())
}

/// Names of flows and subflows that are called and were not given.
fn missing(flows: &[(Flow, PathBuf)]) -> Vec<&str> {
    let mut names = Vec::new();
    let nodes = flows.iter().flat_map(|(flow, _)| &flow.nodes);
    for need in nodes.flat_map(|node| node.activity.needs()) {
        let (Need::Subflow { id, name } | Need::Flow { id, name }) = need else { continue };
        let is_given = flows.iter().any(|(flow, _)| flow.name == name || flow.id.as_str() == id);
        if !is_given && !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// How the file to be written names a flow: relative to its own folder.
fn as_seen_from(flow: &Path, target: Option<&Path>) -> Result<PathBuf> {
    let path = match target.map(site::folder).filter(|folder| folder != Path::new(".")) {
        None => flow.to_path_buf(),
        Some(folder) => {
            let real = |path: &Path| {
                let wrong = |error| Problem::misuse(format!("{}: {error}", path.display()));
                path.canonicalize().map_err(wrong)
            };
            relative(&real(&folder)?, &real(flow)?)
        }
    };
    match path.to_str() {
        // The other systems understand this one.
        Some(text) if cfg!(windows) => Ok(PathBuf::from(text.replace('\\', "/"))),
        Some(_) => Ok(path),
        None => Err(Problem::misuse(format!(
            "{}: this path is not UTF-8 and cannot be written into the file",
            path.display()
        ))),
    }
}

/// The way from a folder to a file, both whole paths; the file's own path where there is none.
fn relative(folder: &Path, file: &Path) -> PathBuf {
    let common =
        folder.components().zip(file.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(common);
    if common == 0 || up.clone().any(|part| !matches!(part, Component::Normal(_))) {
        return file.to_path_buf();
    }
    let up = up.map(|_| Component::ParentDir);
    up.chain(file.components().skip(common)).collect()
}

fn refuse_existing(target: &Path, force: bool) -> Result<()> {
    let shown = target.display();
    match target.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(_) if target.is_dir() => Err(Problem::misuse(format!("{shown}: this is a folder"))),
        Ok(_) if !force => Err(exists(target)),
        Ok(_) if target.exists() && !target.is_file() => {
            Err(Problem::misuse(format!("{shown}: this is no file that can be replaced")))
        }
        Ok(_) => Ok(()),
    }
}

fn exists(target: &Path) -> Problem {
    Problem::misuse(format!("{}: the file is there already; --force replaces it", target.display()))
}

fn save(target: &Path, text: &str, force: bool) -> Result<()> {
    if force {
        return files::replace(target, text);
    }
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => exists(target),
        _ => Problem::misuse(format!("{}: {error}", target.display())),
    };
    let mut file = beside(target).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist_noclobber(target).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A temporary file in the folder of the target, with the rights of any new file.
fn beside(target: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tenant-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(site::folder(target))
}

/// Says something on standard error, so that standard output stays the file alone.
#[expect(clippy::print_stderr, reason = "a message for the person at the terminal")]
fn note(text: &str) {
    eprintln!("note: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_the_folder_to_the_flow() {
        let from = |folder: &str, file: &str| relative(Path::new(folder), Path::new(file));
        assert_eq!(from("/a/b", "/a/b/c/f.json"), Path::new("c/f.json"));
        assert_eq!(from("/a/b/x", "/a/f.json"), Path::new("../../f.json"));
        assert_eq!(from("/", "/f.json"), Path::new("f.json"));
    }
}
