//! Every secret of a call is a unique text, and no byte that the program writes holds one of
//! them in any form, however the call goes (decision 20).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/call.rs"]
mod call;
#[path = "support/canary.rs"]
mod canary;
#[path = "support/export.rs"]
mod export;
#[path = "support/journal.rs"]
mod journal;
#[path = "support/peer.rs"]
mod peer;
mod support;

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use call::{command, ended, lines, path, step};
use canary::{Haystack, files};
use export::{Export, queue, request, set, speech, taking, tenant};
use peer::{Got, Peer, answer};
use serde_json::json;
use support::{Ran, folder};

const CLIENT_SECRET: &str = "cl1ent&\"Wolke 7\"/ü";
const PASSWORD: &str = "p4ss+\\Nebel 8<ä>";
const LITERAL: &str = "l1teral'Regen\t9";
const BEARER: &str = "b3arer-Sonne_5~x";
const BASIC: &str = "bas1c:Hagel%6 o";
const ACCESS_TOKEN: &str = "acc3ss.Blitz-2~y";
const DEFAULT: &str = "d3fault \"Sturm\" 3 é";
const DIGITS: &str = "7391862450";
const BODY: &str = "b0dy \\Donner\\ 4 ß";
const EDITED: &str = "3dited \"Tau\" 1 ñ";

/// What the CRM does with the requests of the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Crm {
    Works,
    /// Answers 500 and repeats everything that it was sent.
    Repeats,
    /// Answers 401 to all but requests for tokens.
    Refuses,
    /// Gives no tokens, and repeats what it was sent to get them.
    GivesNoToken,
    /// Does not answer in time.
    Sleeps,
    /// Answers something that is no JSON, with a secret in it.
    Babbles,
}

fn crm(mode: Crm) -> Peer {
    Peer::start(move |got, stream| reply(mode, got, stream))
}

fn reply(mode: Crm, got: &Got, stream: &mut TcpStream) {
    let echo = || json!({"error": "wrong", "error_description": got.body, "head": got.head});
    if got.line == "POST /token" {
        let token = json!({"access_token": ACCESS_TOKEN, "token_type": "Bearer"});
        return match mode {
            Crm::GivesNoToken => answer(stream, "400 Bad Request", "", &echo().to_string()),
            _ => answer(stream, "200 OK", "", &token.to_string()),
        };
    }
    // Only what goes into a secure variable is a secret.
    let secret = if got.line == "GET /secret" { BODY } else { "none" };
    let body = json!({"secret": secret, "you": "sent this"}).to_string();
    match mode {
        Crm::Works | Crm::GivesNoToken => answer(stream, "200 OK", "", &body),
        Crm::Repeats => answer(stream, "500 No", "", &echo().to_string()),
        Crm::Refuses => answer(stream, "401 No", "", &echo().to_string()),
        Crm::Sleeps => std::thread::sleep(Duration::from_millis(700)),
        Crm::Babbles => answer(stream, "200 OK", "", &format!("<secret>{secret}</secret>")),
    }
}

