//! `docs/call.schema.json` is what the types of `call.yaml` say; `UPDATE_DOCS=1` writes it anew.

use std::path::Path;

#[test]
fn the_schema_in_docs_is_what_the_types_say() {
    let mut schema = trunkline_sim::script::json_schema().to_value();
    // The order of keys must not depend on what other packages ask of serde_json.
    schema.sort_all_objects();
    let expected = format!("{schema:#}\n");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/call.schema.json");
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        std::fs::write(&path, &expected).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == expected,
        "docs/call.schema.json is not what the types say; \
         run: UPDATE_DOCS=1 cargo test -p trunkline-sim --test docs"
    );
}
