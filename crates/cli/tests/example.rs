//! The example flow `flows/salesforce-data-dip`, run as a person would run it: the program, a
//! Salesforce sandbox, and a script per call. What the caller hears, where they wait, what the
//! agent sees, and what stands in the CRM afterwards.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use trunkline_salesforce_sandbox::{Fixture, Options, Sandbox};

const URGENT_CASE: &str = "5005g00000HbCs2AAF";
const MINOR_CASE: &str = "5005g00000HbCs4AAF";
const SEARCH: &str = "https://example.lightning.force.com/_ui/search/ui/UnifiedSearchResults?str=";

/// The longest time for which a caller may hear nothing: two requests that both time out.
const LONGEST_SILENCE_MS: i64 = 6_500;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flows/salesforce-data-dip")
}

/// A sandbox with the example's records, and the example's tenant pointing to it.
struct Scene {
    runtime: tokio::runtime::Runtime,
    sandbox: Option<Sandbox>,
    folder: PathBuf,
}

impl Scene {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("example-{}-{number}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(1).enable_all().build().unwrap();
        let options = Options {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            fixture: Some(Fixture::read(&example().join("fixture.json")).unwrap()),
            ..Options::default()
        };
        let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
        let tenant = std::fs::read_to_string(example().join("tenant.yaml")).unwrap();
        let flow = example().canonicalize().unwrap().join("flow.json");
        let tenant = tenant
            .replace("http://127.0.0.1:8090", &sandbox.base_url())
            .replace("file: flow.json", &format!("file: {}", flow.display()));
        std::fs::write(folder.join("tenant.yaml"), tenant).unwrap();
        Self { runtime, sandbox: Some(sandbox), folder }
    }

    /// Runs one of the example's scripts.
    fn call(&self, script: &str) -> Call {
        self.run(&example().join("calls").join(script), None)
    }

    /// Runs a script of the test's own.
    fn call_by(&self, ani: &str, script: &str) -> Call {
        let path = self.folder.join("call.yaml");
        std::fs::write(&path, script).unwrap();
        self.run(&path, Some(ani))
    }

    fn run(&self, script: &Path, ani: Option<&str>) -> Call {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline"));
        command.args(["flow", "run"]).arg(example().join("flow.json"));
        command.arg("--tenant").arg(self.folder.join("tenant.yaml"));
        command.arg("--script").arg(script).arg("--json").stdin(Stdio::null());
        if let Some(ani) = ani {
            command.arg("--ani").arg(ani);
        }
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let call = Call { lines };
        call.is_never_silent();
        call
    }

    /// The bodies of a case's comments, oldest first.
    fn comments(&self, case: &str) -> Vec<String> {
        let soql = format!(
            "SELECT CommentBody FROM CaseComment WHERE ParentId = '{case}' ORDER BY CreatedDate"
        );
        let records = self.query(&soql);
        records.iter().map(|it| it["CommentBody"].as_str().unwrap().to_owned()).collect()
    }

    /// That no call has left anything in the CRM.
    fn nothing_is_posted(&self) {
        assert_eq!(self.query("SELECT Id FROM CaseComment").len(), 1);
        assert_eq!(self.query("SELECT Id FROM Task").len(), 0);
        let is_write = |path: &str| path.starts_with("/services/data");
        let requests = self.sandbox.as_ref().unwrap().requests();
        let writes: Vec<_> =
            requests.iter().filter(|it| it.method != "GET" && is_write(&it.path)).collect();
        assert!(writes.is_empty(), "{writes:?}");
    }

    /// How many queries the sandbox has been asked.
    fn queries(&self) -> usize {
        let requests = self.sandbox.as_ref().unwrap().requests();
        requests.iter().filter(|request| request.path.contains("/query")).count()
    }

    fn query(&self, soql: &str) -> Vec<Value> {
        let soql: String = soql.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let path = format!("/services/data/v60.0/query?q={soql}");
        let answer = self.http("GET", &path, &self.bearer(), "");
        answer["records"].as_array().unwrap().clone()
    }

