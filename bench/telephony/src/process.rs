//! Programs under measurement: started on one core, with their CPU time, memory and threads.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// Core of what is measured.
pub const MEASURED_CORE: usize = 1;

/// Core of what measures.
pub const LOAD_CORE: usize = 0;

/// A program that runs on a core of its own. Dropping it kills it.
pub struct Process {
    child: Child,
    pid: Pid,
}

impl Process {
    /// Starts a program on a core, with its output in files beside each other.
    ///
    /// # Errors
    /// When it or `taskset` cannot be started.
    pub fn start(core: usize, program: &Path, words: &[String], log: &Path) -> io::Result<Self> {
        let out = fs::File::options().create(true).append(true).open(log)?;
        let error = out.try_clone()?;
        let child = Command::new("taskset")
            .arg("-c")
            .arg(core.to_string())
            .arg(program)
            .args(words)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(error)
            .spawn()?;
        // taskset becomes the program, with the same number.
        let pid = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
        Ok(Self { child, pid })
    }

    /// CPU time since its start, of all its threads, in seconds.
    pub fn cpu_s(&self) -> f64 {
        let time = clock_getcpuclockid(self.pid).and_then(clock_gettime);
        time.map_or(0.0, |time| Duration::from(time).as_secs_f64())
    }

    /// Resident memory, in KiB.
    pub fn resident_kib(&self) -> u64 {
        self.status("VmRSS:").unwrap_or(0)
    }

    /// Threads.
    pub fn threads(&self) -> u64 {
        self.status("Threads:").unwrap_or(0)
    }

    fn status(&self, key: &str) -> Option<u64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.pid)).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// If it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it without warning and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end, and kills it if it has not after so long.
    pub fn end(mut self, patience: Duration) -> bool {
        let _ = kill(self.pid, Signal::SIGTERM);
        let until = std::time::Instant::now() + patience;
        while std::time::Instant::now() < until {
            if !self.is_alive() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill();
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Puts this thread, and those that it starts later, on a core.
///
/// # Errors
/// When the machine has no such core.
pub fn pin(core: usize) -> io::Result<()> {
    let tid = nix::unistd::gettid();
    let status = Command::new("taskset")
        .args(["-p", "-c", &core.to_string(), &tid.to_string()])
        .stdout(Stdio::null())
        .status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("no core {core}"))) }
}

/// A program that was built beside this one.
///
/// # Errors
/// When this one's place cannot be found.
pub fn beside(name: &str) -> io::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name(name))
}
