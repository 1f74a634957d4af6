//! Which addresses are reached: names that change their address, literal addresses, proxies.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use trunkline_connector::{Addresses, Client, Options, Resolve, Stage, Status};
use trunkline_model::FailureCode;
use trunkline_model::tenant::Http;

use crate::server::{
    Reply, Server, connector, fails, field, get, get_url, good, ok, options, redirect, tenant,
};

/// Names with a list of answers; the last one stays.
#[derive(Default)]
struct Names {
    answers: Mutex<HashMap<&'static str, Vec<Vec<IpAddr>>>>,
    lookups: AtomicUsize,
}

impl Names {
    fn new(names: &[(&'static str, &[&[&str]])]) -> Arc<Self> {
        let addresses =
            |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        let answers = names
            .iter()
            .map(|(name, answers)| (*name, answers.iter().map(addresses).collect()))
            .collect();
        Arc::new(Self { answers: Mutex::new(answers), lookups: AtomicUsize::new(0) })
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> Addresses<'a> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let found = answers.get_mut(host).map(|answers| match answers.len() {
            1 => answers[0].clone(),
            _ => answers.remove(0),
        });
        let found = found.ok_or_else(|| io::Error::other("no such name"));
        Box::pin(async move { found })
    }
}

fn client(connectors: &[&str], http: Http, names: &Arc<Names>) -> Client {
    let connectors = connectors.iter().map(|url| connector(url)).collect();
    let options = Options { resolver: names.clone(), ..options() };
    Client::new(&tenant(connectors, http), options).unwrap()
}

