//! The desktop's WebSocket.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};
use trunkline_desk::{FromDesk, ToDesk};

use crate::double::view;
use crate::house::{House, Page, now_ms};
use crate::http::Ask;

type Socket = WebSocketStream<TcpStream>;

/// Opens a page's connection with these headers.
async fn open(port: u16, headers: &[(&'static str, &str)]) -> Result<Socket, Box<Error>> {
    let url = format!("ws://localhost:{port}/api/v1/live");
    let mut request = url.into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let (socket, _) = client_async(request, stream).await?;
    Ok(socket)
}

async fn join(page: &Page) -> Result<Socket, Box<Error>> {
    let origin = format!("http://localhost:{}", page.port);
    open(page.port, &[("cookie", &page.cookie), ("origin", &origin)]).await
}

/// The status and the code with which a connection was refused.
fn refusal(result: Result<Socket, Box<Error>>) -> (u16, String) {
    let Err(error) = result else { panic!("the connection stands") };
    let Error::Http(response) = *error else { panic!("{error}") };
    let body = response.body().clone().unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    (response.status().as_u16(), body["code"].as_str().unwrap_or_default().to_owned())
}

/// The next message that is no ping.
async fn next(socket: &mut Socket) -> Message {
    loop {
        let message = timeout(Duration::from_secs(5), socket.next()).await.unwrap();
        match message.unwrap().unwrap() {
            Message::Ping(_) | Message::Pong(_) => {}
            message => return message,
        }
    }
}

async fn told(socket: &mut Socket) -> Value {
    serde_json::from_str(next(socket).await.to_text().unwrap()).unwrap()
}

async fn close_code(socket: &mut Socket) -> u16 {
    match next(socket).await {
        Message::Close(Some(frame)) => frame.code.into(),
        other => panic!("{other:?}"),
    }
}

/// Waits until something is so.
async fn until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to be");
}

#[tokio::test]
async fn messages_go_both_ways() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let mut socket = join(&page).await.unwrap();
    let tell = house.double.pages().remove(0);
    tell.send(ToDesk::View { view: Box::new(view(7)) }).await.unwrap();
    let message = told(&mut socket).await;
    assert_eq!((&message["type"], &message["view"]["seq"]), (&json!("view"), &json!(7)));
    let hello = json!({"type": "hello", "tab": "t", "seen": null, "wants_audio": true});
    socket.send(Message::text(hello.to_string())).await.unwrap();
    until(|| !house.double.heard().is_empty()).await;
    let expected = FromDesk::Hello { tab: "t".into(), seen: None, wants_audio: true };
    assert_eq!(house.double.heard(), [expected]);
    socket.close(None).await.unwrap();
    until(|| house.double.pages().is_empty()).await;
}

#[tokio::test]
async fn of_views_that_wait_the_newest_is_sent() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let mut socket = join(&page).await.unwrap();
    let tell = house.double.pages().remove(0);
    for seq in 1..=3 {
        tell.try_send(ToDesk::View { view: Box::new(view(seq)) }).unwrap();
    }
    tell.try_send(ToDesk::AudioEnd { leg: "l".into() }).unwrap();
    assert_eq!(told(&mut socket).await["view"]["seq"], 3);
    assert_eq!(told(&mut socket).await["type"], "audio_end");
}

#[tokio::test]
async fn only_our_page_with_a_session_of_an_agent_gets_in() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let ours = format!("http://localhost:{}", page.port);
    let cookie = ("cookie", page.cookie.as_str());
    let token = format!("Bearer {}", house.token("ann", &[trunkline_accounts::Scope::Desk]));
    for (headers, expected) in [
        (vec![("origin", ours.as_str())], (401, "not-signed-in")),
        (vec![cookie], (403, "other-origin")),
        (vec![cookie, ("origin", "https://evil.example")], (403, "other-origin")),
        (vec![cookie, ("origin", "null")], (403, "other-origin")),
        (vec![("authorization", token.as_str())], (403, "wrong-scope")),
    ] {
        let (status, code) = refusal(open(page.port, &headers).await);
        assert_eq!((status, code.as_str()), expected, "{headers:?}");
    }
    let admin = house.sign_in("ada").await;
    assert_eq!(refusal(join(&admin).await), (403, "wrong-role".to_owned()));
    assert!(house.double.pages().is_empty());
}

