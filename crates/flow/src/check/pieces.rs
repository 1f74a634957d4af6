//! A text with expressions, cut into what is literal and what is an expression.

use std::ops::Range;

/// A piece of a text with expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Literal text.
    Literal(Range<usize>),
    /// `{{ … }}`, with its braces.
    Expression(Range<usize>),
    /// `{% … %}` or `{# … #}`.
    Tag(Range<usize>),
}

/// Cuts a text that compiles into pieces. Strings and map literals inside an expression may hold
/// braces.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at + 1 < bytes.len() {
        let (end, is_expression) = match (bytes[at], bytes[at + 1]) {
            (b'{', b'{') => (end_of_expression(bytes, at + 2), true),
            (b'{', b'%') => (end_of_tag(text, at, "%}"), false),
            (b'{', b'#') => (end_of_tag(text, at, "#}"), false),
            _ => {
                at += 1;
                continue;
            }
        };
        if start < at {
            pieces.push(Piece::Literal(start..at));
        }
        let range = at..end;
        pieces.push(if is_expression { Piece::Expression(range) } else { Piece::Tag(range) });
        (start, at) = (end, end);
    }
    if start < text.len() {
        pieces.push(Piece::Literal(start..text.len()));
    }
    pieces
}

fn end_of_tag(text: &str, at: usize, close: &str) -> usize {
    text[at..].find(close).map_or(text.len(), |length| at + length + close.len())
}

fn end_of_expression(bytes: &[u8], mut at: usize) -> usize {
    let mut open = 0_usize;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') => at = end_of_string(bytes, at + 1, quote),
            b'}' if open == 0 && bytes.get(at + 1) == Some(&b'}') => return at + 2,
            b'{' => (open, at) = (open + 1, at + 1),
            b'}' => (open, at) = (open.saturating_sub(1), at + 1),
            _ => at += 1,
        }
    }
    bytes.len()
}

fn end_of_string(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_their_expressions() {
        let show = |text: &str| -> Vec<String> {
            let shown = pieces(text).into_iter().map(|piece| match piece {
                Piece::Literal(range) => format!("L{}", &text[range]),
                Piece::Expression(range) => format!("E{}", &text[range]),
                Piece::Tag(range) => format!("T{}", &text[range]),
            });
            shown.collect()
        };
        assert_eq!(show("a{{b}}c"), ["La", "E{{b}}", "Lc"]);
        assert_eq!(show(r#"{"a":{{b}}}"#), [r#"L{"a":"#, "E{{b}}", "L}"]);
        assert_eq!(show(r#"{{a|replace({"}}":""})}}-"#), [r#"E{{a|replace({"}}":""})}}"#, "L-"]);
        assert_eq!(show("{% if a %}é{# x #}"), ["T{% if a %}", "Lé", "T{# x #}"]);
        assert_eq!(show("{{ 'open"), ["E{{ 'open"]);
        assert_eq!(show("{{ 'x\\"), ["E{{ 'x\\"]);
        assert_eq!(show(""), Vec::<String>::new());
    }
}
