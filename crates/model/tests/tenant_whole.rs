//! A whole `tenant.yaml` is read with every value as it was written.

use trunkline_model::tenant::connector::ConnectorKind;
use trunkline_model::tenant::{ParseOptions, Tenant};

const WHOLE: &str = include_str!("tenant.yaml");

#[test]
fn every_part_of_a_tenant_is_read() {
    let tenant = Tenant::parse(WHOLE).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(tenant.entry_points[0].dnis, ["+12025550100", "+12025550101"]);
    assert_eq!(tenant.queues[0].overflow_number.as_deref(), Some("+12025550199"));
    assert_eq!(tenant.agents[0].phone.as_deref(), Some("1001"));
    assert_eq!(tenant.agents[0].skills.len(), 4);
    assert_eq!(tenant.connectors[0].kind, ConnectorKind::Salesforce);
    assert_eq!(tenant.variables[1].value.as_deref(), Some("3"));
    assert_eq!(tenant.business_hours[1].working_hours, tenant.business_hours[0].working_hours);
    assert_eq!(tenant.numbers.international_prefixes, ["011"]);
    assert_eq!(tenant.routing.ring_timeout_s, 15);
}

#[test]
fn what_is_written_as_json_is_read_as_the_same_tenant() {
    let tenant = Tenant::parse(WHOLE).unwrap();
    let json = serde_json::to_string(&tenant).unwrap();
    assert_eq!(Tenant::parse(&json).unwrap(), tenant);
}

#[test]
fn a_file_that_says_nothing_is_a_tenant_that_has_nothing() {
    for text in ["", "# nothing\n", "---\n", "{}", "time_zone:\n"] {
        assert_eq!(Tenant::parse(text).unwrap(), Tenant::default(), "{text:?}");
    }
}

#[test]
fn marks_and_line_ends_of_other_systems_are_understood() {
    let windows = format!("\u{FEFF}{}", WHOLE.replace('\n', "\r\n"));
    assert_eq!(Tenant::parse(&windows).unwrap(), Tenant::parse(WHOLE).unwrap());
}

#[test]
fn merge_keys_share_what_entries_have_in_common() {
    let yaml = "teams: [{id: t, name: T}]\nagents:\n- &first {id: a, name: A, teams: [t]}\n\
                - {<<: *first, id: b, name: B}\n";
    let tenant = Tenant::parse(yaml).unwrap();
    assert_eq!(tenant.agents[1].teams, ["t"]);
}

#[test]
fn the_caller_can_place_mistakes_about_flows() {
    let (tenant, places) = Tenant::parse_located(WHOLE, ParseOptions::default()).unwrap();
    let (point, path) = tenant.flow_references().next().unwrap();
    assert_eq!(point.flow, "Dip");
    let mistake = places.mistake(&path, "there is no flow `Dip`");
    assert_eq!(mistake.to_string(), "10:11: entry_points[0].flow: there is no flow `Dip`");
}
