//! The three forms of a report, on a small flow of our own, compared with files that were read
//! and agreed to. `UPDATE_GOLDEN=1` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall fail")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use trunkline_flow::check::{check, fix, output, rules};
use trunkline_flow::{Diagnostic, Flow};

const NAME: &str = "flows/my repairs.json";
const TEXT: &str = include_str!("check_flows/repairs.json");

fn found(text: &str) -> Vec<Diagnostic> {
    let (flow, found) = Flow::read(text).unwrap();
    check(&flow, found, None)
}

#[track_caller]
fn golden(file: &str, printed: &str) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/check_flows")).join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, printed).unwrap();
    }
    let expected = std::fs::read_to_string(Path::new(&path)).unwrap();
    assert_eq!(printed, expected, "{file}");
}

#[test]
fn a_report_for_people() {
    golden("repairs.txt", &output::text(NAME, TEXT, &found(TEXT)));
}

/// Also where another finding stands on the line of the secret, in a short line or a long one.
#[test]
fn no_report_shows_a_secret() {
    let on_one_line: String = TEXT.lines().map(str::trim).collect();
    for text in [TEXT, &on_one_line] {
        let found = found(text);
        assert!(found.iter().any(|finding| finding.rule == "literal-credential"));
        for print in [output::text, output::json, output::sarif] {
            let printed = print(NAME, text, &found);
            assert!(!printed.contains("S3CR3T"), "{printed}");
            assert!(printed.contains("apiKey"), "{printed}");
        }
    }
}

#[test]
fn a_report_for_programs() {
    golden("repairs.report.json", &output::json(NAME, TEXT, &found(TEXT)));
}

#[test]
fn a_report_for_code_review() {
    golden("repairs.sarif.json", &output::sarif(NAME, TEXT, &found(TEXT)));
}

#[test]
fn a_repair_touches_nothing_else() {
    let fixed = fix(TEXT, &found(TEXT)).unwrap();
    let expected = TEXT.replace("{{[phone}}", "{{phone}}").replace("{{apiKey}}", "{{ApiKey}}");
    assert_eq!(fixed.text, expected);
    let rules: Vec<_> = fixed.applied.iter().map(|applied| applied.rule).collect();
    assert_eq!(rules, ["expression-syntax", "unknown-variable"]);
    assert_eq!(fix(&fixed.text, &found(&fixed.text)), None);
}

/// The members that SARIF 2.1.0 (OASIS Standard, 2020) requires where these objects are used, and
/// what its section on regions says of them.
#[test]
fn sarif_has_its_required_members() {
    let sarif: Value = serde_json::from_str(&output::sarif(NAME, TEXT, &found(TEXT))).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(sarif["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
    let run = &sarif["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(
        (driver["name"].as_str(), run["columnKind"].as_str()),
        (Some("Trunkline"), Some("unicodeCodePoints"))
    );
    let ids: Vec<_> = driver["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), found(TEXT).len());
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(result["ruleId"], ids[index]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "flows/my%20repairs.json");
        slice(&place["region"]);
        for fix in result["fixes"].as_array().unwrap_or(&Vec::new()) {
            assert!(fix["description"]["text"].is_string());
            let change = &fix["artifactChanges"][0];
            assert!(change["artifactLocation"]["uri"].is_string());
            assert!(!change["replacements"].as_array().unwrap().is_empty());
            for replacement in change["replacements"].as_array().unwrap() {
                slice(&replacement["deletedRegion"]);
                assert!(replacement["insertedContent"]["text"].is_string());
            }
        }
    }
    // Whoever applies the replacements gets what `fix` gives.
    let bracket = results.iter().find(|result| result["ruleId"] == "expression-syntax").unwrap();
    let replacements = &bracket["fixes"][0]["artifactChanges"][0]["replacements"];
    let deleted: Vec<_> =
        replacements.as_array().unwrap().iter().map(|it| slice(&it["deletedRegion"])).collect();
    assert_eq!(deleted, ["[", "["]);
}

/// The text of a region of one line: lines and columns from 1, columns in characters, the end
/// behind the last.
fn slice(region: &Value) -> String {
    let number = |key: &str| region[key].as_u64().unwrap() as usize;
    assert_eq!(number("startLine"), number("endLine"));
    let line = TEXT.lines().nth(number("startLine") - 1).unwrap();
    let length = number("endColumn").checked_sub(number("startColumn")).unwrap();
    line.chars().skip(number("startColumn") - 1).take(length).collect()
}

#[test]
fn every_rule_of_the_reader_is_known_to_reports() {
    let rules_in = |folder: &str| {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap()
        {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for part in text.split(['(', ',']).map(str::trim) {
                let name = part.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                let is_rule = |name: &&str| {
                    name.contains('-')
                        && name.bytes().all(|it| it == b'-' || it.is_ascii_lowercase())
                };
                names.extend(name.filter(is_rule).map(str::to_owned));
            }
        }
        names
    };
    let reader = rules_in("src/read");
    assert!(reader.iter().any(|name| name == "broken-link"), "{reader:?}");
    for name in reader.iter().filter(|name| *name != "start-subflow") {
        assert!(rules::find(name).is_some(), "{name} is missing in of_reader.rs");
    }
}
