//! `trunkline serve` and the commands that speak to it, run as a program.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/export.rs"]
mod export;
mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use export::Export;
use serde_json::{Value, json};
use support::{PROGRAM, folder};
use trunkline_softphone::{Phone, PhoneSettings, Standing};
use trunkline_telephony::message::Headers;

/// The phone's password, which must not be seen anywhere.
const PASSWORD: &str = "zebra-quartz-71";

/// A port that was free a moment ago, for UDP and TCP.
fn free_port() -> u16 {
    loop {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = tcp.local_addr().unwrap().port();
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A folder with the example's tenant and a configuration on free ports.
fn site(name: &str) -> (PathBuf, u16) {
    let folder = folder(name);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flows/salesforce-data-dip");
    for file in ["flow.json", "tenant.yaml"] {
        fs::copy(example.join(file), folder.join(file)).unwrap();
    }
    let (sip, http) = (free_port(), free_port());
    let config = format!(
        "[sip]\nlisten = ['127.0.0.1:{sip}']\nmax_calls = 100\n\
         [http]\nlisten = '127.0.0.1:{http}'\n\
         [[trunk]]\nname = 'lab'\nnetworks = ['127.0.0.0/8']\n\
         [[phone]]\nuser = 'maria'\nagent = 'maria'\npassword = {{ env = 'PHONE_MARIA' }}\n"
    );
    fs::write(folder.join("trunkline.toml"), config).unwrap();
    (folder, http)
}

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder).args(arguments).env("PHONE_MARIA", PASSWORD);
    command
}

/// Runs to the end: status, standard output and standard error together.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = program(folder, arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// A running server, killed when it is dropped.
struct Served {
    child: Child,
    log: PathBuf,
}

