//! Packs texts: Brotli where the build left a packed file beside, else gzip, made once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::built::{self, File};

/// Shorter files are not worth it.
const SHORTEST: usize = 1024;

/// Packed files are kept for so many; there are fewer, unless a build for development reads new
/// ones again and again.
const MOST: usize = 1_000;

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// RFC 7932.
    Brotli,
    /// RFC 1952.
    Gzip,
}

impl Packing {
    /// Its name in headers.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

static PACKED: LazyLock<Mutex<HashMap<[u8; 32], Bytes>>> = LazyLock::new(Mutex::default);

/// The file, packed if that is worth it and the browser can unpack it.
pub(super) fn pack(name: &str, file: &File, headers: &HeaderMap) -> (Bytes, Option<Packing>) {
    let plain = || match &file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::copy_from_slice(bytes),
    };
    if file.bytes.len() < SHORTEST || !is_text(name) {
        return (plain(), None);
    }
    if accepts(headers, Packing::Brotli)
        && let Some(packed) = built::get(&format!("{name}.br"))
    {
        return (Bytes::from(packed.bytes.into_owned()), Some(Packing::Brotli));
    }
    if !accepts(headers, Packing::Gzip) {
        return (plain(), None);
    }
    match gzip(file) {
        Some(packed) => (packed, Some(Packing::Gzip)),
        None => (plain(), None),
    }
}

fn is_text(name: &str) -> bool {
    [".js", ".mjs", ".css", ".html", ".json", ".svg", ".map", ".txt", ".webmanifest", ".wasm"]
        .iter()
        .any(|end| name.ends_with(end))
}

fn accepts(headers: &HeaderMap, packing: Packing) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).into_iter();
    let mut ways = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    ways.any(|way| {
        let (name, weight) = way.split_once(';').unwrap_or((way, ""));
        let is_refused = weight.trim().trim_start_matches("q=").parse::<f32>() == Ok(0.0);
        name.trim().eq_ignore_ascii_case(packing.as_str()) && !is_refused
    })
}

/// The file in gzip, as it was packed before or anew.
fn gzip(file: &File) -> Option<Bytes> {
    let lock = || PACKED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(packed) = lock().get(&file.hash) {
        return Some(packed.clone());
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&file.bytes).ok()?;
    let packed = Bytes::from(encoder.finish().ok()?);
    let mut all = lock();
    if all.len() >= MOST {
        all.clear();
    }
    all.insert(file.hash, packed.clone());
    Some(packed)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn reads_what_a_browser_accepts() {
        let accepted = |line: &'static str, packing| {
            let line = HeaderValue::from_static(line);
            accepts(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, line)]), packing)
        };
        assert!(accepted("gzip, deflate, br", Packing::Brotli));
        assert!(accepted("GZIP;q=0.5", Packing::Gzip));
        assert!(!accepted("gzip;q=0", Packing::Gzip));
        assert!(!accepted("gzip;q=0.000", Packing::Gzip));
        assert!(!accepted("identity", Packing::Gzip));
    }

    #[test]
    fn what_is_packed_is_the_same() {
        let bytes: Vec<u8> = (0..10_000u32).map(|at| (at % 251) as u8).collect();
        let file = File { bytes: bytes.clone().into(), hash: [9; 32] };
        let packed = gzip(&file).unwrap();
        let mut unpacked = Vec::new();
        std::io::Read::read_to_end(&mut GzDecoder::new(&*packed), &mut unpacked).unwrap();
        assert_eq!(unpacked, bytes);
    }
}
