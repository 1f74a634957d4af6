//! `trunkline tenant export`: a tenant's configuration as files.

use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use super::tenant_keeper::Which;
use crate::files;
use crate::problem::{Problem, Result};
use crate::run::output;

/// Write a tenant's configuration as a tenant.yaml with its flows. Secrets are not in it: where
/// the file is used elsewhere, they are set by the environment variables that are listed.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder to write into.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Replace files that are there.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    which: Which,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (bundle, left_out) = arguments.which.open()?.export()?;
    let folder = &arguments.folder;
    let mut written = vec![(folder.join("tenant.yaml"), bundle.yaml)];
    for (path, text) in bundle.flows {
        written.push((folder.join(within(&path)?), text));
    }
    if let Some((there, _)) = written.iter().find(|(path, _)| path.exists() && !arguments.force) {
        let text = format!("{}: the file is there already; --force replaces it", there.display());
        return Err(Problem::misuse(text));
    }
    for (path, text) in &written {
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .map_err(|error| Problem::misuse(format!("{}: {error}", parent.display())))?;
        files::replace(path, text)?;
        output::write(&path.display().to_string())?;
    }
    for name in left_out {
        output::write(&format!("left out: the secret {name}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The path of a flow, which a server gave, if it stays within the folder.
fn within(path: &str) -> Result<&Path> {
    let way = Path::new(path);
    let stays = way.components().all(|it| matches!(it, Component::Normal(_) | Component::CurDir));
    match stays && !path.is_empty() {
        true => Ok(way),
        false => Err(Problem::failed(format!(
            "the flow {path:?} does not lie within the folder of the tenant; give it another \
             `file` before exporting"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_cannot_be_written_elsewhere() {
        assert!(within("flows/dip.json").is_ok());
        for path in ["", "/etc/passwd", "../dip.json", "flows/../../dip.json"] {
            assert!(within(path).is_err(), "{path}");
        }
    }
}
