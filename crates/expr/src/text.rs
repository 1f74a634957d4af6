//! Text as Java counts it: in UTF-16 units.

use std::borrow::Cow;

/// Length in UTF-16 units.
#[inline]
pub(crate) fn utf16_len(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The UTF-16 units from `from` up to `to`, which must be in order and inside the text. Half of a
/// surrogate pair becomes `?`, as Java writes it.
pub(crate) fn utf16_slice<'t>(text: &Cow<'t, str>, from: usize, to: usize) -> Cow<'t, str> {
    if text.is_ascii() {
        return match text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[from..to]),
            Cow::Owned(text) => Cow::Owned(text[from..to].to_owned()),
        };
    }
    let mut out = String::new();
    let mut at = 0;
    for c in text.chars() {
        let next = at + c.len_utf16();
        if from <= at && next <= to {
            out.push(c);
        } else if at < to && next > from && next <= to + 1 {
            out.push('?');
        }
        at = next;
        if at >= to {
            break;
        }
    }
    Cow::Owned(out)
}

/// The first UTF-16 unit as a character; half of a surrogate pair is `?`.
pub(crate) fn first_unit(text: &str) -> Option<char> {
    text.chars().next().map(unit)
}

/// The last UTF-16 unit as a character; half of a surrogate pair is `?`.
pub(crate) fn last_unit(text: &str) -> Option<char> {
    text.chars().next_back().map(unit)
}

fn unit(c: char) -> char {
    if c.len_utf16() == 1 { c } else { '?' }
}

/// Java's `Character.toTitleCase`, which never gives more than one character.
pub(crate) fn title_case(c: char) -> char {
    match c {
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        'ა'..='ჿ' => c,
        _ => {
            let mut upper = c.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(upper), None) => upper,
                _ => c,
            }
        }
    }
}

/// Java's `Character.isWhitespace`: no-break spaces are not among them.
pub(crate) fn is_java_whitespace(c: char) -> bool {
    let breaking = !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{85}');
    (c.is_whitespace() && breaking) || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Java's `String.trim`: everything up to the space.
pub(crate) fn java_trim(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_units() {
        let text = Cow::Borrowed("a😀b");
        assert_eq!(utf16_len(&text), 4);
        assert_eq!(utf16_slice(&text, 1, 3), "😀");
        assert_eq!(utf16_slice(&text, 1, 2), "?");
        assert_eq!(utf16_slice(&text, 2, 4), "?b");
        assert_eq!(utf16_slice(&text, 2, 3), "?");
        assert_eq!(utf16_slice(&text, 0, 4), "a😀b");
    }
}
