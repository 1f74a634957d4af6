//! `flow run --interactive`: the person at the terminal, or whoever writes the lines of a pipe, is
//! the caller and the agent.

use trunkline_acd::{AgentChoice, Input as RoutingInput};
use trunkline_contact::Input;
use trunkline_model::ContactId;
use trunkline_sim::World;

use super::shell;
use super::writer::Writer;
use crate::problem::Result;
use crate::run::shell::Client;

const HELP: &str = "\
keys 0-9 * # : press them          h : the caller hangs up
a : the agent answers              d : the agent declines
r : the agent is ready again after a call that was declined or not answered
x : the agent hangs up             w [CODE] : the agent wraps up
e NAME=VALUE : the agent saves a variable
t [SECONDS] : time passes (1 s)    Enter : time passes until something happens
? : this help                      q : end the call and quit";

/// A command of the person at the terminal.
#[derive(Clone, Debug, PartialEq)]
enum Command {
    Press(String),
    HangUp,
    Answer,
    Decline,
    Ready,
    AgentHangUp,
    WrapUp(String),
    Edit(String, String),
    Wait(i64),
    Next,
    Help,
    Quit,
    Unknown(String),
}

fn parse(line: &str) -> Command {
    let line = line.trim();
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let is_key = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#');
    match (word, rest.trim()) {
        ("", _) => Command::Next,
        ("h", "") => Command::HangUp,
        ("a", "") => Command::Answer,
        ("d", "") => Command::Decline,
        ("r", "") => Command::Ready,
        ("x", "") => Command::AgentHangUp,
        ("w", code) => Command::WrapUp(if code.is_empty() { "Done" } else { code }.to_owned()),
        ("t", seconds) => {
            let seconds = if seconds.is_empty() { Ok(1.0) } else { seconds.parse::<f64>() };
            match seconds {
                Ok(seconds) if (0.0..=86_400.0).contains(&seconds) => {
                    Command::Wait((seconds * 1_000.0) as i64)
                }
                Ok(_) | Err(_) => Command::Unknown(line.to_owned()),
            }
        }
        ("e", edit) => match edit.split_once('=') {
            Some((name, value)) => Command::Edit(name.trim().to_owned(), value.trim().to_owned()),
            None => Command::Unknown(line.to_owned()),
        },
        ("?", "") => Command::Help,
        ("q", "") => Command::Quit,
        (keys, "") if keys.chars().all(is_key) => Command::Press(keys.to_owned()),
        _ => Command::Unknown(line.to_owned()),
    }
}

/// Plays one call with the person at the terminal.
pub(crate) fn play(world: &mut World<Writer>, client: &Client, contact: &ContactId) -> Result<()> {
    say(HELP);
    settle(world, client)?;
    while world.contact(contact).is_some() {
        let line = shell::ask(&prompt(world, contact));
        match line.as_deref().map_or(Command::Quit, parse) {
            Command::Quit => return quit(world, client, contact),
            command => obey(world, client, contact, command)?,
        }
        settle(world, client)?;
    }
    Ok(())
}

/// Says something on standard error, so that standard output stays the trace alone.
#[expect(clippy::print_stderr, reason = "this is where the program speaks to its user")]
fn say(text: &str) {
    eprintln!("{text}");
}

/// What the person can do now.
fn prompt(world: &World<Writer>, contact: &ContactId) -> String {
    let Some(contact) = world.contact(contact) else { return "> ".to_owned() };
    let state = if !contact.is_caller_there() {
        "call over"
    } else if contact.is_talking() {
        "talking"
    } else if contact.run().asks_for_keys().is_some() {
        "keys?"
    } else {
        "in flow"
    };
    format!("[{state}] > ")
}

/// Does everything that is due at this very time, requests included.
fn settle(world: &mut World<Writer>, client: &Client) -> Result<()> {
    advance_until(world, client, world.now_ms())
}

fn advance_until(world: &mut World<Writer>, client: &Client, until_ms: i64) -> Result<()> {
    loop {
        let is_due = world.has_requests() || world.next_at().is_some_and(|at_ms| at_ms <= until_ms);
        if !is_due || !shell::go_on(world, client)? {
            return Ok(());
        }
    }
}

fn obey(
    world: &mut World<Writer>,
    client: &Client,
    contact: &ContactId,
    command: Command,
) -> Result<()> {
    let agent = world.contact(contact).and_then(|it| it.agent()).map(|agent| agent.id.clone());
    let at_desk = |make: fn(trunkline_model::AgentId, ContactId) -> RoutingInput| {
        agent.clone().map(|agent| make(agent, contact.clone()))
    };
    match command {
        Command::Press(keys) => {
            for key in keys.chars() {
                world.inject(contact, Input::Flow(trunkline_flow::Input::Digit(key)));
                settle(world, client)?;
            }
        }
        Command::HangUp => world.inject(contact, Input::CallerHungUp),
        Command::Answer => {
            let input = at_desk(|agent, contact| RoutingInput::Answer { agent, contact });
            input.into_iter().for_each(|input| world.inject_agent(input));
        }
        Command::Decline => {
            let input = at_desk(|agent, contact| RoutingInput::Decline { agent, contact });
            input.into_iter().for_each(|input| world.inject_agent(input));
        }
        Command::Ready => {
            for agent in world.agents_in_rona() {
                let state = AgentChoice::Available;
                world.inject_agent(RoutingInput::SetState { agent, state });
            }
        }
        Command::AgentHangUp => world.inject_agent_hang_up(contact),
        Command::WrapUp(code) => {
            let input =
                agent.map(|agent| RoutingInput::WrapUp { agent, contact: contact.clone(), code });
            input.into_iter().for_each(|input| world.inject_agent(input));
        }
        Command::Edit(name, value) => world.inject(contact, Input::Edited { name, value }),
        Command::Wait(ms) => {
            let until_ms = world.now_ms() + ms;
            advance_until(world, client, until_ms)?;
            world.pass_time(until_ms);
        }
        Command::Next => {
            shell::go_on(world, client)?;
        }
        Command::Help => say(HELP),
        Command::Unknown(line) => say(&format!("{line:?} is no command; ? helps")),
        Command::Quit => {}
    }
    Ok(())
}

/// Hangs up, finishes the agent's work and lets the rest happen.
fn quit(world: &mut World<Writer>, client: &Client, contact: &ContactId) -> Result<()> {
    world.inject(contact, Input::CallerHungUp);
    settle(world, client)?;
    obey(world, client, contact, Command::WrapUp("Done".to_owned()))?;
    shell::drive(world, client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_commands() {
        let cases = [
            ("", Command::Next),
            ("12#", Command::Press("12#".into())),
            ("h", Command::HangUp),
            ("w Sold", Command::WrapUp("Sold".into())),
            ("w", Command::WrapUp("Done".into())),
            ("t 2.5", Command::Wait(2_500)),
            ("t -1", Command::Unknown("t -1".into())),
            ("e notes = call back = yes", Command::Edit("notes".into(), "call back = yes".into())),
            ("dance", Command::Unknown("dance".into())),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line), expected, "{line}");
        }
    }
}
