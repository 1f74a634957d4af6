//! Findings for people: a line each, the line of the file with a caret, and advice.

use std::fmt::Write as _;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::check::places::{Lines, Place, places};
use crate::diagnostic::{Diagnostic, Severity};

use super::{count, shows_text, word};

/// The widest line of a file that is shown whole, in columns of a terminal.
const WIDEST: usize = 100;

/// How much of a longer line is shown on each side of the fault, in columns.
const AROUND: usize = 44;

/// Findings as `file:line:column: severity[rule] message`, with an excerpt of the file, a caret
/// under the fault, and advice; at the end, how many there are. Characters that would move a
/// terminal's cursor or hide text are shown as `\u{…}`.
pub fn text(file_name: &str, file_text: &str, found: &[Diagnostic]) -> String {
    let lines = Lines::new(file_text);
    let file_name = printable(file_name);
    let places = places(file_text, found);
    let secrets = secrets(found, &places);
    let mut out = String::new();
    for (finding, place) in found.iter().zip(places) {
        let (line, column) = place.as_ref().map_or((1, 1), |place| lines.position(place.at));
        let (severity, rule) = (word(finding.severity), finding.rule);
        let message = printable(&message(finding));
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{file_name}:{line}:{column}: {severity}[{rule}] {message}");
        let is_secret = |place: &Place| secrets.iter().any(|it| overlap(it, &place.value));
        if let Some(place) = place.filter(|place| !is_secret(place)) {
            show(&mut out, file_text, &lines, &place);
        }
        if let Some(help) = &finding.help {
            let _ = writeln!(out, "  help: {}", printable(help));
        }
        if finding.fix.is_some() {
            let _ = writeln!(out, "  help: --fix does it");
        }
    }
    out.push_str(&summary(found));
    out
}

/// The values that must not be shown, whichever finding is about them.
fn secrets(found: &[Diagnostic], places: &[Option<Place>]) -> Vec<Range<usize>> {
    let hidden = found.iter().zip(places).filter(|(finding, _)| !shows_text(finding));
    hidden.filter_map(|(_, place)| place.as_ref().map(|place| place.value.clone())).collect()
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The message, with the activity's label where it does not name it.
fn message(finding: &Diagnostic) -> String {
    match &finding.activity {
        Some(label) if !finding.message.contains(label.as_str()) => {
            format!("{label}: {}", finding.message)
        }
        Some(_) | None => finding.message.clone(),
    }
}

fn summary(found: &[Diagnostic]) -> String {
    let of = |severity| {
        let (count, word) = (count(found, severity), word(severity));
        format!("{count} {word}{}", if count == 1 { "" } else { "s" })
    };
    let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(of);
    format!("{errors}, {warnings}, {notes}\n")
}

/// The line of the file, or a part of it, and the caret.
fn show(out: &mut String, text: &str, lines: &Lines<'_>, place: &Place) {
    let (line, _) = lines.position(place.at);
    let whole = lines.range(line);
    let value = shown_value(text, place);
    let is_short = width(text[whole.clone()].chars(), WIDEST) <= WIDEST
        && is_alone(&text[whole.start..value.start], &text[value.end..whole.end]);
    let range = if is_short { whole.clone() } else { value };
    let at = place.at.clamp(range.start, range.end);
    let (before, after) = (&text[range.start..at], &text[at..range.end]);
    let (before, after) = match is_short {
        true => (before.trim_start(), after),
        false => (tail(before), head(after)),
    };
    let is_cut = |part: &str, all: &str| !is_short && part.len() < all.len();
    let left = if is_cut(before, &text[whole.start..at]) { "…" } else { "" };
    let right = if is_cut(after, &text[at..whole.end]) { "…" } else { "" };
    let (before, after) = (printable(before), printable(after));
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    let caret = " ".repeat(width(left.chars().chain(before.chars()), usize::MAX));
    let _ = writeln!(out, " {number} | {left}{before}{}{right}", after.trim_end());
    let _ = writeln!(out, " {margin} | {caret}^");
}

/// What is shown of a value: a string whole, of an object or an array only that it begins, since
/// anything may stand in it.
fn shown_value(text: &str, place: &Place) -> Range<usize> {
    match text.as_bytes().get(place.value.start) {
        Some(b'{' | b'[') => place.value.start..place.value.start + 1,
        Some(_) | None => place.value.clone(),
    }
}

/// Whether a line holds nothing but a key and the value at fault. Of any other line only the value
/// is shown: what stands beside it may be a secret.
fn is_alone(before: &str, after: &str) -> bool {
    let key = before.trim();
    let is_key = key.starts_with('"') && key.ends_with(':') && key.matches('"').count() == 2;
    (key.is_empty() || is_key) && after.chars().all(|it| it.is_whitespace() || ",}]".contains(it))
}

/// How many columns characters take; not counted further than a little above `enough`.
fn width(characters: impl Iterator<Item = char>, enough: usize) -> usize {
    let mut sum = 0;
    for character in characters {
        sum += character.width().unwrap_or(1);
        if sum > enough {
            break;
        }
    }
    sum
}

fn head(text: &str) -> &str {
    let mut sum = 0;
    let end = text.char_indices().find(|(_, character)| {
        sum += character.width().unwrap_or(1);
        sum > AROUND
    });
    end.map_or(text, |(at, _)| &text[..at])
}

fn tail(text: &str) -> &str {
    let mut sum = 0;
    let mut start = text.len();
    for (at, character) in text.char_indices().rev() {
        sum += character.width().unwrap_or(1);
        if sum > AROUND {
            break;
        }
        start = at;
    }
    &text[start..]
}

/// The text with what a terminal would act upon, or not show, written out. A tab is a blank.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => out.push(' '),
            hidden if is_hidden(hidden) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(hidden));
            }
            other => out.push(other),
        }
    }
    out
}

