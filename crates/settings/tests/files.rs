//! A tenant.yaml that is applied, planned, and given back.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

mod place;

use std::collections::BTreeMap;

use place::{Place, author, code, example, flow, places};
use serde_json::json;
use trunkline_model::tenant::{ParseOptions, Tenant};
use trunkline_settings::{Action, ApplyOptions, Bundle, Kind, Label, Plan, SettingsError};

fn server() -> ApplyOptions {
    ApplyOptions::of_server()
}

/// The steps that change something: action, kind, id and fields.
fn steps(plan: &Plan) -> Vec<String> {
    let changes = plan.steps.iter().filter(|step| step.action != Action::Unchanged);
    changes
        .map(|it| format!("{:?} {} {} {}", it.action, it.kind, it.id, it.fields.join(",")))
        .collect()
}

fn with(bundle: &Bundle, from: &str, to: &str) -> Bundle {
    assert!(bundle.yaml.contains(from), "{from}");
    Bundle { yaml: bundle.yaml.replace(from, to), ..bundle.clone() }
}

#[test]
fn the_example_is_imported_once_and_runs_as_it_was() {
    let place = Place::furnished();
    assert!(!place.import_first(&author(), &example()).unwrap());
    assert_eq!(place.revision().unwrap(), 1);
    let snapshot = place.reopened().snapshot().unwrap();
    let expected = Tenant::parse(&example().yaml).unwrap();
    assert_eq!(snapshot.tenant, expected);
    let flow = snapshot.flow_of(&expected.entry_points[0]).unwrap();
    assert_eq!((flow.number, &*flow.text), (1, example().flows["flow.json"].as_str()));
    assert_eq!(flow.labels, [Label::Latest, Label::Live]);
}

fn everything() -> Bundle {
    let yaml = include_str!("../../model/tests/tenant.yaml").to_owned();
    let flows = BTreeMap::from([("flows/dip.json".to_owned(), flow("dip", "Dip"))]);
    Bundle { yaml, flows, ..Bundle::default() }
}

#[test]
fn everything_that_a_tenant_can_have_survives() {
    let place = Place::empty();
    place.apply(&author(), &everything(), server()).unwrap();
    let expected = Tenant::parse(&everything().yaml).unwrap();
    assert_eq!(place.snapshot().unwrap().tenant, expected);
    let export = place.export().unwrap();
    assert_eq!(Tenant::parse(&export.bundle.yaml).unwrap(), expected, "{}", export.bundle.yaml);
    assert_eq!(export.bundle.flows, everything().flows);
    assert!(place.plan(&export.bundle, server()).unwrap().is_empty());

    let other = Place::empty();
    other.apply(&author(), &export.bundle, server()).unwrap();
    assert_eq!(other.snapshot().unwrap().tenant, expected);
    assert_eq!(other.export().unwrap().bundle, export.bundle);
}

#[test]
fn applying_again_changes_nothing() {
    let place = Place::furnished();
    let again = place.apply(&author(), &example(), server()).unwrap();
    assert!(again.plan.is_empty());
    assert_eq!((again.revision, place.revision().unwrap()), (1, 1));
    assert!(again.plan.steps.len() > 5);
}

#[test]
fn a_plan_says_what_applying_does_and_does_nothing() {
    let place = Place::furnished();
    let mut wanted = with(&example(), "service_level_s: 30", "service_level_s: 45");
    wanted = with(&wanted, "  - id: kenji\n    name: Kenji Mori", "  - id: aki\n    name: Aki");
    let text = wanted.flows["flow.json"].replace("\"name\"", " \"name\"");
    wanted.flows.insert("flow.json".to_owned(), text);
    let plan = place.plan(&wanted, server()).unwrap();
    let flow = place.flows().unwrap()[0].id.clone();
    assert_eq!(
        steps(&plan),
        [
            format!("Update flow {flow} version,Live"),
            "Update queue support service_level_s".to_owned(),
            "Create agent aki ".to_owned(),
            "Delete agent kenji ".to_owned(),
        ]
    );
    assert_eq!(place.revision().unwrap(), 1);
    assert_eq!(place.flow_versions(&flow).unwrap().len(), 1);

    let options = ApplyOptions { expected_revision: Some(plan.revision), ..server() };
    let applied = place.apply(&author(), &wanted, options).unwrap();
    assert_eq!((&applied.plan, applied.revision), (&plan, 2));
    assert_eq!(place.flow(&flow).unwrap().labels[1].number, 2);
    assert_eq!(code(place.apply(&author(), &example(), options)), "stale_plan");
    assert_eq!(place.snapshot().unwrap().tenant, Tenant::parse(&wanted.yaml).unwrap());
}

