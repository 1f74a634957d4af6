//! `trunkline tenant …`, run as a program.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{folder, run_in, trunkline, unread};

/// An export with these activities beside its start.
fn export(name: &str, kind: &str, activities: &[Value]) -> String {
    let start = json!({"activityName": "NewPhoneContact", "name": "NewPhoneContact"});
    let all = std::iter::once(&start).chain(activities).enumerate();
    let all = all.map(|(number, properties)| {
        let id = format!("activity-{number}");
        let label = properties["name"].clone();
        (id.clone(), json!({"id": id, "name": label, "properties": properties}))
    });
    let activities: serde_json::Map<String, Value> = all.collect();
    json!({
        "flowId": format!("id of {name}"), "name": name, "flowType": kind, "variables": [],
        "process": {"activities": activities, "links": []},
        "eventFlows": {"eventsMap": {}},
    })
    .to_string()
}

fn dip() -> String {
    let activities = [
        json!({"activityName": "queue-contact", "name": "Queue", "queueRadioGroup": "staticQueue",
            "destination": "q-7", "destination:name": "Support"}),
        json!({"activityName": "play-message", "name": "Hello",
            "prompts": [{"type": "audioFile", "value": "hello.wav"}]}),
        json!({"activityName": "http-request-v2", "name": "Dip", "authenticated": true,
            "connectorId": "c-1", "connectorId:name": "CRM", "httpRequestPath": "/x",
            "httpRequestMethod": "GET"}),
        json!({"activityName": "subflow-handoff", "name": "Sub", "subflowId": "id of Balance",
            "subflowName": "Balance"}),
    ];
    export("Dip", "FLOW", &activities)
}

/// A folder with an export in `flows/dip.json`.
fn with_dip(name: &str) -> PathBuf {
    let folder = folder(name);
    fs::create_dir(folder.join("flows")).unwrap();
    fs::write(folder.join("flows/dip.json"), dip()).unwrap();
    folder
}

fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_init_writes_passes_the_check_when_its_files_are_there() {
    let folder = with_dip("tenant_init");
    let ran = run_in(&folder, &["tenant", "init", "flows/dip.json", "-o", "tenant.yaml"], b"");
    assert_eq!((ran.status, ran.out.as_str()), (Some(0), ""));
    assert!(ran.err.contains("calls `Balance`"), "{}", ran.err);
    assert_eq!(files(&folder), ["flows", "tenant.yaml"], "nothing temporary is left");
    let text = fs::read_to_string(folder.join("tenant.yaml")).unwrap();
    for part in ["file: flows/dip.json", "Support", "hello.wav", "CRM_CLIENT_SECRET"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }

    let ran = run_in(&folder, &["tenant", "check"], b"");
    assert_eq!((ran.status, ran.err.as_str()), (Some(1), ""));
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    let line = 1 + text.lines().position(|line| line.contains("audio/hello.wav")).unwrap();
    assert!(ran.out.starts_with(&format!("tenant.yaml:{line}:11: audio[0].file: ")), "{}", ran.out);

    fs::create_dir(folder.join("audio")).unwrap();
    fs::write(folder.join("audio/hello.wav"), "RIFF").unwrap();
    let ran = run_in(&folder, &["tenant", "check", "tenant.yaml"], b"");
    assert_eq!(ran.status, Some(0), "{}", ran.out);
    assert!(ran.out.contains("in order: 1 flow, 1 entry point, 1 queue"), "{}", ran.out);
}

#[test]
fn init_prints_the_same_when_it_has_no_file() {
    let folder = with_dip("tenant_print");
    let printed = run_in(&folder, &["tenant", "init", "flows/dip.json"], b"");
    run_in(&folder, &["tenant", "init", "flows/dip.json", "-o", "t.yaml"], b"");
    assert_eq!(printed.status, Some(0));
    assert_eq!(printed.out, fs::read_to_string(folder.join("t.yaml")).unwrap());
}

#[test]
fn init_names_flows_from_the_folder_of_its_file() {
    let folder = with_dip("tenant_elsewhere");
    fs::create_dir_all(folder.join("conf/acme")).unwrap();
    let target = folder.join("conf/acme/tenant.yaml");
    let arguments = ["tenant", "init", "flows/dip.json", "-o", "conf/acme/tenant.yaml"];
    assert_eq!(run_in(&folder, &arguments, b"").status, Some(0));
    assert!(fs::read_to_string(target).unwrap().contains("../../flows/dip.json"));
    let ran = run_in(&folder, &["tenant", "check", "conf/acme/tenant.yaml"], b"");
    assert!(!ran.out.contains("flows[0]"), "{}", ran.out);
}

#[test]
fn init_replaces_a_file_only_when_told_to() {
    let folder = with_dip("tenant_force");
    fs::write(folder.join("tenant.yaml"), "name: mine\n").unwrap();
    let arguments = ["tenant", "init", "flows/dip.json", "-o", "tenant.yaml", "--force"];
    let ran = run_in(&folder, &arguments[..5], b"");
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("--force"), "{}", ran.err);
    assert_eq!(fs::read_to_string(folder.join("tenant.yaml")).unwrap(), "name: mine\n");
    assert_eq!(run_in(&folder, &arguments, b"").status, Some(0));
    assert!(fs::read_to_string(folder.join("tenant.yaml")).unwrap().contains("My company"));
    assert_eq!(files(&folder), ["flows", "tenant.yaml"]);
}

