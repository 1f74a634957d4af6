//! `trunkline jsonpath eval`: JSONPaths, read from documents.

use std::ffi::OsString;
use std::path::Path as FilePath;
use std::process::ExitCode;

use clap::Subcommand;
use serde::Deserialize;
use serde_json::value::RawValue;
use trunkline_jsonpath::{Document, Json, Path};

use super::json_lines::{self, Answer, Outcome};
use super::{caret, text_input};
use crate::problem::{Problem, Result};
use crate::run::output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Eval(Eval),
}

/// Read one path from a document, or with --jsonl as many as there are lines.
///
/// With --jsonl each line is an object {"id", "json", "path"}: `json` is a text that holds the
/// document, or the document itself. For each comes a line {"id", "result"} or {"id", "error"};
/// the exit status is 0 whatever the paths gave. Numbers that JSON lacks (computed infinities)
/// are the texts "NaN", "Infinity" and "-Infinity".
#[derive(Debug, clap::Args)]
#[command(override_usage = "trunkline jsonpath eval [--text] PATH [FILE]\n       \
                            trunkline jsonpath eval --jsonl [FILE]")]
pub(crate) struct Eval {
    /// The path, such as '$.records[0].Id'; left out with --jsonl.
    #[arg(value_name = "PATH", required_unless_present = "jsonl")]
    first: Option<OsString>,
    /// The file to read instead of standard input.
    #[arg(value_name = "FILE")]
    second: Option<OsString>,
    /// Read a question a line, write an answer a line.
    #[arg(long)]
    jsonl: bool,
    /// Print what a STRING variable would receive, not JSON.
    #[arg(long, conflicts_with = "jsonl")]
    text: bool,
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    let Command::Eval(arguments) = command;
    let second = arguments.second.as_deref().map(FilePath::new);
    match (&arguments.first, second) {
        (Some(_), Some(_)) if arguments.jsonl => {
            Err(Problem::misuse("with --jsonl the paths are in the lines: give one FILE, or none"))
        }
        (Some(path), file) if !arguments.jsonl => one(path, file, arguments.text),
        (file, _) => json_lines::answer_each(file.as_deref().map(FilePath::new), answer),
    }
}

fn one(path: &OsString, file: Option<&FilePath>, as_text: bool) -> Result<ExitCode> {
    let Some(source) = path.to_str() else {
        return Err(Problem::misuse("the path is not UTF-8"));
    };
    let path = Path::compile(source).map_err(|error| {
        Problem::failed(format!("{error}\n{}", caret::pointing(source, error.offset)))
    })?;
    let (text, name) = text_input::read(file)?;
    let document = Document::parse(&text).map_err(|error| {
        let place = caret::pointing(&text, error.offset);
        Problem::failed(format!("{name}: {error}\n{place}"))
    })?;
    let value = path.read(&document).map_err(Problem::failed)?;
    output::write(&if as_text { value.to_plain_text() } else { json_of(value) })?;
    Ok(ExitCode::SUCCESS)
}

/// A line of input. Members that other tools add are no concern of ours.
#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    id: Option<&'l RawValue>,
    #[serde(borrow)]
    json: Option<&'l RawValue>,
    #[serde(borrow)]
    path: Option<&'l RawValue>,
}

fn answer(line: &str) -> Answer {
    match json_lines::parse::<Line<'_>>(line) {
        Ok(line) => Answer::to(line.id, || evaluate(&line)),
        Err(message) => Answer::unreadable(message),
    }
}

fn evaluate(line: &Line<'_>) -> Outcome {
    let source = json_lines::text(line.path, "path")?;
    let path = Path::compile(&source).map_err(|error| error.to_string())?;
    let text = match json_lines::raw(line.json, "json")? {
        Some(json) if !json.starts_with('"') => json.to_owned(),
        _ => json_lines::text(line.json, "json")?,
    };
    let document = Document::parse(&text).map_err(|error| error.to_string())?;
    let value = path.read(&document).map_err(|error| error.to_string())?;
    Ok(("result", json_of(value)))
}

/// The value as JSON, with texts for the numbers that JSON lacks.
fn json_of(value: Json) -> String {
    finite(value).to_json_text()
}

fn finite(value: Json) -> Json {
    match value {
        Json::Number(number) if !number.as_f64().is_finite() => match number.to_java_text() {
            text if matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") => text.into(),
            // Too large for a double, and yet a number with all its digits.
            _ => Json::Number(number),
        },
        Json::Array(elements) => Json::Array(elements.into_iter().map(finite).collect()),
        Json::Object(members) => {
            Json::Object(members.into_iter().map(|(name, value)| (name, finite(value))).collect())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value,
    }
}