#[test]
fn others_may_be_kept() {
    let place = Place::furnished();
    let one = Bundle { yaml: "teams: [{id: t, name: T}]".to_owned(), ..Bundle::default() };
    let keep = ApplyOptions { keep_others: true, ..server() };
    let plan = place.apply(&author(), &one, keep).unwrap().plan;
    assert_eq!(steps(&plan)[..1], ["Update company company name,time_zone"]);
    assert_eq!(place.list(Kind::Team).unwrap().len(), 2);
    assert_eq!(place.flows().unwrap().len(), 1);
    // Without them nothing is left, not even the flow.
    place.apply(&author(), &one, server()).unwrap();
    assert!(place.flows().unwrap().is_empty() && place.list(Kind::Queue).unwrap().is_empty());
    place.apply(&author(), &example(), server()).unwrap();
    assert_eq!(place.snapshot().unwrap().tenant, Tenant::parse(&example().yaml).unwrap());
    let flow = place.flows().unwrap()[0].clone();
    assert_eq!(flow.labels[0].number, 2, "numbers are never given again");
}

#[test]
fn the_order_of_the_file_counts() {
    let place = Place::empty();
    let of = |names: [&str; 3]| {
        let teams = names.map(|name| format!("{{id: {name}, name: {name}}}")).join(", ");
        Bundle { yaml: format!("teams: [{teams}]"), ..Bundle::default() }
    };
    let ids = || -> Vec<String> {
        place.list(Kind::Team).unwrap().into_iter().map(|object| object.id).collect()
    };
    place.apply(&author(), &of(["x", "y", "z"]), server()).unwrap();
    let plan = place.apply(&author(), &of(["z", "x", "y"]), server()).unwrap().plan;
    assert_eq!(steps(&plan), ["Update team  order"]);
    assert_eq!(ids(), ["z", "x", "y"]);
    let plan = place.apply(&author(), &of(["new", "z", "y"]), server()).unwrap().plan;
    assert_eq!(ids(), ["new", "z", "y"]);
    assert_eq!(steps(&plan).len(), 3, "{plan:?}");
    assert!(place.apply(&author(), &of(["new", "z", "y"]), server()).unwrap().plan.is_empty());
}

#[test]
fn what_cannot_be_applied_changes_nothing_and_says_where() {
    let place = Place::furnished();
    let before = place.export().unwrap();
    let bad = with(&example(), "teams: [Service Desk]", "teams: [Nobody]");
    let Err(SettingsError::Yaml(errors)) = place.apply(&author(), &bad, server()) else { panic!() };
    assert!(errors.mistakes().iter().all(|mistake| mistake.line > 0 && !mistake.path.is_empty()));
    let missing = Bundle { flows: BTreeMap::new(), ..example() };
    assert_eq!(places(place.apply(&author(), &missing, server())), ["-  flows[0].file"]);
    let mut no_flow = example();
    no_flow.flows.insert("flow.json".to_owned(), "[]".to_owned());
    assert_eq!(code(place.apply(&author(), &no_flow, server())), "not_a_flow");
    let other = with(&example(), "flow: Salesforce data dip", "flow: Something else");
    let found = places(place.apply(&author(), &other, server()));
    assert_eq!(found, ["entry_point main-line flow"]);
    assert_eq!(place.export().unwrap(), before);
    assert_eq!(place.revision().unwrap(), 1);
}

#[test]
fn labels_that_entry_points_need_are_set_once() {
    let place = Place::empty();
    let yaml = "flows: [{file: a.json}]\n\
                entry_points: [{id: e, name: E, flow: A, label: Test}]";
    let of = |text: String| Bundle {
        yaml: yaml.to_owned(),
        flows: BTreeMap::from([("a.json".to_owned(), text)]),
        ..Bundle::default()
    };
    place.apply(&author(), &of(flow("a", "A")), server()).unwrap();
    let next = flow("a", "A").replace("[]", "[ ]");
    let on = || {
        let labels = place.flow("a").unwrap().labels;
        labels.iter().map(|it| (it.label, it.number)).collect::<Vec<_>>()
    };
    place.apply(&author(), &of(next.clone()), ApplyOptions::of_interface()).unwrap();
    assert_eq!(on(), [(Label::Latest, 2), (Label::Live, 2), (Label::Test, 1)]);
    // Where files are the only source nobody else could move it.
    place.apply(&author(), &of(next), server()).unwrap();
    assert_eq!(on(), [(Label::Latest, 2), (Label::Live, 2), (Label::Test, 2)]);
}

