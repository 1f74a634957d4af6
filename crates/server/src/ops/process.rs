//! What the system says about this process (Linux's `/proc/self`).

use std::fs;

/// Figures of the process. A system without `/proc` has none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Figures {
    /// Memory in use, in bytes.
    pub(super) resident_bytes: u64,
    /// Processor time used so far, in seconds.
    pub(super) cpu_s: f64,
    /// Threads.
    pub(super) threads: u64,
    /// Open files and sockets.
    pub(super) open_files: u64,
}

/// The kernel counts time in hundredths of a second for programs, on every architecture that Rust
/// supports.
const TICKS_A_SECOND: f64 = 100.0;

/// The size of a page as `/proc/self/smaps` and the like do not need it: `VmRSS` is in KiB.
const KIB: u64 = 1_024;

/// Reads the figures.
pub(super) fn figures() -> Option<Figures> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let open_files = fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64);
    parse(&status, &stat).map(|figures| Figures { open_files, ..figures })
}

fn parse(status: &str, stat: &str) -> Option<Figures> {
    let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
    let number = |name: &str| line(name)?.split_whitespace().next()?.parse::<u64>().ok();
    // The program's name, in brackets, may hold spaces and brackets.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    let (user, system) = (ticks()?, ticks()?);
    Some(Figures {
        resident_bytes: number("VmRSS:")? * KIB,
        cpu_s: (user + system) / TICKS_A_SECOND,
        threads: number("Threads:")?,
        open_files: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_files_are_understood() {
        let status = "Name:\tx\nVmRSS:\t    2048 kB\nThreads:\t7\n";
        let stat = "12 (a) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0";
        let figures = parse(status, stat).unwrap();
        assert_eq!((figures.resident_bytes, figures.threads), (2 << 20, 7));
        assert!((figures.cpu_s - 2.0).abs() < 1e-9);
        assert!(parse("", "").is_none());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_figures() {
        let figures = figures().unwrap();
        assert!(figures.resident_bytes > 1 << 20 && figures.threads > 0 && figures.open_files > 2);
    }
}