/// A flow that uses every secret in every place, and a tenant with a connector for each grant.
fn write_inputs(folder: &Path, base_url: &str) -> PrivateKey {
    let mut ask = speech("Your pin.");
    ask["minDigits"] = json!(10);
    ask["maxDigits"] = json!(10);
    ask["interruptible"] = json!(true);
    let through = |connector: &str, method: &str, path: &str, body: &str| {
        let mut request = request(method, path, body);
        request["connectorId"] = json!(connector);
        request["connectorId_name"] = json!(connector);
        request["httpResponseTimeout"] = json!(300);
        request
    };
    let get = |connector: &str| through(connector, "GET", "/things", "");
    let secret = through("cc", "GET", "/secret", "");
    let check = "/check?pin={{ pin }}&code={{ code | urlencode }}&plain={{ code }}";
    let all = r#"{"pin": "{{ pin }}", "code": {{ code | json }}, "got": "{{ got }}"}"#;
    let all = all.replace(" | json", "");
    Export::new("secrets")
        .secure_variable("pin", "")
        .secure_variable("code", DEFAULT)
        .secure_variable("got", "")
        .variable("copy", "")
        .desktop_variable("notes", "")
        .node("Ask", "ivr-collectdigits", ask)
        .node("Keep", "set-variable", set("pin", "{{ Ask.DigitsEntered }}"))
        .node("Take", "http-request-v2", taking(secret, "got", "$.secret"))
        .node("Password", "http-request-v2", get("pw"))
        .node("Bearer", "http-request-v2", get("bearer"))
        .node("Basic", "http-request-v2", get("basic"))
        .node("Jwt", "http-request-v2", get("jwt"))
        .node("Literal", "http-request-v2", get("literal"))
        .node("Check", "http-request-v2", through("bearer", "GET", check, ""))
        .node("Send", "http-request-v2", through("bearer", "POST", "/all", &all))
        .node("Copy", "set-variable", set("copy", "{{ got }}"))
        .node("Broken", "set-variable", set("copy", "{{ got - code }}"))
        .node(
            "Broken2",
            "set-variable",
            set("copy", "{{ code | date(\"yyyy\", existingFormat=got) }}"),
        )
        .node("Say", "play-message", speech("Hello {{ got }}, {{ pin }}, {{ code }}."))
        .node("Queue", "queue-contact", queue())
        .node("Stop", "end", json!({}))
        .link(
            "Start.out -> Ask
             Ask.default -> Keep
             Ask.timeout -> Say
             Ask.invalid -> Say
             Keep.out -> Take
             Take.default -> Password
             Password.default -> Bearer
             Bearer.default -> Basic
             Basic.default -> Jwt
             Jwt.default -> Literal
             Literal.default -> Check
             Check.default -> Send
             Send.default -> Copy
             Copy.out -> Broken
             Broken.out -> Broken2
             Broken2.out -> Say
             Say.default -> Queue
             Queue.default -> Stop",
        )
        .event("AgentContactAssigned")
        .in_event(
            "Pop",
            "screen-pop",
            json!({"screenPopUrl": "https://crm.example/{{ got }}?pin={{ pin }}",
                   "screenPopDesktopLabel": "{{ code }}"}),
        )
        .in_event("Shown", "end", json!({}))
        .event("ContactEnded")
        .in_event("Post", "http-request-v2", through("cc", "POST", "/comments", &all))
        .in_event("Done", "end", json!({}))
        .link(
            "AgentContactAssigned.out -> Pop
             Pop.default -> Shown
             ContactEnded.out -> Post
             Post.default -> Done",
        )
        .write(folder);
    let key = PrivateKey::generate();
    fs::write(folder.join("key.pem"), &key.0).unwrap();
    fs::write(folder.join("password.txt"), PASSWORD).unwrap();
    let oauth = "token_url: /token, client_id: me";
    let literal = serde_json::to_string(LITERAL).unwrap();
    let connectors = [
        (
            "pw",
            format!(
                "{{type: password, {oauth}, client_secret: {{env: CLIENT_SECRET}}, \
                         username: u, password: {{file: password.txt}}}}"
            ),
        ),
        ("bearer", "{type: bearer, token: {env: BEARER}}".to_owned()),
        ("basic", "{type: basic, username: u, password: {env: BASIC}}".to_owned()),
        (
            "jwt",
            format!(
                "{{type: jwt_bearer, {oauth}, subject: s, audience: a, \
                         private_key: {{file: key.pem}}}}"
            ),
        ),
        ("literal", format!("{{type: client_credentials, {oauth}, client_secret: {literal}}}")),
    ];
    let first =
        format!("{{type: client_credentials, {oauth}, client_secret: {{env: CLIENT_SECRET}}}}");
    let mut text = tenant("secrets", base_url, &first);
    text = text.replace("id: crm", "id: cc").replace("name: CRM", "name: cc");
    for (name, auth) in connectors {
        text.push_str(&format!(
            "  - id: {name}\n    name: {name}\n    base_url: {base_url}\n    auth: {auth}\n    \
             writes: allow\n"
        ));
    }
    fs::write(folder.join("tenant.yaml"), text).unwrap();
    let edit = serde_json::to_string(EDITED).unwrap();
    let script = format!(
        "caller: {{keys: [{{in: Ask, press: \"{DIGITS}\"}}], hang_up_after_answer_s: 3}}\n\
         agents: [{{edits: {{code: {edit}, notes: hello}}, edit_after_s: 1}}]\n"
    );
    fs::write(folder.join("call.yaml"), script).unwrap();
    key
}

