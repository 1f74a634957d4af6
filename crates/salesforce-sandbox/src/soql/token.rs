//! Cuts a query into tokens.

use super::error::SoqlError;

/// A token and the byte where it starts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) at: usize,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    Word(String),
    /// A number as it was written, sign included.
    Number(String),
    /// Something that begins like a date: `2026-…`.
    Moment(String),
    /// The inside of a quoted string, escapes still in it.
    Text(String),
    Symbol(&'static str),
    End,
}

impl TokenKind {
    /// How an error message shows the token.
    pub(crate) fn shown(&self) -> String {
        match self {
            TokenKind::Word(text) | TokenKind::Number(text) | TokenKind::Moment(text) => {
                text.chars().take(80).collect()
            }
            TokenKind::Text(text) => text.chars().take(80).collect(),
            TokenKind::Symbol(symbol) => (*symbol).to_owned(),
            TokenKind::End => "<EOF>".to_owned(),
        }
    }
}

/// Longer symbols first, so that `<=` is not read as `<`.
const SYMBOLS: [&str; 13] = ["<=", ">=", "!=", "<>", "<", ">", "=", "(", ")", ",", ".", ":", "*"];

/// All tokens of a query, with `End` as the last.
pub(crate) fn tokenise(query: &str) -> Result<Vec<Token>, SoqlError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = query[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = next(&query[at..]).map_err(|error| error.at(at))?;
        tokens.push(Token { kind, at });
        at += length;
    }
    tokens.push(Token { kind: TokenKind::End, at });
    Ok(tokens)
}

/// The token that begins here and its length in bytes.
fn next(rest: &str) -> Result<(TokenKind, usize), SoqlError> {
    let bytes = rest.as_bytes();
    let first = bytes[0];
    if first.is_ascii_alphabetic() || first == b'_' {
        let length = span(bytes, |b| b.is_ascii_alphanumeric() || b == b'_');
        return Ok((TokenKind::Word(rest[..length].to_owned()), length));
    }
    if first == b'\'' {
        let length = text_length(bytes)?;
        return Ok((TokenKind::Text(rest[1..length - 1].to_owned()), length));
    }
    if begins_date(bytes) {
        let length = span(bytes, |b| {
            b.is_ascii_digit() || matches!(b, b'-' | b':' | b'.' | b'+' | b'T' | b't' | b'Z' | b'z')
        });
        return Ok((TokenKind::Moment(rest[..length].to_owned()), length));
    }
    if let Some(length) = number_length(bytes) {
        return Ok((TokenKind::Number(rest[..length].to_owned()), length));
    }
    if let Some(symbol) = SYMBOLS.into_iter().find(|s| rest.starts_with(s)) {
        return Ok((TokenKind::Symbol(symbol), symbol.len()));
    }
    let odd = rest.chars().next().unwrap_or_default();
    Err(SoqlError::malformed(format!("unexpected token: '{odd}'")))
}

fn span(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|b| belongs(**b)).count()
}

/// The length of a quoted string with both quotes.
fn text_length(bytes: &[u8]) -> Result<usize, SoqlError> {
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\'' => return Ok(at + 1),
            _ => at += 1,
        }
    }
    Err(SoqlError::malformed("unexpected end of the query: a string is not closed"))
}

fn begins_date(bytes: &[u8]) -> bool {
    bytes.len() >= 6
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && bytes[5].is_ascii_digit()
}

/// `-12`, `0.5`, `1e6`.
fn number_length(bytes: &[u8]) -> Option<usize> {
    let sign = usize::from(matches!(bytes[0], b'-' | b'+'));
    let whole = span(&bytes[sign..], |b| b.is_ascii_digit());
    let mut length = sign + whole;
    let mut digits = whole;
    if bytes.get(length) == Some(&b'.') {
        let fraction = span(&bytes[length + 1..], |b| b.is_ascii_digit());
        if fraction > 0 {
            digits += fraction;
            length += 1 + fraction;
        }
    }
    if digits == 0 {
        return None;
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'-' | b'+')));
        let exponent = span(&bytes[(length + 1 + sign).min(bytes.len())..], |b| b.is_ascii_digit());
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(query: &str) -> Vec<TokenKind> {
        tokenise(query).unwrap().into_iter().map(|t| t.kind).collect()
    }

    #[test]
    fn every_kind_of_token_is_cut() {
        use TokenKind::*;
        assert_eq!(
            kinds("a.B__c >= -1.5e3 <> 'it\\'s' 2026-03-18T00:00:00+02:00,7"),
            [
                Word("a".into()),
                Symbol("."),
                Word("B__c".into()),
                Symbol(">="),
                Number("-1.5e3".into()),
                Symbol("<>"),
                Text("it\\'s".into()),
                Moment("2026-03-18T00:00:00+02:00".into()),
                Symbol(","),
                Number("7".into()),
                End,
            ]
        );
    }

    #[test]
    fn hostile_text_gives_an_error() {
        for query in ["'open", "'\\", "\"x\"", "a & b", "é", "-", "🦀", "\u{0}"] {
            assert_eq!(tokenise(query).unwrap_err().code, "MALFORMED_QUERY", "{query}");
        }
    }

    #[test]
    fn numbers_end_where_they_should() {
        for (text, number) in [("1.x", "1"), ("1e", "1"), ("1e+1", "1e+1"), (".5", ".5")] {
            assert_eq!(kinds(text)[0], TokenKind::Number(number.into()), "{text}");
        }
    }
}
