//! Runs `trunkline` with an environment of its own and reads traces.
#![allow(dead_code, reason = "each test file uses a part")]

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{PROGRAM, Ran};

/// Longer than any run of a test takes.
const LIMIT: Duration = Duration::from_secs(30);

/// The program with these arguments, without the machine's secrets and proxies.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["TRUNKLINE_KEY", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end, which must come soon.
pub(crate) fn finish(mut command: Command) -> Ran {
    ended(command.spawn().unwrap())
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Ran {
    finish(command(arguments))
}

/// Runs the program with lines on its standard input.
pub(crate) fn run_with_lines(arguments: &[&str], lines: &str) -> Ran {
    let mut command = command(arguments);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
    ended(child)
}

/// Waits for the end of a child, but not for ever.
pub(crate) fn ended(child: Child) -> Ran {
    let id = child.id();
    let (done, is_done) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let output = child.wait_with_output().unwrap();
        let _ = done.send(());
        output
    });
    let begun = Instant::now();
    if is_done.recv_timeout(LIMIT).is_err() {
        let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
        panic!("no end after {:?}", begun.elapsed());
    }
    let output = reader.join().unwrap();
    Ran {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The lines of a trace.
pub(crate) fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// The steps of an activity, without what is said about it elsewhere.
pub(crate) fn steps<'t>(trace: &'t [Value], activity: &str) -> Vec<&'t Value> {
    let is_it = |line: &&Value| line["activity"] == activity && line["thread"] != "contact";
    trace.iter().filter(is_it).collect()
}

/// The last step of an activity; one that waits has a step before it.
pub(crate) fn step<'t>(trace: &'t [Value], activity: &str) -> &'t Value {
    let found = steps(trace, activity);
    found.last().unwrap_or_else(|| panic!("no {activity} in {trace:#?}"))
}

/// The steps of a kind.
pub(crate) fn kinds<'t>(trace: &'t [Value], kind: &str) -> Vec<&'t Value> {
    trace.iter().filter(|line| line["kind"] == kind).collect()
}
