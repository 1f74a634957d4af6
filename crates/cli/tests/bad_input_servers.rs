//! Servers that are away, slow, endless, lost in redirects, badly certified, or talk nonsense: the
//! trace names activity and cause, and the caller is kept.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/call.rs"]
mod call;
#[path = "support/export.rs"]
mod export;
#[path = "support/peer.rs"]
mod peer;
mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use call::{kinds, lines, path, run, step};
use export::{Export, queue, request, request_to, speech, taking, tenant};
use peer::{Got, Peer, answer};
use serde_json::{Value, json};
use support::{Served, folder};

/// A flow that asks one server and then speaks to the caller and queues them.
fn write(folder: &Path, request: Value) -> std::path::PathBuf {
    Export::new("ask")
        .variable("name", "nobody")
        .node("Ask", "http-request-v2", taking(request, "name", "$.name"))
        .node("Say", "play-message", speech("Hello {{ name }}."))
        .node("Queue", "queue-contact", queue())
        .node("Stop", "end", json!({}))
        .link(
            "Start.out -> Ask
             Ask.default -> Say
             Say.default -> Queue
             Queue.default -> Stop",
        )
        .write(folder)
}

/// Runs the call and checks that the caller was kept and that the failure has this code.
fn fails_with(name: &str, base_url: &str, auth: &str, code: &str, described: &[&str]) {
    let folder = folder(name);
    let mut request = request("GET", "/name", "");
    request["httpResponseTimeout"] = json!(400);
    let flow = write(&folder, request);
    let yaml = tenant("ask", base_url, auth);
    let yaml = format!("{yaml}    max_body_bytes: 100000\n");
    fs::write(folder.join("tenant.yaml"), yaml).unwrap();
    check(&folder, &flow, code, described);
}

fn check(folder: &Path, flow: &Path, code: &str, described: &[&str]) {
    let tenant = folder.join("tenant.yaml");
    let arguments = ["flow", "run", path(flow), "--tenant", path(&tenant)];
    let begun = Instant::now();
    let ran = run(&[&arguments[..], &["--json"]].concat());
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{code}");
    let trace = lines(&ran.out);
    let failure = &step(&trace, "Ask")["failure"];
    assert_eq!(failure["code"], code, "{failure}");
    let text = failure["description"].as_str().unwrap();
    for part in described {
        assert!(text.contains(part), "{part} in {text}");
    }
    let unhandled = kinds(&trace, "contact.error_unhandled");
    assert_eq!(unhandled.len(), 1);
    assert_eq!(unhandled[0]["activity"], "Ask");
    assert_eq!(kinds(&trace, "contact.answered").len(), 1, "the caller was lost: {}", ran.out);
    assert_eq!(trace.last().unwrap()["kind"], "contact.ended");
    let ran = run(&arguments);
    assert!(ran.out.contains(&format!("✗ {code}: ")), "{}", ran.out);
    assert!(ran.out.contains("Ask (http-request-v2)"), "{}", ran.out);
}

#[test]
fn a_server_that_is_away() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}");
    fails_with("bad_away", &url, "{type: none}", "TL-HTTP-CONNECT", &[&url, "refused"]);
}

#[test]
fn a_server_that_says_nothing_or_one_byte_at_a_time() {
    let silent = Peer::start(|_, _| std::thread::sleep(Duration::from_secs(10)));
    fails_with("bad_silent", &silent.url(), "{type: none}", "TL-HTTP-TIMEOUT", &["400 ms"]);
    for (name, head) in [("bad_slow_head", ""), ("bad_slow_body", "HTTP/1.1 200 OK\r\n\r\n")] {
        let slow = Peer::start(move |_: &Got, stream: &mut TcpStream| {
            let _ = stream.write_all(head.as_bytes());
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{\"name\": \"Ann\"}".iter()
            {
                if stream.write_all(&[*byte]).is_err() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        fails_with(name, &slow.url(), "{type: none}", "TL-HTTP-TIMEOUT", &["400 ms"]);
    }
}

#[test]
fn a_server_whose_answer_does_not_end() {
    let body = Peer::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        while stream.write_all(&[b'x'; 4_096]).is_ok() {}
    });
    fails_with("bad_endless", &body.url(), "{type: none}", "TL-HTTP-BODY-SIZE", &["100000"]);
    let head = Peer::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"X-Filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n").is_ok() {}
    });
    fails_with("bad_endless_head", &head.url(), "{type: none}", "TL-HTTP-PROTOCOL", &[]);
    // A small answer that grows to a gigabyte when it is unpacked would need a gzip bomb; the
    // connector's own tests have one.
    let short = Peer::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"name\"");
    });
    fails_with("bad_cut", &short.url(), "{type: none}", "TL-HTTP-CONNECT", &[]);
}

