//! SOQL: a query's way from text to records.
//!
//! `token` cuts the text, `parser` builds the tree of `ast`, `compile` looks the names up (in a
//! `scope`) and writes SQL in which every value of the query is a bound parameter; the `plan`
//! that it gives runs it and shapes the records.

mod aggregate;
pub(crate) mod ast;
mod compile;
mod condition;
mod date_literal;
mod error;
mod function;
mod literal;
pub(crate) mod parser;
mod plan;
mod scope;
mod select;
mod token;

use jiff::civil::Date;

pub(crate) use plan::Answer;

use crate::api_error::ApiError;
use crate::schema::Schema;
use crate::store::Store;
use ast::Query;

/// The longest query, in characters.
const MAX_LENGTH: usize = 100_000;

/// What a query's meaning depends on besides its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) today: Date,
    pub(crate) null_is_different: bool,
    /// Whether records in the recycle bin are seen, as by `queryAll`.
    pub(crate) all_rows: bool,
    pub(crate) user: &'a str,
}

/// For whom a query runs, and how its answer is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) user: &'a str,
    /// The path that record URLs begin with, e.g. `/services/data/v52.0`.
    pub(crate) base: &'a str,
    pub(crate) all_rows: bool,
}

/// Runs a query's text.
pub(crate) fn run(store: &Store, text: &str, asker: Asker<'_>) -> Result<Answer, ApiError> {
    if text.chars().count() > MAX_LENGTH {
        let message = format!("SOQL statements can not be longer than {MAX_LENGTH} characters");
        return Err(ApiError::bad("MALFORMED_QUERY", message));
    }
    let query = parser::parse(text).map_err(|error| error.into_api(text))?;
    run_parsed(store, &query, asker, text)
}

/// Runs a query; `text` is what errors point into.
pub(crate) fn run_parsed(
    store: &Store,
    query: &Query,
    asker: Asker<'_>,
    text: &str,
) -> Result<Answer, ApiError> {
    let schema = store.schema();
    let settings = Settings {
        schema: &schema,
        today: store.clock().today(),
        null_is_different: store.null_is_different(),
        all_rows: asker.all_rows,
        user: asker.user,
    };
    let plan = compile::query(settings, query).map_err(|error| error.into_api(text))?;
    Ok(plan.run(store.db(), asker.base)?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::fixture::Fixture;
    use crate::options::Database;
    use crate::time::Clock;

    const CASES: &str = include_str!("../../tests/conformance/cases.jsonl");

    /// A small generator, so that a failure can be repeated.
    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % limit as u64).unwrap()
        }
    }

    #[test]
    fn damaged_queries_give_an_answer_or_an_error_of_the_query() {
        let fixture = Fixture::empty().unwrap();
        let schema = Arc::new(fixture.schema);
        let store = Store::open(&Database::Memory, schema, Clock::default(), true).unwrap();
        let queries: Vec<String> = CASES
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|case| case["soql"].as_str().unwrap().to_owned())
            .collect();
        let words: Vec<&str> = queries.iter().flat_map(|q| q.split_whitespace()).collect();
        let mut random = Random(0x5eed);
        let asker = Asker { user: "005000000000000AAA", base: "/b", all_rows: false };
        for round in 0..4000 {
            let mut parts: Vec<&str> =
                queries[random.below(queries.len())].split_whitespace().collect();
            for _ in 0..=random.below(3) {
                let at = random.below(parts.len() + 1);
                match random.below(3) {
                    0 => parts.insert(at, words[random.below(words.len())]),
                    1 if at < parts.len() => drop(parts.remove(at)),
                    _ => parts.truncate(at),
                }
            }
            let text = parts.join(" ");
            if let Err(error) = run(&store, &text, asker) {
                assert_eq!(error.status, 400, "round {round}: {text}: {}", error.message);
            }
        }
    }
}
