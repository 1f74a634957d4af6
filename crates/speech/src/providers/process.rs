//! Runs a speech program: no shell, text by standard input, audio from standard output.
//!
//! Whoever waits for the audio sets the deadline and drops the future: the program and all that
//! it started are killed then.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::UNIX_EPOCH;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::provider::{MAX_AUDIO_BYTES, ProviderError};

/// What is kept of a program's complaints, in bytes.
const MAX_STDERR_BYTES: usize = 1_024;

/// Variables of the environment that programs get; no other, since keys may be among them.
const ENV: [&str; 6] = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT"];

/// A program to be run.
pub(super) struct Run<'a> {
    pub(super) program: &'a Path,
    pub(super) args: Vec<OsString>,
    pub(super) input: &'a [u8],
    pub(super) pass_env: &'a [String],
}

impl Run<'_> {
    /// Runs the program and gives what it wrote.
    pub(super) async fn output(self) -> Result<Vec<u8>, ProviderError> {
        let program = self.program.display().to_string();
        let mut running = self.start(&program)?;
        let child = &mut running.0;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let write = async {
            // A program may stop reading early; whether that was a failure its exit tells.
            if let Some(mut stdin) = stdin {
                let _ = stdin.write_all(self.input).await;
            }
            Ok(())
        };
        let (audio, complaint, ()) = tokio::try_join!(
            read(stdout, MAX_AUDIO_BYTES, true, &program),
            read(stderr, MAX_STDERR_BYTES, false, &program),
            write
        )?;
        let pipe = |error: std::io::Error| pipe_error(&program, &error);
        let status = running.0.wait().await.map_err(pipe)?;
        if status.success() && !audio.is_empty() {
            return Ok(audio);
        }
        let complaint = String::from_utf8_lossy(&complaint);
        let stderr = match complaint.trim() {
            "" => "it wrote no audio and said nothing".to_owned(),
            text => text.replace(char::is_control, " "),
        };
        Err(ProviderError::Ended { program, status: status.to_string(), stderr })
    }

    fn start(&self, program: &str) -> Result<Running, ProviderError> {
        let mut command = Command::new(self.program);
        let passed = ENV.into_iter().chain(self.pass_env.iter().map(String::as_str));
        let env = passed.filter_map(|name| Some((name, std::env::var_os(name)?)));
        command
            .args(&self.args)
            .env_clear()
            .envs(env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let started = command.spawn();
        started.map(Running).map_err(|error| ProviderError::NotStarted {
            program: program.to_owned(),
            reason: error.to_string(),
        })
    }
}

/// A running program, killed with its whole group when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // The id is there as long as the program was not waited for, so it is no other's.
        #[cfg(unix)]
        if let Some(group) = self.0.id().and_then(|id| i32::try_from(id).ok())
            && let Some(group) = rustix::process::Pid::from_raw(group)
        {
            // An error means that it has just ended.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        #[cfg(not(unix))]
        let _ = self.0.start_kill();
    }
}

/// Reads to the end; beyond the limit it fails, or forgets the rest.
async fn read(
    from: Option<impl AsyncRead + Unpin>,
    limit: usize,
    is_strict: bool,
    program: &str,
) -> Result<Vec<u8>, ProviderError> {
    let mut all = Vec::new();
    let Some(mut from) = from else { return Ok(all) };
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut buffer).await.map_err(|error| pipe_error(program, &error))?;
        if count == 0 {
            return Ok(all);
        }
        if is_strict && all.len() + count > limit {
            return Err(ProviderError::TooMuch);
        }
        let room = limit - all.len();
        all.extend_from_slice(&buffer[..count.min(room)]);
    }
}

fn pipe_error(program: &str, error: &std::io::Error) -> ProviderError {
    ProviderError::Pipe { program: program.to_owned(), reason: error.to_string() }
}

/// What tells one version of a program or voice from another: path, size and time of change.
pub(super) fn identity(path: &Path) -> String {
    let found = located(path);
    let Ok(facts) = found.metadata() else { return found.display().to_string() };
    let changed = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let changed = changed.map_or(0, |time| time.as_millis());
    format!("{} {} {changed}", found.display(), facts.len())
}

/// Where the system finds a program.
fn located(program: &Path) -> PathBuf {
    if program.components().count() > 1 {
        return program.to_owned();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut candidates = std::env::split_paths(&path).map(|dir| dir.join(program));
    candidates.find(|path| path.is_file()).unwrap_or_else(|| program.to_owned())
}
