//! Values that a flow puts into URLs and query parameters.

use trunkline_model::tenant::VariableType;

use crate::read::Templated;

use super::Subject;
use super::names::Meaning;
use super::pieces::{Piece, pieces};

/// An expression in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// Where it begins in the text, in bytes.
    pub(super) at: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// The expression with its braces.
    pub(super) expression: String,
    /// The query parameter that it is a part of; empty in the path.
    pub(super) parameter: String,
    /// What stands in that parameter before it, decoded as far as it matters, expressions left out.
    pub(super) statement: String,
    /// Whether it stands behind the `?`.
    pub(super) is_in_query: bool,
    /// Whether it stands between single quotes.
    pub(super) is_quoted: bool,
}

/// Outputs that are digits, or ids that the system makes.
const SAFE_OUTPUTS: [&str; 9] = [
    "digitsentered",
    "entrypointid",
    "flowid",
    "httpstatuscode",
    "interactionid",
    "optionentered",
    "orgid",
    "queueid",
    "scheduleSourceInteractionId",
];

/// The values in a text that is a URL, a path, or a query parameter; none in any other.
pub(super) fn values(text: &Templated) -> Vec<Value> {
    let mut state = match text.property() {
        "httpRequestPath" | "httpRequestUrl" | "screenPopUrl" => State::default(),
        "httpQueryParameters" => State {
            parameter: text.path().last().cloned().unwrap_or_default(),
            is_alone: true,
            ..State::default()
        },
        _ => return Vec::new(),
    };
    let source = text.source();
    let mut values = Vec::new();
    for piece in pieces(source) {
        match piece {
            Piece::Literal(range) => state.pass(&source[range]),
            Piece::Expression(range) => values.push(Value {
                at: range.start,
                end: range.end,
                expression: source[range].to_owned(),
                parameter: decode(&state.parameter),
                statement: state.statement.clone(),
                is_in_query: state.is_in_query,
                is_quoted: state.is_quoted,
            }),
            Piece::Tag(_) => {}
        }
    }
    values
}

/// Whether nothing in a value can change the URL or query that it is put into.
pub(super) fn is_safe(subject: &Subject<'_>, text: &Templated, value: &Value) -> bool {
    let flow = subject.flow;
    let mut inside =
        text.references().iter().filter(|it| (value.at..value.end).contains(&it.offset));
    inside.all(|reference| match subject.meaning(&reference.root) {
        Meaning::Variable => {
            let variable = flow.variable(&reference.root).map(|place| &flow.variables[place]);
            variable.is_some_and(|variable| match variable.kind {
                VariableType::Integer | VariableType::Decimal | VariableType::Boolean => true,
                VariableType::String | VariableType::DateTime | VariableType::Json => false,
            })
        }
        Meaning::Start | Meaning::Activity(_) | Meaning::Event(_) => {
            let output = reference.attributes.first();
            output.is_some_and(|it| SAFE_OUTPUTS.iter().any(|safe| it.eq_ignore_ascii_case(safe)))
        }
        // An unknown name is another finding.
        Meaning::OfCaller | Meaning::Unknown => true,
    })
}

/// Where in a URL one is.
#[derive(Default)]
struct State {
    parameter: String,
    statement: String,
    is_name: bool,
    is_in_query: bool,
    is_quoted: bool,
    /// The whole text is the value of one parameter.
    is_alone: bool,
}

impl State {
    fn pass(&mut self, literal: &str) {
        let decoded = decode(literal);
        for character in decoded.chars() {
            match character {
                '?' if !self.is_in_query && !self.is_alone => self.next_parameter(),
                '&' if self.is_in_query => self.next_parameter(),
                '=' if self.is_name => self.is_name = false,
                other if self.is_name => self.parameter.push(other),
                '\'' => self.is_quoted = !self.is_quoted,
                other => self.statement.push(other),
            }
        }
    }

    fn next_parameter(&mut self) {
        *self = Self { is_in_query: true, is_name: true, ..Self::default() };
    }
}

/// The text with `%27` and `%24` decoded: the quote, and the `$` of OData's names.
fn decode(text: &str) -> String {
    text.replace("%27", "'").replace("%24", "$")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(property: &str, key: &str, source: &str) -> Vec<Value> {
        values(&Templated::new(property, vec![key.to_owned()], source))
    }

    #[test]
    fn a_value_knows_its_parameter_and_its_quotes() {
        let found = of(
            "httpRequestPath",
            "",
            "/a/{{p}}?q=SELECT+Id+FROM+A+WHERE+b=%27%25{{b}}%27+AND+c={{c}}&%24filter=x eq '{{d}}'",
        );
        let seen: Vec<_> = found
            .iter()
            .map(|it| (&*it.expression, &*it.parameter, it.is_in_query, it.is_quoted))
            .collect();
        let expected = [
            ("{{p}}", "", false, false),
            ("{{b}}", "q", true, true),
            ("{{c}}", "q", true, false),
            ("{{d}}", "$filter", true, true),
        ];
        assert_eq!(seen, expected);
        assert!(found[1].statement.starts_with("SELECT+Id+FROM"));
    }

    #[test]
    fn a_query_parameter_is_its_own_statement() {
        let found = of("httpQueryParameters", "q", "SELECT Id FROM A WHERE b = '{{b}}' & '{{c}}");
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|it| it.is_quoted && !it.is_in_query && it.parameter == "q"));
        assert!(of("httpRequestBody", "", "'{{b}}'").is_empty());
    }
}
