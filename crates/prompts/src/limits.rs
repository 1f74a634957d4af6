//! How much a library holds.

use std::time::Duration;

use crate::convert::MAX_DURATION;

/// The most pieces of a prompt: sentences, files, breaks. Data may make a text long; nobody listens
/// for so long, and each sentence is work.
pub(crate) const MAX_PIECES: usize = 256;

const _: () = assert!(MAX_PIECES <= trunkline_media::prompt::MAX_ITEMS, "a playlist holds it");

/// Limits of a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest audio file that is read, in bytes. Compressed and linear files shrink when
    /// they are converted, so this is more than the 5 MB that Webex takes.
    pub file_bytes: u64,
    /// The longest audio file, at most [`MAX_DURATION`].
    pub file_duration: Duration,
    /// All audio files together as they are held, in bytes: two for each sample, 16,000 for each
    /// second.
    pub files_bytes: u64,
    /// Spoken texts that are held, in bytes likewise. What was not used for longest goes first;
    /// the cache on disk has a limit of its own.
    pub texts_bytes: u64,
}

impl Default for Limits {
    /// 64 MB for a file, its length that of 5 MB of mu-law, 1 GB for all files (18 hours), 64 MB
    /// for texts (about an hour).
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            file_duration: MAX_DURATION,
            files_bytes: 1 << 30,
            texts_bytes: 64 << 20,
        }
    }
}
