//! The rules: one file each, and one line each in [`REGISTRY`]. What a rule finds, why that is
//! bad, and an example stand at the head of its file.

pub mod body_not_json;
pub mod dangling_port;
pub mod endless_loop;
pub mod event_output_elsewhere;
pub mod failure_loop;
pub mod literal_credential;
pub mod missing_in_tenant;
pub mod no_error_handler;
pub mod null_text;
pub mod of_reader;
pub mod open_error_port;
pub mod plain_http;
pub mod repeated_write;
pub mod secure_on_desktop;
pub mod secure_to_plain;
pub mod spinning_loop;
pub mod unencoded_query;
pub mod unescaped_literal;
pub mod unknown_activity_label;
pub mod unknown_output;
pub mod unknown_variable;
pub mod unreachable_activity;
pub mod unset_mapping;
pub mod unsupported_activity;
pub mod untested_status;

use super::Rule;

/// Every rule that [`super::check`] runs.
pub static REGISTRY: &[&Rule] = &[
    &body_not_json::RULE,
    &dangling_port::RULE,
    &endless_loop::RULE,
    &event_output_elsewhere::RULE,
    &failure_loop::RULE,
    &literal_credential::RULE,
    &missing_in_tenant::RULE,
    &no_error_handler::RULE,
    &null_text::RULE,
    &open_error_port::RULE,
    &plain_http::RULE,
    &repeated_write::RULE,
    &secure_on_desktop::RULE,
    &secure_to_plain::RULE,
    &spinning_loop::RULE,
    &unencoded_query::RULE,
    &unescaped_literal::RULE,
    &unknown_activity_label::RULE,
    &unknown_output::RULE,
    &unknown_variable::RULE,
    &unreachable_activity::RULE,
    &unset_mapping::RULE,
    &unsupported_activity::RULE,
    &untested_status::RULE,
];

/// The rule of this name, of the checks or of the reader.
pub fn find(name: &str) -> Option<&'static Rule> {
    REGISTRY.iter().chain(of_reader::REGISTRY).find(|rule| rule.name == name).copied()
}
