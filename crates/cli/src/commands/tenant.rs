//! `trunkline tenant …`: a tenant.yaml begun, checked, exported, and its schema.

use std::process::ExitCode;

use clap::Subcommand;
use trunkline_model::tenant::tenant_schema;

#[cfg(feature = "telephony")]
use super::tenant_export;
use super::{tenant_check, tenant_init};
use crate::problem::Result;
use crate::run::output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(tenant_init::Arguments),
    Check(tenant_check::Arguments),
    #[cfg(feature = "telephony")]
    Export(tenant_export::Arguments),
    /// Print the JSON Schema of tenant.yaml.
    Schema,
}

pub(crate) fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Init(arguments) => tenant_init::run(&arguments),
        Command::Check(arguments) => tenant_check::run(&arguments),
        #[cfg(feature = "telephony")]
        Command::Export(arguments) => tenant_export::run(&arguments),
        Command::Schema => {
            output::write(tenant_schema().trim_end())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
