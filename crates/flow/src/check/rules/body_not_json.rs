//! `body-not-json` (warning): a request says that its body is JSON, and it is not.
//!
//! # Finds
//! Bodies with the content type JSON that are no JSON however their expressions are filled in: a
//! value, a member or nothing is tried in the place of each. Bodies with `{% … %}` are left out.
//!
//! # Why
//! The server answers 400 to every such request.
//!
//! # Example
//! A quote and a brace too many behind the end: `{"id": "{{id}}"}"}`.

use crate::check::pieces::{Piece, pieces};
use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;
use crate::json::{self, ReadError};

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "body-not-json",
    summary: "A request's body says that it is JSON, and it is not.",
    check,
    ..Rule::PLAIN
};

/// What is tried in the place of an expression: a value (which may also stand inside a string), a
/// member, nothing.
const FILLINGS: [&str; 3] = ["1", "\"x\":1", ""];

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for node in subject.of_kind("http-request-v2") {
        let kind = subject.properties(node).get("httpContentType").as_text().unwrap_or_default();
        if !kind.to_ascii_lowercase().contains("json") {
            continue;
        }
        let texts = node.activity.templates().into_iter();
        for text in texts.filter(|text| text.property() == "httpRequestBody") {
            if text.error().is_some() || text.is_blank() {
                continue;
            }
            let Some((at, reason)) = fault(text.source()) else { continue };
            let reason = reason.replace("the file should", "the body should");
            let message = format!("the body is not JSON: {reason}");
            found.push(rule.of_text(node, text, at, message));
        }
    }
    found
}

/// Where a body stops being JSON, and why; none where it is JSON, or may be.
fn fault(body: &str) -> Option<(usize, &'static str)> {
    let pieces = pieces(body);
    if pieces.iter().any(|piece| matches!(piece, Piece::Tag(_))) {
        return None;
    }
    let mut first = None;
    for filling in FILLINGS {
        let filled = Filled::new(body, &pieces, filling);
        match json::read(&filled.text) {
            Ok(_) => return None,
            Err(ReadError::Syntax { line, column, expected }) => {
                let at = filled.origin(line, column);
                first = first.or(Some((at, expected)));
            }
            Err(ReadError::TooLarge { .. } | ReadError::TooDeep { .. }) => return None,
        }
    }
    first
}

/// A body with its expressions filled in.
struct Filled {
    text: String,
    /// For each piece, where it begins in `text`, where in the body, and whether it is literal.
    starts: Vec<(usize, usize, bool)>,
    /// The body's length.
    end: usize,
}

impl Filled {
    fn new(body: &str, pieces: &[Piece], filling: &str) -> Self {
        let mut filled = Self { text: String::new(), starts: Vec::new(), end: body.len() };
        for piece in pieces {
            let (range, is_literal) = match piece {
                Piece::Literal(range) => (range, true),
                Piece::Expression(range) | Piece::Tag(range) => (range, false),
            };
            filled.starts.push((filled.text.len(), range.start, is_literal));
            filled.text.push_str(if is_literal { &body[range.clone()] } else { filling });
        }
        filled
    }

    /// The byte of the body from which this line and column come.
    fn origin(&self, line: usize, column: usize) -> usize {
        let mut lines = self.text.split_inclusive('\n');
        let before: usize = lines.by_ref().take(line - 1).map(str::len).sum();
        let within = lines.next().unwrap_or_default().char_indices().nth(column - 1);
        let Some(at) = within.map(|(at, _)| before + at) else { return self.end };
        let piece = self.starts.iter().rev().find(|(start, ..)| *start <= at);
        piece.map_or(
            0,
            |(start, origin, is_literal)| {
                if *is_literal { origin + (at - start) } else { *origin }
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_json_if_any_filling_makes_them_so() {
        for body in [
            r#"{"a": "{{x}}", "b": {{y}}, "c": [{{z}}]}"#,
            "{{whole}}",
            r#"{ {{member}}, "a": 1 }"#,
            r#"{"a": 1 {{rest}} }"#,
            r#"{"a": "{{x}}{{y}}-{{z | replace({"a":"}}"})}}"}"#,
            r#"{% if x %}{"a":{% endif %}"#,
        ] {
            assert_eq!(fault(body), None, "{body}");
        }
    }

    #[test]
    fn faults_are_placed_in_the_body() {
        let at = |body: &str, rest: &str| {
            let (at, _) = fault(body).expect(body);
            assert_eq!(&body[at..], rest, "{body}");
        };
        at(r#"{"id": "{{id}}"}"}"#, "\"}");
        at("{\"é\": \"{{x}}\",\n \"b\" 1}", "1}");
        at(r#"{"a": {{x}}"#, "");
        at("not json {{x}}", "not json {{x}}");
    }
}
