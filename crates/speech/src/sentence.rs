//! Cuts a text into sentences, so that speech can start before a long text is finished.
//!
//! A cut too many is heard as a small pause, a cut too few only delays the start: where a full
//! stop may be part of an abbreviation, the rules lean to the second.

use std::ops::Range;

use crate::language::Language;

/// The longest piece of a language with spaces between words, in characters.
const MAX_CHARS: usize = 280;

/// The longest piece of a language without, in characters; Open JTalk reads at most 1,023 bytes.
const MAX_SPACELESS_CHARS: usize = 140;

/// Quotations longer than this are cut at their sentences, in bytes; also an opening bracket that
/// is never closed ends here.
const MAX_QUOTE_BYTES: usize = 300;

/// Abbreviations that a sentence does not end with.
const INSIDE: [&str; 24] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "gen", "col", "lt", "sgt", "capt", "rev", "hon", "gov",
    "sen", "rep", "pres", "mt", "ft", "vs", "e.g", "i.e", "approx", "messrs",
];

/// Abbreviations before a number.
const BEFORE_NUMBER: [&str; 22] = [
    "no", "nos", "ext", "fig", "vol", "p", "pp", "tel", "art", "sec", "jan", "feb", "mar", "apr",
    "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
];

/// The sentences of a text in order, without the spaces between them. What is too long for one
/// breath is cut at a comma or a space. Nothing but white space is lost.
pub fn sentences<'a>(text: &'a str, language: &Language) -> Vec<&'a str> {
    ranges(text, language).into_iter().map(|cut| &text[cut.range]).collect()
}

/// One piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Where it stands, in bytes.
    pub(crate) range: Range<usize>,
    /// Whether it ends a sentence; else it was cut because of its length.
    pub(crate) ends_sentence: bool,
}

/// Where the sentences of a text stand.
pub(crate) fn ranges(text: &str, language: &Language) -> Vec<Cut> {
    let limit = if language.is_spaceless() { MAX_SPACELESS_CHARS } else { MAX_CHARS };
    let mut cuts = Vec::new();
    let mut start = 0;
    for end in ends(text) {
        push_short(text, start..end, limit, &mut cuts);
        start = end;
    }
    push_short(text, start..text.len(), limit, &mut cuts);
    cuts
}

/// The byte positions after each sentence but the last.
fn ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut quote: Option<(usize, usize)> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = at + c.len_utf8();
        match c {
            '「' | '『' | '（' => {
                let (since, depth) = quote.unwrap_or((at, 0));
                quote = Some((since, depth + 1));
            }
            '」' | '』' | '）' => {
                quote = quote.filter(|(_, depth)| *depth > 1).map(|(at, depth)| (at, depth - 1));
            }
            _ => {}
        }
        let is_quoted = quote.is_some_and(|(since, _)| at - since < MAX_QUOTE_BYTES);
        let is_end = match c {
            '。' | '｡' | '！' | '？' | '।' | '؟' => !is_quoted,
            '.' | '!' | '?' => !is_quoted && is_western_end(text, at, c),
            '\n' => text[after..].trim_start_matches([' ', '\t', '\r']).starts_with('\n'),
            _ => false,
        };
        if !is_end {
            continue;
        }
        let rest = &text[after..];
        let trailing = rest.trim_start_matches(is_trailing);
        let end = text.len() - trailing.len();
        while chars.next_if(|(at, _)| *at < end).is_some() {}
        ends.push(end);
    }
    ends
}

/// What belongs to the sentence after its end mark.
fn is_trailing(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | '。'
            | '｡'
            | '！'
            | '？'
            | '"'
            | '\''
            | ')'
            | ']'
            | '”'
            | '’'
            | '»'
            | '」'
            | '』'
            | '）'
            | '…'
    )
}

fn is_western_end(text: &str, at: usize, mark: char) -> bool {
    let rest = text[at + 1..].trim_start_matches(is_trailing);
    let next = rest.chars().next();
    // Japanese goes on without a space; a Latin letter or digit is part of `example.com`, `3.5`.
    let is_free = next.is_none_or(|c| c.is_whitespace() || is_cjk(c));
    if !is_free || mark != '.' {
        return is_free;
    }
    let next = rest.trim_start().chars().next();
    if next.is_some_and(char::is_lowercase) {
        return false;
    }
    let word = last_word(&text[..at]);
    let small = word.to_ascii_lowercase();
    let is_number_next = next.is_some_and(|c| c.is_ascii_digit());
    !(INSIDE.contains(&small.as_str())
        || (is_number_next && BEFORE_NUMBER.contains(&small.as_str()))
        || is_initials(word))
}

/// `J` of `J. Smith`, `U.S`; but the word `I` may end a sentence.
fn is_initials(word: &str) -> bool {
    let is_initial = |part: &str| part.len() == 1 && part.bytes().all(|b| b.is_ascii_uppercase());
    word != "I" && !word.is_empty() && word.split('.').all(is_initial)
}

