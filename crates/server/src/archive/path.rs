//! What a caller did before, for people: a few lines out of a contact's trace.

use std::collections::BTreeMap;

use trunkline_desk::PathStep;
use trunkline_model::trace::{Datum, Fields, Step};

/// The most steps that a desktop is given; the newest stay.
const MAX_STEPS: usize = 100;

/// The longest text of a step, in characters: an agent reads it while it rings.
const MAX_TEXT: usize = 200;

/// From this status on a request has failed (RFC 9110, section 15).
const FIRST_BAD_STATUS: i64 = 400;

/// The steps that an agent cares for, the newest last.
pub(crate) fn path(trace: &[Step]) -> Vec<PathStep> {
    let mut steps: Vec<PathStep> = trace.iter().filter_map(step).collect();
    let surplus = steps.len().saturating_sub(MAX_STEPS);
    steps.drain(..surplus);
    steps
}

fn step(step: &Step) -> Option<PathStep> {
    match step.kind.strip_prefix("contact.") {
        Some(happened) => of_contact(step, happened),
        None => of_activity(step),
    }
}

/// What happened to the contact outside its flow.
fn of_contact(step: &Step, happened: &str) -> Option<PathStep> {
    let (input, output) = (&step.input, &step.output);
    match happened {
        "arrived" => made(step, "called", output, &["dnis", "entry_point"]),
        "offered" => made(step, "offered", input, &["agent", "queue"]),
        "offer_ended" => missed(step),
        "answered" => made(step, "answered", input, &["agent", "queue"]),
        "agent_lost" => made(step, "requeued", input, &["agent"]),
        "held" | "resumed" | "consulted" | "transferred" => {
            let names: Vec<&str> = input.0.iter().map(|(name, _)| name.as_str()).collect();
            made(step, happened, input, &names)
        }
        "transfer_failed" | "sent_to_fallback" | "prompt_failed" => problem(step),
        "caller_hung_up" => Some(put(plain(step, "hung_up"), "by", "caller")),
        "agent_hung_up" => Some(put(plain(step, "hung_up"), "by", "agent")),
        "disconnected" => Some(put(plain(step, "hung_up"), "by", "system")),
        _ => None,
    }
}

/// Somebody did not take it; where the caller left nobody missed anything.
fn missed(step: &Step) -> Option<PathStep> {
    let reason = text(step.input.get("reason")?)?;
    let is_missed = matches!(reason.as_str(), "no answer" | "declined" | "device failed");
    is_missed.then(|| made(step, "missed", &step.input, &["agent", "reason"]))?
}

fn of_activity(step: &Step) -> Option<PathStep> {
    match step.kind.as_str() {
        "http-request-v2" => request(step),
        "play-message" => heard(step).or_else(|| problem(step)),
        "ivr-menu" => heard(step).or_else(|| pressed(step, "OptionEntered")),
        "ivr-collectdigits" => heard(step).or_else(|| pressed(step, "DigitsEntered")),
        "queue-contact" | "queue-to-agent" if step.failure.is_none() => {
            made(step, "queued", &step.input, &["queue", "agent"])
        }
        "blind-transfer" | "bridged-transfer" if step.port.is_none() => {
            made(step, "transferred", &step.input, &["number"])
        }
        "screen-pop" if step.failure.is_none() => {
            let mut pop = made(step, "pop", &step.input, &["label"])?;
            // Built from a default: it may be somebody else's page (decision 2).
            pop.is_problem = !step.warnings.is_empty();
            Some(pop)
        }
        _ => problem(step),
    }
}

/// A request that has ended; the line that says that it began tells nothing yet.
fn request(step: &Step) -> Option<PathStep> {
    let status = step.output.get("httpStatusCode");
    if status.is_none() && step.failure.is_none() {
        return None;
    }
    let mut made = put(plain(step, "request"), "name", &step.activity);
    if let Some(status) = status.and_then(text) {
        made = put(made, "status", &status);
    }
    let is_bad = matches!(status, Some(Datum::Integer(it)) if *it == 0 || *it >= FIRST_BAD_STATUS);
    made.is_problem = step.failure.is_some() || is_bad;
    Some(made)
}

fn heard(step: &Step) -> Option<PathStep> {
    let Datum::List(prompts) = step.input.get("prompts")? else { return None };
    // The line by which it is left says nothing new.
    if step.port.is_some() {
        return None;
    }
    let texts: Vec<String> = prompts.iter().filter_map(text).collect();
    Some(put(plain(step, "heard"), "text", &texts.join(" ")))
}

