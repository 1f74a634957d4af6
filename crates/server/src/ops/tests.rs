//! A server that only answers, operated as a real one is.

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use trunkline_model::ids::ContactId;

use super::admin::Request;
use super::health::Check;
use super::*;
use crate::config::{LogConfig, LogFormat, LogLevel, Setup, SetupOptions};

/// Answers as told and remembers what it was asked.
#[derive(Default)]
struct Double {
    contacts: Mutex<u64>,
    orders: Mutex<Vec<String>>,
    hangs: Mutex<bool>,
}

fn agent() -> AgentLine {
    AgentLine {
        agent: "maria".into(),
        name: "Maria Lind".into(),
        state: AgentMode::Available,
        idle_code: None,
        contact: None,
        phone: Some("maria".into()),
        registered: true,
    }
}

impl Double {
    fn order(&self, text: impl Into<String>) {
        self.orders.lock().unwrap().push(text.into());
    }

    fn orders(&self) -> Vec<String> {
        self.orders.lock().unwrap().clone()
    }
}

impl Control for Double {
    fn ask(&self, ask: Ask) {
        if *self.hangs.lock().unwrap() {
            return;
        }
        match ask {
            Ask::Status(reply) => {
                let contacts = *self.contacts.lock().unwrap();
                let _ = reply.send(Status { contacts, calls: contacts, ..Status::default() });
            }
            Ask::Contacts(_, reply) => drop(reply.send(Vec::new())),
            Ask::Queues(reply) => {
                let queue = "Support \"1\"".to_owned();
                let (waiting, longest_wait_ms, available_agents) = (3, 4_500, 1);
                let line = QueueLine { queue, waiting, longest_wait_ms, available_agents };
                let _ = reply.send(vec![line]);
            }
            Ask::Agents(reply) => drop(reply.send(vec![agent()])),
            Ask::SetAgent { agent: name, setting, reply } => {
                self.order(format!("{name} {setting:?}"));
                let known = name == "maria";
                let _ = reply.send(known.then(agent).ok_or(format!("there is no agent {name}")));
            }
            Ask::HangUp { contact, reply } => {
                self.order(format!("hang up {contact}"));
                let known = contact == ContactId::new("c-1");
                let _ = reply.send(known.then_some(()).ok_or("there is no such contact".into()));
            }
            Ask::Drain => self.order("drain"),
            Ask::Reload(setup, reply) => {
                self.order(format!("reload {}", setup.config.sip.max_calls));
                let _ = reply.send(vec!["taken".into()]);
            }
        }
    }
}

/// What was logged.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Sink {
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

struct World {
    folder: tempfile::TempDir,
    double: Arc<Double>,
    health: Health,
    address: std::net::SocketAddr,
    socket: PathBuf,
    running: tokio::task::JoinHandle<Result<End, OperateError>>,
}

const PHONE: &str = "[[phone]]\nuser = 'maria'\nagent = 'maria'\npassword = { file = 'secret' }\n";

fn config(address: std::net::SocketAddr, more: &str) -> String {
    format!("[http]\nlisten = '{address}'\n[sip]\nmax_calls = 5\n{more}{PHONE}")
}