/// Controls, and the marks that turn the direction of writing or take no room (but for those that
/// join to the character before them).
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Excerpt;

    fn at(path: &[&str], text: &str, offset: usize) -> Diagnostic {
        let mut finding = Diagnostic::new("a-rule", Severity::Warning, "wrong");
        finding.path = path.iter().map(|it| (*it).to_owned()).collect();
        finding.excerpt = Some(Excerpt { text: text.to_owned(), offset });
        finding
    }

    /// The excerpt and the caret's line.
    fn shown(file: &str, finding: Diagnostic) -> (String, String) {
        let printed = text("f.json", file, &[finding]);
        let mut lines = printed.lines().skip(1).map(str::to_owned);
        (lines.next().unwrap(), lines.next().unwrap())
    }

    #[test]
    fn the_caret_stands_under_the_fault() {
        // What stands before it: in ASCII, narrow, wide, combined, escaped.
        for before in ["abc", "éèê", "電話番号", "e\u{301}x", "\\u00e9\\n", ""] {
            let file = format!("{{\n  \"a\": \"{before}!\"\n}}");
            let value = crate::json::read(&file).unwrap();
            let value = value.get("a").as_str().unwrap().to_owned();
            let (line, caret) = shown(&file, at(&["a"], &value, value.len() - 1));
            let under = width(caret.chars().take_while(|it| *it != '^'), usize::MAX);
            let over = width(line.chars().take_while(|it| *it != '!'), usize::MAX);
            assert_eq!(under, over, "{before}\n{line}\n{caret}");
        }
    }

    #[test]
    fn of_a_long_line_only_the_value_is_shown() {
        let long = "電話".repeat(100);
        let file = format!("{{\"k\":\"secret\",\"a\":\"{long}!{long}\",\"z\":\"secret\"}}");
        let value = format!("{long}!{long}");
        let (line, caret) = shown(&file, at(&["a"], &value, long.len()));
        assert!(line.starts_with(" 1 | …") && line.ends_with("…"), "{line}");
        assert!(!line.contains("secret") && width(line.chars(), 999) < WIDEST, "{line}");
        let under = width(caret.chars().take_while(|it| *it != '^'), usize::MAX);
        let over = width(line.chars().take_while(|it| *it != '!'), usize::MAX);
        assert_eq!(under, over, "{line}\n{caret}");
        let (line, _) = shown(&file, at(&["k"], "secret", 0));
        assert_eq!(line, " 1 | …\"secret\"…");
    }

    #[test]
    fn what_stands_beside_the_fault_is_not_shown() {
        for (file, path, line) in [
            ("{\n  \"a\": \"x\" }\n", "a", " 2 | \"a\": \"x\" }"),
            ("{\"k\": \"S\", \"a\": \"x\"}", "a", " 1 | …\"x\"…"),
            ("{\"a\": \"x\", \"k\": \"S\"}", "a", " 1 | …\"x\"…"),
            ("{\n\"a\": {\n\"k\": \"S\"}}", "a", " 2 | \"a\": {"),
            ("{\n\"a\": {\"k\": \"S\"}}", "a", " 2 | …{…"),
        ] {
            let value = if file.contains("\"x\"") { "x" } else { "" };
            assert_eq!(shown(file, at(&[path], value, 0)).0, line, "{file}");
        }
    }

    #[test]
    fn nothing_reaches_the_terminal_as_a_command() {
        let mut finding = Diagnostic::new("a-rule", Severity::Note, "x\u{1b}[2J\r\nf:1:1: error");
        finding.help = Some("\u{202e}\u{9b}".to_owned());
        let printed = text("a\nb", "{}", &[finding]);
        let expected = "a\\u{a}b:1:1: note[a-rule] x\\u{1b}[2J\\u{d}\\u{a}f:1:1: error\n  \
                        help: \\u{202e}\\u{9b}\n0 errors, 0 warnings, 1 note\n";
        assert_eq!(printed, expected);
    }
}
