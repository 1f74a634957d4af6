//! The trace for a person: a paragraph per step.

use std::borrow::Cow;

use trunkline_model::Failure;
use trunkline_model::trace::{Datum, Fields, Head, Step};

/// Where the indented lines of a step begin.
const INDENT: &str = "            ";

pub(crate) fn head(head: &Head) -> String {
    let mut lines =
        vec![format!("{}, version {} · contact {}", head.flow, head.flow_version, head.contact)];
    lines.extend(head.notes.iter().map(|note| format!("  note: {note}")));
    lines.push(String::new());
    lines.iter().map(|line| printable(line)).collect::<Vec<_>>().join("\n")
}

pub(crate) fn step(step: &Step) -> String {
    let mut lines = vec![title(step)];
    lines.extend(details(step).into_iter().map(|line| format!("{INDENT}{line}")));
    if let Some(failure) = &step.failure {
        lines.push(format!("{INDENT}✗ {}", failed(failure)));
    }
    lines.extend(step.warnings.iter().map(|text| format!("{INDENT}! {text}")));
    lines.iter().map(|line| printable(line)).collect::<Vec<_>>().join("\n")
}

/// A line without characters that would steer the terminal: callers and servers choose them.
fn printable(line: &str) -> Cow<'_, str> {
    if !line.contains(is_steering) {
        return Cow::Borrowed(line);
    }
    let shown = |c: char| if is_steering(c) { c.escape_unicode().to_string() } else { c.into() };
    Cow::Owned(line.chars().map(shown).collect())
}

/// Control characters, and those that turn the direction of writing.
fn is_steering(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn title(step: &Step) -> String {
    let time = time(step.t_ms);
    if let Some(what) = step.kind.strip_prefix("contact.") {
        let about = if step.activity.is_empty() { "" } else { ": " };
        return format!("{time}  ● {}{about}{}", what.replace('_', " "), step.activity);
    }
    let thread = step.thread.strip_prefix("event:").map(|event| format!(" [{event}]"));
    let port = step.port.as_deref().map(|port| format!(" → {port}"));
    format!(
        "{time}  {}{} ({}){}",
        step.activity,
        thread.unwrap_or_default(),
        step.kind,
        port.unwrap_or_default()
    )
}

/// Minutes, seconds and milliseconds since the call arrived.
fn time(t_ms: i64) -> String {
    let (minutes, ms) = (t_ms / 60_000, t_ms % 60_000);
    format!("{minutes:>3}:{:02}.{:03}", ms / 1_000, ms % 1_000)
}

fn details(step: &Step) -> Vec<String> {
    match step.kind.as_str() {
        "http-request-v2" => http(step),
        "play-message" | "ivr-menu" | "ivr-collectdigits" => {
            let mut lines = heard(step.input.get("prompts"));
            lines.extend(fields(&step.output, " = "));
            lines
        }
        "play-music" => step
            .input
            .get("music")
            .map(|file| format!("caller hears: ♪ {}", shown(file)))
            .into_iter()
            .collect(),
        "screen-pop" => step
            .input
            .get("url")
            .map(|url| format!("agent's desktop opens: {}", shown(url)))
            .into_iter()
            .collect(),
        "contact.offered" => {
            let mut lines = fields(&step.input, ": ");
            lines.extend(nested("agent sees", step.output.get("pop_over")));
            lines
        }
        "contact.answered" => {
            let mut lines = fields(&step.input, ": ");
            lines.extend(nested("agent sees", step.output.get("cad")));
            lines
        }
        _ => {
            let mut lines = fields(&step.input, ": ");
            lines.extend(fields(&step.output, " = "));
            lines
        }
    }
}

fn http(step: &Step) -> Vec<String> {
    let text = |name: &str| step.input.get(name).map(shown);
    let target = text("path").or(text("url")).unwrap_or_default();
    let via = text("connector").map(|name| format!(" via {name}")).unwrap_or_default();
    let mut lines = Vec::new();
    lines.extend(text("method").map(|method| format!("{method} {target}{via}")));
    lines.extend(text("body").map(|body| format!("> {}", one_line(&body))));
    let out = |name: &str| step.output.get(name).map(shown);
    if let Some(status) = out("httpStatusCode") {
        let duration = out("duration_ms").map(|ms| format!(" in {ms} ms")).unwrap_or_default();
        let attempts = out("attempts").map(|it| format!(", {it} attempts")).unwrap_or_default();
        lines.push(format!("status {status}{duration}{attempts}"));
    }
    lines.extend(
        out("body").filter(|body| !body.is_empty()).map(|body| format!("< {}", one_line(&body))),
    );
    let named = ["httpStatusCode", "duration_ms", "attempts", "body"];
    let rest = step.output.0.iter().filter(|(name, _)| !named.contains(&name.as_str()));
    lines.extend(rest.map(|(name, value)| format!("{name} = {}", shown(value))));
    lines
}

fn heard(prompts: Option<&Datum>) -> Vec<String> {
    let Some(Datum::List(prompts)) = prompts else { return Vec::new() };
    prompts.iter().map(|prompt| format!("caller hears: {}", one_line(&shown(prompt)))).collect()
}

fn fields(fields: &Fields, sign: &str) -> Vec<String> {
    let line = |(name, value): &(String, Datum)| format!("{name}{sign}{}", one_line(&shown(value)));
    fields.0.iter().map(line).collect()
}

fn nested(title: &str, datum: Option<&Datum>) -> Vec<String> {
    let Some(Datum::Fields(inner)) = datum else { return Vec::new() };
    fields(inner, ": ").into_iter().map(|line| format!("{title} {line}")).collect()
}

fn shown(datum: &Datum) -> String {
    match datum {
        Datum::Null => "(nothing)".to_owned(),
        Datum::Bool(flag) => flag.to_string(),
        Datum::Integer(number) => number.to_string(),
        Datum::Decimal(number) => number.to_string(),
        Datum::Text(text) => text.clone(),
        Datum::List(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Datum::Fields(inner) => fields(inner, ": ").join(", "),
    }
}

fn failed(failure: &Failure) -> String {
    format!("{}: {}", failure.code.as_str(), failure.description)
}

/// The longest text on one line of a terminal trace, in characters; `--json` has it whole.
const LONGEST_LINE: usize = 300;

fn one_line(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match joined.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &joined[..end]),
        None => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trunkline_model::{ContactId, FailureCode};

    #[test]
    fn nothing_steers_the_terminal() {
        let line = "ani: \u{1b}[31m\r\u{202e}x\u{9b}2J é";
        assert_eq!(printable(line), r"ani: \u{1b}[31m\u{d}\u{202e}x\u{9b}2J é");
        assert_eq!(printable("plain"), "plain");
    }

    #[test]
    fn a_step_reads_as_a_paragraph() {
        let text = step(&Step {
            t_ms: 61_042,
            contact: ContactId::new("c"),
            thread: "event:PhoneContactEnded".into(),
            activity: "PostComment".into(),
            kind: "http-request-v2".into(),
            port: None,
            input: Fields::new().with("method", "PATCH").with("path", "/x").with("body", "{\n }"),
            output: Fields::new().with("httpStatusCode", 0),
            failure: Some(Failure::new(FailureCode::Dns, "no such host")),
            warnings: vec!["careful".into()],
        });
        let expected = "  1:01.042  PostComment [PhoneContactEnded] (http-request-v2)\n            \
                        PATCH /x\n            > { }\n            status 0\n            \
                        ✗ TL-HTTP-DNS: no such host\n            ! careful";
        assert_eq!(text, expected);
    }
}
