//! `trunkline bench`: how fast flows are simulated.

use std::process::ExitCode;

use clap::Subcommand;

use super::bench_flow;
use crate::problem::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Simulated contacts per second on one core.
    Flow(bench_flow::Arguments),
}

pub(crate) fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Flow(arguments) => bench_flow::run(&arguments),
    }
}