/// A private key in PEM.
struct PrivateKey(String);

impl PrivateKey {
    fn generate() -> Self {
        let size = rcgen::RsaKeySize::_2048;
        let pair = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size).unwrap();
        Self(pair.serialize_pem())
    }

    /// Lines out of its middle.
    fn parts(&self) -> Vec<String> {
        self.0.lines().skip(2).take(3).map(str::to_owned).collect()
    }
}

/// Inputs in one folder, everything that the program may write in another.
struct Scene {
    inputs: PathBuf,
    written: PathBuf,
    secrets: Vec<String>,
    crm: Peer,
}

impl Scene {
    fn new(name: &str, crm: Peer) -> Self {
        let folder = folder(name);
        let (inputs, written) = (folder.join("inputs"), folder.join("written"));
        for folder in [&inputs, &written.join("tmp"), &written.join("home")] {
            fs::create_dir_all(folder).unwrap();
        }
        let key = write_inputs(&inputs, &crm.url());
        let known =
            [CLIENT_SECRET, PASSWORD, LITERAL, BEARER, BASIC, ACCESS_TOKEN, DEFAULT, DIGITS, BODY];
        let mut secrets: Vec<String> = known.iter().map(|&it| it.to_owned()).collect();
        secrets.extend(key.parts());
        Self { inputs, written, secrets, crm }
    }

    fn input(&self, name: &str) -> String {
        path(&self.inputs.join(name)).to_owned()
    }

    fn trunkline(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.current_dir(&self.written);
        command.env("TMPDIR", self.written.join("tmp")).env("HOME", self.written.join("home"));
        command.env("CLIENT_SECRET", CLIENT_SECRET).env("BEARER", BEARER).env("BASIC", BASIC);
        command.env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace");
        command
    }

    /// The command that runs the call.
    fn call(&self, more: &[&str]) -> Command {
        let (flow, tenant) = (self.input("secrets.json"), self.input("tenant.yaml"));
        let script = self.input("call.yaml");
        let mut command = self.trunkline(&["flow", "run", &flow, "--tenant", &tenant]);
        command.args(["--script", &script, "--journal", "calls.db", "--allow-literal-secrets"]);
        command.args(more);
        command
    }

    fn replay(&self, more: &[&str]) -> Ran {
        let mut command = self.trunkline(&["flow", "replay", "calls.db"]);
        command.args(more);
        call::finish(command)
    }

    /// Fails when any secret stands in what was printed or written.
    fn search(&self, what: &str, printed: &[&Ran]) {
        let found = self.find(printed);
        assert!(found.is_empty(), "{what}: {found:#?}");
    }

    fn find(&self, printed: &[&Ran]) -> Vec<String> {
        let mut places: Vec<(String, Vec<u8>)> = Vec::new();
        for (number, ran) in printed.iter().enumerate() {
            places.push((format!("standard output {number}"), ran.out.clone().into_bytes()));
            places.push((format!("standard error {number}"), ran.err.clone().into_bytes()));
        }
        for file in files(&self.written) {
            places.push((file.display().to_string(), fs::read(&file).unwrap()));
        }
        // SQLite cuts long records into pages, so they are searched whole as well.
        let database = self.written.join("calls.db");
        if database.exists() {
            let payloads = journal::payloads(&database);
            places.push(("the journal's entries".to_owned(), payloads));
        }
        let mut found = Vec::new();
        for (place, bytes) in &places {
            let haystack = Haystack::new(bytes);
            for secret in &self.secrets {
                for form in haystack.leaks(secret) {
                    found.push(format!("{secret} ({form}) in {place}"));
                }
            }
        }
        found
    }
}

