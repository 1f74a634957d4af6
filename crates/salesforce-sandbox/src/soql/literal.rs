//! What stands between the quotes of a string: escapes, and patterns for LIKE.

use super::error::SoqlError;

/// The text that a quoted string stands for.
pub(crate) fn text(raw: &str) -> Result<String, SoqlError> {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let escape = chars.next().unwrap_or_default();
        out.push(unescape(escape, &mut chars)?);
    }
    Ok(out)
}

/// The pattern that a quoted string after LIKE stands for: `%` and `_` are wildcards, and a
/// backslash comes before each of `%`, `_` and `\` that stands for itself.
pub(crate) fn pattern(raw: &str) -> Result<String, SoqlError> {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let literal = match chars.next().unwrap_or_default() {
            wildcard @ ('%' | '_') => wildcard,
            escape => unescape(escape, &mut chars)?,
        };
        if matches!(literal, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(literal);
    }
    Ok(out)
}

fn unescape(escape: char, rest: &mut std::str::Chars<'_>) -> Result<char, SoqlError> {
    Ok(match escape {
        'n' | 'N' => '\n',
        'r' | 'R' => '\r',
        't' | 'T' => '\t',
        'b' | 'B' => '\u{8}',
        'f' | 'F' => '\u{c}',
        '"' | '\'' | '\\' => escape,
        'u' | 'U' => {
            let digits: String = rest.take(4).collect();
            let hex = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
            let code = if hex { u32::from_str_radix(&digits, 16).ok() } else { None };
            code.and_then(char::from_u32).ok_or_else(|| invalid(&format!("\\u{digits}")))?
        }
        other => return Err(invalid(&format!("\\{other}"))),
    })
}

fn invalid(sequence: &str) -> SoqlError {
    SoqlError::malformed(format!("Invalid string literal: illegal escape sequence '{sequence}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        assert_eq!(text(r#"a\'b\"c\\d\n\u00e9\U00E9"#).unwrap(), "a'b\"c\\d\néé");
    }

    #[test]
    fn other_backslashes_are_errors() {
        for raw in [r"a\d", r"\%", r"\u12", r"\uD800", r"\u+123", r"\uéé"] {
            assert!(text(raw).is_err(), "{raw}");
        }
        assert!(pattern(r"\d").is_err());
    }

    #[test]
    fn patterns_keep_what_was_escaped() {
        assert_eq!(pattern(r"50\%_\_%\\").unwrap(), r"50\%_\_%\\");
        assert_eq!(pattern(r"\u0025").unwrap(), r"\%");
    }
}