fn pressed(step: &Step, output: &str) -> Option<PathStep> {
    let Some(digits) = step.output.get(output).and_then(text) else { return problem(step) };
    Some(put(put(plain(step, "pressed"), "digits", &digits), "name", &step.activity))
}

fn problem(step: &Step) -> Option<PathStep> {
    let failure = step.failure.as_ref()?;
    let made = put(plain(step, "problem"), "name", &step.activity);
    let mut made = put(made, "text", &failure.description);
    made.is_problem = true;
    Some(made)
}

fn plain(step: &Step, kind: &str) -> PathStep {
    let (kind, with) = (kind.to_owned(), BTreeMap::new());
    PathStep { t_ms: step.t_ms, kind, with, is_problem: false }
}

fn made(step: &Step, kind: &str, fields: &Fields, names: &[&str]) -> Option<PathStep> {
    let mut made = plain(step, kind);
    for name in names {
        if let Some(value) = fields.get(name).and_then(text) {
            made = put(made, name, &value);
        }
    }
    Some(made)
}

fn put(mut step: PathStep, name: &str, value: &str) -> PathStep {
    let mut shown: String = value.chars().take(MAX_TEXT).collect();
    if value.chars().nth(MAX_TEXT).is_some() {
        shown.push('…');
    }
    step.with.insert(name.to_owned(), shown);
    step
}

fn text(datum: &Datum) -> Option<String> {
    Some(match datum {
        Datum::Text(text) => text.clone(),
        Datum::Integer(number) => number.to_string(),
        Datum::Decimal(number) => number.to_string(),
        Datum::Bool(value) => value.to_string(),
        Datum::Null | Datum::List(_) | Datum::Fields(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use trunkline_model::{ContactId, Failure, FailureCode};

    fn line(kind: &str, port: Option<&str>, input: Fields, output: Fields) -> Step {
        Step {
            t_ms: 7,
            contact: ContactId::new("c"),
            thread: "main".into(),
            activity: "It".into(),
            kind: kind.into(),
            port: port.map(str::to_owned),
            input,
            output,
            failure: None,
            warnings: Vec::new(),
        }
    }

    fn told(steps: &[Step]) -> Vec<String> {
        let shown = |it: PathStep| {
            let with: Vec<_> =
                it.with.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let mark = if it.is_problem { "!" } else { "" };
            format!("{}{mark} {}", it.kind, with.join(" "))
        };
        path(steps).into_iter().map(shown).collect()
    }

    #[test]
    fn a_call_is_told_in_a_few_lines() {
        let prompts = || Fields::new().with("prompts", vec!["Hello", "there."]);
        let none = Fields::new;
        let steps = [
            line("contact.arrived", None, none(), none().with("dnis", "+1").with("ani", "+2")),
            line("set-variable", Some("out"), none(), none()),
            line("play-message", None, prompts(), none()),
            line("play-message", Some("default"), prompts(), none()),
            line("http-request-v2", None, none().with("path", "/x"), none()),
            line("http-request-v2", Some("default"), none(), none().with("httpStatusCode", 200)),
            line("http-request-v2", Some("default"), none(), none().with("httpStatusCode", 503)),
            line("ivr-menu", Some("2"), none(), none().with("OptionEntered", "2")),
            line("queue-contact", Some("default"), none().with("queue", "Support"), none()),
            line("contact.offered", None, none().with("agent", "Ann"), none()),
            line("contact.offer_ended", None, none().with("reason", "no answer"), none()),
            line("contact.offer_ended", None, none().with("reason", "contact left"), none()),
            line("contact.caller_hung_up", None, none(), none()),
        ];
        assert_eq!(
            told(&steps),
            [
                "called dnis=+1",
                "heard text=Hello there.",
                "request name=It status=200",
                "request! name=It status=503",
                "pressed digits=2 name=It",
                "queued queue=Support",
                "offered agent=Ann",
                "missed reason=no answer",
                "hung_up by=caller",
            ]
        );
    }

    #[test]
    fn whatever_fails_is_a_problem_and_the_oldest_steps_go_first() {
        let mut failed = line("set-variable", Some("out"), Fields::new(), Fields::new());
        failed.failure = Some(Failure::new(FailureCode::Timeout, "x".repeat(300)));
        let mut steps = vec![failed; MAX_STEPS + 5];
        steps[0].t_ms = 1;
        let made = path(&steps);
        assert_eq!(made.len(), MAX_STEPS);
        assert!(made.iter().all(|it| it.t_ms == 7 && it.is_problem));
        assert_eq!(made[0].with["text"].chars().count(), MAX_TEXT + 1);
    }
}
