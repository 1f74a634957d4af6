//! What is wrong with a query, and where.

use crate::api_error::ApiError;

/// A query's error before it is put into words with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SoqlError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// The byte of the query at fault, where one can be named.
    pub(crate) at: Option<usize>,
}

impl SoqlError {
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        SoqlError { code: "MALFORMED_QUERY", message: message.into(), at: None }
    }

    pub(crate) fn field(message: impl Into<String>) -> Self {
        SoqlError { code: "INVALID_FIELD", message: message.into(), at: None }
    }

    pub(crate) fn operator(message: impl Into<String>) -> Self {
        SoqlError { code: "INVALID_QUERY_FILTER_OPERATOR", message: message.into(), at: None }
    }

    pub(crate) fn at(self, at: usize) -> Self {
        SoqlError { at: self.at.or(Some(at)), ..self }
    }

    /// The answer: semantic errors show the line and point at the place.
    pub(crate) fn into_api(self, query: &str) -> ApiError {
        let message = match self.at {
            Some(at) => format!("{}{}", context(query, at), self.message),
            None => self.message,
        };
        ApiError::bad(self.code, message)
    }
}

/// The characters around the place, a caret under it, and its row and column.
fn context(query: &str, at: usize) -> String {
    let mut at = at.min(query.len());
    while !query.is_char_boundary(at) {
        at -= 1;
    }
    let before = &query[..at];
    let row = before.matches('\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |n| n + 1);
    let column = query[line_start..at].chars().count() + 1;
    let shown_before: String = {
        let mut tail: Vec<char> = query[line_start..at].chars().rev().take(40).collect();
        tail.reverse();
        tail.into_iter().collect()
    };
    let shown_after: String = query[at..].chars().take_while(|c| *c != '\n').take(40).collect();
    let caret = " ".repeat(shown_before.chars().count());
    format!("\n{shown_before}{shown_after}\n{caret}^\nERROR at Row:{row}:Column:{column}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_shown() {
        let error = SoqlError::field("No such column").at(11).into_api("SELECT Id, Nme FROM X");
        assert_eq!(
            error.message,
            "\nSELECT Id, Nme FROM X\n           ^\nERROR at Row:1:Column:12\nNo such column"
        );
    }

    #[test]
    fn places_in_long_odd_text_do_no_harm() {
        let query = format!("SELECT\n{}é", "ü".repeat(100));
        for at in 0..query.len() + 5 {
            let message = SoqlError::malformed("x").at(at).into_api(&query).message;
            assert!(message.contains("ERROR at Row:"));
        }
    }
}
