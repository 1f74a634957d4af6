//! What stands before the addresses: hosts, limits, headers, the pages, the documents.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use trunkline_api::{ApiError, Code, Rate, Settings, serve};

use crate::double::{Double, Scripted};
use crate::house::House;
use crate::http::Ask;

#[tokio::test]
async fn every_answer_tells_browsers_what_not_to_do() {
    let house = House::new().await;
    for path in ["/", "/api/v1/session", "/nothing", "/api/v1/docs"] {
        let reply = house.get(path).await;
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(reply.header("x-frame-options"), Some("DENY"));
        assert!(reply.header("permissions-policy").unwrap().contains("microphone=(self)"));
        assert_eq!(reply.header("strict-transport-security"), None, "plain HTTP");
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.contains(&format!("connect-src 'self' ws://localhost:{};", house.port())));
    }
}

#[tokio::test]
async fn chosen_sites_may_frame_the_embedded_pages_alone() {
    let mut settings = Settings::loopback();
    settings.embed_hosts = vec!["https://acme.my.salesforce.com".into()];
    let house = House::with(settings).await;
    let ancestors = async |path: &str| {
        let reply = house.get(path).await;
        let policy = reply.header("content-security-policy").unwrap().to_owned();
        (policy.split_once("frame-ancestors ").unwrap().1.to_owned(), reply)
    };
    let (embedded, reply) = ancestors("/embed/agent?host=salesforce").await;
    assert_eq!(embedded, "https://acme.my.salesforce.com");
    assert_eq!(reply.header("x-frame-options"), None);
    assert_eq!(ancestors("/agent").await.0, "'none'");
    assert_eq!(ancestors("/embedded").await.0, "'none'");
}

#[tokio::test]
async fn other_hosts_are_not_answered() {
    let mut settings = Settings::loopback();
    settings.public_url = Some("https://cc.example".into());
    let house = House::with(settings).await;
    let at = |host: &str| Ask::get("/api/v1/session").header("host", host);
    assert_eq!(house.ask(&at("evil.example")).await.code(), "other-host");
    assert_eq!(house.ask(&at("cc.example")).await.code(), "not-signed-in");
    assert_eq!(house.ask(&at("a b")).await.code(), "unreadable");
    assert_eq!(house.running.url(), "https://cc.example");
}

#[tokio::test]
async fn behind_a_proxy_the_browsers_address_and_scheme_count() {
    let mut settings = Settings::loopback();
    settings.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let house = House::with(settings).await;
    let body = json!({"name": "ann", "password": crate::house::password("ann")});
    let ask = Ask::new("POST", "/api/v1/session")
        .json(&body)
        .header("host", "cc.example")
        .header("origin", "https://cc.example")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-for", "203.0.113.9");
    let reply = house.ask(&ask).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let cookie = reply.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-trunkline-session="), "{cookie}");
    assert!(cookie.contains("; Secure"));
    assert!(reply.header("strict-transport-security").is_some());
    let sessions = house.accounts.sessions(crate::house::now_ms(), house.user("ann").id).unwrap();
    assert_eq!(sessions[0].address.unwrap().to_string(), "203.0.113.9");
}

#[tokio::test]
async fn who_asks_too_quickly_waits() {
    let mut settings = Settings::loopback();
    settings.limits.address = Rate { per_second: 0.5, burst: 3.0 };
    let house = House::with(settings).await;
    for _ in 0..3 {
        assert_eq!(house.get("/api/v1/session").await.status, 401);
    }
    let reply = house.get("/api/v1/session").await;
    assert_eq!((reply.status, reply.code().as_str()), (429, "too-many-requests"));
    assert_eq!(reply.header("retry-after"), Some("2"));
}

