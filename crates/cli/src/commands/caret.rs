//! Shows where in a one-line or longer source something is wrong.

use unicode_width::UnicodeWidthChar;

/// How much of a long line is shown on each side of the place, in characters.
const AROUND: usize = 48;

/// The line of the source that holds this byte, and a caret below it.
pub(super) fn pointing(source: &str, offset: usize) -> String {
    let offset = (0..=offset.min(source.len())).rev().find(|at| source.is_char_boundary(*at));
    let offset = offset.unwrap_or(0);
    let start = source[..offset].rfind('\n').map_or(0, |at| at + 1);
    let end = source[offset..].find('\n').map_or(source.len(), |at| offset + at);
    let (before, is_cut) = tail(&source[start..offset]);
    let after: String = source[offset..end].chars().take(AROUND).map(shown).collect();
    let left = if is_cut { "…" } else { "" };
    let right = if source[offset..end].chars().nth(AROUND).is_some() { "…" } else { "" };
    let columns: usize = left.chars().chain(before.chars()).filter_map(char::width).sum();
    format!("  {left}{before}{after}{right}\n  {}^", " ".repeat(columns))
}

/// The end of a text, and whether there is more before it.
fn tail(text: &str) -> (String, bool) {
    let start = text.char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at);
    (text[start..].chars().map(shown).collect(), start > 0)
}

/// What a terminal would act upon is a blank.
fn shown(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_below_the_place() {
        assert_eq!(pointing("a\n{{ x }}\nb", 5), "  {{ x }}\n     ^");
        assert_eq!(pointing("ab", 2), "  ab\n    ^");
        assert_eq!(pointing("顧客!", 6), "  顧客!\n      ^", "wide characters take two columns");
        assert_eq!(pointing("a\u{1b}[1m\tx", 6), "  a [1m x\n        ^");
        assert_eq!(pointing("é", 1), "  é\n  ^", "inside a character is at it");
        assert_eq!(pointing("", 9), "  \n  ^");
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let text = format!("{}!{}", "a".repeat(500), "b".repeat(500));
        let shown = pointing(&text, 500);
        let (line, caret) = shown.split_once('\n').unwrap();
        assert_eq!(line.chars().count(), 2 + 1 + 2 * AROUND + 1);
        assert_eq!(line.chars().nth(caret.len() - 1), Some('!'));
    }
}
