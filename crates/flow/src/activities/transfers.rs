//! What blind and bridged transfers share: the number, header fields, where they are allowed.

use trunkline_model::call::{MAX_HEADER_BYTES, MAX_HEADERS, Transfer, TransferKind};
use trunkline_model::{Failure, FailureCode};

use crate::diagnostic::Severity;
use crate::json::Json;
use crate::read::{Properties, Templated};
use crate::run::{Cx, Effect, Wait};

use super::Step;

/// Webex's number for a number that cannot be dialled.
pub(super) const INVALID_NUMBER: i32 = 1;

/// Webex's number for what the system, not the third party, is the cause of.
pub(super) const SYSTEM_ERROR: i32 = 6;

/// Webex's number for a transfer of a contact that waits in a queue or talks to an agent.
const NOT_IN_THIS_STATE: i32 = 48;

/// The longest number, without separators.
const LONGEST_NUMBER: usize = 32;

/// Where a transfer goes.
#[derive(Debug)]
pub(super) struct Destination {
    /// `transfertodn`: a number or an expression, whatever `transfertodn:radioName` says.
    number: Templated,
    /// `headers`: an object, or a list of `key` and `value`.
    headers: Vec<(String, Templated)>,
}

impl Destination {
    pub(super) fn read(properties: &mut Properties<'_>) -> Self {
        let number = properties.template("transfertodn");
        if number.is_blank() {
            let text = "there is no number to transfer to".to_owned();
            properties.report("empty-number", Severity::Warning, &["transfertodn"], text, None);
        }
        Self { number, headers: read_headers(properties) }
    }

    pub(super) fn templates(&self) -> Vec<&Templated> {
        let headers = self.headers.iter().map(|(_, value)| value);
        std::iter::once(&self.number).chain(headers).collect()
    }

    /// The number as it is dialled; Webex's number for a bad one is the caller's.
    pub(super) fn number(&self, cx: &Cx<'_>, bad: i32) -> Result<String, Failure> {
        let text = cx.text(&self.number)?;
        dialled(&text).ok_or_else(|| {
            let text = format!("{:?} is no number that can be dialled", text.trim());
            Failure::numbered(FailureCode::TransferNumber, bad, text)
        })
    }

    /// Calls the third party.
    pub(super) fn call(&self, cx: &mut Cx<'_>, call: Call) -> Result<Step, Failure> {
        let Call { kind, number, ring_timeout_ms, digits } = call;
        let headers = self.headers(cx)?;
        let caller_id = cx.caller_id().map(str::to_owned);
        cx.show_in("number", |_| number.as_str().into());
        cx.show_in("ring_timeout_ms", |_| ring_timeout_ms.into());
        if !digits.is_empty() {
            cx.show_in("digits", |_| digits.as_str().into());
        }
        for (name, value) in &headers {
            cx.show_in(name, |_| value.as_str().into());
        }
        cx.show_now();
        let id = cx.new_id();
        let transfer = Transfer { kind, number, headers, ring_timeout_ms, caller_id, digits };
        cx.emit(Effect::Transfer { id, transfer: Box::new(transfer) });
        Ok(Step::Wait(Wait::Transfer(id)))
    }

    /// The header fields; those that SIP does not allow are left out, with a warning.
    fn headers(&self, cx: &mut Cx<'_>) -> Result<Vec<(String, String)>, Failure> {
        let (mut headers, mut bytes) = (Vec::new(), 0);
        for (name, value) in &self.headers {
            let value = cx.text(value)?;
            bytes += name.len() + value.len();
            let is_too_much = headers.len() >= MAX_HEADERS || bytes > MAX_HEADER_BYTES;
            if is_too_much {
                cx.warn(|| format!("the header {name} and what follows is left out: too much"));
                break;
            }
            if value.chars().any(char::is_control) {
                cx.warn(|| format!("the header {name} is left out: it holds control characters"));
                continue;
            }
            headers.push((name.clone(), value));
        }
        Ok(headers)
    }
}

/// A call to a third party, ready to be made.
pub(super) struct Call {
    pub(super) kind: TransferKind,
    pub(super) number: String,
    pub(super) ring_timeout_ms: u64,
    pub(super) digits: String,
}

/// Fails unless the caller is there for the flow alone.
pub(super) fn require_free_caller(cx: &Cx<'_>) -> Result<(), Failure> {
    cx.require_caller()?;
    let text = match (cx.is_queued(), cx.is_with_agent()) {
        (_, true) => "the caller talks to somebody: they cannot be transferred",
        (true, false) => "the contact waits in a queue: it cannot be transferred",
        (false, false) => return Ok(()),
    };
    Err(Failure::numbered(FailureCode::State, NOT_IN_THIS_STATE, text))
}

/// A number without the separators that people write; none when it cannot be dialled.
fn dialled(text: &str) -> Option<String> {
    let is_separator = |c: &char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
    let number: String = text.trim().chars().filter(|c| !is_separator(c)).collect();
    let keys = number.strip_prefix('+').unwrap_or(&number);
    let is_dialled = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#');
    let is_good = !keys.is_empty() && keys.len() <= LONGEST_NUMBER && keys.chars().all(is_dialled);
    is_good.then_some(number)
}

fn read_headers(properties: &mut Properties<'_>) -> Vec<(String, Templated)> {
    let json = properties.raw("headers");
    let mut fields: Vec<(&str, &Json, Vec<String>)> = Vec::new();
    for (name, value) in json.members() {
        fields.push((name, value, vec!["headers".to_owned(), name.clone()]));
    }
    for (place, row) in json.elements().iter().enumerate() {
        let Some(name) = row.get("key").as_text() else { continue };
        let path = vec!["headers".to_owned(), place.to_string(), "value".to_owned()];
        fields.push((name, row.get("value"), path));
    }
    let mut headers = Vec::new();
    for (name, value, path) in fields {
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        if !is_header(name) {
            let text = format!("the header {name:?} is not sent: its name must begin with X-");
            properties.report("transfer-header", Severity::Warning, &["headers"], text, None);
            continue;
        }
        headers.push((name.to_owned(), properties.template_of(value, "headers", &path)));
    }
    headers
}

fn is_header(name: &str) -> bool {
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let has_prefix = name.get(..2).is_some_and(|it| it.eq_ignore_ascii_case("X-"));
    has_prefix && name.len() > 2 && name.chars().all(is_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lose_their_separators() {
        for (text, number) in [
            ("4001", Some("4001")),
            (" +1 (480) 675-4111 ", Some("+14806754111")),
            ("*72#", Some("*72#")),
            ("", None),
            ("+", None),
            ("1+2", None),
            ("sip:bob@example.com", None),
            ("12;x=1", None),
            ("555\r\n1", None),
        ] {
            assert_eq!(dialled(text).as_deref(), number, "{text}");
        }
        assert_eq!(dialled(&"1".repeat(33)), None);
    }

    #[test]
    fn header_names_begin_with_x() {
        assert!(is_header("X-Case-Id") && is_header("x-a"));
        assert!(!is_header("X-") && !is_header("From") && !is_header("X-A: b") && !is_header("é-"));
    }
}