fn in_every_form(scene: &Scene) -> Vec<Ran> {
    let text = call::finish(scene.call(&[]));
    let json = call::finish(scene.call(&["--json"]));
    let (replayed, as_json) = (scene.replay(&[]), scene.replay(&["--json"]));
    for ran in [&text, &json, &replayed, &as_json] {
        assert_eq!(ran.status, Some(0), "{}", ran.err);
    }
    vec![text, json, replayed, as_json]
}

fn no_leak(name: &str, mode: Crm) -> Vec<Ran> {
    let scene = Scene::new(name, crm(mode));
    let printed = in_every_form(&scene);
    scene.search(name, &printed.iter().collect::<Vec<_>>());
    printed
}

#[test]
fn a_call_that_goes_well_shows_no_secret() {
    let scene = Scene::new("secrets_well", crm(Crm::Works));
    let printed = in_every_form(&scene);
    scene.search("works", &printed.iter().collect::<Vec<_>>());
    // The secrets were really used: the CRM got each of them.
    let requests = scene.crm.requests();
    let sent: String = requests.iter().map(|got| format!("{}{}", got.head, got.body)).collect();
    let sent = Haystack::new(sent.as_bytes());
    let missing = |secret: &&str| sent.leaks(secret).is_empty();
    let used =
        [CLIENT_SECRET, PASSWORD, LITERAL, BEARER, BASIC, ACCESS_TOKEN, DEFAULT, DIGITS, BODY];
    let unused: Vec<_> = used.into_iter().filter(missing).collect();
    assert!(unused.is_empty(), "{unused:?}");
    // And the trace says where they were.
    let trace = lines(&printed[1].out);
    assert_eq!(step(&trace, "Keep")["out"]["pin"], "•••");
    assert_eq!(step(&trace, "Take")["out"]["got"], "•••");
    for activity in ["Broken", "Broken2"] {
        assert!(step(&trace, activity)["failure"].is_object(), "{activity}");
    }
}

#[test]
fn no_failure_of_the_crm_shows_a_secret() {
    no_leak("secrets_repeats", Crm::Repeats);
    no_leak("secrets_refuses", Crm::Refuses);
}

#[test]
fn no_failure_of_a_token_server_shows_a_secret() {
    let printed = no_leak("secrets_tokens", Crm::GivesNoToken);
    assert!(printed[0].out.contains("TL-HTTP-TOKEN"), "{}", printed[0].out);
}

#[test]
fn no_time_out_and_no_strange_answer_shows_a_secret() {
    let printed = no_leak("secrets_sleeps", Crm::Sleeps);
    assert!(printed[0].out.contains("TL-HTTP-TIMEOUT"), "{}", printed[0].out);
    no_leak("secrets_babbles", Crm::Babbles);
}

#[test]
fn a_server_that_is_away_brings_no_secret_to_light() {
    let away = crm(Crm::Works);
    away.stop();
    let scene = Scene::new("secrets_away", away);
    let printed = in_every_form(&scene);
    scene.search("away", &printed.iter().collect::<Vec<_>>());
}

#[test]
fn a_crash_leaves_no_secret_behind() {
    let crm = Peer::start(|got, stream| match got.line.as_str() {
        "POST /all" => std::thread::sleep(Duration::from_secs(5)),
        _ => reply(Crm::Works, got, stream),
    });
    let scene = Scene::new("secrets_crash", crm);
    let mut child = scene.call(&["--json"]).spawn().unwrap();
    let limit = Duration::from_secs(20);
    while scene.crm.wait(limit).expect("the call comes to its end") != "POST /all" {}
    child.kill().unwrap();
    let killed = ended(child);
    let replayed = scene.replay(&[]);
    let tenant = scene.input("tenant.yaml");
    let mut recover = scene.trunkline(&["flow", "recover", "calls.db", "--tenant", &tenant]);
    recover.arg("--allow-literal-secrets");
    let recovered = call::finish(recover);
    assert_eq!(recovered.status, Some(0), "{}", recovered.err);
    assert!(recovered.out.contains("TL-HTTP-IN-DOUBT"), "{}", recovered.out);
    fs::remove_file(scene.written.join("calls.db.key")).unwrap();
    let without_key = scene.replay(&[]);
    assert_eq!(without_key.status, Some(2));
    scene.search("crash", &[&killed, &replayed, &recovered, &without_key]);
}

