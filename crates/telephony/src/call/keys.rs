//! Keys that arrive by INFO, in the two forms that phones send.

use super::{Call, Effect, Phase};
use crate::message::Method;

/// The content types of keys.
pub(super) const CONTENT_TYPES: &str = "application/dtmf-relay, application/dtmf";

/// The longest key press that is believed, in milliseconds.
const MAX_DURATION_MS: u16 = 10_000;

/// A key and how long it was pressed, in milliseconds, where that is told.
type Key = (char, Option<u16>);

/// Reads the body of an INFO. None when it holds no key; an outer None when it is another kind.
pub(super) fn parse(content_type: &str, body: &[u8]) -> Option<Option<Key>> {
    let text = str::from_utf8(body).unwrap_or_default();
    if content_type.eq_ignore_ascii_case("application/dtmf") {
        return Some(key(text).map(|key| (key, None)));
    }
    if !content_type.eq_ignore_ascii_case("application/dtmf-relay") {
        return None;
    }
    let field = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once('='));
        lines.find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let duration_ms = field("Duration").and_then(|text| text.parse().ok());
    let duration_ms = duration_ms.filter(|ms| (1..=MAX_DURATION_MS).contains(ms));
    Some(field("Signal").and_then(key).map(|key| (key, duration_ms)))
}

fn key(text: &str) -> Option<char> {
    let mut letters = text.trim().chars();
    let letter = letters.next()?.to_ascii_uppercase();
    match (letter, letters.next()) {
        // Some gateways send the event's number: 10 is the star, 11 the pound key.
        ('1', Some('0')) => Some('*'),
        ('1', Some('1')) => Some('#'),
        ('0'..='9' | '*' | '#' | 'A'..='D', None) => Some(letter),
        _ => None,
    }
}

impl Call {
    /// Presses a key towards the other side. Whether it arrives does not change the call.
    pub(super) fn send_key(&mut self, key: char, duration_ms: u16) {
        let is_key = matches!(key, '0'..='9' | '*' | '#' | 'A'..='D');
        if !is_key || self.has_ended || !matches!(self.phase, Phase::Talking) {
            return;
        }
        let tx = self.new_tx();
        let mut info = self.dialog.request(tx, Method::Info, &self.config.contact);
        info.headers.push("Content-Type", "application/dtmf-relay");
        let duration_ms = duration_ms.clamp(1, MAX_DURATION_MS);
        info.body = format!("Signal={key}\r\nDuration={duration_ms}\r\n").into_bytes();
        self.out.push_back(Effect::Request(info));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_both_forms() {
        let relay = "application/dtmf-relay";
        let rows: [(&str, &str, Option<Option<Key>>); 9] = [
            (relay, "Signal=5\r\nDuration=160\r\n", Some(Some(('5', Some(160))))),
            (relay, "signal= # \nduration=x", Some(Some(('#', None)))),
            (relay, "Signal=11\r\nDuration=99999\r\n", Some(Some(('#', None)))),
            (relay, "Duration=160\r\n", Some(None)),
            (relay, "Signal=55", Some(None)),
            ("Application/DTMF", " d ", Some(Some(('D', None)))),
            ("application/dtmf", "", Some(None)),
            ("application/dtmf", "\u{0}", Some(None)),
            ("text/plain", "5", None),
        ];
        for (content_type, body, expected) in rows {
            assert_eq!(parse(content_type, body.as_bytes()), expected, "{body:?}");
        }
    }
}
