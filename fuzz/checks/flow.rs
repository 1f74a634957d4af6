//! What must hold for every text that is read as an exported flow: it is kept as it is, checked,
//! repaired and run, and the same run twice is the same.

#[path = "flow/life.rs"]
mod life;

use trunkline_flow::check::{check as find, fix, output};
use trunkline_flow::json::{self, Json};
use trunkline_flow::{Diagnostic, Flow};

/// Longer exports only take longer.
const MOST_BYTES: usize = 64 << 10;

/// How often a flow is repaired: a repair may bring up the next fault of the same text.
const MOST_REPAIRS: usize = 4;

/// Reads the text as an export and does with it all that can be done.
pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.len() > MOST_BYTES {
        return;
    }
    match Flow::read(text) {
        Ok((flow, found)) => {
            check_export(text, &flow);
            check_findings(text, &flow, found);
            life::check(flow);
        }
        Err(error) => drop(error.to_string()),
    }
}

/// What is exported is what was read, key order and number tokens included.
fn check_export(text: &str, flow: &Flow) {
    let read = |text: &str| json::read(text).expect("what is exported is JSON");
    let source = read(text);
    assert_eq!(&source, flow.export(), "kept as it was read");
    assert_eq!(read(&flow.export().to_text()), source, "written compactly");
    assert_eq!(read(&flow.export().to_pretty_text()), source, "written indented");
}

/// Findings point into the file, and can be printed and repaired.
fn check_findings(text: &str, flow: &Flow, found_by_reader: Vec<Diagnostic>) {
    let found = find(flow, found_by_reader, None);
    for finding in &found {
        if let Some(excerpt) = &finding.excerpt {
            assert!(excerpt.text.is_char_boundary(excerpt.offset), "{finding:?}");
        }
    }
    drop(output::text("flow.json", text, &found));
    for report in [output::json("flow.json", text, &found), output::sarif("f.json", text, &found)] {
        let report = json::read(&report).expect("a report is JSON");
        assert!(matches!(report, Json::Object(_)));
    }
    check_repairs(text.to_owned(), found);
}

/// A repaired file is a flow, and not the file that it was.
fn check_repairs(mut text: String, mut found: Vec<Diagnostic>) {
    for _ in 0..MOST_REPAIRS {
        let Some(fixed) = fix(&text, &found) else { return };
        assert_ne!(fixed.text, text, "a repair that changes nothing");
        assert!(!fixed.applied.is_empty(), "a repair that nothing asked for");
        let (flow, found_by_reader) = Flow::read(&fixed.text).expect("a repaired flow is a flow");
        found = find(&flow, found_by_reader, None);
        text = fixed.text;
    }
}
