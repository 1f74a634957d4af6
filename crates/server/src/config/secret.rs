//! Finds the values of secrets (D31).

use std::fs::File;
use std::io::Read;
use std::path::Path;

use secrecy::SecretString;
use trunkline_model::tenant::Secret;

/// Where environment variables come from.
pub(super) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The largest file, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// The value, or what is wrong and what to do. Paths are relative to `base_dir`.
pub(super) fn resolve(
    secret: &Secret,
    base_dir: &Path,
    env: Env<'_>,
) -> Result<SecretString, String> {
    match secret {
        Secret::Env { env: name } => match env(name) {
            Some(value) if !value.is_empty() => Ok(value.into()),
            Some(_) => Err(format!("the environment variable {name} is empty")),
            None => Err(format!("the environment variable {name} is not set; set it")),
        },
        Secret::File { file } => {
            let path = base_dir.join(file);
            read(&path).map_err(|reason| format!("{} cannot be read: {reason}", path.display()))
        }
        Secret::Literal(value) => Ok(value.clone().into()),
    }
}

fn read(path: &Path) -> Result<SecretString, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > MAX_BYTES {
        return Err(format!("it is larger than {MAX_BYTES} bytes"));
    }
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err("it is empty".to_owned()),
        value => Ok(value.to_owned().into()),
    }
}
