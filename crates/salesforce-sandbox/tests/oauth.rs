//! Signing in, in every way, and what becomes of tokens.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod client;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use client::Client;
use serde_json::{Value, json};
use trunkline_salesforce_sandbox::{Options, SandboxError};

const CLIENT: &str = "client_id=trunkline&client_secret=sandbox";
const USER: &str = "username=admin%40sandbox.example&password=sandbox";

fn refusal(answer: &client::Answer) -> (u16, String) {
    let body = answer.json();
    assert!(body["error_description"].is_string(), "{}", answer.text);
    (answer.status, body["error"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn client_credentials_give_a_whole_answer() {
    let client = Client::new();
    let answer = client.token(&format!("grant_type=client_credentials&{CLIENT}"));
    assert_eq!((answer.status, answer.headers["cache-control"].as_str()), (200, "no-store"));
    let body = answer.json();
    for key in ["access_token", "signature", "scope", "instance_url", "id", "issued_at"] {
        assert!(body[key].as_str().is_some_and(|text| !text.is_empty()), "{key}");
    }
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["instance_url"], client.base);
    assert_eq!(body["issued_at"].as_str().unwrap().len(), 13);
    assert!(body.get("refresh_token").is_none());
}

#[test]
fn the_client_may_use_http_basic() {
    let client = Client::new();
    let basic = format!("Basic {}", STANDARD.encode("trunkline:sandbox"));
    let headers =
        [("authorization", basic.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let form = b"grant_type=client_credentials";
    assert_eq!(client.raw("POST", "/services/oauth2/token", &headers, Some(form)).status, 200);
    // A trailing slash and a body in chunks do no harm.
    let form = format!("grant_type=password&{CLIENT}&{USER}");
    assert_eq!(client.chunked_form("/services/oauth2/token/", &form), 200);
}

#[test]
fn every_wrong_secret_has_its_error() {
    let client = Client::new();
    let password = "grant_type=password";
    let credentials = "grant_type=client_credentials";
    for (form, error) in [
        (
            format!("{password}&{CLIENT}&username=admin%40sandbox.example&password=x"),
            "invalid_grant",
        ),
        (format!("{password}&{CLIENT}&username=nobody&password=sandbox"), "invalid_grant"),
        (format!("{credentials}&client_id=x&client_secret=sandbox"), "invalid_client_id"),
        (format!("{credentials}&client_id=trunkline&client_secret=x"), "invalid_client"),
        (format!("grant_type=refresh_token&{CLIENT}&refresh_token=x"), "invalid_grant"),
        (format!("grant_type=banana&{CLIENT}"), "unsupported_grant_type"),
        (String::new(), "unsupported_grant_type"),
        ("grant_type=%zz".to_owned(), "invalid_request"),
        ("grant_type=%ff".to_owned(), "invalid_request"),
    ] {
        assert_eq!(refusal(&client.token(&form)), (400, error.to_owned()), "{form}");
    }
    let get = client.raw("GET", "/services/oauth2/token", &[], None);
    assert_eq!(refusal(&get), (400, "invalid_request".to_owned()));
}

#[test]
fn tokens_work_until_they_are_revoked() {
    let client = Client::new();
    let refresh = format!("grant_type=refresh_token&{CLIENT}&refresh_token=sandbox-refresh-token");
    let token = client.token(&refresh).json()["access_token"].as_str().unwrap().to_owned();
    let bearer = format!("OAuth {token}");
    let limits = || {
        let headers = [("authorization", bearer.as_str())];
        client.raw("GET", "/services/data/v52.0/limits/", &headers, None)
    };
    assert_eq!(limits().status, 200);
    assert_eq!(client.form("/services/oauth2/revoke", &format!("token={token}")).status, 200);
    assert_eq!(limits().error(), (401, "INVALID_SESSION_ID".to_owned()));
    let again = client.form("/services/oauth2/revoke", &format!("token={token}"));
    assert_eq!(refusal(&again), (400, "invalid_token".to_owned()));
}

#[test]
fn tokens_end() {
    let client = Client::with(Options { session_seconds: 0, ..Options::default() });
    assert_eq!(client.call("GET", "limits", None).status, 401);
}

#[test]
fn a_token_tells_for_whom_it_stands() {
    let client = Client::new();
    let form = format!("{CLIENT}&token={}", client.token);
    let body = client.form("/services/oauth2/introspect", &form).json();
    assert_eq!(
        (&body["active"], &body["username"]),
        (&json!(true), &json!("admin@sandbox.example"))
    );
    assert_eq!(body["exp"].as_i64().unwrap() - body["iat"].as_i64().unwrap(), 7200);
    let odd = client.form("/services/oauth2/introspect", &format!("{CLIENT}&token=x"));
    assert_eq!(odd.json(), json!({"active": false}));

    let info = client.authorised("GET", "/services/oauth2/userinfo", &[], None).json();
    assert_eq!(info["preferred_username"], "admin@sandbox.example");
    let identity = info["sub"].as_str().unwrap().strip_prefix(&client.base).unwrap().to_owned();
    let query = format!("{identity}?format=json&oauth_token={}", client.token);
    let answer = client.raw("GET", &query, &[], None);
    assert_eq!(answer.json()["user_id"], info["user_id"]);
    assert_eq!(client.raw("GET", &identity, &[], None).status, 403);
}

#[test]
fn users_of_a_fixture_may_sign_in() {
    let client = Client::with_fixture(
        r#"{"credentials": {"username": "int@x.example", "password": "p&w"},
            "records": {"User": [
              {"Username": "int@x.example", "LastName": "Integration", "IsActive": true},
              {"Username": "dana@x.example", "LastName": "Whitfield", "IsActive": true},
              {"Username": "old@x.example", "LastName": "Gone", "IsActive": false}]}}"#,
    );
    let sign_in = |user: &str| {
        client.token(&format!("grant_type=password&{CLIENT}&username={user}&password=p%26w"))
    };
    assert_eq!(sign_in("dana%40x.example").status, 200);
    assert_eq!(refusal(&sign_in("old%40x.example")), (400, "inactive_user".to_owned()));
    assert_eq!(client.records("SELECT Id FROM User").len(), 3);
}

#[test]
fn soap_login_gives_a_session() {
    let client = Client::new();
    let body = "<env:Envelope><env:Body><n1:login><n1:username>admin@sandbox.example</n1:username>\
                <n1:password>sandbox</n1:password></n1:login></env:Body></env:Envelope>";
    let answer = client.raw("POST", "/services/Soap/u/52.0", &[], Some(body.as_bytes()));
    assert_eq!(answer.status, 200);
    let session = answer.text.split("<sessionId>").nth(1).unwrap().split('<').next().unwrap();
    let bearer = format!("Bearer {session}");
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(client.raw("GET", "/services/data/v52.0", &headers, None).status, 200);
    let wrong = body.replace(">sandbox<", ">x<");
    let answer = client.raw("POST", "/services/Soap/u/52.0", &[], Some(wrong.as_bytes()));
    assert!(answer.status == 500 && answer.text.contains("INVALID_LOGIN"));
}

/// A key, and a sandbox that knows it from a file of each kind.
fn key_and_files() -> (jsonwebtoken::EncodingKey, [std::path::PathBuf; 2]) {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let private = pem::encode(&pem::Pem::new("PRIVATE KEY", private.as_ref()));
    let public = pem::encode(&pem::Pem::new("PUBLIC KEY", public.as_ref()));
    let file = |name: &str, text: &str| {
        let path = std::env::temp_dir().join(format!("sandbox-{name}-{}.pem", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path
    };
    let key = jsonwebtoken::EncodingKey::from_rsa_pem(private.as_bytes()).unwrap();
    (key, [file("private", &private), file("public", &public)])
}

#[test]
fn jwt_bearer_needs_a_known_key_and_the_right_claims() {
    let (key, files) = key_and_files();
    let in_an_hour = jiff::Timestamp::now().as_second() + 3600;
    for file in &files {
        let jwt_public_keys = vec![file.clone()];
        let client = Client::with(Options { jwt_public_keys, ..Options::default() });
        let sign = |change: fn(&mut Value)| {
            let mut claims = json!({"iss": "trunkline", "sub": "admin@sandbox.example",
                "aud": "https://login.salesforce.com", "exp": in_an_hour});
            change(&mut claims);
            let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
            let assertion = jsonwebtoken::encode(&header, &claims, &key).unwrap();
            let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
            client.token(&format!("grant_type={grant}&assertion={assertion}"))
        };
        assert_eq!(sign(|_| {}).status, 200);
        assert_eq!(sign(|c| c["exp"] = json!(c["exp"].to_string())).status, 200);
        for (change, error) in [
            ((|c| c["aud"] = json!("https://example.com")) as fn(&mut Value), "invalid_grant"),
            (|c| c["exp"] = json!(1000), "invalid_grant"),
            (|c| c["exp"] = json!("soon"), "invalid_grant"),
            (|c| c["sub"] = json!("nobody"), "invalid_grant"),
            (|c| c["iss"] = json!("nobody"), "invalid_client_id"),
        ] {
            assert_eq!(refusal(&sign(change)).1, error);
        }
    }
    let (other, others) = key_and_files();
    drop(other);
    let client =
        Client::with(Options { jwt_public_keys: vec![others[1].clone()], ..Options::default() });
    let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
    for assertion in ["", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        let answer = client.token(&format!("grant_type={grant}&assertion={assertion}"));
        assert_eq!(refusal(&answer).1, "invalid_grant");
    }
    for file in files.iter().chain(&others) {
        let _ = std::fs::remove_file(file);
    }
}

#[tokio::test]
async fn odd_keys_are_refused_at_the_start() {
    let path = std::env::temp_dir().join(format!("sandbox-odd-{}.pem", std::process::id()));
    std::fs::write(&path, "-----BEGIN X-----\nAAAA\n-----END X-----\n").unwrap();
    for (file, expected) in
        [(path.clone(), "holds no RSA key"), ("/nonexistent".into(), "cannot read")]
    {
        let listen = "127.0.0.1:0".parse().unwrap();
        let options = Options { listen, jwt_public_keys: vec![file], ..Options::default() };
        let error: SandboxError =
            trunkline_salesforce_sandbox::Sandbox::start(options).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    std::fs::remove_file(path).unwrap();
}
