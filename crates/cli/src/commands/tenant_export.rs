//! `trunkline tenant export`: a tenant's configuration as files.

use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use trunkline_model::tenant::{ParseOptions, Tenant};

use super::tenant_keeper::{Keeper, Which};
use crate::files;
use crate::problem::{Problem, Result};
use crate::run::output;

/// Write a tenant's configuration as a tenant.yaml with its flows and the audio files that were
/// uploaded. Secrets are not in it: where
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
    let keeper = arguments.which.open()?;
    let (bundle, left_out) = keeper.export()?;
    let folder = &arguments.folder;
    let sounds = sounds(&keeper, &bundle.yaml)?;
    let mut written = vec![(folder.join("tenant.yaml"), bundle.yaml.into_bytes())];
    for (path, text) in bundle.flows {
        written.push((folder.join(within("flow", &path)?), text.into_bytes()));
    }
    for (path, sound) in sounds {
        written.push((folder.join(within("audio file", &path)?), sound));
    }
    if let Some((there, _)) = written.iter().find(|(path, _)| path.exists() && !arguments.force) {
        let text = format!("{}: the file is there already; --force replaces it", there.display());
        return Err(Problem::misuse(text));
    }
    for (path, content) in &written {
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .map_err(|error| Problem::misuse(format!("{}: {error}", parent.display())))?;
        files::replace(path, content)?;
        output::write(&path.display().to_string())?;
    }
    for name in left_out {
        output::write(&format!("left out: the secret {name}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The audio files that were uploaded, by their paths.
fn sounds(keeper: &Keeper, yaml: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let tenant = Tenant::parse_with(yaml, ParseOptions { allow_literal_secrets: true });
    let tenant = tenant.map_err(|errors| Problem::failed(errors.named("tenant.yaml")))?;
    let uploaded =
        tenant.audio.iter().filter_map(|it| Some((it.file.clone()?, it.sha256.as_ref()?)));
    uploaded.map(|(file, sha256)| Ok((file, keeper.sound(sha256)?))).collect()
}

/// The path of a file, which a server gave, if it stays within the folder.
fn within<'a>(what: &str, path: &'a str) -> Result<&'a Path> {
    let way = Path::new(path);
    let stays = way.components().all(|it| matches!(it, Component::Normal(_) | Component::CurDir));
    match stays && !path.is_empty() {
        true => Ok(way),
        false => Err(Problem::failed(format!(
            "the {what} {path:?} does not lie within the folder of the tenant; give it another \
             `file` before exporting"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_cannot_be_written_elsewhere() {
        assert!(within("flow", "flows/dip.json").is_ok());
        for path in ["", "/etc/passwd", "../dip.json", "flows/../../dip.json"] {
            assert!(within("flow", path).is_err(), "{path}");
        }
    }
}
