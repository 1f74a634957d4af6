//! The page "Try it", where it is switched on and where not, and the link that opens it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use trunkline_api::centre::{Answer, PhoneLink, TryIt};
use trunkline_desk::{CaseOf, CaseView, FromCaller, Refusal, ToCaller, TrialNumber, TrialView};

use crate::double::Scripted;
use crate::house::{House, now_ms};
use crate::http::Ask;

/// What may be tried, by a script.
#[derive(Default)]
struct Played {
    said: Mutex<Vec<FromCaller>>,
}

struct Script(Arc<Played>);

fn ready<T: Send + 'static>(answer: Result<T, Refusal>) -> Answer<T> {
    Box::pin(async move { answer })
}

impl TryIt for Script {
    fn view(&self) -> Answer<TrialView> {
        let number = TrialNumber { number: "+12025550142".into(), name: "Ann".into() };
        ready(Ok(TrialView { callers: vec![number], ..TrialView::default() }))
    }

    fn phone(&self) -> Answer<PhoneLink> {
        let (tell, events) = mpsc::channel(64);
        let (say, mut said) = mpsc::channel(64);
        let played = Arc::clone(&self.0);
        tokio::spawn(async move {
            while let Some(message) = said.recv().await {
                played.said.lock().unwrap().push(message);
                let _ = tell.send(ToCaller::Answered).await;
            }
        });
        ready(Ok(PhoneLink { events, say }))
    }

    fn speak(&self, text: &str) -> Answer<Vec<u8>> {
        ready(Ok(text.as_bytes().to_vec()))
    }

    fn case(&self, of: CaseOf) -> Answer<Option<CaseView>> {
        let number = match of {
            CaseOf::Id(id) => id,
            CaseOf::Number(_) => return ready(Ok(None)),
        };
        let (text, comments) = (String::new, Vec::new());
        let (id, subject, status, priority) = (text(), text(), text(), text());
        let case = CaseView { id, number, subject, status, priority, contact: None, comments };
        ready(Ok(Some(case)))
    }
}

async fn house() -> (House, Arc<Played>) {
    let played = Arc::<Played>::default();
    let trial: Arc<dyn TryIt> = Arc::new(Script(played.clone()));
    let house = House::people(move |double| Scripted { double, trial: Some(trial) }).await;
    (house, played)
}

#[tokio::test]
async fn nothing_may_be_tried_unless_it_is_switched_on() {
    let house = House::new().await;
    let ann = house.sign_in("ann").await;
    for path in ["/api/v1/try", "/api/v1/try/case?number=1", "/api/v1/try/phone"] {
        let reply = ann.get(path).await;
        assert_eq!((reply.status, reply.code().as_str()), (404, "try-off"), "{path}");
    }
    let spoken = ann.send("POST", "/api/v1/try/speech", &json!({"text": "Hello"})).await;
    assert_eq!(spoken.code(), "try-off");
}

#[tokio::test]
async fn callers_numbers_cases_and_voices() {
    let (house, _) = house().await;
    let ann = house.sign_in("ann").await;
    let view = ann.get("/api/v1/try").await.json();
    assert_eq!(view["callers"][0]["name"], "Ann");
    assert_eq!(ann.get("/api/v1/try/case?id=x1").await.json()["number"], "x1");
    assert_eq!(ann.get("/api/v1/try/case?number=1").await.json(), Value::Null);
    let long = format!("/api/v1/try/case?id={}", "1".repeat(65));
    for path in ["/api/v1/try/case", "/api/v1/try/case?id=1&number=1", &long] {
        assert_eq!(ann.get(path).await.code(), "invalid", "{path}");
    }
    let wav = ann.send("POST", "/api/v1/try/speech", &json!({"text": " Hello "})).await;
    assert_eq!((wav.header("content-type"), wav.text().as_str()), (Some("audio/wav"), "Hello"));
    for text in ["", "  ", &"x".repeat(301)] {
        let refused = ann.send("POST", "/api/v1/try/speech", &json!({"text": text})).await;
        assert_eq!(refused.code(), "invalid");
    }
    // The page may show the panel in a frame, and nobody else.
    let policy = house.get("/embed/agent").await;
    let policy = policy.header("content-security-policy").unwrap();
    assert!(policy.ends_with("frame-ancestors 'self'"), "{policy}");
}

#[tokio::test]
async fn a_phone_says_and_is_told_until_its_session_ends() {
    let (house, played) = house().await;
    let ann = house.sign_in("ann").await;
    let url = format!("ws://localhost:{}/api/v1/try/phone", ann.port);
    let mut request = url.into_client_request().unwrap();
    let origin = format!("http://localhost:{}", ann.port);
    request.headers_mut().insert("cookie", ann.cookie.parse().unwrap());
    request.headers_mut().insert("origin", origin.parse().unwrap());
    let stream = TcpStream::connect(("127.0.0.1", ann.port)).await.unwrap();
    let (mut socket, _) = client_async(request, stream).await.unwrap();
    let dial = json!({"type": "dial", "from": "+1", "to": "+2"});
    socket.send(Message::text(dial.to_string())).await.unwrap();
    let mut told = async || loop {
        let message = timeout(Duration::from_secs(5), socket.next()).await.unwrap();
        match message.unwrap().unwrap() {
            Message::Ping(_) | Message::Pong(_) => {}
            message => return message,
        }
    };
    assert_eq!(told().await, Message::text(r#"{"type":"answered"}"#));
    let expected = FromCaller::Dial { from: "+1".into(), to: "+2".into() };
    assert_eq!(*played.said.lock().unwrap(), [expected]);
    ann.ask(Ask::new("DELETE", "/api/v1/session")).await;
    let Message::Close(Some(frame)) = told().await else { panic!("it goes on") };
    assert_eq!(u16::from(frame.code), 4001);
}

#[tokio::test]
async fn the_link_signs_in_once() {
    let house = House::new().await;
    let link = house.accounts.new_link(now_ms(), "ann").unwrap();
    let body = json!({"token": link.reveal()});
    let open = Ask::new("POST", "/api/v1/session/link").json(&body);
    let reply = house.ask(&open).await;
    assert_eq!(reply.json()["name"], "ann");
    assert!(reply.header("set-cookie").is_some());
    let again = house.ask(&open).await;
    assert_eq!((again.status, again.code().as_str()), (410, "link-over"));
}
