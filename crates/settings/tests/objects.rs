//! Objects: versions, checks, usages, history.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

mod place;

use std::time::{Duration, Instant};

use place::{NOW, Place, author, code, places};
use serde_json::json;
use trunkline_settings::{
    Action, ApplyOptions, Author, Bundle, FlowUpload, Kind, Put, SettingsError, Trust,
};

#[test]
fn an_object_is_made_with_all_its_keys_read_and_changed() {
    let place = Place::furnished();
    let new = place.place(Kind::Team, json!({ "id": "t-2", "name": "Second" })).unwrap();
    assert_eq!((new.version, new.who.as_str(), new.changed_ms), (1, "boss", NOW));
    let queue = json!({ "id": "q", "name": "Q", "groups": [{ "teams": ["Second"] }] });
    let queue = place.place(Kind::Queue, queue).unwrap();
    assert_eq!(queue.value["service_level_s"], 20, "defaults are written out");
    let changed = place.changed(Kind::Queue, "q", json!({ "service_level_s": 45 }));
    assert_eq!(place.place(Kind::Queue, changed).unwrap().version, 2);

    let place = place.reopened();
    assert_eq!(place.get(Kind::Queue, "q").unwrap().value["service_level_s"], 45);
    let ids: Vec<String> =
        place.list(Kind::Queue).unwrap().into_iter().map(|object| object.id).collect();
    assert_eq!(ids, ["support", "reception", "q"]);
    assert_eq!(code(place.get(Kind::Queue, "Q")), "not_found");
}

#[test]
fn a_stale_change_gives_both_values() {
    let place = Place::furnished();
    let value = |name: &str| json!({ "id": "maria", "name": name });
    let put = |name: &str, expected| {
        let (kind, id, trust) = (Kind::Agent, "maria".to_owned(), Trust::Interface);
        place.put(&author(), Put { kind, id, expected, value: value(name), trust })
    };
    put("Mine", 1).unwrap();
    let Err(SettingsError::Stale(stale)) = put("Yours", 1) else { panic!() };
    assert_eq!(stale.current.unwrap().value["name"], "Mine");
    assert_eq!(stale.yours, Some(value("Yours")));
    assert_eq!(code(put("Yours", 0)), "stale");
    assert_eq!(code(place.delete(&author(), Kind::Agent, "maria", 1)), "stale");
    assert_eq!(place.get(Kind::Agent, "maria").unwrap().version, 2);
}