    fn add_contact(&self, last_name: &str, phone: &str) {
        let contact = serde_json::json!({"LastName": last_name, "Phone": phone}).to_string();
        let headers = format!("{}Content-Type: application/json\r\n", self.bearer());
        let path = "/services/data/v60.0/sobjects/Contact";
        assert_eq!(self.http("POST", path, &headers, &contact)["success"], true);
    }

    fn bearer(&self) -> String {
        let form = "grant_type=client_credentials&client_id=trunkline&client_secret=sandbox";
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        let token = self.http("POST", "/services/oauth2/token", kind, form);
        format!("Authorization: Bearer {}\r\n", token["access_token"].as_str().unwrap())
    }

    fn http(&self, method: &str, path: &str, headers: &str, body: &str) -> Value {
        let address = self.sandbox.as_ref().unwrap().address();
        let mut stream = TcpStream::connect(address).unwrap();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\
             Content-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if let Some(sandbox) = self.sandbox.take() {
            self.runtime.block_on(sandbox.stop());
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The trace of one call.
struct Call {
    lines: Vec<Value>,
}

impl Call {
    fn steps(&self) -> impl Iterator<Item = &Value> {
        self.lines.iter().filter(|line| line["line"] == "step")
    }

    fn of_kind<'c>(&'c self, kind: &'c str) -> impl Iterator<Item = &'c Value> {
        self.steps().filter(move |step| step["kind"] == kind)
    }

    fn of_activity<'c>(&'c self, label: &'c str) -> impl Iterator<Item = &'c Value> {
        self.steps().filter(move |step| step["activity"] == label)
    }

    fn contact(&self) -> &str {
        self.lines[0]["contact"].as_str().unwrap()
    }

    /// Everything that was said to the caller.
    fn heard(&self) -> Vec<&str> {
        let said = self.of_kind("play-message").filter_map(|step| step["in"]["prompts"].as_array());
        said.flatten().map(|text| text.as_str().unwrap()).collect()
    }

    /// The queue and the priority that the caller got.
    fn queued(&self) -> Option<(&str, i64)> {
        let mut steps = self.of_kind("queue-contact");
        let step = steps.next()?;
        assert!(steps.next().is_none(), "queued twice");
        let input = &step["in"];
        Some((input["queue"].as_str().unwrap(), input["priority"].as_i64().unwrap()))
    }

    /// The page that the agent got to see.
    fn popped(&self) -> Option<&str> {
        let mut steps = self.of_kind("screen-pop");
        let step = steps.next()?;
        assert!(steps.next().is_none(), "two pages");
        assert!(step["warnings"].is_null(), "{step}");
        assert!(step["thread"] == "event:AgentAnswered", "{step}");
        step["in"]["url"].as_str()
    }

    /// The agents who answered.
    fn answered_by(&self) -> Vec<&str> {
        self.of_kind("contact.answered").map(|it| it["in"]["agent"].as_str().unwrap()).collect()
    }

    /// How many seconds the call had lasted when the comment was written.
    fn seconds_at_comment(&self) -> i64 {
        let t_ms = self.of_activity("WriteComment").next().unwrap()["t_ms"].as_i64().unwrap();
        (t_ms + 500) / 1_000
    }

    /// The number of the first line that passes.
    fn position(&self, passes: impl Fn(&Value) -> bool) -> usize {
        self.lines.iter().position(passes).unwrap()
    }

    /// That the caller always heard something, apart from short waits for Salesforce, until an
    /// agent answered or the call was over; and that the contact came to its end.
    fn is_never_silent(&self) {
        let mut quiet_since = Some(0);
        for step in self.steps() {
            let t_ms = step["t_ms"].as_i64().unwrap();
            let kind = step["kind"].as_str().unwrap();
            let has_port = step["port"].is_string();
            let ends = ["contact.answered", "contact.caller_hung_up", "contact.disconnected"];
            let is_audible = matches!(kind, "play-message" | "play-music");
            if let Some(since) = quiet_since.filter(|_| is_audible || ends.contains(&kind)) {
                let silence_ms = t_ms - since;
                assert!(silence_ms <= LONGEST_SILENCE_MS, "{silence_ms} ms before {step}");
            }
            match kind {
                "play-message" | "play-music" => quiet_since = has_port.then_some(t_ms),
                _ if ends.contains(&kind) => break,
                _ => {}
            }
        }
        assert_eq!(self.of_kind("contact.ended").count(), 1);
        assert_eq!(self.of_kind("contact.error_unhandled").count(), 0);
        assert_eq!(self.of_kind("contact.sent_to_fallback").count(), 0);
    }

    /// That the caller was taken for a stranger, and helped all the same.
    fn is_greeted_without_a_name(&self) {
        let heard = self.heard();
        assert_eq!(heard[0], "Thank you for calling Harbor Bikes.");
        assert!(heard[1].starts_with("We are connecting you with a colleague."), "{heard:?}");
        assert!(!heard.iter().any(|text| text.contains("Ann") || text.contains("Hello")));
        assert_eq!(self.queued(), Some(("Support", 5)));
    }
}

#[test]
fn a_known_caller_is_greeted_queued_shown_and_written_down() {
    let scene = Scene::new();
    let call = scene.call("known-caller.yaml");
    let heard = call.heard();
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert_eq!(
        heard[1],
        "Hello Ann Novak. We see your open case number 00001002, about: Brakes squeal in the \
         rain. We are connecting you with a colleague who has it in front of them."
    );
    assert_eq!(call.queued(), Some(("Support", 1)));
    let page = format!("https://example.lightning.force.com/lightning/r/Case/{URGENT_CASE}/view");
    assert_eq!(call.popped(), Some(page.as_str()));

    // The notes were typed while wrapping up, after the call: they must be in the comment whole.
    let comments = scene.comments(URGENT_CASE);
    assert_eq!(comments.len(), 2, "{comments:?}");
    let (contact, seconds) = (call.contact(), call.seconds_at_comment());
    let agents = call.answered_by();
    let [agent] = agents.as_slice() else { panic!("{agents:?}") };
    let expected = format!(
        "Call {contact}, answered by {agent}.\nDuration: {seconds} seconds.\nNotes: She said \
         \"no brakes in the rain\".\nSent new pads / 新しいパッドを送付。\nC:\\orders\\{{1}} – 10 % off"
    );
    assert_eq!(comments[1], expected);
    assert_eq!(scene.query("SELECT Id FROM CaseComment").len(), 2);
    let edited = call.position(|line| line["kind"] == "contact.edited");
    assert!(edited < call.position(|line| line["activity"] == "PostComment"));
    assert!(seconds > 45 + 20, "{seconds}");
}

#[test]
fn an_unknown_caller_is_greeted_without_a_name_and_leaves_nothing() {
    let scene = Scene::new();
    let call = scene.call("unknown-caller.yaml");
    call.is_greeted_without_a_name();
    assert_eq!(call.popped(), Some(format!("{SEARCH}2025550199").as_str()));
    assert_eq!(scene.queries(), 1);
    scene.nothing_is_posted();
}

#[test]
fn an_anonymous_caller_skips_salesforce() {
    let scene = Scene::new();
    let call = scene.call("anonymous.yaml");
    call.is_greeted_without_a_name();
    assert_eq!(call.of_kind("http-request-v2").count(), 0);
    assert_eq!(call.popped(), Some(SEARCH));
    assert!(scene.sandbox.as_ref().unwrap().requests().is_empty());
    scene.nothing_is_posted();
}

#[test]
fn what_is_no_number_never_gets_into_a_query() {
    let scene = Scene::new();
    for ani in ["x' OR Name LIKE '", "202-555-0142' OR '", "%25%25%25%25%25%25%25%25%25", "911"] {
        let call = scene.call_by(ani, "");
        call.is_greeted_without_a_name();
        assert_eq!(call.of_kind("http-request-v2").count(), 0, "{ani}");
    }
    scene.nothing_is_posted();
}

#[test]
fn a_salesforce_that_fails_does_not_keep_the_caller() {
    for (script, failure) in [
        ("salesforce-down.yaml", Some("TL-HTTP-CONNECT")),
        ("salesforce-slow.yaml", Some("TL-HTTP-TIMEOUT")),
        ("salesforce-5xx.yaml", None),
    ] {
        let scene = Scene::new();
        let call = scene.call(script);
        call.is_greeted_without_a_name();
        let requests: Vec<_> = call.of_kind("http-request-v2").collect();
        assert_eq!(requests.len(), 1, "{script}: {requests:?}");
        assert_eq!(requests[0]["failure"]["code"].as_str(), failure, "{script}");
        assert_eq!(call.popped(), Some(format!("{SEARCH}2025550142").as_str()), "{script}");
        assert_eq!(call.answered_by().len(), 1, "{script}");
        scene.nothing_is_posted();
    }
}

#[test]
fn a_host_where_nothing_listens_does_not_keep_the_caller() {
    let mut scene = Scene::new();
    let sandbox = scene.sandbox.take().unwrap();
    scene.runtime.block_on(sandbox.stop());
    let call = scene.call_by("+12025550142", "");
    call.is_greeted_without_a_name();
    // The first request that finds nobody is the one for a token.
    let failure = &call.of_kind("http-request-v2").next().unwrap()["failure"]["code"];
    assert_eq!(failure, "TL-HTTP-TOKEN");
    assert_eq!(call.answered_by().len(), 1);
}

#[test]
fn refusals_and_nonsense_are_as_good_as_no_answer() {
    let scene = Scene::new();
    for answer in [
        "status: 401, body: '[{\"errorCode\": \"INVALID_SESSION_ID\", \"message\": \"expired\"}]'",
        "status: 403, body: '[{\"errorCode\": \"REQUEST_LIMIT_EXCEEDED\", \"message\": \"\"}]'",
        "status: 200, body: '<html><h1>Login</h1></html>'",
        "status: 200, body: ''",
        "status: 200, body: '{\"totalSize\": \"many\"}'",
    ] {
        let script = format!("http: [{{contains: /query, {answer}}}]");
        let call = scene.call_by("+12025550142", &script);
        call.is_greeted_without_a_name();
        assert_eq!(call.answered_by().len(), 1, "{answer}");
    }
    scene.nothing_is_posted();
}

#[test]
fn a_contact_whose_case_cannot_be_read_is_still_greeted_by_name() {
    let scene = Scene::new();
    for failure in ["status: 500", "latency_ms: 9000", "fail: connect"] {
        let script = format!("http: [{{contains: FROM Case WHERE, {failure}}}]");
        let call = scene.call_by("+12025550142", &script);
        assert_eq!(call.heard()[1], "Hello Ann Novak. We are connecting you with a colleague.");
        assert_eq!(call.queued(), Some(("Support", 5)), "{failure}");
        let page =
            "https://example.lightning.force.com/lightning/r/Contact/0035g00000HbAnnAAF/view";
        assert_eq!(call.popped(), Some(page), "{failure}");
    }
    scene.nothing_is_posted();
}

#[test]
fn numbers_are_found_however_salesforce_writes_them() {
    let scene = Scene::new();
    // (202) 555-0142 as a phone, +12025550177 and 090-0000-0142 as mobile phones.
    for (ani, name, priority) in [
        ("+12025550142", "Ann Novak", 1),
        ("(202) 555-0142", "Ann Novak", 1),
        ("+12025550177", "Ben Okafor", 5),
        ("+819000000142", "佐藤 陽菜", 9),
        ("011819000000142", "佐藤 陽菜", 9),
    ] {
        let call = scene.call_by(ani, "");
        let greeting = format!("Hello {name}.");
        assert!(call.heard()[1].starts_with(&greeting), "{ani}: {:?}", call.heard());
        assert_eq!(call.queued(), Some(("Support", priority)), "{ani}");
    }
    // Another area code, or another mobile prefix, is another person.
    for ani in ["+13025550142", "+818000000142", "+81300000142"] {
        scene.call_by(ani, "").is_greeted_without_a_name();
    }
}

#[test]
fn other_spellings_are_found_and_other_people_are_not() {
    let scene = Scene::new();
    for (spelling, ani, stranger) in [
        // 080 must not be found in the country code 81 and the 0 after the 9.
        ("+81 90-0000-0155", "+819000000155", "+818000000155"),
        ("045-000-0156", "+81450000156", "+81440000156"),
        ("03-0000-0157", "+81300000157", "+81600000157"),
        ("202.555.0158", "+12025550158", "+12035550158"),
        ("1 202 555 0159", "+12025550159", "+12025560159"),
        ("2025550160 x12", "+12025550160", "+12025550161"),
    ] {
        scene.add_contact(spelling, spelling);
        let call = scene.call_by(ani, "");
        let greeting = format!("Hello {spelling}.");
        assert!(call.heard()[1].starts_with(&greeting), "{ani}: {:?}", call.heard());
        scene.call_by(stranger, "").is_greeted_without_a_name();
    }
}

#[test]
fn japanese_notes_reach_the_case_unharmed() {
    let scene = Scene::new();
    let notes = "「ライト」を青に変更。\\n ではなく \"青\" & 'blue' 🚲 {{ notes }} \\u0041";
    let script = format!("agents: [{{wrap_up_edits: {{notes: {}}}}}]", serde_json::json!(notes));
    let call = scene.call_by("+819000000142", &script);
    let comments = scene.comments(MINOR_CASE);
    assert_eq!(comments.len(), 1);
    assert!(comments[0].ends_with(&format!("\nNotes: {notes}")), "{}", comments[0]);
    assert!(comments[0].contains(call.contact()));
}

#[test]
fn long_notes_are_cut_to_what_a_comment_holds() {
    let scene = Scene::new();
    let notes = "長".repeat(3_000);
    scene.call_by("+12025550142", &format!("agents: [{{wrap_up_edits: {{notes: {notes}}}}}]"));
    let comments = scene.comments(URGENT_CASE);
    assert_eq!(comments.len(), 2);
    assert!(comments[1].ends_with("長..."));
    // Salesforce counts bytes.
    assert!((3_500..=4_000).contains(&comments[1].len()), "{}", comments[1].len());
}

#[test]
fn an_agent_without_notes_is_written_down_as_well() {
    let scene = Scene::new();
    scene.call_by("+12025550142", "agents: [{hang_up_after_s: 12}]");
    let comments = scene.comments(URGENT_CASE);
    assert_eq!(comments.len(), 2);
    assert!(comments[1].ends_with("seconds.\nNotes: none"), "{}", comments[1]);
}

#[test]
fn the_cases_priority_decides_the_place_in_the_queue() {
    let scene = Scene::new();
    for (word, priority) in [("High", 1), ("Medium", 5), ("Low", 9), ("Critical", 5), ("", 5)] {
        let body = serde_json::json!({"totalSize": 1, "done": true, "records": [
            {"Id": URGENT_CASE, "CaseNumber": "1", "Subject": "S", "Priority": word}]});
        let stub = serde_json::json!({"contains": "FROM Case WHERE", "body": body.to_string()});
        let script = serde_json::json!({"http": [stub]}).to_string();
        let call = scene.call_by("+12025550142", &script);
        assert_eq!(call.queued(), Some(("Support", priority)), "{word}");
    }
}

#[test]
fn a_number_that_two_contacts_share_greets_neither() {
    let scene = Scene::new();
    let record = serde_json::json!({"Id": "0035g00000HbAnnAAF", "Name": "Ann Novak"});
    let body = serde_json::json!({"totalSize": 2, "done": true, "records": [record, record]});
    let stub = serde_json::json!({"contains": "FROM Contact", "body": body.to_string()});
    let script = serde_json::json!({"http": [stub]}).to_string();
    let call = scene.call_by("+12025550142", &script);
    call.is_greeted_without_a_name();
    assert_eq!(call.popped(), Some(format!("{SEARCH}2025550142").as_str()));
    let answered = call.of_kind("contact.answered").next().unwrap();
    assert_eq!(answered["out"]["cad"]["Customer"], "");
    scene.nothing_is_posted();
}

#[test]
fn a_caller_who_gives_up_in_the_queue_has_heard_where_they_stand() {
    let scene = Scene::new();
    let call = scene.call("hang-up-in-queue.yaml");
    assert_eq!(call.queued(), Some(("Support", 1)));
    let heard = call.heard();
    let position = "You are number 1 in line. Thank you for your patience.";
    assert_eq!(heard.iter().filter(|text| **text == position).count(), 2, "{heard:?}");
    let music: Vec<_> =
        call.of_kind("play-music").filter(|step| step["in"]["music"].is_string()).collect();
    assert!(music.len() >= 4, "{}", music.len());
    assert!(music.iter().all(|step| step["in"]["duration_ms"] == 30_000));
    assert!(call.answered_by().is_empty());
    assert_eq!(call.popped(), None);
    scene.nothing_is_posted();
}

#[test]
fn a_caller_who_hangs_up_during_the_dip_is_gone() {
    let scene = Scene::new();
    let call = scene.call("hang-up-during-dip.yaml");
    let hung_up = call.position(|line| line["kind"] == "contact.caller_hung_up");
    assert!(call.position(|line| line["activity"] == "FindContact") > hung_up);
    assert_eq!(call.heard(), ["Thank you for calling Harbor Bikes."]);
    assert_eq!(call.queued(), None);
    scene.nothing_is_posted();
}

#[test]
fn an_agent_who_does_not_answer_costs_the_caller_nothing() {
    let scene = Scene::new();
    let call = scene.call("agent-does-not-answer.yaml");
    let offered: Vec<_> =
        call.of_kind("contact.offered").map(|it| it["in"]["agent"].as_str().unwrap()).collect();
    assert_eq!(offered.len(), 2, "{offered:?}");
    assert_ne!(offered[0], offered[1]);
    assert_eq!(call.answered_by(), [offered[1]]);
    assert_eq!(call.queued(), Some(("Support", 1)));
    let comments = scene.comments(URGENT_CASE);
    assert_eq!(comments.len(), 2);
    assert!(comments[1].contains(&format!("answered by {}.", offered[1])), "{}", comments[1]);
    assert!(comments[1].ends_with("\nNotes: Called back about the brakes."));
}

#[test]
fn a_comment_that_failed_is_posted_once_more_and_no_oftener() {
    for (stub, comments, attempts) in [
        ("times: 1, status: 503", 2, 2),
        ("times: 1, fail: connect", 2, 2),
        ("times: 1, latency_ms: 20000", 2, 2),
        ("status: 503", 1, 2),
        ("fail: timeout", 1, 2),
    ] {
        let scene = Scene::new();
        let script = format!("http: [{{method: POST, contains: CaseComment, {stub}}}]");
        let call = scene.call_by("+12025550142", &script);
        assert_eq!(scene.comments(URGENT_CASE).len(), comments, "{stub}");
        assert_eq!(call.of_activity("PostComment").count(), attempts, "{stub}");
        assert_eq!(call.of_activity("LookForComment").count(), attempts, "{stub}");
    }
}

#[test]
fn a_write_that_the_tenant_denies_is_not_tried_again() {
    let scene = Scene::new();
    let path = scene.folder.join("tenant.yaml");
    let tenant = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, tenant.replace("writes: allow", "writes: deny")).unwrap();
    let call = scene.call("known-caller.yaml");
    assert_eq!(call.of_activity("PostComment").count(), 1);
    scene.nothing_is_posted();
}

#[test]
fn a_comment_is_posted_even_when_the_look_before_it_fails() {
    for stub in ["status: 500", "latency_ms: 20000", "body: ''"] {
        let scene = Scene::new();
        let script = format!("http: [{{contains: FROM CaseComment, {stub}}}]");
        scene.call_by("+12025550142", &script);
        assert_eq!(scene.comments(URGENT_CASE).len(), 2, "{stub}");
    }
}

#[test]
fn the_check_finds_nothing() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline"));
    command.args(["flow", "check"]).arg(example().join("flow.json"));
    command.arg("--tenant").arg(example().join("tenant.yaml")).args(["--format", "json"]);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let files: Value = serde_json::from_str(&text).unwrap();
    let findings = files[0]["findings"].as_array().unwrap();
    assert!(findings.is_empty(), "{findings:#?}");
}
