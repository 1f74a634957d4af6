//! Escaping for the places where text may go.

use std::fmt::Write;

/// Where the text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    Html,
    Js,
    Css,
    UrlParam,
    Json,
}

impl Strategy {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "html" => Strategy::Html,
            "js" => Strategy::Js,
            "css" => Strategy::Css,
            "url_param" => Strategy::UrlParam,
            "json" => Strategy::Json,
            _ => return None,
        })
    }

    /// What is wrong with a strategy that has no such name.
    pub(crate) fn unknown(name: &str) -> String {
        format!("there is no escaping for `{name}`; there is html, js, css, url_param and json")
    }
}

/// Escapes text.
pub(crate) fn escape(text: &str, strategy: Strategy) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    match strategy {
        Strategy::Html => html(text, &mut out),
        Strategy::Js => script(text, &mut out, true),
        Strategy::Json => script(text, &mut out, false),
        Strategy::Css => css(text, &mut out),
        Strategy::UrlParam => percent(text, &mut out, b"-._~!$'()*,;:@/?"),
    }
    out
}

fn html(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// JavaScript or JSON strings: plain ASCII stays, `</` cannot close an element.
fn script(text: &str, out: &mut String, js: bool) {
    let mut before = '\0';
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\'' if js => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '/' if before == '<' => out.push_str("\\/"),
            ' '..='~' if c != '&' => out.push(c),
            // Writing to a String cannot fail.
            '\0'..='ÿ' if js => drop(write!(out, "\\x{:02X}", c as u32)),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04X}");
                }
            }
        }
        before = c;
    }
}

/// CSS identifiers.
fn css(text: &str, out: &mut String) {
    let mut rest = text.chars().peekable();
    let mut first = true;
    while let Some(c) = rest.next() {
        match c {
            'a'..='z' | 'A'..='Z' | '_' => out.push(c),
            '0'..='9' | '-' if !first => out.push(c),
            '!'..='~' if !c.is_ascii_digit() && c != ':' => {
                out.push('\\');
                out.push(c);
            }
            ' ' => out.push_str("\\ "),
            c => {
                let _ = write!(out, "\\{:X}", c as u32);
                // A digit or a space would count as part of the number.
                if rest.peek().is_some_and(|next| next.is_ascii_hexdigit() || *next == ' ') {
                    out.push(' ');
                }
            }
        }
        first = false;
    }
}

/// Percent-encodes every byte but letters, digits and those in `plain`.
pub(crate) fn percent(text: &str, out: &mut String, plain: &[u8]) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}