#[test]
fn an_export_of_changed_objects_reads_back() {
    let place = Place::furnished();
    for (id, name) in
        [("t1", "yes"), ("t2", "12"), ("t3", "a: b # c"), ("t4", "“日本語” 'x' \"y\"")]
    {
        place.place(Kind::Team, json!({ "id": id, "name": name })).unwrap();
    }
    let export = place.export().unwrap();
    let options = ParseOptions { allow_literal_secrets: false };
    let tenant = Tenant::parse_with(&export.bundle.yaml, options).unwrap();
    assert_eq!(tenant.team("t2").unwrap().name, "12");
    assert_eq!(tenant.teams.len(), 5);
    assert!(place.plan(&export.bundle, server()).unwrap().is_empty());
}

fn two(a: (&str, String), b: (&str, String)) -> Bundle {
    let yaml = format!("flows: [{{file: {}}}, {{file: {}}}]", a.0, b.0);
    Bundle {
        yaml,
        flows: [a, b].map(|(file, text)| (file.to_owned(), text)).into(),
        ..Bundle::default()
    }
}

#[test]
fn exports_with_one_id_are_flows_of_their_own() {
    let place = Place::empty();
    let copies = two(("a.json", flow("same", "A")), ("b.json", flow("same", "B")));
    place.apply(&author(), &copies, server()).unwrap();
    let found = place.flows().unwrap();
    let ids: Vec<_> = found.iter().map(|it| (it.id.as_str(), it.name.as_str())).collect();
    assert_eq!(ids, [("same", "A"), ("same-2", "B")]);
    assert!(place.plan(&copies, server()).unwrap().is_empty());
    assert_eq!(place.export().unwrap().bundle.flows, copies.flows);
}

#[test]
fn flows_may_change_their_files_and_their_order() {
    let place = Place::empty();
    let (a, b) = (flow("a", "A"), flow("b", "B"));
    let first = two(("a.json", a.clone()), ("b.json", b.clone()));
    place.apply(&author(), &first, server()).unwrap();
    let swapped = two(("b.json", a.clone()), ("a.json", b.clone()));
    let plan = place.apply(&author(), &swapped, server()).unwrap().plan;
    assert_eq!(steps(&plan), ["Update flow a file", "Update flow b file"]);
    assert_eq!(place.export().unwrap().bundle.flows, swapped.flows);
    let turned = two(("a.json", b), ("b.json", a));
    place.apply(&author(), &turned, server()).unwrap();
    let export = place.export().unwrap().bundle;
    assert_eq!(export.flows, turned.flows);
    assert_eq!(place.snapshot().unwrap().tenant, Tenant::parse(&turned.yaml).unwrap());
    assert!(place.flows().unwrap().iter().all(|flow| flow.labels[0].number == 1));
    assert!(place.plan(&export, server()).unwrap().is_empty());
}

#[test]
fn an_older_text_of_a_flow_moves_live_back() {
    let place = Place::empty();
    let of = |text: &str| Bundle {
        yaml: "flows: [{file: a.json}]".to_owned(),
        flows: BTreeMap::from([("a.json".to_owned(), text.to_owned())]),
        ..Bundle::default()
    };
    let (old, new) = (flow("a", "A"), flow("a", "A").replace("[]", "[ ]"));
    place.apply(&author(), &of(&old), server()).unwrap();
    place.apply(&author(), &of(&new), server()).unwrap();
    let back = place.apply(&author(), &of(&old), server()).unwrap();
    assert_eq!(steps(&back.plan), ["Update flow a Live"]);
    let labels = place.flow("a").unwrap().labels;
    assert_eq!((labels[0].number, labels[1].number), (2, 1));
    let export = place.export().unwrap().bundle;
    assert!(place.plan(&export, server()).unwrap().is_empty());
}