#[test]
fn of_two_at_once_one_is_stale() {
    let place = Place::furnished();
    let done: Vec<bool> = std::thread::scope(|scope| {
        let put = |number: usize| {
            let place = &place;
            let value = json!({ "id": "maria", "name": format!("Maria {number}") });
            let (kind, id, trust) = (Kind::Agent, "maria".to_owned(), Trust::Interface);
            let put = Put { kind, id, expected: 1, value, trust };
            scope.spawn(move || place.put(&author(), put).is_ok())
        };
        let all: Vec<_> = (0..8).map(put).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(done.iter().filter(|done| **done).count(), 1);
    assert_eq!(place.history(Kind::Agent, "maria").unwrap().len(), 2);
}

#[test]
fn a_value_that_is_there_already_changes_nothing() {
    let place = Place::furnished();
    let revision = place.revision().unwrap();
    let same = place.get(Kind::Queue, "support").unwrap();
    assert_eq!(place.place(Kind::Queue, same.value.clone()).unwrap(), same);
    let short = json!({ "id": "kenji", "name": "Kenji Mori", "teams": ["Service Desk"],
                        "email": "kenji@harborbikes.example" });
    place.place(Kind::Agent, short).unwrap();
    assert_eq!(place.revision().unwrap(), revision);
}

#[test]
fn what_is_wrong_is_named_by_object_and_field() {
    let place = Place::furnished();
    let put = |kind, value| places(place.place(kind, value));
    let queue = |change| place.changed(Kind::Queue, "support", change);
    assert_eq!(
        put(Kind::Queue, queue(json!({ "groups": [{ "teams": ["Service Desk", "Nobody"] }] }))),
        ["queue support groups[0].teams[1]"]
    );
    assert_eq!(
        put(Kind::Queue, queue(json!({ "service_level_s": 0, "colour": "red" }))),
        ["queue support ", "queue support service_level_s"]
    );
    assert_eq!(put(Kind::Queue, json!({ "id": "new" })), ["queue new name"]);
    assert_eq!(put(Kind::Queue, json!({ "id": "new", "name": "Support" })), ["queue new name"]);
    assert_eq!(
        put(Kind::Company, json!({ "name": "X", "time_zone": "Mars" })),
        ["company company time_zone"]
    );
    let rules = json!({ "default_country_code": "x" });
    assert_eq!(put(Kind::Numbers, rules), ["numbers numbers default_country_code"]);
    let routing = json!({ "ring_timeout_s": 0 });
    assert_eq!(put(Kind::Routing, routing), ["routing routing ring_timeout_s"]);
    let point = |change| place.changed(Kind::EntryPoint, "main-line", change);
    let gone = point(json!({ "flow": "Nothing" }));
    assert_eq!(put(Kind::EntryPoint, gone), ["entry_point main-line flow"]);
    let unset = point(json!({ "label": "Test" }));
    assert_eq!(put(Kind::EntryPoint, unset), ["entry_point main-line label"]);
    let strange = point(json!({ "label": "Prod" }));
    assert_eq!(put(Kind::EntryPoint, strange), ["entry_point main-line label"]);
    assert_eq!(place.revision().unwrap(), 1, "nothing was changed");
}

#[test]
fn a_change_that_breaks_others_names_them_after_itself() {
    let place = Place::furnished();
    let renamed = place.changed(Kind::Team, "service-desk", json!({ "name": "Helpers" }));
    let found = places(place.place(Kind::Team, renamed));
    assert!(found.contains(&"agent maria teams[0]".to_owned()), "{found:?}");
    assert!(found.contains(&"queue support groups[0].teams[0]".to_owned()), "{found:?}");
}

#[test]
fn strange_values_are_refused() {
    let place = Place::furnished();
    let trust = Trust::Interface;
    let put = |id: &str, value| {
        let put = Put { kind: Kind::Team, id: id.to_owned(), expected: 0, value, trust };
        places(place.put(&author(), put))
    };
    assert_eq!(put("t", json!({ "id": "other", "name": "T" })), ["team t id"]);
    assert_eq!(put("t", json!({ "name": "T" })), ["team t id"]);
    assert_eq!(put("t", json!(["t"])), ["team t "]);
    assert_eq!(put("", json!({ "id": "", "name": "T" })), ["team  id"]);
    let long = "x".repeat(300_000);
    assert_eq!(put("t", json!({ "id": "t", "name": long })), ["team t "]);
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(
        code(place.place(Kind::Team, json!({ "id": "t", "name": deep }))),
        "invalid_configuration"
    );
    for name in [
        "a: b", "- x", "&a *b", "#", "{}", "\"", "'", "\u{1}", "\u{85}", "é\n\t\\", "yes", "null",
        "12", "🦀", "\u{feff}", "\u{7f}", "<<",
    ] {
        let team = json!({ "id": "t-odd", "name": name });
        // Whatever a name looks like in YAML, it is kept as it is, or refused.
        if let Ok(object) = place.place(Kind::Team, team) {
            assert_eq!(object.value["name"], name);
            assert_eq!(place.snapshot().unwrap().tenant.team("t-odd").unwrap().name, name);
        } else {
            assert!(name.chars().any(|c| c.is_control() || c == '\u{feff}'), "{name:?}");
        }
    }
}

#[test]
fn what_is_in_use_is_not_deleted() {
    let place = Place::furnished();
    let users = |kind, id: &str| {
        let version = place.get(kind, id).unwrap().version;
        let Err(SettingsError::InUse(users)) = place.delete(&author(), kind, id, version) else {
            panic!("{id}")
        };
        users.into_iter().map(|it| format!("{} {} {}", it.kind, it.name, it.field)).collect()
    };
    let team: Vec<String> = users(Kind::Team, "service-desk");
    assert_eq!(team.len(), 4, "{team:?}");
    assert!(team.contains(&"agent Kenji Mori teams[0]".to_owned()), "{team:?}");
    let reception: Vec<String> = users(Kind::Queue, "reception");
    assert!(
        reception.contains(&"entry_point Main line fallback.queue".to_owned()),
        "{reception:?}"
    );
    let support: Vec<String> = users(Kind::Queue, "support");
    assert!(support.iter().all(|it| it.starts_with("flow Salesforce data dip version 1")));
    assert!(!support.is_empty());
    let crm: Vec<String> = users(Kind::Connector, "salesforce");
    assert!(crm.len() > 1, "{crm:?}");
    assert_eq!(place.usages(Kind::Connector, "salesforce").unwrap().len(), crm.len());
}

#[test]
fn a_deleted_object_keeps_its_history_and_its_numbers() {
    let place = Place::furnished();
    place.delete(&author().note("left"), Kind::Agent, "kenji", 1).unwrap();
    assert_eq!(code(place.get(Kind::Agent, "kenji")), "not_found");
    assert_eq!(code(place.delete(&author(), Kind::Agent, "kenji", 1)), "not_found");
    let again = place.place(Kind::Agent, json!({ "id": "kenji", "name": "Kenji" })).unwrap();
    assert_eq!(again.version, 3);
    let history = place.history(Kind::Agent, "kenji").unwrap();
    let versions: Vec<(u64, bool)> =
        history.iter().map(|it| (it.version, it.value.is_some())).collect();
    assert_eq!(versions, [(3, true), (2, false), (1, true)]);
    assert_eq!((history[1].note.as_str(), history[1].revision), ("left", 2));
    assert_eq!(history[2].value.as_ref().unwrap()["name"], "Kenji Mori");
}

#[test]
fn single_objects_are_always_there() {
    let place = Place::empty();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_single()) {
        let object = place.get(kind, kind.as_str()).unwrap();
        assert_eq!((object.version, place.list(kind).unwrap().len()), (0, 1));
        assert_eq!(place.place(kind, object.value).unwrap().kind, kind);
        assert_eq!(places(place.delete(&author(), kind, kind.as_str(), 0)).len(), 1);
    }
    let routing = json!({ "ring_timeout_s": 30 });
    let routing = place.place(Kind::Routing, routing).unwrap();
    assert_eq!(routing.value, json!({ "ring_timeout_s": 30, "auto_wrap_up_s": 0 }));
}

#[test]
fn every_change_is_a_revision_that_says_what_changed() {
    let place = Place::furnished();
    let mut watch = place.watch();
    assert!(!watch.has_changed().unwrap());
    place.place(Kind::Team, json!({ "id": "t", "name": "T" })).unwrap();
    place.delete(&Author::new(NOW + 5, "aki").note("why"), Kind::Team, "t", 1).unwrap();
    assert!(watch.has_changed().unwrap());
    assert_eq!(*watch.borrow_and_update(), 3);
    let revisions = place.revisions_after(1).unwrap();
    let said: Vec<(u64, &str, Action)> = revisions
        .iter()
        .map(|it| (it.revision, it.changes[0].kind.as_str(), it.changes[0].action))
        .collect();
    assert_eq!(said, [(2, "team", Action::Create), (3, "team", Action::Delete)]);
    let last = &revisions[1];
    assert_eq!((last.who.as_str(), last.note.as_str(), last.at_ms), ("aki", "why", NOW + 5));
    // A refusal is no revision.
    place.place(Kind::Team, json!({ "id": "t" })).unwrap_err();
    assert!(!watch.has_changed().unwrap());
    assert!(place.reopened().revisions_after(3).unwrap().is_empty());
}

#[test]
fn another_process_is_noticed() {
    let place = Place::furnished();
    let path = place.dir.path().join("settings.sqlite");
    let other = trunkline_settings::Settings::open(path, place::key()).unwrap();
    let mut watch = place.watch();
    other.upload(&author(), upload(place::flow("f", "Menu"))).unwrap();
    assert!(!watch.has_changed().unwrap());
    assert_eq!(place.refresh().unwrap(), 2);
    assert_eq!(*watch.borrow_and_update(), 2);
    place.refresh().unwrap();
    assert!(!watch.has_changed().unwrap());
}

fn upload(text: String) -> FlowUpload {
    FlowUpload { text, ..FlowUpload::default() }
}

#[test]
fn two_thousand_agents_are_quick() {
    let place = Place::empty();
    let mut yaml = "name: Large\nteams: [{id: t, name: T}]\nagents:\n".to_owned();
    for number in 0..2_000 {
        yaml.push_str(&format!("  - {{id: a-{number}, name: Agent {number}, teams: [t]}}\n"));
    }
    let bundle = Bundle { yaml, ..Bundle::default() };
    let started = Instant::now();
    place.apply(&author(), &bundle, ApplyOptions::of_server()).unwrap();
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    let started = Instant::now();
    let changed = place.changed(Kind::Agent, "a-500", json!({ "name": "Changed" }));
    place.place(Kind::Agent, changed).unwrap();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}
