//! What must hold for every text that is compiled and rendered as a template.

use trunkline_expr::{
    CompileError, Context, Env, MapContext, RenderError, Sink, Suggestion, Template, map_context,
};

/// Longer templates only take longer.
const MOST_BYTES: usize = 4096;

/// Enough to go round a loop a few hundred times.
const FUEL: u64 = 4_000;

/// Text that `FUEL` pays for: a unit buys 16 bytes, and each of the pieces that cost a unit to
/// make may be 15 bytes longer than what was paid for it.
const MOST_OUTPUT: usize = FUEL as usize * 32;

/// One value is printed before it is paid for; it holds no more than what made it was worth, or
/// what the context holds already.
const LARGEST_VALUE: usize = MOST_OUTPUT;

/// The names that the recorded templates read, with values of every type.
const NAMES: &str = r##"{
  "ANI": "+14085551234", "DNIS": "18005550100", "Language": "en-US", "vip": true, "EWT": 95000,
  "PIQ": 4, "QueueName": "Sales EMEA", "custId": "C-0099", "amount": 1234.5, "balance": -20.0,
  "NewPhoneContact": {"ANI": "+14085551234", "DNIS": "+18005550100", "Headers": "X-Foo: bar"},
  "HTTPRequest1": {"httpStatusCode": 200, "httpResponseBody": "{\"ok\":true}"},
  "QueueInfo": {"EWT": 95000, "PIQ": 4, "CurrentPositionInQueue": 4},
  "customer": {"name": "ada lovelace", "phones": ["+14085551234", "+442071234567"],
    "address": {"city": "San Jos\u00e9", "zip": "95110"}, "notes": null, "active": true,
    "orders": [{"id": 1, "total": 10.5}, {"id": 2, "total": 20}, {"id": 3, "total": 0.25}]},
  "s": "str", "v": "a,b;c", "x": "X", "y": "why", "n": 12, "i": 5, "d": 1.5, "b": true, "a": 7,
  "f": "yyyy-MM-dd", "ef": "yyyy-MM-dd'T'HH:mm:ssXXX", "date": "2024-01-15", "e": {}, "nul": null,
  "m": {"a": 1, "n": null, "a-b": 2, "1": "one", "class": "K"}, "l": [1, 2], "z": 0, "neg": -1,
  "t": 1705329845123, "sec": 1705329845, "tz": "Asia/Kolkata", "empty": "", "list": [],
  "html": "<b>\"Q\" & 'A'</b>", "words": ["b", "a", "\u00e9", "\ud83d\ude00"], "long": 5000000000,
  "big": 99999999999999999999999999, "deep": [[[1, [2]]], {"k": [3]}]
}"##;

thread_local! {
    static CONTEXT: MapContext = map_context(NAMES).expect("the names are JSON");
}

/// Compiles the text and renders what comes out of it, as Webex would and then strictly.
pub(crate) fn check(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else { return };
    if source.len() > MOST_BYTES {
        return;
    }
    match Template::compile(source) {
        Ok(template) => CONTEXT.with(|context| check_template(&template, context)),
        Err(error) => check_error(source, &error),
    }
}

fn check_template(template: &Template, context: &MapContext) {
    for reference in template.references() {
        assert_place(template.source(), reference.offset);
    }
    let webex = Env { now_ms: 1_767_225_600_000, fuel: FUEL, strict: false, autoescape: false };
    check_rendering(template, context, &webex);
    let strict = Env { strict: true, autoescape: true, ..webex };
    check_rendering(template, context, &strict);
}

/// All ways to render give the same text and the same error, and no more text than was paid for.
fn check_rendering(template: &Template, context: &dyn Context, env: &Env) {
    let mut out = String::new();
    let outcome = template.render(context, env, &mut out);
    assert!(out.len() <= MOST_OUTPUT + LARGEST_VALUE, "{} bytes of text", out.len());
    let mut parts = Parts::default();
    let outcome_in_parts = template.render_parts(context, env, &mut parts);
    assert_eq!(outcome, outcome_in_parts, "rendered whole and in parts");
    assert_eq!(out, parts.text, "rendered whole and in parts");
    if let Err(error) = &outcome {
        check_render_error(template.source(), error);
    }
    if let Some(text) = template.as_literal() {
        assert_eq!((&outcome, out.as_str()), (&Ok(()), text), "a literal template");
    }
    match template.evaluate(context, env) {
        Ok(Some(value)) if outcome.is_ok() && !env.autoescape => {
            let mut printed = String::new();
            value.write_to(&mut printed);
            assert_eq!(printed, out, "a value and its text");
        }
        Ok(_) => {}
        Err(error) => assert_eq!(Err(error), outcome, "evaluated and rendered"),
    }
}

fn check_render_error(source: &str, error: &RenderError) {
    assert_place(source, error.offset);
    check_suggestion(source, error.suggestion.as_ref());
    let _ = error.to_string();
}

fn check_error(source: &str, error: &CompileError) {
    assert_place(source, error.offset);
    assert!(error.line >= 1 && error.column >= 1);
    check_suggestion(source, error.suggestion.as_ref());
    let _ = error.to_string();
}

/// What is suggested can be done, changes something, and what comes out can be compiled or says
/// again why not.
fn check_suggestion(source: &str, suggestion: Option<&Suggestion>) {
    let Some(edit) = suggestion.and_then(|suggestion| suggestion.edit.as_ref()) else { return };
    assert!(edit.start <= edit.end, "{edit:?} ends before it starts");
    assert_place(source, edit.start);
    assert_place(source, edit.end);
    let edited = format!("{}{}{}", &source[..edit.start], edit.replacement, &source[edit.end..]);
    assert_ne!(edited, source, "an edit that changes nothing");
    if let Err(error) = Template::compile(&edited) {
        assert_place(&edited, error.offset);
    }
}

fn assert_place(source: &str, offset: usize) {
    assert!(source.is_char_boundary(offset), "byte {offset} of {} bytes", source.len());
}

/// Joins the pieces of a rendering.
#[derive(Default)]
struct Parts {
    text: String,
}

impl Sink for Parts {
    fn literal(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn substituted(&mut self, text: &str) {
        self.text.push_str(text);
    }
}
