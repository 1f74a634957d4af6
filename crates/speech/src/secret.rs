//! Finds the keys of services (decision 31).

use std::fs::File;
use std::io::Read;

use secrecy::SecretString;
use trunkline_model::tenant::connector::Secret;

use crate::error::SpeechError;
use crate::speaker::Options;

/// The largest secret file, in bytes.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// Finds the value of a provider's secret.
pub(crate) fn resolve(
    secret: &Secret,
    provider: &str,
    options: &Options,
) -> Result<SecretString, SpeechError> {
    let provider = provider.to_owned();
    match secret {
        Secret::Env { env } => match (options.env)(env) {
            Some(value) if !value.is_empty() => Ok(value.into()),
            _ => Err(SpeechError::SecretEnv { provider, name: env.clone() }),
        },
        Secret::File { file } => {
            let path = options.base_dir.join(file);
            read(&path).map_err(|reason| SpeechError::SecretFile { provider, path, reason })
        }
        Secret::Literal(_) => Err(SpeechError::SecretLiteral(provider)),
    }
}

fn read(path: &std::path::Path) -> Result<SecretString, String> {
    let mut text = String::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(|error| error.to_string())?;
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err("it is empty".to_owned()),
        value => Ok(value.to_owned().into()),
    }
}
