//! The reference pages in `docs/` say what the registries and the files behind their lines say.
//! `UPDATE_DOCS=1` writes them anew; what stands outside their marks is written by hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall fail")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use trunkline_flow::Severity;
use trunkline_flow::activities::{self, Descriptor, unsupported};
use trunkline_flow::check::{Rule, rules};

const BEGIN: &str = "<!-- generated: UPDATE_DOCS=1 cargo test -p trunkline-flow --test docs -->";
const END: &str = "<!-- end of what is generated -->";

#[test]
fn the_rules_page_says_what_the_registries_say() {
    let mut text = String::from("| rule | severity | finds |\n| --- | --- | --- |\n");
    let mut all: Vec<&Rule> =
        rules::REGISTRY.iter().chain(rules::of_reader::REGISTRY).copied().collect();
    all.sort_by_key(|rule| rule.name);
    for rule in all {
        let of_reader = rules::of_reader::REGISTRY.iter().any(|it| it.name == rule.name);
        let name = match of_reader {
            true => format!("`{}`", rule.name),
            false => format!("[`{0}`](#{0})", rule.name),
        };
        let summary = in_cell(rule.summary);
        writeln!(text, "| {name} | {} | {summary} |", severity(rule.severity)).unwrap();
    }
    for rule in rules::REGISTRY {
        let file = format!("src/check/rules/{}.rs", rule.name.replace('-', "_"));
        let (head, body) = module_docs(&file);
        let said = format!("`{}` ({}): ", rule.name, severity(rule.severity));
        let first = head.strip_prefix(&said).unwrap_or_else(|| panic!("{file}: {head:?}"));
        write!(text, "\n### {}\n\n{}: {first}\n", rule.name, capital(severity(rule.severity)))
            .unwrap();
        text.push_str(&sections(&body));
    }
    check("flow-check.md", &text);
}

#[test]
fn the_activities_page_says_what_the_registry_says() {
    let mut text = String::from(
        "| activity | in exports | what it does | loop limit | takes care of the caller |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    for it in activities::REGISTRY {
        let limit = it.loop_limit.map_or("none".to_owned(), |limit| limit.to_string());
        let care = if it.is_caller_facing { "yes" } else { "no" };
        let (name, what) = (shown_name(it), in_cell(it.summary));
        writeln!(text, "| {} | {name} | {what} | {limit} | {care} |", it.title).unwrap();
    }
    for it in activities::REGISTRY {
        write!(text, "\n### {} ({})\n\n{}", it.title, shown_name(it), it.summary).unwrap();
        text.push_str("\n\n| ports | outputs |\n| --- | --- |\n");
        writeln!(text, "| {} | {} |", words(it.ports), words(it.outputs)).unwrap();
        let (_, body) = module_docs(&activity_file(it));
        if !body.is_empty() {
            writeln!(text, "\n{body}").unwrap();
        }
    }
    text.push_str("\n## Imported, but not run\n\n| activity | in exports | ports |\n");
    text.push_str("| --- | --- | --- |\n");
    for it in unsupported::KNOWN {
        writeln!(text, "| {} | {} | {} |", it.title, shown_name(it), words(it.ports)).unwrap();
    }
    check("activities.md", &text);
}

fn shown_name(of: &Descriptor) -> String {
    match of.name {
        "event" => "group `event`".to_owned(),
        name => format!("`{name}`"),
    }
}

/// The file that a registry line stands for.
fn activity_file(of: &Descriptor) -> String {
    let name = match of.name {
        "NewContact" | "NewPhoneContact" | "NewSubFlowStart" => "start".to_owned(),
        "RecordingControl" => "recording_control".to_owned(),
        "SetCallerID" => "set_caller_id".to_owned(),
        name => name.replace('-', "_"),
    };
    format!("src/activities/{name}.rs")
}

/// The first sentence of a file's documentation, and the rest of it.
fn module_docs(file: &str) -> (String, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let lines: Vec<_> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let text = lines.join("\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    (head.split_whitespace().collect::<Vec<_>>().join(" "), body.trim().to_owned())
}

/// `# Finds` and its like as bold words at the beginning of their paragraphs.
fn sections(body: &str) -> String {
    let mut text = String::new();
    for section in format!("\n{body}").split("\n# ").map(str::trim) {
        let Some((title, rest)) = section.split_once('\n') else { continue };
        write!(text, "\n**{title}.** {}\n", rest.trim()).unwrap();
    }
    text
}

fn severity(of: Severity) -> &'static str {
    match of {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn in_cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn words(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ")
}

/// Compares what stands between the marks of a page with this, or writes it there.
fn check(file: &str, generated: &str) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (within, after) = rest.split_once(END)?;
        Some((before, within, after))
    });
    let Some((before, within, after)) = parts else {
        panic!("docs/{file} has not both of its marks: {BEGIN} and {END}");
    };
    let wanted = format!("\n\n{}\n\n", generated.trim());
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        std::fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
        return;
    }
    assert!(
        within == wanted,
        "docs/{file} is not what the registries say; \
         run: UPDATE_DOCS=1 cargo test -p trunkline-flow --test docs"
    );
}
