//! What must hold for every path and every document that it is read from.

use trunkline_jsonpath::{Document, Json, Limits, ParseError, Path, ReadError};

/// Longer inputs only take longer.
const MOST_BYTES: usize = 8192;

/// Small enough for thousands of reads a second. The depth leaves room below the reader's own
/// limit for what paths wrap around their answers.
const LIMITS: Limits = Limits {
    input_bytes: MOST_BYTES,
    depth: 100,
    results: 10_000,
    work: 100_000,
    output_bytes: 1 << 20,
};

/// The first line is the path, the rest is the document.
pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some((path, document)) = text.split_once('\n') else { return };
    if text.len() > MOST_BYTES {
        return;
    }
    let path = match Path::compile(path) {
        Ok(compiled) => Some(compiled),
        Err(error) => {
            assert!(path.is_char_boundary(error.offset), "{error}");
            None
        }
    };
    let indexed = Document::parse_with(document, &LIMITS);
    let eager = Document::parse_eagerly(document, &LIMITS);
    match (indexed, eager) {
        (Ok(indexed), Ok(eager)) => {
            assert_same(&indexed.to_json(), &eager.to_json());
            check_value(&indexed.to_json());
            if let Some(path) = path {
                check_read(&path, &indexed, &eager);
            }
        }
        (indexed, eager) => check_refusals(document, indexed.err(), eager.err()),
    }
}

/// A document that is refused is refused by both readers, with a place in the text.
fn check_refusals(document: &str, indexed: Option<ParseError>, eager: Option<ParseError>) {
    assert_eq!(indexed, eager, "refused by one reader only, or differently");
    if let Some(error) = indexed {
        assert!(document.is_char_boundary(error.offset), "{error}");
    }
}

fn check_read(path: &Path, indexed: &Document<'_>, eager: &Document<'_>) {
    let (quick, slow) = (path.read(indexed), path.read(eager));
    let is_dear =
        |outcome: &Result<Json, ReadError>| matches!(outcome, Err(ReadError::TooExpensive { .. }));
    // The index saves work, so that only one of the two may have gone over a limit.
    if !is_dear(&quick) && !is_dear(&slow) {
        assert_same(&quick, &slow);
    }
    let Ok(value) = quick else { return };
    assert!(path.is_definite() || matches!(value, Json::Array(_)), "{value} is no array");
    check_value(&value);
}

/// What is written can be read again and is then written the same.
fn check_value(value: &Json) {
    let text = value.to_json_text();
    let again = Json::parse_strict(&text).expect("what is written is strict JSON");
    assert_eq!(again.to_json_text(), text, "written, read and written");
    let _ = value.to_plain_text();
}

/// Compares what Rust prints of both, for NaN is not equal to itself.
fn assert_same(left: &impl std::fmt::Debug, right: &impl std::fmt::Debug) {
    assert_eq!(format!("{left:?}"), format!("{right:?}"), "by index and eagerly");
}
