//! `trunkline flow …`

use std::process::ExitCode;

use clap::Subcommand;

use super::{flow_check, flow_export, flow_recover, flow_replay, flow_run};
use crate::problem::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a flow for one simulated call, with real HTTP requests.
    Run(flow_run::Arguments),
    /// Look for mistakes in flows.
    Check(flow_check::Arguments),
    /// Write an imported flow again as an export.
    Export(flow_export::Arguments),
    /// Build a contact again from its journal, without a network.
    Replay(flow_replay::Arguments),
    /// Finish contacts that were cut off, by their ContactEnded flow.
    Recover(flow_recover::Arguments),
}

pub(crate) fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Run(arguments) => flow_run::run(&arguments),
        Command::Check(arguments) => flow_check::run(&arguments),
        Command::Export(arguments) => flow_export::run(&arguments),
        Command::Replay(arguments) => flow_replay::run(&arguments),
        Command::Recover(arguments) => flow_recover::run(&arguments),
    }
}
