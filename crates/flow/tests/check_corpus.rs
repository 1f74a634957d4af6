//! Checks the real exports of the corpus: what is known to be wrong with them is found.
//!
//! The exports are other people's files and never part of this project: they are read from
//! `TRUNKLINE_CORPUS`, or from `../shared/conformance/flows` beside the checkout. Without them the
//! test says that they were skipped.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall fail")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use trunkline_flow::check::{check, fix, output};
use trunkline_flow::{Diagnostic, Flow, json};

struct Checked {
    name: String,
    text: String,
    found: Vec<Diagnostic>,
}

fn corpus() -> Option<Vec<Checked>> {
    let folder = match std::env::var_os("TRUNKLINE_CORPUS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/flows"),
    };
    let entries = std::fs::read_dir(folder).ok()?;
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    let checked = files.into_iter().map(|file| {
        let text = std::fs::read_to_string(&file).unwrap();
        let (flow, found) = Flow::read(&text).unwrap();
        let found = check(&flow, found, None);
        Checked { name: file.file_name().unwrap().to_string_lossy().into_owned(), text, found }
    });
    Some(checked.collect())
}

fn of<'c>(corpus: &'c [Checked], start: &str) -> &'c Checked {
    corpus.iter().find(|checked| checked.name.starts_with(start)).expect(start)
}

#[track_caller]
fn finding<'c>(checked: &'c Checked, rule: &str, word: &str) -> &'c Diagnostic {
    let mut of_rule = checked.found.iter().filter(|finding| finding.rule == rule);
    let found = of_rule.find(|finding| {
        let in_label = finding.activity.as_deref().is_some_and(|label| label == word);
        in_label || finding.message.contains(word)
    });
    found.unwrap_or_else(|| panic!("{}: no {rule} with {word}", checked.name))
}

#[test]
fn what_is_known_to_be_wrong_is_found() {
    let Some(corpus) = corpus() else { return println!("checks: skipped (no corpus)") };
    let mut counts = BTreeMap::new();
    for finding in corpus.iter().flat_map(|checked| &checked.found) {
        *counts.entry((finding.severity, finding.rule)).or_insert(0) += 1;
    }
    for ((severity, rule), count) in counts.iter().rev() {
        println!("{count:4} {severity:?} {rule}");
    }
    finding(of(&corpus, "Salesforce_HTTP"), "expression-syntax", "AccountByANI");
    finding(of(&corpus, "Salesforce_HTTP"), "unescaped-literal", "ContactByANI");
    finding(of(&corpus, "checkBalance.json"), "unknown-activity-label", "makePayment");
    finding(of(&corpus, "Cars_Export"), "unknown-variable", "callType");
    finding(of(&corpus, "ServiceNow_CCIF"), "body-not-json", "Create_Voice_Interaction");
    finding(of(&corpus, "CL_1_start"), "dangling-port", "opt_out");
    finding(of(&corpus, "C3Agent"), "dangling-port", "AskForPaymentMethod");
    finding(of(&corpus, "flow_template"), "empty-prompt", "PlayMessage_ca8");
    finding(of(&corpus, "ai_agent_scripted_track"), "literal-credential", "x-api-key");
    finding(of(&corpus, "ai_agent_scripted_doctors"), "plain-http", "HTTPRequest_lnz");
    finding(of(&corpus, "MSD_HTTP"), "unescaped-literal", "GetCustomerInfo");
    for checked in corpus.iter().filter(|checked| checked.name.contains("Velocity")) {
        finding(checked, "unknown-variable", "velocityApiKey");
    }
    // The later version of checkBalance is repaired, and the usual music behind a queue is fine.
    assert_eq!(counts.keys().filter(|(_, rule)| *rule == "endless-loop").count(), 0);
    let repaired = of(&corpus, "checkBalance_subflow");
    assert!(repaired.found.iter().all(|finding| finding.rule != "unknown-activity-label"));
}

#[test]
fn every_report_can_be_printed() {
    for Checked { name, text, found } in corpus().unwrap_or_default() {
        let printed = output::text(&name, &text, &found);
        let shown = printed.lines().filter(|line| line.starts_with(&format!("{name}:")));
        assert_eq!(shown.count(), found.len(), "{name}");
        for print in [output::json, output::sarif] {
            let printed = print(&name, &text, &found);
            serde_json::from_str::<serde_json::Value>(&printed).unwrap();
        }
    }
}

#[test]
fn the_bracket_in_ciscos_export_is_all_that_a_fix_changes() {
    let Some(corpus) = corpus() else { return println!("fix: skipped (no corpus)") };
    for Checked { name, text, found } in &corpus {
        let fixed = fix(text, found);
        if !name.starts_with("Salesforce_HTTP") {
            assert_eq!(fixed, None, "{name}");
            continue;
        }
        let fixed = fixed.unwrap();
        // Once in what runs, and once in the copy from which the editor draws.
        assert_eq!(text.matches("{{[phoneNumber}}").count(), 2);
        assert_eq!(fixed.text, text.replace("{{[phoneNumber}}", "{{phoneNumber}}"));
        assert_eq!((fixed.text.len(), fixed.applied.len()), (text.len() - 2, 1));
        let (flow, again) = Flow::read(&fixed.text).unwrap();
        assert!(again.iter().all(|finding| finding.rule != "expression-syntax"));
        assert_eq!(flow.export(), &json::read(&fixed.text).unwrap());
    }
}
