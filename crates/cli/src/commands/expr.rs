//! `trunkline expr eval`: templates of the expression language, evaluated.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::Subcommand;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use trunkline_expr::{Env, MapContext, Template, map_context};

use super::json_lines::{self, Answer, Outcome};
use super::{caret, text_input};
use crate::problem::{Problem, Result};
use crate::run::output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Eval(Eval),
}

/// Evaluate one template, or with --jsonl as many as there are lines.
///
/// With --jsonl each line is an object {"id", "template", "context", "strict", "autoescape"}, of
/// which only the template must be there. For each comes a line {"id", "output"} or
/// {"id", "error"}; the exit status is 0 whatever the templates gave.
#[derive(Debug, clap::Args)]
#[command(override_usage = "trunkline expr eval [OPTIONS] TEMPLATE\n       \
                            trunkline expr eval --jsonl [--now TIME] [FILE]")]
pub(crate) struct Eval {
    /// The template; with --jsonl the file to read instead of standard input.
    #[arg(value_name = "TEMPLATE|FILE", required_unless_present = "jsonl")]
    input: Option<OsString>,
    /// Read a template a line, write an answer a line.
    #[arg(long)]
    jsonl: bool,
    /// What the template reads: a JSON object, or the file that holds one (`-`: standard input).
    #[arg(long, value_name = "JSON|FILE", conflicts_with = "jsonl")]
    context: Option<OsString>,
    /// A missing name is an error, not null.
    #[arg(long, conflicts_with = "jsonl")]
    strict: bool,
    /// Escape printed values for HTML.
    #[arg(long, conflicts_with = "jsonl")]
    autoescape: bool,
    /// What `now()` gives, such as 2026-01-31T12:00:00Z; the real time when left out.
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    let Command::Eval(arguments) = command;
    match &arguments.input {
        Some(template) if !arguments.jsonl => one(template, arguments),
        file => json_lines::answer_each(file.as_deref().map(Path::new), |line| {
            answer(line, arguments.now)
        }),
    }
}

fn env(now: Option<Timestamp>, strict: bool, autoescape: bool) -> Env {
    let now_ms = now.unwrap_or_else(Timestamp::now).as_millisecond();
    Env { now_ms, strict, autoescape, ..Env::default() }
}

fn one(template: &OsString, arguments: &Eval) -> Result<ExitCode> {
    let Some(source) = template.to_str() else {
        return Err(Problem::misuse("the template is not UTF-8"));
    };
    let context = context_of(arguments.context.as_ref())?;
    let template = Template::compile(source)
        .map_err(|error| with_caret(&error.to_string(), source, error.offset))?;
    let env = env(arguments.now, arguments.strict, arguments.autoescape);
    let mut out = String::new();
    template
        .render(&context, &env, &mut out)
        .map_err(|error| with_caret(&error.to_string(), source, error.offset))?;
    output::write(&out)?;
    Ok(ExitCode::SUCCESS)
}

fn with_caret(message: &str, source: &str, offset: usize) -> Problem {
    Problem::failed(format!("{message}\n{}", caret::pointing(source, offset)))
}

/// The context that the option names: the text itself when it begins with a brace.
fn context_of(option: Option<&OsString>) -> Result<MapContext> {
    let Some(option) = option else { return Ok(MapContext::default()) };
    let (json, name) = match option.to_str().filter(|text| text.trim_start().starts_with('{')) {
        Some(text) => (text.to_owned(), "--context".to_owned()),
        None => text_input::read(Some(Path::new(option)))?,
    };
    if json_lines::has_lone_surrogate(&json) {
        let text = format!("{name}: half of a surrogate pair (\\uD800 to \\uDFFF) is no character");
        return Err(Problem::misuse(text));
    }
    map_context(&json).map_err(|error| {
        let place = caret::pointing(&json, error.offset);
        Problem::misuse(format!("{name}: {error}\n{place}"))
    })
}

/// A line of input. Members that other tools add are no concern of ours.
#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    id: Option<&'l RawValue>,
    #[serde(borrow)]
    template: Option<&'l RawValue>,
    #[serde(borrow)]
    context: Option<&'l RawValue>,
    #[serde(borrow)]
    strict: Option<&'l RawValue>,
    #[serde(borrow)]
    autoescape: Option<&'l RawValue>,
}

fn answer(line: &str, now: Option<Timestamp>) -> Answer {
    match json_lines::parse::<Line<'_>>(line) {
        Ok(line) => Answer::to(line.id, || evaluate(&line, now)),
        Err(message) => Answer::unreadable(message),
    }
}

fn evaluate(line: &Line<'_>, now: Option<Timestamp>) -> Outcome {
    let source = json_lines::text(line.template, "template")?;
    let strict = json_lines::typed(line.strict, "strict")?.unwrap_or(false);
    let autoescape = json_lines::typed(line.autoescape, "autoescape")?.unwrap_or(false);
    // Numbers get their types from how they are written, so the text itself is read.
    let context = match json_lines::raw(line.context, "context")? {
        Some(json) => map_context(json).map_err(|error| format!("context: {error}"))?,
        None => MapContext::default(),
    };
    let template = Template::compile(&source).map_err(|error| error.to_string())?;
    let mut out = String::new();
    let env = env(now, strict, autoescape);
    template.render(&context, &env, &mut out).map_err(|error| error.to_string())?;
    Ok(("output", json_lines::json_text(&out)))
}
