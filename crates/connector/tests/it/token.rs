//! Access tokens: every grant, one fetch for many, renewal, refusals.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use trunkline_connector::{Client, ConnectorError, Options};
use trunkline_model::FailureCode;
use trunkline_model::http::Request;
use trunkline_model::tenant::connector::{Auth, Connector, ConnectorKind, Secret};

use crate::server::{
    Reply, Server, answer, client, client_credentials, client_with, connector, fails, field, get,
    good, ok, options, status, tenant,
};

/// Answers `/token` with tokens `t0`, `t1`, … and all else with 200 for the given tokens, 401 for
/// others.
async fn server(valid: &'static [&'static str], extra: &'static str) -> Server {
    let issued = AtomicI64::new(0);
    Server::start(move |_, request| {
        if request.starts_with("POST /token ") {
            let number = issued.fetch_add(1, Ordering::SeqCst);
            return ok(&format!(
                "{{\"access_token\":\"t{number}\",\"token_type\":\"Bearer\"{extra}}}"
            ));
        }
        let token = field(request, "authorization").unwrap_or_default();
        let known = valid.iter().any(|valid| token == format!("Bearer {valid}"));
        if known { ok("{}") } else { status("401 Unauthorized") }
    })
    .await
}

fn fetches(server: &Server) -> usize {
    server.requests().iter().filter(|it| it.starts_with("POST /token ")).count()
}

fn with_auth(server: &Server, kind: ConnectorKind, auth: Auth) -> Connector {
    Connector { auth, kind, ..connector(&server.url()) }
}

fn granted(server: &Server) -> Connector {
    with_auth(server, ConnectorKind::Salesforce, client_credentials("/token", "sec-ret-canary"))
}

fn literal(text: &str) -> Secret {
    Secret::Literal(text.to_owned())
}

fn form(request: &str) -> Vec<(String, String)> {
    let body = request.split_once("\r\n\r\n").unwrap().1;
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

fn value(request: &str, name: &str) -> Option<String> {
    form(request).into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
}

#[tokio::test]
async fn grants_send_their_forms() {
    let server = server(&["t0"], "").await;
    let token_url = "/token".to_owned();
    let client_id = "cli&ent".to_owned();
    let scopes = vec!["api".to_owned(), "id".to_owned()];
    let password = Auth::Password {
        token_url: token_url.clone(),
        client_id: client_id.clone(),
        client_secret: literal("s"),
        username: "u@x".to_owned(),
        password: literal("p+TOK"),
        scopes: scopes.clone(),
    };
    let refresh = Auth::RefreshToken {
        token_url: token_url.clone(),
        client_id: client_id.clone(),
        client_secret: None,
        refresh_token: literal("r1"),
        scopes: Vec::new(),
    };
    let credentials =
        Auth::ClientCredentials { token_url, client_id, client_secret: literal("s"), scopes };
    let cases: [(Auth, &[(&str, &str)]); 3] = [
        (credentials, &[("grant_type", "client_credentials"), ("scope", "api id")]),
        (
            password,
            &[
                ("grant_type", "password"),
                ("username", "u@x"),
                ("password", "p+TOK"),
                ("client_secret", "s"),
            ],
        ),
        (refresh, &[("grant_type", "refresh_token"), ("refresh_token", "r1")]),
    ];
    for (auth, fields) in cases {
        let client = client(with_auth(&server, ConnectorKind::Salesforce, auth));
        client.send(&get("/x"), None).await;
        let requests = server.requests();
        let sent = requests.iter().rfind(|it| it.starts_with("POST /token ")).unwrap();
        assert_eq!(value(sent, "client_id").as_deref(), Some("cli&ent"));
        for (name, expected) in fields {
            assert_eq!(value(sent, name).as_deref(), Some(*expected), "{name}");
        }
    }
}

#[tokio::test]
async fn other_servers_get_the_client_by_basic() {
    let server = server(&["t0"], "").await;
    let auth = client_credentials("/token", "s e");
    good(client(with_auth(&server, ConnectorKind::Custom, auth)).send(&get("/x"), None).await);
    let sent = &server.requests()[0];
    assert_eq!(field(sent, "authorization"), Some("Basic Y2xpZW50OnMrZQ=="));
    assert_eq!(value(sent, "client_secret"), None);
}

#[tokio::test]
async fn the_jwt_bearer_grant_signs_an_assertion() {
    let server = server(&["t0"], "").await;
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048)
        .unwrap();
    let auth = |pem: String| Auth::JwtBearer {
        token_url: format!("{}/token", server.url()),
        client_id: "consumer".to_owned(),
        subject: "user@example.com".to_owned(),
        audience: "https://login.salesforce.com".to_owned(),
        private_key: Secret::Literal(pem),
        scopes: Vec::new(),
    };
    let now = Arc::new(|| 1_800_000_000_000);
    let connector = with_auth(&server, ConnectorKind::Salesforce, auth(key.serialize_pem()));
    good(client_with(connector, Options { now, ..options() }).send(&get("/x"), None).await);
    let sent = &server.requests()[0];
    let grant = value(sent, "grant_type").unwrap();
    assert_eq!(grant, "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let public = DecodingKey::from_rsa_pem(key.public_key_pem().as_bytes()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["https://login.salesforce.com"]);
    validation.validate_exp = false;
    let assertion = value(sent, "assertion").unwrap();
    let claims =
        jsonwebtoken::decode::<serde_json::Value>(&assertion, &public, &validation).unwrap().claims;
    assert_eq!(claims["iss"], "consumer");
    assert_eq!(claims["sub"], "user@example.com");
    assert_eq!(claims["exp"], 1_800_000_120);
    let broken = with_auth(&server, ConnectorKind::Salesforce, auth("canary".to_owned()));
    let error = Client::new(&tenant(vec![broken], Default::default()), options()).unwrap_err();
    assert!(matches!(error, ConnectorError::PrivateKey { .. }));
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[tokio::test]
async fn fifty_waiters_share_one_fetch() {
    let server = Server::start(|_, request| match request.starts_with("POST /token ") {
        true => Reply::Later(
            Duration::from_millis(100),
            Box::new(ok("{\"access_token\":\"t0\",\"token_type\":\"Bearer\"}")),
        ),
        false => ok("{}"),
    })
    .await;
    let client = client(granted(&server));
    let sending: Vec<_> = (0..50)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&get("/x"), None).await })
        })
        .collect();
    for sent in sending {
        assert_eq!(good(sent.await.unwrap()).status, 200);
    }
    assert_eq!((fetches(&server), server.requests().len()), (1, 51));
}

