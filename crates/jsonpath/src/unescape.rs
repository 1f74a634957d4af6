//! The inside of a quoted JSON string that contains backslashes.

/// Collects UTF-16 code units into a string: surrogate pairs become one character, single ones the
/// replacement character.
#[derive(Default)]
pub(crate) struct Utf16Text {
    text: String,
    high: Option<u16>,
}

impl Utf16Text {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Utf16Text { text: String::with_capacity(bytes), high: None }
    }

    pub(crate) fn push(&mut self, c: char) {
        self.flush();
        self.text.push(c);
    }

    pub(crate) fn push_unit(&mut self, unit: u16) {
        let pair = self.high.map(|high| char::decode_utf16([high, unit]).next());
        if let Some(Some(Ok(c))) = pair {
            self.high = None;
            self.text.push(c);
            return;
        }
        self.flush();
        match char::from_u32(u32::from(unit)) {
            Some(c) => self.text.push(c),
            None if (0xD800..0xDC00).contains(&unit) => self.high = Some(unit),
            None => self.text.push(char::REPLACEMENT_CHARACTER),
        }
    }

    fn flush(&mut self) {
        if self.high.take().is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
    }

    pub(crate) fn finish(mut self) -> String {
        self.flush();
        self.text
    }
}

/// The text of a strict JSON string that has escapes; `raw` is what stands between its quotes.
///
/// json-smart leaves DEL out of a string that has an escape, and keeps it in one that has none:
/// `keep_del` says whether to follow it.
pub(crate) fn strict(raw: &str, keep_del: bool) -> String {
    let mut text = Utf16Text::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('u') => {
                    let digits = chars.by_ref().take(4);
                    let unit = digits.fold(0, |v, d| v * 16 + d.to_digit(16).unwrap_or(0));
                    text.push_unit(unit as u16);
                }
                Some(c) => text.push(simple(c).unwrap_or(c)),
                None => {}
            },
            '\u{7f}' if !keep_del => {}
            c => text.push(c),
        }
    }
    text.finish()
}

/// The character that a backslash and this one stand for.
pub(crate) fn simple(c: char) -> Option<char> {
    Some(match c {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\u{c}',
        'b' => '\u{8}',
        '\\' | '/' | '\'' | '"' => c,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrogates_pair_up_or_are_replaced() {
        assert_eq!(strict(r"\ud83d\ude00", true), "😀");
        assert_eq!(strict(r"a\ud83dz", true), "a\u{fffd}z");
        assert_eq!(strict(r"\ud83d\ud83d\ude00", true), "\u{fffd}😀");
        assert_eq!(strict(r"\ude00\n", true), "\u{fffd}\n");
        assert_eq!(strict(r"\ud83d", true), "\u{fffd}");
    }

    #[test]
    fn del_is_left_out_beside_an_escape() {
        assert_eq!(strict("a\u{7f}\\tb", false), "a\tb");
        assert_eq!(strict("a\u{7f}\\tb", true), "a\u{7f}\tb");
    }
}
