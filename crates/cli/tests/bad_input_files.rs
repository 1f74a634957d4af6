//! Files that are not what they should be: the message names file, place and cause, the exit
//! status is 2, and nothing is written.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "a test that a superuser cannot make says so")]

#[path = "support/call.rs"]
mod call;
#[path = "support/desk.rs"]
mod desk;
#[path = "support/export.rs"]
mod export;
#[path = "support/peer.rs"]
mod peer;
mod support;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use call::{kinds, lines, path, run, step};
use export::{Export, set, speech, tenant};
use serde_json::json;
use support::{Ran, folder};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Runs a command that must refuse this file, soon.
fn refused(arguments: &[&str], file: &str) -> String {
    let begun = Instant::now();
    let ran = run(arguments);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(ran.status, Some(2), "{arguments:?}: {}{}", ran.out, ran.err);
    assert_eq!(ran.out.trim(), "", "{arguments:?}");
    assert!(ran.err.contains(file), "{arguments:?}: {}", ran.err);
    assert!(ran.err.len() < 2_000 && !ran.err.contains("panicked"), "{}", ran.err);
    ran.err
}

/// Writes a file that is no flow and gives what all commands say about it.
fn no_flow(folder: &Path, name: &str, cause: &str) {
    let file = folder.join(name);
    let journal = folder.join("calls.db");
    let before = names(folder);
    for arguments in [
        &["flow", "run", path(&file), "--journal", path(&journal)][..],
        &["flow", "check", path(&file)],
        &["flow", "check", "--fix", path(&file)],
        &["flow", "export", path(&file)],
    ] {
        let said = refused(arguments, name);
        assert!(said.contains(cause), "{arguments:?}: {cause} in {said}");
    }
    assert_eq!(names(folder), before);
}

#[test]
fn files_that_are_no_flows() {
    let folder = folder("bad_flows");
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write("empty.json", b"");
    no_flow(&folder, "empty.json", "not a flow export");
    write("prose.json", b"once upon a time");
    no_flow(&folder, "prose.json", "line 1, column 1");
    write("cut.json", b"{\"process\": {\"activities\": {");
    no_flow(&folder, "cut.json", "line 1");
    write("list.json", b"[1, 2]");
    no_flow(&folder, "list.json", "holds no JSON object");
    write("other.json", b"{\"name\": \"package\", \"version\": \"1.0\"}");
    no_flow(&folder, "other.json", "process.activities");
    write("latin.json", b"{\"name\": \"caf\xe9\"}");
    no_flow(&folder, "latin.json", "UTF-8");
    write("deep.json", "[".repeat(1_000_000).as_bytes());
    no_flow(&folder, "deep.json", "deep");
    let deep = format!("{{\"process\": {{\"activities\": {}}}}}", "{\"a\":".repeat(500_000));
    write("deeper.json", deep.as_bytes());
    no_flow(&folder, "deeper.json", "deep");
    File::create(folder.join("huge.json")).unwrap().set_len(100 << 20).unwrap();
    no_flow(&folder, "huge.json", "104857600 bytes");
    fs::create_dir(folder.join("folder.json")).unwrap();
    no_flow(&folder, "folder.json", "directory");
    no_flow(&folder, "missing.json", "No such file");
}

#[cfg(unix)]
#[test]
fn a_file_that_does_not_end() {
    for command in ["run", "check", "export"] {
        let said = refused(&["flow", command, "/dev/zero"], "/dev/zero");
        assert!(said.contains("does not end"), "{said}");
    }
}

#[test]
fn expressions_without_a_bottom() {
    let folder = folder("bad_expressions");
    let deep = format!("{{{{ {}1{} }}}}", "(".repeat(50_000), ")".repeat(50_000));
    let wide = format!("{{{{ {}1 }}}}", "1 + ".repeat(50_000));
    let filters = format!("{{{{ ANI{} }}}}", " | upper".repeat(20_000));
    let growing = "{% set x = \"xxxxxxxxxx\" %}".to_owned()
        + &"{% set x = x + x + x + x + x + x + x + x %}".repeat(12)
        + "{{ x }}";
    for (name, text) in [("deep", deep), ("wide", wide), ("filters", filters), ("growing", growing)]
    {
        let flow = Export::new(name)
            .variable("x", "")
            .node("Set", "set-variable", set("x", &text))
            .node("Say", "play-message", speech("Hello."))
            .link("Start.out -> Set\n Set.out -> Say")
            .write(&folder);
        let ran = run(&["flow", "run", path(&flow), "--json"]);
        assert_eq!(ran.status, Some(0), "{name}: {}", ran.err);
        let trace = lines(&ran.out);
        // Many terms are only long; depth and growth are refused.
        if name == "wide" {
            assert_eq!(step(&trace, "Set")["out"]["x"], "50001");
            continue;
        }
        let failure = &step(&trace, "Set")["failure"];
        assert_eq!(failure["code"], "TL-FLOW-EXPRESSION", "{name}: {failure}");
        assert!(failure["description"].as_str().unwrap().len() < 2_000, "{name}");
        step(&trace, "Say");
    }
}

