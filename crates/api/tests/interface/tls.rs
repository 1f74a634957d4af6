//! HTTPS with a certificate of our own and one from files that change.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use trunkline_api::{Settings, Transport};

use crate::house::{House, password};
use crate::http::Ask;

/// Connects as a browser does that trusts the certificate in this file.
async fn connect(house: &House, trusted: &Path) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let pem = std::fs::read(trusted).unwrap();
    roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(("127.0.0.1", house.port())).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

fn own(folder: &Path) -> Transport {
    Transport::SelfSigned { folder: folder.into(), names: vec!["cc.example".into()] }
}

async fn house(transport: Transport) -> House {
    House::with(Settings { transport, ..Settings::loopback() }).await
}

#[tokio::test]
async fn a_certificate_of_our_own_is_made_and_its_fingerprint_told() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(own(folder.path())).await;
    let host = format!("localhost:{}", house.port());
    assert_eq!(house.running.url(), format!("https://{host}"));
    assert_eq!(house.running.fingerprint().unwrap().len(), 95);

    let certificate = folder.path().join("https-certificate.pem");
    let stream = connect(&house, &certificate).await.unwrap();
    let body = json!({"name": "ann", "password": password("ann")});
    let ask = Ask::new("POST", "/api/v1/session").json(&body);
    let reply = ask.header("origin", &format!("https://{host}")).over(stream, &host).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let cookie = reply.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-trunkline-session=") && cookie.contains("; Secure"));
    let policy = reply.header("content-security-policy").unwrap();
    assert!(policy.contains(&format!("wss://{host}")), "{policy}");
    let port = house.port();
    let answer = tokio::spawn(async move { Ask::get("/").to(port).await }).await;
    assert!(answer.is_err(), "plain HTTP gets no answer");
}

#[tokio::test]
async fn files_are_read_again_without_a_restart() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // Two certificates, made by two servers of their own.
    for folder in [&first, &second] {
        house(own(folder.path())).await;
    }
    let used = tempfile::tempdir().unwrap();
    let (certificate, key) = (used.path().join("c.pem"), used.path().join("k.pem"));
    let take = |folder: &tempfile::TempDir| {
        std::fs::copy(folder.path().join("https-certificate.pem"), &certificate).unwrap();
        std::fs::copy(folder.path().join("https-key.pem"), &key).unwrap();
    };
    take(&first);
    let files = Transport::Files { certificate: certificate.clone(), key: key.clone() };
    let house = house(files).await;
    let before = house.running.fingerprint();
    assert!(connect(&house, &first.path().join("https-certificate.pem")).await.is_ok());
    take(&second);
    house.running.reload_certificate().unwrap();
    assert_ne!(house.running.fingerprint(), before);
    assert!(connect(&house, &second.path().join("https-certificate.pem")).await.is_ok());
    assert!(connect(&house, &first.path().join("https-certificate.pem")).await.is_err());
}
