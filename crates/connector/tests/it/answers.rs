//! Answers of every kind: errors, redirects, slow ones, endless ones, broken ones.

use std::io::Write as _;
use std::time::{Duration, Instant};

use trunkline_connector::RetryStop;
use trunkline_model::FailureCode;
use trunkline_model::http::{Method, Request};
use trunkline_model::tenant::connector::{Auth, Connector, Secret};

use crate::server::{
    Reply, Server, answer, client, connector, fails, field, get, good, ok, redirect, request,
    status,
};

#[tokio::test]
async fn only_5xx_is_tried_again() {
    for (line, sent) in [("500 E", 3), ("503 E", 3), ("404 E", 1), ("429 E", 1), ("401 E", 1)] {
        let server = Server::always(move || status(line)).await;
        let client = client(connector(&server.url()));
        let outcome = client.send(&Request { retries: 2, ..get("/x") }, None).await;
        assert_eq!((outcome.attempts, server.requests().len()), (sent, sent as usize), "{line}");
        assert_eq!(good(outcome).status.to_string(), line[..3]);
        let outcome = client.send(&Request { retries: 2, ..get("/x") }, Some(0)).await;
        assert_eq!(outcome.attempts, 1);
    }
}

#[tokio::test]
async fn retries_end_when_nobody_wants_them_any_more() {
    let stop = RetryStop::default();
    let stopper = stop.clone();
    let server = Server::start(move |index, _| {
        // The caller hangs up while the second attempt is under way.
        if index == 1 {
            stopper.set();
        }
        status("503 Down")
    });
    let server = server.await;
    let client = client(connector(&server.url()));
    let outcome = client.send_until(&get("/x"), 9, &stop).await;
    assert_eq!((outcome.attempts, server.requests().len()), (2, 2));
    assert_eq!(good(outcome).status, 503);
}

#[tokio::test]
async fn a_retry_may_succeed_and_repeats_the_body() {
    let server =
        Server::start(|index, _| if index == 0 { status("502 Bad") } else { ok("{}") }).await;
    let client = client(connector(&server.url()));
    let mut request = request(Method::Post, "/x");
    request.body = Some(trunkline_model::http::Body::Text("b".to_owned()));
    request.idempotency_key = Some("k".to_owned());
    let outcome = client.send(&request, None).await;
    assert_eq!((outcome.attempts, good(outcome).status), (2, 200));
    let sent = server.requests();
    assert!(sent[1].ends_with("\r\n\r\nb") && field(&sent[1], "x-idempotency-key") == Some("k"));
}

#[tokio::test]
async fn silence_is_a_timeout_and_not_tried_again() {
    let server = Server::always(|| Reply::Later(Duration::from_secs(30), Box::new(ok("{}")))).await;
    let client = client(connector(&server.url()));
    let request = Request { timeout_ms: 150, retries: 3, ..get("/x?q=canary") };
    let started = Instant::now();
    let outcome = client.send(&request, None).await;
    assert!(started.elapsed() < Duration::from_millis(1_000));
    assert!(outcome.duration_ms >= 150 && outcome.attempts == 1, "{outcome:?}");
    let failure = outcome.result.unwrap_err();
    assert_eq!(failure.code, FailureCode::Timeout);
    assert!(failure.description.contains("150 ms") && !failure.description.contains("canary"));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn slow_bytes_end_at_the_timeout() {
    let pause = Duration::from_millis(20);
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n".to_vec();
    let body = Server::always(move || Reply::Repeat(head.clone(), b"x".to_vec(), pause)).await;
    let start = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
    let header = Server::always(move || Reply::Repeat(start.clone(), b"x".to_vec(), pause)).await;
    for server in [body, header] {
        let client = client(connector(&server.url()));
        let started = Instant::now();
        let request = Request { timeout_ms: 200, ..get("/x") };
        fails(&client, &request, FailureCode::Timeout).await;
        assert!(started.elapsed() < Duration::from_millis(1_000));
    }
}

#[tokio::test]
async fn endless_and_large_bodies_end_at_the_limit() {
    let head = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    let more = vec![b'x'; 10_000];
    let endless =
        Server::always(move || Reply::Repeat(head.clone(), more.clone(), Duration::ZERO)).await;
    let told = b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n".to_vec();
    let large = Server::always(move || Reply::Send(told.clone())).await;
    for server in [endless, large] {
        let failure =
            fails(&client(connector(&server.url())), &get("/x"), FailureCode::BodySize).await;
        assert!(failure.description.contains("100000 bytes"), "{failure:?}");
    }
    let exact = Server::always(|| ok(&"x".repeat(100_000))).await;
    let answer = good(client(connector(&exact.url())).send(&get("/x"), None).await);
    assert_eq!(answer.body.len(), 100_000);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn compressed_answers_are_read_and_bombs_defused() {
    let fields = ["Content-Encoding: gzip", "Content-Type: application/json"];
    let small = gzip(b"{\"a\":1}");
    let server = Server::always(move || Reply::Send(answer("200 OK", &fields, &small))).await;
    let received = good(client(connector(&server.url())).send(&get("/x"), None).await);
    assert_eq!(received.body, "{\"a\":1}");
    assert!(field(&server.requests()[0], "accept-encoding").unwrap().contains("gzip"));
    let bomb = gzip(&vec![b' '; 50_000_000]);
    assert!(bomb.len() < 100_000);
    let server = Server::always(move || Reply::Send(answer("200 OK", &fields, &bomb))).await;
    fails(&client(connector(&server.url())), &get("/x"), FailureCode::BodySize).await;
    let server = Server::always(move || Reply::Send(answer("200 OK", &fields, "no gzip"))).await;
    fails(&client(connector(&server.url())), &get("/x"), FailureCode::Protocol).await;
    let other = ["Content-Encoding: br"];
    let server = Server::always(move || Reply::Send(answer("200 OK", &other, "x"))).await;
    fails(&client(connector(&server.url())), &get("/x"), FailureCode::Protocol).await;
}

#[tokio::test]
async fn charsets_and_header_fields_reach_the_flow() {
    let fields = ["Content-Type: text/plain; charset=iso-8859-1", "X-Two: a", "X-Two: b"];
    let server = Server::always(move || Reply::Send(answer("200 OK", &fields, b"M\xfcller"))).await;
    let received = good(client(connector(&server.url())).send(&get("/x"), None).await);
    assert_eq!(received.body, "M\u{fc}ller");
    let two: Vec<_> = received.headers.iter().filter(|(name, _)| name == "x-two").collect();
    assert_eq!(two.len(), 2);
}

#[tokio::test]
async fn what_is_not_http_is_a_protocol_failure() {
    let huge = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1_000_000));
    for bytes in [
        "SSH-2.0-OpenSSH_9\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        &huge,
    ] {
        let bytes = bytes.as_bytes().to_vec();
        let server = Server::always(move || Reply::Close(bytes.clone())).await;
        fails(&client(connector(&server.url())), &get("/x"), FailureCode::Protocol).await;
    }
}

