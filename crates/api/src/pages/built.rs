//! The files that were built in `web/dist`. A build for use has them within the program; a build
//! for development reads them each time.

use std::borrow::Cow;

/// A file.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// What is in it.
    pub bytes: Cow<'static, [u8]>,
    /// Its SHA-256.
    pub hash: [u8; 32],
}

#[cfg(feature = "pages")]
#[derive(rust_embed::Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// A file by its path within `web/dist`.
#[cfg(feature = "pages")]
pub(super) fn get(path: &str) -> Option<File> {
    let file = <Dist as rust_embed::Embed>::get(path)?;
    Some(File { bytes: file.data, hash: file.metadata.sha256_hash() })
}

/// There are none.
#[cfg(not(feature = "pages"))]
pub(super) fn get(_: &str) -> Option<File> {
    None
}
