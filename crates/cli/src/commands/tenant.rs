//! `trunkline tenant`

use std::process::ExitCode;

use clap::Subcommand;

use crate::problem::Result;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {}

pub(crate) fn run(command: Command) -> Result<ExitCode> {
    match command {}
}