#[test]
fn subflows_that_call_each_other_for_ever() {
    let folder = folder("bad_subflows");
    let hand_off = |to: &str| json!({"subflowId": to, "subflowName": to, "subflowId_name": to});
    for (name, next) in [("first", "second"), ("second", "first")] {
        Export::subflow(name)
            .node("Next", "subflow-handoff", hand_off(next))
            .node("End", "end-subflow", json!({}))
            .link("Start.out -> Next\n Next.default -> End\n Next.out -> End")
            .write(&folder);
    }
    let flow = Export::new("main")
        .node("Begin", "subflow-handoff", hand_off("first"))
        .node("Say", "play-message", speech("Hello."))
        .link("Start.out -> Begin\n Begin.default -> Say\n Begin.out -> Say")
        .write(&folder);
    let text = tenant("main", "http://127.0.0.1:9", "{type: none}");
    let text = text.replace(
        "  - file: main.json\n",
        "  - file: main.json\n  - file: first.json\n  - file: second.json\n",
    );
    fs::write(folder.join("tenant.yaml"), text).unwrap();
    let file = folder.join("tenant.yaml");
    for arguments in [
        vec!["flow", "run", path(&flow), "--json"],
        vec!["flow", "run", path(&flow), "--tenant", path(&file), "--json"],
    ] {
        let ran = run(&arguments);
        assert_eq!(ran.status, Some(0), "{}", ran.err);
        let trace = lines(&ran.out);
        let failed: Vec<_> = trace.iter().filter(|line| line["failure"].is_object()).collect();
        assert!(!failed.is_empty() && failed.len() < 100, "{} lines", failed.len());
        assert!(trace.len() < 5_000, "{} lines", trace.len());
        assert_eq!(trace.last().unwrap()["kind"], "contact.ended");
    }
    let ran = run(&["flow", "check", path(&flow), "--tenant", path(&file)]);
    assert!(matches!(ran.status, Some(0 | 1)), "{}", ran.err);
}

/// A folder with a flow that `--fix` would repair.
fn repairable(name: &str) -> (PathBuf, PathBuf, String) {
    let folder = folder(name);
    let flow = Export::new("broken")
        .variable("x", "")
        .node("Set", "set-variable", set("x", "{{[x}}"))
        .node("Say", "play-message", speech("Hello."))
        .link("Start.out -> Set\n Set.out -> Say")
        .write(&folder);
    let text = fs::read_to_string(&flow).unwrap();
    (folder, flow, text)
}

fn fix(flow: &Path) -> Ran {
    run(&["flow", "check", "--fix", path(flow)])
}

