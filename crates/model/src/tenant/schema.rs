//! JSON Schemas as shipped in `docs/`.

use super::Tenant;
use crate::trace;

/// The JSON Schema of `tenant.yaml`: the text of `docs/tenant.schema.json`.
pub fn tenant_schema() -> String {
    pretty(&schemars::schema_for!(Tenant))
}

/// The JSON Schema of a trace's lines: the text of `docs/trace.schema.json`.
pub fn trace_schema() -> String {
    pretty(&trace::json_schema())
}

fn pretty(schema: &schemars::Schema) -> String {
    format!("{:#}\n", schema.as_value())
}
