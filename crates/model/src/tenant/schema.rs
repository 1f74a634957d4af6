//! JSON Schemas as shipped in `docs/`, generated from the types and their docstrings.

use super::Tenant;
use crate::trace;

/// The JSON Schema of `tenant.yaml`: the text of `docs/tenant.schema.json`.
pub fn tenant_schema() -> String {
    pretty(schemars::schema_for!(Tenant))
}

/// The JSON Schema of a trace's lines: the text of `docs/trace.schema.json`.
pub fn trace_schema() -> String {
    pretty(trace::json_schema())
}

/// Indented JSON with a newline at its end, keys in alphabetical order whatever features of
/// `serde_json` the rest of the program switches on.
fn pretty(schema: schemars::Schema) -> String {
    let mut value = schema.to_value();
    value.sort_all_objects();
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Compares a file in `docs/` with what the types say, or writes it.
    fn check(file: &str, expected: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(file);
        if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
            std::fs::write(&path, expected).unwrap();
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            text == expected,
            "docs/{file} is not what the types say; \
             run: UPDATE_DOCS=1 cargo test -p trunkline-model"
        );
    }

    #[test]
    fn the_files_in_docs_are_what_the_types_say() {
        check("tenant.schema.json", &tenant_schema());
        check("trace.schema.json", &trace_schema());
    }
}