#[tokio::test]
async fn flows_cannot_reach_this_machine_or_private_networks() {
    let server = Server::always(|| ok("{}")).await;
    let names = Names::new(&[
        ("inside.example", &[&["10.0.0.1"]]),
        ("me.example", &[&["127.0.0.1"]]),
        ("metadata.example", &[&["169.254.169.254"]]),
        ("mapped.example", &[&["::ffff:127.0.0.1"]]),
    ]);
    let client = client(&["https://crm.example"], Http::default(), &names);
    let port = server.address.port();
    for host in [
        "127.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "10.0.0.1",
        "[64:ff9b::7f00:1]",
        "inside.example",
        "me.example",
        "metadata.example",
        "mapped.example",
    ] {
        let url = format!("http://{host}:{port}/x");
        let failure = fails(&client, &get_url(&url), FailureCode::Network).await;
        assert!(failure.description.contains("may not be reached"), "{failure:?}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn lists_and_connectors_decide() {
    let server = Server::always(|| ok("{}")).await;
    let names = Names::new(&[("crm.example", &[&["127.0.0.1"]])]);
    let base = format!("http://crm.example:{}", server.address.port());
    let loopback = vec!["127.0.0.0/8".to_owned()];
    let named = client(&[&base], Http::default(), &names);
    assert_eq!(good(named.send(&get("/x"), None).await).status, 200);
    fails(&named, &get_url(&server.url()), FailureCode::Network).await;
    let allow = Http { allow_networks: loopback.clone(), ..Http::default() };
    let allowed = client(&[], allow, &names);
    assert_eq!(good(allowed.send(&get_url(&server.url()), None).await).status, 200);
    let deny = Http { deny_networks: loopback, ..Http::default() };
    let denied = client(&[&base], deny, &names);
    fails(&denied, &get("/x"), FailureCode::Network).await;
}

#[tokio::test]
async fn a_name_that_moves_between_check_and_use_gains_nothing() {
    let server = Server::always(|| ok("{}")).await;
    let names = Names::new(&[("evil.example", &[&["192.0.2.1"], &["127.0.0.1"]])]);
    let client = client(&["https://crm.example"], Http::default(), &names);
    let url = format!("http://evil.example:{}/x", server.address.port());
    let mut request = get_url(&url);
    request.timeout_ms = 100;
    // The first connection goes to the public address that was checked, and nowhere else.
    let first = client.send(&request, None).await.result.unwrap_err();
    assert!(matches!(first.code, FailureCode::Timeout | FailureCode::Connect), "{first:?}");
    assert_eq!(names.lookups.load(Ordering::SeqCst), 1);
    fails(&client, &request, FailureCode::Network).await;
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn only_allowed_addresses_of_a_name_are_used() {
    let server = Server::always(|| ok("{}")).await;
    let names = Names::new(&[("mixed.example", &[&["169.254.169.254", "127.0.0.1"]])]);
    let base = format!("http://mixed.example:{}", server.address.port());
    let client = client(&[&base], Http::default(), &names);
    assert_eq!(good(client.send(&get("/x"), None).await).status, 200);
}

#[tokio::test]
async fn every_hop_is_checked() {
    let inside = Server::always(|| ok("{}")).await;
    let to = format!("http://inside.example:{}/x", inside.address.port());
    let outside = Server::always(move || redirect(&to)).await;
    let names =
        Names::new(&[("crm.example", &[&["127.0.0.1"]]), ("inside.example", &[&["127.0.0.1"]])]);
    let base = format!("http://crm.example:{}", outside.address.port());
    let client = client(&[&base], Http::default(), &names);
    fails(&client, &get("/x"), FailureCode::Network).await;
    assert!(inside.requests().is_empty());
}

#[tokio::test]
async fn unknown_names_are_dns_failures() {
    let names = Names::new(&[("empty.example", &[&[]])]);
    let client = client(&["https://crm.example"], Http::default(), &names);
    for url in ["http://nowhere.example/x?canary", "http://empty.example/"] {
        let failure = fails(&client, &get_url(url), FailureCode::Dns).await;
        assert!(failure.description.contains(".example"), "{failure:?}");
        assert!(!failure.description.contains("canary"), "{failure:?}");
    }
}

#[tokio::test]
async fn what_is_no_url_is_a_url_failure() {
    let client = client(&["https://crm.example"], Http::default(), &Names::new(&[]));
    for url in ["", "crm.example/x", "ftp://crm.example/", "http://", "http://a b/"] {
        fails(&client, &get_url(url), FailureCode::Url).await;
    }
    fails(&client, &get("https://evil.example/"), FailureCode::Url).await;
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_used_and_the_target_checked() {
    let proxy = Server::always(|| ok("{\"by\":\"proxy\"}")).await;
    let proxy_url = format!("http://proxy.example:{}", proxy.address.port());
    let names = Names::new(&[
        ("proxy.example", &[&["127.0.0.1"]]),
        ("public.example", &[&["192.0.2.1"]]),
        ("inside.example", &[&["10.0.0.1"]]),
    ]);
    let env = Arc::new(move |name: &str| (name == "http_proxy").then(|| proxy_url.clone()));
    let options = Options { resolver: names.clone(), env, ..options() };
    let client = Client::new(&tenant(Vec::new(), Http::default()), options).unwrap();
    for url in ["http://public.example/x?y=%27", "http://known-to-the-proxy.example/x"] {
        assert_eq!(good(client.send(&get_url(url), None).await).body, "{\"by\":\"proxy\"}");
        let sent = proxy.requests().pop().unwrap();
        assert!(sent.starts_with(&format!("GET {url} HTTP/1.1")), "{sent}");
    }
    for url in ["http://inside.example/", "http://169.254.169.254/", "http://10.0.0.1/"] {
        fails(&client, &get_url(url), FailureCode::Network).await;
    }
    fails(&client, &get_url(&format!("http://127.0.0.1:{}/", 9)), FailureCode::Network).await;
    assert_eq!(proxy.requests().len(), 2);
}

#[tokio::test]
async fn https_goes_through_a_tunnel_of_the_proxy() {
    let refused = crate::server::answer("407 Proxy Authentication Required", &[], "");
    let proxy = Server::always(move || Reply::Close(refused.clone())).await;
    let proxy_url = format!("http://user:canary@{}", proxy.address);
    let names = Names::new(&[("crm.example", &[&["192.0.2.1"]])]);
    let env = Arc::new(move |name: &str| (name == "HTTPS_PROXY").then(|| proxy_url.clone()));
    let options = Options { resolver: names, env, ..options() };
    let connectors = vec![connector("https://crm.example")];
    let client = Client::new(&tenant(connectors, Http::default()), options).unwrap();
    let failure = fails(&client, &get("/x"), FailureCode::Connect).await;
    assert!(!format!("{failure:?} {client:?}").contains("canary"), "{failure:?}");
    let sent = &proxy.requests()[0];
    assert!(sent.starts_with("CONNECT crm.example:443 HTTP/1.1\r\n"), "{sent}");
    assert_eq!(field(sent, "proxy-authorization"), Some("Basic dXNlcjpjYW5hcnk="));
    let report = client.diagnose("crm").await;
    assert_eq!(report.stage(Stage::Tcp).unwrap().status, Status::Skipped, "{report}");
    assert_eq!(report.stage(Stage::Api).unwrap().status, Status::Failed, "{report}");
}