fn last_word(text: &str) -> &str {
    // Longer words are no abbreviations, and a text without spaces is not searched again and again.
    let start = text.floor_char_boundary(text.len().saturating_sub(16));
    let tail = &text[start..];
    let is_break = |c: char| c.is_whitespace() || matches!(c, '(' | '"' | '\'' | '“' | '-' | '/');
    tail.rfind(is_break).map_or(tail, |at| tail[at..].trim_start_matches(is_break))
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// Adds a sentence, cut until no piece is too long.
fn push_short(text: &str, range: Range<usize>, limit: usize, cuts: &mut Vec<Cut>) {
    let mut range = trimmed(text, range);
    while let Some((most, _)) = text[range.clone()].char_indices().nth(limit) {
        let length = best_cut(&text[range.start..range.start + most]);
        let piece = trimmed(text, range.start..range.start + length);
        if !piece.is_empty() {
            cuts.push(Cut { range: piece, ends_sentence: false });
        }
        range = trimmed(text, range.start + length..range.end);
    }
    if !range.is_empty() {
        cuts.push(Cut { range, ends_sentence: true });
    } else if let Some(last) = cuts.last_mut() {
        last.ends_sentence = true;
    }
}

/// Where to cut what is too long: at the last comma, else the last space, else at the end.
fn best_cut(text: &str) -> usize {
    let half = text.len() / 2;
    let after = |found: &[char]| {
        text.char_indices()
            .rev()
            .find(|(_, c)| found.contains(c))
            .map(|(at, c)| at + c.len_utf8())
            .filter(|end| *end > half)
    };
    let comma = text.rmatch_indices([',', ';', ':']).map(|(at, _)| at + 1);
    let mut comma = comma.filter(|end| *end > half && text[*end..].starts_with(' '));
    comma
        .next()
        .or_else(|| after(&['、', '，', '；', '・']))
        .or_else(|| after(&[' ', '\n', '\u{3000}']))
        .unwrap_or(text.len())
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let piece = &text[range.clone()];
    let start = range.start + (piece.len() - piece.trim_start().len());
    start..start + piece.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn en(text: &str) -> Vec<&str> {
        sentences(text, &Language::en_us())
    }

    fn ja(text: &str) -> Vec<&str> {
        sentences(text, &Language::ja_jp())
    }

    #[test]
    fn english_sentences() {
        assert_eq!(
            en("Hello. How are you? Fine!  Bye"),
            ["Hello.", "How are you?", "Fine!", "Bye"]
        );
        assert_eq!(en("He said \"Go.\" Then left."), ["He said \"Go.\"", "Then left."]);
        assert_eq!(en("Wait... Really?! Yes."), ["Wait...", "Really?!", "Yes."]);
        assert_eq!(en("So did I. Good."), ["So did I.", "Good."]);
        assert_eq!(
            en("We close at 5 p.m. Please call again."),
            ["We close at 5 p.m.", "Please call again."]
        );
        assert_eq!(en("One\n\nTwo\nthree"), ["One", "Two\nthree"]);
        assert_eq!(en("I said no. Please hold."), ["I said no.", "Please hold."]);
        for whole in [
            "Dr. Smith and Mrs. J. R. Jones of St. Mary in the U.S. Army",
            "It costs $3.50 at example.com, e.g. Tuesday",
            "Case No. 12345 of Nov. 3, ext. 9",
            "We wait ... and wait",
            "Version 1.2.3 is out",
        ] {
            assert_eq!(en(whole), [whole]);
        }
        assert!(en(" \n\n ").is_empty() && en("").is_empty());
    }

    #[test]
    fn japanese_sentences() {
        assert_eq!(
            ja("お電話ありがとうございます。ただいま混み合っております！少々お待ちください"),
            ["お電話ありがとうございます。", "ただいま混み合っております！", "少々お待ちください"]
        );
        assert_eq!(
            ja("「はい。そうです。」と言った。次へ。"),
            ["「はい。そうです。」と言った。", "次へ。"]
        );
        assert_eq!(ja("本当ですか？！はい。"), ["本当ですか？！", "はい。"]);
        assert_eq!(ja("OK!次です。1.5倍です。"), ["OK!", "次です。", "1.5倍です。"]);
        let open = format!("「{}", "あ。".repeat(200));
        assert!(ja(&open).len() > 50);
    }

    #[test]
    fn long_sentences_are_cut_at_commas_and_spaces() {
        let long = "word ".repeat(50) + "comma, " + &"more ".repeat(100);
        let parts = en(&long);
        assert!(parts[0].ends_with("comma,"), "{}", parts[0]);
        assert!(parts.iter().all(|part| part.chars().count() <= MAX_CHARS));
        assert_eq!(parts.join(" "), long.trim());
        let solid = "あ".repeat(1_000);
        let parts = ja(&solid);
        assert!(parts.iter().all(|part| part.len() <= 3 * MAX_SPACELESS_CHARS));
        assert_eq!(parts.concat(), solid);
        let cuts = ranges(&solid, &Language::ja_jp());
        let ends: Vec<bool> = cuts.iter().map(|cut| cut.ends_sentence).collect();
        assert!(ends.iter().rev().skip(1).all(|ends| !ends) && ends[ends.len() - 1]);
    }

    #[test]
    fn nothing_but_space_is_lost_and_time_is_bounded() {
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        let started = std::time::Instant::now();
        for part in [".", "a.", "A. ", "「", "」。", "x", " ", "?\n", "…。é ", "No. 1\n\n"] {
            let text = part.repeat(60_000 / part.len());
            for language in [Language::en_us(), Language::ja_jp()] {
                let found = sentences(&text, &language);
                assert_eq!(bare(&found.concat()), bare(&text), "{part}");
            }
        }
        assert!(started.elapsed().as_secs() < 10);
    }
}