impl Served {
    fn start(folder: &Path) -> Self {
        let log = folder.join("log.txt");
        let child = program(folder, &["serve"])
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn();
        let served = Self { child: child.unwrap(), log };
        let begun = Instant::now();
        while run(folder, &["status"]).0 != Some(0) {
            let log = fs::read_to_string(&served.log).unwrap();
            assert!(begun.elapsed() < Duration::from_secs(20), "not ready: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
        served
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits until the log has this.
    fn await_log(&self, text: &str) -> String {
        let begun = Instant::now();
        loop {
            let log = fs::read_to_string(&self.log).unwrap();
            if log.contains(text) {
                return log;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{text} does not come: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for the end.
    fn ended(&mut self) -> Option<i32> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server does not end");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn check_says_what_is_wrong_and_starts_nothing() {
    let (folder, http) = site("serve-check");
    let (status, text) = run(&folder, &["serve", "--check"]);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("number   +12025550100 -> Main line: Salesforce data dip"), "{text}");
    assert!(text.contains(": Maria Lind") && !text.contains(PASSWORD), "{text}");
    let _held = TcpListener::bind(("127.0.0.1", http)).unwrap();
    let (status, text) = run(&folder, &["serve", "--check", "--json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &report["ok"]), (Some(1), &Value::Bool(false)));
    let finding = &report["findings"][0];
    assert_eq!((&finding["key"], &finding["line"]), (&"http.listen".into(), &5.into()), "{text}");
    let gone = program(&folder, &["serve", "--check"]).env_remove("PHONE_MARIA").output().unwrap();
    let text = String::from_utf8(gone.stdout).unwrap();
    assert!(text.contains("phone[0].password: the environment variable PHONE_MARIA is not set"));
    let (status, text) = run(&folder, &["serve", "--config", "no.toml"]);
    assert_eq!(status, Some(2));
    assert!(text.starts_with("trunkline: no.toml: cannot be read: No such file"), "{text}");
}

#[test]
fn check_looks_at_audio_files_and_programs_for_speech() {
    let (folder, _) = site("serve-check-files");
    fs::write(folder.join("bad.wav"), "RIFF and nothing more").unwrap();
    let tenant = fs::read_to_string(folder.join("tenant.yaml")).unwrap();
    let tenant = tenant.replace("\naudio:\n", "\naudio:\n  - {name: bad.wav, file: bad.wav}\n");
    fs::write(folder.join("tenant.yaml"), tenant).unwrap();
    let output = program(&folder, &["serve", "--check"]).env("PATH", "/nonexistent").output();
    let output = output.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("warning: tenant.yaml: the audio file \"bad.wav\""), "{text}");
    assert!(
        text.contains("espeak-ng cannot speak: `espeak-ng` is not there; install it"),
        "{text}"
    );
    assert!(text.contains("in order, with 3 warnings"), "{text}");
}

#[test]
fn a_server_is_asked_reloaded_and_drained() {
    let (folder, http) = site("serve-run");
    let (status, text) = run(&folder, &["status"]);
    assert!(status == Some(2) && text.contains("no server answers at"), "{text}");
    let mut served = Served::start(&folder);
    let (_, text) = run(&folder, &["agent", "list"]);
    assert!(text.contains("Maria Lind (maria): signed_out, phone maria not registered"), "{text}");
    let (status, text) = run(&folder, &["agent", "set", "kenji", "idle", "Lunch"]);
    assert!(status == Some(0) && text.contains("idle \"Lunch\""), "{text}");
    let (status, text) = run(&folder, &["agent", "set", "nobody", "available"]);
    assert!(status == Some(1) && text.contains("no agent"), "{text}");
    assert_eq!(run(&folder, &["contact", "list"]), (Some(0), String::new()));
    assert_eq!(run(&folder, &["contact", "hang-up", "0190"]).0, Some(1));
    let (status, text) = run(&folder, &["status", "--json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &report["readiness"]["ready"]), (Some(0), &Value::Bool(true)));
    assert!(get(http, "/metrics").contains("trunkline_agents{state=\"idle\"} 1"));
    assert!(get(http, "/healthz").starts_with("HTTP/1.1 200"));

    let (status, text) = run(&folder, &["serve"]);
    assert!(status == Some(2) && text.contains("cannot"), "a second server: {text}");
    let file = folder.join("trunkline.toml");
    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{good}\nagnet = 1\n")).unwrap();
    served.signal("HUP");
    served.await_log("unknown key `agnet`");
    served.await_log("nothing has changed");
    fs::write(&file, good.replace("max_calls = 100", "max_calls = 101")).unwrap();
    served.signal("HUP");
    served.await_log("`sip.max_calls` is taken over");
    served.signal("TERM");
    assert_eq!(served.ended(), Some(0));
    let log = served.await_log("stopped: all calls are over");
    assert!(!log.contains(PASSWORD));
    let mut printed = String::new();
    let mut out = BufReader::new(served.child.stdout.take().unwrap());
    while out.read_line(&mut printed).unwrap() > 0 {}
    assert!(printed.contains("phone    sip:maria@127.0.0.1:") && !printed.contains(PASSWORD));
    assert!(!folder.join("data/admin.sock").exists());
}

/// Sends a request and gives the answers until one has this status.
fn sip(port: u16, request: &str, until: &str) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let own = socket.local_addr().unwrap();
    let text = request.replace("OWN", &own.to_string()).replace('\n', "\r\n");
    socket.send_to(text.as_bytes(), ("127.0.0.1", port)).unwrap();
    let mut buffer = [0; 4_096];
    loop {
        let length = socket.recv(&mut buffer).unwrap();
        let answer = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if answer.starts_with(&format!("SIP/2.0 {until}")) {
            return answer;
        }
    }
}

const REGISTER: &str = "\
REGISTER sip:127.0.0.1 SIP/2.0
Via: SIP/2.0/UDP OWN;branch=z9hG4bKr1;rport
Max-Forwards: 70
From: <sip:maria@127.0.0.1>;tag=r
To: <sip:maria@127.0.0.1>
Call-ID: register-1
CSeq: 1 REGISTER
Contact: <sip:maria@OWN>
Authorization: Digest username=\"maria\", realm=\"trunkline\", nonce=\"0\", uri=\"sip:127.0.0.1\", \
response=\"feedc0ffee5eed\", algorithm=MD5
Content-Length: 0

";

const INVITE: &str = "\
INVITE sip:+12025550100@127.0.0.1 SIP/2.0
Via: SIP/2.0/UDP OWN;branch=z9hG4bKi1;rport
Max-Forwards: 70
From: <sip:+12025550177@127.0.0.1>;tag=i
To: <sip:+12025550100@127.0.0.1>
Call-ID: invite-1
CSeq: 1 INVITE
Contact: <sip:caller@OWN>
Authorization: Digest username=\"x\", response=\"feedc0ffee5eed\"
Content-Type: application/sdp
Content-Length: 117

v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 40002 RTP/AVP 0 101
a=rtpmap:101 telephone-event/8000
";

#[test]
fn the_log_names_the_contact_and_no_credential_at_its_loudest() {
    let (folder, http) = site("serve-log");
    let file = folder.join("trunkline.toml");
    let config = fs::read_to_string(&file).unwrap();
    let port = config.split("127.0.0.1:").nth(1).unwrap().split('\'').next().unwrap();
    let port: u16 = port.parse().unwrap();
    fs::write(&file, format!("log = {{ level = 'trace', format = 'json' }}\n{config}")).unwrap();
    let mut served = Served::start(&folder);
    sip(port, REGISTER, "401");
    let body = INVITE.split_once("\n\n").unwrap().1.replace('\n', "\r\n");
    sip(port, &INVITE.replace("117", &body.len().to_string()), "200");
    let (_, text) = run(&folder, &["contact", "list"]);
    let contact = text.split(' ').next().unwrap().to_owned();
    assert!(text.contains("+12025550177 -> +12025550100 (Main line)"), "{text}");
    assert!(get(http, "/metrics").contains("trunkline_contacts_begun_total 1"));
    assert_eq!(run(&folder, &["contact", "hang-up", &contact]).0, Some(0));
    served.signal("TERM");
    served.signal("INT");
    assert_eq!(served.ended(), Some(0));
    let log = fs::read_to_string(&served.log).unwrap();
    for secret in [PASSWORD, "feedc0ffee5eed"] {
        assert!(!log.contains(secret), "the log has {secret}");
    }
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
    let named = lines.filter(|line| line["contact"] == *contact).count();
    assert!(named > 0, "no line names the contact {contact}: {log}");
}

/// A folder `other` with the same tenant, but for a name.
fn renamed(folder: &Path, from: &str, to: &str) {
    let other = folder.join("other");
    fs::create_dir_all(&other).unwrap();
    fs::copy(folder.join("flow.json"), other.join("flow.json")).unwrap();
    let tenant = fs::read_to_string(folder.join("tenant.yaml")).unwrap();
    assert!(tenant.contains(from));
    fs::write(other.join("tenant.yaml"), tenant.replace(from, to)).unwrap();
}

/// Waits until a command prints this.
fn await_output(folder: &Path, arguments: &[&str], expected: &str) {
    let begun = Instant::now();
    loop {
        let (_, text) = run(folder, arguments);
        if text.contains(expected) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{expected} does not come: {text}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Adds an audio file of a second to the copy of the tenant in `other`, which telephones do not
/// play as it is.
fn with_audio(folder: &Path) {
    let wav = trunkline_media::wav::Wav::linear(16_000, &[500; 16_000]).to_bytes().unwrap();
    fs::create_dir_all(folder.join("other/audio")).unwrap();
    fs::write(folder.join("other/audio/hi.wav"), wav).unwrap();
    let file = folder.join("other/tenant.yaml");
    let text = fs::read_to_string(&file).unwrap();
    let entry = "\naudio:\n  - {name: hi.wav, file: audio/hi.wav}";
    fs::write(file, text.replacen("\naudio:", entry, 1)).unwrap();
}

/// What telephones play of it.
fn assert_exported(folder: &Path) {
    let file = fs::read(folder.join("audio/hi.wav")).unwrap();
    let wav = trunkline_media::wav::Wav::parse(&file).unwrap();
    assert!(wav.is_webex() && wav.data.len() == 8_000, "{} bytes", file.len());
}

#[test]
fn a_tenant_is_planned_applied_and_exported_beside_a_server() {
    let (folder, _) = site("serve-apply");
    let mut served = Served::start(&folder);
    renamed(&folder, "Maria Lind", "Maria Berg");
    let (status, text) = run(&folder, &["apply", "--plan", "other"]);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("~ agent maria (Maria Berg): name"), "{text}");
    assert!(text.contains("0 to make, 1 to change, 0 to delete"), "{text}");
    assert!(run(&folder, &["agent", "list"]).1.contains("Maria Lind"), "a plan changes nothing");
    let (status, text) = run(&folder, &["apply", "other", "--note", "a wedding"]);
    assert!(status == Some(0) && text.contains("done: revision 2"), "{text}");
    await_output(&folder, &["agent", "list"], "Maria Berg");

    // The file is not what counts any more, and never overwrites what is kept.
    let (status, text) = run(&folder, &["serve", "--check"]);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("differs from it: 0 to be made, 1 to be changed"), "{text}");
    assert!(text.contains("settings.sqlite, revision 2"), "{text}");
    served.signal("HUP");
    served.await_log("the configuration was read anew");
    assert!(run(&folder, &["agent", "list"]).1.contains("Maria Berg"));

    let (status, text) = run(&folder, &["tenant", "export", "out"]);
    assert_eq!(status, Some(0), "{text}");
    let flow = |folder: &Path| fs::read_to_string(folder.join("flow.json")).unwrap();
    assert_eq!(flow(&folder.join("out")), flow(&folder), "to the letter");
    assert_eq!(run(&folder, &["tenant", "export", "out"]).0, Some(2), "nothing is replaced");
    let (_, text) = run(&folder, &["apply", "--plan", "--json", "out"]);
    let plan: Value = serde_json::from_str(&text).unwrap();
    let steps = plan["steps"].as_array().unwrap();
    assert!(!steps.is_empty() && steps.iter().all(|it| it["action"] == "unchanged"), "{text}");
    with_audio(&folder);
    let (status, text) = run(&folder, &["apply", "other"]);
    assert!(status == Some(0) && text.contains("+ audio hi.wav"), "{text}");
    let (status, text) = run(&folder, &["tenant", "export", "sounds"]);
    assert_eq!(status, Some(0), "{text}");
    assert_exported(&folder.join("sounds"));
    let (_, text) = run(&folder, &["apply", "other"]);
    assert!(text.contains("nothing to do"), "{text}");
    fs::write(folder.join("other/audio/hi.wav"), "no sound").unwrap();
    let (status, text) = run(&folder, &["apply", "other"]);
    assert!(status == Some(2) && text.contains("hi.wav: it is no WAV"), "{text}");
    fs::write(folder.join("bad.yaml"), "queues: [{id: q, name: Q, groups: [{teams: [x]}]}]")
        .unwrap();
    let (status, text) = run(&folder, &["apply", "bad.yaml"]);
    assert!(status == Some(2) && text.contains("bad.yaml:1:"), "{text}");
    served.signal("TERM");
    assert_eq!(served.ended(), Some(0));
}

#[test]
fn a_tenant_is_applied_by_a_servers_interface() {
    use trunkline_accounts::{Accounts, Actor, NewToken, NewUser, Role, Roles, Scope, Scopes};
    let (folder, _) = site("serve-apply-server");
    let port = free_port();
    let config = fs::read_to_string(folder.join("trunkline.toml")).unwrap();
    let config = format!("[web]\nlisten = '127.0.0.1:{port}'\n{config}");
    fs::write(folder.join("trunkline.toml"), config).unwrap();
    fs::create_dir_all(folder.join("data")).unwrap();
    let settings = trunkline_accounts::Settings::default();
    let accounts = Accounts::open(folder.join("data/accounts.sqlite"), settings).unwrap();
    let now_ms =
        i64::try_from(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    let new = NewUser {
        name: "ada".into(),
        display_name: "Ada".into(),
        roles: Roles::from([Role::Administrator]),
        ..NewUser::default()
    };
    let user = accounts.create_user(now_ms, &Actor::system(), &new).unwrap();
    let token = |scope: Scope| {
        let scopes = Scopes::from([scope, Scope::ConfigurationRead]);
        let expires_ms = now_ms + 3_600_000;
        let new = NewToken { name: format!("{scope:?}"), scopes, expires_ms };
        let made = accounts.create_token(now_ms, &Actor::system(), user.id, &new).unwrap();
        made.0.reveal().to_owned()
    };
    let mut served = Served::start(&folder);
    renamed(&folder, "Maria Lind", "Maria Berg");
    let url = format!("http://127.0.0.1:{port}");
    let apply = |token: &str, arguments: &[&str]| {
        let all = [&["apply", "other", "--server", &url], arguments].concat();
        let output = program(&folder, &all).env("TRUNKLINE_TOKEN", token).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let (status, text) = apply("trunkline_wrong", &[]);
    assert!(status == Some(1) && text.contains("(not-signed-in)"), "{text}");
    let (status, text) = apply(&token(Scope::FlowsRead), &[]);
    assert!(status == Some(1) && text.contains("(wrong-scope)"), "{text}");
    let right = token(Scope::ConfigurationWrite);
    let (status, text) = apply(&right, &["--plan"]);
    assert!(status == Some(0) && text.contains("~ agent maria (Maria Berg): name"), "{text}");
    let (status, text) = apply(&right, &[]);
    assert!(status == Some(0) && text.contains("done: revision 2"), "{text}");
    assert!(!text.contains("note:"), "{text}");
    assert!(run(&folder, &["agent", "list"]).1.contains("Maria Berg"), "in force when it says so");
    with_audio(&folder);
    let (status, text) = apply(&right, &[]);
    assert!(status == Some(0) && text.contains("+ audio hi.wav"), "{text}");
    let export = ["tenant", "export", "sounds", "--server", &url];
    let output = program(&folder, &export).env("TRUNKLINE_TOKEN", &right).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_exported(&folder.join("sounds"));
    served.signal("TERM");
    assert_eq!(served.ended(), Some(0));
}

/// How long the steps of a call may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_rings_after_the_server_was_killed_and_does_not_register_again() {
    let (folder, _) = site("serve-killed");
    let hello = Export::new("hello").node("Queue", "queue-contact", export::queue());
    let hello = hello.node("Stop", "end", json!({}));
    hello.link("Start.out -> Queue\nQueue.default -> Stop").write(&folder);
    let tenant = export::tenant("hello", "http://127.0.0.1:9", "{type: none}");
    fs::write(folder.join("tenant.yaml"), tenant).unwrap();
    let config = fs::read_to_string(folder.join("trunkline.toml")).unwrap();
    let port = config.split("127.0.0.1:").nth(1).unwrap().split('\'').next().unwrap();

    let mut served = Served::start(&folder);
    let settings = PhoneSettings::loopback("maria");
    let settings = settings.registered_at(format!("sip:127.0.0.1:{port}"), PASSWORD);
    let phone = Phone::start(settings).await.unwrap();
    phone.register().await.unwrap();
    await_output(&folder, &["agent", "list"], "available, phone maria registered");
    // The registration is on the disk a moment later.
    tokio::time::sleep(Duration::from_millis(500)).await;
    served.signal("KILL");
    assert_eq!(served.ended(), None, "killed");

    let _served = Served::start(&folder);
    await_output(&folder, &["agent", "list"], "available, phone maria registered");
    let caller = Phone::start(PhoneSettings::loopback("+14155550100")).await.unwrap();
    let uri = format!("sip:+12025550100@127.0.0.1:{port}");
    let call = caller.dial(&uri, Headers::default()).await.unwrap();
    call.answered(LIMIT).await.unwrap();
    let rings = tokio::time::timeout(LIMIT, phone.incoming()).await;
    let desk = rings.expect("the phone rings").unwrap().answer();
    desk.answered(LIMIT).await.unwrap();
    call.hang_up();
    desk.ended(LIMIT).await.unwrap();
    assert_eq!(*phone.standing().borrow(), Standing::Registered { refreshes: 0 });
}
