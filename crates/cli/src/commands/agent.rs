//! `trunkline agent`, `contact` and `status`: questions to a running server over its admin
//! socket.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};
use trunkline_server::config::socket_of;
use trunkline_server::ops::admin::Request;
use trunkline_server::ops::{AgentLine, AgentSetting, Client, ContactLine, QueueLine};

use crate::problem::{FAILED, Problem, Result};
use crate::run::output;

/// Which server is asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The configuration of the server.
    #[arg(long, value_name = "FILE", default_value = "trunkline.toml")]
    config: PathBuf,
    /// The server's admin socket, instead of the one that the configuration names.
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Which {
    fn client(&self) -> Result<Client> {
        let named = |path: &PathBuf| Ok(path.clone());
        let from_config = || socket_of(Path::new(&self.config)).map_err(Problem::misuse);
        let socket = self.socket.as_ref().map_or_else(from_config, named)?;
        Client::connect(&socket).map_err(Problem::misuse)
    }

    fn ask(&self, request: &Request) -> Result<Value> {
        self.client()?.ask(request).map_err(Problem::failed)
    }

    /// The answer as it is, or as lines for people.
    fn print(&self, answer: &Value, lines: impl FnOnce() -> Result<Vec<String>>) -> Result<()> {
        if self.json {
            return output::write(&format!("{answer:#}"));
        }
        lines()?.iter().try_for_each(|line| output::write(line))
    }
}

/// See and set agents of a running server.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the agents and what they do.
    List {
        #[command(flatten)]
        which: Which,
    },
    /// Set an agent's state.
    Set {
        /// The agent's id or name.
        agent: String,
        /// The state.
        state: State,
        /// Why the agent is idle.
        #[arg(default_value = "Idle")]
        code: String,
        #[command(flatten)]
        which: Which,
    },
}

/// What an agent can be set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum State {
    /// Ready for a contact.
    Available,
    /// Not ready.
    Idle,
}

/// See and end calls of a running server.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ContactCommand {
    /// List the contacts.
    List {
        #[command(flatten)]
        which: Which,
    },
    /// End a contact's call, as if the caller had hung up.
    HangUp {
        /// The contact's id.
        contact: String,
        #[command(flatten)]
        which: Which,
    },
}

/// Show whether a server is ready, its calls, queues and agents. Exit status 1 when it is not
/// ready for calls.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    which: Which,
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::List { which } => {
            let answer = which.ask(&Request::Agents)?;
            which.print(&answer, || {
                let agents: Vec<AgentLine> = read(&answer)?;
                Ok(agents.iter().map(agent_line).collect())
            })?;
        }
        Command::Set { agent, state, code, which } => {
            let state = match state {
                State::Available => AgentSetting::Available,
                State::Idle => AgentSetting::Idle(code.clone()),
            };
            let answer = which.ask(&Request::AgentSet { agent: agent.clone(), state })?;
            which.print(&answer, || Ok(vec![agent_line(&read(&answer)?)]))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run_contact(command: &ContactCommand) -> Result<ExitCode> {
    match command {
        ContactCommand::List { which } => {
            let answer = which.ask(&Request::Contacts)?;
            which.print(&answer, || {
                let contacts: Vec<ContactLine> = read(&answer)?;
                Ok(contacts.iter().map(contact_line).collect())
            })?;
        }
        ContactCommand::HangUp { contact, which } => {
            let answer = which.ask(&Request::HangUp { contact: contact.clone() })?;
            which.print(&answer, || Ok(vec![format!("{contact} is being ended")]))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn run_status(arguments: &StatusArguments) -> Result<ExitCode> {
    let which = &arguments.which;
    let mut client = which.client()?;
    let mut ask = |request| client.ask(&request).map_err(Problem::failed);
    let status = ask(Request::Status)?;
    let (queues, agents) = (ask(Request::Queues)?, ask(Request::Agents)?);
    let ready = status["readiness"]["ready"] == true;
    let all = json!({"status": status["status"], "readiness": status["readiness"],
        "queues": queues, "agents": agents});
    which.print(&all, || {
        let mut lines = status_lines(&status);
        let queues: Vec<QueueLine> = read(&queues)?;
        let agents: Vec<AgentLine> = read(&agents)?;
        lines.extend(queues.iter().map(queue_line));
        lines.extend(agents.iter().map(agent_line));
        Ok(lines)
    })?;
    Ok(if ready { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

fn read<T: serde::de::DeserializeOwned>(answer: &Value) -> Result<T> {
    T::deserialize(answer).map_err(|error| {
        Problem::failed(format!(
            "the server's answer is not understood ({error}): is it another \
                                 version?"
        ))
    })
}

fn status_lines(answer: &Value) -> Vec<String> {
    let (status, readiness) = (&answer["status"], &answer["readiness"]);
    let mut lines = Vec::new();
    lines.push(if readiness["ready"] == true { "ready" } else { "not ready" }.to_owned());
    for (check, state) in readiness["checks"].as_object().into_iter().flatten() {
        if let Some(why) = state["why"].as_str() {
            lines.push(format!("  {check}: {why}"));
        }
    }
    let count = |key: &str| status[key].as_u64().unwrap_or(0);
    let (contacts, calls) = (count("contacts"), count("calls"));
    let (queued, connected) = (count("queued"), count("connected"));
    lines.push(format!(
        "contacts {contacts} (calls {calls}, queued {queued}, connected {connected})"
    ));
    lines
}

fn queue_line(line: &QueueLine) -> String {
    let seconds = line.longest_wait_ms / 1_000;
    let QueueLine { queue, waiting, available_agents, .. } = line;
    format!("queue    {queue}: {waiting} waiting ({seconds} s), {available_agents} available")
}

fn agent_line(line: &AgentLine) -> String {
    let mut text = format!("agent    {} ({}): {}", line.name, line.agent, line.state.as_str());
    if let Some(code) = &line.idle_code {
        text.push_str(&format!(" \"{code}\""));
    }
    if let Some(contact) = &line.contact {
        text.push_str(&format!(", contact {contact}"));
    }
    if let Some(phone) = &line.phone {
        let state = if line.registered { "registered" } else { "not registered" };
        text.push_str(&format!(", phone {phone} {state}"));
    }
    text
}

fn contact_line(line: &ContactLine) -> String {
    let ContactLine { contact, entry_point, ani, dnis, state, queue, agent, age_s } = line;
    let mut text = format!("{contact} {ani} -> {dnis} ({entry_point}) {age_s} s: {state}");
    for (word, name) in [("queue", queue), ("agent", agent)] {
        if let Some(name) = name {
            text.push_str(&format!(", {word} {name}"));
        }
    }
    text
}