#[tokio::test]
async fn broken_connections_are_connect_failures() {
    for bytes in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"] {
        let bytes = bytes.as_bytes().to_vec();
        let server = Server::always(move || Reply::Close(bytes.clone())).await;
        fails(&client(connector(&server.url())), &get("/x"), FailureCode::Connect).await;
    }
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let failure = fails(&client(connector(&closed)), &get("/x"), FailureCode::Connect).await;
    assert!(failure.description.contains("refused"), "{failure:?}");
}

#[tokio::test]
async fn redirects_are_followed_three_times_by_get_and_head() {
    let server = Server::start(|index, _| match index {
        3 | 7 => ok("{}"),
        _ => redirect(&format!("/hop{index}?x=%27")),
    })
    .await;
    let client = client(connector(&server.url()));
    let outcome = client.send(&get("/x"), None).await;
    assert_eq!((outcome.attempts, good(outcome).status), (1, 200));
    assert!(server.requests()[3].starts_with("GET /hop2?x=%27 "));
    assert_eq!(good(client.send(&request(Method::Head, "/x"), None).await).status, 200);
    let answer = good(client.send(&request(Method::Post, "/x"), None).await);
    assert_eq!(answer.status, 302);
    assert_eq!(server.requests().len(), 9);
    let looping = Server::always(|| redirect("/again")).await;
    fails(&crate::server::client(connector(&looping.url())), &get("/x"), FailureCode::Redirect)
        .await;
    assert_eq!(looping.requests().len(), 4);
    let file = Server::always(|| redirect("file:///etc/passwd")).await;
    fails(&crate::server::client(connector(&file.url())), &get("/x"), FailureCode::Redirect).await;
}

#[tokio::test]
async fn credentials_do_not_leave_their_origin() {
    let other = Server::always(|| ok("{\"there\":1}")).await;
    let there = format!("{}/y", other.url());
    let home = Server::start(move |index, _| match index {
        0 => redirect("/same"),
        _ => redirect(&there),
    })
    .await;
    let auth = Auth::Bearer { token: Secret::Literal("tok-1-canary".to_owned()) };
    let client = client(Connector { auth, ..connector(&home.url()) });
    let mut request = get("/x");
    for (name, value) in [("Cookie", "a=canary"), ("X-Api-Key", "canary"), ("Accept", "a/b")] {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    assert_eq!(good(client.send(&request, None).await).body, "{\"there\":1}");
    assert_eq!(field(&home.requests()[1], "authorization"), Some("Bearer tok-1-canary"));
    assert_eq!(field(&home.requests()[1], "cookie"), Some("a=canary"));
    let there = &other.requests()[0];
    assert!(!there.contains("canary"), "{there}");
    assert_eq!(field(there, "accept"), Some("a/b"));
}

#[tokio::test]
async fn connections_that_the_server_closed_are_not_used_again() {
    let server = Server::always(|| Reply::Close(answer("200 OK", &[], "{}"))).await;
    let client = client(connector(&server.url()));
    for _ in 0..50 {
        assert_eq!(good(client.send(&get("/x"), None).await).status, 200);
    }
    assert_eq!(server.requests().len(), 50);
}
