//! Reads the real exports of the corpus: none is lost, none is changed.
//!
//! The exports are other people's files and never part of this project: they are read from
//! `TRUNKLINE_CORPUS`, or from `../shared/conformance/flows` beside the checkout. Without them the
//! summary says that they were skipped.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that reports what it read")]

use std::path::{Path, PathBuf};

use trunkline_flow::{Flow, json};

const FLOWS: usize = 36;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn corpus() -> Option<Vec<PathBuf>> {
    let folder = match std::env::var_os("TRUNKLINE_CORPUS") {
        Some(folder) => PathBuf::from(folder),
        None => root().join("../shared/conformance/flows"),
    };
    let entries = std::fs::read_dir(folder).ok()?;
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    Some(files)
}

/// Leaves what was read where `.ci/run` looks for it.
fn summarise(text: &str) {
    println!("{text}");
    let folder = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| root().join("target"));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("corpus-summary.txt"), format!("{text}\n")).unwrap();
}

#[test]
fn every_export_is_read_and_written_back_equal() {
    let Some(files) = corpus() else {
        return summarise("36 flows: skipped (no corpus)");
    };
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy();
        let text = std::fs::read_to_string(file).unwrap();
        let (flow, _) = Flow::read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let again = json::read(&flow.export().to_pretty_text()).unwrap();
        assert_eq!(again, json::read(&text).unwrap(), "{name}");
        assert_eq!(tokens(&text), tokens(&flow.export().to_text()), "{name}");
        let unknown = flow.nodes.iter().find(|node| node.descriptor.is_none());
        assert!(unknown.is_none(), "{name}: {unknown:?} is in no registry");
    }
    assert_eq!(files.len(), FLOWS, "the corpus has {FLOWS} flows");
    summarise(&format!("corpus: {} flows", files.len()));
}

/// An independent reading: keys, numbers and literals in the order of the text, as serde_json's
/// stream of raw values gives them.
fn tokens(text: &str) -> Vec<String> {
    fn walk(raw: &serde_json::value::RawValue, out: &mut Vec<String>) {
        struct Members(Vec<(String, Box<serde_json::value::RawValue>)>);
        impl<'de> serde::Deserialize<'de> for Members {
            fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = Members;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> Result<Members, A::Error> {
                        let mut members = Vec::new();
                        while let Some(member) = map.next_entry()? {
                            members.push(member);
                        }
                        Ok(Members(members))
                    }
                }
                reader.deserialize_map(Visitor)
            }
        }
        match raw.get().trim_start().as_bytes()[0] {
            b'{' => {
                let members: Members = serde_json::from_str(raw.get()).unwrap();
                for (key, value) in members.0 {
                    out.push(format!("key {key}"));
                    walk(&value, out);
                }
            }
            b'[' => {
                let items: Vec<Box<serde_json::value::RawValue>> =
                    serde_json::from_str(raw.get()).unwrap();
                items.iter().for_each(|item| walk(item, out));
            }
            b'"' => out.push(serde_json::from_str::<String>(raw.get()).unwrap()),
            _ => out.push(raw.get().to_owned()),
        }
    }
    let raw: Box<serde_json::value::RawValue> = serde_json::from_str(text.trim()).unwrap();
    let mut out = Vec::new();
    walk(&raw, &mut out);
    out
}