impl World {
    /// A server that is ready, with this many contacts.
    async fn start(contacts: u64, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("tenant.yaml", "agents: [{id: maria, name: Maria Lind}]\n");
        write("secret", "w0nder\n");
        // Port 0 is not known before, and the page's address has to be.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        write("trunkline.toml", &config(address, more));
        let file = folder.path().join("trunkline.toml");
        let setup = Setup::load(&file, SetupOptions::default()).unwrap();
        setup.make_data_dir().unwrap();
        let socket = setup.socket_path();
        let double = Arc::new(Double { contacts: Mutex::new(contacts), ..Double::default() });
        let (health, metrics) = (Health::default(), Metrics::new());
        for check in [Check::Sockets, Check::Journal, Check::Recovery] {
            health.good(check);
        }
        let (_, logs) = log::build(&LogConfig::default(), std::io::sink()).unwrap();
        let control = double.clone();
        let operation = Operation { setup, control, health: health.clone(), metrics, logs };
        let running = tokio::spawn(operate(operation));
        let world = Self { folder, double, health, address, socket, running };
        for _ in 0..500 {
            if world.health.is_ready() {
                return world;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("not operated: {:?}", world.running.await);
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        (status, text.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    async fn ask(&self, request: Request) -> Result<Value, String> {
        let socket = self.socket.clone();
        let asked = tokio::task::spawn_blocking(move || {
            Client::connect(&socket).and_then(|mut client| client.ask(&request))
        });
        asked.await.unwrap().map_err(|error| error.to_string())
    }

    /// The answer to a line as it is.
    async fn say(&self, line: &[u8]) -> Value {
        let mut stream = UnixStream::connect(&self.socket).await.unwrap();
        // A server that has read enough closes the connection whatever is still to come.
        let _ = stream.write_all(line).await;
        let _ = stream.write_all(b"\n").await;
        let mut text = Vec::new();
        let mut byte = [0];
        while let Ok(1) = stream.read(&mut byte).await {
            text.push(byte[0]);
            if byte == *b"\n" {
                break;
            }
        }
        serde_json::from_slice(&text).unwrap_or(Value::Null)
    }

    fn rewrite(&self, more: &str) {
        let file = self.folder.path().join("trunkline.toml");
        std::fs::write(file, config(self.address, more)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_admin_socket_answers_each_request() {
    let world = World::start(2, "").await;
    let status = world.ask(Request::Status).await.unwrap();
    assert_eq!(
        (&status["status"]["contacts"], &status["readiness"]["ready"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(world.ask(Request::Contacts).await, Ok(json!([])));
    assert_eq!(world.ask(Request::Queues).await.unwrap()[0]["waiting"], 3);
    assert_eq!(world.ask(Request::Agents).await.unwrap()[0]["state"], "available");
    let set = |agent: &str, state| Request::AgentSet { agent: agent.into(), state };
    let line = world.ask(set("maria", AgentSetting::Available)).await.unwrap();
    assert_eq!(line["registered"], true);
    let refused = world.ask(set("eve", AgentSetting::Idle("Lunch".into()))).await;
    assert_eq!(refused, Err("there is no agent eve".to_owned()));
    let hang_up = |contact: &str| Request::HangUp { contact: contact.into() };
    assert_eq!(world.ask(hang_up("c-1")).await, Ok(Value::Null));
    assert_eq!(world.ask(hang_up("c-2")).await, Err("there is no such contact".to_owned()));
    let orders =
        ["maria Available", "eve Idle(\"Lunch\")", "hang up c-1", "hang up c-2"].map(str::to_owned);
    assert_eq!(world.double.orders(), orders);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_requests_are_refused_and_cost_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::start(0, "").await;
    let mode = std::fs::metadata(&world.socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "others may open the admin socket");
    for bad in [&b"{}"[..], b"", b"\xff\xfe", b"{\"do\":\"fly\"}", b"[[[["] {
        let answer = world.say(bad).await;
        assert_eq!(answer["ok"], false, "{answer}");
        assert!(answer["error"].as_str().unwrap().starts_with("the request is not understood"));
    }
    let long = world.say(&vec![b'x'; 100_000]).await;
    assert!(long["error"].as_str().is_none_or(|it| it.contains("65536")), "{long}");
    assert_eq!(world.say(b"{\"do\":\"status\"}").await["ok"], true);
    assert_eq!(
        world.say(b"{\"do\":\"agent_set\",\"agent\":\"maria\",\"state\":{\"idle\":\"x\"}}").await["ok"],
        true
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_does_not_take_the_socket_of_the_first() {
    let world = World::start(0, "").await;
    let error = socket::open(&world.socket).err().unwrap();
    assert!(error.to_string().contains("a server answers there already"), "{error}");
    let stale = world.folder.path().join("stale.sock");
    drop(std::os::unix::net::UnixListener::bind(&stale).unwrap());
    let opened = socket::open(&stale).unwrap();
    drop(opened);
    assert!(!stale.exists(), "the socket is left behind");
    let file = world.folder.path().join("trunkline.toml");
    assert!(socket::open(&file).is_err() && file.exists(), "a file was removed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_follows_the_server() {
    let world = World::start(0, "").await;
    assert_eq!(world.get("/healthz").await, (200, "alive\n".to_owned()));
    assert_eq!(world.get("/readyz").await.0, 200);
    world.health.bad(Check::Journal, "the disk is full");
    let (status, body) = world.get("/readyz").await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &body["checks"]["journal"]["why"]), (503, &json!("the disk is full")));
    assert_eq!(world.get("/healthz").await.0, 200, "a full disk is no reason to start anew");
    world.health.good(Check::Journal);
    assert_eq!(world.get("/readyz").await.0, 200);
    *world.double.hangs.lock().unwrap() = true;
    assert_eq!(world.get("/healthz").await.0, 503);
    assert_eq!(world.get("/elsewhere").await.0, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reload_takes_all_or_nothing() {
    let world = World::start(1, "").await;
    world.rewrite("[rtp]\nthreads = 2\n[limits]\ndrain_s = 5\n[log]\nlevel = 'wran'\n");
    let refused = world.ask(Request::Reload).await.unwrap_err();
    assert!(refused.contains("log.level: `wran` is not allowed here"), "{refused}");
    assert_eq!(world.double.orders(), [""; 0], "a bad file was passed on");
    world.rewrite("[rtp]\nthreads = 2\n[limits]\ndrain_s = 5\n");
    let notes = world.ask(Request::Reload).await.unwrap();
    let expected = json!([
        "`rtp` changed; that holds after the next start only",
        "`limits` is taken over",
        "taken",
    ]);
    assert_eq!(notes["notes"], expected);
    assert_eq!(world.double.orders(), ["reload 5"]);
    let (_, metrics) = world.get("/metrics").await;
    assert!(metrics.contains("trunkline_config_reloads_total{result=\"refused\"} 1"));
    assert!(metrics.contains("trunkline_config_reloads_total{result=\"taken\"} 1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_drains_ends_with_its_last_call() {
    let world = World::start(1, "").await;
    world.ask(Request::Drain).await.unwrap();
    let (status, body) = loop {
        let answer = world.get("/readyz").await;
        if answer.0 != 200 {
            break answer;
        }
    };
    assert!(status == 503 && body.contains("about to stop"), "{body}");
    assert_eq!(world.ask(Request::Reload).await, Err("the server is about to stop".to_owned()));
    assert!(!world.running.is_finished());
    *world.double.contacts.lock().unwrap() = 0;
    let end = tokio::time::timeout(Duration::from_secs(5), world.running).await.unwrap();
    assert_eq!(end.unwrap().unwrap(), End::Drained);
    assert_eq!(world.double.orders(), ["drain"]);
    assert!(!world.socket.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_are_cut_off_at_the_limit_and_at_the_second_order() {
    let world = World::start(3, "[limits]\ndrain_s = 0\n").await;
    world.ask(Request::Drain).await.unwrap();
    assert_eq!(world.running.await.unwrap().unwrap(), End::CutOff(3));
    let world = World::start(3, "").await;
    world.ask(Request::Drain).await.unwrap();
    world.ask(Request::Stop).await.unwrap();
    assert_eq!(world.running.await.unwrap().unwrap(), End::AtOnce);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_switchboard_that_ends_by_itself_ends_the_process() {
    let world = World::start(3, "").await;
    // It drops what it is asked.
    *world.double.hangs.lock().unwrap() = true;
    let end = tokio::time::timeout(Duration::from_secs(20), world.running).await.unwrap();
    assert_eq!(end.unwrap().unwrap(), End::Broken);
    assert!(!world.health.is_ready());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signals_reload_drain_and_stop() {
    let world = World::start(3, "").await;
    let signal = |name: &str| {
        let process = std::process::id().to_string();
        let sent = std::process::Command::new("kill").args([name, &process]).status();
        assert!(sent.unwrap().success());
    };
    signal("-HUP");
    while world.double.orders() != ["reload 5"] {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    signal("-TERM");
    while world.double.orders() != ["reload 5", "drain"] {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!world.running.is_finished());
    signal("-INT");
    assert_eq!(world.running.await.unwrap().unwrap(), End::AtOnce);
}

/// Reads metrics as Prometheus does, strictly: names, labels, values, types told before.
fn parse(text: &str) -> Vec<(String, f64)> {
    let body = text.strip_suffix("# EOF\n").expect("the end is marked");
    let mut kinds = Vec::new();
    let mut samples = Vec::new();
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram", "info"].contains(&kind), "{line}");
            assert!(!kinds.contains(&name), "{name} is there twice");
            kinds.push(name);
        } else if !line.starts_with("# HELP ") && !line.starts_with("# UNIT ") {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let bare = name.split('{').next().unwrap();
            assert!(kinds.last().is_some_and(|kind| bare.starts_with(kind)), "{line}");
            assert!(bare.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_'), "{line}");
            samples.push((name.to_owned(), value.parse().unwrap()));
        }
    }
    samples
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_are_read_as_prometheus_reads_them() {
    let world = World::start(2, "").await;
    let samples = parse(&world.get("/metrics").await.1);
    let value = |name: &str| samples.iter().find(|(it, _)| it == name).map(|(_, value)| *value);
    assert_eq!(value("trunkline_contacts{state=\"all\"}"), Some(2.0));
    assert_eq!(value("trunkline_queue_contacts{queue=\"Support \\\"1\\\"\"}"), Some(3.0));
    assert_eq!(
        value("trunkline_queue_longest_wait_seconds{queue=\"Support \\\"1\\\"\"}"),
        Some(4.5)
    );
    assert_eq!(value("trunkline_agents{state=\"available\"}"), Some(1.0));
    assert_eq!(value("trunkline_agents{state=\"wrap_up\"}"), Some(0.0));
    assert_eq!(value("trunkline_calls_total{outcome=\"abandoned\"}"), Some(0.0));
    assert_eq!(value("trunkline_ready"), Some(1.0));
    assert_eq!(value("trunkline_switchboard_up"), Some(1.0));
    assert!(value("process_resident_memory_bytes").is_some_and(|it| it > 1e6));
    *world.double.hangs.lock().unwrap() = true;
    let samples = parse(&world.get("/metrics").await.1);
    assert!(samples.contains(&("trunkline_switchboard_up".to_owned(), 0.0)));
}

#[test]
fn what_happens_is_counted() {
    let metrics = Metrics::new();
    metrics.observe_sip(|| SipFigures { dropped: 7, ..SipFigures::default() });
    metrics.observe_rtp(|| RtpFigures {
        late_frames: 2,
        worst_lateness_s: 0.031,
        ..RtpFigures::default()
    });
    metrics.call_ended(CallOutcome::Handled);
    metrics.call_ended(CallOutcome::Handled);
    metrics.flow_failed("TL-HTTP-TIMEOUT");
    metrics.dip_ended("Salesforce", DipOutcome::of_status(204), Duration::from_millis(30));
    metrics.dip_ended("Salesforce", DipOutcome::of_status(503), Duration::from_millis(700));
    metrics.committed(12, Duration::from_micros(80));
    metrics.commit_failed(JournalFault::Full);
    metrics.speech_failed("espeak-ng");
    let samples = parse(&metrics.text());
    for (name, expected) in [
        ("trunkline_calls_total{outcome=\"handled\"}", 2.0),
        ("trunkline_flow_failures_total{code=\"TL-HTTP-TIMEOUT\"}", 1.0),
        ("trunkline_http_requests_total{connector=\"Salesforce\",outcome=\"server_error\"}", 1.0),
        ("trunkline_http_request_seconds_bucket{le=\"0.05\",connector=\"Salesforce\"}", 1.0),
        ("trunkline_http_request_seconds_count{connector=\"Salesforce\"}", 2.0),
        ("trunkline_journal_entries_total", 12.0),
        ("trunkline_journal_faults_total{kind=\"full\"}", 1.0),
        ("trunkline_speech_failures_total{provider=\"espeak-ng\"}", 1.0),
        ("trunkline_sip_dropped_total", 7.0),
        ("trunkline_rtp_late_frames_total", 2.0),
        ("trunkline_rtp_worst_lateness_seconds", 0.031),
    ] {
        assert!(samples.contains(&(name.to_owned(), expected)), "{name}: {samples:#?}");
    }
}

/// What is logged by this configuration.
fn logged(config: &LogConfig, act: impl FnOnce()) -> Vec<String> {
    let sink = Sink::default();
    let (dispatch, handle) = log::build(config, sink.clone()).unwrap();
    tracing::dispatcher::with_default(&dispatch, act);
    handle.flush();
    sink.lines()
}

fn speak() {
    let span = contact_span(&"0190-abc");
    let _within = span.enter();
    tracing::info!(target: "trunkline_server::switchboard", cause = "normal clearing", status = 200, "caller hung up");
    tracing::debug!(target: "trunkline_server::switchboard", "details");
    tracing::info!(target: "rsipstack::transaction", "Authorization: Digest response=\"s3cret\"");
    tracing::info!(target: "hyper::proto", "Authorization: Bearer s3cret");
    tracing::warn!(target: "rsipstack::transport", "a\nforged line\u{1b}[2J");
}

#[test]
fn lines_have_the_contact_and_no_secret() {
    let lines = logged(&LogConfig::default(), speak);
    assert_eq!(lines.len(), 2, "{lines:#?}");
    let (time, rest) = lines[0].split_once(' ').unwrap();
    assert!(time.parse::<jiff::Timestamp>().is_ok() && time.len() == 24, "{time}");
    assert_eq!(
        rest,
        "INFO  contact=0190-abc trunkline_server::switchboard: caller hung up \
         cause=\"normal clearing\" status=200"
    );
    assert!(lines[1].contains("contact=0190-abc rsipstack::transport: a\\nforged line\\u{1b}[2J"));
    let loud = LogConfig { level: LogLevel::Trace, ..LogConfig::default() };
    let lines = logged(&loud, speak);
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(lines.iter().all(|line| line.contains("contact=0190-abc") && !line.contains("s3cret")));
    let quiet = LogConfig { level: LogLevel::Warn, ..LogConfig::default() };
    let lines = logged(&quiet, speak);
    assert!(lines.len() == 1 && lines[0].contains("contact=0190-abc"), "{lines:#?}");
}

#[test]
fn json_lines_are_objects() {
    let config =
        LogConfig { format: LogFormat::Json, level: LogLevel::Debug, ..LogConfig::default() };
    let lines = logged(&config, speak);
    let objects: Vec<Value> = lines.iter().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(objects.len(), 3);
    assert!(objects.iter().all(|it| it["contact"] == "0190-abc"));
    let first = &objects[0];
    assert_eq!((&first["level"], &first["message"]), (&json!("info"), &json!("caller hung up")));
    assert_eq!((&first["cause"], &first["status"]), (&json!("normal clearing"), &json!(200)));
    assert_eq!(objects[2]["message"], "a\nforged line\u{1b}[2J");
}

#[test]
fn what_a_span_learns_later_is_in_its_lines() {
    let lines = logged(&LogConfig::default(), || {
        let span = tracing::error_span!(target: "trunkline", "call", contact = tracing::field::Empty, leg = 7);
        span.in_scope(|| tracing::info!(target: "trunkline", "before"));
        span.record("contact", "c-9");
        let inner =
            tracing::error_span!(target: "trunkline", parent: &span, "dip", connector = "CRM");
        inner.in_scope(
            || tracing::info!(target: "trunkline", leg = 8, text = "x".repeat(10_000), "after"),
        );
    });
    assert!(lines[0].ends_with("INFO  trunkline: before leg=7"), "{lines:#?}");
    assert!(lines[1].contains("contact=c-9 trunkline: after leg=8"), "{}", lines[1]);
    assert!(lines[1].ends_with("connector=CRM") && lines[1].len() < 4_300, "{}", lines[1].len());
}

/// A log whose reader is slow.
struct Slow(Sink);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        std::thread::sleep(Duration::from_millis(1));
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_slow_reader_of_the_log_holds_nobody_up() {
    let (dispatch, handle) = log::build(&LogConfig::default(), Slow(Sink::default())).unwrap();
    let begin = std::time::Instant::now();
    tracing::dispatcher::with_default(&dispatch, || {
        for number in 0..20_000 {
            tracing::info!(target: "trunkline", number, "line");
        }
    });
    assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
    // How many depends on how fast this machine writes 20,000 lines.
    assert!(handle.dropped() > 0, "nothing was dropped");
}
