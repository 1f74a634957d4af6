//! Looks for a secret in bytes, in every form in which a program might let it slip.
#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// The forms of a secret: as it is, base64 in all three positions, hex, URL- and JSON-escaped.
pub(crate) fn forms(secret: &str) -> Vec<(&'static str, String)> {
    let mut forms = vec![("plain", secret.to_owned())];
    forms.extend(base64_forms(secret));
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    forms.push(("HEX", hex.to_uppercase()));
    forms.push(("hex", hex));
    let escaped = |keep: &str| -> String {
        let one = |byte: u8| match char::from(byte) {
            c if c.is_ascii_alphanumeric() || keep.contains(c) => c.to_string(),
            _ => format!("%{byte:02X}"),
        };
        secret.bytes().map(one).collect()
    };
    forms.push(("url", escaped("-_.~")));
    forms.push(("url, lenient", escaped("-_.~!$&'()*+,;=:@/?")));
    let form = escaped("-_.~*").replace("%20", "+");
    // As in the Basic header of an OAuth client (RFC 6749, section 2.3.1).
    forms.extend(base64_forms(&form));
    forms.push(("form", form));
    let json = serde_json::to_string(secret).unwrap();
    let json = json.trim_matches('"').to_owned();
    forms
        .push(("json in json", serde_json::to_string(&json).unwrap().trim_matches('"').to_owned()));
    let ascii: String = json
        .chars()
        .flat_map(|c| match c.is_ascii() {
            true => vec![c],
            false => format!("\\u{:04x}", u32::from(c)).chars().collect(),
        })
        .collect();
    forms.push(("json", json));
    forms.push(("ascii json", ascii));
    forms
}

fn base64_forms(text: &str) -> Vec<(&'static str, String)> {
    let mut forms = Vec::new();
    for shift in 0..3 {
        let shifted = [&b"\0\0"[..shift], text.as_bytes()].concat();
        // The first and last characters depend on the neighbours.
        let inner = |text: String| {
            let text = text.trim_end_matches('=').to_owned();
            text[[0, 2, 3][shift]..text.len() - 1].to_owned()
        };
        forms.push(("base64", inner(STANDARD.encode(&shifted))));
        forms.push(("base64url", inner(URL_SAFE.encode(&shifted))));
    }
    forms
}

/// A text in which secrets are looked for, whatever their letters' case.
pub(crate) struct Haystack(String);

impl Haystack {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(String::from_utf8_lossy(bytes).to_ascii_lowercase())
    }

    /// The forms of this secret that stand in the text.
    pub(crate) fn leaks(&self, secret: &str) -> Vec<&'static str> {
        let stands = |form: &str| self.0.contains(&form.to_ascii_lowercase());
        let forms = forms(secret).into_iter();
        forms.filter(|(_, form)| stands(form)).map(|(name, _)| name).collect()
    }
}

/// All files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}
