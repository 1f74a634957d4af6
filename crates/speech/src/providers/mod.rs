//! The providers, each in its own file.

mod azure;
mod command;
mod espeak_ng;
mod google;
mod open_jtalk;
mod openai_compatible;
mod process;
mod rest;
mod table;

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) mod stand_in;

use std::sync::Arc;

use crate::config::{ProviderConfig, ProviderKind};
use crate::error::SpeechError;
use crate::provider::Provider;
use crate::speaker::Options;

/// How many sentences a program makes at a time.
const PROGRAM_PLACES: usize = 4;

/// How many sentences a service makes at a time.
const SERVICE_PLACES: usize = 16;

/// The provider of an entry of the configuration: one line each.
pub(crate) fn build(
    config: &ProviderConfig,
    options: &Options,
) -> Result<Arc<dyn Provider>, SpeechError> {
    let name = &config.name;
    let places = |usual: usize| config.max_concurrent.unwrap_or(usual).clamp(1, 1_000);
    Ok(match &config.kind {
        ProviderKind::EspeakNg(it) => {
            Arc::new(espeak_ng::EspeakNg::new(it, places(PROGRAM_PLACES)))
        }
        ProviderKind::OpenJtalk(it) => {
            Arc::new(open_jtalk::OpenJtalk::new(it, options, places(PROGRAM_PLACES)))
        }
        ProviderKind::OpenaiCompatible(it) => Arc::new(openai_compatible::OpenaiCompatible::new(
            name,
            it,
            options,
            places(SERVICE_PLACES),
        )?),
        ProviderKind::Command(it) => {
            Arc::new(command::Command::new(name, it, places(PROGRAM_PLACES))?)
        }
        ProviderKind::Google(it) => {
            Arc::new(google::Google::new(name, it, options, places(SERVICE_PLACES))?)
        }
        ProviderKind::Azure(it) => {
            Arc::new(azure::Azure::new(name, it, options, places(SERVICE_PLACES))?)
        }
    })
}
