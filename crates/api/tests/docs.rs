//! `docs/api/` is made from the code: `UPDATE_DOCS=1 cargo test -p trunkline-api --test docs`.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use trunkline_api::{Code, addresses};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api")
}

/// Compares a page with what it should be, or writes it.
fn compare(name: &str, expected: &str) {
    let path = folder().join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(folder()).unwrap();
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{} is old; see this test's first line", path.display());
}

/// Puts a text between two marks of a page.
fn between(page: &str, mark: &str, text: &str) -> String {
    let (start, end) = (format!("<!-- {mark} -->\n"), format!("<!-- end of {mark} -->"));
    let (before, rest) = page.split_once(&start).expect("the page has the mark");
    let (_, after) = rest.split_once(&end).expect("the mark has an end");
    format!("{before}{start}{text}{end}{after}")
}

#[test]
fn the_openapi_document() {
    let mut document = trunkline_api::openapi().unwrap();
    document.push('\n');
    compare("openapi.json", &document);
}

#[test]
fn the_tables_of_the_readme() {
    let mut codes =
        "\n| code | status | meaning | what to do |\n| --- | --- | --- | --- |\n".to_owned();
    for code in Code::ALL {
        let (name, status) = (code.as_str(), code.status().as_u16());
        let _ = writeln!(codes, "| `{name}` | {status} | {} | {} |", code.title(), code.advice());
    }
    codes.push('\n');
    let mut rows = "\n| request | for | token's scope |\n| --- | --- | --- |\n".to_owned();
    for route in addresses() {
        let scope = route
            .allowed
            .scope()
            .map_or_else(|| "–".to_owned(), |scope| format!("`{}`", scope.as_str()));
        let who = route.allowed.describe();
        let _ = writeln!(rows, "| `{} {}` | {who} | {scope} |", route.method, route.path);
    }
    rows.push('\n');
    let page = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let page = between(&page, "codes", &codes);
    compare("README.md", &between(&page, "addresses", &rows));
}

/// All that a document refers to.
fn references(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(|it| it.as_str()).map(str::to_owned));
            fields.values().for_each(|value| references(value, found));
        }
        serde_json::Value::Array(values) => {
            values.iter().for_each(|value| references(value, found));
        }
        _ => {}
    }
}

#[test]
fn the_document_is_whole() {
    let document: serde_json::Value =
        serde_json::from_str(&trunkline_api::openapi().unwrap()).unwrap();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let operations = document["paths"].as_object().unwrap().values();
    let operations = operations.flat_map(|item| item.as_object().unwrap().values());
    let mut ids: Vec<_> =
        operations.filter_map(|it| it["operationId"].as_str().map(str::to_owned)).collect();
    assert_eq!(ids.len(), addresses().len(), "each row is in the document");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), addresses().len(), "and has a name of its own");
}
