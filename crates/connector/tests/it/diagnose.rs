//! `connector test`.

use trunkline_connector::{Report, Stage, Status};
use trunkline_model::tenant::connector::{Auth, Connector, ConnectorKind};

use crate::server::{Reply, Server, answer, client, client_credentials, connector, ok, status};

async fn salesforce(limits: &'static str) -> Server {
    Server::start(move |_, request| {
        let path = request.split(' ').nth(1).unwrap();
        match path {
            "/token" => ok("{\"access_token\":\"tok\",\"token_type\":\"Bearer\",\"scope\":\"id\"}"),
            "/services/data/" => ok("[{\"version\":\"9.0\"},{\"version\":\"62.0\"}]"),
            "/services/data/v62.0/limits" => status(limits),
            _ => status("404 Not Found"),
        }
    })
    .await
}

fn statuses(report: &Report) -> Vec<(Stage, Status)> {
    report.stages.iter().map(|it| (it.stage, it.status)).collect()
}

fn with_auth(server: &Server, kind: ConnectorKind, auth: Auth) -> Connector {
    Connector { auth, kind, ..connector(&server.url()) }
}

#[tokio::test]
async fn a_working_salesforce_passes_every_stage() {
    let server = salesforce("200 OK").await;
    let auth = client_credentials("/token", "canary-secret");
    let report =
        client(with_auth(&server, ConnectorKind::Salesforce, auth)).diagnose("crm-id").await;
    assert!(report.passed(), "{report}");
    let expected = [
        (Stage::Config, Status::Ok),
        (Stage::Dns, Status::Ok),
        (Stage::Tcp, Status::Ok),
        (Stage::Tls, Status::Skipped),
        (Stage::Token, Status::Ok),
        (Stage::Scope, Status::Ok),
        (Stage::Api, Status::Ok),
    ];
    assert_eq!(statuses(&report), expected, "{report}");
    assert!(server.requests().iter().skip(1).all(|it| it.starts_with("GET ")), "reads only");
    let json = serde_json::to_string(&report).unwrap();
    assert!(json.contains("\"stage\":\"dns\"") && !json.contains("canary"), "{json}");
}

#[tokio::test]
async fn a_token_without_the_scope_is_found() {
    let server = salesforce("403 Forbidden").await;
    let auth = client_credentials("/token", "s");
    let report = client(with_auth(&server, ConnectorKind::Salesforce, auth)).diagnose("crm").await;
    let scope = report.stage(Stage::Scope).unwrap();
    assert_eq!(scope.status, Status::Failed, "{report}");
    let advice = scope.advice.as_deref().unwrap();
    assert!(advice.contains("scope api (the token has: id)"), "{advice}");
    assert_eq!(report.stage(Stage::Api).unwrap().status, Status::Ok);
}

#[tokio::test]
async fn a_refused_token_ends_the_test_with_advice() {
    let body = "{\"error\":\"invalid_client\",\"error_description\":\"canary-secret is wrong\"}";
    let server = Server::always(move || Reply::Send(answer("400 Bad Request", &[], body))).await;
    let auth = client_credentials("/token", "canary-secret");
    let report = client(with_auth(&server, ConnectorKind::Salesforce, auth)).diagnose("crm").await;
    let token = report.stage(Stage::Token).unwrap();
    assert_eq!(token.status, Status::Failed);
    assert!(token.advice.as_deref().unwrap().contains("auth.client_secret"), "{report}");
    assert_eq!(report.stage(Stage::Api).unwrap().status, Status::Skipped);
    assert!(!format!("{report} {report:?}").contains("canary"), "{report}");
}

#[tokio::test]
async fn a_host_that_is_not_salesforce_is_found() {
    let server = Server::always(|| ok("{\"hello\":1}")).await;
    let report =
        client(with_auth(&server, ConnectorKind::Salesforce, Auth::None)).diagnose("crm").await;
    assert_eq!(report.stage(Stage::Api).unwrap().status, Status::Failed, "{report}");
    assert_eq!(report.stage(Stage::Token).unwrap().status, Status::Skipped, "{report}");
}

#[tokio::test]
async fn custom_servers_are_asked_at_their_base() {
    for (line, expected) in
        [("200 OK", Status::Ok), ("404 E", Status::Ok), ("401 E", Status::Failed)]
    {
        let server = Server::always(move || status(line)).await;
        let report =
            client(with_auth(&server, ConnectorKind::Custom, Auth::None)).diagnose("crm").await;
        assert_eq!(report.stage(Stage::Api).unwrap().status, expected, "{report}");
    }
}

#[tokio::test]
async fn a_closed_port_and_an_unknown_connector_are_found() {
    let url = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let client = client(connector(&url));
    let report = client.diagnose("crm").await;
    assert_eq!(report.stage(Stage::Dns).unwrap().status, Status::Ok);
    assert_eq!(report.stage(Stage::Tcp).unwrap().status, Status::Failed, "{report}");
    let report = client.diagnose("nope").await;
    assert_eq!(report.stages.len(), 7);
    assert!(!report.passed() && report.to_string().contains("tenant.yaml has: crm"), "{report}");
}
