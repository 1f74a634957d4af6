//! What must hold for every text that is asked as a query: records or an error of the query, never
//! an error of the database.

use trunkline_salesforce_sandbox::{Fixture, Records};

/// Longer queries only take longer.
const MOST_BYTES: usize = 4096;

/// The records that the recorded queries were made for.
const FIXTURE: &str =
    include_str!("../../crates/salesforce-sandbox/tests/conformance/fixture.json");

thread_local! {
    static RECORDS: Records = {
        let fixture = Fixture::from_json(FIXTURE, "fixture.json").expect("the fixture is one");
        Records::open(fixture).expect("the records fit their schema")
    };
}

/// Asks the text, as `query` and as `queryAll` do.
pub(crate) fn check(data: &[u8]) {
    let Ok(query) = std::str::from_utf8(data) else { return };
    if query.len() > MOST_BYTES {
        return;
    }
    RECORDS.with(|records| {
        let outcome = [false, true].map(|all_rows| records.count(query, all_rows));
        for error in outcome.iter().filter_map(|outcome| outcome.as_ref().err()) {
            assert_eq!(error.0, 400, "not an error of the query: {}", error.1);
        }
        assert_eq!(outcome[0].is_ok(), outcome[1].is_ok(), "query and queryAll: {outcome:?}");
    });
}
