//! `trunkline flow export`: an imported flow, exported again.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::problem::Result;
use crate::run::output;
use crate::site;

/// Write an imported flow again: an equal JSON value with the same key order.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The exported flow.
    file: PathBuf,
    /// One line without blanks, as Flow Designer writes some exports.
    #[arg(long)]
    compact: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let read = site::read_flow(&arguments.file)?;
    let json = read.flow.export();
    let text = if arguments.compact { json.to_text() } else { json.to_pretty_text() };
    output::write(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}
