//! TLS: certificates that are trusted and those that are not.

use std::sync::Arc;

use rcgen::{CertificateParams, CertifiedKey, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use trunkline_connector::{Client, ConnectorError, Options, Stage, Status};
use trunkline_model::FailureCode;
use trunkline_model::tenant::Http;

use crate::server::{
    Server, client, client_with, connector, fails, get, good, ok, options, tenant,
};

/// A TLS server on loopback whose certificate is for these names; gives its base URL too.
async fn tls_server(names: &[&str], expired: bool) -> (String, String) {
    trunkline_connector::install_crypto();
    let mut params =
        CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
            .unwrap();
    if expired {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    }
    let signing_key = KeyPair::generate().unwrap();
    let cert = params.self_signed(&signing_key).unwrap();
    let certified = CertifiedKey { cert, signing_key };
    let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let plain = Server::always(|| ok("{}")).await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                let handler = Arc::new(|_: usize, _: &str| ok("{\"tls\":true}"));
                tokio::spawn(plain.clone().serve(stream, handler));
            }
        }
    });
    (url, certified.cert.pem())
}

fn trusting(pem: &str, name: &str) -> Options {
    let file = format!("trunkline-ca-{}-{name}.pem", std::process::id());
    let path = std::env::temp_dir().join(file);
    std::fs::write(&path, pem).unwrap();
    let path = path.to_str().unwrap().to_owned();
    Options {
        env: Arc::new(move |name| (name == "SSL_CERT_FILE").then(|| path.clone())),
        ..options()
    }
}

#[tokio::test]
async fn a_certificate_of_an_own_authority_is_trusted_when_named() {
    let (url, pem) = tls_server(&["localhost"], false).await;
    let trusted = client_with(connector(&url), trusting(&pem, "good"));
    assert_eq!(good(trusted.send(&get("/x"), None).await).body, "{\"tls\":true}");
    let report = trusted.diagnose("crm").await;
    assert_eq!(report.stage(Stage::Tls).unwrap().status, Status::Ok, "{report}");
    let failure = fails(&client(connector(&url)), &get("/x"), FailureCode::Tls).await;
    assert!(failure.description.contains("SSL_CERT_FILE"), "{failure:?}");
    let report = client(connector(&url)).diagnose("crm").await;
    assert_eq!(report.stage(Stage::Tls).unwrap().status, Status::Failed, "{report}");
    assert_eq!(report.stage(Stage::Token).unwrap().status, Status::Skipped, "{report}");
}

#[tokio::test]
async fn names_and_dates_are_checked() {
    for (names, expired) in [(["other.example"], false), (["localhost"], true)] {
        let (url, pem) = tls_server(&names, expired).await;
        let client = client_with(connector(&url), trusting(&pem, names[0]));
        fails(&client, &get("/x"), FailureCode::Tls).await;
    }
}

#[tokio::test]
async fn plain_http_behind_https_is_a_tls_failure() {
    let server = Server::always(|| ok("{}")).await;
    let url = server.url().replace("http://", "https://");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let speaking = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            use tokio::io::AsyncWriteExt as _;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    fails(&client(connector(&speaking)), &get("/x"), FailureCode::Tls).await;
    let mut silent = get("/x");
    silent.timeout_ms = 100;
    fails(&client(connector(&url)), &silent, FailureCode::Timeout).await;
}

#[test]
fn a_file_without_certificates_is_refused() {
    let error = Client::new(&tenant(Vec::new(), Http::default()), trusting("nothing", "bad"));
    assert!(matches!(error, Err(ConnectorError::CertFile { .. })));
    let env = Arc::new(|name: &str| (name == "SSL_CERT_FILE").then(|| "/no/such".to_owned()));
    let error = Client::new(&tenant(Vec::new(), Http::default()), Options { env, ..options() });
    assert!(error.unwrap_err().to_string().contains("/no/such"));
}
