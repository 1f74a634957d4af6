//! The `trunkline` program: parses the command line and calls the command.

mod commands;
mod files;
mod problem;
mod run;
mod site;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// After two thousand calls the system's allocator keeps what they took; this one gives it back.
#[cfg(feature = "telephony")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Runs flows exported from Webex Contact Center on your own machine.
#[derive(Debug, Parser)]
#[command(name = "trunkline", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run, check, export and replay flows.
    #[command(subcommand)]
    Flow(commands::flow::Command),
    /// Take calls: the contact centre on the wire.
    #[cfg(feature = "telephony")]
    Serve(commands::serve::Arguments),
    /// Show how a running server is.
    #[cfg(feature = "telephony")]
    Status(commands::agent::StatusArguments),
    /// See and set agents of a running server.
    #[cfg(feature = "telephony")]
    #[command(subcommand)]
    Agent(commands::agent::Command),
    /// See and end calls of a running server.
    #[cfg(feature = "telephony")]
    #[command(subcommand)]
    Contact(commands::agent::ContactCommand),
    /// Play one whole call of the example flow and check the CRM afterwards.
    #[cfg(feature = "telephony")]
    Demo(commands::demo::Arguments),
    /// Call a SIP address, speak, press keys, and print what happens.
    #[cfg(feature = "telephony")]
    Call(commands::call::Arguments),
    /// Serve a local stand-in for Salesforce.
    Sandbox(commands::sandbox::Arguments),
    #[cfg(feature = "telephony")]
    Apply(commands::apply::Arguments),
    /// Write a tenant.yaml.
    #[command(subcommand)]
    Tenant(commands::tenant::Command),
    /// Test the connectors of a tenant.
    #[command(subcommand)]
    Connector(commands::connector::Command),
    /// Evaluate expressions.
    #[command(subcommand)]
    Expr(commands::expr::Command),
    /// Evaluate JSONPaths.
    #[command(subcommand)]
    Jsonpath(commands::jsonpath::Command),
    /// Measure.
    #[command(subcommand)]
    Bench(commands::bench::Command),
}

fn main() -> ExitCode {
    trunkline_connector::install_crypto();
    let result = match Arguments::parse().command {
        Command::Flow(command) => commands::flow::run(command),
        #[cfg(feature = "telephony")]
        Command::Serve(arguments) => commands::serve::run(&arguments),
        #[cfg(feature = "telephony")]
        Command::Apply(arguments) => commands::apply::run(&arguments),
        #[cfg(feature = "telephony")]
        Command::Status(arguments) => commands::agent::run_status(&arguments),
        #[cfg(feature = "telephony")]
        Command::Agent(command) => commands::agent::run(&command),
        #[cfg(feature = "telephony")]
        Command::Contact(command) => commands::agent::run_contact(&command),
        #[cfg(feature = "telephony")]
        Command::Demo(arguments) => commands::demo::run(&arguments),
        #[cfg(feature = "telephony")]
        Command::Call(arguments) => commands::call::run(&arguments),
        Command::Sandbox(arguments) => commands::sandbox::run(&arguments),
        Command::Tenant(command) => commands::tenant::run(command),
        Command::Connector(command) => commands::connector::run(command),
        Command::Expr(command) => commands::expr::run(&command),
        Command::Jsonpath(command) => commands::jsonpath::run(&command),
        Command::Bench(command) => commands::bench::run(command),
    };
    match result {
        Ok(code) => code,
        Err(problem) => problem.report(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn what_needs_telephony_is_listed_only_with_it() {
        let program = Arguments::command();
        let is_listed =
            |name: &str| program.get_subcommands().any(|command| command.get_name() == name);
        for name in ["serve", "status", "agent", "contact", "demo", "call"] {
            assert_eq!(is_listed(name), cfg!(feature = "telephony"), "{name}");
        }
        for name in ["flow", "sandbox", "tenant", "connector", "expr", "jsonpath", "bench"] {
            assert!(is_listed(name), "{name}");
        }
        program.debug_assert();
    }
}
