//! No secret is ever seen: each one is a unique word, every path is taken, and everything that can
//! be printed is searched for it in all its forms.

use std::fmt::{Debug, Display};

use base64::Engine as _;
use trunkline_connector::{Client, ConnectorError};
use trunkline_model::http::{Method, Request};
use trunkline_model::tenant::Http;
use trunkline_model::tenant::connector::{Auth, Connector, ConnectorKind, Secret};

use crate::server::{
    Reply, Server, answer, client, connector, field, get, ok, options, request, status, tenant,
};

const CANARIES: [&str; 6] = [
    "canary/pass+word",
    "canary\"bearer\"",
    "canary-client-secret",
    "canary-refresh",
    "canary-tok-0",
    "canary-tok-1",
];

fn seen(text: &str) -> bool {
    CANARIES.iter().any(|canary| {
        let base64 = base64::engine::general_purpose::STANDARD.encode(canary);
        let url: String = url::form_urlencoded::byte_serialize(canary.as_bytes()).collect();
        let json = serde_json::to_string(canary).unwrap();
        let hex: String = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
        [canary, base64.trim_end_matches('='), url.as_str(), json.trim_matches('"'), hex.as_str()]
            .iter()
            .any(|form| text.contains(form))
    })
}

#[track_caller]
fn clean(value: &impl Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!seen(&text), "{text}");
    }
}

#[track_caller]
fn clean_text(value: &impl Display) {
    assert!(!seen(&value.to_string()), "{value}");
}

fn secret(index: usize) -> Secret {
    Secret::Literal(CANARIES[index].to_owned())
}

fn auths() -> Vec<Auth> {
    let token_url = || "/token".to_owned();
    let client_id = || "client".to_owned();
    vec![
        Auth::Basic { username: "u".to_owned(), password: secret(0) },
        Auth::Bearer { token: secret(1) },
        Auth::ClientCredentials {
            token_url: token_url(),
            client_id: client_id(),
            client_secret: secret(2),
            scopes: Vec::new(),
        },
        Auth::Password {
            token_url: token_url(),
            client_id: client_id(),
            client_secret: secret(2),
            username: "u".to_owned(),
            password: secret(0),
            scopes: Vec::new(),
        },
        Auth::RefreshToken {
            token_url: token_url(),
            client_id: client_id(),
            client_secret: Some(secret(2)),
            refresh_token: secret(3),
            scopes: Vec::new(),
        },
    ]
}

/// A server that repeats everything that it is told, in every way there is.
fn echo(index: usize, request: &str) -> Reply {
    let auth = field(request, "authorization").unwrap_or_default().to_owned();
    let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let told = serde_json::to_string(&format!("{auth} {body}")).unwrap();
    if request.starts_with("POST /token ") {
        return match index {
            3.. => {
                let body = format!("{{\"error\":\"invalid_grant\",\"error_description\":{told}}}");
                Reply::Send(answer("400 Bad", &[], body))
            }
            _ => ok(&format!("{{\"access_token\":\"canary-tok-{}\"}}", index / 2)),
        };
    }
    match index {
        0 | 1 => {
            let line = format!("X-Echo: {auth}");
            Reply::Send(answer("401 No", &[&line], told))
        }
        4 => Reply::Close(format!("{auth}\r\n\r\n").into_bytes()),
        5 => Reply::Send(answer("302 Found", &[&format!("Location: ftp://x/{auth}")], "")),
        _ => ok(&told),
    }
}

#[tokio::test]
async fn no_outcome_report_or_error_shows_a_secret() {
    for auth in auths() {
        for kind in [ConnectorKind::Salesforce, ConnectorKind::Custom] {
            let server = Server::start(echo).await;
            let client = client(Connector { auth: auth.clone(), kind, ..connector(&server.url()) });
            clean(&client);
            for method in [Method::Get, Method::Post, Method::Get, Method::Get, Method::Get] {
                clean(&client.send(&request(method, "/x"), None).await);
            }
            let report = client.diagnose("crm").await;
            clean(&report);
            clean_text(&report);
            clean_text(&serde_json::to_string(&report).unwrap());
            clean(&client.known_secrets());
            let masked = client.known_secrets().mask(
                &client
                    .known_secrets()
                    .expose()
                    .fold(String::new(), |text, secret| text + secret + " "),
            );
            clean_text(&masked);
        }
    }
}

#[tokio::test]
async fn known_secrets_hold_tokens_old_and_new() {
    let server = Server::start(|index, request| match request.starts_with("POST") {
        true => ok(&format!("{{\"access_token\":\"canary-tok-{}\"}}", index / 2)),
        false => status("401 No"),
    })
    .await;
    let client = client(Connector { auth: auths().remove(2), ..connector(&server.url()) });
    client.send(&get("/x"), None).await;
    let known = client.known_secrets();
    let known: Vec<&str> = known.expose().collect();
    for canary in ["canary-client-secret", "canary-tok-0", "canary-tok-1"] {
        assert!(known.contains(&canary), "{known:?}");
    }
}

#[test]
fn no_refusal_to_start_shows_a_secret() {
    for auth in auths() {
        let broken = Connector { auth, ..connector("http://h") };
        let options = trunkline_connector::Options { allow_literal_secrets: false, ..options() };
        let connectors = vec![broken.clone()];
        let error = Client::new(&tenant(connectors, Http::default()), options).unwrap_err();
        assert!(matches!(error, ConnectorError::SecretLiteral { .. }));
        clean(&error);
        clean_text(&error);
        clean(&broken);
    }
    for base in ["ftp://u:canary-refresh@h", "http://u:canary-refresh@h", "http://h?canary-tok-0"] {
        let error =
            Client::new(&tenant(vec![connector(base)], Http::default()), options()).unwrap_err();
        clean(&error);
        clean_text(&error);
    }
}

#[test]
fn a_planted_leak_is_found() {
    assert!(seen("x canary-tok-1 y") && seen("canary%2Fpass%2Bword") && !seen("canary"));
    assert!(seen("{\"a\":\"canary\\\"bearer\\\"\"}") && seen("63616e6172792d746f6b2d30"));
}

#[tokio::test]
async fn the_data_of_callers_stays_out_of_failures() {
    let server = Server::always(|| Reply::Close(Vec::new())).await;
    let client = client(connector(&server.url()));
    let outcome = client.send(&Request { retries: 0, ..get("/x?q=canary-tok-0") }, None).await;
    clean(&outcome);
}
