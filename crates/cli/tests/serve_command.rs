//! `trunkline serve` and the commands that speak to it, run as a program.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{PROGRAM, folder};

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