#[test]
fn a_server_that_sends_its_callers_round_in_circles() {
    let circle = Peer::start(|_, stream| answer(stream, "302 Found", "Location: /name\r\n", ""));
    fails_with("bad_circle", &circle.url(), "{type: none}", "TL-HTTP-REDIRECT", &["3"]);
    assert_eq!(circle.requests().len() % 4, 0, "the first and three more, for each call");
    let elsewhere = |to: &'static str| {
        Peer::start(move |_, stream| {
            answer(stream, "302 Found", &format!("Location: {to}\r\n"), "");
        })
    };
    let file = elsewhere("file:///etc/passwd");
    fails_with("bad_to_file", &file.url(), "{type: none}", "TL-HTTP-REDIRECT", &[]);
    let metadata = elsewhere("http://169.254.169.254/latest/meta-data/");
    fails_with("bad_to_metadata", &metadata.url(), "{type: none}", "TL-HTTP-NETWORK", &["169.254"]);
}

#[test]
fn a_server_that_talks_nonsense() {
    let babble = Peer::start(|_, stream| drop(stream.write_all(b"220 mail.example ESMTP\r\n\r\n")));
    fails_with("bad_babble", &babble.url(), "{type: none}", "TL-HTTP-PROTOCOL", &[]);
    for (name, body) in [("bad_json", r#"{"name": "Ann"#), ("bad_nested", &"[".repeat(50_000))] {
        let body = body.to_owned();
        let malformed = Peer::start(move |_, stream| answer(stream, "200 OK", "", &body));
        fails_with(name, &malformed.url(), "{type: none}", "TL-FLOW-PARSE", &[]);
    }
}

#[test]
fn a_page_where_json_should_be_leaves_the_variables_alone() {
    // Webex's reader takes it for a text, in which the path finds nothing.
    let page = Peer::start(|_, stream| answer(stream, "200 OK", "", "<html>Bad Gateway</html>"));
    let folder = folder("bad_html");
    let flow = write(&folder, request("GET", "/name", ""));
    fs::write(folder.join("tenant.yaml"), tenant("ask", &page.url(), "{type: none}")).unwrap();
    let tenant = folder.join("tenant.yaml");
    let ran = run(&["flow", "run", path(&flow), "--tenant", path(&tenant), "--json"]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    let trace = lines(&ran.out);
    assert!(step(&trace, "Ask")["out"]["name"].is_null());
    assert!(ran.out.contains("Hello nobody."), "{}", ran.out);
}

#[test]
fn a_server_whose_certificate_nobody_vouches_for() {
    let signed = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key =
        rustls::pki_types::PrivateKeyDer::try_from(signed.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let _ = rustls::Stream::new(&mut tls, &mut stream).read(&mut [0; 1_000]);
        }
    });
    fails_with("bad_tls", &url, "{type: none}", "TL-HTTP-TLS", &["localhost", "certificate"]);
}

#[test]
fn a_wrong_secret_and_a_token_server_that_is_away() {
    let sandbox = Served::start(&["--client-secret", "another", "--quiet"]);
    let url = format!("http://{}", sandbox.address);
    let auth = |token_url: &str| {
        format!(
            "{{type: client_credentials, token_url: \"{token_url}\", client_id: trunkline, client_secret: sandbox}}"
        )
    };
    let described = ["CRM", "client_credentials", "invalid_client"];
    fails_with("bad_secret", &url, &auth("/services/oauth2/token"), "TL-HTTP-TOKEN", &described);
    let away = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let away = format!("http://{away}/token");
    fails_with("bad_token_away", &url, &auth(&away), "TL-HTTP-TOKEN", &["CRM", &away, "refused"]);
}

#[test]
fn a_url_that_is_none_and_networks_that_are_forbidden() {
    for (name, url, code) in [
        ("bad_url", "http:// not a host /", "TL-HTTP-URL"),
        ("bad_scheme", "ftp://127.0.0.1/x", "TL-HTTP-URL"),
        ("bad_link_local", "http://169.254.169.254/latest/", "TL-HTTP-NETWORK"),
    ] {
        let folder = folder(name);
        let flow = write(&folder, request_to("GET", url, 400));
        fs::write(folder.join("tenant.yaml"), tenant("ask", "http://127.0.0.1:9", "{type: none}"))
            .unwrap();
        check(&folder, &flow, code, &[]);
    }
}
