//! The endpoint against SIPp, an independent SIP peer. Without SIPp the tests say so and test
//! nothing: `apt-get install sip-tester` brings it. `TRUNKLINE_NEED_SIPP=1` makes that a failure.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command as Process;
use tokio::time::timeout;
use trunkline_telephony::call::{Cause, Command, Event, Target};
use trunkline_telephony::digest::Credentials;
use trunkline_telephony::identity::{Phone, Source, Trunk, TrunkDigest};
use trunkline_telephony::message::Headers;
use trunkline_telephony::registrar::Registration;
use trunkline_telephony::shell::{AllowList, CallHandle, Endpoint, Notice, Settings};

const PATIENCE: Duration = Duration::from_secs(20);

fn has_sipp() -> bool {
    let found = std::process::Command::new("sipp").arg("-v").stdout(Stdio::null()).status().is_ok();
    assert!(found || std::env::var_os("TRUNKLINE_NEED_SIPP").is_none(), "sipp is missing");
    if !found {
        // Not `eprintln`, which a test that passes does not show.
        let text = "sipp is missing, nothing is tested: apt-get install sip-tester\n";
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
    found
}

fn free_port(ip: IpAddr) -> u16 {
    UdpSocket::bind((ip, 0)).unwrap().local_addr().unwrap().port()
}

async fn start(ip: IpAddr, t1_ms: u64) -> (Endpoint, SocketAddr, Calls) {
    start_with(ip, |settings| settings.t1 = Duration::from_millis(t1_ms)).await
}

async fn start_with(
    ip: IpAddr,
    adjust: impl FnOnce(&mut Settings),
) -> (Endpoint, SocketAddr, Calls) {
    let mut settings = Settings::new(SocketAddr::new(ip, 0), AllowList::new([ip.into()]));
    adjust(&mut settings);
    let (endpoint, calls) = Endpoint::start(settings).await.unwrap();
    let address = endpoint.addresses()[0];
    (endpoint, address, calls)
}

fn credentials(username: &str, password: &str) -> Credentials {
    Credentials { username: username.into(), password: password.into() }
}

type Calls = tokio::sync::mpsc::UnboundedReceiver<trunkline_telephony::shell::IncomingCall>;

/// Answers each call unless it shall only ring, and hangs up after a time; gives how they ended.
async fn serve(mut calls: Calls, media: IpAddr, scenario: &str, count: usize) -> Vec<Cause> {
    let (answers, length_ms) = match scenario {
        "cancel" => (false, 60_000),
        "lost_ack" => (true, 60_000),
        _ => (true, 600),
    };
    let mut ends = Vec::new();
    for _ in 0..count {
        let Some(call) = calls.recv().await else { break };
        let handle = call.accept(SocketAddr::new(media, 20_000), |_| ()).unwrap();
        handle.command(Command::Ring);
        if answers {
            handle.command(Command::Answer { headers: Headers::default() });
        }
        ends.push(tokio::spawn(talk(handle, length_ms)));
    }
    let mut causes = Vec::new();
    for end in ends {
        causes.push(end.await.unwrap());
    }
    causes
}

async fn talk(mut handle: CallHandle, length_ms: u64) -> Cause {
    let length = tokio::time::sleep(Duration::from_millis(length_ms));
    tokio::pin!(length);
    loop {
        tokio::select! {
            notice = handle.next() => match notice {
                Some(Notice::Event(Event::Ended(cause))) => return cause,
                Some(_) => {}
                None => panic!("a call without an end"),
            },
            () = &mut length => {
                handle.command(Command::HangUp);
                length.set(tokio::time::sleep(PATIENCE));
            }
        }
    }
}

/// Runs a scenario and fails with what SIPp says.
async fn sipp(scenario: &str, ip: IpAddr, arguments: &[&str]) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/sipp/{scenario}.xml"));
    let ip_text = if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() };
    let errors = std::env::temp_dir().join(format!("{scenario}-{}.err", free_port(ip)));
    let mut process = Process::new("sipp");
    process.arg("-sf").arg(&file).args(["-i", &ip_text, "-mi", &ip_text, "-nostdin"]);
    process.args(["-trace_err", "-error_file"]).arg(&errors).args(arguments);
    process.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let status = timeout(PATIENCE, process.status()).await.expect("sipp in time").unwrap();
    let said = std::fs::read_to_string(&errors).unwrap_or_default();
    let _ = std::fs::remove_file(&errors);
    assert!(status.success(), "{scenario} {arguments:?}: {status}\n{said}");
}

