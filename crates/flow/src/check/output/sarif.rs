//! Findings as SARIF 2.1.0, which code hosts and editors read.

use serde::Serialize;

use crate::check::fixing::{Edit, edits_of};
use crate::check::places::{Lines, Place, places};
use crate::check::rules;
use crate::diagnostic::Diagnostic;

use super::word;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Findings as a SARIF 2.1.0 log with one run. Columns count characters. Each result has the place
/// of its string in the file, the activity as a logical location, and its fix as replacements.
pub fn sarif(file_name: &str, file_text: &str, found: &[Diagnostic]) -> String {
    let lines = Lines::new(file_text);
    let file = File { uri: uri(file_name), lines: &lines };
    let mut names: Vec<&'static str> = found.iter().map(|finding| finding.rule).collect();
    names.sort_unstable();
    names.dedup();
    let places = places(file_text, found);
    let edits = edits_of(file_text, found);
    let results = found.iter().zip(places).zip(edits).map(|((finding, place), edits)| {
        let edits = edits.into_iter().map(|(_, edit)| edit).collect();
        file.result(finding, place, edits, &names)
    });
    let driver = Driver {
        name: "Trunkline",
        version: env!("CARGO_PKG_VERSION"),
        rules: names.iter().map(|name| descriptor(name, found)).collect(),
    };
    let run =
        Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results: results.collect() };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
    serde_json::to_string_pretty(&log).expect("names, numbers and texts are always JSON")
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Result>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Message,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Result {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Repair>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Clone, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Repair {
    description: Message,
    artifact_changes: [Change; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

/// The file that the findings are about.
struct File<'f> {
    uri: String,
    lines: &'f Lines<'f>,
}

impl File<'_> {
    fn result(
        &self,
        finding: &Diagnostic,
        place: Option<Place>,
        edits: Vec<Edit>,
        names: &[&'static str],
    ) -> Result {
        let help = finding.help.iter().map(|help| format!(" ({help})")).collect::<String>();
        let region = place.map_or(0..0, |place| place.at..place.value.end);
        let region = self.region(region);
        let location = Location {
            physical_location: Physical { artifact_location: self.artifact(), region },
            logical_locations: logical(finding),
        };
        Result {
            rule_id: finding.rule,
            rule_index: names.binary_search(&finding.rule).unwrap_or_default(),
            level: word(finding.severity),
            message: Message { text: format!("{}{help}", finding.message) },
            locations: [location],
            fixes: self.repair(finding, edits).into_iter().collect(),
        }
    }

    fn repair(&self, finding: &Diagnostic, edits: Vec<Edit>) -> Option<Repair> {
        let fix = finding.fix.as_ref().filter(|_| !edits.is_empty())?;
        let replace = |edit: Edit| Replacement {
            deleted_region: self.region(edit.range),
            inserted_content: Message { text: edit.text },
        };
        let replacements = edits.into_iter().map(replace).collect();
        let change = Change { artifact_location: self.artifact(), replacements };
        Some(Repair {
            description: Message { text: fix.title.clone() },
            artifact_changes: [change],
        })
    }

    fn artifact(&self) -> Artifact {
        Artifact { uri: self.uri.clone() }
    }

    fn region(&self, range: std::ops::Range<usize>) -> Region {
        let (start_line, start_column) = self.lines.position(range.start);
        let (end_line, end_column) = self.lines.position(range.end);
        Region { start_line, start_column, end_line, end_column }
    }
}

fn descriptor(name: &'static str, found: &[Diagnostic]) -> Descriptor {
    let rule = rules::find(name);
    let of_finding = || found.iter().find(|finding| finding.rule == name).map(|it| it.severity);
    let severity = rule.map(|rule| rule.severity).or_else(of_finding);
    Descriptor {
        id: name,
        short_description: Message { text: rule.map_or(name, |rule| rule.summary).to_owned() },
        default_configuration: Configuration { level: severity.map_or("warning", word) },
    }
}

fn logical(finding: &Diagnostic) -> Vec<Logical> {
    let place = finding.activity.iter().map(|label| Logical {
        name: label.clone(),
        fully_qualified_name: finding.path.join("/"),
        kind: "member",
    });
    place.collect()
}

/// A file's name as a relative reference (RFC 3986).
fn uri(file_name: &str) -> String {
    let mut out = String::with_capacity(file_name.len());
    for byte in file_name.replace('\\', "/").bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => out.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'/' | b'@' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_references() {
        assert_eq!(uri("flows/a b@7.json"), "flows/a%20b@7.json");
        assert_eq!(uri("C:\\é"), "C%3A/%C3%A9");
    }
}
