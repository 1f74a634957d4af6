//! Java regular expressions, served by the `regex` crate, which runs in linear time and lacks what
//! cannot: look-around, back-references, possessive and atomic groups.

use regex::{Regex, RegexBuilder};

use crate::error::{Failure, RenderErrorKind, fail, failure};
use crate::value::Value;

/// A compiled pattern may take so much memory, in bytes.
const MAX_COMPILED: usize = 1 << 20;
/// A pattern may be so long, in bytes.
const MAX_PATTERN: usize = 1000;

/// Compiles a Java pattern.
pub(crate) fn compile(pattern: &str) -> Result<Regex, Failure> {
    if pattern.len() > MAX_PATTERN {
        let message = format!("a pattern is longer than {MAX_PATTERN} bytes");
        return fail(RenderErrorKind::Limit, message);
    }
    let adapted = adapt(pattern)?;
    RegexBuilder::new(&adapted)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .build()
        .map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            failure(RenderErrorKind::Value, format!("`{pattern}` is not a pattern: {reason}"))
        })
}

/// Rewrites what Java writes otherwise; refuses what cannot be done in linear time. `\d`, `\w`,
/// `\s` and `\b` mean ASCII in Java.
fn adapt(pattern: &str) -> Result<String, Failure> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    let mut in_class = 0usize;
    while let Some(c) = rest.chars().next() {
        let mut take = c.len_utf8();
        match c {
            '\\' => take = escaped(rest, in_class > 0, &mut out)?,
            '[' => {
                in_class += 1;
                out.push('[');
            }
            ']' if in_class > 0 => {
                in_class -= 1;
                out.push(']');
            }
            '(' if in_class == 0 && is_look_around(rest) => return unsupported("look-around"),
            '(' if in_class == 0 && rest.starts_with("(?>") => {
                return unsupported("an atomic group");
            }
            '*' | '+' | '?' | '}' if in_class == 0 && rest[take..].starts_with('+') => {
                return unsupported("a possessive quantifier");
            }
            _ => out.push(c),
        }
        rest = &rest[take..];
    }
    Ok(out)
}

/// Rewrites an escape sequence at the start of `rest`; gives its length.
fn escaped(rest: &str, in_class: bool, out: &mut String) -> Result<usize, Failure> {
    let Some(letter) = rest[1..].chars().next() else {
        out.push('\\');
        return Ok(1);
    };
    let length = 1 + letter.len_utf8();
    let set = |members: &str| if in_class { members.to_owned() } else { format!("[{members}]") };
    match letter {
        'd' => out.push_str(&set("0-9")),
        'w' => out.push_str(&set("a-zA-Z0-9_")),
        's' => out.push_str(&set(r" \t\n\x0B\f\r")),
        'h' => out.push_str(&set(r" \t")),
        'D' => out.push_str("[^0-9]"),
        'W' => out.push_str("[^a-zA-Z0-9_]"),
        'S' => out.push_str(r"[^ \t\n\x0B\f\r]"),
        'b' if !in_class => out.push_str(r"(?-u:\b)"),
        'Z' => out.push_str("\\z"),
        'R' => out.push_str(r"(?:\r\n|[\n\x0B\f\r\x{85}\x{2028}\x{2029}])"),
        'Q' => {
            let quoted = &rest[2..];
            let end = quoted.find("\\E").unwrap_or(quoted.len());
            out.push_str(&regex::escape(&quoted[..end]));
            return Ok((4 + end).min(rest.len()));
        }
        '1'..='9' | 'k' => return unsupported("a back-reference"),
        'G' => return unsupported("`\\G`"),
        '<' | '>' => out.push(letter),
        other if other.is_ascii_punctuation() => {
            out.push_str(&regex::escape(&other.to_string()));
        }
        _ => out.push_str(&rest[..length]),
    }
    Ok(length)
}

fn is_look_around(rest: &str) -> bool {
    ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|start| rest.starts_with(start))
}

fn unsupported<T>(what: &str) -> Result<T, Failure> {
    fail(RenderErrorKind::Value, format!("patterns may not have {what} here"))
}

/// Java's `String.split`: a limit above 0 is the greatest number of parts, 0 drops empty parts at
/// the end, below 0 keeps them. An empty match at the start gives no empty first part.
pub(crate) fn split<'v>(regex: &Regex, text: &str, limit: i64) -> Value<'v> {
    let mut parts: Vec<&str> = Vec::new();
    let mut from = 0;
    for found in regex.find_iter(text) {
        if limit > 0 && parts.len() as u64 + 1 >= limit.unsigned_abs() {
            break;
        }
        if found.end() == 0 {
            continue;
        }
        parts.push(&text[from..found.start()]);
        from = found.end();
    }
    let unsplit = parts.is_empty();
    parts.push(&text[from..]);
    if limit == 0 && !unsplit {
        while parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
    }
    Value::array(parts.into_iter().map(|part| Value::from(part.to_owned())).collect())
}

/// Java's `replaceAll` and `replaceFirst`: `$1` stands for a group, `\` protects.
pub(crate) fn replace(
    regex: &Regex,
    text: &str,
    replacement: &str,
    all: bool,
    most: usize,
) -> Result<String, Failure> {
    let mut out = String::new();
    let mut from = 0;
    for captures in regex.captures_iter(text).take(if all { usize::MAX } else { 1 }) {
        let whole = captures.get_match();
        out.push_str(&text[from..whole.start()]);
        from = whole.end();
        let mut rest = replacement.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '\\' => out.extend(rest.next()),
                '$' => {
                    let group = rest.next().and_then(|digit| digit.to_digit(10));
                    let Some(group) = group.filter(|&group| (group as usize) < captures.len())
                    else {
                        return fail(RenderErrorKind::Value, "`$` stands before no group");
                    };
                    out.push_str(captures.get(group as usize).map_or("", |group| group.as_str()));
                }
                c => out.push(c),
            }
        }
        if out.len() > most {
            return fail(RenderErrorKind::Limit, "replacing would make too much text");
        }
    }
    out.push_str(&text[from..]);
    Ok(out)
}

/// Java's `String.matches`.
pub(crate) fn matches_whole(pattern: &str, text: &str) -> Result<bool, Failure> {
    compile(pattern)?;
    Ok(compile(&format!("^(?:{pattern})\\z"))?.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn java_only_constructs_are_refused_by_name() {
        for (pattern, what) in [
            ("(?=a)", "look-around"),
            ("(a)\\1", "a back-reference"),
            ("a*+", "a possessive quantifier"),
            ("(?>a)", "an atomic group"),
        ] {
            assert!(compile(pattern).unwrap_err().message.contains(what), "{pattern}");
        }
        assert!(compile("(a{1000}){1000}").is_err(), "too large");
        assert!(compile("+").is_err());
    }

    #[test]
    fn java_classes_mean_ascii() {
        assert!(!compile(r"^\d$").unwrap().is_match("٣"));
        assert!(compile(r"^[\w-]+$").unwrap().is_match("a-b_1"));
        assert!(compile(r"\Qa.b\E").unwrap().is_match("a.b"));
        assert!(!compile(r"\Qa.b\E").unwrap().is_match("axb"));
    }
}