#[tokio::test]
async fn a_user_who_asks_too_quickly_waits_and_others_do_not() {
    let mut settings = Settings::loopback();
    settings.limits.user = Rate { per_second: 0.5, burst: 2.0 };
    let house = House::with(settings).await;
    let (ann, bob) = (house.sign_in("ann").await, house.sign_in("bob").await);
    for _ in 0..2 {
        assert_eq!(ann.get("/api/v1/session").await.status, 200);
    }
    assert_eq!(ann.get("/api/v1/session").await.code(), "too-many-requests");
    assert_eq!(bob.get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn one_address_has_so_many_connections() {
    let mut settings = Settings::loopback();
    settings.limits.connections_per_address = 2;
    let house = House::with(settings).await;
    let connect = async || TcpStream::connect(("127.0.0.1", house.port())).await.unwrap();
    let (first, _second) = (connect().await, connect().await);
    let mut third = connect().await;
    let mut byte = [0];
    let read = tokio::time::timeout(Duration::from_secs(5), third.read(&mut byte)).await.unwrap();
    assert!(matches!(read, Ok(0) | Err(_)), "closed at once");
    drop(first);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(house.get("/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn bodies_have_limits() {
    let house = House::new().await;
    let sign_in = || Ask::new("POST", "/api/v1/session");
    let large = json!({"name": "x".repeat(70_000), "password": "x"});
    assert_eq!(house.ask(&sign_in().json(&large)).await.code(), "body-too-large");
    let no_json = Ask { body: Some("name=ann".into()), ..sign_in() };
    let form = no_json.clone().header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(house.ask(&form).await.code(), "not-json");
    let broken = no_json.header("content-type", "application/json; charset=utf-8");
    assert_eq!(house.ask(&broken).await.code(), "unreadable");
    let short = sign_in().json(&json!({"name": "ann"})).header("content-length", "5");
    assert_eq!(house.ask(&short).await.code(), "unreadable");
}

#[tokio::test]
async fn heads_have_limits() {
    let house = House::new().await;
    let long = Ask::get("/api/v1/session").header("x-long", &"x".repeat(60_000));
    assert_eq!(house.ask(&long).await.status, 431);
    let many = (0..100).fold(Ask::get("/"), |ask, at| ask.header(&format!("x-{at}"), "x"));
    assert_eq!(house.ask(&many).await.status, 431);
    assert_eq!(house.get("/api/v1/session").await.status, 401, "the server is well");
}

#[tokio::test]
async fn a_broken_request_harms_nobody() {
    let house = House::new().await;
    for bytes in [&b"\x16\x03\x01\x02\x00"[..], b"GET / HTTP/9.9\r\n\r\n", b"\r\n\r\n\0", b"{}"] {
        let mut stream = TcpStream::connect(("127.0.0.1", house.port())).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    }
    assert_eq!(house.get("/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let house = House::new().await;
    for path in ["/api/v1/nothing", "/api/v2/session", "/nothing", "/agent/x", "/..%2f..%2fetc"] {
        assert_eq!(house.get(path).await.code(), "not-found", "{path}");
    }
    // A person is told by the application, if it was built.
    let mistyped = house.ask(&Ask::new("GET", "/nothing").header("accept", "text/html,*/*")).await;
    assert_eq!(mistyped.status, 404);
    assert!(mistyped.text().contains("<html") || mistyped.code() == "not-found");
    let patch = house.ask(&Ask::new("PATCH", "/api/v1/session")).await;
    assert_eq!(patch.code(), "method-not-allowed");
    assert_eq!(house.ask(&Ask::new("POST", "/agent")).await.code(), "method-not-allowed");
    let head = house.ask(&Ask::new("HEAD", "/api/v1/openapi.json")).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test]
async fn the_application_has_its_page_at_each_route() {
    let house = House::new().await;
    for path in ["/", "/agent", "/contacts/018f/trace/3", "/signin?next=/agent"] {
        let reply = house.get(path).await;
        assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        // With pages that were built it is they, else a page that says how to build them.
        assert!([200, 503].contains(&reply.status), "{path}");
        assert!(reply.status == 200 || reply.text().contains("npm"));
    }
}

#[tokio::test]
async fn documents_load_nothing_from_elsewhere() {
    let house = House::new().await;
    let api = house.get("/api/v1/openapi.json").await.json();
    assert!(api["paths"]["/api/v1/session"]["post"].is_object());
    for path in ["/api/v1/docs", "/api/v1/docs/docs.js", "/api/v1/docs/docs.css"] {
        let reply = house.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(!reply.text().contains("://"), "{path} names another host");
    }
    assert_eq!(house.get("/api/v1/docs/other").await.status, 404);
    for code in Code::ALL {
        let page = house.get(&format!("/api/v1/errors/{}", code.as_str())).await;
        assert!(page.text().contains(code.title()), "{code:?}");
    }
    assert_eq!(house.get("/api/v1/errors/none").await.status, 404);
}

#[tokio::test]
async fn what_cannot_be_served_says_why() {
    let house = House::new().await;
    let centre = || std::sync::Arc::new(Scripted { double: Double::new(), trial: None });
    let kept = || house.configuration.clone();
    let open = Settings { listen: "0.0.0.0:0".parse().unwrap(), ..Settings::loopback() };
    let refused = serve(open, centre(), house.accounts.clone(), kept()).await;
    assert!(matches!(refused, Err(ApiError::Plain { .. })));
    let taken = Settings { listen: house.running.address(), ..Settings::loopback() };
    let refused = serve(taken, centre(), house.accounts.clone(), kept()).await;
    assert!(matches!(refused, Err(ApiError::Listen { .. })));
}