#[cfg(unix)]
#[test]
fn a_repair_that_cannot_be_written_changes_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, flow, text) = repairable("bad_read_only");
    fs::set_permissions(&flow, fs::Permissions::from_mode(0o444)).unwrap();
    let ran = fix(&flow);
    assert_eq!(ran.status, Some(2), "{}", ran.err);
    assert!(ran.err.contains("broken.json: the file is read-only"), "{}", ran.err);
    assert!(!ran.err.contains("fixed:"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&flow).unwrap(), text);
    assert_eq!(names(&folder), ["broken.json"]);

    fs::set_permissions(&flow, fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    if File::create(folder.join("probe")).is_ok() {
        println!("skipped in part: this user may write into read-only folders");
        fs::remove_file(folder.join("probe")).unwrap();
    } else {
        let ran = fix(&flow);
        assert_eq!(ran.status, Some(2), "{}", ran.err);
        assert!(ran.err.contains("broken.json"), "{}", ran.err);
        assert_eq!(fs::read_to_string(&flow).unwrap(), text);
        assert_eq!(names(&folder), ["broken.json"]);
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();

    // With permission it is repaired, and keeps the permission that it had.
    let ran = fix(&flow);
    assert!(ran.err.contains("fixed:"), "{}", ran.err);
    assert_ne!(fs::read_to_string(&flow).unwrap(), text);
    assert_eq!(fs::metadata(&flow).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(names(&folder), ["broken.json"]);
}

#[cfg(unix)]
#[test]
fn a_repair_on_a_full_disk_leaves_the_file_whole() {
    let (folder, flow, text) = repairable("bad_full");
    // Larger than files may become here.
    let text = text.replacen('{', &format!("{{\"comment\": \"{}\",", "x".repeat(100_000)), 1);
    fs::write(&flow, &text).unwrap();
    let limit = "trap '' XFSZ; ulimit -f 50; exec \"$0\" \"$@\"";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", limit, support::PROGRAM, "flow", "check", "--fix", path(&flow)]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let ran = call::finish(command);
    assert_eq!(ran.status, Some(2), "{}", ran.err);
    assert!(ran.err.contains("broken.json"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&flow).unwrap(), text);
    assert_eq!(names(&folder), ["broken.json"]);
}

#[test]
fn mistakes_in_the_tenant_have_their_place() {
    let folder = folder("bad_tenant");
    let (flow, file) = desk::write(&folder, "http://127.0.0.1:9");
    let good = fs::read_to_string(&file).unwrap();
    for (from, to, said) in [
        ("queues:", "quues:", "queues"),
        ("teams: [Desk]", "teams: [Dsek]", "Desk"),
        ("name: Line", "name: [Line", ""),
        ("writes: allow", "writes: perhaps", "allow"),
        ("base_url: http", "base_url: httq", "http"),
        ("{type: none}", "{type: bearer, token: plain-secret}", "env"),
        ("- file: desk.json", "- file: [7]", ""),
        ("name: Test\n", "name: Test\n\tname: Tab\n", ""),
    ] {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{from}");
        fs::write(&file, text).unwrap();
        let said_by_run = refused(
            &[
                "flow",
                "run",
                path(&flow),
                "--tenant",
                path(&file),
                "--journal",
                path(&folder.join("calls.db")),
            ],
            "tenant.yaml:",
        );
        let place = said_by_run.split_once("tenant.yaml:").unwrap().1;
        let mut numbers = place.split([':', ' ']);
        let mut number = || numbers.next().and_then(|it| it.parse::<u32>().ok());
        assert!(number().is_some() && number().is_some(), "{said_by_run}");
        assert!(said_by_run.contains(said), "{said} in {said_by_run}");
        assert!(!said_by_run.contains("plain-secret"), "{said_by_run}");
    }
    assert_eq!(names(&folder), ["desk.json", "tenant.yaml"]);
}

#[test]
fn mistakes_in_the_script_have_their_place() {
    let folder = folder("bad_script");
    let (flow, tenant) = desk::write(&folder, "http://127.0.0.1:9");
    let script = folder.join("call.yaml");
    for (text, place, said) in [
        ("caller:\n  kesy: []\n", "call.yaml:2:3: ", "kesy"),
        ("caller:\n  patience_s: soon\n", "call.yaml:2:15: ", ""),
        ("http:\n  - status: 99999\n", "call.yaml:2:13: ", ""),
        ("caller: [\n", "call.yaml:", ""),
        ("start: yesterday\n", "call.yaml:1:8: ", ""),
        ("caller: {keys: [{in: Pin, press: \"12x\"}]}\n", "call.yaml: ", "press: \"12x\""),
    ] {
        fs::write(&script, text).unwrap();
        let said_by_run = refused(
            &["flow", "run", path(&flow), "--tenant", path(&tenant), "--script", path(&script)],
            place,
        );
        assert!(said_by_run.contains(said), "{said} in {said_by_run}");
    }
}

#[test]
fn numbers_that_want_to_be_more_than_numbers() {
    let folder = folder("bad_numbers");
    let (flow, tenant) = desk::write(&folder, "http://127.0.0.1:9");
    let long = "9".repeat(100_000);
    for number in [
        "{{ 7 * 7 }}",
        "\u{1b}[31mred\u{1b}]0;title\u{7}",
        "+1\r\nX-Injected: 1",
        "",
        " ",
        "'; DROP TABLE x",
        "日本",
        "\u{202e}1",
        &long,
    ] {
        let arguments = [
            "flow",
            "run",
            path(&flow),
            "--tenant",
            path(&tenant),
            "--ani",
            number,
            "--dnis",
            number,
        ];
        let ran = run(&[&arguments[..], &["--json"]].concat());
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{number:?}");
        let trace = lines(&ran.out);
        let arrived = &kinds(&trace, "contact.arrived")[0]["out"];
        for name in ["ani", "dnis"] {
            let carried = arrived[name].as_str().unwrap();
            let is_data = |c: char| c.is_ascii_alphanumeric() || "+%-_.~*#".contains(c);
            assert!(carried.chars().all(is_data), "{name}: {carried:?}");
        }
        let text = run(&arguments);
        assert_eq!(text.status, Some(0));
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.out.contains(steers), "{number:?}");
    }
}

#[test]
fn options_that_make_no_sense() {
    let folder = folder("bad_options");
    let (flow, _) = desk::write(&folder, "http://127.0.0.1:9");
    let subflow = Export::subflow("part").write(&folder);
    let cases: [&[&str]; 5] = [
        &["flow", "run"],
        &["flow", "run", path(&flow), "--nonsense"],
        &["flow", "run", path(&subflow)],
        &["flow", "run", path(&flow), "--tenant", "nowhere.yaml"],
        &["flow", "run", path(&flow), "--script", "nowhere.yaml"],
    ];
    for arguments in cases {
        let ran = run(arguments);
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ran.err.is_empty());
    }
}