/// A caller's scenario over one transport; gives how the call ended here, if it began.
async fn caller(scenario: &'static str, ip: IpAddr, transport: &str, t1_ms: u64) -> Vec<Cause> {
    let (endpoint, address, calls) = start(ip, t1_ms).await;
    let count = usize::from(scenario != "unknown_dialog");
    let served = tokio::spawn(serve(calls, ip, scenario, count));
    let (remote, port) = (address.to_string(), free_port(ip).to_string());
    sipp(scenario, ip, &[&remote, "-m", "1", "-t", transport, "-p", &port]).await;
    let causes = timeout(PATIENCE, served).await.unwrap().unwrap();
    for _ in 0..200 {
        if endpoint.counters().calls == 0 {
            return causes;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{scenario}: the call is never released");
}

const SCENARIOS: [(&str, Option<Cause>); 9] = [
    ("session_timer", Some(Cause::HungUpThere)),
    ("server_hangs_up", Some(Cause::HungUpHere)),
    ("caller_hangs_up", Some(Cause::HungUpThere)),
    ("late_offer", Some(Cause::HungUpThere)),
    ("hold_and_resume", Some(Cause::HungUpThere)),
    ("cancel", Some(Cause::Cancelled)),
    ("extension", Some(Cause::RejectedHere { status: 420 })),
    ("no_codec", None),
    ("unknown_dialog", None),
];

async fn all_scenarios(ip: &str, transport: &str) {
    if !has_sipp() {
        return;
    }
    for (scenario, expected) in SCENARIOS {
        let causes = caller(scenario, ip.parse().unwrap(), transport, 500).await;
        if let Some(expected) = expected {
            assert_eq!(causes, [expected], "{scenario}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_over_udp() {
    all_scenarios("127.0.0.1", "u1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_over_tcp() {
    all_scenarios("127.0.0.1", "t1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_over_ipv6() {
    all_scenarios("::1", "u1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_over_ipv6_and_tcp() {
    all_scenarios("::1", "t1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_ack_resends_the_answer_and_ends_the_call() {
    if has_sipp() {
        let causes = caller("lost_ack", "127.0.0.1".parse().unwrap(), "u1", 20).await;
        assert_eq!(causes, [Cause::AckMissing]);
    }
}

const TRANSPORTS: [(&str, &str); 4] =
    [("127.0.0.1", "u1"), ("127.0.0.1", "t1"), ("::1", "u1"), ("::1", "t1")];

/// Calls a scenario's phone; gives all that is told.
async fn call_phone(
    scenario: &str,
    (ip, transport): (&str, &str),
    steps: fn(&CallHandle, &Event),
) -> Vec<Event> {
    let ip: IpAddr = ip.parse().unwrap();
    let (endpoint, address, _calls) = start(ip, 500).await;
    let port = free_port(ip).to_string();
    let name = scenario.to_owned();
    let (flag, listen) = (transport.to_owned(), port.clone());
    let phone = tokio::spawn(async move {
        sipp(&name, ip, &["-m", "1", "-t", &flag, "-p", &listen]).await;
    });
    tokio::time::sleep(Duration::from_millis(400)).await;
    let parameter = if transport == "t1" { ";transport=tcp" } else { "" };
    let phone_address = SocketAddr::new(ip, port.parse().unwrap());
    let uri = format!("sip:phone@{phone_address}{parameter}");
    let target = Target {
        to: format!("<{uri}>"),
        uri,
        from: format!("<sip:service@{address}>"),
        call_id: String::new(),
        headers: Headers::default(),
    };
    let media = SocketAddr::new(ip, 20_000);
    let credentials = credentials("anna", "secret");
    let handle =
        endpoint.call(target, media, |config| config.credentials = Some(credentials)).unwrap();
    let events = events(handle, steps).await;
    phone.await.unwrap();
    events
}

/// Everything that is told of a call; one that is on hold is hung up.
async fn events(mut handle: CallHandle, steps: fn(&CallHandle, &Event)) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(notice) = timeout(PATIENCE, handle.next()).await.unwrap() {
        if let Notice::Event(event) = &notice {
            steps(&handle, event);
            events.push(event.clone());
        }
        let is_hold = matches!(&notice, Notice::ChangeMedia(plan) if !plan.direction.receives());
        if is_hold {
            handle.command(Command::HangUp);
        }
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_called_held_and_hung_up() {
    if !has_sipp() {
        return;
    }
    for transport in TRANSPORTS {
        let events = call_phone("phone", transport, |handle, event| {
            if *event == Event::Answered {
                handle.command(Command::Hold);
            }
        });
        let expected =
            [Event::Progressed { status: 180 }, Event::Answered, Event::Ended(Cause::HungUpHere)];
        assert_eq!(events.await, expected, "{transport:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_given_up() {
    if !has_sipp() {
        return;
    }
    for transport in TRANSPORTS {
        let events = call_phone("phone_given_up", transport, |handle, event| {
            if matches!(event, Event::Progressed { .. }) {
                handle.command(Command::HangUp);
            }
        });
        let expected = [Event::Progressed { status: 180 }, Event::Ended(Cause::HungUpHere)];
        assert_eq!(events.await, expected, "{transport:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_phone_is_told() {
    if has_sipp() {
        let events = call_phone("phone_busy", ("127.0.0.1", "u1"), |_, _| ()).await;
        assert_eq!(events, [Event::Ended(Cause::Refused { status: 486 })]);
    }
}

const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// An endpoint with one phone and one trunk that has to prove who it is.
async fn start_guarded() -> (Endpoint, SocketAddr, Calls) {
    start_with(LOOPBACK, |settings| {
        settings.phones = vec![Phone { user: "anna".into(), password: "secret".into() }];
        let credentials = credentials("acme", "trunk");
        let digest = Some(TrunkDigest { realm: "acme.example".into(), credentials });
        settings.trunks = vec![Trunk { name: "acme".into(), digest, ..Trunk::default() }];
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_phone_is_called() {
    if !has_sipp() {
        return;
    }
    let (endpoint, address, _calls) = start_guarded().await;
    let (remote, port) = (address.to_string(), free_port(LOOPBACK).to_string());
    sipp("register", LOOPBACK, &[&remote, "-m", "1", "-t", "u1", "-p", &port]).await;
    let bindings = endpoint.bindings("anna");
    assert_eq!(bindings[0].flow.address().port().to_string(), port);
    let phone = tokio::spawn(async move {
        sipp("phone", LOOPBACK, &["-m", "1", "-t", "u1", "-p", &port]).await;
    });
    tokio::time::sleep(Duration::from_millis(400)).await;
    let target = Target {
        uri: String::new(),
        to: "<sip:anna@pbx>".into(),
        from: String::new(),
        call_id: String::new(),
        headers: Headers::default(),
    };
    let media = SocketAddr::new(LOOPBACK, 20_000);
    let with_password = |config: &mut trunkline_telephony::call::Config| {
        config.credentials = Some(credentials("anna", "secret"));
    };
    let handle = endpoint.call_binding(&bindings[0], target, media, with_password).unwrap();
    let told = events(handle, |handle, event| {
        if *event == Event::Answered {
            handle.command(Command::Hold);
        }
    });
    let expected =
        [Event::Progressed { status: 180 }, Event::Answered, Event::Ended(Cause::HungUpHere)];
    assert_eq!(told.await, expected);
    phone.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_registers_over_tcp_and_is_gone_with_its_stream() {
    if !has_sipp() {
        return;
    }
    let (endpoint, address, _calls) = start_guarded().await;
    let mut registrations = endpoint.registrations();
    let (remote, port) = (address.to_string(), free_port(LOOPBACK).to_string());
    sipp("register", LOOPBACK, &[&remote, "-m", "1", "-t", "t1", "-p", &port]).await;
    let user = || "anna".to_owned();
    for expected in
        [Registration::Registered { user: user() }, Registration::Unregistered { user: user() }]
    {
        let told = timeout(PATIENCE, registrations.recv()).await.unwrap();
        assert_eq!(told, Some(expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_and_trunks_prove_who_they_are() {
    if !has_sipp() {
        return;
    }
    for (from, user, password, source) in [
        ("anna", "anna", "secret", Source::Phone("anna".into())),
        ("+14805550122", "acme", "trunk", Source::Trunk("acme".into())),
    ] {
        for transport in ["u1", "t1"] {
            let (_endpoint, address, mut calls) = start_guarded().await;
            let source = source.clone();
            let served = tokio::spawn(async move {
                let call = calls.recv().await.unwrap();
                assert_eq!(call.identity(), &source);
                let handle = call.accept(SocketAddr::new(LOOPBACK, 20_000), |_| ()).unwrap();
                handle.command(Command::Answer { headers: Headers::default() });
                talk(handle, 10_000).await
            });
            let (remote, port) = (address.to_string(), free_port(LOOPBACK).to_string());
            let fields = std::env::temp_dir().join(format!("call-{port}.csv"));
            let answer = format!("[authentication username={user} password={password}]");
            std::fs::write(&fields, format!("SEQUENTIAL\n{from};{answer}\n")).unwrap();
            let path = fields.to_string_lossy().into_owned();
            let arguments = [&*remote, "-m", "1", "-t", transport, "-p", &port, "-inf", &path];
            sipp("call_with_password", LOOPBACK, &arguments).await;
            std::fs::remove_file(&fields).unwrap();
            assert_eq!(timeout(PATIENCE, served).await.unwrap().unwrap(), Cause::HungUpThere);
        }
    }
}
