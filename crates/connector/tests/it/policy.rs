//! What is not sent: writes that are not allowed, and SOQL injections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use trunkline_connector::{
    Options, WriteDecision, WritePolicy, server_write_policy, unattended_write_policy,
};
use trunkline_model::FailureCode;
use trunkline_model::http::{Method, Rendered, Request, Target};
use trunkline_model::tenant::connector::{Connector, Writes};

use crate::server::{
    Server, client, client_with, connector, fails, get, good, ok, options, request,
};

fn decided(decision: WriteDecision) -> WritePolicy {
    Arc::new(move |_, _| decision)
}

async fn written(writes: Writes, policy: WritePolicy) -> (Result<u16, FailureCode>, bool, usize) {
    let server = Server::always(|| ok("{}")).await;
    // Not a loopback name, though it leads here.
    let base = format!("http://crm.example:{}", server.address.port());
    let resolver = Arc::new(Here);
    let options = Options { write_policy: policy, resolver, ..options() };
    let client = client_with(Connector { writes, ..connector(&base) }, options);
    let outcome = client.send(&request(Method::Post, "/x"), None).await;
    let stood_in = outcome.stand_in.is_some();
    let result = outcome.result.map(|answer| answer.status).map_err(|failure| failure.code);
    (result, stood_in, server.requests().len())
}

struct Here;

impl trunkline_connector::Resolve for Here {
    fn resolve<'a>(&'a self, _: &'a str) -> trunkline_connector::Addresses<'a> {
        Box::pin(async { Ok(vec!["127.0.0.1".parse().unwrap()]) })
    }
}

#[tokio::test]
async fn writes_go_out_only_when_allowed() {
    use WriteDecision::{Allow, Deny, StandIn};
    let denied = Err(FailureCode::WriteDenied);
    let cases = [
        (Writes::Allow, decided(Deny), (Ok(200), false, 1)),
        (Writes::Ask, decided(Allow), (Ok(200), false, 1)),
        (Writes::Ask, decided(Deny), (denied, false, 0)),
        (Writes::Ask, decided(StandIn(204)), (Ok(204), true, 0)),
        (Writes::Deny, decided(Allow), (denied, false, 0)),
        (Writes::Deny, decided(StandIn(204)), (Ok(204), true, 0)),
        (Writes::Ask, server_write_policy(), (Ok(200), false, 1)),
        (Writes::Deny, server_write_policy(), (denied, false, 0)),
        (Writes::Ask, unattended_write_policy(), (Ok(204), true, 0)),
        (Writes::Allow, unattended_write_policy(), (Ok(200), false, 1)),
    ];
    for (index, (writes, policy, expected)) in cases.into_iter().enumerate() {
        assert_eq!(written(writes, policy).await, expected, "case {index}");
    }
}

#[tokio::test]
async fn a_policy_that_panics_denies() {
    let policy: WritePolicy = Arc::new(|_, _| panic!("the terminal is gone"));
    assert_eq!(written(Writes::Ask, policy).await, (Err(FailureCode::WriteDenied), false, 0));
}

#[tokio::test]
async fn a_person_s_time_is_not_the_request_s() {
    let policy: WritePolicy = Arc::new(|_, _| {
        std::thread::sleep(std::time::Duration::from_millis(400));
        WriteDecision::StandIn(204)
    });
    let options = Options { write_policy: policy, ..options() };
    let client = client_with(connector("https://crm.example"), options);
    let outcome = client.send(&request(Method::Post, "/x"), None).await;
    assert!(outcome.duration_ms < 300 && outcome.attempts == 0, "{outcome:?}");
}

#[tokio::test]
async fn loopback_hosts_and_reads_are_not_asked_about() {
    let server = Server::always(|| ok("{}")).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let policy: WritePolicy = Arc::new(move |connector, _| {
        assert_eq!((connector.id.as_str(), connector.writes), ("", Writes::Ask));
        counter.fetch_add(1, Ordering::SeqCst);
        WriteDecision::StandIn(204)
    });
    let options = Options { write_policy: policy, ..options() };
    let client = client_with(connector(&server.url()), options);
    assert_eq!(good(client.send(&request(Method::Patch, "/x"), None).await).status, 200);
    assert_eq!(good(client.send(&get("/x"), None).await).status, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    let target = Target::Url("https://elsewhere.example/x".into());
    let elsewhere = Request { target, ..request(Method::Delete, "") };
    assert_eq!(good(client.send(&elsewhere, None).await).status, 204);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

fn dip(ani: &str) -> Rendered {
    let before = "/services/data/v52.0/query/?q=SELECT+Id+FROM+Account+WHERE+Phone=%27";
    let substituted = std::iter::once(before.len()..before.len() + ani.len()).collect();
    Rendered { text: format!("{before}{ani}%27"), substituted }
}

#[tokio::test]
async fn an_injection_reaches_no_account() {
    let server = Server::always(|| ok("{}")).await;
    let guarded = connector(&server.url());
    let open = Connector { soql_guard: Some(false), ..guarded.clone() };
    let through = |path| {
        let target = Target::Connector { id: "crm".to_owned(), name: None, path };
        Request { target, ..get("") }
    };
    let client_guarded = client(guarded);
    for ani in ["x'%20OR%20Name%20LIKE%20'", "x%27 OR Name LIKE %27", "canary%5C"] {
        let failure = fails(&client_guarded, &through(dip(ani)), FailureCode::SoqlGuard).await;
        assert!(failure.description.contains("Phone='"), "{failure:?}");
        assert!(!failure.description.contains("canary"));
        let mut url = dip(ani);
        url.text.insert_str(0, &server.url());
        let shift = server.url().len();
        url.substituted.iter_mut().for_each(|it| *it = it.start + shift..it.end + shift);
        let whole = Request { target: Target::Url(url), ..get("") };
        fails(&client_guarded, &whole, FailureCode::SoqlGuard).await;
    }
    assert!(server.requests().is_empty());
    good(client_guarded.send(&through(dip("+4930123")), None).await);
    good(client(open).send(&through(dip("x'")), None).await);
    assert_eq!(server.requests().len(), 2);
}
