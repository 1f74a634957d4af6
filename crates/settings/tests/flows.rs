//! Flows: versions, labels, what refers to them.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

mod place;

use place::{Place, author, code, example, flow, places};
use serde_json::json;
use trunkline_settings::{Author, FlowUpload, Kind, Label, SettingsError};

fn upload(text: String) -> FlowUpload {
    FlowUpload { text, ..FlowUpload::default() }
}

#[test]
fn an_upload_makes_the_next_version_which_never_changes() {
    let place = Place::empty();
    let first = place.upload(&author(), upload(flow("f", "Menu"))).unwrap();
    assert_eq!((first.flow.as_str(), first.number, first.is_new), ("f", 1, true));
    let same = place.upload(&author(), upload(flow("f", "Menu"))).unwrap();
    assert_eq!((same.number, same.is_new, place.revision().unwrap()), (1, false, 1));
    let by = Author::new(5, "aki").note("renamed");
    let second = place.upload(&by, upload(flow("f", "Main menu"))).unwrap();
    assert_eq!(second.number, 2);

    let place = place.reopened();
    assert_eq!(place.flow_text("f", 1).unwrap(), flow("f", "Menu"));
    assert_eq!(place.flow("f").unwrap().name, "Main menu");
    let versions = place.flow_versions("f").unwrap();
    assert_eq!((versions[0].number, versions[0].note.as_str()), (2, "renamed"));
    assert_ne!(versions[0].hash, versions[1].hash);
    assert_eq!(code(place.flow_text("f", 3)), "not_found");
    let file = rusqlite::Connection::open(place.dir.path().join("settings.sqlite")).unwrap();
    file.execute("UPDATE flow_versions SET text = ''", []).unwrap_err();
}

#[test]
fn imports_lose_ids_but_names_stay() {
    let place = Place::empty();
    place.upload_text(flow("f", "Menu"));
    let other = place.upload(&author(), upload(flow("g", "Menu"))).unwrap();
    assert_eq!((other.flow.as_str(), other.number), ("f", 2));
    let named = FlowUpload { flow: Some("f".to_owned()), ..upload(flow("h", "Other")) };
    assert_eq!(place.upload(&author(), named).unwrap().number, 3);
    let gone = FlowUpload { flow: Some("x".to_owned()), ..upload(flow("h", "Other")) };
    assert_eq!(code(place.upload(&author(), gone)), "not_found");
    let unnamed = place.upload(&author(), upload(flow("", "Third"))).unwrap();
    assert_eq!(unnamed.flow.len(), 32);
    let files: Vec<String> = place.flows().unwrap().into_iter().map(|it| it.file).collect();
    assert_eq!(files, ["Menu.json", "Third.json"]);
}

#[test]
fn strange_content_is_found_and_never_refused() {
    let place = Place::empty();
    let strange = json!({
        "flowId": "s", "name": "Strange", "unknown": { "key": [1.50, null] },
        "process": { "activities": {
            "1": { "id": "1", "name": "X", "properties": { "name": "X", "activityName": "teleport" } },
        }, "links": [{ "sourceActivityId": "9" }] },
    })
    .to_string();
    let uploaded = place.upload(&author(), upload(strange.clone())).unwrap();
    assert!(!uploaded.findings.is_empty());
    assert_eq!(place.flow_text("s", 1).unwrap(), strange);
    let again = place.flow_findings("s", 1).unwrap();
    assert_eq!(again, uploaded.findings);
    let counted = &place.flow_versions("s").unwrap()[0];
    let errors = again.iter().filter(|it| it.severity == "error").count() as u64;
    assert_eq!(counted.errors, errors);
    for bad in ["", "{", "[]", "{\"nodes\": [], \"edges\": []}"] {
        assert_eq!(code(place.upload(&author(), upload(bad.to_owned()))), "not_a_flow", "{bad}");
    }
}

#[test]
fn a_label_moves_in_versions() {
    let place = Place::empty();
    place.upload_text(flow("f", "Menu"));
    place.upload_text(flow("f", "Menu 2"));
    let step = |label, number, expected| place.move_label(&author(), "f", label, number, expected);
    let live = step(Label::Live, 1, 0).unwrap();
    assert_eq!((live.number, live.version), (1, 1));
    let Err(SettingsError::StaleLabel(now)) = step(Label::Live, 2, 0) else { panic!() };
    assert_eq!((now.number, now.version), (1, 1));
    assert_eq!(step(Label::Live, 2, 1).unwrap().version, 2);
    assert_eq!(step(Label::Live, 2, 2).unwrap().version, 2, "it is there already");
    assert_eq!(step(Label::Live, 1, 2).unwrap().version, 3, "and back");
    assert_eq!(code(step(Label::Live, 7, 3)), "not_found");
    assert_eq!(places(step(Label::Latest, 1, 0)), ["- f label"]);
    assert_eq!(code(place.move_label(&author(), "x", Label::Live, 1, 0)), "not_found");

    let place = place.reopened();
    let history = place.label_history("f", Label::Live).unwrap();
    let numbers: Vec<Option<u64>> = history.iter().map(|it| it.number).collect();
    assert_eq!(numbers, [Some(1), Some(2), Some(1)]);
    let labels = place.flow("f").unwrap().labels;
    let on: Vec<(Label, u64)> = labels.iter().map(|it| (it.label, it.number)).collect();
    assert_eq!(on, [(Label::Latest, 2), (Label::Live, 1)]);
}

#[test]
fn an_entry_point_meets_the_version_of_its_label() {
    let place = Place::empty();
    place.upload_text(flow("f", "Menu"));
    let point = |label: &str| json!({ "id": "e", "name": "E", "flow": "Menu", "label": label });
    assert_eq!(places(place.place(Kind::EntryPoint, point("Live"))), ["entry_point e label"]);
    place.place(Kind::EntryPoint, point("Latest")).unwrap();
    place.move_label(&author(), "f", Label::Live, 1, 0).unwrap();
    place.upload_text(flow("f", "Menu").replace("[]", "[ ]"));
    let number = || {
        let snapshot = place.snapshot().unwrap();
        snapshot.flow_of(&snapshot.tenant.entry_points[0]).unwrap().number
    };
    assert_eq!(number(), 2);
    place.place(Kind::EntryPoint, point("Live")).unwrap();
    assert_eq!(number(), 1);
    assert_eq!(place.snapshot().unwrap().flows.len(), 2);
}

#[test]
fn a_flow_in_use_is_not_deleted() {
    let place = Place::furnished();
    let id = place.flows().unwrap()[0].id.clone();
    let Err(SettingsError::InUse(users)) = place.delete_flow(&author(), &id, 1) else { panic!() };
    assert_eq!((users[0].kind.as_str(), users[0].id.as_str()), ("entry_point", "main-line"));
    place.delete(&author(), Kind::EntryPoint, "main-line", 1).unwrap();
    assert_eq!(code(place.delete_flow(&author(), &id, 2)), "stale");
    place.delete_flow(&author(), &id, 1).unwrap();
    assert!(place.flows().unwrap().is_empty());
    // Contacts that run it can still read it, and the queue is not in use any more.
    assert_eq!(place.flow_text(&id, 1).unwrap(), example().flows["flow.json"]);
    place.delete(&author(), Kind::Queue, "support", 1).unwrap();
    assert_eq!(place.label_history(&id, Label::Live).unwrap()[0].number, None);
    assert_eq!(place.upload_text(example().flows["flow.json"].clone()), 2);
    assert_eq!(place.flow(&id).unwrap().labels.len(), 1, "only Latest");
}