#[tokio::test]
async fn fifty_waiters_share_one_refusal() {
    let refusal =
        "{\"error\":\"invalid_client\",\"error_description\":\"invalid client credentials\"}";
    let server = Server::always(move || {
        let bytes = answer("400 Bad Request", &["Content-Type: application/json"], refusal);
        Reply::Later(Duration::from_millis(100), Box::new(Reply::Send(bytes)))
    })
    .await;
    let client = client(granted(&server));
    let sending: Vec<_> = (0..50)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&get("/x"), None).await })
        })
        .collect();
    for sent in sending {
        let outcome = sent.await.unwrap();
        assert_eq!(outcome.attempts, 0);
        let failure = outcome.result.unwrap_err();
        assert_eq!(failure.code, FailureCode::Token);
        for part in ["client_credentials", "/token", "invalid_client", "auth.client_secret"] {
            assert!(failure.description.contains(part), "{part}: {failure:?}");
        }
        assert!(!failure.description.contains("canary"));
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_401_renews_the_token_once_and_succeeds() {
    let server = server(&["t1"], "").await;
    let client = client(granted(&server));
    let outcome = client.send(&Request { retries: 0, ..get("/x") }, None).await;
    assert_eq!((outcome.attempts, good(outcome).status), (2, 200));
    assert_eq!(good(client.send(&get("/x"), None).await).status, 200);
    assert_eq!((fetches(&server), server.requests().len()), (2, 5));
}

#[tokio::test]
async fn a_second_401_goes_to_the_flow() {
    let server = server(&[], "").await;
    let client = client(granted(&server));
    let outcome = client.send(&get("/x"), None).await;
    assert_eq!((outcome.attempts, good(outcome).status, fetches(&server)), (2, 401, 2));
}

#[tokio::test]
async fn many_401s_of_one_token_renew_it_once() {
    let server = server(&["t1"], "").await;
    let client = client(granted(&server));
    let sending: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { good(client.send(&get("/x"), None).await).status })
        })
        .collect();
    for sent in sending {
        assert_eq!(sent.await.unwrap(), 200);
    }
    assert_eq!(fetches(&server), 2);
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end_without_waiting() {
    let server = server(&["t0", "t1", "t2"], ",\"expires_in\":\"3600\"").await;
    let now = Arc::new(AtomicI64::new(0));
    let clock = Arc::clone(&now);
    let options = Options { now: Arc::new(move || clock.load(Ordering::SeqCst)), ..options() };
    let client = client_with(granted(&server), options);
    for (at, expected) in [(0, "t0"), (3_539_999, "t0"), (3_540_000, "t0"), (3_541_000, "t1")] {
        now.store(at, Ordering::SeqCst);
        good(client.send(&get("/x"), None).await);
        let dips = server.requests();
        let dip = dips.iter().rfind(|it| it.starts_with("GET")).unwrap();
        assert_eq!(field(dip, "authorization"), Some(format!("Bearer {expected}").as_str()));
        let wanted = if at >= 3_540_000 { 2 } else { 1 };
        while fetches(&server) < wanted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    now.store(20_000_000, Ordering::SeqCst);
    good(client.send(&get("/x"), None).await);
    assert_eq!(fetches(&server), 3);
}

#[tokio::test]
async fn a_new_refresh_token_is_used_from_then_on() {
    let server = server(&["t1"], ",\"refresh_token\":\"r2\"").await;
    let auth = Auth::RefreshToken {
        token_url: "/token".to_owned(),
        client_id: "c".to_owned(),
        client_secret: None,
        refresh_token: literal("r1"),
        scopes: Vec::new(),
    };
    let client = client(with_auth(&server, ConnectorKind::Salesforce, auth));
    assert_eq!(good(client.send(&get("/x"), None).await).status, 200);
    let requests = server.requests();
    assert_eq!(value(&requests[0], "refresh_token").as_deref(), Some("r1"));
    assert_eq!(value(&requests[2], "refresh_token").as_deref(), Some("r2"));
}

#[tokio::test]
async fn a_slow_token_endpoint_fails_in_time_and_serves_the_next() {
    let server = Server::start(|_, request| match request.starts_with("POST /token ") {
        true => Reply::Later(
            Duration::from_millis(300),
            Box::new(ok("{\"access_token\":\"t0\",\"token_type\":\"Bearer\"}")),
        ),
        false => ok("{}"),
    })
    .await;
    let client = client_with(granted(&server), Options { token_timeout_ms: 100, ..options() });
    let started = Instant::now();
    let failure = fails(&client, &get("/x"), FailureCode::Token).await;
    assert!(started.elapsed() < Duration::from_millis(280));
    assert!(failure.description.contains("did not answer within 100 ms"), "{failure:?}");
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(good(client.send(&get("/x"), None).await).status, 200);
    assert_eq!(fetches(&server), 1);
}

#[tokio::test]
async fn strange_token_answers_are_explained_without_being_repeated() {
    let long = "x".repeat(70_000);
    let cases = [
        ("200 OK", "{\"canary\":1}", "no token answer"),
        ("200 OK", "{\"access_token\":[\"canary\"]}", "no token answer"),
        ("200 OK", "\"canary\"", "no token answer"),
        ("200 OK", "<html>canary", "no token answer"),
        ("503 Down", "<html>canary", "status 503"),
        ("302 Found", "", "status 302"),
        ("400 Bad", "{\"error\":\"invalid_grant\"}", "My Domain"),
        ("400 Bad", "{\"error\":\"odd\\u001b\"}", "refused with odd "),
        ("200 OK", long.as_str(), "TL-HTTP-BODY-SIZE"),
    ];
    for (line, body, expected) in cases {
        let bytes = answer(line, &["Location: /elsewhere"], body);
        let server = Server::always(move || Reply::Send(bytes.clone())).await;
        let failure = fails(&client(granted(&server)), &get("/x"), FailureCode::Token).await;
        assert!(failure.description.contains(expected), "{expected}: {failure:?}");
        assert!(!failure.description.contains("canary"), "{failure:?}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_fetch_that_ends_with_its_runtime_does_not_block_the_next() {
    let server = server(&["t0", "t1"], "").await;
    let client = client_with(granted(&server), Options { token_timeout_ms: 500, ..options() });
    let early = client.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let request = get("/x");
            tokio::select! {
                biased;
                _ = early.send(&request, None) => {}
                () = tokio::task::yield_now() => {}
            }
        });
    })
    .join()
    .unwrap();
    assert_eq!(good(client.send(&get("/x"), None).await).status, 200);
}
