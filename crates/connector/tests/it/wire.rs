//! What goes over the wire.

use trunkline_model::http::{Body, Method, Request, Target};
use trunkline_model::tenant::connector::{Auth, Connector, Secret};

use crate::server::{Server, client, connector, field, get, good, ok, request};

fn line(request: &str) -> &str {
    request.split("\r\n").next().unwrap()
}

#[tokio::test]
async fn the_url_goes_out_as_the_flow_encoded_it() {
    let server = Server::always(|| ok("{}")).await;
    let client = client(connector(&server.url()));
    let cases = [
        ("/q?q=LIKE+%27%25+49%25%27", "/q?q=LIKE+%27%25+49%25%27"),
        ("/q?q=a+b%2Bc%252B", "/q?q=a+b%2Bc%252B"),
        ("/a%2Fb/%zz?x=%&y=1%2", "/a%2Fb/%zz?x=%&y=1%2"),
        ("/q?q=SELECT Id FROM A", "/q?q=SELECT%20Id%20FROM%20A"),
        ("/q?q=M\u{fc}ller", "/q?q=M%C3%BCller"),
        ("/{id}/a'b?x={}|[]", "/%7Bid%7D/a'b?x={}|[]"),
    ];
    for (path, expected) in cases {
        good(client.send(&get(path), None).await);
        let requests = server.requests();
        assert_eq!(line(requests.last().unwrap()), format!("GET {expected} HTTP/1.1"));
    }
}

#[tokio::test]
async fn query_parameters_are_appended_encoded() {
    let server = Server::always(|| ok("{}")).await;
    let mut request = get("/q?a=%27");
    request.query = vec![("b".to_owned(), "+49 %27&'".into())];
    good(client(connector(&server.url())).send(&request, None).await);
    assert_eq!(line(&server.requests()[0]), "GET /q?a=%27&b=%2B49%20%2527%26%27 HTTP/1.1");
}

#[tokio::test]
async fn every_method_goes_out_and_comes_back() {
    let server = Server::start(|_, request| match request.split(' ').next() {
        Some("HEAD") => {
            let head = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nX-A: 1\r\n\r\n";
            crate::server::Reply::Send(head.to_vec())
        }
        Some("DELETE") => crate::server::Reply::Send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        _ => ok("{\"a\":1}"),
    })
    .await;
    let client = client(connector(&server.url()));
    for method in [
        Method::Get,
        Method::Post,
        Method::Put,
        Method::Patch,
        Method::Delete,
        Method::Options,
        Method::Head,
    ] {
        let mut request = request(method, "/x");
        request.body = method.writes().then(|| Body::Text("{\"b\":2}".to_owned()));
        request.content_type = Some("application/json".to_owned());
        request.idempotency_key = Some("key-1".to_owned());
        let outcome = client.send(&request, None).await;
        assert_eq!(outcome.attempts, 1);
        let answer = good(outcome);
        let sent = server.requests().pop().unwrap();
        assert_eq!(line(&sent), format!("{} /x HTTP/1.1", method.as_str()));
        assert_eq!(field(&sent, "x-idempotency-key").is_some(), method.writes());
        assert_eq!(field(&sent, "content-type"), Some("application/json"));
        if method.writes() {
            assert!(sent.ends_with("\r\n\r\n{\"b\":2}"), "{sent}");
            assert_eq!(field(&sent, "content-length"), Some("7"));
        }
        let expected = match method {
            Method::Delete => (204, ""),
            Method::Head => (200, ""),
            _ => (200, "{\"a\":1}"),
        };
        assert_eq!((answer.status, answer.body.as_str()), expected, "{method:?}");
    }
}

#[tokio::test]
async fn a_post_without_body_has_a_length() {
    let server = Server::always(|| ok("{}")).await;
    good(client(connector(&server.url())).send(&request(Method::Post, "/x"), None).await);
    assert_eq!(field(&server.requests()[0], "content-length"), Some("0"));
}

#[tokio::test]
async fn forms_and_graphql_have_their_types() {
    let server = Server::always(|| ok("{}")).await;
    let client = client(connector(&server.url()));
    let mut request = request(Method::Post, "/x");
    request.body = Some(Body::Form(vec![("a".to_owned(), "1 \u{fc}".to_owned())]));
    request.content_type = Some("multipart/form-data".to_owned());
    good(client.send(&request, None).await);
    request.content_type = Some("application/x-www-form-urlencoded".to_owned());
    good(client.send(&request, None).await);
    let query = "{me}".to_owned();
    request.body = Some(Body::GraphQl { query, variables: "{\"n\":1}".to_owned() });
    request.content_type = None;
    good(client.send(&request, None).await);
    let sent = server.requests();
    let kind = field(&sent[0], "content-type").unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let part = "Content-Disposition: form-data; name=\"a\"\r\n\r\n1 \u{fc}\r\n";
    assert!(sent[0].contains(&format!("--{boundary}\r\n{part}--{boundary}--\r\n")), "{}", sent[0]);
    assert!(field(&sent[0], "content-length").is_some());
    assert!(sent[1].ends_with("\r\n\r\na=1+%C3%BC"));
    assert!(sent[2].ends_with("\r\n\r\n{\"query\":\"{me}\",\"variables\":{\"n\":1}}"));
    assert_eq!(field(&sent[2], "content-type"), Some("application/json"));
}

#[tokio::test]
async fn fixed_credentials_win_over_the_flow_s() {
    let server = Server::always(|| ok("{}")).await;
    let secret = |text: &str| Secret::Literal(text.to_owned());
    let basic = Auth::Basic { username: "us\u{e9}r".to_owned(), password: secret("p:w") };
    let bearer = Auth::Bearer { token: secret("tok-1") };
    for (auth, expected) in
        [(basic, "Basic dXPDqXI6cDp3"), (bearer, "Bearer tok-1"), (Auth::None, "flow's")]
    {
        let client = client(Connector { auth, ..connector(&server.url()) });
        let mut request = get("/x");
        request.headers = vec![("Authorization".to_owned(), "flow's".to_owned())];
        good(client.send(&request, None).await);
        assert_eq!(field(&server.requests().pop().unwrap(), "authorization"), Some(expected));
    }
}

#[tokio::test]
async fn connectors_are_found_by_id_or_name_and_bare_urls_get_no_credentials() {
    let server = Server::always(|| ok("{}")).await;
    let auth = Auth::Bearer { token: Secret::Literal("tok-1".to_owned()) };
    let client = client(Connector { auth, ..connector(&server.url()) });
    let path = || "/x".into();
    for (id, name) in [("crm-id", None), ("crm", None), ("lost", Some("crm".to_owned()))] {
        let target = Target::Connector { id: id.to_owned(), name, path: path() };
        good(client.send(&Request { target, ..get("") }, None).await);
        let sent = server.requests().pop().unwrap();
        assert_eq!(field(&sent, "authorization"), Some("Bearer tok-1"), "{id}");
    }
    good(client.send(&crate::server::get_url(&format!("{}/x", server.url())), None).await);
    assert_eq!(field(&server.requests().pop().unwrap(), "authorization"), None);
    let target = Target::Connector { id: "nope".to_owned(), name: None, path: path() };
    let request = Request { target, ..get("") };
    let code = trunkline_model::FailureCode::Connector;
    let failure = crate::server::fails(&client, &request, code).await;
    assert!(failure.description.contains("tenant.yaml has: crm"), "{failure:?}");
}