#[test]
fn wrong_configuration_shows_no_secret() {
    let scene = Scene::new("secrets_wrong", crm(Crm::Works));
    let whole = fs::read_to_string(scene.inputs.join("tenant.yaml")).unwrap();
    let mut printed = Vec::new();
    // Literal secrets are refused without being shown.
    let (flow, tenant) = (scene.input("secrets.json"), scene.input("tenant.yaml"));
    let refused = call::finish(scene.trunkline(&["flow", "run", &flow, "--tenant", &tenant]));
    assert_eq!(refused.status, Some(2), "{}", refused.out);
    assert!(refused.err.contains("tenant.yaml:"), "{}", refused.err);
    printed.push(refused);
    for (from, to) in [
        ("client_secret: ", "client_secrte: "),
        ("token_url: /token", "token_url: [no url"),
        ("key.pem", "password.txt"),
        ("private_key: {file: key.pem}", "private_key: {file: nowhere.pem}"),
    ] {
        fs::write(scene.inputs.join("tenant.yaml"), whole.replace(from, to)).unwrap();
        printed.push(call::finish(scene.call(&[])));
        let check = scene.trunkline(&["tenant", "check", &tenant]);
        printed.push(call::finish(check));
        let test = scene.trunkline(&["connector", "test", "jwt", "--tenant", &tenant]);
        printed.push(call::finish(test));
    }
    let check = scene.trunkline(&["flow", "check", &flow, "--format", "json"]);
    printed.push(call::finish(check));
    assert!(printed.iter().all(|ran| !ran.err.contains("panicked")));
    scene.search("wrong", &printed.iter().collect::<Vec<_>>());
}

#[test]
fn the_search_finds_what_is_planted() {
    // Every form, in the middle of other bytes.
    for secret in [CLIENT_SECRET, PASSWORD, LITERAL, ACCESS_TOKEN, DIGITS, BODY] {
        for (name, form) in canary::forms(secret) {
            let bytes = format!("before{form}after").into_bytes();
            assert!(Haystack::new(&bytes).leaks(secret).contains(&name), "{name} of {secret}");
        }
        for lead in ["", "a", "ab"] {
            let text = STANDARD.encode(format!("{lead}{secret}xyz"));
            assert!(
                !Haystack::new(text.as_bytes()).leaks(secret).is_empty(),
                "{secret} after {lead:?}"
            );
        }
        assert!(Haystack::new(b"nothing of that kind").leaks(secret).is_empty());
    }
    // A flow that does not keep its secrets: they are seen on the way out and in the journal.
    let scene = Scene::new("secrets_planted", crm(Crm::Works));
    let flow = fs::read_to_string(scene.inputs.join("secrets.json")).unwrap();
    let flow = flow.replace("\"isSecure\": true", "\"isSecure\": false");
    fs::write(scene.inputs.join("secrets.json"), flow).unwrap();
    let ran = call::finish(scene.call(&["--json"]));
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let found = scene.find(&[&ran]);
    for secret in [DEFAULT, DIGITS, BODY] {
        for place in ["standard output", "calls.db", "the journal's entries"] {
            let is_there = |leak: &String| leak.contains(secret) && leak.contains(place);
            // Digits are journalled one by one.
            if secret != DIGITS || place == "standard output" {
                assert!(found.iter().any(is_there), "{secret} in {place}: {found:#?}");
            }
        }
    }
    // What the program itself keeps secret stays so.
    for secret in [CLIENT_SECRET, PASSWORD, LITERAL, BEARER, BASIC, ACCESS_TOKEN] {
        assert!(!found.iter().any(|leak| leak.contains(secret)), "{found:#?}");
    }
}