#[tokio::test]
async fn signing_out_ends_the_sessions_pages_and_no_others() {
    let house = House::new().await;
    let (page, other) = (house.sign_in("ann").await, house.sign_in("ann").await);
    let mut socket = join(&page).await.unwrap();
    let mut stays = join(&other).await.unwrap();
    page.ask(Ask::new("DELETE", "/api/v1/session")).await;
    let message = told(&mut socket).await;
    assert_eq!(message["type"], "signed_out");
    assert_eq!(message["why"]["reason"], "session_ended");
    assert_eq!(close_code(&mut socket).await, 4001);
    until(|| house.double.pages().len() == 1).await;
    let tell = house.double.pages().remove(0);
    tell.send(ToDesk::Pong { server_ms: 1 }).await.unwrap();
    assert_eq!(told(&mut stays).await["type"], "pong");
}

#[tokio::test]
async fn an_administrator_who_disables_a_user_ends_their_pages() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let mut socket = join(&page).await.unwrap();
    let ann = house.user("ann");
    let change = trunkline_accounts::UserChange { disabled: true, ..(&ann).into() };
    let by = trunkline_accounts::Actor::system();
    house.accounts.change_user(now_ms(), &by, ann.id, ann.version, change).unwrap();
    assert_eq!(told(&mut socket).await["type"], "signed_out");
    assert_eq!(close_code(&mut socket).await, 4001);
}

#[tokio::test]
async fn a_user_has_eight_pages() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(join(&page).await.unwrap());
    }
    assert_eq!(refusal(join(&page).await), (429, "too-many-pages".to_owned()));
    let bob = house.sign_in("bob").await;
    assert!(join(&bob).await.is_ok(), "another user");
    open.pop().unwrap().close(None).await.unwrap();
    until(|| house.double.pages().len() <= 8).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(join(&page).await.is_ok(), "a place was given back");
}

#[tokio::test]
async fn what_is_no_message_ends_the_connection() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let flood = vec![Message::text(r#"{"type":"ping"}"#); 200];
    for (messages, code) in [
        (vec![Message::text("{")], 1007),
        (vec![Message::text(r#"{"type":"shout"}"#)], 1007),
        (vec![Message::binary(vec![1, 2])], 1007),
        (flood, 4029),
    ] {
        let mut socket = join(&page).await.unwrap();
        for message in messages {
            let _ = socket.feed(message).await;
        }
        let _ = socket.flush().await;
        assert_eq!(close_code(&mut socket).await, code);
    }
    let mut socket = join(&page).await.unwrap();
    let large = json!({"type": "audio_answer", "leg": "l", "sdp": "x".repeat(40_000)});
    let _ = socket.send(Message::text(large.to_string())).await;
    // It is over without a word: nothing is read that could be answered.
    while let Some(Ok(message)) = timeout(Duration::from_secs(5), socket.next()).await.unwrap() {
        assert!(message.is_ping() || message.is_close(), "{message:?}");
    }
    until(|| house.double.pages().is_empty()).await;
    let heard = house.double.heard();
    assert!(heard.iter().all(|message| *message == FromDesk::Ping), "{heard:?}");
}

#[tokio::test]
async fn a_desktop_lets_go_of_its_page() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let mut socket = join(&page).await.unwrap();
    house.double.let_go();
    assert_eq!(close_code(&mut socket).await, 4002);
}

#[tokio::test]
async fn a_server_that_stops_tells_its_pages() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let mut socket = join(&page).await.unwrap();
    let House { running, .. } = house;
    let stop = tokio::spawn(running.stop(Duration::from_secs(5)));
    let message = told(&mut socket).await;
    assert_eq!(message["why"]["reason"], "stopping");
    assert_eq!(close_code(&mut socket).await, 1001);
    drop(socket);
    stop.await.unwrap();
}
