//! What the journal of a killed server says of the comments that it was writing.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use crate::tally::caller;

/// The records of all contacts that have not ended, in their order.
const RECORDS: &str = "\
    SELECT stream.id AS contact, CAST(entry.payload AS TEXT) AS record \
    FROM entry JOIN stream ON stream.key = entry.stream \
    WHERE stream.state = 0 AND stream.id LIKE 'contact.%' ORDER BY entry.stream, entry.number";

#[derive(Deserialize)]
struct Row {
    contact: String,
    record: String,
}

/// The callers whose comment is in doubt (D18): its request is in the journal, its answer is not.
///
/// # Errors
/// When the copy of a journal cannot be read, or is encrypted.
pub(crate) fn in_doubt(copy: &Path) -> Result<BTreeSet<u64>, Box<dyn Error>> {
    let output = Command::new("sqlite3").arg("-json").arg(copy).arg(RECORDS).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let rows: Vec<Row> = match output.stdout.as_slice() {
        // For no row at all the program says nothing.
        [] => Vec::new(),
        said => serde_json::from_slice(said)?,
    };
    without_answer(&rows)
}

fn without_answer(rows: &[Row]) -> Result<BTreeSet<u64>, Box<dyn Error>> {
    let mut open = BTreeMap::new();
    for Row { contact, record } in rows {
        let record: Value = serde_json::from_str(record)
            .map_err(|error| format!("{contact} has a record that is no JSON: {error}"))?;
        for output in record["outputs"].as_array().into_iter().flatten() {
            let (request, id) = (&output["Http"]["request"], output["Http"]["id"].as_u64());
            let caller = request["body"]["Text"].as_str().and_then(caller);
            if let (Some(id), Some(caller)) = (id, caller) {
                open.insert((contact, id), caller);
            }
        }
        if let Some(id) = record["input"]["input"]["Flow"]["Http"]["id"].as_u64() {
            open.remove(&(contact, id));
        }
    }
    Ok(open.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(contact: &str, record: &str) -> Row {
        Row { contact: contact.to_owned(), record: record.to_owned() }
    }

    fn write(id: u64, caller: u64) -> String {
        let body = format!("{{\\\"CommentBody\\\": \\\"bench +1480{caller:07} x []\\\"}}");
        format!(
            r#"{{"outputs":["Answer",{{"Http":{{"id":{id},"request":{{"body":{{"Text":"{body}"}}}}}}}}]}}"#
        )
    }

    fn answer(id: u64) -> String {
        format!(r#"{{"input":{{"number":1,"input":{{"Flow":{{"Http":{{"id":{id}}}}}}}}}}}"#)
    }

    #[test]
    fn a_comment_is_in_doubt_until_its_own_answer_is_in_the_journal() {
        let query = r#"{"outputs":[{"Http":{"id":1,"request":{"body":null}}}]}"#;
        let rows = [
            row("contact.a", query),
            row("contact.a", &answer(1)),
            row("contact.a", &write(2, 7)),
            row("contact.b", &write(2, 8)),
            row("contact.a", &answer(2)),
            row("contact.c", r#"{"input":{"number":1,"input":"Recovered"}}"#),
        ];
        assert_eq!(without_answer(&rows).unwrap(), BTreeSet::from([8]));
    }

    #[test]
    fn an_encrypted_record_is_said() {
        assert!(without_answer(&[row("contact.a", "\u{1}x")]).is_err());
    }
}