#[test]
fn a_subflow_is_loaded_and_has_no_entry_point() {
    let folder = with_dip("tenant_subflow");
    fs::write(folder.join("flows/balance.json"), export("Balance", "SUBFLOW", &[])).unwrap();
    let arguments = ["tenant", "init", "flows/balance.json", "flows/dip.json", "-o", "tenant.yaml"];
    let ran = run_in(&folder, &arguments, b"");
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    let ran = run_in(&folder, &["tenant", "check"], b"");
    assert!(!ran.out.contains("entry_points"), "{}", ran.out);
    assert!(!ran.out.contains("flows["), "{}", ran.out);
    let alone = run_in(&folder, &["tenant", "init", "flows/balance.json"], b"");
    assert_eq!(alone.status, Some(2));
}

#[test]
fn check_says_where_every_mistake_is() {
    let folder = with_dip("tenant_mistakes");
    fs::write(folder.join("bad.json"), "{").unwrap();
    fs::write(folder.join("empty.wav"), "").unwrap();
    let yaml = "flows:\n  - file: flows/dip.json\n  - file: bad.json\n  - file: gone.json\n  \
                - file: flows\nentry_points:\n  - {id: a, name: A, flow: Dip}\n  \
                - {id: b, name: B, flow: Dipp}\n  - {id: c, name: C, flow: id of Dip}\n\
                audio:\n  - {name: a.wav, file: gone.wav}\n  - {name: b.wav, file: empty.wav}\n  \
                - {name: c.wav, duration_ms: 5}\n";
    fs::write(folder.join("t.yaml"), yaml).unwrap();
    let ran = run_in(&folder, &["tenant", "check", "t.yaml"], b"");
    assert_eq!((ran.status, ran.err.as_str()), (Some(1), ""));
    let places: Vec<&str> = ran.out.lines().filter_map(|line| line.split(": ").next()).collect();
    let wanted = [
        "t.yaml:3:11",
        "t.yaml:4:11",
        "t.yaml:5:11",
        "t.yaml:8:28",
        "t.yaml:11:25",
        "t.yaml:12:25",
    ];
    assert_eq!(places, wanted, "{}", ran.out);
    assert!(ran.out.contains("`Dipp`") && ran.out.contains("`flows` has `Dip`"), "{}", ran.out);
}

#[test]
fn check_keeps_to_what_the_file_itself_says_first() {
    let folder = folder("tenant_own");
    let yaml = "queues:\n  - {id: q}\nconnectors:\n  - id: c\n    name: C\n    \
                base_url: https://example.com\n    auth: {type: bearer, token: s3cr3t}\n";
    fs::write(folder.join("t.yaml"), yaml).unwrap();
    let ran = run_in(&folder, &["tenant", "check", "t.yaml"], b"");
    assert_eq!(ran.status, Some(1));
    assert!(ran.out.starts_with("t.yaml:2:5: queues[0]"), "{}", ran.out);

    let yaml = yaml.replace("  - {id: q}\n", "  - {id: q, name: Q, groups: []}\n");
    fs::write(folder.join("t.yaml"), &yaml).unwrap();
    let ran = run_in(&folder, &["tenant", "check", "t.yaml"], b"");
    assert!(ran.out.contains("--allow-literal-secrets"), "{}", ran.out);
    assert!(!ran.out.contains("s3cr3t"), "{}", ran.out);
    let allowed = ["tenant", "check", "t.yaml", "--allow-literal-secrets"];
    assert!(!run_in(&folder, &allowed, b"").out.contains("literal"));
}

#[test]
fn hostile_files_are_mistakes_too() {
    let folder = folder("tenant_hostile");
    let hostile = [
        "[".repeat(100_000),
        "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]".to_owned(),
        "name: \"\u{7}".to_owned(),
        "x".repeat(5 << 20),
        "flows: [{file: /dev/zero}]".to_owned(),
        "flows: [{file: \"a\\0b\"}]".to_owned(),
    ];
    for yaml in hostile {
        fs::write(folder.join("t.yaml"), &yaml).unwrap();
        let ran = run_in(&folder, &["tenant", "check", "t.yaml"], b"");
        assert_eq!((ran.status, ran.err.as_str()), (Some(1), ""), "{yaml:.60}");
        assert!(ran.out.starts_with("t.yaml"), "{:.200}", ran.out);
    }
    fs::write(folder.join("deep.json"), "[".repeat(1_000_000)).unwrap();
    let ran = run_in(&folder, &["tenant", "init", "deep.json"], b"");
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
}

#[test]
fn the_schema_is_the_one_in_docs() {
    let ran = trunkline(&["tenant", "schema"], b"");
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tenant.schema.json");
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    assert_eq!(ran.out, fs::read_to_string(docs).unwrap());
}

#[test]
fn misuse_has_its_own_status() {
    let folder = with_dip("tenant_misuse");
    let bad: [&[&str]; 8] = [
        &["tenant"],
        &["tenant", "init"],
        &["tenant", "init", "gone.json"],
        &["tenant", "init", "flows"],
        &["tenant", "init", "flows/dip.json", "-o", "flows"],
        &["tenant", "init", "flows/dip.json", "-o", "no/such/folder/t.yaml"],
        &["tenant", "init", "flows/dip.json", "--force"],
        &["tenant", "check", "gone.yaml"],
    ];
    for arguments in bad {
        let ran = run_in(&folder, arguments, b"");
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ran.err.is_empty(), "{arguments:?}");
    }
    assert_eq!(files(&folder), ["flows"]);
}

#[test]
fn nobody_need_read_what_is_printed() {
    let path = with_dip("tenant_unread").join("flows/dip.json");
    assert_eq!(unread(&["tenant", "schema"], b""), (Some(0), String::new()));
    let (status, err) = unread(&["tenant", "init", path.to_str().unwrap()], b"");
    assert_eq!(status, Some(0), "{err}");
    assert!(!err.contains("panic"), "{err}");
}
